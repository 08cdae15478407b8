"""A physician confirms an order with its exceptions in view, and not otherwise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.errors import InvalidInput, Refused
from domain.ids import PractitionerId
from domain.services.exceptions import exceptions_in, require_seen
from domain.worklists import JournalRow
from tests.shift import Shift, fake_shift, local, real_loops

PLAIN = {"noscan_reason": "scanner down"}


@pytest.fixture
def shift() -> Shift:
    return fake_shift()


def confirm(shift: Shift, order: str, **evidence: object) -> None:
    shift.do("dr.chen", order=order, step="M16", evidence=evidence)


def test_a_dose_refused_is_an_exception_that_must_be_seen(shift: Shift) -> None:
    order = shift.ordered(shift.drug(dose_count=2))
    shift.verified(order)
    first, second = (task.id for task in shift.tasks(order))
    shift.at("08:05")
    shift.give(first)
    shift.at("16:05")
    shift.do("li.na", task=second, exit="refused", evidence={"reason": "nausea"}, reason="nausea")
    shift.do("li.na", task=second, step="M18", evidence={"told_to": "dr.chen"})
    exceptions = shift.shown(order)["exceptions"]
    assert [one["detail"] for one in exceptions if one["what"] == "exit"] == ["refused"]
    with pytest.raises(Refused, match=f"Exceptions of this order: {len(exceptions)}; seen: 0"):
        confirm(shift, order)
    with pytest.raises(Refused, match="seen: 9"):
        confirm(shift, order, exceptions_seen=9)
    with pytest.raises(InvalidInput, match="number"):
        confirm(shift, order, exceptions_seen="all")
    confirm(shift, order, exceptions_seen=len(exceptions))
    assert shift.order_state(order) == "closed"


def test_an_incident_and_a_late_dose_are_told_with_their_minutes(shift: Shift) -> None:
    order = shift.ordered(shift.drug(dose_count=1))
    shift.verified(order)
    (dose,) = (task.id for task in shift.tasks(order))
    shift.at("10:00")
    shift.give(dose)
    shift.do("li.na", act="incident", task=dose, reason="the cup fell and was filled again")
    exceptions = shift.shown(order)["exceptions"]
    late = [one for one in exceptions if one["what"] == "late"]
    assert late
    assert all(isinstance(one["minutes"], int) and one["minutes"] > 0 for one in late)
    assert [one["what"] for one in exceptions][-1] == "incident"


def test_what_was_passed_over_is_told_with_its_check_and_its_step(shift: Shift) -> None:
    order = shift.ordered(shift.drug(dose_count=1))
    shift.verified(order)
    (dose,) = (task.id for task in shift.tasks(order))
    shift.at("11:30")
    overrides = [{"check": "window", "reason": "the patient was at the scanner"}]
    shift.check(dose, override=overrides)
    told = [one for one in shift.shown(order)["exceptions"] if one["what"] == "override"]
    assert ("M10", "window") in {(one["step"], one["detail"]) for one in told}


def recorded(**said: object) -> JournalRow:
    """An event of a step, as it stands in the journal."""
    return JournalRow(
        chain="stay-1",
        chain_seq=9,
        stream="dose-1",
        stream_seq=3,
        kind="step_recorded",
        actor=PractitionerId("li.na"),
        event_at=local("08:00"),
        recorded_at=local("08:00"),
        source="import",
        payload=said,
        command_id="1",
        n=0,
    )


def test_a_step_that_an_import_passed_over_is_an_exception() -> None:
    row = recorded(step="M13", gaps=["M11"], overrides=[{"check": "dose"}, "unreadable"])
    told = [(one.what, one.step, one.detail) for one in exceptions_in([row])]
    assert told == [("override", "M13", "dose"), ("gap", "M11", "")]


def test_an_order_without_exceptions_is_confirmed_as_it_is() -> None:
    require_seen(real_loops().get("medication"), "physician_confirmed", {}, tuple)


def test_a_hospitals_own_loop_that_does_not_ask_is_confirmed_as_it_is() -> None:
    loop = real_loops().get("medication")
    closing = loop.closing
    assert closing is not None
    plain = replace(closing, fields=())
    own = replace(loop, steps={**loop.steps, closing.no: plain})
    rows = [recorded(step="M13", gaps=["M11"])]
    require_seen(own, "physician_confirmed", {}, lambda: rows)
    with pytest.raises(Refused, match="Exceptions of this order: 1"):
        require_seen(loop, "physician_confirmed", {}, lambda: rows)
