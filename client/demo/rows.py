"""The rows of the demo's data files, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date

    from domain.people import Role

_NOTHING: Final[Mapping[str, object]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Turn:
    """What happens at a step instead of the usual.

    Attributes:
        step: the step's number (`M10`).
        nth: only at the n-th time that the order comes to this step, from 1.
        seq: only on the task of this number.
        clock: done at this wall time.
        minutes: done so many minutes after what its pace counts from.
        leave: never done: it is overdue in the end.
        result: instead of the usual one.
        reason: written with it.
        evidence: over the usual evidence.
        yes: yes-or-no fields that are yes.
        exit: the exit that is taken instead, with its `code`.
        wrong_band: somebody else's wristband is scanned first, and refused.
        retro: not recorded; this later step is entered `minutes` afterwards instead.
        gap: what becomes of the gap that this leaves: `accepted` or `left`.
        answer: to the question that follows; `leave` = nobody answers.
        next: another turn, `minutes` after this one.
    """

    step: str
    nth: int | None = None
    seq: int | None = None
    clock: str | None = None
    minutes: int | None = None
    leave: bool = False
    result: str | None = None
    reason: str | None = None
    evidence: Mapping[str, object] = field(default_factory=lambda: _NOTHING)
    yes: tuple[str, ...] = ()
    exit: str | None = None
    code: str | None = None
    wrong_band: bool = False
    retro: str | None = None
    gap: str | None = None
    answer: str | None = None
    next: Turn | None = None


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order as it will be written.

    Attributes:
        kind: the id of its loop.
        code: of its catalogue item, by which the story finds it again.
        fields: the loop's order fields, without times.
        at: when it is written; None for a standing order of the evening.
        start: wall time of `fields.start`; None where it starts when it is written.
        slot: the appointment of an examination.
        minutes: how long an infusion runs.
        needs: when an as-needed drug is asked for.
    """

    kind: str
    code: str
    fields: Mapping[str, object]
    turns: tuple[Turn, ...] = ()
    at: str | None = None
    start: str | None = None
    slot: str | None = None
    minutes: int | None = None
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PatientRow:
    """A patient with their standing orders.

    Attributes:
        group: the blood group of the sample.
        weight: kilograms, when the patient was admitted.
        allergies: what the patient named when asked; none: there are none.
    """

    bed: str
    mrn: str
    name: str
    name_zh: str
    sex: str
    born: date
    diagnosis: str
    nurse: str
    doctor: str
    group: str
    orders: tuple[OrderRow, ...]
    weight: str = "68"
    allergies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A member of staff; `evening` takes over a night nurse's patients."""

    user: str
    name: str
    name_zh: str
    roles: tuple[Role, ...]
    wards: tuple[str, ...] = ()
    evening: str | None = None
    student: bool = False


@dataclass(frozen=True, slots=True)
class WardRow:
    """A ward with its number of beds."""

    id: str
    name: str
    name_zh: str
    beds: int


@dataclass(frozen=True, slots=True)
class Pace:
    """How soon a step is done; `data/pace.toml` explains each word."""

    minutes: tuple[int, int] = (5, 20)
    origin: str | None = None
    late: float = 0.0
    by: tuple[int, int] = (0, 0)
    after: str | None = None
    own: bool = False
    role: str | None = None
    rounds: tuple[str, ...] = ()
    ahead: int = 0
    together: str | None = None
    every: tuple[int, int] | None = None
    first: tuple[int, int] | None = None
    chance: float = 1.0


@dataclass(frozen=True, slots=True)
class NowAndThen:
    """A turn that comes by chance, in this share of all times that its step is done."""

    share: float
    turn: Turn


@dataclass(frozen=True, slots=True)
class StoryEvent:
    """Something that happens at a wall time to the patient of a bed."""

    at: str
    bed: str
    act: str
    code: str = ""
    reason: str = ""
    ward: str = ""
    to: str = ""
    step: str = ""
    minutes: int = 0
    changes: Mapping[str, object] = field(default_factory=lambda: _NOTHING)
    order: OrderRow | None = None
