"""Which tasks an order asks for now: by its frequency, by count, or one for a need (X1 to X14).

Nothing here knows a loop by name: what is made follows from `task.made_by`, and what a task freezes
from the `task_fields` that its loop file declares.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from domain.commands import NewTask
from domain.errors import InvalidInput
from domain.loops.applies import truth
from domain.loops.definition import MadeBy
from domain.quantities import parse_quantity
from domain.timing import (
    Kind,
    Part,
    SiteTimes,
    expand,
    longest,
    parse_frequency,
    parse_taper,
    runs_for,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import tzinfo

    from domain.loops.definition import LoopDefinition
    from domain.loops.loops import Loops
    from domain.orders import Order
    from domain.timing import DoseStep, Frequency, Occurrence

HORIZON: Final = timedelta(hours=48)
"""How far ahead tasks are made (X1)."""
_INSTANT: Final = timedelta(microseconds=1)
_DAY: Final = timedelta(days=1)
_ON_NEED: Final = ("PRN_LONG",)
_ONE_ON_NEED: Final = ("SOS",)
_WORN: Final = "worn_minutes"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the world says when a task is made.

    Attributes:
        items: the catalogue items that the order names.
        ward: the ward's id, for values that hold on some wards only.
        data: what the site says of the ward.
        zone: in which the ward reads its clock.
        site_times: its clock times.
        time_critical: the drug is on the hospital's list, whatever its catalogue says.
    """

    items: tuple[Mapping[str, object], ...]
    ward: str
    data: Mapping[str, object]
    zone: tzinfo
    site_times: SiteTimes
    time_critical: bool = False

    def item(self, name: str) -> object:
        """What the first item that says something of a name says."""
        return next((one[name] for one in self.items if one.get(name) is not None), None)


def understood(fields: Mapping[str, object]) -> Frequency | None:
    """The frequency of an order, where it has one.

    Raises:
        UnknownFrequency: it is not understood for certain.
    """
    text = fields.get("frequency")
    return parse_frequency(str(text)) if text else None


def dose_table(fields: Mapping[str, object]) -> tuple[DoseStep, ...]:
    """The rows of an order whose dose changes by a table (X9); none where it does not.

    Raises:
        InvalidInput: it is not understood, begins with another dose, or nothing repeats.
    """
    text = fields.get("taper")
    if not isinstance(text, str) or not text:
        return ()
    rows = parse_taper("fields.taper", text)
    frequency = understood(fields)
    if frequency is None or on_need(fields) or frequency.as_needed or frequency.kind is Kind.ONCE:
        raise InvalidInput(
            "fields.taper", "a dose table needs doses that repeat", right="frequency: qd"
        )
    if rows[0].dose.to_json() != fields.get("dose"):
        raise InvalidInput(
            "fields.dose",
            "the dose table begins with another dose",
            right=f"{rows[0].dose.value} {rows[0].dose.unit}",
        )
    return rows


def on_need(fields: Mapping[str, object]) -> bool:
    """Whether tasks wait for a need (X6, E37): by the order's class, else by its frequency."""
    order_class = fields.get("order_class")
    if order_class in _ON_NEED or order_class in _ONE_ON_NEED:
        return order_class in _ON_NEED
    frequency = understood(fields)
    return frequency is not None and frequency.as_needed and not frequency.tasks_at_signing


def planned(
    loops: Loops,
    order: Order,
    around: Surroundings,
    *,
    now: datetime,
    since: datetime | None = None,
) -> tuple[NewTask, ...]:
    """The tasks that should be there by now, up to the horizon; the same call, the same keys.

    Args:
        since: those due earlier are left out: they were made before.

    Raises:
        InvalidInput: the order's fields ask for something that cannot be.
    """
    loop = loops.get(order.loop)
    table = dose_table(order.fields)
    if loop.made_by not in (MadeBy.TIMING, MadeBy.COUNT) or on_need(order.fields):
        return ()
    tubes = _containers(around)
    number = _number(order, tubes)
    frequency = understood(order.fields)
    one_on_need = order.fields.get("order_class") in _ONE_ON_NEED
    if one_on_need or frequency is None or frequency.tasks_at_signing:
        rows = _at_signing(order, number, dated=frequency is None and not one_on_need)
    else:
        span = (since, now + HORIZON)
        rows = _scheduled(order, frequency, around, span=span, each=number, table=table)
    return tuple(
        NewTask(
            due_at=row.due_at,
            seq=row.seq,
            window_class=row.window_class,
            interval_minutes=row.interval_minutes,
            last=row.last,
            fields=frozen_fields(
                loops, loop, order, around, row.made | (tubes[(row.seq - 1) % len(tubes)])
            ),
        )
        for row in rows
    )


def needed(loops: Loops, order: Order, around: Surroundings, *, reason: str | None) -> NewTask:
    """The task of a stated need: without a due time, numbered after those that there were (X6)."""
    seq = order.tally.made + 1
    made = {"need_reason": reason, "first_task": seq == 1, "effect_required": True} | _patch(order)
    most = order.fields.get("dose_count")
    return NewTask(
        seq=seq,
        last=isinstance(most, int) and seq >= most,
        fields=frozen_fields(loops, loops.get(order.loop), order, around, made),
    )


def frozen_fields(
    loops: Loops,
    loop: LoopDefinition,
    order: Order,
    around: Surroundings,
    made: Mapping[str, object],
) -> dict[str, object]:
    """The declared task fields: from what is made, else the order, the catalogue, the ward (E27).

    A list where the field says yes or no names the wards on which it is yes (ward stock).
    """
    fields: dict[str, object] = {}
    for use in loop.task_fields:
        sources = (made.get(use.name), order.fields.get(use.name), around.item(use.name))
        value = next((one for one in sources if one is not None), around.data.get(use.name))
        if isinstance(value, (list, tuple)) and loops.fields[use.name].type == "bool":
            value = around.ward in value
        if value is not None:
            fields[use.name] = value
    return fields


@dataclass(frozen=True, slots=True)
class _Row:
    due_at: datetime | None
    seq: int
    made: dict[str, object]
    window_class: str = "none"
    interval_minutes: int | None = None
    last: bool = False


def _containers(around: Surroundings) -> tuple[dict[str, object], ...]:
    """One set of item values for each container that the items need: tests share tubes (8)."""
    found: dict[object, dict[str, object]] = {}
    for item in around.items:
        if item.get("container_type") is not None:
            found.setdefault(item["container_type"], dict(item))
    return tuple(found.values()) or ({},)


def _number(order: Order, tubes: Sequence[object]) -> int:
    """How many tasks there are at each time: units (X12), tubes (X10), else one."""
    for name in ("units", "tube_count"):
        value = order.fields.get(name)
        if isinstance(value, int) and value > 0:
            return max(value, len(tubes))
    return len(tubes)


def begins_at(order: Order) -> datetime:
    """From when an order asks for tasks: its start, but not before it was signed (X2).

    A verbal order asks from when it was spoken; its signature later moves nothing.
    """
    spoken = truth(order.fields.get("verbal"))
    known = order.placed_at if spoken else order.signed_at or order.placed_at
    start = _instant(order.fields.get("start"))
    return known if start is None else max(start, known)


def _instant(value: object) -> datetime | None:
    if not isinstance(value, str) or not value:
        return None
    return datetime.fromisoformat(value).astimezone(UTC)


def _at_signing(order: Order, number: int, *, dated: bool) -> tuple[_Row, ...]:
    """Tasks made at the signature and never again: due at the start where the order names one."""
    due_at = begins_at(order) if dated and order.fields.get("start") else None
    return tuple(
        _Row(due_at, seq, _said(order, due_at, first=seq == 1), last=seq == number)
        for seq in range(1, number + 1)
    )


def worn_for(fields: Mapping[str, object]) -> timedelta | None:
    """How long the patch of an order is worn (X8); None where it is no patch."""
    minutes = fields.get(_WORN)
    return timedelta(minutes=minutes) if isinstance(minutes, int) else None


def _patch(order: Order, off_at: datetime | None = None) -> dict[str, object]:
    """What the task of an application freezes: that it is one, and when this patch comes off."""
    if worn_for(order.fields) is None:
        return {}
    known = {} if off_at is None else {"remove_at": off_at.isoformat()}
    return {"patch": True, **known}


def _said(
    order: Order, due_at: datetime | None, off_at: datetime | None = None, *, first: bool
) -> dict[str, object]:
    said: dict[str, object] = {"first_task": first, **_patch(order, off_at)}
    if due_at is not None:
        said["scheduled"] = True
    if order.fields.get("rate") is not None:
        said["infusion"] = True
    return said


def _scheduled(
    order: Order,
    frequency: Frequency,
    around: Surroundings,
    *,
    span: tuple[datetime | None, datetime],
    each: int,
    table: tuple[DoseStep, ...],
) -> tuple[_Row, ...]:
    since, until = span
    start = begins_at(order)
    stop, count = order.stop_at, order.fields.get("dose_count")
    lasts = _bag_lasts(order, around)

    def due(begin: datetime, end: datetime) -> tuple[Occurrence, ...]:
        found = expand(
            frequency,
            start=start,
            until=end,
            zone=around.zone,
            since=begin,
            first_dose_now=truth(order.fields.get("first_dose_now")),
            stop=stop,
            count=count if isinstance(count, int) else None,
            site_times=around.site_times,
            time_critical=around.time_critical or truth(around.item("time_critical")),
            each=each,
            worn_for=worn_for(order.fields),
            container_lasts=lasts,
            doses=table,
        ).due
        return tuple(one for one in found if one.part is not Part.REMOVE)  # opened by its patch

    begin = start if since is None else max(start, since + _INSTANT)
    rows = due(begin, until)
    ends = _ends(frequency, order, start, table)
    final = bool(rows) and _is_final(frequency, order, rows[-1])
    if rows and not final and ends is not None:
        final = not due(until, max(until, ends))
    return tuple(_row(order, one, last=final and one is rows[-1]) for one in rows)


def _bag_lasts(order: Order, around: Surroundings) -> timedelta | None:
    """When a bag of a continuous infusion is empty (X7): at the ordered rate, else as usual."""
    dose, rate = (order.fields.get(name) for name in ("dose", "rate"))
    if dose is not None and rate is not None:
        found = runs_for(parse_quantity("dose", dose), parse_quantity("rate", rate))
        if found is not None:
            return found
    usual = around.item("container_minutes")
    return timedelta(minutes=usual) if isinstance(usual, int) and usual > 0 else None


def _row(order: Order, one: Occurrence, *, last: bool) -> _Row:
    minutes = None if one.interval is None else int(one.interval.total_seconds() // 60)
    first = one.number == 1 and one.seq == 1
    dose = {} if one.dose is None else {"dose": one.dose.to_json()}
    return _Row(
        due_at=one.due_at,
        seq=one.seq,
        made=_said(order, one.due_at, one.off_at, first=first) | dose,
        window_class=one.window_class.value,
        interval_minutes=minutes,
        last=last,
    )


def _is_final(frequency: Frequency, order: Order, last: Occurrence) -> bool:
    """Whether the count says that no more comes after an occurrence."""
    counts = [order.fields.get("dose_count"), frequency.count]
    if frequency.kind is Kind.ONCE:
        counts.append(1)
    return any(isinstance(count, int) and last.number >= count for count in counts)


def _ends(
    frequency: Frequency, order: Order, start: datetime, table: tuple[DoseStep, ...]
) -> datetime | None:
    """When the order stops asking, by its stop, its duration or its dose table."""
    ends = [order.stop_at]
    if frequency.duration is not None:
        ends.append(start + frequency.duration + timedelta(hours=1))  # a clock may change meanwhile
    used_up = longest(table, frequency.interval or _DAY) if table else None
    ends.append(None if used_up is None else start + used_up)
    return min((end for end in ends if end is not None), default=None)
