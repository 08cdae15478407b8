"""Checks of a dose at the bedside: its amount, route, time, the patient's values, the pump."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from domain.findings import Finding
from domain.loops.applies import truth
from domain.loops.checks import CheckContext
from domain.loops.deadlines import allowed, limit_applies
from domain.loops.definition import OriginKind
from domain.quantities import Quantity
from rules.checks import patient
from rules.checks.drugs import Drug, drug_of, in_unit, quantity
from rules.checks.findings import not_checked, of_row
from rules.checks.reading import amount, reason, recorded, says, second, stop, text, warning
from rules.knowledge.limit_rows import HoldLimitRow
from rules.knowledge.tables import Tables

_LIQUIDS: Final = ("mL", "L", "uL")
_LIQUID_SHARE: Final = Decimal("0.02")
"""A liquid may be off by 2 %, anything else by nothing (loop specification 2.4)."""
PUMP_SHARE: Final = Decimal("0.05")
"""A pump may be off by 5 % [D]."""
_HALF: Final = Decimal("0.5")
_DIVISIBLE: Final = ("tablet", "片")
_INDIVISIBLE: Final = ("capsule", "胶囊")
_DAY: Final = timedelta(hours=24)
_BAD_SITE: Final = (
    "extravas", "infiltrat", "swell", "swoll", "red", "pain", "leak", "phleb", "渗", "肿", "红",
    "痛", "静脉炎",
)  # fmt: skip


def dose(context: CheckContext) -> Finding | None:
    """The dose that is given is the one that was ordered, and can be made of the product."""
    ordered = _ordered(context)
    given = amount(context, "dose")
    if ordered is None:
        return None
    if given is None:
        return _fraction(context, ordered)
    value = in_unit(given, ordered.unit, {})
    if value is None:
        return warning(
            "dose",
            "not checked: the dose stands in another unit than the order",
            f"give it in {ordered.unit}",
        )
    share = _LIQUID_SHARE if ordered.unit in _LIQUIDS else Decimal(0)
    if abs(value - ordered.value) <= ordered.value * share:
        return None
    return second(
        "dose",
        "the dose is not the one that was ordered",
        f"{_plain(ordered)}, as ordered",
        ("ordered", _plain(ordered)),
    )


def _ordered(context: CheckContext) -> Quantity | None:
    task = context.place.task
    own = None if task is None else quantity(task.fields.get("dose"))
    return own or quantity(context.place.order.fields.get("dose"))


def _plain(one: Quantity) -> str:
    return f"{one.value:f} {one.unit}"


def _fraction(context: CheckContext, ordered: Quantity) -> Finding | None:
    """A dose that cannot be made of whole or half units of the product."""
    product = context.facts.product
    strength = quantity(product.get("strength"))
    each = None if strength is None else in_unit(strength, ordered.unit, {})
    form = str(product.get("form") or "").lower()
    least = _HALF if any(word in form for word in _DIVISIBLE) else Decimal(1)
    if each is None or each == 0 or not any(word in form for word in (*_DIVISIBLE, *_INDIVISIBLE)):
        return None
    if (ordered.value / each) % least == 0:
        return None
    return warning(
        "dose",
        "the dose is no whole number of units of this product",
        "ask the pharmacy for another strength",
    )


def route(context: CheckContext) -> Finding | None:
    """The route is the one that was ordered."""
    ordered = str(context.place.order.fields.get("route") or "").upper()
    said = text(context, "route").upper()
    if said and ordered and said != ordered:
        return stop("route", "this is not the route that was ordered", f"{ordered}, as ordered")
    own = str(context.facts.product.get("route") or "").upper()
    if own and ordered and own != ordered:
        return warning(
            "route",
            f"the product is made for another route than {ordered}",
            "ask the pharmacy before it is given",
            ("ordered", ordered),
        )
    return None


def window(context: CheckContext) -> tuple[Finding, ...]:
    """The dose is in its window, and not too soon after the last one."""
    return (*_too_soon(context), *_off_time(context))


def _off_time(context: CheckContext) -> Iterator[Finding]:
    place, at = context.place, context.entry.at
    if place.task is None or place.task.due_at is None or place.task.started:
        return
    for limit in place.loop.limits:
        due = any(origin.kind is OriginKind.DUE for origin in limit.origins)
        if limit.window is None or not due or limit.window_class is None:
            continue
        if not limit_applies(limit, place):
            continue
        span = allowed(limit, place, place.task.due_at)
        if span is None or span[0] is None:
            continue
        if at < span[0] or at > span[1]:
            yield _outside_window(limit.id, at, span[0], span[1])
            return


def _outside_window(limit: str, at: datetime, opens: datetime, closes: datetime) -> Finding:
    """Which side of its window a dose is on, and by how much."""
    early = at < opens
    by = -(-(opens - at if early else at - closes) // timedelta(minutes=1))
    hours, rest = divmod(by, 60)
    much = f"{hours} h {rest:02} min" if hours else f"{rest} min"
    much_zh = f"{hours}小时{rest}分钟" if hours else f"{rest}分钟"
    return reason(
        "window",
        f"{much} too early: the window of this dose is not open yet"
        if early
        else f"{much} too late: the window of this dose has closed",
        f"from {opens.isoformat(timespec='minutes')} to {closes.isoformat(timespec='minutes')},"
        " or say why",
        ("limit", limit),
        ("when", "early" if early else "late"),
        ("by_minutes", str(by)),
        ("when_zh", f"早于时间窗{much_zh}" if early else f"晚于时间窗{much_zh}"),
    )


def _too_soon(context: CheckContext) -> Iterator[Finding]:
    """As-needed doses: the shortest interval, and the most in 24 hours (X6)."""
    order, at = context.place.order, context.entry.at
    starts = sorted(start for start in order.tally.starts if at - _DAY < start <= at)
    least, most = order.fields.get("min_interval"), order.fields.get("max_per_day")
    if starts and isinstance(least, int) and at < starts[-1] + timedelta(minutes=least):
        next_at = starts[-1] + timedelta(minutes=least)
        yield stop(
            "window",
            "too soon after the last dose",
            f"not before {next_at.isoformat(timespec='minutes')}",
        )
    if isinstance(most, int) and len(starts) >= most > 0:
        next_at = starts[-most] + _DAY
        yield stop(
            "window",
            "the most doses of 24 hours were given",
            f"not before {next_at.isoformat(timespec='minutes')}; ask the physician",
        )


def parameters(context: CheckContext, tables: Tables) -> tuple[Finding, ...]:
    """The patient's values allow the dose now."""
    clinical = context.facts.clinical
    drug = ordered_drug(context, tables)
    rows = [row for row in tables.of(HoldLimitRow) if tables.meets(row.drugs, drug.ingredients)]
    if not rows:
        return ()
    if clinical is None:
        return (not_checked("parameters", "nothing is known of the patient"),)
    found = []
    for row in rows:
        value = patient.number(clinical, row.observation, context.entry.at, row.hours)
        if value is None:
            what = row.observation.replace("_", " ")
            found.append(not_checked("parameters", f"no {what} within {row.hours} h"))
        elif _outside(row, value):
            found.append(
                of_row(
                    row,
                    check="parameters",
                    message=f"think before this dose is given: {row.en}",
                    right="hold the dose (MX08) and tell the physician, or say why it is given",
                    params=(("limit", row.en), ("limit_zh", row.zh)),
                )
            )
    return tuple(found)


def _outside(row: HoldLimitRow, value: Decimal) -> bool:
    return (row.low is not None and value < row.low) or (row.high is not None and value > row.high)


def ordered_drug(context: CheckContext, tables: Tables) -> Drug:
    """The drug of the order that a record is about."""
    order = context.place.order
    return drug_of(tables, order=order.id, fields=order.fields, product=context.facts.product)


def pump_rate(context: CheckContext) -> Finding | None:
    """The pump runs as fast as was ordered, within 5 %."""
    ordered = quantity(context.place.order.fields.get("rate"))
    running = amount(context, "rate")
    if ordered is None:
        return None
    if running is None:
        return warning("pump_rate", "the rate is not recorded", f"{_plain(ordered)}, as ordered")
    value = in_unit(running, ordered.unit, {})
    if value is None:
        return warning(
            "pump_rate",
            "not checked: the rate stands in another unit than the order",
            f"give it in {ordered.unit}",
        )
    if abs(value - ordered.value) <= ordered.value * PUMP_SHARE:
        return None
    return second(
        "pump_rate",
        "the pump does not run at the ordered rate",
        f"{_plain(ordered)}, as ordered",
        ("ordered", _plain(ordered)),
    )


def infusion_site(context: CheckContext) -> Finding | None:
    """Nothing runs beside the vein."""
    if truth(context.entry.evidence.get("reaction")):
        return None
    if not says(text(context, "site_condition"), _BAD_SITE):
        return None
    return warning(
        "infusion_site",
        "the site is not well: the drug may run beside the vein",
        "stop it, take another vein, tell the physician",
    )


def balance(context: CheckContext) -> Finding | None:
    """Of a controlled drug, what was given and wasted is what was taken."""
    if not truth(context.place.order.fields.get("controlled")):
        return None
    started = recorded(context, "M11")
    taken = None if started is None else quantity(started.evidence.get("dose"))
    taken = taken or _ordered(context)
    given, wasted = amount(context, "amount"), amount(context, "wasted")
    if taken is None or given is None:
        return warning("balance", "not checked: an amount is missing", "enter all amounts")
    parts = [in_unit(one, taken.unit, {}) for one in (given, wasted) if one is not None]
    known = [one for one in parts if one is not None]
    if len(known) < len(parts):
        return warning(
            "balance", "not checked: the amounts stand in other units", f"in {taken.unit}"
        )
    if sum(known) == taken.value:
        return None
    return second(
        "balance",
        "what was given and wasted is not what was taken",
        f"together {_plain(taken)}; report an incident where some is missing",
        ("taken", _plain(taken)),
    )
