"""What is kept of a step that was recorded, and of a hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from domain.values import quickly_made

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from domain.ids import PractitionerId


class Source(StrEnum):
    """How a record came (decision 1, E8).

    Attributes:
        after_the_fact: it tells of what has already happened: it is taken and judged, not refused.
        from_machine: another system speaks, not a person.
    """

    LIVE = "live"
    RETRO = "retro"
    DOWNTIME = "downtime"
    INTERFACE = "interface"
    IMPORT = "import"

    def __init__(self, word: str) -> None:
        self.after_the_fact = word != "live"
        self.from_machine = word in ("interface", "import")


@quickly_made
@dataclass(frozen=True, slots=True)
class Record:
    """The last record of a step, with what later decisions need of the earlier ones.

    Attributes:
        step: the step's number (`M10`).
        at: when it happened.
        recorded_at: when it was stored.
        actor: who did it.
        role_system: whether a device or the program did it.
        result: one of the step's results, where it has any.
        evidence: the recorded fields, JSON values.
        witness: the second person.
        source: how the record came.
        count: how often the step was recorded.
        first_at: when it was first recorded.
        late_by_minutes: by how much it missed its limit, as judged when it was recorded.
        version: the order's report version that it answers.
        undone: it was recorded, and a result sent the work back: it is pending again.
        stopped: entered after the fact against a stop; nothing live may rest on it.
        seq: its place on the stream, which a correction names.
    """

    step: str
    at: datetime
    recorded_at: datetime
    actor: PractitionerId
    result: str | None = None
    evidence: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    witness: PractitionerId | None = None
    source: Source = Source.LIVE
    count: int = 1
    first_at: datetime | None = None
    late_by_minutes: int | None = None
    version: int = 0
    undone: bool = False
    stopped: bool = False
    role_system: bool = False
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Hold:
    """Work that waits on purpose.

    Attributes:
        at: since when.
        until: when the person meant to look again; passing it only alerts (decision 3).
        reason: why.
        whole_order: held with its order, not by itself.
    """

    at: datetime
    until: datetime | None
    reason: str
    whole_order: bool = False
