"""An order as the checks of others see it: what was passed over, and until when it runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.ids import EncounterId, OrderId, PatientId, PractitionerId
from domain.loops.active import MONITORED, active_order, due_until, passed_over, stopped_drug
from domain.orders import Order, OrderState, Priority, Tally
from domain.records import Record
from domain.situation import Mark

EIGHT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def mark(what: str, step: str, why: str = "thought over") -> Mark:
    return Mark(what, step, EIGHT, 1, why)


def done(step: str) -> Record:
    return Record(step, EIGHT, EIGHT, PractitionerId("dr.chen"))


def order(**said: object) -> Order:
    plain: dict[str, object] = {
        "id": OrderId("warfarin"),
        "loop": "medication",
        "loop_version": 1,
        "encounter_id": EncounterId("stay-1"),
        "patient_id": PatientId("patient-1"),
        "author": PractitionerId("dr.chen"),
        "priority": Priority.ROUTINE,
        "fields": {"product": "WARF3"},
        "placed_at": EIGHT,
        "state": OrderState.IN_PROGRESS,
    }
    return Order(**(plain | said))  # type: ignore[arg-type]  # names and values as the fold gives them


@pytest.mark.parametrize(
    ("marks", "found"),
    [
        ((mark("override:interaction", "M1"),), {}),
        ((mark("override:interaction", "M1", MONITORED),), {"interaction": "monitored"}),
        (
            (mark("override:interaction", "M1", f"{MONITORED}: INR every second day"),),
            {"interaction": "monitored"},
        ),
        (
            (mark("override:interaction", "M1"), mark("override:interaction", "M3")),
            {"interaction": "countersigned"},
        ),
        (
            (mark("override:interaction", "M1", MONITORED), mark("override:max_dose", "M3")),
            {"interaction": "monitored"},
        ),
        ((mark("interaction", "M1", "reason"), mark("gap", "M2")), {}),
    ],
    ids=[
        "a reason alone counts whole",
        "who says that it is watched has it counted half",
        "in more words, too",
        "the pharmacist passed over the same: a quarter",
        "the pharmacist passed over something else",
        "what was found and not passed over",
    ],
)
def test_how_a_finding_was_passed_over(marks: tuple[Mark, ...], found: dict[str, str]) -> None:
    signed = order(marks=marks, steps={"M1": done("M1"), "M3": done("M3")})
    assert passed_over(signed) == found
    assert active_order(signed, {}).overridden == found


def test_a_review_that_was_sent_back_has_passed_over_nothing() -> None:
    marks = (mark("override:max_dose", "M1"), mark("override:max_dose", "M3", MONITORED))
    for undone in ({}, {"M3": replace(done("M3"), undone=True)}):
        assert passed_over(order(marks=marks, steps={"M1": done("M1")} | undone)) == {}


def test_until_when_something_is_due() -> None:
    noon = EIGHT + timedelta(hours=4)
    done = Tally(made=2, ended=2, last_ended_at=noon)
    assert due_until(order()) is None
    assert due_until(order(stop_at=noon, stopped_by="discontinue")) == noon
    assert due_until(order(stopped_by="last_task", tally=done)) == noon
    again = Tally(made=3, ended=2, last_ended_at=noon)
    assert due_until(order(stopped_by="last_task", tally=again)) is None, "one was made anew"
    assert due_until(order(tally=done)) is None, "the next days' doses are not made yet"


def test_an_order_beside_others() -> None:
    found = active_order(order(signed_at=EIGHT), {"atc": "B01AA03"})
    assert (found.id, found.signed_at, found.stop_at) == ("warfarin", EIGHT, None)
    assert (found.product["atc"], found.fields["product"]) == ("B01AA03", "WARF3")


LAST_WEEK = EIGHT - timedelta(days=7)
GIVEN = Tally(made=1, ended=1, effects=1)
ENDED = {"state": OrderState.CLOSED, "ended_at": EIGHT, "tally": GIVEN}


def test_a_drug_that_ended_lately_is_still_in_the_patient() -> None:
    found = stopped_drug(order(**ENDED), {}, since=LAST_WEEK)
    assert found is not None
    assert found.stop_at == EIGHT
    planned = {**ENDED, "stop_at": EIGHT + timedelta(days=2)}
    found = stopped_drug(order(**planned), {}, since=LAST_WEEK)
    assert found is not None
    assert found.stop_at == EIGHT, "it ended before it was planned to"


@pytest.mark.parametrize(
    "said",
    [
        {**ENDED, "loop": "test"},
        {**ENDED, "state": OrderState.IN_PROGRESS},
        {**ENDED, "tally": Tally(made=1, ended=1)},
        {**ENDED, "ended_at": LAST_WEEK - timedelta(minutes=1)},
        {**ENDED, "ended_at": None},
    ],
    ids=["no drug", "it runs", "no dose was given", "long ago", "nobody knows when"],
)
def test_what_is_not_in_the_patient_any_more(said: dict[str, object]) -> None:
    assert stopped_drug(order(**said), {}, since=LAST_WEEK) is None
