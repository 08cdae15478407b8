"""A result that is still to come when the patient goes home: somebody is named who reads it."""

from __future__ import annotations

from typing import Any

from tests.checked_ward import checked_shift
from tests.shift import Shift


def pending(shift: Shift) -> list[str]:
    """Whom the ward is told of: the tests whose results nobody will read."""
    shift.app.pass_due(now=shift.clock.at)
    return [
        row.alert.key.subject
        for row in shift.app.reads.alerts(silent=True, limit=99)
        if row.alert.key.rule == "L-14" and row.alert.open
    ]


def test_a_tube_on_its_way_at_the_discharge_waits_for_a_name() -> None:
    shift = checked_shift()
    fields = {"tests": ["K"], "priority": "ROUTINE", "timing": "random"}
    order = shift.ordered(fields, kind="test")
    (tube,) = shift.tasks(order)
    scanned = {"noscan_reason": "scanner down", "container": "TUBE-1"}
    shift.at("07:20")
    shift.do("li.na", order=order, step="nurse_verified", result="verified")
    shift.do("li.na", task=tube.id, step="label_printed", evidence={"container": "TUBE-1"})
    shift.do("li.na", task=tube.id, step="collected", result="collected", evidence=scanned)
    assert pending(shift) == []
    shift.at("08:00")
    said: dict[str, Any] = {"user": "dr.chen", "command": shift.new(), "destination": "home"}
    shift.app.discharge(**said, encounter=shift.stay)
    assert pending(shift) == [tube.id]
    shift.at("08:30")
    shift.app.record_note(
        user="dr.chen",
        command=shift.new(),
        encounter=shift.stay,
        fact="results_owner",
        value="dr.wu",
        note="will telephone the daughter",
    )
    assert pending(shift) == []
