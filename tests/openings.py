"""How stories begin: an order of each kind, brought to where the story is about."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from domain.commands import NewTask
from domain.people import Role
from tests.story import Story, at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.tasks import Task

MEDICATION: Mapping[str, object] = {
    "product": "amoxicillin",
    "dose": {"value": "500", "unit": "mg"},
    "route": "PO",
    "frequency": "tid",
    "start": "2026-11-24T08:00:00+00:00",
    "priority": "ROUTINE",
    "order_class": "LONG",
    "high_alert": False,
    "skin_test": False,
}
TEST: Mapping[str, object] = {"tests": ["CBC"], "specimen_type": "BLOOD", "timing": "random"}
EXAMINATION: Mapping[str, object] = {
    "exam": "CHEST",
    "modality": "XR",
    "clinical_question": "infection?",
}
TRANSFUSION: Mapping[str, object] = {
    "component": "red_cells",
    "units": 1,
    "order_volume": {"value": "300", "unit": "mL"},
    "indication": "anaemia",
    "approval_level": "senior",
}


def medication(*doses: NewTask, signed: str = "07:05", **fields: object) -> Story:
    """A medication order, signed, verified and reviewed, with its doses (one of 08:00)."""
    story = Story("medication", {**MEDICATION, **fields})
    story.record("M1", signed)
    story.record("M2", signed, result="verified")
    story.record("M3", signed, result="approved")
    story.make(*(doses or (dose("08:00"),)))
    return story


def dose(
    due: str | None,
    *,
    day: int = 0,
    kind: str = "up_to_every_4h",
    last: bool = True,
    **fields: object,
) -> NewTask:
    """A dose from ward stock, the last one of its order unless it says otherwise."""
    return NewTask(
        due_at=None if due is None else at(due, day),
        window_class=kind,
        fields={"ward_stock": True, **fields},
        last=last,
    )


def tube(**fields: object) -> Story:
    """A laboratory order, signed and verified, with one tube labelled 1234567890."""
    story = Story("test", {**TEST, **fields})
    story.record("L1", "07:00")
    story.record("L2", "07:05", result="verified")
    story.make(NewTask(last=True))
    if not fields.get("point_of_care"):
        story.record("L3", "07:10", container="1234567890")
    return story


def visit(**fields: object) -> Story:
    """An examination order, signed and verified, with one visit booked for 09:00."""
    story = Story("examination", {**EXAMINATION, **fields})
    story.record("E1", "07:00")
    story.record("E2", "07:05", result="verified")
    story.make(NewTask(last=True))
    story.record("E3", "07:10", result="booked", accession="ACC77", slot=at("09:00").isoformat())
    return story


DIN = "W000026123456"


def blood(units: int = 1, *, upto: str = "T10", **fields: object) -> Story:
    """A request for blood with everything done up to a step, one minute apart from 07:00 on."""
    story = Story("transfusion", {**TRANSFUSION, "units": units, **fields})
    results = {"T2": "consented", "T4": "approved", "T5": "verified", "T7": "accepted"}
    results |= {"T8": "matched", "T10": "compatible"}
    witness = {"T6": Role.NURSE, "T8": Role.BLOOD_BANK, "T10": Role.BLOOD_BANK}
    steps = ["T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9", "T10"]
    for minute, no in enumerate(steps[: steps.index(upto) + 1]):
        if no == "T10":
            break
        story.record(
            no,
            f"07:{minute:02}",
            result=results.get(no),
            witness=witness.get(no),
            co_signer="the patient" if no == "T2" else None,
        )
        if no == "T3":
            story.make(*(NewTask(seq=seq + 1, last=seq + 1 == units) for seq in range(units)))
    if upto == "T10":
        for number, task in enumerate(units_of(story)):
            din = DIN[:-1] + str(6 + number)
            story.record(
                "T10", "07:30", task=task, result="compatible", witness=Role.BLOOD_BANK, din=din
            )
    return story


def units_of(story: Story) -> list[Task]:
    """The order's own tasks, in their order."""
    return sorted((one for one in story.case.tasks.values() if one.parent is None), key=_by_seq)


def _by_seq(task: Task) -> int:
    return task.seq


def issue(story: Story, clock: str, task: Task | None = None) -> None:
    """Issue a unit and receive it on the ward ten minutes later."""
    task = task or story.task
    din = task.steps["T10"].evidence["din"] if "T10" in task.steps else DIN
    story.record("T11", clock, task=task, witness=Role.PORTER, din=din)
    story.record("T12", at(clock) + timedelta(minutes=10), task=task, witness=Role.NURSE)


def transfuse(story: Story, clock: str, task: Task | None = None) -> None:
    """Baseline, bedside check and start of a unit that is on the ward, within two minutes."""
    task = task or story.task
    story.record("T13", clock, task=task)
    story.record("T14", clock, task=task, witness=Role.NURSE)
    story.record("T15", at(clock) + timedelta(minutes=1), task=task)
