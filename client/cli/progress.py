"""How far long work is, on standard error, where a person looks on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self, TextIO

if TYPE_CHECKING:
    from types import TracebackType

_WIDE: Final = 30


class Progress:
    """A bar; silent where standard error is no terminal."""

    def __init__(self, stderr: TextIO, what: str) -> None:
        self._stderr = stderr
        self._what = what
        self._shown = stderr.isatty()
        self._last = -1

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def tell(self, done: int, of: int) -> None:
        """Show how many are done of how many."""
        percent = 100 if of == 0 else 100 * done // of
        if self._shown and percent != self._last:
            self._last = percent
            full = _WIDE * percent // 100
            bar = "#" * full + "." * (_WIDE - full)
            self._stderr.write(f"\r[{bar}] {percent:3d} %  {done} of {of} {self._what}")
            self._stderr.flush()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Leave the line of the bar."""
        if self._last >= 0:
            self._stderr.write("\n")
