"""Conditions of medication beside its limits: what must be watched, reviewed, checked by two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.alerts import AlertSeverity
from rules.alerts.claims import rising
from rules.alerts.conditions.records import GAP
from rules.alerts.registry import on_stay, on_stream
from rules.alerts.view import MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from domain.clinical import ActiveOrder
    from domain.situation import Stream
    from rules.alerts.claims import Claim
    from rules.alerts.rule import Rule
    from rules.alerts.view import View

STARTED: Final = "M11"
ENDED: Final = "M15"
_SCANS: Final = frozenset({"right_patient", "right_item"})
_BEDSIDE: Final = frozenset({*_SCANS, "dose", "route"})
_PAIRED: Final = frozenset({"M9", "M10"})
"""The steps at which a high-alert drug is checked by two."""
ANTIBACTERIAL: Final = "J01"
"""ATC code of antibacterials for systemic use."""
BEFORE_WATCHED: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "heparin": ("aptt", ()),
    "insulin": ("glucose", ("IV",)),
    "potassium chloride": ("potassium", ("IV",)),
    "potassium phosphate": ("potassium", ("IV",)),
    "morphine": ("respiratory_rate", ("IV",)),
    "fentanyl": ("respiratory_rate", ("IV",)),
    "hydromorphone": ("respiratory_rate", ("IV",)),
    "pethidine": ("respiratory_rate", ("IV",)),
}
"""What is observed while a drug runs, and by which routes it must be (none: by any)."""


@on_stream("double_check_missing", "fields.high_alert", "marks", loops=("medication",), marked=True)
def double_check_missing(view: View, stream: Stream, rule: Rule) -> Iterable[Claim]:
    """A high-alert drug was given and the check by two persons was passed over."""
    if not view.holds("fields.high_alert", view.field(stream, "high_alert") is True):
        return ()
    skipped = [mark for mark in stream.marks if mark.what == GAP and mark.step in _PAIRED]
    if not skipped:
        return ()
    first = min(skipped, key=lambda mark: (mark.seq, mark.step))
    return view.of_stream(
        rule, stream, first.at, cause=f"{stream.id}:{first.seq}", step=first.step, lasting=True
    )


@on_stream("bedside_mismatch", "marks", loops=("medication",), marked=True)
def bedside_mismatch(view: View, stream: Stream, rule: Rule) -> Iterable[Claim]:
    """A dose went on against a wrong scan, or without one. One alert for each dose."""
    stages: list[tuple[datetime, AlertSeverity]] = []
    found: list[str] = []
    grave = rule.severity_for(stream.priority)
    for mark in stream.marks:
        if mark.step not in ("M10", STARTED) or mark.what not in _BEDSIDE:
            continue
        wrong = view.test("marks", "in", ("stop", "second_person"), mark.value)
        if grave is not None and (wrong or mark.what in _SCANS):
            stages.append((mark.at, grave if wrong else AlertSeverity.S3))
            found.append(mark.what)
    if not stages:
        return ()
    first, *later = rising(stages)
    return view.of_stream(
        rule,
        stream,
        first[0],
        cause=stream.id,
        severity=first[1],
        later=tuple(later),
        step=STARTED,
        lasting=True,
        evidence={"checks": ",".join(sorted(set(found)))},
    )


def soonest_watch(stream: Stream, rule: Rule) -> datetime:
    """The soonest that anything must have been observed."""
    begun = stream.done.get(STARTED)
    since = stream.since if begun is None else begun[0]
    names = {name for name, _ in BEFORE_WATCHED.values()}
    return since + min(rule.minutes(name) for name in names)


@on_stream(
    "monitoring_due",
    "done.M11",
    "orders.product",
    "latest",
    loops=("medication",),
    level="started",
    gate=soonest_watch,
)
def monitoring_due(view: View, stream: Stream, rule: Rule) -> Iterable[Claim]:
    """A drug is running, and what it asks to be watched has not been."""
    begun = stream.done.get(STARTED)
    if not view.test("done.M11", "is not", None, begun) or begun is None:
        return ()
    claims: list[Claim] = []
    route = str(view.field(stream, "route") or "").upper()
    for drug in ingredients(view.active.get(stream.order)):
        name, routes = BEFORE_WATCHED.get(drug, ("", ()))
        if not name or (routes and not route.startswith(routes)):
            continue
        seen = view.situation.clinical.latest.get(name)
        since = begun[0] if seen is None else max(begun[0], seen.at)
        allowed = rule.minutes(name) + rule.minutes("grace")
        claims += view.of_stream(
            rule,
            stream,
            since + allowed,
            cause=f"{name}:{since.isoformat()}",
            starts_at=since,
            minutes=allowed // MINUTE,
            evidence={"observe": name},
        )
    return claims


def ingredients(order: ActiveOrder | None) -> tuple[str, ...]:
    """The ingredients of an order's product, by their lower-case names."""
    listed = () if order is None else order.product.get("ingredients", ())
    rows = listed if isinstance(listed, (list, tuple)) else (listed,)
    names = (row.get("name", "") if isinstance(row, dict) else row for row in rows)
    return tuple(str(name).lower().replace("_", " ") for name in names)


@on_stream("past_stop", "started", "order.done.M15", loops=("medication",), level="started")
def past_stop(view: View, stream: Stream, rule: Rule) -> Iterable[Claim]:
    """A dose is still running after its order was to stop."""
    order = view.orders.get(stream.order)
    stop = None if order is None else order.done.get(ENDED)
    if not view.test("order.done.M15", "is not", None, stop) or stop is None:
        return ()
    at = stop[0]
    return view.of_stream(rule, stream, at, cause=f"stop:{at.isoformat()}", step="M13")


def review_from(stream: Stream, rule: Rule) -> datetime:
    """The soonest that an order must have been reviewed: it is signed after it is placed."""
    return stream.since + rule.minutes("review_minutes")


@on_stream(
    "review_due",
    "orders.product",
    "orders.signed_at",
    loops=("medication",),
    level="order",
    gate=review_from,
)
def review_due(view: View, stream: Stream, rule: Rule) -> Iterable[Claim]:
    """An antibacterial has run for days without being renewed, stopped or changed."""
    order = view.active.get(stream.order)
    signed = None if order is None or order.stop_at is not None else order.signed_at
    if order is None or signed is None:
        return ()
    code = str(order.product.get("atc", ""))
    if not view.test("orders.product", "is", ANTIBACTERIAL, code[:3]):
        return ()
    at = signed + rule.minutes("review_minutes")
    return view.of_stream(rule, stream, at, starts_at=signed, evidence={"atc": code})


@on_stay("sepsis_antimicrobial", "marks.sepsis")
def sepsis_antimicrobial(view: View, rule: Rule) -> Iterable[Claim]:
    """Sepsis was recognised and no antimicrobial has been started within the hour."""
    claims: list[Claim] = []
    for stream in view.situation.streams:
        for mark in stream.marks:
            if mark.what == "sepsis" and not _antimicrobial_since(view, mark.at):
                shock = view.test("marks.sepsis", "is", "shock", mark.value)
                allowed = rule.minutes("shock_minutes" if shock else "minutes")
                claims += view.of_stay(
                    rule,
                    [(mark.at + allowed, AlertSeverity.S1)],
                    cause=f"{stream.id}:{mark.seq}",
                    minutes=allowed // MINUTE,
                )
    return claims


def _antimicrobial_since(view: View, at: datetime) -> bool:
    """Whether a dose of an antibacterial has been started since."""
    return any(
        (begun := stream.done.get(STARTED)) is not None
        and begun[0] >= at
        and (order := view.active.get(stream.order)) is not None
        and str(order.product.get("atc", "")).startswith(ANTIBACTERIAL)
        for stream in view.situation.streams
    )
