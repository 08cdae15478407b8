"""Examinations that repeat (rule X11): one visit a day, each with its own appointment."""

from __future__ import annotations

import pytest

from tests.shift import fake_shift, local


@pytest.mark.rows("X11", "TE03r")
def test_a_daily_examination_is_one_visit_a_day_with_its_own_appointment() -> None:
    shift = fake_shift()
    fields = {
        "exam": "CXR",
        "clinical_question": "infection?",
        "priority": "ROUTINE",
        "frequency": "DAILY06",
        "start": local("07:00").isoformat(),
    }
    order = shift.ordered(fields, kind="examination")
    assert shift.due(order) == ["25 06:00", "26 06:00"]
    first, second = shift.tasks(order)
    assert first.fields["scheduled"] is True
    slot = local("06:00", 1).isoformat()
    shift.do("img.deng", task=first.id, step="scheduled", result="booked", evidence={"slot": slot})
    case = shift.case(order)
    assert case.tasks[first.id].state.value == "in_progress"
    assert case.tasks[second.id].state.value == "planned", "each day is booked by itself"
