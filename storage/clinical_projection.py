"""What is known of a patient beside orders, as rows: observations, allergies, standing facts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import delete, func, select, text

from domain.events import Amended, Corrected, ExitRecorded, Nullified, StepRecorded
from domain.told import holds_values, of_evidence, of_observed
from storage.codec import canonical, json_value
from storage.statements import Statement, inserting, number, word
from storage.tables import allergies, observations, standing_facts
from storage.types import instant, micros

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Table

    from domain.events import Event
    from domain.happenings import (
        AllergyRecorded,
        Happening,
        ObservationsWithdrawn,
        Observed,
        StandingFactSet,
    )
    from domain.ids import TaskId
    from domain.loops.case import Case
    from domain.told import Told
    from storage.engine import Driver, Values

_ADD: Final = inserting(observations)


def _latest_stands(table: Table) -> Statement:
    """Put a row; one that was stated for an earlier time leaves the present one alone."""
    names = [column.name for column in table.columns]
    keys = [column.name for column in table.primary_key]
    rest = ", ".join(f"{name} = excluded.{name}" for name in names if name not in keys)
    values = ", ".join(f":{name}" for name in names)
    return Statement(
        text(
            f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({values}) "  # noqa: S608 - our own names
            f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {rest} "
            f"WHERE excluded.stated_at >= {table.name}.stated_at"
        )
    )


_PUT_ALLERGY: Final = _latest_stands(allergies)
_PUT_FACT: Final = _latest_stands(standing_facts)
_OF_STREAM = (
    observations.c.encounter_id == word("encounter_id"),
    observations.c.stream == word("stream"),
)
_TAKE_BACK: Final = Statement(
    delete(observations).where(*_OF_STREAM, observations.c.stream_seq == number("stream_seq"))
)
_TAKE_ALL_BACK: Final = Statement(delete(observations).where(*_OF_STREAM))
_TAKE_NAME_BACK: Final = Statement(
    delete(observations).where(*_OF_STREAM, observations.c.name == word("name"))
)
_WITHDRAW: Final = Statement(
    delete(observations).where(
        *_OF_STREAM,
        observations.c.name == word("name"),
        observations.c.observed_at == number("observed_at"),
    )
)
_FIRST_OF: Final = Statement(
    select(func.min(observations.c.observed_at)).where(
        *_OF_STREAM, observations.c.name == word("name")
    )
)
VOIDING: Final = frozenset({"rejected_recollect", "cancelled", "not_available"})
"""Outcomes after which a tube's results are nobody's: a wrong label, a specimen that is no good."""


def project_observed(driver: Driver, happening: Happening, body: Observed, row: Values) -> None:
    """Add the values of an observation."""
    _add(driver, of_observed(body.values, happening.at), row)


def withdraw(driver: Driver, body: ObservationsWithdrawn, row: Values) -> None:
    """Take back values that were observed by themselves; those of steps are corrected there."""
    for name in body.names:
        keys = {"name": name, "observed_at": micros(body.observed_at)}
        driver.write(_WITHDRAW, _keys(row) | keys)


def project_allergy(driver: Driver, body: AllergyRecorded, row: Values) -> None:
    """Put what a stay last said of an allergy."""
    said = body.allergy
    driver.write(
        _PUT_ALLERGY,
        {
            "patient_id": body.patient,
            "encounter_id": row["encounter_id"],
            "substance": said.substance,
            "kind": said.kind.value,
            "stated_at": row["event_at"],
            "seq": row["chain_seq"],
            "reaction": said.reaction,
            "severity": said.severity,
            "certainty": said.certainty,
            "verified_by": said.verified_by or "",
            "recorded_at": row["recorded_at"],
        },
    )


def project_fact(driver: Driver, body: StandingFactSet, row: Values) -> None:
    """Put what a stay last said of a standing fact; notes stand beside each other."""
    driver.write(
        _PUT_FACT,
        {
            "patient_id": body.patient,
            "encounter_id": row["encounter_id"],
            "name": f"{body.name}:{row['chain_seq']}" if body.name == "note" else body.name,
            "stated_at": row["event_at"],
            "seq": row["chain_seq"],
            "value": canonical(json_value(body.value)),
            "detail": canonical(json_value(body.detail)),
            "stated_by": body.by,
            "recorded_at": row["recorded_at"],
        },
    )


def tells(event: Event) -> bool:
    """Whether an event of an order or a task tells values, or changes those that were told."""
    body = event.body
    match body:
        case StepRecorded():
            return body.done and holds_values(body.evidence)
        case Amended():
            return holds_values(body.evidence)
        case ExitRecorded():
            return body.exit.outcome in VOIDING
        case _:
            return isinstance(body, Corrected | Nullified)


def project_values(driver: Driver, case: Case, event: Event, row: Mapping[str, object]) -> None:
    """Add the values that an event of a case tells; take back those that do not hold any more.

    Args:
        case: with the event in it.
        row: the event's row of the journal.
    """
    body = event.body
    match body:
        case StepRecorded():
            _add(driver, of_evidence(body.evidence, event.at), row)
        case Amended():
            _amend(driver, of_evidence(body.evidence, event.at), row)
        case Corrected():
            _correct(driver, case, body, row)
        case _:
            driver.write(_TAKE_ALL_BACK, _keys(row))


def _amend(driver: Driver, told: Iterable[Told], row: Mapping[str, object]) -> None:
    """An amended result stands instead of the earlier one, at the time of the specimen."""
    for one in told:
        keys = _keys(row) | {"name": one.name}
        first = cast("tuple[int | None]", driver.row(_FIRST_OF, **keys))[0]
        driver.write(_TAKE_NAME_BACK, keys)
        at = one.at if first is None else instant(first)
        _add(driver, [replace(one, at=at)], row)


def _correct(driver: Driver, case: Case, body: Corrected, row: Mapping[str, object]) -> None:
    place = case.tasks.get(cast("TaskId", row["stream"]), case.order)
    record = place.steps[body.step]
    if record.seq != body.of_seq:  # the step was done again since, and told values of its own
        return
    driver.write(_TAKE_BACK, _keys(row) | {"stream_seq": body.of_seq})
    # the values stand under the record that is corrected, so that a second correction finds them
    _add(driver, of_evidence(record.evidence, record.at), {**row, "stream_seq": body.of_seq})


def _keys(row: Mapping[str, object]) -> Values:
    return {"encounter_id": row["encounter_id"], "stream": row["stream"]}


def _add(driver: Driver, told: Iterable[Told], row: Mapping[str, object]) -> None:
    common = {
        "encounter_id": row["encounter_id"],
        "seq": row["chain_seq"],
        "stream": row["stream"],
        "stream_seq": row["stream_seq"],
        "source": row["source"],
    }
    driver.write_all(
        _ADD,
        [
            {
                **common,
                "name": one.name,
                "observed_at": micros(one.at),
                "value": canonical(one.value),
                "unit": one.unit,
                "detail": canonical(dict(one.detail)) if one.detail else "",
            }
            for one in told
        ],
    )
