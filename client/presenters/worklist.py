"""The worklist of a role: what is late, what is due, what comes; and rows that keep their place."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from client.presenters.cells import Cell, Run, Section, Weight, bold, muted, plain, state
from client.presenters.formats import NO_BREAK, record_number
from client.presenters.subject import Subject
from client.presenters.titles import (
    Names,
    order_line,
    read_names,
    tag_of,
)
from client.presenters.tone import Tone, overdue
from client.presenters.waiting import act_key, may_sign, waiting, waits_words
from domain.alerts import MEMBERS
from domain.loops.outlook import AMBER
from domain.worklists import ANSWER, RELEASE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from client.app import App
    from client.presenters.formats import Formats
    from client.texts import Texts
    from domain.ids import EncounterId, PractitionerId, WardId
    from domain.loops.loops import Loops
    from domain.people import Role
    from domain.worklists import AlertRow, Outlook, ReadyStep, WorkRow

SOON: Final = timedelta(hours=2)
"""How far a worklist looks ahead unless all is asked for (screens.md 3.3)."""
MOST: Final = 2000
_FAR: Final = 10**12


class Band(StrEnum):
    """The sections of a worklist, in the order in which they stand."""

    OVERDUE = "overdue"
    DUE = "due"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class WorkData:
    """What was read for a worklist, at one instant.

    Attributes:
        tiers: the rung of the ladder that the alert about a late task, or order, has reached.
    """

    rows: tuple[WorkRow, ...]
    names: Names
    roles: frozenset[Role]
    read_at: datetime
    tiers: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Late:
    """When a step becomes late: its own limit, or the first one behind it."""

    deadline: datetime | None
    amber_at: datetime | None


@dataclass(frozen=True, slots=True)
class WorkLine:
    """A row of the list: what it stands for, and its cells.

    Attributes:
        step: the number of the step that waits; `answer` or `release` for an act.
        waits: what waits, in words.
        family: the loop under whose tag it is filtered.
        since: what it is sorted by inside its section.
        search: all that Ctrl+F looks through, lower case.
    """

    key: str
    row: WorkRow
    step: str
    waits: str
    family: str
    band: Band
    tone: Tone
    words: str
    since: float
    deadline: datetime | None
    cells: Mapping[str, Cell]
    search: str = ""

    def cell(self, name: str) -> Cell:
        """The cell of a column."""
        return self.cells[name]


Line = WorkLine | Section


def read_work(
    app: App, *, roles: frozenset[Role], ward: WardId, nurse: PractitionerId | None
) -> WorkData:
    """Everything that waits for these roles on a ward, or for them with one nurse's patients.

    With them stand the drafts that this person wrote and what was spoken, for those who may sign.
    """
    now, loops = app.now(), app.loops.for_ward(ward)
    found = app.reads.work(roles=roles, ward=ward, nurse=nurse, author=nurse, limit=MOST)
    rows = tuple(
        row
        for row in found
        if nurse in (None, row.nurse) or row.state != "verbal" or may_sign(row, roles, loops)
    )
    return WorkData(rows, read_names(app.reads, at=now), roles, now, read_tiers(app, ward))


def read_tiers(app: App, ward: WardId) -> Mapping[str, int]:
    """How far the alerts about late tasks have climbed on a ward, by the task's or order's id."""
    found: dict[str, int] = {}
    for row in app.reads.alerts(ward=ward, limit=MOST):
        for name in _late_subjects(row):
            found[name] = max(found.get(name, 0), row.alert.tier)
    return MappingProxyType(found)


def _late_subjects(row: AlertRow) -> Iterable[str]:
    """The tasks that an alert says are late, of a round all of them; else its order."""
    alert = row.alert
    if alert.limit is None:
        return ()
    members = [name for name in alert.evidence.get(MEMBERS, "").split(",") if name]
    return members or [str(one) for one in (alert.task or alert.order,) if one is not None]


def work_lines(
    data: WorkData, *, loops: Loops, now: datetime, formats: Formats
) -> tuple[WorkLine, ...]:
    """Every row that waits for the roles, in the order in which to do it."""
    frame = _Frame(data.names, loops, now, formats, data.tiers)
    lines = []
    for row in data.rows:
        definition = loops.for_ward(row.ward).loops.get(row.loop)
        if definition is None:
            continue
        found = waiting(row, data.roles, definition, now)
        lines += [_line(row, ready, frame) for ready in found]
    return tuple(sorted(lines, key=_rank))


def late_at(step: ReadyStep, outlook: Outlook, due_at: datetime | None) -> Late:
    """When a step is late; one without a limit is late when the first limit behind it runs out."""
    if step.deadline is not None:
        return Late(step.deadline, step.amber_at)
    ends = outlook.next_due_at
    amber = None
    if ends is not None and due_at is not None and due_at < ends:
        amber = due_at + (ends - due_at) * AMBER
    return Late(ends, amber)


def tone_at(
    late: Late,
    due_at: datetime | None,
    *,
    now: datetime,
    running: bool = False,
    tier: int = 0,
) -> tuple[Tone, Band]:
    """How a waiting step stands at an instant.

    Args:
        tier: the rung of the ladder that its alert has reached, 0 the first role; its bars are one
            more (decision 33).
    """
    if late.deadline is not None and late.deadline < now:
        return overdue(1 + tier), Band.OVERDUE
    if late.amber_at is not None and late.amber_at <= now:
        return Tone.DUE_SOON, Band.DUE
    if due_at is not None and due_at > now:
        return Tone.PLANNED, Band.LATER
    return (Tone.RUNNING if running else Tone.DUE), Band.DUE


def state_words(
    tone: Tone, late: Late, due_at: datetime | None, *, now: datetime, formats: Formats
) -> str:
    """The words of a state with their span: `OVERDUE 35 min`, `6 min left`, `in 25 min`."""
    if late.deadline is not None and (tone.tier or tone is Tone.DUE_SOON):
        return formats.state(tone, span=abs(late.deadline - now))
    if tone is Tone.PLANNED and due_at is not None:
        return formats.state(tone, span=due_at - now)
    return tone.word(formats.texts)


@dataclass(frozen=True, slots=True)
class _Frame:
    """What every line is written with."""

    names: Names
    loops: Loops
    now: datetime
    formats: Formats
    tiers: Mapping[str, int]

    def tier(self, row: WorkRow) -> int:
        """How far the alert about a row has climbed; 0 where there is none."""
        return self.tiers.get(str(row.task or row.order), 0)


def _line(row: WorkRow, ready: ReadyStep, frame: _Frame) -> WorkLine:
    names, now, formats = frame.names, frame.now, frame.formats
    late = late_at(ready, row.outlook, row.due_at)
    waits = waits_words(row, ready, frame.loops.for_ward(row.ward), formats)
    tone, band = tone_at(late, row.due_at, now=now, tier=frame.tier(row))
    words = state_words(tone, late, row.due_at, now=now, formats=formats)
    if row.incomplete:
        tone, words = Tone.INCOMPLETE, Tone.INCOMPLETE.word(formats.texts)
    elif row.state == Tone.ON_HOLD.value:
        tone, words = Tone.ON_HOLD, Tone.ON_HOLD.word(formats.texts)
    cells = {
        "due": bold(formats.moment(row.due_at, now=now)) if row.due_at else muted("–"),
        "state": state(tone, words),
        "bed": bold(row.bed, right=True),
        "patient": bold(formats.name(row.patient_name, row.patient_name_zh).first),
        "born": muted(_born(row, formats)),
        "record_no": muted(record_number(row.mrn), ids=True),
        "task": _task_cell(row, waits, frame),
        "limit": plain(formats.moment(late.deadline, now=now)) if late.deadline else muted("–"),
        "owner": muted(names.family(row.nurse, formats)),
    }
    said = (row.patient_name, row.patient_name_zh, row.mrn, row.bed, cells["task"].text)
    return WorkLine(
        key=f"{row.order}/{row.task or ''}{act_key(ready)}",
        row=row,
        step=ready.step,
        waits=waits,
        family=row.order_loop,
        band=Band.OVERDUE if row.incomplete and band is not Band.OVERDUE else band,
        tone=tone,
        words=words,
        since=_FAR if (at := late.deadline or row.due_at) is None else at.timestamp(),
        deadline=late.deadline,
        cells=cells,
        search=" ".join(said).lower(),
    )


def _task_cell(row: WorkRow, step: str, frame: _Frame) -> Cell:
    formats = frame.formats
    line = order_line(row.order_fields, row.task_fields, names=frame.names, formats=formats)
    next_step = formats.texts("worklist.next", step=step)
    what = Run(f"{NO_BREAK}{next_step}".replace(" ", NO_BREAK), Weight.MUTED)
    urgent: tuple[Run, ...] = ()
    if row.priority.column == 0:
        urgent = (Run(formats.texts(f"priority.{row.priority.value}"), Weight.BOLD),)
    return Cell((*urgent, *line, what), tag=tag_of(frame.loops, row.order_loop, formats))


def _born(row: WorkRow, formats: Formats) -> str:
    if row.birth_date is None:
        return formats.texts("identity.birth_unknown")
    return formats.full_date(row.birth_date)


_BANDS: Final = tuple(Band)


def _rank(line: WorkLine) -> tuple[int, float, int, str, str]:
    row = line.row
    return (_BANDS.index(line.band), line.since, row.priority.column, row.bed, line.key)


# ---------------------------------------------------------------- what the list shows
@dataclass(frozen=True, slots=True)
class WorkFilter:
    """What of the lines is shown.

    Attributes:
        family: only this loop; empty for all.
        until: only lines that are due by then; None for all.
        words: what Ctrl+F looks for.
        collapsed: sections whose rows are hidden; their counts stay.
    """

    family: str = ""
    until: datetime | None = None
    words: str = ""
    collapsed: frozenset[Band] = frozenset()

    def passes(self, line: WorkLine) -> bool:
        """Whether a line is shown."""
        if self.family and line.family != self.family:
            return False
        if self.words and not all(word in line.search for word in self.words.lower().split()):
            return False
        due = line.row.due_at
        return line.band is not Band.LATER or None in (self.until, due) or _by(due, self.until)


def _by(due: datetime | None, until: datetime | None) -> bool:
    return due is not None and until is not None and due <= until


def in_sections(
    lines: Sequence[WorkLine], chosen: WorkFilter, *, now: datetime, formats: Formats
) -> tuple[Line, ...]:
    """The lines that pass, under their headings; a heading without lines is left out."""
    shown = [line for line in lines if chosen.passes(line)]
    result: list[Line] = []
    for band in Band:
        own = [line for line in shown if line.band is band]
        if not own:
            continue
        closed = band in chosen.collapsed
        note = _note(band, chosen.until, now, formats)
        result.append(Section(formats.texts(f"worklist.{band.value}"), len(own), note, closed))
        result += [] if closed else own
    return tuple(result)


def band_of(section: Section, texts: Texts) -> Band:
    """The section that a heading stands for."""
    return next(band for band in Band if texts(f"worklist.{band.value}") == section.title)


def _note(band: Band, until: datetime | None, now: datetime, formats: Formats) -> str:
    texts = formats.texts
    if band is Band.OVERDUE:
        return texts("worklist.worst_first")
    if band is Band.LATER and until is not None:
        return texts("worklist.later_until", time=formats.moment(until, now=now))
    return ""


def counts(lines: Iterable[WorkLine], chosen: WorkFilter) -> dict[Band, int]:
    """How many lines of each section pass, whether it is open or not."""
    passing = [line.band for line in lines if chosen.passes(line)]
    return {band: passing.count(band) for band in Band}


def patients(lines: Iterable[WorkLine]) -> int:
    """How many patients the lines are about."""
    held: set[EncounterId] = {line.row.encounter for line in lines}
    return len(held)


def keep_places(
    shown: Sequence[WorkLine], fresh: Sequence[WorkLine]
) -> tuple[tuple[WorkLine, ...], int]:
    """Fresh lines in the places where they were, so that nothing moves under a hand.

    What has gone is left out; what is new stands at the end of its section.

    Returns:
        the lines, and how many of them would stand elsewhere in a new order.
    """
    now = {line.key: line for line in fresh}
    kept = [
        replace(now[line.key], band=line.band, since=line.since)
        for line in shown
        if line.key in now
    ]
    known = {line.key for line in kept}
    new = [line for line in fresh if line.key not in known]
    moved = sum(now[line.key].band is not line.band for line in kept) + len(new)
    ordered = [line for band in Band for line in (*kept, *new) if line.band is band]
    return tuple(ordered), moved


def subject_of_line(line: WorkLine, *, came_from: str = "work") -> Subject:
    """What Enter on a line opens."""
    row = line.row
    step = "" if line.step in (ANSWER, RELEASE) else line.step
    return Subject(row.order, row.encounter, row.patient, row.task, step, came_from)
