"""Alerts of transfusion beside plain limits: papers, identity, baseline, signs of a reaction."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.spec.alert_facts import WELL, at, deadline, done, mark, observed, order, stay, task
from tests.unit.alerts.asking import assess, said, wanted

if TYPE_CHECKING:
    from domain.situation import Stream


def running(*, ended: float | None = None) -> Stream:
    steps = done(T13=-10, T15=0) if ended is None else done(T13=-10, T15=0, T18=ended)
    return task("transfusion", started=True, steps=steps)


@pytest.mark.parametrize(
    ("name", "before", "after", "sign"),
    [
        ("temperature", "37.0", "38.0", True),
        ("temperature", "37.2", "38.1", False),  # not a whole degree
        ("temperature", "36.5", "37.9", False),  # no fever
        ("systolic_bp", "120", "90", True),
        ("systolic_bp", "120", "91", False),
        ("systolic_bp", "95", "89", True),
        ("systolic_bp", "88", "85", False),  # low before, and little lower
        ("spo2", "98", "94", True),
        ("spo2", "98", "95", False),
        ("spo2", "93", "91", True),
        ("spo2", "91", "90", False),
        ("respiratory_rate", "16", "22", True),
        ("respiratory_rate", "16", "21", False),
    ],
)
def test_signs_of_a_reaction_against_the_baseline(
    name: str, before: str, after: str, sign: bool
) -> None:
    clinical = observed((-10, {name: before}), (15, {name: after}))
    assert ("T-13" in said(stay(running(), clinical=clinical), 15)) is sign


@pytest.mark.parametrize(
    ("name", "value", "sign"),
    [
        ("temperature", "38.0", True),
        ("systolic_bp", "89", True),
        ("spo2", "91", True),
        ("respiratory_rate", "30", False),
    ],
)
def test_without_a_baseline_only_what_is_wrong_by_itself_counts(
    name: str, value: str, sign: bool
) -> None:
    clinical = observed((15, {name: value}))
    assert ("T-13" in said(stay(running(), clinical=clinical), 15)) is sign


def test_the_first_sign_is_the_cause_and_stays_it() -> None:
    clinical = observed(
        (-10, WELL),
        (15, {"temperature": "38.2", "systolic_bp": "118"}),
        (30, {"temperature": "38.9", "systolic_bp": "80"}),
    )
    alert = wanted(stay(running(), clinical=clinical), 30)["T-13"]
    assert alert.since == at(15)
    assert alert.evidence == {"sign": "temperature"}
    same_time = observed((-10, WELL), (15, {"temperature": "38.2", "systolic_bp": "80"}))
    found = wanted(stay(running(), clinical=same_time), 30)["T-13"]
    assert found.evidence == {"sign": "systolic_bp"}


def test_signs_count_from_the_start_until_a_day_after_the_end() -> None:
    fever = observed((-10, WELL), (1500, {"temperature": "38.5"}))
    assert "T-13" in said(stay(running(ended=100), clinical=fever), 1500)
    assert "T-13" not in said(stay(running(ended=59), clinical=fever), 1500)
    before = observed((-20, WELL), (-10, {"temperature": "38.5"}))
    assert "T-13" not in said(stay(running(), clinical=before), 30)
    not_begun = task("transfusion", steps=done(T13=-10))
    assert said(stay(not_begun, clinical=observed((5, {"temperature": "39"}))), 5) == {}
    odd = task("transfusion", started=True, steps=done(T13=-10))
    assert said(stay(odd, clinical=observed((5, {"temperature": "39"}))), 5) == {}


def test_once_the_reaction_loop_is_open_its_own_limits_speak() -> None:
    clinical = observed((-10, {"temperature": "37.0"}), (15, {"temperature": "38.5"}))
    reaction = task("transfusion_reaction", key="task-2")
    assert "T-13" not in said(stay(running(), reaction, clinical=clinical), 15)
    other = task("transfusion_reaction", key="task-2", order="order-2")
    assert "T-13" in said(stay(running(), other, clinical=clinical), 15)


def test_blood_without_its_papers() -> None:
    refused = done(T1=0, T2=(0, "refused"), T3=5)
    assert said(stay(order("transfusion", steps=refused)), 5) == {"T-01": "S2"}
    never = done(T1=0, T3=5)
    assert said(stay(order("transfusion", steps=never)), 5) == {"T-01": "S2"}
    unassessed = done(T2=(0, "consented"), T3=5)
    assert wanted(stay(order("transfusion", steps=unassessed)), 5)["T-01"].step == "T1"
    imported = replace(order("transfusion", steps=done(T3=5)), not_recorded=frozenset({"T1", "T2"}))
    assert said(stay(imported), 5) == {}
    emergency = order("transfusion", steps=never, fields={"emergency": True})
    assert said(stay(emergency), 5) == {}
    unsigned = order("transfusion", steps=done(T1=0))
    assert said(stay(unsigned), 5) == {}
    whole = done(T1=0, T2=(0, "consented"), T3=5)
    assert said(stay(order("transfusion", steps=whole)), 5) == {}


@pytest.mark.parametrize(
    ("what", "value", "found"),
    [
        ("second_sample", "reason", True),
        ("second_sample", "warning", False),
        ("expiry", "stop", False),
    ],
)
def test_a_request_without_its_second_sample(what: str, value: str, found: bool) -> None:
    steps = done(T1=0, T2=(0, "consented"), T3=5)
    request = order("transfusion", steps=steps, marks=(mark(what, "T6", value, minutes=20),))
    assert ("T-01" in said(stay(request), 20)) is found
    assert "T-01" not in said(stay(request), 19)


@pytest.mark.parametrize(
    ("what", "step", "value", "rules"),
    [
        ("right_patient", "T14", "stop", ["T-07"]),
        ("right_unit", "T14b", "second_person", ["T-07"]),
        ("right_item", "T15", "reason", ["T-07"]),
        ("right_item", "T14", "info", []),
        ("right_patient", "T12", "stop", []),
        ("gap", "T14", "", ["T-07"]),
        ("gap", "T13", "", ["T-09"]),
        ("baseline_vitals", "T14", "warning", ["T-09"]),
        ("baseline_vitals", "T14", "info", []),
        ("validity", "T15", "stop", ["T-09"]),
        ("blood_compatible", "T14", "stop", ["T-08"]),
        ("blood_compatible", "T11", "warning", []),
    ],
)
def test_what_was_recorded_at_the_bedside(
    what: str, step: str, value: str, rules: list[str]
) -> None:
    assert list(said(stay(task("transfusion", marks=(mark(what, step, value),))), 0)) == rules


def test_a_massive_transfusion_waits_for_no_crossmatch() -> None:
    late = deadline("T-03", 20, step="T10")
    unit = stay(order("transfusion", fields={"massive": True}), task("transfusion", late))
    assert said(unit, 20) == {"T-03": "S1"}
    assert said(stay(task("transfusion", late)), 20) == {"T-03": "S3"}


def test_platelets_out_of_storage_are_late_when_their_own_limit_says() -> None:
    platelets = stay(task("transfusion", deadline("T-06", 10, step="T15")))
    assert said(platelets, 9) == {}
    assert assess(platelets, 9).wake_at == at(10)
    assert said(platelets, 10) == {"T-06": "S2"}
    assert said(platelets, 30)["T-06"] == "S1"
