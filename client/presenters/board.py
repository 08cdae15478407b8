"""The ward board: one card for each bed, what is late on the ward, and the sums."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from client.presenters.bed_card import BedCard, LoopCount
from client.presenters.cells import Cell, LoopKind, Run, Weight
from client.presenters.formats import record_number
from client.presenters.titles import Names, read_names, short_line, step_name, tag_of
from client.presenters.tone import Tone, overdue
from client.presenters.worklist import MOST, WorkData, WorkLine, read_tiers, work_lines
from domain.people import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from client.app import App
    from client.presenters.formats import Formats
    from domain.ids import EncounterId, PractitionerId
    from domain.loops.loops import Loops
    from domain.patients import Ward
    from domain.worklists import BedRow, ReadyStep, WorkRow

FOUR: Final = (
    LoopKind.MEDICATION,
    LoopKind.EXAMINATION,
    LoopKind.TEST,
    LoopKind.TRANSFUSION,
)


_INTO_PATIENTS: Final = (LoopKind.MEDICATION, LoopKind.TRANSFUSION)
_FAR_OFF: Final = timedelta(days=1)
_ONE_LINE: Final = 24
"""What is left of a card's last line beside a time, in letters, where something runs above it."""


class BoardSort(StrEnum):
    """How the cards stand."""

    BED = "bed"
    OVERDUE = "overdue"


class BoardFilter(StrEnum):
    """Which cards are shown."""

    ALL = "all"
    MINE = "mine"
    OVERDUE = "overdue"
    UNASSIGNED = "unassigned"


@dataclass(frozen=True, slots=True)
class BoardData:
    """What was read for a ward at one instant."""

    ward: Ward
    beds: tuple[BedRow, ...]
    work: WorkData

    @property
    def read_at(self) -> datetime:
        """When it was read."""
        return self.work.read_at


@dataclass(frozen=True, slots=True)
class LoopSum:
    """One row of the sums: a loop with what is late and what is open on the ward."""

    tag: str
    name: str
    overdue: int
    open: int


def read_board(app: App, *, user: str, ward: Ward) -> BoardData:
    """The beds of a ward with all open work, whoever it waits for."""
    now = app.now()
    beds = app.ward_board(user=user, ward=ward.id, now=now)
    roles = frozenset(Role)
    rows = app.reads.work(roles=roles, ward=ward.id, limit=MOST)
    names, tiers = read_names(app.reads, at=now), read_tiers(app, ward.id)
    return BoardData(ward, beds, WorkData(rows, names, roles, now, tiers))


def ward_lines(
    data: BoardData, *, loops: Loops, now: datetime, formats: Formats
) -> tuple[WorkLine, ...]:
    """All open work of the ward as lines."""
    return work_lines(data.work, loops=loops, now=now, formats=formats)


@dataclass(frozen=True, slots=True)
class _Frame:
    names: Names
    loops: Loops
    now: datetime
    formats: Formats

    @property
    def today(self) -> date:
        return self.now.astimezone(self.formats.zone).date()


def bed_cards(
    data: BoardData,
    lines: Sequence[WorkLine],
    *,
    loops: Loops,
    now: datetime,
    formats: Formats,
) -> tuple[BedCard, ...]:
    """A card for each bed in the order of the ward, empty beds too."""
    by_stay: dict[EncounterId, list[WorkLine]] = defaultdict(list)
    for line in lines:
        by_stay[line.row.encounter].append(line)
    frame = _Frame(data.work.names, loops, now, formats)
    cards = {row.bed: _card(row, by_stay[row.encounter], frame) for row in data.beds}
    known = [cards[bed] if bed in cards else _empty(bed, formats) for bed in data.ward.beds]
    placed = set(data.ward.beds)
    return (*known, *(card for bed, card in cards.items() if bed not in placed))


def _empty(bed: str, formats: Formats) -> BedCard:
    return BedCard(f"bed {bed}", bed, note=formats.texts("board.empty"))


def _card(row: BedRow, lines: Sequence[WorkLine], frame: _Frame) -> BedCard:
    formats, texts = frame.formats, frame.formats.texts
    age = "" if row.birth_date is None else formats.age(row.birth_date, today=frame.today)
    nurse = texts("board_page.no_nurse")
    if row.nurse is not None:
        nurse = texts("board_page.nurse", name=frame.names.person(row.nurse, formats))
    running = _running(lines, frame)
    time, task = _next(lines, frame, short=bool(running[0]))
    return BedCard(
        key=row.encounter,
        bed=row.bed,
        name=formats.name(row.patient_name, row.patient_name_zh).first,
        about=f"{age} {formats.sex(row.sex, short=True)}".strip(),
        record_no=record_number(row.mrn),
        counts=_counts(row, lines, frame),
        running=running,
        next_time=time,
        next_task=task,
        staff=nurse,
        flags=(texts("board_page.gap"),) if row.incomplete else (),
        alarm=any(line.tone.tier > 1 for line in lines),
    )


def _counts(row: BedRow, lines: Sequence[WorkLine], frame: _Frame) -> tuple[LoopCount, ...]:
    late = row.overdue_by_kind
    texts = frame.formats.texts
    result = []
    for kind in FOUR:
        tones = Counter(line.tone for line in lines if line.family == kind)
        tone, count = _worst(late.get(kind, 0), tones)
        tag = tag_of(frame.loops, kind, frame.formats)
        words = ""
        if tone is not None:
            loop, word = texts(f"tag_long.{kind}"), tone.word(texts)
            words = texts("board_page.count_words", loop=loop, n=count, state=word)
        result.append(LoopCount(tag, tone, count, words))
    return tuple(result)


def _worst(late: int, tones: Counter[Tone]) -> tuple[Tone | None, int]:
    """The worst state that a loop has on a patient, and how many are in it."""
    if late:
        climbed = [tone for tone in tones if tone.tier]
        return max(climbed, key=lambda tone: tone.tier, default=overdue(1)), late
    for tone in (Tone.INCOMPLETE, Tone.DUE_SOON, Tone.DUE, Tone.RUNNING, Tone.PLANNED):
        if tones[tone]:
            return tone, tones[tone]
    return None, 0


def _running(lines: Sequence[WorkLine], frame: _Frame) -> tuple[str, str]:
    """What runs into the patient, with the time by which it is to end."""
    texts, formats, now = frame.formats.texts, frame.formats, frame.now
    for row in (line.row for line in lines if line.family in _INTO_PATIENTS):
        ends = _ends(row, frame.loops)
        if ends is None:
            continue
        until = ends.deadline
        if until is None:
            return texts("board_page.running"), short_line(
                row.order_fields, row.task_fields, names=frame.names, formats=formats
            )
        span = formats.duration(until - now)
        left = texts("board_page.over" if until < now else "board_page.left", span=span)
        left = "" if until - now >= _FAR_OFF else left
        return texts("board_page.ends", time=formats.moment(until, now=now)), left
    return "", ""


def _ends(row: WorkRow, loops: Loops) -> ReadyStep | None:
    """The step that ends what runs: what a repeated round of the task repeats until."""
    definition = loops.for_ward(row.ward).loops.get(row.loop)
    if definition is None:
        return None
    ready = {one.step: one for one in row.outlook.ready}
    rounds = (definition.steps[no] for no in ready if no in definition.steps)
    ends = (one.repeats_until for one in rounds if one.repeats_until is not None)
    return next((ready[no] for no in ends if no in ready), None)


def _next(lines: Sequence[WorkLine], frame: _Frame, *, short: bool) -> tuple[str, str]:
    """When the next task is due, and what it is; a drug and its dose whole, or the step's name."""
    if not lines:
        return "", ""
    line = min(lines, key=lambda one: one.since)
    row = line.row
    when = row.due_at or line.deadline
    definition = frame.loops.for_ward(row.ward).get(row.loop)
    what = short_line(row.order_fields, row.task_fields, names=frame.names, formats=frame.formats)
    if not what or (short and len(what) > _ONE_LINE):
        step = definition.steps.get(line.step)
        what = line.waits if step is None else step_name(step, frame.formats, short=True)
    return "" if when is None else frame.formats.moment(when, now=frame.now), what


def choose_cards(
    cards: Iterable[BedCard],
    data: BoardData,
    *,
    sort: BoardSort,
    chosen: BoardFilter,
    user: PractitionerId,
    empty: bool = True,
) -> tuple[BedCard, ...]:
    """The cards that a filter lets through, in the order that is asked for.

    Args:
        empty: whether empty beds have a card.
    """
    beds = {str(row.encounter): row for row in data.beds}
    kept = [card for card in cards if _passes(beds.get(card.key), chosen, user)]
    kept = [card for card in kept if empty or card.name]
    if sort is BoardSort.OVERDUE:
        kept.sort(key=lambda card: -_late(beds.get(card.key)))
    return tuple(kept)


def _late(row: BedRow | None) -> int:
    return -1 if row is None else sum(row.overdue_by_loop.values()) + row.incomplete


def _passes(row: BedRow | None, chosen: BoardFilter, user: PractitionerId) -> bool:
    if chosen is BoardFilter.ALL:
        return True
    if row is None:
        return False
    if chosen is BoardFilter.MINE:
        return row.nurse == user
    return row.nurse is None if chosen is BoardFilter.UNASSIGNED else _late(row) > 0


def filter_count(data: BoardData, chosen: BoardFilter, user: PractitionerId) -> int:
    """How many patients a filter lets through."""
    return sum(_passes(row, chosen, user) for row in data.beds)


def loop_sums(data: BoardData, *, loops: Loops, formats: Formats) -> tuple[LoopSum, ...]:
    """What is late and what is open on the whole ward, loop by loop."""
    late: Counter[str] = Counter()
    opened: Counter[str] = Counter()
    for row in data.beds:
        late.update(row.overdue_by_kind)
        opened.update(row.open_by_kind)
    texts = formats.texts
    return tuple(
        LoopSum(tag_of(loops, kind, formats), texts(f"tag_long.{kind}"), late[kind], opened[kind])
        for kind in FOUR
    )


def without_name(card: BedCard, formats: Formats) -> BedCard:
    """A card for eyes that pass by: bed and family name, no record number, no age."""
    if not card.name:
        return card
    return replace(card, name=hidden_name(card.name, formats), about="", record_no="")


def hidden_name(name: str, formats: Formats) -> str:
    """A name without what tells one WANG from another."""
    surname = name[:1] if formats.chinese else name.replace(",", " ").split()[0]
    return formats.texts("session.hidden_name", surname=surname)


def late_cell(line: WorkLine, names: Names, formats: Formats, *, named: bool = True) -> Cell:
    """A late task in the list beside the cards: bed, patient, and what is late."""
    row = line.row
    what = short_line(row.order_fields, row.task_fields, names=names, formats=formats)
    bed = Run(formats.texts("board_page.bed", bed=row.bed), Weight.BOLD)
    whole = formats.name(row.patient_name, row.patient_name_zh).first
    name = Run(whole if named else hidden_name(whole, formats))
    return Cell((bed, name, Run(what, Weight.MUTED)), tag=line.cell("task").tag)
