"""Secrets as they come in: typed and not shown, from a line, from a file of their owner."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path

import pytest

from client.cli.errors import UsageError
from client.cli.secrets_in import Entered, Lines, of_file


class Terminal(io.StringIO):
    """Standard input with a person at it."""

    def isatty(self) -> bool:
        return True


def test_a_person_at_a_terminal_is_asked_for_each_secret() -> None:
    asked: list[str] = []

    def ask(prompt: str) -> str:
        asked.append(prompt)
        if len(asked) > 2:
            raise EOFError
        return f"typed {len(asked)}"

    lines = Lines(Terminal(), taken=False, ask=ask)
    assert [lines.next(who) for who in ("li.na", "zhao.min", "dr.wu")] == ["typed 1", "typed 2", ""]
    assert asked[:2] == ["Secret of li.na: ", "Secret of zhao.min: "]


def test_lines_are_taken_one_after_the_other() -> None:
    lines = Lines(io.StringIO("\ufeffseven lamps \r\nthe second\n"), taken=False)
    assert [lines.next("x") for _ in range(3)] == ["seven lamps ", "the second", ""]


def test_standard_input_that_holds_the_entry_holds_no_secret() -> None:
    assert Lines(io.StringIO('{"user": "li.na"}'), taken=True).next("li.na") == ""


@pytest.mark.parametrize("line", ["x" * 5000, "caf\udce9\n"])
def test_what_can_be_no_secret_is_refused(line: str) -> None:
    with pytest.raises(UsageError) as said:
        Lines(io.StringIO(line), taken=False).next("x")
    assert said.value.field == "secret"


def test_a_file_of_secrets_is_read_by_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "secrets"
    file.write_text("\ufefffirst\nsecond\n", encoding="utf-8")
    file.chmod(0o600)
    assert of_file(str(file), "--secret-file") == ["first", "second"]
    for mode in (0o640, 0o604, 0o660):
        file.chmod(mode)
        with pytest.raises(UsageError, match="chmod 600") as said:
            of_file(str(file), "--witness-secret-file")
        assert said.value.field == "witness_secret_file"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_a_file_of_somebody_else_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "secrets"
    file.write_text("first\n", encoding="utf-8")
    file.chmod(stat.S_IRUSR)
    os.chown(file, 12345, 12345)
    with pytest.raises(UsageError, match="chmod 600"):
        of_file(str(file), "--secret-file")


def test_no_secret_shows_where_they_are_kept() -> None:
    entered = Entered({"li.na": "seven lamps"})
    assert "lamps" not in f"{entered!r} {entered}"
    assert dict(entered) == {"li.na": "seven lamps"}
    assert len(entered) == 1
