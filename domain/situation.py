"""What alert rules and the risk score look at: one patient's open work, on columns, never history.

Read under the encounter's lock by one query set, so that a recorded step and a pass of the watch
judge the same thing (decisions 23, 24). Everything that a rule needs of a stream stands here; what
does not stand here is written beside the stream when its case is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from domain.clinical import Clinical
from domain.values import quickly_made

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from domain.alerts import Alert, Wanted
    from domain.ids import EncounterId, OrderId, PatientId, TaskId, WardId
    from domain.loops.deadlines import Deadline
    from domain.orders import Priority


@dataclass(frozen=True, slots=True)
class Mark:
    """Something about a record that a rule looks for, kept beside the open stream.

    Attributes:
        what: the name of a finding (`right_patient`), or `gap`, `exit:refused`, `incident`, ...
        step: the step of the record.
        at: when it happened.
        seq: its place on the stream: the cause of an alert about it.
        value: the finding's severity, or what else there is to say; no patient data.
    """

    what: str
    step: str
    at: datetime
    seq: int
    value: str = ""


@dataclass(frozen=True, slots=True)
class Stream:
    """One open order or task.

    Attributes:
        task: None for the order itself.
        since: when it was placed or made.
        deadlines: every limit that is running, the earliest first.
        done: the steps that are done, each with its time and its result.
        not_recorded: steps that the order's source cannot record; nobody waits for them.
    """

    order: OrderId
    task: TaskId | None
    loop: str
    priority: Priority
    state: str
    since: datetime
    due_at: datetime | None = None
    incomplete: bool = False
    started: bool = False
    deadlines: tuple[Deadline, ...] = ()
    marks: tuple[Mark, ...] = ()
    done: Mapping[str, tuple[datetime, str | None]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    fields: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    not_recorded: frozenset[str] = frozenset()

    @property
    def id(self) -> str:
        """The task's id, else the order's: the subject of its alerts."""
        return self.task or self.order


@dataclass(frozen=True, slots=True)
class Situation:
    """One stay, now.

    Attributes:
        clinical: observations, allergies, active orders.
        alerts: those that are open.
        order_risks: what the prescribing checks found about active orders, as (order, kind,
            override): worked out anew when orders, results or allergies change, never by time.
        ended_at: when the stay ended; None while it lasts.
        flags: standing facts of the stay: `comfort_care`, `on_dialysis`, `pregnant`, ...
    """

    encounter: EncounterId
    patient: PatientId
    ward: WardId
    active: bool
    streams: tuple[Stream, ...] = ()
    clinical: Clinical = field(default_factory=Clinical)
    alerts: tuple[Alert, ...] = ()
    order_risks: tuple[tuple[str, str, str], ...] = ()
    flags: frozenset[str] = frozenset()
    ended_at: datetime | None = None


@quickly_made
@dataclass(frozen=True, slots=True)
class RiskCause:
    """One cause of a patient's score; the points of all causes sum to it exactly.

    Attributes:
        cause: its stable name (`news2`, `open_step`, `high_alert_b`).
        domain: `A` acute, `O` orders, `L` open loops, `B` baseline.
        points: its share of the score.
        hazard: in thousandths of a unit.
        subject: the task or order that it is about.
        since: since when it counts.
    """

    cause: str
    domain: str
    points: int
    hazard: int
    subject: str | None = None
    rule: str | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class RiskScore:
    """The work-prioritisation score of a stay: which patient's open loops to look at first.

    It is no probability; the NEWS2 value always stands beside it.

    Attributes:
        missing: what is not known and may hide points (`charlson`, `news2`): at least this score.
    """

    score: int
    band: str
    hazard: int
    causes: tuple[RiskCause, ...]
    model: str
    config_sha256: str
    news2: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RiskStanding:
    """A score as it stands beside its stay.

    Attributes:
        as_of: the instant at which it was worked out: that of the chain's last event then.
        seq: that event's place on the chain; None where something that it rests on has changed
            since elsewhere (the patient's birth date, a drug): the watch settles it anew.
        wake_at: when it next changes by time alone; None: never.
    """

    risk: RiskScore
    as_of: datetime
    seq: int | None
    wake_at: datetime | None


@dataclass(frozen=True, slots=True)
class Assessment:
    """What follows from a situation at an instant.

    Attributes:
        wanted: all alerts that should be open, suppressed and grouped already.
        risk: the score with its causes.
        wake_at: the next instant at which any of this changes by time alone; None: never.
    """

    wanted: tuple[Wanted, ...]
    risk: RiskScore
    wake_at: datetime | None
