"""Second persons: witnesses, co-signers, and who must be somebody else."""

from __future__ import annotations

import pytest

from domain.people import Role
from domain.records import Source
from tests.openings import EXAMINATION, MEDICATION, blood, dose, medication, tube, visit
from tests.story import Story, person, refused


@pytest.mark.rows("V2", "decision-11")
@pytest.mark.parametrize("high_alert", [True, False])
def test_a_high_alert_dose_is_checked_by_two(*, high_alert: bool) -> None:
    story = medication(high_alert=high_alert)
    if high_alert:
        with refused("WITNESS_MISSING"):
            story.record("M10", "08:00")
        story.record("M10", "08:00", witness=Role.NURSE)
        assert story.task.steps["M10"].witness == "nurse2"
    else:
        story.record("M10", "08:00")


@pytest.mark.rows("V2")
def test_nobody_is_their_own_witness_even_where_none_is_needed() -> None:
    story = medication()
    nurse = person(Role.NURSE)
    with refused("WITNESS_IS_ACTOR"):
        story.record("M10", "08:00", by=nurse, witness=nurse)


@pytest.mark.rows("MX19", "decision-11")
def test_a_verbal_order_is_verified_by_two() -> None:
    story = Story("medication", {**MEDICATION, "verbal": True}, verbal=True)
    with refused("WITNESS_MISSING"):
        story.record("M2", "07:00", result="verified")
    story.record("M2", "07:00", result="verified", witness=Role.PHYSICIAN)


@pytest.mark.rows("M6", "decision-11")
def test_who_prepared_a_dose_does_not_release_it() -> None:
    story = medication(dose("10:00", ward_stock=False))
    pharmacist = person(Role.PHARMACIST)
    story.record("M5", "07:20", by=pharmacist)
    with refused("SAME_PERSON"):
        story.record("M6", "07:30", by=pharmacist)
    story.record("M6", "07:30", by=person(Role.PHARMACIST, "pharmacist9"))


def _entered(result: str, by: Role = Role.LABORATORY_VERIFIER) -> Story:
    story = tube()
    story.record("L4", "07:30", result="collected")
    story.record("L5", "07:35")
    story.record("L6", "07:40", result="accepted")
    story.record("L7", "07:45", result="in_house")
    story.record("L8", "08:00", by=person(by, "verifier1"), result=result)
    return story


@pytest.mark.rows("L9", "decision-11")
def test_a_result_entered_by_hand_is_released_by_another() -> None:
    verifier = person(Role.LABORATORY_VERIFIER, "verifier1")
    story = _entered("by_hand")
    with refused("SAME_PERSON"):
        story.record("L9", "08:10", by=verifier)
    story.record("L9", "08:10", by=person(Role.LABORATORY_VERIFIER, "verifier2"))
    measured = _entered("measured")
    measured.record("L9", "08:10", by=verifier)
    assert measured.task.outcome == "completed"


@pytest.mark.rows("L9", "decision-11")
def test_a_machine_is_never_the_same_person() -> None:
    story = tube()
    story.record("L4", "07:30", result="collected")
    story.record("L5", "07:35")
    story.record("L6", "07:40", result="accepted")
    story.record("L7", "07:45", result="in_house")
    system = person(Role.SYSTEM)
    story.record("L8", "08:00", by=system, result="by_hand")
    story.record("L9", "08:01", by=system)
    assert story.task.outcome == "completed"


@pytest.mark.rows("LX06", "decision-11")
def test_only_a_concession_needs_the_physician() -> None:
    story = tube()
    story.record("L4", "07:30", result="collected")
    with refused("WITNESS_MISSING"):
        story.record("L6", "07:40", result="concession")
    story.record("L6", "07:40", result="concession", witness=Role.PHYSICIAN)


@pytest.mark.rows("T2", "decision-11")
def test_the_patient_signs_the_consent() -> None:
    story = Story("transfusion", {"component": "red_cells", "approval_level": "senior"})
    story.record("T1", "07:00")
    with refused("CO_SIGNER_MISSING"):
        story.record("T2", "07:01", result="consented")
    story.record("T2", "07:01", result="consented", source=Source.IMPORT)
    other = Story("examination", {**EXAMINATION, "consent_required": True})
    other.record("E1", "07:00")
    other.make()
    other.record("E4", "07:10", result="emergency", witness=Role.PHYSICIAN)
    assert other.task.steps["E4"].result == "emergency"


@pytest.mark.rows("E8", "decision-18")
def test_a_senior_may_do_what_a_junior_may_and_not_the_reverse() -> None:
    story = blood(upto="T3")
    with refused("NOT_AUTHORISED") as caught:
        story.record("T4", "07:10", by=person(Role.PHYSICIAN, "physician9"), result="approved")
    assert "senior_physician" in caught.text
    story.record("T4", "07:10", by=Role.DEPARTMENT_HEAD, result="approved")
    seen = visit()
    seen.record("E6", "08:40", by=Role.CHARGE_NURSE)
