"""What is known of a patient is read only for steps whose checks look at it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.loops.loops import Loops
from rules.checks.registry import CLINICAL
from rules.loops.proofs import unregistered_checks
from tests.story import loops as identity_only
from tests.unit.checks.patient_record import checks, loops


@pytest.fixture
def whole() -> Loops:
    return replace(loops(), checks=checks(), clinical_checks=CLINICAL)


@pytest.mark.parametrize(
    ("kind", "step", "looks"),
    [
        ("medication", "M1", True),
        ("medication", "prescribed", True),
        ("medication", "M10", True),
        ("medication", "M12", False),
        ("medication", "M13", False),
        ("test", "L8", True),
        ("test", "L5", False),
        ("transfusion", "T14", True),
        ("transfusion", "T16", False),
        ("medication", "M99", False),
        ("surgery", "M1", False),
    ],
)
def test_which_steps_look(whole: Loops, kind: str, step: str, looks: bool) -> None:
    assert whole.needs_clinical(kind, step) is looks


def test_steps_of_one_act_look_together(whole: Loops) -> None:
    together = [group.steps for group in whole.get("medication").together]
    for group in together:
        assert len({whole.needs_clinical("medication", no) for no in group}) == 1


def test_loops_without_clinical_checks_read_nothing() -> None:
    assert not identity_only().needs_clinical("medication", "M1")


def test_every_check_of_every_loop_is_registered(whole: Loops) -> None:
    known = {*checks(), "encounter_active", "not_stopped", "right_patient", "right_item", "expiry"}
    assert {one for loop in whole for one in unregistered_checks(loop, known)} == set()
    assert set(checks()) >= CLINICAL
