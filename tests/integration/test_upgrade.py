"""A hospital's database outlives the program: every released version's file opens in this one."""

from __future__ import annotations

import gzip
import json
from io import StringIO
from pathlib import Path

import pytest

from client.cli.main import run

FIXTURES = Path(__file__).parent.parent / "fixtures"
RELEASED = sorted(FIXTURES.glob("wardloop-*.sqlite3.gz"))
END_OF_SHIFT = "2026-11-24T08:05:00+08:00"


def test_each_released_version_has_left_a_database() -> None:
    assert [path.name for path in RELEASED] == ["wardloop-0.1.sqlite3.gz"]


@pytest.mark.parametrize("released", RELEASED, ids=lambda path: path.name)
def test_a_released_database_opens_and_nothing_of_it_is_lost(
    released: Path, tmp_path: Path
) -> None:
    file = tmp_path / "ward.sqlite3"
    file.write_bytes(gzip.decompress(released.read_bytes()))

    assert _command(file, "db", "upgrade")[0] == 0
    assert _command(file, "db", "verify")[0] == 0
    code, answer = _command(
        file, "worklist", "--role", "nurse", "--user", "li.na", "--now", END_OF_SHIFT, "--json"
    )
    assert code == 0
    assert json.loads(answer), "the nurse still finds her work"


def _command(file: Path, *words: str) -> tuple[int, str]:
    stdout = StringIO()
    code = run(
        ["--database", f"sqlite:///{file}", *words],
        stdin=StringIO(),
        stdout=stdout,
        stderr=StringIO(),
        environ={},
    )
    return code, stdout.getvalue()
