"""`export deidentified`: the ward's orders and what became of them, without the persons.

JSON lines, one file a kind of record, and a manifest that says what was left out. The key of the
pseudonyms is drawn anew for each export and kept nowhere: two exports cannot be joined.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from domain.auditing import AuditAction, AuditEntry
from domain.deidentifying import Veil, age_group, common_codes
from domain.errors import InvalidInput
from domain.services.authorising import authorised

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from domain.ids import PatientId
    from domain.loops.loops import Loops
    from domain.orders import Order
    from domain.patients import Encounter
    from domain.services.workplace import Workplace
    from domain.tasks import Task
    from domain.worklists import JournalRow

    Json = dict[str, object]
    Tell = Callable[[int, int], None]

KINDS: Final = ("encounters", "orders", "tasks", "events", "observations", "alerts")
LEFT_OUT: Final = (
    "names, record numbers, birth dates, beds, diagnoses in words",
    "comments, reasons, notes and every other free text",
    "labels, lots, accession, donation and container numbers, scans",
    "codes of no list that fewer than five patients bear",
    "true dates: each patient's days are moved by a span of their own",
)
_CATALOGUES: Final = ("drug", "test", "examination", "component")
_SAID: Final = ("step", "result", "limit", "late_by_minutes", "gaps", "done", "state", "outcome",
                "act", "undone", "steps", "version", "severity")  # fmt: skip
"""What is kept of an event beside its fields: words of loop files, numbers, states."""
_ALL: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class _Subject:
    """Whose records are being written."""

    stay: Encounter
    loops: Loops
    veil: Veil

    def at(self, instant: datetime | None) -> str | None:
        return self.veil.moved(instant, self.stay.patient_id)

    def fields(self, values: Mapping[str, object]) -> Json:
        return self.veil.fields(values, self.loops.fields, self.stay.patient_id)


def export_deidentified(
    place: Workplace, folder: Path, *, user: str, now: datetime, tell: Tell = lambda *_: None
) -> Json:
    """Write the export into a new folder; how many records of each kind there are.

    Raises:
        NotAuthorised: the user may not take records out.
        InvalidInput: the folder is there already and is not empty, or cannot be written.
    """
    actor = authorised(place.reads, user, "export.deidentified")
    _require_new(folder)
    told_at, name = place.trust.clock.now(), folder.name
    place.trust.trail.write(
        [AuditEntry(AuditAction.EXPORT, actor.user, told_at, "export.deidentified", target=name)]
    )
    stays = place.reads.encounters(active=False)
    veil = _veil(place, stays, now)
    counts = dict.fromkeys(KINDS, 0)
    files = {kind: (folder / f"{kind}.jsonl").open("w", encoding="utf-8") for kind in KINDS}
    try:
        for done, stay in enumerate(stays, start=1):
            loops = place.loops.for_ward(stay.ward)
            for kind, record in _records(place, _Subject(stay, loops, veil)):
                json.dump(record, files[kind], ensure_ascii=False, sort_keys=True)
                files[kind].write("\n")
                counts[kind] += 1
            tell(done, len(stays))
    finally:
        for file in files.values():
            file.close()
    manifest: Json = {"records": counts, "left_out": list(LEFT_OUT), "format": 1}
    text = json.dumps(manifest, indent=2, ensure_ascii=False)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")
    return manifest


def _require_new(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        empty = not any(folder.iterdir())
    except OSError as error:
        raise InvalidInput("out", f"{folder}: {error.strerror}", right="a new folder") from None
    if not empty:
        raise InvalidInput("out", f"{folder} is not empty", right="a new folder")


def _veil(place: Workplace, stays: tuple[Encounter, ...], now: datetime) -> Veil:
    at = now.astimezone(UTC)
    known = {code for kind in _CATALOGUES for code, _ in place.reads.catalogue(kind, at=at)}
    veil = Veil(secrets.token_bytes(32), frozenset(known))
    return replace(veil, common=common_codes(_coded(place, stays), place.loops.fields))


def _coded(place: Workplace, stays: tuple[Encounter, ...]) -> Iterator[tuple[PatientId, Json]]:
    for stay in stays:
        for order in place.reads.orders_of(stay.id):
            case = place.reads.case(order)
            if case is not None:
                yield stay.patient_id, dict(case.order.fields)


def _records(place: Workplace, of: _Subject) -> Iterator[tuple[str, Json]]:
    yield "encounters", _encounter(place, of)
    for order in place.reads.orders_of(of.stay.id):
        case = place.reads.case(order, whole=True)
        if case is None:
            continue
        yield "orders", _order(of, case.order)
        for task in case.tasks.values():
            yield "tasks", _task(of, task)
        for row in place.reads.journal(order=order):
            yield "events", _event(of, order, row)
    for observed in _observations(place, of):
        yield "observations", observed
    for alert in place.reads.alerts(encounter=of.stay.id, open_only=False, silent=True, limit=_ALL):
        one = alert.alert
        yield (
            "alerts",
            {
                "encounter": of.veil.pseudonym("encounter", of.stay.id),
                "order": None if one.order is None else of.veil.pseudonym("order", one.order),
                "task": None if one.task is None else of.veil.pseudonym("task", one.task),
                "rule": one.key.rule,
                "severity": one.severity.value,
                "tier": one.tier,
                "silent": one.silent,
                "raised_at": of.at(one.raised_at),
                "acknowledged_at": of.at(one.first_acknowledged_at),
                "resolved_at": of.at(one.resolved_at),
            },
        )


def _encounter(place: Workplace, of: _Subject) -> Json:
    stay, veil = of.stay, of.veil
    patient = place.reads.patient(stay.patient_id)
    known = place.reads.clinical(stay.id)
    return {
        "encounter": veil.pseudonym("encounter", stay.id),
        "patient": veil.pseudonym("patient", stay.patient_id),
        "sex": "unknown" if patient is None else patient.sex.value,
        "age": age_group(known.age_years(stay.admitted_at)),
        "ward": veil.pseudonym("ward", stay.ward),
        "state": stay.state.value,
        "admitted_at": of.at(stay.admitted_at),
        "ended_at": of.at(stay.ended_at),
    }


def _order(of: _Subject, order: Order) -> Json:
    return {
        "order": of.veil.pseudonym("order", order.id),
        "encounter": of.veil.pseudonym("encounter", order.encounter_id),
        "kind": order.loop,
        "author": of.veil.pseudonym("user", order.author),
        "priority": order.priority.value,
        "state": order.state.value,
        "outcome": order.outcome,
        "placed_at": of.at(order.placed_at),
        "signed_at": of.at(order.signed_at),
        "stop_at": of.at(order.stop_at),
        "ended_at": of.at(order.ended_at),
        "fields": of.fields(order.fields),
    }


def _task(of: _Subject, task: Task) -> Json:
    return {
        "task": of.veil.pseudonym("task", task.id),
        "order": of.veil.pseudonym("order", task.order_id),
        "loop": task.loop,
        "state": task.state.value,
        "outcome": task.outcome,
        "due_at": of.at(task.due_at),
        "made_at": of.at(task.made_at),
        "ended_at": of.at(task.ended_at),
        "fields": of.fields(task.fields),
    }


def _event(of: _Subject, order: str, row: JournalRow) -> Json:
    body = row.payload
    evidence = body.get("evidence")
    return {
        "order": of.veil.pseudonym("order", order),
        "task": None if row.stream == order else of.veil.pseudonym("task", row.stream),
        "seq": row.stream_seq,
        "kind": row.kind,
        "actor": of.veil.pseudonym("user", row.actor),
        "at": of.at(row.event_at),
        "recorded_at": of.at(row.recorded_at),
        "source": row.source,
        "said": {name: body[name] for name in _SAID if body.get(name) not in (None, (), [])},
        "fields": of.fields(evidence) if isinstance(evidence, dict) else {},
    }


def _observations(place: Workplace, of: _Subject) -> Iterator[Json]:
    """The numbers of the last days, as far back as rules look."""
    known = place.reads.clinical(of.stay.id)
    for name in sorted({*known.latest, *known.series}):
        newest = known.latest.get(name)
        for one in known.series.get(name) or (() if newest is None else (newest,)):
            if one.number is not None:
                yield {
                    "encounter": of.veil.pseudonym("encounter", of.stay.id),
                    "name": name,
                    "value": one.value,
                    "unit": one.unit,
                    "at": of.at(one.at),
                }
