"""The status vocabulary of every screen: one enum, mapped once to shape, word and colour.

Which state a task is in is decided below; a tone only says how that state is told. Every tone has
a glyph of its own shape and a word, so that none rests on colour (`screens.md` 4.2).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from client.texts import Texts


class Hue(StrEnum):
    """The five families of colour; the theme has `<hue>`, `<hue>-fill`, `on-<hue>` for each."""

    OVER = "over"
    SOON = "soon"
    DUE = "due"
    DONE = "done"
    NEUTRAL = "neut"


class Emphasis(StrEnum):
    """How loudly a state is told in a list."""

    PLAIN = "plain"
    BOLD = "bold"
    STRUCK = "struck"
    OUTLINE = "outline"
    FILLED = "filled"


class Tone(StrEnum):
    """A state as a person sees it.

    PLANNED lies in the future; PENDING waits for an earlier step of its loop; INCOMPLETE lacks a
    record that a later step shows must have happened; LOCKED may not be done yet, with a reason.
    """

    PLANNED = "planned"
    PENDING = "pending"
    DUE = "due"
    DUE_SOON = "due_soon"
    RUNNING = "running"
    OVERDUE_1 = "overdue_1"
    OVERDUE_2 = "overdue_2"
    OVERDUE_3 = "overdue_3"
    DONE = "done"
    DONE_LATE = "done_late"
    SKIPPED = "skipped"
    ON_HOLD = "on_hold"
    FAILED = "failed"
    EXIT = "exit"
    VOIDED = "voided"
    INCOMPLETE = "incomplete"
    LOCKED = "locked"

    @property
    def hue(self) -> Hue:
        """The family of colour."""
        return _HUES.get(self, Hue.NEUTRAL)

    @property
    def emphasis(self) -> Emphasis:
        """How loudly a list tells it."""
        return _EMPHASES.get(self, Emphasis.PLAIN)

    @property
    def tier(self) -> int:
        """The rung of the ladder that an overdue state has reached, 1 to 3; else 0."""
        return {Tone.OVERDUE_1: 1, Tone.OVERDUE_2: 2, Tone.OVERDUE_3: 3}.get(self, 0)

    def word(self, texts: Texts) -> str:
        """The bare word, without time or reason: the least that stands beside a glyph."""
        return texts(f"tone.{self.value}")


def overdue(tier: int) -> Tone:
    """The overdue tone of a tier; a tier outside 1 to 3 counts as the nearest."""
    return (Tone.OVERDUE_1, Tone.OVERDUE_2, Tone.OVERDUE_3)[min(max(tier, 1), 3) - 1]


_HUES: Final[Mapping[Tone, Hue]] = {
    Tone.DUE: Hue.DUE,
    Tone.RUNNING: Hue.DUE,
    Tone.DUE_SOON: Hue.SOON,
    Tone.OVERDUE_1: Hue.OVER,
    Tone.OVERDUE_2: Hue.OVER,
    Tone.OVERDUE_3: Hue.OVER,
    Tone.FAILED: Hue.OVER,
    Tone.INCOMPLETE: Hue.OVER,
    Tone.DONE: Hue.DONE,
    Tone.DONE_LATE: Hue.DONE,
}
_EMPHASES: Final[Mapping[Tone, Emphasis]] = {
    Tone.DUE: Emphasis.BOLD,
    Tone.RUNNING: Emphasis.BOLD,
    Tone.DUE_SOON: Emphasis.BOLD,
    Tone.EXIT: Emphasis.BOLD,
    Tone.VOIDED: Emphasis.STRUCK,
    Tone.OVERDUE_1: Emphasis.OUTLINE,
    Tone.INCOMPLETE: Emphasis.OUTLINE,
    Tone.OVERDUE_2: Emphasis.FILLED,
    Tone.OVERDUE_3: Emphasis.FILLED,
    Tone.FAILED: Emphasis.FILLED,
}
