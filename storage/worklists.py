"""Worklist and ward board: the two read sides that a ward looks at all day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from domain.ids import EncounterId, PatientId, PractitionerId, WardId
from domain.orders import Priority
from domain.worklists import BedRow, WorkRow
from storage import questions as ask
from storage.care_mapping import birth_date_of, ward_of
from storage.mapping import open_fields, outlook_of
from storage.types import deadline, deadline_or_none, instant_or_none, micros

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from storage.engine import Driver, Row
    from storage.statements import Statement

Nurses = dict[EncounterId, PractitionerId]
_LINES: Final[dict[str, tuple[Row, WorkRow]]] = {}
_REMEMBERED: Final = 8192
_PRIORITIES: Final[Mapping[str, Priority]] = {priority.value: priority for priority in Priority}


@dataclass(frozen=True, slots=True)
class WorkQuestion:
    """Whose work is asked for; `at` is the instant at which assignments count."""

    mask: int
    at: int
    limit: int
    ward: WardId | None = None
    nurse: PractitionerId | None = None
    encounter: EncounterId | None = None
    author: PractitionerId | None = None


def work(driver: Driver, asked: WorkQuestion) -> tuple[WorkRow, ...]:
    """Open tasks and orders that wait for somebody, the earliest deadline first."""
    if asked.encounter is not None:
        rows = driver.rows(ask.NURSES_OF_ENCOUNTER, encounter_id=asked.encounter, at=asked.at)
        found = _of_patients(driver, asked, [asked.encounter], nurses_of(rows))
    elif asked.nurse is not None:
        nurses = patients_of(driver, asked.nurse, asked.at)
        found = _of_patients(driver, asked, nurses, nurses)
    elif asked.ward is not None:
        rows = driver.rows(ask.NURSES_OF_WARD, ward_id=asked.ward, at=asked.at)
        values: dict[str, object] = {"mask": asked.mask, "limit": asked.limit, "place": asked.ward}
        found = _asked(driver, ask.WORK_OF_WARD, values, nurses_of(rows))
    else:
        rows = driver.rows(ask.NURSES, at=asked.at)
        values = {"mask": asked.mask, "limit": asked.limit}
        found = _asked(driver, ask.WORK, values, nurses_of(rows))
    found += _unsigned(driver, asked)
    found.sort(key=lambda row: (deadline(row.outlook.next_due_at), row.task or row.order))
    return tuple(found[: asked.limit])


def _unsigned(driver: Driver, asked: WorkQuestion) -> list[WorkRow]:
    """The author's own drafts: on no worklist but theirs (decision 5), whoever has the patient.

    And verbal orders for other patients than the nurse's own.
    """
    if asked.author is None or asked.encounter is not None:
        return []
    nurses = nurses_of(driver.rows(ask.NURSES, at=asked.at))
    found = driver.rows(ask.UNSIGNED, mask=asked.mask, limit=asked.limit, who=asked.author)
    rows = (_work_row(row, nurses) for row in found)
    elsewhere = asked.nurse is not None
    return [
        row
        for row in rows
        if asked.ward in (None, row.ward)
        and (row.state == "draft" or (elsewhere and row.nurse != asked.nurse))
    ]


def _of_patients(
    driver: Driver, asked: WorkQuestion, encounters: Iterable[EncounterId], nurses: Nurses
) -> list[WorkRow]:
    statements = ask.WORK_OF_ENCOUNTER if asked.encounter else ask.WORK_OF_PATIENT
    return [
        row
        for encounter in encounters
        for row in _asked(
            driver,
            statements,
            {"mask": asked.mask, "limit": asked.limit, "place": encounter},
            nurses,
        )
        if asked.nurse in (None, row.nurse) and asked.ward in (None, row.ward)
    ]


def _asked(
    driver: Driver,
    statements: tuple[Statement, Statement],
    values: dict[str, object],
    nurses: Nurses,
) -> list[WorkRow]:
    return [
        _work_row(row, nurses)
        for statement in statements
        for row in driver.rows(statement, **values)
    ]


def _work_row(row: Row, nurses: Nurses) -> WorkRow:
    """The line of a row; one that did not change since it was last asked for is the same line."""
    key = cast("str", row[1] or row[0])
    nurse = nurses.get(EncounterId(cast("str", row[2])))
    known = _LINES.get(key)
    if known is not None and known[0] == row and known[1].nurse == nurse:
        return known[1]
    line = _new_line(row, nurse)
    if len(_LINES) >= _REMEMBERED:
        _LINES.clear()
    _LINES[key] = (row, line)
    return line


def _new_line(row: Row, nurse: PractitionerId | None) -> WorkRow:
    (order, task, encounter, patient, name, name_zh, mrn, birth_date, ward, bed, loop, priority,
     state, due_at, incomplete, next_due_at, next_limit, ready, order_fields, task_fields,
     parent, order_loop) = cast("tuple[Any, ...]", row)  # fmt: skip
    return WorkRow(
        order,
        task,
        encounter,
        patient,
        name,
        name_zh,
        mrn,
        birth_date_of(birth_date),
        ward,
        bed,
        loop,
        _PRIORITIES[priority],
        state,
        instant_or_none(due_at),
        incomplete=bool(incomplete),
        outlook=outlook_of(next_due_at, next_limit, ready),
        order_fields=open_fields(order_fields),
        task_fields=open_fields(task_fields),
        nurse=nurse,
        parent=parent,
        order_loop=order_loop,
    )


# ---------------------------------------------------------------- nurses
def nurses_of(rows: Iterable[Row]) -> Nurses:
    """The nurse of each patient; of several assignments the later start counts."""
    return {
        EncounterId(cast("str", encounter)): PractitionerId(cast("str", nurse))
        for encounter, nurse in rows
    }


def patients_of(driver: Driver, nurse: PractitionerId, at: int) -> Nurses:
    """The nurse's patients, without those whom another nurse has taken over since."""
    found: Nurses = {}
    for row in driver.rows(ask.PATIENTS_OF_NURSE, nurse=nurse, at=at):
        rows = driver.rows(ask.NURSES_OF_ENCOUNTER, encounter_id=row[0], at=at)
        found |= nurses_of(rows)
    return {encounter: one for encounter, one in found.items() if one == nurse}


# ---------------------------------------------------------------- ward board
def board(driver: Driver, ward: WardId, *, now: datetime) -> tuple[BedRow, ...]:
    """The occupied beds of a ward in bed order, with their counts of open work.

    Counted are open tasks, and open orders that wait for somebody themselves.
    """
    at = micros(now)
    nurses = nurses_of(driver.rows(ask.NURSES_OF_WARD, ward_id=ward, at=at))
    counts: dict[object, list[Row]] = defaultdict(list)
    for statement in (ask.TASK_COUNTS, ask.ORDER_COUNTS):
        for row in driver.rows(statement, ward_id=ward, now=at):
            counts[row[0]].append(row)
    beds = driver.rows(ask.BEDS, ward_id=ward)
    rows = [_bed_row(ward, bed, nurses, counts[bed[1]]) for bed in beds]
    places = bed_places(driver)
    return tuple(sorted(rows, key=lambda row: (place(places, ward, row.bed), row.encounter)))


def _bed_row(ward: WardId, bed: Row, nurses: Nurses, counts: list[Row]) -> BedRow:
    (label, encounter, patient, name, name_zh, mrn, birth_date, sex, diagnosis) = cast(
        "tuple[str, ...]", bed
    )
    opened, overdue = Counter[str](), Counter[str]()
    kinds, late_kinds = Counter[str](), Counter[str]()
    incomplete, first = 0, deadline(None)
    for row in counts:
        _, loop, kind, count, late, gaps, due = cast("tuple[Any, ...]", row)
        opened[loop] += count
        overdue[loop] += late
        kinds[kind] += count
        late_kinds[kind] += late
        incomplete += gaps
        first = min(first, due)
    return BedRow(
        ward=ward,
        bed=label,
        encounter=EncounterId(encounter),
        patient=PatientId(patient),
        patient_name=name,
        patient_name_zh=name_zh,
        mrn=mrn,
        birth_date=birth_date_of(birth_date),
        sex=sex,
        diagnosis=diagnosis,
        nurse=nurses.get(EncounterId(encounter)),
        open_by_loop=dict(opened),
        overdue_by_loop=dict(+overdue),
        open_by_kind=dict(kinds),
        overdue_by_kind=dict(+late_kinds),
        incomplete=incomplete,
        next_due_at=deadline_or_none(first),
    )


def bed_places(driver: Driver) -> dict[str, dict[str, int]]:
    """The place of each bed in its ward's own order."""
    wards = map(ward_of, driver.rows(ask.WARDS))
    return {ward.id: {bed: place for place, bed in enumerate(ward.beds)} for ward in wards}


def place(places: Mapping[str, Mapping[str, int]], ward: str, bed: str) -> tuple[int, str]:
    """A sort key: beds in the ward's order, those that it does not know last."""
    beds = places.get(ward, {})
    return beds.get(bed, len(beds)), bed
