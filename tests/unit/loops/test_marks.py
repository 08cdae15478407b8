"""What stands beside a record for alert rules, and when it goes with its record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from domain.events import (
    Body,
    Corrected,
    Event,
    ExitRecorded,
    GapsMended,
    IncidentReported,
    Moved,
    NoteAdded,
    Nullified,
    OrderPlaced,
    Override,
    SentBack,
    StepRecorded,
    StreamKind,
    TaskMade,
    VersionRaised,
)
from domain.findings import Finding, Severity
from domain.ids import EncounterId, OrderId, PatientId, PractitionerId, TaskId
from domain.loops.case import Case
from domain.loops.evolve import evolve_all
from domain.loops.streams import order_stream, task_stream
from domain.orders import Priority
from domain.tasks import PendingExit, TaskState

ORDER, DOSE, STAY = OrderId("order-1"), TaskId("dose-1"), EncounterId("stay-1")
EIGHT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
WRONG = Finding("right_patient", Severity.STOP, "The band is another patient's")
SLOW = Finding("rate", Severity.WARNING, "Slower than ordered")


def played(*told: tuple[str, Body]) -> Case:
    """A dose that was made, and what was told of it and its order, a minute each."""
    placed = OrderPlaced("medication", 1, PatientId("p"), STAY, Priority.STAT, {"drug": "KCL"})
    made = TaskMade(ORDER, STAY, "medication", due_at=EIGHT)
    everything: list[tuple[str, Body]] = [(ORDER, placed), (DOSE, made), *told]
    events = [
        Event(
            StreamKind.ORDER if stream == ORDER else StreamKind.TASK,
            stream,
            ORDER,
            body,
            PractitionerId("li.na"),
            EIGHT + timedelta(minutes=minute),
            EIGHT + timedelta(minutes=minute),
        )
        for minute, (stream, body) in enumerate(everything)
    ]
    case = evolve_all(None, events)
    assert case is not None
    return case


def of_dose(*bodies: Body) -> list[tuple[str, str, int, str]]:
    marks = played(*((DOSE, body) for body in bodies)).tasks[DOSE].marks
    return [(mark.what, mark.step, mark.seq, mark.value) for mark in marks]


def of_order(*bodies: Body) -> list[tuple[str, str, int, str]]:
    marks = played(*((ORDER, body) for body in bodies)).order.marks
    return [(mark.what, mark.step, mark.seq, mark.value) for mark in marks]


def test_a_clean_record_leaves_no_mark() -> None:
    assert of_dose(StepRecorded("M10"), StepRecorded("M11")) == []


def test_a_finding_and_why_it_was_passed_over_stand_beside_the_record() -> None:
    overridden = StepRecorded(
        "M10", findings=(WRONG,), overrides=(Override("right_patient", "band lost"),)
    )
    assert of_dose(overridden) == [
        ("right_patient", "M10", 2, "stop"),
        ("override:right_patient", "M10", 2, "band lost"),
    ]
    assert of_order(StepRecorded("M1", findings=(SLOW,))) == [("rate", "M1", 2, "warning")]


def test_the_same_found_again_is_one_mark_seen_later() -> None:
    case = played(
        (DOSE, StepRecorded("M12", findings=(SLOW,))), (DOSE, StepRecorded("M12", findings=(SLOW,)))
    )
    (mark,) = case.tasks[DOSE].marks
    assert (mark.seq, mark.at) == (2, EIGHT + timedelta(minutes=3))


def test_what_was_found_goes_when_its_step_is_sent_back() -> None:
    found, other = StepRecorded("M10", findings=(WRONG,)), StepRecorded("M8", findings=(SLOW,))
    assert of_dose(found, other, SentBack("MX02", ("M10",))) == [("rate", "M8", 3, "warning")]
    assert of_order(StepRecorded("M3", findings=(SLOW,)), SentBack("MX01", ("M3",))) == []
    assert of_dose(SentBack("MX02", ("M10",))) == []


def test_a_gap_stands_until_its_step_is_entered() -> None:
    given = StepRecorded("M11", gaps=("M9", "M10"))
    assert of_dose(given) == [("gap", "M9", 2, ""), ("gap", "M10", 2, "")]
    assert of_dose(given, StepRecorded("M9")) == [("gap", "M10", 2, "")]
    assert of_dose(given, GapsMended(("M9", "M10"))) == []
    assert of_order(StepRecorded("M16", gaps=("M3",)), GapsMended(("M3",))) == []
    assert of_order(StepRecorded("M16", gaps=("M3",)), StepRecorded("M3")) == []


def test_the_end_of_a_dose_ends_its_gaps_and_keeps_what_was_found() -> None:
    given = StepRecorded("M11", gaps=("M9",), findings=(WRONG,))
    closed = Moved(TaskState.CLOSED)
    assert of_dose(given, closed) == [("right_patient", "M11", 2, "stop")]
    assert of_dose(given, Moved(TaskState.IN_PROGRESS))[0][0] == "right_patient"


def test_an_exit_says_what_is_still_due() -> None:
    refused = PendingExit("MX07", "refused", ("M18", "M16"), EIGHT)
    taken = ExitRecorded(refused, findings=(SLOW,))
    assert of_dose(taken) == [
        ("exit:refused", "MX07", 2, "M18,M16"),
        ("rate", "MX07", 2, "warning"),
    ]
    given = StepRecorded("M11", gaps=("M9",))
    accepted = ExitRecorded(refused, accepts_gaps=True)
    assert of_dose(given, accepted) == [("exit:refused", "MX07", 3, "M18,M16")]


def test_an_incident_stands_with_its_severity() -> None:
    assert of_dose(IncidentReported("fall", "S2")) == [("incident", "", 2, "S2")]
    assert of_order(IncidentReported("spill")) == [("incident", "", 2, "")]


def test_a_report_that_was_changed_after_it_was_out_marks_its_order() -> None:
    out = VersionRaised(1, "report:L9", report=True)
    assert of_order(out) == []
    assert of_order(out, VersionRaised(2, "amended:L9", report=True)) == [("amended", "L9", 3, "")]


def test_a_correction_is_judged_anew_and_keeps_the_rest() -> None:
    found = StepRecorded(
        "M10", findings=(WRONG,), overrides=(Override("right_patient", "band lost"),)
    )
    corrected = Corrected("M10", 2, "wrong time", findings=(SLOW,))
    assert of_dose(found, corrected) == [
        ("override:right_patient", "M10", 2, "band lost"),
        ("rate", "M10", 3, "warning"),
    ]
    assert of_order(StepRecorded("M1", findings=(WRONG,)), Corrected("M1", 2, "wrong time")) == []


def test_what_was_entered_in_error_leaves_nothing() -> None:
    found = StepRecorded("M10", findings=(WRONG,))
    assert of_dose(found, NoteAdded("put_off", "asleep"), Nullified("wrong patient")) == []
    assert (
        of_order(StepRecorded("M1", findings=(WRONG,)), NoteAdded("x", "y"), Nullified("x")) == []
    )


def test_a_stream_shows_its_steps_that_stand_and_its_marks() -> None:
    case = played(
        (ORDER, StepRecorded("M1", activates=True)),
        (DOSE, StepRecorded("M10", findings=(WRONG,))),
        (DOSE, StepRecorded("M11", result="started", starts=True)),
        (DOSE, SentBack("MX02", ("M10",))),
    )
    dose = task_stream(case.tasks[DOSE], case.order.priority)
    assert (dose.id, dose.order, dose.priority) == (DOSE, ORDER, Priority.STAT)
    assert dict(dose.done) == {"M11": (EIGHT + timedelta(minutes=4), "started")}
    assert dose.started
    assert dose.due_at == EIGHT
    order = order_stream(case.order)
    assert (order.id, order.task, list(order.done)) == (ORDER, None, ["M1"])
    assert order.fields["drug"] == "KCL"
    assert not order.incomplete
