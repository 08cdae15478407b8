"""A hospital's site file: everything that it may change, in one TOML file.

::

    format = 1
    version = "2026-12"
    ward = "7A"                                  # or a list; without it: the whole site
    effective_from = 2026-12-01T08:00:00+08:00   # without it: from the moment it is named
    approved_by = ["pharm.lead", "medical.affairs"]
    note = "decided on 24 November"

    [loops.medication.limits.TM06]               # rules.loops.overlay
    [rules.M-05]                                 # rules.alerts.overlay
    [clors.orders]                               # rules.risk_table: within half and one and a half
    [[knowledge]]                                # rules.knowledge.overlaying
    [handover]                                   # rules.site_handover
    [lists]                                      # the hospital's own lists

A limit, an alert rule, a handover, a weight and a list are changed by two people (`approved_by`).
What a ward may change for itself are its loops, alert rules and handovers; the rest holds for the
whole site.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from domain.errors import DefinitionError
from rules.checks.blood import COMPATIBLE
from rules.loops.document import Document, Fault, read_document, row_faults
from rules.loops.overlay import PARTS, Overlay
from rules.loops.rows import Line, Read, Row
from rules.loops.words import string_or_list, strings
from rules.site_handover import HandoverRow

FOUR_EYES: Final = 2
_OF_THE_SITE: Final = ("clors", "knowledge", "lists")
_TWO_FOR: Final = ("rules", "handover", "clors", "lists")


class SiteError(DefinitionError):
    """A site's file is wrong.

    Attributes:
        faults: all that is wrong with it, by line; the error itself is the first.
    """

    def __init__(self, faults: Sequence[DefinitionError]) -> None:
        first = faults[0]
        super().__init__(first.file, first.line, first.reason)
        self.faults = tuple(faults)


def _instant(value: object) -> datetime:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError(f"{value!s} is no instant; right would be 2026-12-01T08:00:00+08:00")
    return value.astimezone(UTC)


class ListRows(Row):
    """The hospital's lists.

    Attributes:
        time_critical: codes of drugs that are on the hospital's time-critical list (TM07), beside
            those that its catalogue marks.
        blood_policy: one of `rules.checks.blood.POLICIES`.
    """

    time_critical: Annotated[tuple[str, ...], Read(strings)] = ()
    blood_policy: Literal["compatible", "strict_same_group"] | None = None


class _HeadRows(Row):
    """What the file says of itself."""

    format: Literal[1]
    version: Line | None = None
    ward: Annotated[tuple[str, ...], Read(string_or_list)] = ()
    effective_from: Annotated[datetime | None, Read(_instant)] = None
    approved_by: Annotated[tuple[str, ...], Read(strings)] = ()
    note: str = ""
    loops: Annotated[dict[str, Any], Field(default_factory=dict)]
    rules: Annotated[dict[str, Any], Field(default_factory=dict)]
    handover: HandoverRow | None = None
    clors: Annotated[dict[str, Any], Field(default_factory=dict)]
    knowledge: Annotated[list[Any], Field(default_factory=list)]
    lists: Annotated[ListRows, Field(default_factory=ListRows)]


@dataclass(frozen=True, slots=True)
class Site:
    """One site file whose head is right.

    Attributes:
        path: where it was read.
        wards: the wards that it is for; empty: the whole site.
        effective_from: before this instant it is not in force; None: it always is.
        approved_by: who decided it.
        handover: when its shifts hand over; None: it says nothing of that.
    """

    path: Path
    document: Document
    version: str
    wards: tuple[str, ...]
    effective_from: datetime | None
    approved_by: tuple[str, ...]
    note: str
    lists: ListRows
    handover: HandoverRow | None = None

    @property
    def overlay(self) -> Overlay:
        """The file as those read it who read a part of it."""
        return Overlay(self.document, self.wards)

    @property
    def summary(self) -> str:
        """The file in a few words: its name, version, what it changes, who approved it."""
        said = [f"{self.path.name} {self.version}".strip()]
        if self.wards:
            said.append(f"for {', '.join(self.wards)}")
        said.append(", ".join(part for part in PARTS if self.document.data.get(part)) or "nothing")
        if self.approved_by:
            said.append(f"approved by {', '.join(self.approved_by)}")
        return "; ".join(said)

    def in_force(self, now: datetime) -> bool:
        """Whether it holds at an instant."""
        return self.effective_from is None or self.effective_from <= now


def read_site(path: Path) -> Site:
    """A site's file; what it changes is proved by who reads that part (`rules.site_faults`).

    Raises:
        SiteError: its head is wrong, or it was not approved as it must be: every fault.
        DefinitionError: it cannot be read, or is no TOML.
    """
    document = read_document(path)
    faults = head_faults(document)
    if faults:
        raise SiteError(faults)
    head = _HeadRows.model_validate(document.data)
    return Site(
        path=path,
        document=document,
        version=head.version or "",
        wards=head.ward,
        effective_from=head.effective_from,
        approved_by=head.approved_by,
        note=head.note,
        lists=head.lists,
        handover=head.handover,
    )


def head_faults(document: Document) -> list[DefinitionError]:
    """All that is wrong with the head, the lists, and who approved."""
    faults = row_faults(document, _HeadRows, document.data)
    faults += [document.error(fault) for fault in _unapproved(document)]
    return sorted(faults, key=lambda error: error.line)


def _unapproved(document: Document) -> Iterator[Fault]:
    data = document.data
    asks = [(part,) for part in _TWO_FOR if data.get(part)] + _limits(data)
    if asks:
        first = min(asks, key=lambda path: document.places.at(path).line)
        what = "limits" if first[-1] == "limits" else first[0]
        names = data.get("approved_by")
        if not isinstance(names, list) or len(names) < FOUR_EYES:
            yield Fault(first, f'two people change {what}; right: approved_by = ["A", "B"]')
        if not data.get("version"):
            yield Fault(first, f'who changes {what} says a version; right: version = "2026-12"')
    for part in _OF_THE_SITE:
        if data.get("ward") and data.get(part):
            yield Fault((part,), f"{part}: of the whole site; right would be a file without ward")


def _limits(data: Mapping[str, object]) -> list[tuple[str, ...]]:
    loops = data.get("loops")
    return [
        ("loops", name, "limits")
        for name, loop in (loops.items() if isinstance(loops, dict) else ())
        if isinstance(loop, dict) and loop.get("limits")
    ]


# ------------------------------------------------------------------------ several files


def in_force(sites: Iterable[Site], now: datetime) -> tuple[Site, ...]:
    """The files that hold at an instant, in their order; the later wins."""
    return tuple(site for site in sites if site.in_force(now))


def next_change(sites: Iterable[Site], now: datetime) -> datetime | None:
    """When the next of the files comes into force; None: none is waiting."""
    ahead = (site.effective_from for site in sites if not site.in_force(now))
    return min((at for at in ahead if at is not None), default=None)


def lists_of(sites: Iterable[Site]) -> ListRows:
    """The lists of files together: the later blood policy, all time-critical drugs."""
    codes: dict[str, None] = {}
    policy: str = COMPATIBLE
    for site in sites:
        codes.update(dict.fromkeys(site.lists.time_critical))
        policy = site.lists.blood_policy or policy
    return ListRows.model_validate({"time_critical": list(codes), "blood_policy": policy})
