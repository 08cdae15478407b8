"""What every use case stands on, and what it answers with."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from domain.timing import DEFAULT_TIMES, SiteTimes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, tzinfo

    from domain.analytes import ResultLimits
    from domain.ids import EncounterId, Ids, OrderId, TaskId, WardId
    from domain.loops.loops import Loops
    from domain.ports import Reads, Rulebook, UnitOfWork
    from domain.trust import Trust

DEFAULT_ZONE: Final = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class WardSettings:
    """What a site says of a ward, beside its beds.

    Attributes:
        data: values that tasks freeze when they are made (`transported`, `care_level`).
        site_times: its clock times.
    """

    data: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    site_times: SiteTimes = DEFAULT_TIMES


@dataclass(frozen=True, slots=True)
class Workplace:
    """The ports, the loops and the site, as one process has them.

    Attributes:
        workstation: its name; part of the chain of what has neither encounter nor ward.
        trust: secrets, the audit trail, and the clock that they go by.
        wards: what the site says of its wards; a ward that is not named has the defaults.
        time_zone: of wards that are not known.
        audits_reading: whether the trail hears of each reading; not of those of simulated staff.
        rewind: allow a frozen clock before the journal's last entry, on demo data only.
        rulebook: what alerts and scores follow from; None: neither (an import).
        result_limits: the critical limits of a result by its name, in force on a day.
        time_critical: codes of drugs on the hospital's time-critical list, beside those that its
            catalogue marks.
    """

    uow: UnitOfWork
    reads: Reads
    loops: Loops
    ids: Ids
    workstation: str
    config_hash: str
    trust: Trust
    wards: Mapping[WardId, WardSettings] = field(default_factory=lambda: MappingProxyType({}))
    time_zone: str = DEFAULT_ZONE
    rewind: bool = False
    audits_reading: bool = True
    rulebook: Rulebook | None = None
    result_limits: Callable[[str, date], ResultLimits | None] | None = None
    time_critical: frozenset[str] = frozenset()

    def ward(self, ward: WardId) -> WardSettings:
        """What the site says of a ward."""
        return self.wards.get(ward, WardSettings())

    def zone(self, ward: WardId) -> tzinfo:
        """The time zone in which a ward reads its clock."""
        names = {known.id: known.time_zone for known in self.reads.wards()}
        return ZoneInfo(names.get(ward) or self.time_zone)


@dataclass(frozen=True, slots=True)
class Changes:
    """What a use case touched, so that screens refresh these rows and no others.

    Attributes:
        repeated: nothing now: the same command had been carried out before.
    """

    orders: tuple[OrderId, ...] = ()
    tasks: tuple[TaskId, ...] = ()
    encounters: tuple[EncounterId, ...] = ()
    repeated: bool = False

    @classmethod
    def none(cls, *, repeated: bool = False) -> Changes:
        """Nothing."""
        return cls(repeated=repeated)
