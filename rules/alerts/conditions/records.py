"""Conditions on what was recorded: marks that a record left beside its order or task."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.alerts import AlertSeverity
from rules.alerts.registry import on_stream

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.situation import Mark, Stream
    from rules.alerts.claims import Claim
    from rules.alerts.rule import Rule
    from rules.alerts.view import View


GAP: Final = "gap"
"""A required step that was passed over; the mark's step is that step."""


@on_stream("incomplete", "incomplete", "marks.gap", marked=True)
def incomplete(view: View, stream: Stream, rule: Rule) -> Iterable[Claim]:
    """A required step was passed over and has not been entered since."""
    if not view.holds("incomplete", stream.incomplete):
        return ()
    gaps = [mark for mark in stream.marks if mark.what == GAP]
    first = min(gaps, key=lambda mark: (mark.seq, mark.step), default=None)
    if first is None:
        return view.of_stream(rule, stream, stream.since, cause=f"{stream.id}:gap")
    steps = sorted({mark.step for mark in gaps})
    return view.of_stream(
        rule,
        stream,
        first.at,
        cause=f"{stream.id}:{first.seq}",
        step=steps[0],
        evidence={"steps": ",".join(steps)},
    )


@on_stream("identity_passed", "marks", loops=("transfusion",), marked=True)
def identity_passed(view: View, stream: Stream, rule: Rule) -> Iterable[Claim]:
    """Blood went on without the bedside check, or against what it found."""
    wrong = ("right_patient", "right_item", "right_unit")
    for mark in stream.marks:
        at_bedside = mark.step in ("T14", "T14b", "T15") and mark.what in wrong
        blocked = at_bedside and view.test(
            "marks", "in", ("stop", "second_person", "reason"), mark.value
        )
        if blocked or (mark.what == GAP and mark.step == "T14"):
            yield from _of_mark(view, stream, rule, mark, step="T14")


@on_stream("incompatible_unit", "marks.blood_compatible", loops=("transfusion",), marked=True)
def incompatible_unit(view: View, stream: Stream, rule: Rule) -> Iterable[Claim]:
    """A unit was recorded that the patient's group does not allow."""
    for mark in stream.marks:
        if mark.what == "blood_compatible" and view.test(
            "marks.blood_compatible", "in", ("stop", "second_person"), mark.value
        ):
            yield from _of_mark(view, stream, rule, mark, step=mark.step)


@on_stream("baseline_missing", "marks", loops=("transfusion",), marked=True)
def baseline_missing(view: View, stream: Stream, rule: Rule) -> Iterable[Claim]:
    """A unit was started without vital signs of the hour before it."""
    for mark in stream.marks:
        skipped = mark.what == GAP and mark.step == "T13"
        found = mark.what in ("baseline_vitals", "validity") and mark.step in ("T14", "T15")
        if skipped or (found and view.test("marks", "is not", "info", mark.value)):
            yield from _of_mark(view, stream, rule, mark, step="T13")


@on_stream("orphan", "marks.orphan", marked=True)
def orphan(view: View, stream: Stream, rule: Rule) -> Iterable[Claim]:
    """Something was carried out that no order asks for, or an unknown code was scanned."""
    for mark in stream.marks:
        if view.test("marks.orphan", "is", "orphan", mark.what):
            yield from _of_mark(view, stream, rule, mark, step=mark.step)


@on_stream("gram_positive", "marks.gram_positive", "done.C7", marked=True)
def gram_positive(view: View, stream: Stream, rule: Rule) -> Iterable[Claim]:
    """A preliminary blood culture shows gram-positive bacteria and nobody has acted on it."""
    for mark in stream.marks:
        if view.test("marks.gram_positive", "is", "gram_positive", mark.what):
            yield from view.of_stream(
                rule,
                stream,
                mark.at + rule.minutes("minutes"),
                cause=f"{stream.id}:{mark.seq}",
                severity=AlertSeverity.S1,
                starts_at=mark.at,
                minutes=int(rule.params["minutes"]),
            )


def _of_mark(view: View, stream: Stream, rule: Rule, mark: Mark, *, step: str) -> Iterable[Claim]:
    """The claim of something that was recorded: it stays when its task has ended."""
    return view.of_stream(
        rule,
        stream,
        mark.at,
        cause=f"{stream.id}:{mark.seq}",
        step=step or None,
        lasting=True,
        evidence={"check": mark.what},
    )
