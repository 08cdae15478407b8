"""A ward's records go to research: everything that happened is there, and nobody can be told."""

from __future__ import annotations

import gzip
import json
import sqlite3
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from client.cli.main import run

FIXTURE = Path(__file__).parent.parent / "fixtures" / "wardloop-0.1.sqlite3.gz"
LATER = "2026-11-24T08:05:00+08:00"
_COUNT = {
    "encounters": "SELECT count(*) FROM encounters",
    "orders": "SELECT count(*) FROM orders",
    "tasks": "SELECT count(*) FROM tasks",
}


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo ward of version 0.1: 32 beds and a night shift."""
    file = tmp_path_factory.mktemp("export") / "ward.sqlite3"
    file.write_bytes(gzip.decompress(FIXTURE.read_bytes()))
    assert _command(file, "db", "upgrade")[0] == 0
    return file


def _command(file: Path, *words: str) -> tuple[int, str, str]:
    stdout, stderr = StringIO(), StringIO()
    code = run(
        ["--database", f"sqlite:///{file}", "--now", LATER, *words],
        stdin=StringIO(),
        stdout=stdout,
        stderr=stderr,
        environ={},
    )
    return code, stdout.getvalue(), stderr.getvalue()


def _lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def _administrator(file: Path) -> str:
    with closing(sqlite3.connect(file)) as connection:
        (user,) = connection.execute(
            "SELECT user_id FROM practitioners WHERE roles LIKE '%administrator%'"
        ).fetchone()
    return str(user)


def _personal(file: Path) -> set[str]:
    """What names a person here: names, record numbers, users, ids, diagnoses in words."""
    asked = (
        "SELECT name FROM patients UNION SELECT name_zh FROM patients"
        " UNION SELECT mrn FROM patients"
        " UNION SELECT id FROM patients UNION SELECT id FROM encounters"
        " UNION SELECT diagnosis FROM encounters UNION SELECT user_id FROM practitioners"
        " UNION SELECT name FROM practitioners UNION SELECT name_zh FROM practitioners"
        " UNION SELECT id FROM orders UNION SELECT birth_date FROM patients"
    )
    with closing(sqlite3.connect(file)) as connection:
        found = {str(row[0]) for row in connection.execute(asked) if row[0]}
        fields = [row[0] for row in connection.execute("SELECT fields FROM orders")]
    texts = {str(json.loads(text).get("comment") or "") for text in fields}
    return {text for text in found | texts if len(text) > 2}


def test_everything_that_happened_is_told_and_nobody_can_be_named(
    ward: Path, tmp_path: Path
) -> None:
    out = tmp_path / "research"
    user = _administrator(ward)
    code, answer, _ = _command(
        ward, "export", "deidentified", "--out", str(out), "--user", user, "--json"
    )
    assert code == 0
    records = json.loads(answer)["records"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(out.iterdir()))

    assert [word for word in _personal(ward) if word in text] == []
    assert "2026-11" not in text, "no true day"
    with closing(sqlite3.connect(ward)) as connection:
        for kind, asked in _COUNT.items():
            (count,) = connection.execute(asked).fetchone()
            assert records[kind] == count > 0
        (trail,) = connection.execute(
            "SELECT user_id FROM audit WHERE action = 'export'"
        ).fetchone()
    assert trail == user

    orders = _lines(out / "orders.jsonl")
    known = {stay["encounter"] for stay in _lines(out / "encounters.jsonl")}
    assert {order["encounter"] for order in orders} <= known
    assert {order["fields"].get("product") for order in orders} - {None}, "drugs are named"
    given = _lines(out / "events.jsonl")
    assert any(event["said"].get("step") == "M11" for event in given)


def test_two_exports_cannot_be_joined(ward: Path, tmp_path: Path) -> None:
    user = _administrator(ward)
    patients = []
    for name in ("first", "second"):
        out = tmp_path / name
        assert _command(ward, "export", "deidentified", "--out", str(out), "--user", user)[0] == 0
        patients.append({stay["patient"] for stay in _lines(out / "encounters.jsonl")})
    assert patients[0] & patients[1] == set()


def test_a_nurse_may_not_take_records_out(ward: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine"
    code, _, error = _command(ward, "export", "deidentified", "--out", str(out), "--user", "li.na")
    assert code == 1
    assert "administrator" in error
    assert not out.exists()


def test_an_older_export_is_not_written_over(ward: Path, tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("kept")
    user = _administrator(ward)
    code, _, error = _command(
        ward, "export", "deidentified", "--out", str(tmp_path), "--user", user
    )
    assert code == 1
    assert "not empty" in error
