"""What a cell of a list shows, as a value: runs of text, a state, a type tag."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from client.presenters.tone import Tone
    from domain.alerts import AlertSeverity


class LoopKind(StrEnum):
    """The four loops and vital signs, each with its type tag (`tag.<value>` in the texts)."""

    MEDICATION = "medication"
    EXAMINATION = "examination"
    TEST = "test"
    TRANSFUSION = "transfusion"
    OBSERVATION = "observation"


class Weight(StrEnum):
    """How a run of text is set; MARK is a filled box (`HA`), LABEL small capitals (`DOSE`)."""

    PLAIN = "plain"
    BOLD = "bold"
    MUTED = "muted"
    LABEL = "label"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text in one weight."""

    text: str
    weight: Weight = Weight.PLAIN


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a list.

    Attributes:
        runs: what it says, set one after another; it wraps, it is never cut with dots.
        tone: the state that its pill tells; the runs are then the words of the pill.
        tag: the type tag before the text, as written (`Rx`).
        right: whether it stands at the right, as numbers do.
        ids: whether it is a record number: tabular, with a slashed zero.
        severity: the alert severity whose mark stands before the text.
    """

    runs: tuple[Run, ...] = ()
    tone: Tone | None = None
    tag: str = ""
    right: bool = False
    ids: bool = False
    severity: AlertSeverity | None = None

    @property
    def text(self) -> str:
        """All that it says, for screen readers and for finding."""
        said = " ".join(run.text for run in self.runs)
        return f"{self.tag} {said}" if self.tag else said


def plain(text: str, *, right: bool = False, ids: bool = False) -> Cell:
    """A cell of ordinary text."""
    return Cell((Run(text),), right=right, ids=ids)


def bold(text: str, *, right: bool = False) -> Cell:
    """A cell of bold text."""
    return Cell((Run(text, Weight.BOLD),), right=right)


def muted(text: str, *, right: bool = False, ids: bool = False) -> Cell:
    """A cell of quiet text."""
    return Cell((Run(text, Weight.MUTED),), right=right, ids=ids)


def state(tone: Tone, words: str) -> Cell:
    """A cell that tells a state: glyph and words, in a pill where the tone asks for one."""
    return Cell((Run(words),), tone=tone)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading inside a list: `Overdue 4  worst first`."""

    title: str
    count: int
    note: str = ""
    collapsed: bool = False
