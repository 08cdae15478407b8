"""Writing an order: whose it may be, what its fields say, what the catalogue adds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from domain.entered import parse_instant
from domain.errors import InvalidInput, NotAuthorised, Refused
from domain.events import Event, OrderPlaced, StreamKind
from domain.ids import OrderId
from domain.loops.evidence import checked
from domain.loops.evolve import evolve_order
from domain.loops.validity import TOLERANCE
from domain.orders import Priority
from domain.people import Role
from domain.records import Source
from domain.services.catalogues import items_of
from domain.services.planning import on_need, planned, understood
from domain.services.replacing import require_replaceable
from domain.services.signing import make_due, surroundings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from domain.ids import EncounterId
    from domain.loops.definition import LoopDefinition
    from domain.loops.loops import Loops
    from domain.patients import Encounter
    from domain.people import Actor
    from domain.services.workplace import Workplace
    from domain.services.writing import Writing

_EMPTY: Final[Mapping[str, object]] = MappingProxyType({})
NEVER_LOWERED: Final = ("high_alert", "controlled")
"""What the catalogue says yes to, no order takes back: second persons hang on it."""
LONGEST_AGO: Final = timedelta(days=366)
FARTHEST_AHEAD: Final = timedelta(days=2 * 366)
"""Between them lies the start of an order, seen from when it is written."""


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order as a person writes it.

    Attributes:
        kind: the id of its loop.
        fields: what the loop's `order_fields` declare; what a catalogue item says of a declared
            field need not be said again.
        verbal: spoken, to be signed later; its tasks exist at once.
        replaces: the order that ends when this one is signed.
        order: its id, where the caller has chosen one.
    """

    encounter: EncounterId
    kind: str
    fields: Mapping[str, object] = field(default_factory=lambda: _EMPTY)
    verbal: bool = False
    replaces: OrderId | None = None
    order: OrderId | None = None
    at: datetime | None = None
    source: Source = Source.LIVE


def _require_stay(stay: Encounter, new: NewOrder) -> None:
    if not stay.active and not new.source.after_the_fact:
        raise Refused(
            "STAY_ENDED",
            "The patient's stay has ended",
            next_step="Admit the patient first",
            field="encounter",
        )


def place_order(writing: Writing, actor: Actor, new: NewOrder) -> OrderId:
    """Place an order; a verbal one gets its tasks at once. `ordering.draft` says what it raises."""
    loops = writing.loops(new.encounter)
    loop = loops.get(new.kind)
    _require_author(loop, actor, verbal=new.verbal)
    stay = writing.stay(new.encounter)
    _require_stay(stay, new)
    at = new.at or writing.now
    if at > writing.now + TOLERANCE:
        raise InvalidInput("at", "the time is in the future", right="when it was ordered")
    fields = order_fields(writing.place, loops, loop, new.fields, verbal=new.verbal, at=at)
    if new.replaces is not None:
        require_replaceable(writing, new, new.replaces)
    order = new.order or OrderId(writing.place.ids.new())
    body = OrderPlaced(
        loop=loop.id,
        loop_version=loop.version,
        patient_id=stay.patient_id,
        encounter_id=stay.id,
        priority=Priority(str(fields["priority"])),
        fields=fields,
        verbal=new.verbal,
        replaces=new.replaces,
    )
    event = Event(
        stream_kind=StreamKind.ORDER,
        stream=order,
        order_id=order,
        body=body,
        actor=actor.user,
        at=at,
        recorded_at=writing.now,
        source=new.source,
    )
    _try_planning(writing, loops, event)
    writing.place_order(event)
    if new.verbal:
        make_due(writing, order)
    return order


def _require_author(loop: LoopDefinition, actor: Actor, *, verbal: bool) -> None:
    signing = loop.activating
    if signing is None:
        raise InvalidInput("kind", f"{loop.id} is opened by a result", right="a kind of order")
    by = (*signing.by, Role.NURSE) if verbal else signing.by
    if not actor.holds(by):
        needs = " or ".join(role.value for role in by)
        raise NotAuthorised(f"{actor.user} may not write a {loop.id} order", needs=needs)
    if verbal and not any(use.name == "verbal" for use in loop.order_fields):
        raise InvalidInput("verbal", f"{loop.id} orders are not spoken", right="false")


def order_fields(
    place: Workplace,
    loops: Loops,
    loop: LoopDefinition,
    given: Mapping[str, object],
    *,
    verbal: bool,
    at: datetime,
) -> dict[str, object]:
    """The fields of an order, checked, with what catalogue and frequency say of declared ones.

    Raises:
        InvalidInput: names the field and what would be right.
    """
    declared = {use.name for use in loop.order_fields}
    unknown = [name for name in given if name not in declared]
    if unknown:
        right = ", ".join(use.name for use in loop.order_fields)
        raise InvalidInput(f"fields.{unknown[0]}", f"is no field of {loop.id}", right=right)
    fields = {name: value for name, value in given.items() if value is not None}
    for item in items_of(place.reads, fields, at=at):
        for name in declared & item.keys():
            if name in NEVER_LOWERED and item[name] is True and fields.get(name) is False:
                raise InvalidInput(f"fields.{name}", "the catalogue says yes", right="true")
            fields.setdefault(name, item[name])
    if verbal:
        fields["verbal"] = True
    _bounds_of_need(fields, declared)
    read = checked(fields, uses=loop.order_fields, fields=loops.fields, path="fields")
    _require_near(read, at)
    return read


def _require_near(fields: Mapping[str, object], at: datetime) -> None:
    """Refuse a start far from the writing of the order, and a stop before the start."""
    start, stop = (
        parse_instant(f"fields.{name}", str(fields[name])) if fields.get(name) else None
        for name in ("start", "stop")
    )
    if start is not None and not at - LONGEST_AGO <= start <= at + FARTHEST_AHEAD:
        raise InvalidInput(
            "fields.start",
            "it lies far from the day on which the order is written",
            right="from 1 year before to 2 years after",
        )
    if stop is not None and stop < (start or at):
        raise InvalidInput("fields.stop", "it lies before the start", right="a time from start on")


def own_fields(
    place: Workplace, fields: Mapping[str, object], *, at: datetime
) -> dict[str, object]:
    """What a person said of an order, without what its catalogue items and frequency added.

    A change begins from these, so that another product or frequency brings what is true of it.
    """
    added = _bounds(fields)
    for item in items_of(place.reads, fields, at=at):
        added = {**item, **added}
    return {name: value for name, value in fields.items() if added.get(name, ...) != value}


def _bounds(fields: Mapping[str, object]) -> dict[str, object]:
    """The least interval and the most doses of an as-needed frequency (X6)."""
    frequency = understood(fields)
    if frequency is None:
        return {}
    least, most = frequency.min_interval, frequency.most_per_24h
    minutes = None if least is None else int(least.total_seconds() // 60)
    bounds = {"min_interval": minutes, "max_per_day": most}
    return {name: bound for name, bound in bounds.items() if bound is not None}


def _bounds_of_need(fields: dict[str, object], declared: set[str]) -> None:
    """Take the bounds of need from the frequency; an as-needed order has one (7.1)."""
    if "frequency" not in declared:
        return
    try:
        bounds = _bounds(fields)
    except InvalidInput as error:
        raise InvalidInput(
            f"fields.{error.field}", error.message, right=error.right, code=error.code
        ) from None
    for name in declared & bounds.keys():
        fields.setdefault(name, bounds[name])
    if on_need(fields) and "min_interval" in declared:
        known = (fields.get("min_interval"), fields.get("max_per_day"))
        if not any(isinstance(bound, int) and bound > 0 for bound in known):
            raise InvalidInput(
                "fields.min_interval",
                "an as-needed order says how soon it may be repeated",
                right="minutes: 360",
            )


def _try_planning(writing: Writing, loops: Loops, event: Event) -> None:
    """Plan the order as if it were signed now: what cannot be is said while it is written."""
    order = evolve_order(None, event)
    planned(loops, order, surroundings(writing, order), now=writing.now)
