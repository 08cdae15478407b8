"""`wardloop …`: reads the command line, carries the command out, and says no in one way."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING, Final, TextIO, cast

from client.cli import errors
from client.cli.call import Call
from client.cli.groups import add_all
from client.cli.parser import Parser, add_global_options
from domain.errors import WardloopError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from client.cli.parser import Run

_ABOUT: Final = """\
Closed-loop orders on the ward: every order followed until it is truly
finished.

Without a command the desktop client opens."""
_END: Final = """`wardloop COMMAND --help` explains a command, docs/commands.md has examples.
Exit 0: done. 1: refused or found wanting, the reason on standard error.
2: wrong usage."""
_INTERRUPTED: Final = 130


def run(
    argv: Sequence[str],
    *,
    stdin: TextIO,
    stdout: TextIO,
    stderr: TextIO,
    environ: Mapping[str, str],
) -> int:
    """Carry a command line out; the exit code.

    Faults of the program itself are raised as they are; `main` words them.
    """
    as_json = "--json" in argv
    try:
        with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
            options = _parse(argv)
        if options is None:
            return errors.DONE
        call = Call(options, stdin=stdin, stdout=stdout, stderr=stderr, environ=environ)
        with call.resources:
            return cast("Run", options.run)(call)
    except BrokenPipeError:
        raise
    except (WardloopError, OSError) as refusal:
        error = refusal if isinstance(refusal, WardloopError) else _of_system(refusal)
        print(errors.in_json(error) if as_json else errors.in_words(error), file=stderr)
        return errors.exit_code(error)


def _of_system(error: OSError) -> WardloopError:
    """What the operating system refused: a folder, a file, a full disk."""
    what = "the system refused" if error.filename is None else str(error.filename)
    return WardloopError("SYSTEM", f"{what}: {error.strerror or error}")


def _parse(argv: Sequence[str]) -> argparse.Namespace | None:
    """The options; None where help or the version was asked for and said."""
    parser = Parser(prog="wardloop", description=_ABOUT, epilog=_END)
    parser.add_argument("--version", action="store_true", help="say which version this is")
    add_global_options(parser)
    add_all(parser)
    try:
        options = parser.parse_args(_with_offsets(argv))
    except SystemExit:  # --help has said its piece
        return None
    if options.version:
        from importlib.metadata import version

        print(f"wardloop {version('wardloop')}")
        return None
    if options.run is None:
        shown = cast("Parser", options.shown)
        raise errors.UsageError("which command?", usage=shown.format_help())
    return options


def _with_offsets(argv: Sequence[str]) -> list[str]:
    """`--time-zone -05:00` as one word: argparse would take the offset for an option."""
    words: list[str] = []
    for word in argv:
        if words and words[-1] == "--time-zone" and word.startswith("-") and word[1:2].isdigit():
            words[-1] += f"={word}"
        else:
            words.append(word)
    return words


def main() -> int:
    """The program `wardloop`."""
    # a wardful of Chinese names must survive any locale; what is not UTF-8 is told, not fatal
    for stream, mode in ((sys.stdin, "surrogateescape"), (sys.stdout, "backslashreplace")):
        _as_utf8(stream, mode)
    _as_utf8(sys.stderr, "backslashreplace")
    try:
        code = run(
            sys.argv[1:],
            stdin=sys.stdin,
            stdout=sys.stdout,
            stderr=sys.stderr,
            environ=os.environ,
        )
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:  # `wardloop … | head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return errors.DONE
    except Exception as fault:  # noqa: BLE001 - the last place: never a traceback, never silence
        error = _internal(fault)
        said = errors.in_json(error) if "--json" in sys.argv else errors.in_words(error)
        print(said, file=sys.stderr)
        return errors.REFUSED
    return code


def _as_utf8(stream: TextIO, mode: str) -> None:
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(encoding="utf-8", errors=mode)


def _internal(fault: Exception) -> WardloopError:
    """A fault of the program: its kind and place, never its message, which may name a patient."""
    place = fault.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    code = None if place is None else place.tb_frame.f_code
    where = "" if code is None or place is None else f" at {code.co_filename}:{place.tb_lineno}"
    return WardloopError(
        "INTERNAL",
        f"a fault in the program: {type(fault).__name__}{where}; please report it",
    )


if __name__ == "__main__":
    sys.exit(main())
