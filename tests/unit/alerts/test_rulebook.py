"""The rulebook as a whole: its score with causes, its trace, its wards, whom it tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from domain.errors import NotFound
from domain.ids import WardId
from domain.observations import Observation
from domain.orders import Priority
from domain.patients import Sex
from domain.people import Role
from rules.alerts.loader import load_rules
from rules.alerts.vital_sets import newest_set
from rules.kidneys import aki_stage
from rules.risk_inputs import (
    Acute,
    acute_of,
    filtration,
    loop_risks,
    next_birthday,
)
from rules.rulebook import Rules
from tests.spec.alert_facts import (
    WELL,
    active,
    at,
    deadline,
    done,
    observed,
    order,
    stay,
    task,
)
from tests.story import loops
from tests.unit.alerts.asking import assess, said, shipped, wanted

if TYPE_CHECKING:
    from pathlib import Path

    from domain.situation import Situation

ILL = {**WELL, "respiratory_rate": "26", "spo2": "90", "pulse": "95"}


def causes(situation: Situation, minute: float) -> dict[str, int]:
    return {one.cause: one.hazard for one in assess(situation, minute).risk.causes}


def test_the_worst_limit_of_each_task_counts() -> None:
    both = stay(task("medication", deadline("M-03", 10), deadline("M-06", 20)))
    score = assess(both, 20).risk
    (step,) = [one for one in score.causes if one.domain == "L"]
    assert (step.subject, step.rule, step.since) == ("task-1", "M-06", at(20))
    assert step.hazard == 8000
    same = stay(task("medication", deadline("M-06", 10), deadline("M-06", 20, limit="TX98")))
    (step,) = [one for one in assess(same, 20).risk.causes if one.domain == "L"]
    assert step.since == at(10)


def test_steps_on_time_count_a_little_each() -> None:
    three = stay(*(task("test", key=f"task-{n}", steps=done(L9=0)) for n in range(3)))
    assert causes(three, 0) == {"on_time_steps": 600}


def test_a_limit_whose_rule_is_off_counts_as_the_lightest(tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text("format = 1\n[rules.M-09]\non = false\n", encoding="utf-8")
    rules = Rules(load_rules(overlays=[site]), loops=loops())
    late = stay(task("medication", deadline("M-09", 10)))
    assert said(late, 10, rules) == {}
    (step,) = assess(late, 10, rules).risk.causes
    assert (step.hazard, step.rule) == (500, "M-09")


def test_a_rule_that_is_off_raises_nothing(tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text(
        'format = 1\n[rules.X-OBS]\nseverity = ["S3", "S3", false]\n'
        '[rules.X-GAP]\nseverity = ["S2", "S3", false]\n'
        '[rules.L-12]\nseverity = ["S3", false, "S4"]\n'
        "[rules.X-03]\non = false\n[rules.X-NEWS-RED]\non = false\n",
        encoding="utf-8",
    )
    rules = Rules(load_rules(overlays=[site]))
    red = {**WELL, "consciousness": "C"}
    assert said(stay(clinical=observed((0, red))), 999, rules) == {}
    assert said(stay(task("medication", incomplete=True)), 5, rules) == {}
    unread = stay(order("test", deadline("L-12", 5), priority=Priority.URGENT))
    assert said(unread, 5, rules) == {}
    assert said(unread, 5) == {"L-12": "S4"}


def test_a_ward_may_have_rules_of_its_own(tmp_path: Path) -> None:
    ward = tmp_path / "ward.toml"
    ward.write_text(
        'format = 1\nward = "8"\n[rules.M-09]\nseverity = ["S2", "S2", "S2"]\n', encoding="utf-8"
    )
    rules = Rules(load_rules(overlays=[ward]))
    late = stay(task("medication", deadline("M-09", 10)))
    assert said(late, 10, rules) == {"M-09": "S3"}
    assert said(replace(late, ward=WardId("8")), 10, rules) == {"M-09": "S2"}
    assert rules.rules("8")["M-09"] != rules.rules()["M-09"]
    assert rules.sha256 != Rules(load_rules()).sha256


def test_late_steps_without_a_rule_of_their_own_are_told_to_whose_they_are() -> None:
    for loop, limit, role in (
        ("medication", "TM01", Role.NURSE),  # checked by a nurse
        ("medication", "TM24", Role.PHYSICIAN),  # the end of a hold
        ("medication", "MX01", Role.PHYSICIAN),  # the answer to a question
        ("medication", "TM99", Role.CHARGE_NURSE),  # of nobody known
    ):
        late = stay(order(loop, deadline("X-LATE", 5, limit=limit)))
        assert wanted(late, 5)["X-LATE"].roles == (role,)
        unbound = Rules(load_rules())
        assert wanted(late, 5, unbound)["X-LATE"].roles == (Role.CHARGE_NURSE,)
    unknown = stay(order("medication", deadline("M-99", 5)))
    assert said(unknown, 5) == {"X-LATE": "S4"}


def test_two_steps_of_two_people_that_are_late_from_one_instant_on_are_two_alerts() -> None:
    hold = deadline("X-LATE", 5, limit="TM24", step="release")
    check = deadline("X-LATE", 5, limit="TM01", step="M2")
    told = assess(stay(order("medication", hold, check)), 5).wanted
    assert told == assess(stay(order("medication", check, hold)), 5).wanted
    assert {(one.step, one.roles) for one in told} == {
        ("release", (Role.PHYSICIAN,)), ("M2", (Role.NURSE,))
    }  # fmt: skip
    assert len({one.key.id for one in told}) == 2
    (left,) = assess(stay(order("medication", hold)), 60).wanted
    assert left.key in {one.key for one in told}, "the step that was done resolves its own alert"


def test_two_limits_of_one_step_that_run_out_together_are_one_alert() -> None:
    mixed, drawn = (deadline("X-LATE", 5, limit=one, step="M11") for one in ("TM11", "TM12"))
    for together in ((mixed, drawn), (drawn, mixed)):
        (one,) = assess(stay(order("medication", *together)), 5).wanted
        assert one.limit == "TM11", "of equally grave ones the first by its limit"
    papers, bag = (deadline("T-14", 5, limit=one, step=one) for one in ("TT15", "TT17"))
    assert len(assess(stay(order("transfusion", papers, bag)), 5).wanted) == 1


def test_vital_signs_count_with_what_is_kept_of_earlier_ones() -> None:
    three = {**WELL, "respiratory_rate": "22", "pulse": "95"}
    situation = stay(clinical=observed((0, ILL), (600, three), (661, {"spo2": "90"})))
    newest = newest_set(situation)
    assert newest is not None
    assert acute_of(situation, newest) == Acute(news2=3, partial_min=3, red=True)
    risen = stay(clinical=observed((-200, WELL), (0, three), (600, ILL)))
    assert acute_of(risen, newest_set(risen)).change == 4
    assert acute_of(stay(), None) == Acute()
    never = stay(clinical=observed((0, {"pulse": "95"})))
    assert acute_of(never, newest_set(never)) == Acute(partial_min=1)
    child = stay(clinical=replace(observed((0, ILL)), birth_date=date(2015, 1, 1)))
    assert acute_of(child, newest_set(child)) == Acute(excluded=True)
    halves = stay(clinical=observed((-60, {"pulse": "95"}), (0, ILL)))
    assert acute_of(halves, newest_set(halves)).change is None


@pytest.mark.parametrize(
    ("values", "flags", "stage"),
    [
        ([], (), None),
        ([(-1440, "80"), (0, "85")], (), 0),
        ([(-1440, "80"), (0, "107")], (), 1),
        ([(-1440, "80"), (0, "170")], (), 2),
        ([], ("on_dialysis",), 3),
    ],
)
def test_the_kidneys(
    values: list[tuple[float, str]], flags: tuple[str, ...], stage: int | None
) -> None:
    clinical = observed(*((minute, {"creatinine": value}) for minute, value in values))
    situation = stay(clinical=clinical, flags=flags)
    assert aki_stage(situation.clinical, rrt="on_dialysis" in situation.flags) == stage
    aki = [one for one in assess(situation, 0).risk.causes if one.cause == "aki"]
    assert [one.since for one in aki] == ([at(0)] if stage and values else [None] * bool(stage))


def test_filtration_is_the_laboratory_s_or_is_estimated() -> None:
    assert filtration(stay()) is None
    given = stay(clinical=observed((0, {"egfr": "25"})))
    assert filtration(given) == 25
    assert "egfr" in causes(given, 0)
    estimated = filtration(stay(clinical=observed((0, {"creatinine": "80"}))))
    assert estimated is not None
    assert Decimal(70) < estimated < Decimal(90)
    nobody = replace(observed((0, {"creatinine": "80"})), sex=Sex.UNKNOWN, birth_date=None)
    assert filtration(stay(clinical=nobody)) is None
    words = {"creatinine": Observation("creatinine", "haemolysed", "", at(0))}
    assert filtration(stay(clinical=replace(observed(), latest=words))) is None
    bounded = {"egfr": Observation("egfr", ">90", "mL/min/{1.73_m2}", at(0))}
    assert filtration(stay(clinical=replace(observed(), latest=bounded))) is None


def test_blood_that_runs_and_a_reaction_are_risks_of_their_order() -> None:
    situation = stay(
        order("transfusion", steps=done(T3=0)),
        task("transfusion", steps=done(T15=0), key="task-1"),
        task("transfusion", steps=done(T15=0, T18=9), key="task-2"),
        task("transfusion_reaction", key="task-3", order="order-2"),
    )
    assert [(one.id, one.kind) for one in loop_risks(situation)] == [
        ("order-1", "transfusion_running"),
        ("order-2", "reaction_open"),
    ]


def test_causes_say_since_when_they_count() -> None:
    situation = stay(
        task("critical_value", since=3),
        clinical=observed((2, ILL), orders=(active("heparin", signed=1),)),
        risks=(("order-1", "high_alert_b", "none"), ("order-1", "of_no_model", "none")),
    )
    found = {one.cause: one.since for one in assess(situation, 5).risk.causes}
    assert found["news2"] == at(2)
    assert found["critical_value_open"] == at(3)
    assert found["high_alert_b"] == at(1)
    assert "of_no_model" not in found


def test_a_birthday_moves_a_score_and_is_waited_for() -> None:
    clinical = replace(observed(), birth_date=date(1961, 11, 25))
    situation = stay(clinical=clinical)
    midnight = datetime(2026, 11, 25, tzinfo=UTC)
    assert assess(situation, 0).wake_at == midnight
    assert shipped().assess(situation, midnight).risk.hazard == 1500
    leap = stay(clinical=replace(observed(), birth_date=date(1960, 2, 29)))
    assert next_birthday(leap, at(0)) == datetime(2035, 3, 1, tzinfo=UTC)
    leap = stay(clinical=replace(observed(), birth_date=date(1960, 2, 29)))
    assert next_birthday(leap, datetime(1970, 1, 1, tzinfo=UTC)) == datetime(
        1976, 2, 29, tzinfo=UTC
    )
    old = stay(clinical=replace(observed(), birth_date=date(1930, 1, 1)))
    assert next_birthday(old, at(0)) is None
    assert next_birthday(stay(), at(0)) is None


def test_a_birth_date_that_cannot_be_true_keeps_nothing_from_being_stored() -> None:
    for born in (date(1700, 1, 1), date(2090, 1, 1)):
        situation = stay(clinical=replace(observed(), birth_date=born))
        assert assess(situation, 0).risk.score == 0


def test_a_window_before_its_origin_is_as_long_as_it_was_open() -> None:
    late = stay(task("medication", deadline("M-03", -60, start=0, opens=-2880, step="M6")))
    assert wanted(late, 0)["M-03"].minutes == 2820


def test_why_and_why_not() -> None:
    dose = stay(task("medication", deadline("M-03", 10), deadline("M-05", 15)))
    before = shipped().trace(dose, "M-05", at(14))
    assert [(one.fact, one.result) for one in before] == [
        ("severity of task-1", True),
        ("TX99 of task-1", False),
        ("silent", True),
    ]
    hidden = {one.fact: one for one in shipped().trace(dose, "M-05", at(15))}
    assert hidden["TX99 of task-1"].result
    assert hidden["since"].result
    assert (hidden["hidden by"].seen, hidden["hidden by"].result) == ("M-03", False)


def test_the_trace_says_what_is_waited_for() -> None:
    infusion = stay(task("medication", started=True, steps=done(M11=0)))
    gated = shipped().trace(infusion, "M-13", at(5))
    assert [(one.fact, one.result) for one in gated] == [("asked from", False), ("silent", True)]
    fragment = stay(task("medication", deadline("T-06", 30)))
    ahead = {one.fact: one.result for one in shipped().trace(fragment, "T-06", at(25))}
    assert ahead == {
        "severity of task-1": True,
        "TX99 of task-1": False,
        "since": True,
        "hidden by": True,
        "silent": True,
    }


def test_the_trace_says_what_is_off_silent_quiet_and_critical(tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text("format = 1\n[rules.L-12]\non = false\n", encoding="utf-8")
    off = Rules(load_rules(overlays=[site]))
    late = stay(order("test", deadline("L-12", 5)))
    assert [(one.fact, one.result) for one in off.trace(late, "L-12", at(5))] == [
        ("severity of order-1", False),
        ("TX99 of order-1", True),
        ("silent", True),
    ]
    quiet = shipped().trace(stay(), "X-04", at(0))
    assert [(one.fact, one.result) for one in quiet] == [("silent", False)]
    calm = shipped().trace(stay(), "X-03", at(0))
    assert [(one.fact, one.seen) for one in calm] == [("risk", "low"), ("silent", "")]


def test_a_rule_that_there_is_not() -> None:
    with pytest.raises(NotFound):
        shipped().trace(stay(), "M-99", at(0))
    assert shipped().rule("M-99") is None
