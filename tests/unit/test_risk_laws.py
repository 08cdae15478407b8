"""What holds of CLORS for any patient: P1 to P12 of the rules specification, 2.5.

P9 and P12 are held here as far as the pure score goes; over real use cases they are held where
alerts are acknowledged and scores are kept, and P13 with them.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rules.risk import (
    Band,
    OpenStep,
    OrderRisk,
    Risk,
    RiskInputs,
    RiskModel,
    Weight,
    next_change_seconds,
    read_model,
    risk_of,
    shipped_model,
)
from rules.risk_record import canonical, input_sha256, risk_to_json
from rules.risk_table import SHIPPED
from tests.risk_cases import PATIENTS, RISKS, STEPS, step

INFO_AT_ITS_TIME = OpenStep("T9", Weight.INFO, 3600, 0)
FIFTEEN_ON_TIME = tuple(step(f"T{n}", "info", limit=60, late=-1) for n in range(15))


def grew(before: RiskInputs, after: RiskInputs) -> bool:
    """Whether neither hazard nor score fell."""
    old, new = risk_of(before), risk_of(after)
    return new.hazard >= old.hazard and new.score >= old.score


def one_later(inputs: RiskInputs, at: int, seconds: int) -> RiskInputs:
    steps = list(inputs.open_steps)
    steps[at] = replace(steps[at], late_seconds=steps[at].late_seconds + seconds)
    return replace(inputs, open_steps=tuple(steps))


def all_later(inputs: RiskInputs, seconds: int) -> RiskInputs:
    return replace(
        inputs,
        open_steps=tuple(
            replace(one, late_seconds=one.late_seconds + seconds) for one in inputs.open_steps
        ),
    )


# ---------------------------------------------------------------------- P1


@pytest.mark.rows("P1")
@given(PATIENTS, STEPS, st.integers(0, 6 * 3600))
@example(RiskInputs(open_steps=FIFTEEN_ON_TIME), FIFTEEN_ON_TIME[0], 60)
@example(  # nine late ones, and a tenth that was on time
    RiskInputs(open_steps=tuple(step(f"T{n}", "low", limit=60, late=0) for n in range(9))),
    step("T9", "low", limit=60, late=-1),
    60,
)
def test_law_p1_a_step_that_grows_later_never_counts_less(
    inputs: RiskInputs, one: OpenStep, seconds: int
) -> None:
    before = replace(inputs, open_steps=(one, *inputs.open_steps))
    assert grew(before, one_later(before, 0, seconds))


@pytest.mark.rows("P1")
@given(PATIENTS, st.integers(0, 6 * 3600))
@example(RiskInputs(open_steps=FIFTEEN_ON_TIME), 60)
def test_law_p1_time_alone_never_lowers_a_score(inputs: RiskInputs, seconds: int) -> None:
    assert grew(inputs, all_later(inputs, seconds))


@pytest.mark.rows("P1")
@given(st.lists(st.sampled_from(Weight), min_size=1, max_size=40))
def test_law_p1_steps_that_fall_due_one_by_one_never_lower_a_score(order: list[Weight]) -> None:
    """Many steps on time, then ever fewer: where the ranks of late steps have grown small."""
    steps = tuple(OpenStep(f"T{n}", weight, 3600, -60) for n, weight in enumerate(order))
    inputs = RiskInputs(open_steps=steps)
    for at in range(len(order)):
        after = one_later(inputs, at, 60)
        assert grew(inputs, after)
        inputs = after


# ---------------------------------------------------------------------- P2, P6

GRAVER = {
    "age_years": (65, 75, 85, 110),
    "charlson": (1, 3, 5, 12),
    "egfr": (29, 5),
    "braden": (12, 6),
    "morse": (45, 125),
    "news2": range(21),
    "news2_partial_min": range(21),
    "news2_change_12h": (0, 2, 3, 10),
    "aki_stage": (1, 2, 3),
    "news2_red": (True,),
    "critical_value_open": (True,),
}
LESS_IS_WORSE = {"egfr", "braden"}


def all_graver(inputs: RiskInputs) -> Iterator[RiskInputs]:
    """The same patient with one thing worse, each in turn."""
    for name, values in GRAVER.items():
        now = getattr(inputs, name)
        for value in values:
            if now is None or (value <= now if name in LESS_IS_WORSE else value >= now):
                worse: dict[str, Any] = {name: value}
                yield replace(inputs, **worse)


@pytest.mark.rows("P2")
@given(PATIENTS)
def test_law_p2_a_graver_patient_never_scores_less(inputs: RiskInputs) -> None:
    assert all(grew(inputs, graver) for graver in all_graver(inputs))


@pytest.mark.rows("P2")
@given(PATIENTS, STEPS)
@example(RiskInputs(open_steps=FIFTEEN_ON_TIME), INFO_AT_ITS_TIME)
def test_law_p2_one_more_open_step_never_lowers_a_score(
    inputs: RiskInputs, added: OpenStep
) -> None:
    assert grew(inputs, replace(inputs, open_steps=(*inputs.open_steps, added)))


@pytest.mark.rows("P2")
@given(PATIENTS, RISKS)
def test_law_p2_one_more_order_risk_never_lowers_a_score(
    inputs: RiskInputs, added: OrderRisk
) -> None:
    assert grew(inputs, replace(inputs, order_risks=(*inputs.order_risks, added)))


@pytest.mark.rows("P6")
@given(PATIENTS)
def test_law_p6_observations_that_expire_never_lower_a_score(inputs: RiskInputs) -> None:
    fresh = replace(inputs, observations_overdue=False)
    stale = replace(inputs, observations_overdue=True)
    assert grew(fresh, stale)
    assert "observations_overdue" in {cause.cause for cause in risk_of(stale).causes}
    kept = [cause.hazard for cause in risk_of(stale).causes if cause.cause == "news2"]
    assert kept == [cause.hazard for cause in risk_of(fresh).causes if cause.cause == "news2"]


# ---------------------------------------------------------------------- P3, P4


def told(risk: Risk) -> tuple[object, ...]:
    return risk.score, risk.band, risk.hazard, risk.causes


@pytest.mark.rows("P3")
@given(PATIENTS, st.randoms(use_true_random=False))
def test_law_p3_the_order_of_inputs_changes_nothing(inputs: RiskInputs, random: Random) -> None:
    steps, risks = list(inputs.open_steps), list(inputs.order_risks)
    random.shuffle(steps)
    random.shuffle(risks)
    other = replace(inputs, open_steps=tuple(steps), order_risks=tuple(risks))
    assert told(risk_of(other)) == told(risk_of(inputs))


@pytest.mark.rows("P4")
@given(PATIENTS)
def test_law_p4_the_points_sum_to_the_score_and_each_has_its_cause(inputs: RiskInputs) -> None:
    risk = risk_of(inputs)
    assert sum(cause.points for cause in risk.causes) == risk.score
    assert 0 <= risk.score <= 99
    data = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
    streams = {one.id for one in inputs.open_steps} | {one.id for one in inputs.order_risks}
    for cause in risk.causes:
        assert cause.points >= 0
        assert cause.hazard > 0
        table, row = str(cause.rule).split(".")
        assert row in data[table]
        if cause.domain in "OL" and cause.cause != "on_time_steps":
            assert cause.subject in streams
        else:
            assert cause.subject is None


@pytest.mark.rows("P4")
@given(PATIENTS, st.integers(0, 20))
def test_law_p4_news2_alone_makes_its_band_whatever_else_there_is(
    inputs: RiskInputs, news2: int
) -> None:
    risk = risk_of(replace(inputs, news2=news2, news2_excluded=False))
    assert news2 < 5 or risk.band in (Band.HIGH, Band.CRITICAL)
    assert news2 < 7 or risk.band is Band.CRITICAL


@pytest.mark.rows("P4")
@given(PATIENTS)
def test_law_p4_the_baseline_alone_is_low(inputs: RiskInputs) -> None:
    names = ("age_years", "charlson", "egfr", "braden", "morse")
    alone = RiskInputs(**{name: getattr(inputs, name) for name in names})
    assert risk_of(alone).band is Band.LOW


# ---------------------------------------------------------------------- P5


@pytest.mark.rows("P5")
@given(PATIENTS)
def test_law_p5_closing_a_step_never_raises_a_score(inputs: RiskInputs) -> None:
    """One after the other, until none is left."""
    while inputs.open_steps:
        left = replace(inputs, open_steps=inputs.open_steps[1:])
        assert grew(left, inputs)
        inputs = left


@pytest.mark.rows("P5")
@given(PATIENTS)
def test_law_p5_with_the_last_late_step_its_part_is_gone(inputs: RiskInputs) -> None:
    on_time = tuple(one for one in inputs.open_steps if one.late_seconds < 0)
    risk = risk_of(replace(inputs, open_steps=on_time))
    assert {cause.cause for cause in risk.causes if cause.domain == "L"} <= {"on_time_steps"}
    nothing = risk_of(replace(inputs, open_steps=()))
    assert not [cause for cause in nothing.causes if cause.domain == "L"]


# ---------------------------------------------------------------------- P7, P8


@pytest.mark.rows("P7")
@given(PATIENTS)
def test_law_p7_the_same_inputs_give_the_same_bytes_of_whole_numbers(inputs: RiskInputs) -> None:
    text = canonical(risk_to_json(risk_of(inputs)))
    assert text.encode() == canonical(risk_to_json(risk_of(replace(inputs)))).encode()
    read = json.loads(text, parse_float=pytest.fail)
    assert canonical(dict(reversed(read.items()))) == text


@pytest.mark.rows("P8")
@given(PATIENTS, st.data())
def test_law_p8_between_two_changes_the_score_stands_still(
    inputs: RiskInputs, data: st.DataObject
) -> None:
    changes = [next_change_seconds(one) for one in inputs.open_steps]
    following = min((one for one in changes if one is not None), default=10**9)
    assert following > 0
    waited = data.draw(st.integers(0, following - 1) | st.just(following - 1))
    assert told(risk_of(all_later(inputs, waited))) == told(risk_of(inputs))


@pytest.mark.rows("P8")
@given(STEPS)
def test_law_p8_a_step_has_at_most_eight_changes_each_at_its_second(start: OpenStep) -> None:
    def alone(one: OpenStep) -> int:
        return risk_of(RiskInputs(open_steps=(one,))).causes[0].hazard

    one, changes = replace(start, late_seconds=-1), 0
    while (wait := next_change_seconds(one)) is not None:
        just_before = replace(one, late_seconds=one.late_seconds + wait - 1)
        then = replace(one, late_seconds=one.late_seconds + wait)
        assert alone(just_before) == alone(one) < alone(then)
        one, changes = then, changes + 1
    assert changes == 8
    assert alone(replace(one, late_seconds=10**9)) == alone(one)


# ---------------------------------------------------------------------- P9


@pytest.mark.rows("P9")
def test_law_p9_the_score_knows_nothing_of_alerts() -> None:
    """No input says that an alert was acknowledged or snoozed: it cannot change a score."""
    names = [one.name for kind in (RiskInputs, OpenStep, OrderRisk) for one in fields(kind)]
    assert not [name for name in names if "alert" in name or "ack" in name or "snooz" in name]


@pytest.mark.rows("P9")
@given(PATIENTS, RISKS)
def test_law_p9_a_documented_override_lowers_and_a_countersigned_one_more(
    inputs: RiskInputs, risk: OrderRisk
) -> None:
    before, monitored, countersigned = (
        risk_of(
            replace(inputs, order_risks=(*inputs.order_risks, replace(risk, override=override)))
        ).hazard
        for override in ("none", "monitored", "countersigned")
    )
    assert before >= monitored >= countersigned


# ---------------------------------------------------------------------- P10


@cache
def weights() -> tuple[tuple[str, str, int], ...]:
    """Every weight that a hospital may edit."""
    data = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
    return tuple(
        (table, key, value)
        for table in ("acute", "orders", "loops", "baseline")
        for key, value in data[table].items()
        if key != "morse_high_cut"  # a cut, no weight
    )


@cache
def edited(table: str, key: str, value: int) -> RiskModel:
    """The shipped model with one number changed."""
    text = SHIPPED.read_text(encoding="utf-8")
    head, section = text.split(f"\n[{table}]\n")
    lines = section.split("\n")
    at = next(n for n, line in enumerate(lines) if line.startswith(f"{key} = "))
    lines[at] = f"{key} = {value}"
    with TemporaryDirectory() as folder:
        file = Path(folder) / "clors.toml"
        file.write_text(f"{head}\n[{table}]\n" + "\n".join(lines), encoding="utf-8")
        return read_model(file)


@pytest.mark.rows("P10")
@given(PATIENTS, st.sampled_from((1, 2)))
def test_law_p10_a_weight_that_is_raised_never_lowers_a_score(
    inputs: RiskInputs, part: int
) -> None:
    """Each weight in turn, by a half and by the whole of what may be added."""
    old = risk_of(inputs)
    for table, key, value in weights():
        new = risk_of(inputs, edited(table, key, value + value * part // 4))
        assert new.hazard >= old.hazard
        assert new.score >= old.score


@pytest.mark.rows("P4", "P10")
@given(PATIENTS, st.data())
def test_law_p4_holds_with_any_weight_that_a_hospital_may_set(
    inputs: RiskInputs, data: st.DataObject
) -> None:
    table, key, value = data.draw(st.sampled_from(weights()))
    risk = risk_of(inputs, edited(table, key, value + value // 2))
    assert sum(cause.points for cause in risk.causes) == risk.score
    news2 = inputs.lowest_news2 or 0
    assert news2 < 5 or risk.score >= 40
    assert news2 < 7 or risk.score >= 60


# ---------------------------------------------------------------------- P12


@pytest.mark.rows("P12")
@given(PATIENTS, st.randoms(use_true_random=False))
def test_law_p12_a_score_names_its_model_and_what_it_rested_on(
    inputs: RiskInputs, random: Random
) -> None:
    risk = risk_of(inputs)
    assert (risk.model, risk.config_sha256) == ("clors@1.0", shipped_model().config_sha256)
    steps = list(inputs.open_steps)
    random.shuffle(steps)
    assert input_sha256(replace(inputs, open_steps=tuple(steps))) == input_sha256(inputs)
    later = replace(inputs, open_steps=(*steps, INFO_AT_ITS_TIME))
    assert input_sha256(later) != input_sha256(inputs)


@pytest.mark.rows("P12")
@given(st.data())
def test_law_p12_another_number_is_another_model(data: st.DataObject) -> None:
    table, key, value = data.draw(st.sampled_from(weights()))
    assert edited(table, key, value).config_sha256 == shipped_model().config_sha256
    assert edited(table, key, value + 1).config_sha256 != shipped_model().config_sha256
