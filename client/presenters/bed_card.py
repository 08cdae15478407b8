"""A card of the ward board as a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from client.presenters.tone import Tone


@dataclass(frozen=True, slots=True)
class LoopCount:
    """One of the four counters, in its fixed place.

    Attributes:
        tag: `Rx`, `药`.
        tone: the worst state among the open work; None where there is none.
        count: how many are in that state.
        words: for screen readers: `medication: 2 overdue`.
    """

    tag: str
    tone: Tone | None = None
    count: int = 0
    words: str = ""


@dataclass(frozen=True, slots=True)
class BedCard:
    """A bed: occupied (`name` is set) or empty.

    Attributes:
        key: what identifies the card across a refresh (the encounter, or the bed if empty).
        bed: the place.
        name: in the fixed form; empty for an empty bed.
        about: age and sex: `65y M`.
        record_no: grouped, as `record_number` writes it.
        counts: one for each loop, always in the same order.
        running: what runs with its end: (`ends 10:20`, `2 h 15 min left`); empty strings if none.
        next_time: when the next task is due.
        next_task: which.
        staff: `RN LI, Na`.
        flags: short words in boxes.
        alarm: whether something overdue at tier 2 or 3 is open: the red edge.
        note: for an empty bed: `cleaning since 07:40`.
    """

    key: str
    bed: str
    name: str = ""
    about: str = ""
    record_no: str = ""
    counts: tuple[LoopCount, ...] = ()
    running: tuple[str, str] = ("", "")
    next_time: str = ""
    next_task: str = ""
    staff: str = ""
    flags: tuple[str, ...] = ()
    alarm: bool = False
    note: str = ""

    @property
    def spoken(self) -> str:
        """All of it in one sentence, for screen readers."""
        parts = (
            self.bed,
            self.name,
            self.about,
            self.record_no,
            *(count.words for count in self.counts if count.count),
            " ".join(self.running).strip(),
            f"{self.next_time} {self.next_task}".strip(),
            self.staff,
            *self.flags,
            self.note,
        )
        return ", ".join(part for part in parts if part)
