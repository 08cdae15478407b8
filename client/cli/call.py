"""One call of the program: its options, its streams, and what it needs, made when it is needed."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from client.cli import input_files, secrets_in
from client.cli.errors import DONE, UsageError
from client.cli.output import as_json

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping
    from datetime import datetime

    from client.app import App
    from client.cli.secrets_in import Lines
    from client.settings import Settings


class Call:
    """What a command is given.

    Attributes:
        resources: what is let go when the command has ended.
    """

    def __init__(
        self,
        options: argparse.Namespace,
        *,
        stdin: TextIO,
        stdout: TextIO,
        stderr: TextIO,
        environ: Mapping[str, str],
    ) -> None:
        self.options = options
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = stderr
        self.environ = environ
        self.resources = ExitStack()
        self._app: App | None = None
        self._named: str | None = None
        self._secrets: dict[str, str] = {}
        self._lines: Lines | None = None

    def settings(self) -> Settings:
        """The settings, with what the options say over them.

        Raises:
            InvalidInput: names the field that is wrong, or the file that cannot be read.
        """
        from client.settings import load_settings

        file = self.text_option("settings")
        settings = load_settings(
            None if file is None else Path(file),
            environ=self.environ,
            changes={"database": self.text_option("database")},
        )
        site = self.text_option("site")
        if site is None:
            return settings
        return settings.model_copy(update={"site": (*settings.site, Path(site))})

    def settings_in_force(self) -> Settings:
        """The settings with those of their site files that are in force, and no others.

        Raises:
            InvalidInput: as `settings`; or a site file is not there.
            DefinitionError: a site file's head is wrong.
        """
        from client.configuring import settings_in_force

        return settings_in_force(self.settings(), self.now())

    def now(self) -> datetime:
        """The instant of `--now`, else the present one, in UTC."""
        from client.wiring import SystemClock

        return (self.frozen() or SystemClock().now()).astimezone(UTC)

    def app(self, *, running: bool = False, damaged: bool = False) -> App:
        """The program on its database, open until the command ends.

        Args:
            running: let a clock set by `--now` run on, as a window needs.
            damaged: open it also where it does not hold: to see what is wrong with it.

        Raises:
            WardloopError: settings, loops or database are not as they should be.
        """
        if self._app is None:
            from client.wiring import RunningClock, build

            rewind = bool(self.option("rewind"))
            now = self.frozen()
            clock = RunningClock(now) if running and now is not None else None
            self._app = build(self.settings(), now=now, clock=clock, rewind=rewind, damaged=damaged)
            self.resources.callback(self._app.close)
        self._prove()
        return self._app

    @property
    def json(self) -> bool:
        """Whether a program reads the answer."""
        return bool(self.option("json"))

    def option(self, name: str) -> object:
        """An option's value; None where it was not given."""
        return getattr(self.options, name, None)

    def text_option(self, name: str) -> str | None:
        """An option's text; None where it was not given."""
        value = self.option(name)
        return None if value is None else str(value)

    def answer(self, data: object, words: str) -> int:
        """Say the answer, as JSON or in words, and that all went well."""
        print(as_json(data) if self.json else words, file=self.stdout)
        return DONE

    def say(self, words: str) -> None:
        """Tell how long work goes on, where a person looks on."""
        if self.stderr.isatty():
            print(words, file=self.stderr, flush=True)

    def input(self) -> Mapping[str, object]:
        """The JSON object of `--file`."""
        return input_files.read_object(str(self.options.file), self.stdin)

    def user(self) -> str:
        """Who acts. In a secured database they prove it once, before anything is read or written.

        Raises:
            UsageError: nobody is named, or a secret cannot be read.
            Refused: the secret is missing or wrong, or none is looked at yet.
        """
        self._named = self.named_user()
        self._prove()
        return self._named

    def named_user(self) -> str:
        """Who acts, without any proof: for commands that ask for it in their own way.

        Raises:
            UsageError: nobody is named.
        """
        name = self.text_option("user") or self.environ.get("WARDLOOP_USER", "")
        if not name:
            raise UsageError("--user NAME is missing: it says who acts", field="user")
        return name

    def _prove(self) -> None:
        """The one gate: whichever comes second, the name or the open program, goes through it."""
        app, name = self._app, self._named
        if app is None or name is None or name in self._secrets or not app.secured:
            return
        secret = self.secret_of(name)
        app.sign_in(user=name, secret=secret)
        self._secrets[name] = secret

    def secret_of(self, user: str, *, option: str = "secret_file", line: int = 0) -> str:
        """What a person entered: of the file of an option, else of the next line; or empty.

        Args:
            line: of the file, counted from 0.

        Raises:
            UsageError: a file cannot be read, or others may read it.
        """
        file = self.text_option(option)
        if file is not None:
            lines = secrets_in.of_file(file, f"--{option.replace('_', '-')}")
            return lines[line] if line < len(lines) else ""
        if self._lines is None:
            taken = self.text_option("file") == input_files.STDIN
            self._lines = secrets_in.Lines(self.stdin, taken=taken)
        return self._lines.next(user)

    def secrets(self, *others: str | None) -> Mapping[str, str]:
        """The secrets entered for this one act: of the user, and of those who stand beside it.

        Theirs come from `--witness-secret-file`, else from the lines after the user's. Nothing is
        read, and nothing is in it, where the database is open.

        Args:
            others: witness and second persons in order; one who is named twice enters theirs once.

        Raises:
            UsageError: a file cannot be read, or others may read it.
        """
        if not self.app().secured:
            return secrets_in.Entered({})
        wanted = [one for one in dict.fromkeys(others) if one and one not in self._secrets]
        for line, name in enumerate(wanted):
            found = self.secret_of(name, option="witness_secret_file", line=line)
            if found:
                self._secrets[name] = found
        return secrets_in.Entered(self._secrets)

    def frozen(self) -> datetime | None:
        """The instant of `--now`.

        Raises:
            UsageError: it is no time, or has no zone.
        """
        text = self.text_option("now")
        if text is None:
            return None
        from domain.entered import parse_instant
        from domain.errors import InvalidInput

        try:
            return parse_instant("now", text)
        except InvalidInput as wrong:
            raise UsageError(f"--now: {wrong.message}", field="now") from None
