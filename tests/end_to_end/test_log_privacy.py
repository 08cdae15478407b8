"""Nothing that names a patient reaches a log: not in a whole shift, not when the program fails."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from client.demo.run import DATABASE

if TYPE_CHECKING:
    from pathlib import Path

# Every logger of every library at its most talkative, with the traces of what was caught.
_TALKATIVE = """
import logging, pathlib, sys
logging.basicConfig(filename=sys.argv[2], level=logging.DEBUG, encoding="utf-8",
                    format="%(name)s %(message)s %(args)r")
from client.cli.main import run
from client.demo.run import play
if sys.argv[3]:
    code = run(["demo", "--out", sys.argv[1]], stdin=sys.stdin, stdout=sys.stdout,
               stderr=sys.stderr, environ={})
    assert code == 0
else:
    play(pathlib.Path(sys.argv[1]))
logging.getLogger("end").debug("the shift is over")
"""
_WORDS = (
    "SELECT name, name_zh, mrn, birth_date FROM patients",
    "SELECT diagnosis FROM encounters",
)


def _personal(file: Path) -> set[str]:
    with closing(sqlite3.connect(file)) as database:
        found = {str(word) for asked in _WORDS for row in database.execute(asked) for word in row}
    families = {name.split(",")[0] for name in found if "," in name and name.isascii()}
    return {word for word in found | families if len(word) > 1 and word != "None"}


def _log_of_a_shift(folder: Path, *, screens: bool) -> tuple[str, set[str]]:
    out, log = folder / "shift", folder / "log.txt"
    done = subprocess.run(
        [sys.executable, "-c", _TALKATIVE, str(out), str(log), "with screens" * screens],
        check=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
    )
    said = log.read_text(encoding="utf-8") + done.stdout + done.stderr
    assert "the shift is over" in said
    return said, _personal(out / DATABASE)


def _named(said: str, personal: set[str]) -> list[str]:
    return sorted(word for word in personal if word in said)


def test_the_log_of_a_whole_shift_names_no_patient(tmp_path: Path) -> None:
    said, personal = _log_of_a_shift(tmp_path, screens=False)
    assert len(personal) > 100, "names, numbers, birth dates and diagnoses of 32 patients"
    assert _named(said, personal) == []


@pytest.mark.long
def test_the_log_of_a_whole_shift_with_its_screens_names_no_patient(tmp_path: Path) -> None:
    said, personal = _log_of_a_shift(tmp_path, screens=True)
    assert _named(said, personal) == []
