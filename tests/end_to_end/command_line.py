"""`wardloop …` in this process, on a database of its own, for tests that need many commands."""

from __future__ import annotations

import io
import json
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from client.cli.main import run
from tests.stores import new_file

Json: TypeAlias = Any
"""What a command answers."""

MORNING = "2026-11-24T08:00:00+08:00"


@dataclass(frozen=True, slots=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Json:
        return json.loads(self.out)

    @property
    def error(self) -> Json:
        return json.loads(self.err)["error"]


@dataclass
class Wardloop:
    """The program on a hospital's database; `now` is the frozen clock of what follows."""

    folder: Path
    now: str | None = MORNING
    environ: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.url = new_file(self.folder)
        self.file = Path(self.url.removeprefix("sqlite:///"))
        self.settings = self.folder / "settings.toml"
        self.settings.write_text('workstation = "test"\n', encoding="utf-8")

    def __call__(
        self, *argv: str, given: object = None, user: str | None = None, text: str | None = None
    ) -> Said:
        """Run a command; `given` is its `--file -`, `text` its standard input as it is."""
        words = [*argv, "--database", self.url, "--settings", str(self.settings)]
        if self.now is not None:
            words += ["--now", self.now]
        if user is not None:
            words += ["--user", user]
        if given is not None:
            words += ["--file", "-"]
            text = given if isinstance(given, str) else json.dumps(given)
        return say(*words, text=text or "", environ=self.environ)

    def does(self, *argv: str, given: object = None, user: str | None = None) -> Json:
        """The JSON of a command that must succeed."""
        said = self(*argv, "--json", given=given, user=user)
        assert said.code == 0, said.err
        assert said.err == ""
        return said.json

    def events(self) -> int:
        """How many events the journal holds."""
        connection = sqlite3.connect(self.file)
        try:
            return int(connection.execute("SELECT count(*) FROM journal").fetchone()[0])
        finally:
            connection.close()


def say(*argv: str, text: str = "", environ: dict[str, str] | None = None) -> Said:
    """Run a command line as it stands."""
    out, err = io.StringIO(), io.StringIO()
    code = run(argv, stdin=io.StringIO(text), stdout=out, stderr=err, environ=environ or {})
    return Said(code, out.getvalue(), err.getvalue())
