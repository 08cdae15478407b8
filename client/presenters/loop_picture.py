"""The loop picture (闭环图) as a value: lanes, nodes, links and dose beads, without a pixel.

What fills it reads orders, events and limits; what paints it knows only this. Columns are whole
numbers that all lanes share, so that a step stands where its forerunner in another lane ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from client.presenters.tone import Tone
    from client.texts import Texts


class LinkStyle(StrEnum):
    """What lies between two steps.

    DONE solid; RUNNING blue, its limit runs; PENDING dashed; SKIPPED dotted; GAP dashed red, a
    record is missing; BRANCH red, a failure or a sub-loop leaves here.
    """

    DONE = "done"
    RUNNING = "running"
    PENDING = "pending"
    SKIPPED = "skipped"
    GAP = "gap"
    BRANCH = "branch"


@dataclass(frozen=True, slots=True)
class LabelLine:
    """A line under a node: quiet by default; bold and in its tone's colour where it matters."""

    text: str
    tone: Tone | None = None
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """A step.

    Attributes:
        id: what selects it; unique in the picture.
        code: the step's number, `M8`.
        name: the step's name; up to two lines.
        column: where it stands, from 0.
        tone: its state.
        lines: time, who, what is late: at most three.
        badges: letters at its top right: `r` entered later, `m` typed, `o` override.
        conditional: it applies only under a condition: a diamond round it.
        repeated: how many rounds were recorded; 0 where it is done once.
        strong: whether the name is bold: the step at which things stand.
    """

    id: str
    code: str
    name: str
    column: int
    tone: Tone
    lines: tuple[LabelLine, ...] = ()
    badges: tuple[str, ...] = ()
    conditional: bool = False
    repeated: int = 0
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Bead:
    """One dose among many: state and time."""

    id: str
    tone: Tone
    text: str


@dataclass(frozen=True, slots=True)
class BeadDay:
    """The doses of a day."""

    title: str
    beads: tuple[Bead, ...]
    today: bool = False


@dataclass(frozen=True, slots=True)
class Lane:
    """A row of the picture: nodes, or beads by day.

    Attributes:
        alarm: whether it is the lane of a sub-loop that hangs from a failure: a red edge.
    """

    id: str
    title: str
    subtitle: tuple[str, ...] = ()
    nodes: tuple[Node, ...] = ()
    days: tuple[BeadDay, ...] = ()
    alarm: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """From one node to another, with what stands above it: `12/30 min`."""

    source: str
    target: str
    style: LinkStyle
    label: str = ""


@dataclass(frozen=True, slots=True)
class LegendItem:
    """A shape and its word; without a tone it is the diamond of a conditional step."""

    text: str
    tone: Tone | None = None


@dataclass(frozen=True, slots=True)
class LoopPicture:
    """The whole picture of one order.

    Attributes:
        selected: the node on which the picture opens; empty for the first.
        chosen_bead: the dose that the lane below the beads shows; empty for none.
    """

    lanes: tuple[Lane, ...]
    links: tuple[Link, ...] = ()
    selected: str = ""
    chosen_bead: str = ""
    legend: tuple[LegendItem, ...] = ()

    @property
    def columns(self) -> int:
        """How many columns the nodes need."""
        return max((node.column for node in self.nodes()), default=0) + 1

    def nodes(self) -> Iterator[Node]:
        """All nodes, lane by lane."""
        return (node for lane in self.lanes for node in lane.nodes)

    def beads(self) -> Iterator[Bead]:
        """All beads, day by day."""
        return (bead for lane in self.lanes for day in lane.days for bead in day.beads)


def spoken(step: Node | Bead, texts: Texts) -> str:
    """A node or bead in one sentence, for screen readers and tool tips: every mark in words."""
    if isinstance(step, Bead):
        return f"{step.text}, {step.tone.word(texts)}"
    parts = [f"{step.code} {step.name}".strip(), step.tone.word(texts)]
    parts += [texts("loop.conditional")] if step.conditional else []
    parts += [texts("loop.repeated", n=step.repeated)] if step.repeated else []
    parts += [line.text for line in step.lines]
    parts += [texts(f"badge.{badge}") for badge in step.badges]
    return ", ".join(parts)
