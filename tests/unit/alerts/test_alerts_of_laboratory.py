"""Alerts of laboratory work, critical values and examinations beside plain limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from domain.orders import Priority
from tests.spec.alert_facts import (
    WELL,
    at,
    deadline,
    done,
    mark,
    observed,
    order,
    stay,
    task,
)
from tests.unit.alerts.asking import assess, said, wanted

if TYPE_CHECKING:
    from domain.situation import Stream


def critical(
    item: str, value: str, limit: str, *, key: str = "task-1", since: float = 0, acted: bool = False
) -> Stream:
    fields = {"critical_item": item, "critical_value": value, "critical_limit": limit}
    row = () if acted else (deadline("L-06", since + 10, start=since, step="C3", stream=key),)
    steps = done(C7=since + 60) if acted else done()
    return task("critical_value", *row, steps=steps, fields=fields, key=key, since=since)


@pytest.mark.parametrize(
    ("item", "earlier", "now", "limit", "rule"),
    [
        ("NA", "118", "119", "< 120", "L-11"),
        ("NA", "118", "118", "< 120", "L-11"),
        ("NA", "118", "117", "< 120", "L-06"),  # worse
        ("NA", "165", "163", "> 160", "L-11"),
        ("NA", "165", "166", "> 160", "L-06"),
        ("K", "6.9", "6.5", "> 6.2", "L-06"),  # never potassium
        ("TROP", "90", "80", "> 14", "L-06"),
        ("GLU", "2.2", "2.4", "< 2.6", "L-06"),  # never low glucose
        ("GLU", "30", "28", "> 26.9", "L-11"),
        ("NA", "> 160", "> 160", "> 160", "L-11"),
        ("NA", "high", "119", "< 120", "L-06"),
        ("NA", "118", "low", "< 120", "L-06"),
        ("NA", "118", "", "< 120", "L-06"),
        ("", "118", "119", "< 120", "L-06"),
    ],
)
def test_a_known_critical_value_that_is_no_worse_is_told_quietly(
    item: str, earlier: str, now: str, limit: str, rule: str
) -> None:
    patient = stay(
        critical(item, earlier, limit, key="task-0", since=-300, acted=True),
        critical(item, now, limit),
    )
    assert list(said(patient, 10)) == [rule]


@pytest.mark.parametrize(
    ("since", "acted", "other"),
    [(-1440, True, "NA"), (-300, False, "NA"), (-300, True, "CA"), (-30, True, "NA")],
    ids=["a day ago", "not acted on", "another item", "acted on after the new one"],
)
def test_a_critical_value_is_new_unless_the_earlier_one_answers_for_it(
    since: float, acted: bool, other: str
) -> None:
    patient = stay(
        critical(other, "118", "< 120", key="task-0", since=since, acted=acted),
        critical("NA", "119", "< 120"),
    )
    assert said(patient, 10)["L-06"] == "S1"


def test_a_critical_finding_of_an_image_is_the_imaging_department_s() -> None:
    row = deadline("L-06", 10, step="C3")
    image = stay(order("examination", fields={"modality": "CT"}), task("critical_value", row))
    assert said(image, 10) == {"E-07": "S1"}
    test = stay(order("test"), task("critical_value", row))
    assert said(test, 10) == {"L-06": "S1"}


def test_a_critical_ecg_is_looked_at_within_ten_minutes() -> None:
    row = deadline("L-09", 30, step="C6")
    ecg = stay(order("examination", fields={"modality": "ECG"}), task("critical_value", row))
    assert said(ecg, 9) == {}
    assert assess(ecg, 9).wake_at == at(10)
    assert said(ecg, 10) == {"E-11": "S1"}
    acted = deadline("L-09", 30, step="C7")
    later = stay(order("examination", fields={"modality": "ECG"}), task("critical_value", acted))
    assert said(later, 10) == {}
    assert said(later, 30) == {"L-09": "S1"}


def test_from_request_to_result_counts_from_the_due_time() -> None:
    assert said(stay(task("test", since=-60)), 419) == {}
    assert said(stay(task("test", since=-60)), 420) == {"L-04": "S3"}
    assert said(stay(task("test", since=-60, due=60)), 539) == {}
    assert said(stay(task("test", since=-60, due=60)), 540) == {"L-04": "S3"}
    assert said(stay(task("test", steps=done(L9=5))), 999) == {}
    assert said(stay(order("test")), 999) == {}


def test_a_culture_grows_for_days_and_nobody_asks_where_it_waits() -> None:
    culture = task("test", since=-60, fields={"test_class": "culture"})
    assert said(stay(culture), 999) == {}
    late = task("test", deadline("L-03", 1440, step="L9p"), fields={"test_class": "culture"})
    assert said(stay(late), 1440) == {"L-03": "S3"}, "its own limits hold it"


def test_what_is_late_on_the_way_hides_the_whole_time() -> None:
    tube = stay(task("test", deadline("L-03", 400, step="L9")))
    assert said(tube, 480) == {"L-03": "S3"}
    assert wanted(tube, 480)["L-03"].evidence == {"hides": "L-04"}


def test_a_result_that_comes_after_the_discharge() -> None:
    pending = stay(task("test"), active=False, ended=30)
    assert said(pending, 29) == {}
    assert said(pending, 30) == {"L-14": "S3"}
    assert said(stay(task("test"), active=False), 0) == {"L-14": "S3"}
    reported = stay(task("test", steps=done(L9=5)), active=False, ended=30)
    assert said(reported, 30) == {}
    owned = stay(task("test"), active=False, ended=30, flags=("results_owner",))
    assert said(owned, 30) == {}, "somebody is named who reads it"


def test_a_corrected_report_is_read_within_half_an_hour() -> None:
    correction = mark("amended", "L9", minutes=10)
    unread = stay(order("test", marks=(correction,)))
    assert said(unread, 39) == {}
    assert said(unread, 40) == {"L-15": "S2"}
    read = stay(order("test", marks=(correction,), steps=done(L10=12)))
    assert said(read, 40) == {}
    read_before = stay(order("test", marks=(correction,), steps=done(L10=5)))
    assert said(read_before, 40) == {"L-15": "S2"}
    other = stay(order("test", marks=(mark("incident", ""),)))
    assert said(other, 40) == {}


def test_a_correction_that_is_critical_is_graver() -> None:
    correction = mark("amended", "L9", minutes=10)
    opened = task("critical_value", since=10)
    assert said(stay(order("test", marks=(correction,)), opened), 40)["L-15"] == "S1"
    alone = stay(task("test", marks=(correction,), steps=done(L9=1)))
    assert said(alone, 40) == {"L-15": "S2"}


def test_unread_reports_of_a_patient_are_one_alert() -> None:
    first = order("test", deadline("L-12", 60, step="L10", stream="order-1"), key="order-1")
    second = order("test", deadline("L-12", 90, step="L10", stream="order-2"), key="order-2")
    alert = wanted(stay(first, second), 90)["L-12"]
    assert alert.evidence == {
        "count": "2", "members": "order-1,order-2", "evidence_at": at(90).isoformat()
    }  # fmt: skip
    assert alert.since == at(60)
    assert alert.key.cause == at(60).isoformat()
    assert alert.order is None


def test_late_doses_of_a_round_are_one_alert_and_rounds_are_not() -> None:
    def dose(key: str, minutes: float) -> Stream:
        return task("medication", deadline("M-07", minutes, stream=key), key=key)

    rounds = stay(dose("task-1", 60), dose("task-2", 60), dose("task-3", 120))
    found = assess(rounds, 120).wanted
    assert [(one.key.rule, one.evidence["count"]) for one in found] == [
        ("M-07", "2"),
        ("M-07", "1"),
    ]


SLOT = deadline("E-04", 270, start=240, step="E7")
AFTER_LEAVING = deadline("E-04", 270, start=240, step="E7", limit="TE18")


def test_the_safety_screen_is_open_an_hour_before_the_slot() -> None:
    screen = {"checklist": True}
    booked = task("examination", SLOT, fields=screen)
    assert said(stay(booked), 179) == {}
    assert assess(stay(booked), 100).wake_at == at(180)
    alert = wanted(stay(booked), 180)["E-02"]
    assert (alert.step, alert.key.cause) == ("E5", at(240).isoformat())
    assert said(stay(task("examination", SLOT)), 180) == {}, "nothing to screen"
    ready = task("examination", SLOT, fields=screen, steps=done(E5=100))
    assert said(stay(ready), 180) == {}
    left = task("examination", AFTER_LEAVING, fields=screen, steps=done(E6=240))
    assert said(stay(left), 240) == {}
    stopped = task("examination", deadline("E-02", 15), fields=screen)
    assert said(stay(stopped), 15) == {"E-02": "S2"}


def test_who_is_very_ill_is_not_hurried_to_an_examination() -> None:
    visit = task("examination", deadline("E-04", 30, step="E7"))
    ill = observed((0, {**WELL, "respiratory_rate": "26", "spo2": "90", "pulse": "115"}))
    assert said(stay(visit, clinical=observed((0, WELL))), 30) == {"E-04": "S3"}
    assert "E-04" not in said(stay(visit, clinical=ill), 30)


@pytest.mark.parametrize(
    ("priority", "modality", "part", "severity"),
    [
        (Priority.STAT, "CT", "HEAD", "S1"),
        (Priority.STAT, "CT", "CHEST", "S2"),
        (Priority.URGENT, "CT", "HEAD", "S2"),
        (Priority.ROUTINE, "XR", "HAND", "S3"),
    ],
)
def test_the_report_of_a_head_at_once_is_graver(
    priority: Priority, modality: str, part: str, severity: str
) -> None:
    fields = {"modality": modality, "body_part": part}
    visit = task("examination", deadline("E-06", 30, step="E12"), fields=fields, priority=priority)
    assert said(stay(visit), 30) == {"E-06": severity}


def test_findings_by_category() -> None:
    marks = (mark("finding", "E12", "category_2"), mark("incident", ""))
    visit = stay(task("examination", marks=marks))
    assert said(visit, 360) == {"E-08": "S2"}
    assert wanted(visit, 360)["E-08"].silent
