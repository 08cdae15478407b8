"""Orders before their signature."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from domain.commands import ReviseDraft
from domain.errors import Forestalled
from domain.orders import Priority
from domain.people import Role
from tests.openings import MEDICATION, dose
from tests.story import Story, at, person, refused

if TYPE_CHECKING:
    from datetime import datetime


def _stop(story: Story) -> datetime | None:
    return story.order.stop_at


@pytest.mark.rows("decision-5", "X4")
def test_its_author_changes_a_draft_and_nobody_a_signed_order() -> None:
    story = Story("medication", {**MEDICATION, "stop": "2026-11-24T12:00:00+00:00"})
    assert _stop(story) == at("12:00")
    with refused("NOT_AUTHOR"):
        story.entry(
            ReviseDraft, "07:05", actor=person(Role.PHYSICIAN, "physician9"), fields=MEDICATION
        )
    with refused("INVALID_INPUT") as caught:
        story.entry(ReviseDraft, "07:05", fields={"product": "amoxicillin"})
    assert "dose is missing" in caught.text
    story.entry(ReviseDraft, "07:05", fields={**MEDICATION, "route": "IV"}, priority="STAT")
    assert (story.order.priority, story.order.fields["route"]) == (Priority.STAT, "IV")
    assert _stop(story) is None
    story.entry(ReviseDraft, "07:06", fields=MEDICATION)
    assert story.order.priority is Priority.STAT
    story.record("M1", "07:10")
    with refused("SIGNED") as caught:
        story.entry(ReviseDraft, "07:11", fields=MEDICATION)
    assert "replaces it" in caught.text


@pytest.mark.rows("decision-5", "E11", "M1")
def test_a_draft_waits_for_nothing_but_its_signature() -> None:
    story = Story("medication", MEDICATION)
    story.make(dose("08:00"))
    assert story.ready() == {"M1"}
    assert story.due() == {}
    with refused("NOT_AUTHORISED"):
        story.record("M1", "07:10", by=Role.NURSE)
    story.record("M1", "07:10")
    assert story.order.state.value == "in_progress"
    assert story.due() == {"TM01": at("08:10"), "TM02": at("09:10")}
    with refused("ALREADY_DONE") as told:
        story.record("M1", "07:12")
    assert isinstance(told.error, Forestalled)
    assert (told.error.who, told.error.when) == ("physician1", at("07:10"))
    assert "by physician1 at 2026-11-24T07:10" in told.error.message


@pytest.mark.rows("MX19", "TM27", "E10")
def test_a_verbal_order_is_worked_on_before_it_is_signed() -> None:
    story = Story("medication", {**MEDICATION, "verbal": True}, verbal=True)
    assert story.order.state.value == "verbal"
    assert story.ready() == {"M1", "M2", "M3"}
    assert story.due() == {"TM27": at("13:00")}
