"""A stay on a fake clock: what the tables and the laws of alert rules are told of."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from domain.clinical import ActiveOrder, Clinical
from domain.ids import EncounterId, OrderId, PatientId, TaskId, WardId
from domain.loops.deadlines import Deadline
from domain.observations import Observation
from domain.orders import Priority
from domain.patients import Sex
from domain.situation import Mark, Situation, Stream

if TYPE_CHECKING:
    from collections.abc import Mapping

T0 = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
STAY = EncounterId("stay-1")
ORDER = OrderId("order-1")
TASK = TaskId("task-1")
WELL: Mapping[str, str | bool] = {
    "respiratory_rate": "16",
    "spo2": "98",
    "supplemental_oxygen": False,
    "systolic_bp": "120",
    "pulse": "70",
    "consciousness": "A",
    "temperature": "37.0",
}
"""NEWS2 of 0."""
_UNITS = {
    "respiratory_rate": "/min",
    "spo2": "%",
    "systolic_bp": "mm[Hg]",
    "pulse": "/min",
    "temperature": "Cel",
    "creatinine": "umol/L",
    "potassium": "mmol/L",
    "aptt": "s",
    "haemoglobin": "g/L",
    "egfr": "mL/min/{1.73_m2}",
    "qtc": "ms",
}


def at(minutes: float) -> datetime:
    """So many minutes after T0."""
    return T0 + timedelta(minutes=minutes)


def deadline(
    rule: str,
    minutes: float,
    *,
    start: float = 0,
    step: str = "S2",
    limit: str = "TX99",
    stream: str = TASK,
    opens: float | None = None,
) -> Deadline:
    """A limit that runs out so many minutes after T0."""
    opens_at = None if opens is None else at(opens)
    return Deadline(stream, limit, step, at(minutes), at(start), opens_at, rule)


def mark(what: str, step: str, value: str = "", *, minutes: float = 0, seq: int = 3) -> Mark:
    """Something about a record."""
    return Mark(what, step, at(minutes), seq, value)


def done(**steps: float | tuple[float, str]) -> Mapping[str, tuple[datetime, str | None]]:
    """Steps that are done, by minutes after T0, each perhaps with its result."""
    return MappingProxyType(
        {
            no: (at(when[0]), when[1]) if isinstance(when, tuple) else (at(when), None)
            for no, when in steps.items()
        }
    )


def task(
    loop: str,
    *deadlines: Deadline,
    priority: Priority = Priority.ROUTINE,
    marks: tuple[Mark, ...] = (),
    steps: Mapping[str, tuple[datetime, str | None]] | None = None,
    fields: Mapping[str, object] | None = None,
    key: str = TASK,
    order: str = ORDER,
    since: float = 0,
    due: float | None = None,
    started: bool = False,
    incomplete: bool = False,
) -> Stream:
    """One open task."""
    return Stream(
        order=OrderId(order),
        task=TaskId(key),
        loop=loop,
        priority=priority,
        state="in_progress",
        since=at(since),
        due_at=None if due is None else at(due),
        incomplete=incomplete,
        started=started,
        deadlines=deadlines,
        marks=marks,
        done=steps or MappingProxyType({}),
        fields=MappingProxyType(dict(fields or {})),
    )


def order(
    loop: str,
    *deadlines: Deadline,
    priority: Priority = Priority.ROUTINE,
    marks: tuple[Mark, ...] = (),
    steps: Mapping[str, tuple[datetime, str | None]] | None = None,
    fields: Mapping[str, object] | None = None,
    key: str = ORDER,
    since: float = 0,
    incomplete: bool = False,
) -> Stream:
    """One open order."""
    made = task(
        loop,
        *deadlines,
        priority=priority,
        marks=marks,
        steps=steps,
        fields=fields,
        order=key,
        since=since,
        incomplete=incomplete,
    )
    return replace(made, task=None)


def observed(
    *sets: tuple[float, Mapping[str, str | bool]], orders: tuple[ActiveOrder, ...] = ()
) -> Clinical:
    """What was observed, each set at its minute, in any order."""
    series: dict[str, tuple[Observation, ...]] = {}
    for minutes, values in sorted(sets, key=lambda one: one[0], reverse=True):
        for name, value in values.items():
            unit = "" if isinstance(value, bool) or name == "consciousness" else _UNITS[name]
            one = Observation(name, value, unit, at(minutes))
            series[name] = (*series.get(name, ()), one)
    return Clinical(
        sex=Sex.FEMALE,
        birth_date=date(1980, 6, 1),
        latest=MappingProxyType({name: row[0] for name, row in series.items()}),
        series=MappingProxyType(series),
        orders=orders,
    )


def resulted(
    clinical: Clinical, *results: tuple[float, str, str], of_order: bool = False
) -> Clinical:
    """With potassium of these minutes too: its value, and the critical limit that it crosses."""
    rows = [
        Observation("potassium", value, "mmol/L", at(minutes), critical=limit, of_order=of_order)
        for minutes, value, limit in sorted(results, reverse=True)
    ]
    told = {"potassium": (*rows, *clinical.series.get("potassium", ()))}
    series = MappingProxyType({**clinical.series, **told})
    latest = MappingProxyType({**clinical.latest, "potassium": max(told["potassium"], key=_age)})
    return replace(clinical, series=series, latest=latest)


def _age(one: Observation) -> datetime:
    return one.at


def active(*ingredients: str, atc: str = "", signed: float = 0, key: str = ORDER) -> ActiveOrder:
    """A signed medication order."""
    return ActiveOrder(
        id=OrderId(key),
        loop="medication",
        priority=Priority.ROUTINE,
        fields=MappingProxyType({}),
        product=MappingProxyType({"ingredients": list(ingredients), "atc": atc}),
        signed_at=at(signed),
    )


def stay(
    *streams: Stream,
    clinical: Clinical | None = None,
    flags: tuple[str, ...] = (),
    active: bool = True,
    ended: float | None = None,
    risks: tuple[tuple[str, str, str], ...] = (),
    ward: str = "7",
) -> Situation:
    """A stay with its open work."""
    return Situation(
        encounter=STAY,
        patient=PatientId("patient-1"),
        ward=WardId(ward),
        active=active,
        streams=streams,
        clinical=clinical or Clinical(),
        order_risks=risks,
        flags=frozenset(flags),
        ended_at=None if ended is None else at(ended),
    )
