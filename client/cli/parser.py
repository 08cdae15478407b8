"""The shape of the command line: global options anywhere, groups of commands, plain errors."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final, NoReturn

from client.cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from client.cli.call import Call

    Run = Callable[[Call], int]

_GLOBAL: Final[tuple[tuple[str, str, str], ...]] = (
    ("--database", "URL", "the database, such as sqlite:////var/lib/wardloop/ward.db"),
    ("--settings", "FILE", "the settings file (see: wardloop settings example)"),
    ("--site", "FILE", "a hospital's site file, after those of the settings"),
    ("--now", "INSTANT", "a frozen clock: ISO 8601 with zone, 2026-11-24T08:00:00+08:00"),
    ("--user", "NAME", "who acts; else the environment variable WARDLOOP_USER"),
    ("--secret-file", "FILE", "a file with the secret of --user; else a line of standard input"),
    ("--witness-secret-file", "FILE", "the secret of the witness; else the next line"),
)


class Parser(argparse.ArgumentParser):
    """A parser that raises what is wrong instead of ending the process."""

    def __init__(self, **settings: object) -> None:
        settings.setdefault("allow_abbrev", False)
        settings.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(**settings)  # type: ignore[arg-type]  # argparse names each one's type

    def error(self, message: str) -> NoReturn:
        """Raise.

        Raises:
            UsageError: always.
        """
        raise UsageError(message, usage=self.format_usage())


class Commands:
    """A level of the command line on which commands and groups stand."""

    def __init__(self, parser: Parser, *, title: str) -> None:
        self._level = parser.add_subparsers(
            title=title, metavar="COMMAND", required=False, parser_class=Parser
        )

    def group(self, name: str, meaning: str) -> Commands:
        """A word under which several commands stand."""
        parser = self._level.add_parser(name, help=meaning, description=meaning)
        add_global_options(parser)
        parser.set_defaults(run=None, shown=parser)
        return Commands(parser, title=f"commands of {name}")

    def command(self, name: str, run: Run, meaning: str, *, more: str = "") -> Parser:
        """A command with what carries it out; `more` is said below its help."""
        parser: Parser = self._level.add_parser(
            name, help=meaning, description=meaning, epilog=more or None
        )
        add_global_options(parser)
        parser.set_defaults(run=run, shown=parser)
        return parser


def add_global_options(parser: argparse.ArgumentParser) -> None:
    """What every command takes, before or after its name."""
    options = parser.add_argument_group("options of every command")
    for flag, metavar, meaning in _GLOBAL:
        options.add_argument(flag, metavar=metavar, default=argparse.SUPPRESS, help=meaning)
    options.add_argument(
        "--rewind",
        action="store_true",
        default=argparse.SUPPRESS,
        help="allow --now before the last record, on demo data only",
    )
    options.add_argument(
        "--json",
        action="store_true",
        default=argparse.SUPPRESS,
        help="one JSON document on standard output; refusals as JSON on standard error",
    )


def add_file_option(parser: argparse.ArgumentParser) -> None:
    """The JSON input of a command."""
    parser.add_argument(
        "--file", metavar="FILE", required=True, help="a JSON object; - is standard input"
    )
