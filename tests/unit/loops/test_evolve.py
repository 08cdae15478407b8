"""The journal alone tells what an order and its tasks are."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest

from domain.commands import EnterInError, HoldWork, NewTask, ReleaseWork, ReportIncident
from domain.errors import NotFound, StorageError
from domain.events import Event, FieldsChanged, IncidentReported, NoteAdded, StreamKind
from domain.ids import task_id
from domain.loops.case import Case
from domain.loops.evolve import evolve_all, evolve_case, evolve_order
from domain.orders import OrderState
from domain.people import Role
from domain.records import Source
from domain.tasks import TaskState
from tests.openings import blood, dose, issue, medication, transfuse, tube
from tests.story import Story, at, loops, person


def _whole_life() -> Story:
    story = medication(dose("08:00", last=False), dose("12:00", last=False), dose("16:00"))
    nurse = person(Role.NURSE)
    story.record("M10", "08:00")
    story.record("M11", "08:00", result="complete")
    story.entry(HoldWork, "09:00", reason="vomiting")
    story.entry(ReleaseWork, "10:00")
    story.entry(ReportIncident, "10:01", reason="bag torn")
    story.entry(EnterInError, "10:02", actor=nurse, task=story.task.id, reason="wrong patient")
    story.stop("discontinue", "11:00")
    return story


@pytest.mark.rows("E2", "decision-23")
def test_folding_the_journal_again_gives_the_same_case() -> None:
    for story in (_whole_life(), tube(), blood(2)):
        assert evolve_all(None, story.events) == story.case


@pytest.mark.rows("E2")
def test_another_configuration_changes_no_stored_state() -> None:
    story = medication()
    story.record("M10", "08:00")
    story.record("M11", "08:00", result="complete")
    before = story.case
    loop = loops().get("medication")
    effect = replace(loop.steps["M14"], when=())
    overlaid = replace(loop, steps=MappingProxyType({**loop.steps, "M14": effect}))
    story.loops = replace(loops(), loops={**loops().loops, "medication": overlaid})
    story.entry(ReportIncident, "09:00", reason="bag torn")
    assert story.task.state.value == "closed"
    assert evolve_all(None, story.events[:-1]) == before


@pytest.mark.rows("E4", "decision-22")
def test_only_what_others_must_see_raises_the_version_of_the_order() -> None:
    story = medication(dose("08:00", infusion=True))
    before = story.order.version
    story.record("M10", "08:00")
    assert story.order.version == before, "a check at one bedside is nobody else's matter"
    story.record("M11", "08:00")
    assert story.order.version == before + 1
    story.record("M12", "08:15", reaction=False)
    assert story.order.version == before + 1


@pytest.mark.rows("E1", "E14")
def test_the_tally_knows_what_the_tasks_were() -> None:
    story = blood(2)
    issue(story, "08:00")
    transfuse(story, "08:15")
    tally = story.order.tally
    assert (tally.made, tally.ended, tally.open, tally.effects) == (2, 0, 2, 1)
    assert tally.complete
    assert tally.steps["T11"] == at("08:00")
    assert tally.starts == (at("08:16"),)


@pytest.mark.rows("E2")
def test_a_journal_without_a_beginning_is_not_read() -> None:
    story = medication()
    recorded = next(one for one in story.events if one.stream_kind is StreamKind.ORDER)
    later = story.events[1]
    with pytest.raises(StorageError):
        evolve_order(None, later)
    made = next(one for one in story.events if one.stream_kind is StreamKind.TASK)
    with pytest.raises(StorageError):
        evolve_case(None, made)
    with pytest.raises(StorageError):
        evolve_case(Case(story.order), replace(made, body=NoteAdded("late", "asleep")))
    with pytest.raises(StorageError):
        evolve_case(story.case, replace(recorded, body=FieldsChanged({})))
    with pytest.raises(StorageError):
        evolve_case(story.case, replace(made, body=recorded.body))
    assert evolve_all(None, ()) is None


@pytest.mark.rows("MX18")
def test_a_note_and_an_incident_change_nothing() -> None:
    story = medication()
    for kind, stream in (
        (StreamKind.ORDER, story.order.id),
        (StreamKind.TASK, story.task.id),
    ):
        for body in (NoteAdded("put_off", "asleep"), IncidentReported("bag torn")):
            event = Event(
                stream_kind=kind,
                stream=stream,
                order_id=story.order.id,
                body=body,
                actor=person(Role.NURSE).user,
                at=at("08:00"),
                recorded_at=at("08:00"),
                source=Source.LIVE,
            )
            after = evolve_case(story.case, event)
            assert after.order.state is story.order.state
            assert after.tasks[story.task.id].state is story.task.state


@pytest.mark.rows("X1", "decision-21")
def test_a_dose_is_known_by_its_order_and_its_time() -> None:
    story = medication()
    assert story.task.id == task_id(story.order.id, due_at=at("08:00"), seq=0)
    story.make(NewTask(seq=3))
    assert task_id(story.order.id, due_at=None, seq=3) in story.case.tasks


@pytest.mark.rows("E45")
def test_the_loops_of_a_ward_are_the_sites_unless_it_has_its_own() -> None:
    site = loops()
    ward = replace(site, sha256="other")
    both = replace(site, wards={"ICU": ward})
    assert both.for_ward("ICU") is ward
    assert both.for_ward("MED1") is both
    with pytest.raises(NotFound) as caught:
        site.get("feeding")
    assert "medication" in str(caught.value)


@pytest.mark.rows("E11", "decision-2")
def test_states_that_are_an_end() -> None:
    assert {one.value for one in OrderState if one.terminal} == {
        "closed",
        "voided",
        "entered_in_error",
    }
    assert {one.value for one in TaskState if not one.terminal} == {
        "planned",
        "in_progress",
        "on_hold",
    }
