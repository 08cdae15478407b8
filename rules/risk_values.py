"""What CLORS looks at and what it answers: plain values, without a clock.

CLORS (Closed-Loop Order Risk Score) says which patient's open loops to look at first. It
prioritises work; it is no probability of anything, and NEWS2 always stands beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

from domain.errors import InvalidInput
from domain.values import quickly_made


class Weight(StrEnum):
    """How grave it is that a step is late, by its alert rule: S5 info to S1 critical."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    # found in tables on every recorded step; Enum's own hash is slow
    __hash__ = str.__hash__


class Band(StrEnum):
    """Scores of 0-19, 20-39, 40-59 and 60-99: how soon to look, not how likely harm is."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"
    CRITICAL = "critical"


@quickly_made
@dataclass(frozen=True, slots=True)
class OpenStep:
    """One running or passed limit of an open task or order.

    Attributes:
        id: the task or order.
        limit_seconds: the interval that the loop allows; below 5 minutes it counts as 5.
        late_seconds: since it was due, rounded down; negative while on time. Where the due time is
            not known it is the creation plus the priority's default: a step is never left out.
    """

    id: str
    severity: Weight
    limit_seconds: int
    late_seconds: int


@quickly_made
@dataclass(frozen=True, slots=True)
class OrderRisk:
    """Something about an active order that asks for attention.

    Attributes:
        id: the order.
        kind: a key of `[orders]` of the model's file: `high_alert_a`, `ddi_major`, ...
        override: `none`; `monitored` (whoever passed over it says that it is watched);
            `countersigned` (the pharmacist passed over it, too).
    """

    id: str
    kind: str
    override: str = "none"


RANGES: Final = (
    ("age_years", 0, 130),
    ("charlson", 0, 50),
    ("egfr", 0, 300),
    ("braden", 6, 23),
    ("morse", 0, 125),
    ("news2", 0, 20),
    ("news2_partial_min", 0, 20),
    ("news2_change_12h", -20, 20),
    ("aki_stage", 0, 3),
)
"""The numbers among the inputs with the least and greatest that can be meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskInputs:
    """All that the score of one patient rests on; None is not known, never normal.

    Attributes:
        age_years: completed years.
        charlson: comorbidity index.
        egfr: mL/min/1.73 m2.
        braden: read from the nursing system; lower is worse.
        morse: read from the nursing system.
        news2: the last complete one, kept when the next set is overdue.
        news2_red: one parameter alone has 3 points, also in an incomplete set.
        news2_partial_min: the least that an incomplete set can mean.
        news2_excluded: NEWS2 does not hold for a child or in pregnancy; its points are left out.
        news2_change_12h: against the value 12 hours ago; a fall counts nothing.
        aki_stage: KDIGO, 0 to 3.
        critical_value_open: reported, its action not confirmed, whether late already or not.

    Raises:
        InvalidInput: a number cannot be meant; names the field.
    """

    age_years: int | None = None
    charlson: int | None = None
    egfr: Decimal | int | None = None
    braden: int | None = None
    morse: int | None = None
    news2: int | None = None
    news2_red: bool = False
    news2_partial_min: int | None = None
    news2_excluded: bool = False
    news2_change_12h: int | None = None
    observations_overdue: bool = False
    aki_stage: int | None = None
    critical_value_open: bool = False
    order_risks: tuple[OrderRisk, ...] = ()
    open_steps: tuple[OpenStep, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        for name, least, most in RANGES:
            value = getattr(self, name)
            if value is not None and not least <= value <= most:
                raise InvalidInput(name, f"{value} cannot be meant", right=f"{least} to {most}")

    @property
    def lowest_news2(self) -> int | None:
        """What NEWS2 is at least: the graver of the last complete and of an incomplete set."""
        if self.news2_excluded:
            return None
        if self.news2 is None:
            return self.news2_partial_min
        return max(self.news2, self.news2_partial_min or 0)

    @property
    def missing(self) -> tuple[str, ...]:
        """The inputs that are not known and may hide points: the score is a lower bound then.

        Braden and Morse are not asked for: their items are not shipped (decision 54).
        """
        names = ["age_years", "charlson", "egfr", "aki_stage"]
        if not self.news2_excluded:
            names.append("news2")
        return tuple(name for name in names if getattr(self, name) is None)


class Cause(NamedTuple):
    """One cause of a score; a named tuple, since one is made for each on every recorded step.

    Attributes:
        cause: its stable name: `news2`, `open_step`, `high_alert_b`, ...
        domain: `A` acute, `O` active orders, `L` open loops, `B` baseline.
        points: its share of the score; all shares sum to the score exactly.
        hazard: milli-units of its own, before rank and cap: stable when other causes change.
        subject: the task or order that it is about.
        rule: the row of the model's file that gave the number: `acute.aki_2`.
    """

    cause: str
    domain: str
    points: int
    hazard: int
    subject: str | None = None
    rule: str | None = None

    @property
    def id(self) -> str:
        """The cause with its subject: `open_step:T1`."""
        return self.cause if self.subject is None else f"{self.cause}:{self.subject}"


@dataclass(frozen=True, slots=True)
class Risk:
    """The work-prioritisation score of one patient: no probability.

    Attributes:
        score: 0 to 99.
        hazard: milli-units, after ranks and caps.
        causes: by domain, the heavier first among orders and among steps.
        model: `clors@1.0`.
        config_sha256: of the model's numbers.
        acute_computed: False: NEWS2 is excluded or not known at all, and must be said so.
    """

    score: int
    band: Band
    hazard: int
    causes: tuple[Cause, ...]
    model: str
    config_sha256: str
    acute_computed: bool
