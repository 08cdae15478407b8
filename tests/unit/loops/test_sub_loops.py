"""Reactions and returns that hang from a dose or a unit, and outlive it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.commands import EnterInError, HoldWork, OpenChild
from domain.orders import Priority
from domain.people import Role
from tests.openings import MEDICATION, TRANSFUSION, blood, dose, issue, medication, transfuse
from tests.story import Story, at, person, refused


def _given() -> Story:
    story = medication()
    story.record("M10", "08:00")
    story.record("M11", "08:00", result="complete")
    return story


@pytest.mark.rows("MX11", "E46", "decision-9")
def test_an_infusion_round_finds_a_reaction_that_keeps_the_order_open() -> None:
    story = medication(dose("08:00", infusion=True))
    story.record("M10", "08:00")
    story.record("M11", "08:00")
    story.record("M12", "08:15", reaction=True)
    story.record("M13", "08:30", result="complete")
    child = story.child("adverse_reaction")
    assert child.fields["product"] == "amoxicillin"
    with refused("STEP_NOT_READY") as caught:
        story.record("M16", "08:31")
    assert f"adverse_reaction {child.id}" in caught.text
    story.record("A1", "08:31", task=child, result="by_staff")
    assert story.due(child)["TA1"] == at("08:46")
    story.record("A2", "08:40", task=child)
    story.record("A3", "08:50", task=child, result="not_severe")
    story.record("A4", "08:51", task=child)
    story.record("A5", "08:52", task=child)
    assert story.again(child).state.value == "closed"
    story.record("M16", "09:00")
    assert story.order.state.value == "closed"


@pytest.mark.rows("E30", "TX13", "TT16")
def test_a_late_reaction_hangs_from_a_closed_order_and_leaves_it_closed() -> None:
    story = _given()
    story.record("M16", "09:00")
    nurse = person(Role.NURSE)
    with refused("NOT_AUTHORISED"):
        story.entry(OpenChild, "12:00", actor=person(Role.PORTER), task=story.task.id, code="MX11")
    story.entry(OpenChild, "12:00", actor=nurse, task=story.task.id, code="MX11")
    with refused("CHILD_OPEN"):
        story.entry(OpenChild, "12:05", actor=nurse, task=story.task.id, code="MX11")
    assert story.order.state.value == "closed"
    child = story.child("adverse_reaction")
    assert story.due(child) == {"TA5": at("12:15")}
    assert story.ready(child) == {"A1"}
    story.record("A1", "12:05", task=child, by=Role.PHYSICIAN, result="by_physician")
    story.record("A3", "12:10", task=child, result="severe")
    assert story.due(child)["TA3s"] == at("12:25")
    story.record("A4", "12:15", task=child)
    story.record("A5", "12:20", task=child)
    assert story.again(child).state.value == "closed"
    assert story.order.state.value == "closed"


@pytest.mark.rows("E30", "E28")
def test_evidence_that_opens_a_reaction_is_looked_at() -> None:
    story = _given()
    nurse = person(Role.NURSE)
    with refused("INVALID_INPUT") as caught:
        story.entry(
            OpenChild,
            "12:00",
            actor=nurse,
            task=story.task.id,
            code="MX11",
            evidence={"dose": 2.5},
        )
    assert caught.error is not None
    assert caught.error.field == "evidence.dose"


@pytest.mark.rows("E28", "TX13")
def test_a_reaction_is_worked_on_though_its_order_is_void() -> None:
    story = blood()
    issue(story, "08:00")
    transfuse(story, "08:15")
    story.record("T16", "08:31", reaction=True)
    child = story.child("transfusion_reaction")
    nurse = person(Role.NURSE)
    story.entry(EnterInError, "08:40", actor=nurse, task=story.task.id, reason="wrong record")
    story.stop("cancel", "08:41")
    assert story.order.state.value == "voided"
    story.record("R1", "08:42", task=child)
    assert story.due(child)["TR04"] == at("08:47")


@pytest.mark.rows("E28", "E35")
def test_a_hold_of_the_order_does_not_stop_the_clock_of_a_reaction() -> None:
    story = medication(dose("08:00", last=False), dose("16:00"))
    story.record("M10", "08:00")
    story.record("M11", "08:00", result="complete")
    story.entry(OpenChild, "08:10", actor=person(Role.NURSE), task=story.task.id, code="MX11")
    story.entry(HoldWork, "08:11", reason="reaction")
    assert story.due(story.child("adverse_reaction")) == {"TA5": at("08:25")}


@pytest.mark.rows("E28", "TA5")
def test_a_reaction_is_as_urgent_as_its_order() -> None:
    story = Story("medication", MEDICATION, Priority.STAT)
    story.record("M1", "08:00")
    story.record("M2", "08:00", result="verified")
    story.make(dose(None, kind="none", first_task=True))
    story.record("M10", "08:05")
    story.record("M11", "08:05", result="stopped_reaction", reason="rash")
    assert story.due(story.child("adverse_reaction")) == {"TA5": at("08:10")}


@pytest.mark.rows("MX17", "E27", "TQ1")
@pytest.mark.parametrize(("controlled", "step"), [(True, "Q1c"), (False, "Q1")])
def test_a_refused_drug_goes_back(*, controlled: bool, step: str) -> None:
    story = medication(dose("10:00", ward_stock=False), controlled=controlled)
    story.record("M5", "07:20", by=Role.PHARMACY_TECHNICIAN)
    story.record("M6", "07:30")
    story.record("M8", "07:40")
    story.exit("refused", "10:00", quantity="1 {tablet}")
    child = story.child("medication_return")
    assert child.fields["quantity"] == {"value": "1", "unit": "{tablet}"}
    assert story.ready(child) == {step}
    if controlled:
        with refused("WITNESS_MISSING"):
            story.record(step, "10:10", task=child, result="sent")
    story.record(step, "10:10", task=child, result="wasted", witness=Role.NURSE, reason="opened")
    assert (story.again(child).state.value, story.again(child).outcome) == (
        "closed_by_exit",
        "wasted",
    )


@pytest.mark.rows("TX13", "R5v", "TR06")
def test_a_reaction_to_blood_is_watched_until_it_is_stable() -> None:
    story = blood()
    issue(story, "08:00")
    transfuse(story, "08:15")
    story.record("T16", "08:31", reaction=True)
    child = story.child("transfusion_reaction")
    story.record("R1", "08:31", task=child)
    story.record("R2", "08:32", task=child, by=Role.NURSE)
    story.record("R3", "08:33", task=child, witness=Role.PHYSICIAN)
    story.record("R4", "08:34", task=child)
    story.record("R5", "08:40", task=child)
    assert story.due(child)["TR06"] == at("08:55")
    story.record("R5v", "08:50", task=child, result="unstable")
    assert story.due(child)["TR06r"] == at("09:05")
    story.record("R5v", "09:00", task=child, result="stable")
    assert "TR06r" not in story.due(child)


@pytest.mark.rows("TX14", "MX18", "decision-19")
def test_an_incident_is_reported_by_anyone_at_any_time() -> None:
    from domain.commands import ReportIncident

    story = _given()
    story.record("M16", "09:00")
    before = (story.task.state, story.order.state)
    porter = person(Role.PORTER)
    with refused("INVALID_INPUT"):
        story.entry(ReportIncident, "12:00", actor=porter)
    story.entry(ReportIncident, "12:00", actor=porter, reason="wrong patient got it")
    story.entry(
        ReportIncident,
        "12:01",
        actor=porter,
        task=story.task.id,
        evidence={"text": "bag torn", "severity": "mild"},
    )
    assert (story.task.state, story.order.state) == before


@pytest.mark.rows("E11")
def test_an_order_without_units_is_cancelled_whole() -> None:
    story = Story("transfusion", TRANSFUSION)
    story.stop("cancel", "07:10")
    assert story.order.state.value == "voided"


@pytest.mark.rows("X8", "MX24", "TP1")
@pytest.mark.parametrize(
    ("said", "due"),
    [
        ({"remove_at": "20:00", "worn_minutes": 600}, "20:00"),
        ({"remove_at": "07:30", "worn_minutes": 600}, "18:00"),
        ({"worn_minutes": 600}, "18:00"),
        ({"remove_at": "07:30"}, "08:00"),
        ({}, "08:00"),
    ],
    ids=["as planned", "put on after its hour", "no hour planned", "only an hour past", "unsaid"],
)
def test_a_patch_always_has_a_time_at_which_it_comes_off(said: dict[str, object], due: str) -> None:
    fields = {"ward_stock": True, **said, "patch": True}
    if "remove_at" in said:
        fields["remove_at"] = at(str(said["remove_at"])).isoformat()
    story = medication(replace(dose("07:00"), fields=fields))
    story.record("M10", "08:00")
    story.record("M11", "08:00", result="complete", site="left hip")
    removal = story.child("patch_removal")
    assert (removal.due_at, removal.fields["site"]) == (at(due), "left hip")
    assert story.ready(removal) == {"P1"}


@pytest.mark.rows("X8", "TP2")
def test_the_last_patch_of_an_order_is_worn_its_time_although_the_order_has_ended() -> None:
    story = medication(dose("08:00", patch=True, worn_minutes=600))
    story.record("M10", "08:00")
    story.record("M11", "08:00", result="complete")
    assert story.order.stopped_by == "last_task"
    assert story.due(story.child("patch_removal")) == {"TP1": at("19:00")}
