"""Laws of an assessment: it holds until it says, time makes nothing better, order means nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from domain.orders import Priority
from domain.reconciling import Occasion, after, reconcile
from rules.alerts.loader import load_rules
from rules.alerts.quiet import Quiet
from rules.rulebook import Rules
from tests.spec.alert_clock import NURSE
from tests.spec.alert_facts import (
    WELL,
    active,
    at,
    deadline,
    done,
    mark,
    observed,
    resulted,
    stay,
    task,
)
from tests.story import loops

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random

    from domain.situation import Situation, Stream

QUIET = {"7": Quiet((time(8), time(18, 30)), ZoneInfo("Asia/Shanghai"))}
TABLE = load_rules()
RULES = Rules(TABLE, loops=loops(), quiet=QUIET)
MINUTES = st.integers(-600, 900)
LOOPS = ("medication", "test", "examination", "transfusion", "critical_value")
NAMES = tuple(
    f"{letter}-{number}"
    for letter, numbers in (
        ("M", ("01", "03", "04", "05", "07", "08")),
        ("L", ("01", "02", "03", "06", "09", "12")),
        ("E", ("01", "02", "03", "04", "06")),
        ("T", ("03", "06", "10", "12", "13")),
        ("X", ("02", "LATE", "UNKNOWN")),
    )
    for number in numbers
)
STEPS = ("M11", "M15", "L9", "L10", "E5", "E6", "T3", "T13", "T15", "T18", "C6", "C7")
MARKS = ("gap", "right_patient", "amended", "second_sample", "blood_compatible", "orphan")
FIELDS: tuple[dict[str, object], ...] = (
    {},
    {"controlled": True, "high_alert": True, "route": "IV"},
    {"checklist": True, "modality": "CT", "body_part": "HEAD"},
    {"critical_item": "NA", "critical_value": "118", "critical_limit": "< 120"},
)


@st.composite
def streams(draw: st.DrawFn, number: int) -> Stream:
    key = f"task-{number}"
    rows = []
    for _ in range(draw(st.integers(0, 2))):
        start = draw(MINUTES)
        rule = draw(st.sampled_from(NAMES))
        rows.append(
            deadline(rule, start + draw(st.integers(0, 500)), start=start, step="C6", stream=key)
        )
    marks = tuple(
        mark(draw(st.sampled_from(MARKS)), draw(st.sampled_from(("M10", "T14"))), "stop",
             minutes=draw(MINUTES), seq=seq)
        for seq in range(draw(st.integers(0, 2)))
    )  # fmt: skip
    steps = {no: draw(MINUTES) for no in draw(st.sets(st.sampled_from(STEPS), max_size=3))}
    of_order = draw(st.booleans())
    made = task(
        draw(st.sampled_from(LOOPS)),
        *sorted(rows, key=lambda row: row.at),
        priority=draw(st.sampled_from(list(Priority))),
        marks=marks,
        steps=done(**steps),
        fields=draw(st.sampled_from(FIELDS)),
        key=key,
        order=f"order-{number if of_order else draw(st.integers(0, 2))}",
        since=draw(MINUTES),
        started=draw(st.booleans()),
        incomplete=draw(st.booleans()),
    )
    return replace(made, task=None) if of_order else made


VALUES: dict[str, st.SearchStrategy[str]] = {
    "respiratory_rate": st.integers(6, 30).map(str),
    "spo2": st.integers(85, 100).map(str),
    "systolic_bp": st.integers(80, 140).map(str),
    "temperature": st.sampled_from(["36.5", "38.5", "39.5"]),
    "creatinine": st.integers(50, 400).map(str),
}


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    sets: list[tuple[int, dict[str, str | bool]]] = [
        (draw(MINUTES), {**WELL, **draw(st.fixed_dictionaries(VALUES))})
        for _ in range(draw(st.integers(0, 3)))
    ]
    if draw(st.booleans()) and sets:
        sets.append((sets[-1][0] + 30, {"respiratory_rate": draw(VALUES["respiratory_rate"])}))
    orders = (active("heparin", key="order-0"), active("meropenem", atc="J01DH02", key="order-1"))
    flags = draw(st.sets(st.sampled_from(["comfort_care", "pregnant", "on_dialysis"]), max_size=1))
    many = draw(st.integers(0, 8))
    clinical = observed(*sets, orders=orders)
    if draw(st.booleans()):
        result = (draw(MINUTES), "6.9", draw(st.sampled_from(("", "> 6.2"))))
        clinical = resulted(clinical, result, of_order=draw(st.booleans()))
    return stay(
        *(draw(streams(number)) for number in range(many)),
        clinical=clinical,
        flags=tuple(flags),
        risks=tuple(("order-0", "ddi_major", "none") for _ in range(draw(st.integers(0, 2)))),
    )


def with_alerts(situation: Situation, now: datetime) -> Situation:
    """As the watch leaves it at an instant: alerts open, ladders at their rungs."""
    moves = reconcile(
        RULES.assess(situation, now).wanted,
        situation.alerts,
        rule=RULES.rule,
        occasion=Occasion(now=now, ladders=True),
    )
    alerts = after(situation.alerts, moves, by=NURSE, at=now, encounter=situation.encounter)
    return replace(situation, alerts=alerts)


@given(situations(), MINUTES, st.floats(0, 1, exclude_max=True), st.booleans())
def test_nothing_changes_before_it_wakes(
    situation: Situation, minute: int, part: float, watched: bool
) -> None:
    now = at(minute)
    if watched:
        situation = with_alerts(situation, now)
    assessment = RULES.assess(situation, now)
    wake = assessment.wake_at or now + timedelta(days=400)
    assert wake > now
    later = min(now + (wake - now) * part, wake - timedelta(microseconds=1))
    assert RULES.assess(situation, later) == assessment


@given(situations(), MINUTES, st.integers(0, 5000))
def test_waiting_makes_nothing_better(situation: Situation, minute: int, more: int) -> None:
    before = RULES.assess(situation, at(minute))
    later = RULES.assess(situation, at(minute + more))
    assert later.risk.hazard >= before.risk.hazard
    assert later.risk.score >= before.risk.score
    hidden = {rule for one in later.wanted for rule in one.evidence.get("hides", "").split(",")}
    said = {one.key: one.severity.rank for one in later.wanted}
    for one in before.wanted:
        if one.key.rule != "X-03" and one.key.rule not in hidden:  # each window of 4 h its own
            assert said[one.key] <= one.severity.rank


@given(situations(), MINUTES, st.randoms(use_true_random=False))
def test_the_order_of_things_means_nothing(
    situation: Situation, minute: int, random: Random
) -> None:
    situation = with_alerts(situation, at(minute))
    changed = replace(
        situation,
        streams=tuple(random.sample(situation.streams, len(situation.streams))),
        alerts=tuple(random.sample(situation.alerts, len(situation.alerts))),
        order_risks=tuple(random.sample(situation.order_risks, len(situation.order_risks))),
    )
    assert RULES.assess(changed, at(minute + 5)) == RULES.assess(situation, at(minute + 5))


@given(situations(), MINUTES)
def test_points_sum_to_the_score_and_alerts_are_each_themselves(
    situation: Situation, minute: int
) -> None:
    assessment = RULES.assess(situation, at(minute))
    assert sum(one.points for one in assessment.risk.causes) == assessment.risk.score
    keys = [one.key for one in assessment.wanted]
    assert len(keys) == len(set(keys))
    assert all(one.since <= at(minute) for one in assessment.wanted)


@given(situations(), MINUTES)
def test_the_trace_says_what_the_assessment_says(situation: Situation, minute: int) -> None:
    wanted = {one.key.rule for one in RULES.assess(situation, at(minute)).wanted}
    for rule in sorted(wanted):
        tests = RULES.trace(situation, rule, at(minute))
        assert any(one.fact == "since" and one.result for one in tests)


@given(situations(), situations(), st.lists(MINUTES, min_size=1, max_size=4))
def test_what_was_seen_before_changes_nothing(
    situation: Situation, other: Situation, minutes: list[int]
) -> None:
    """Rules that remember a stay say what rules say that meet it for the first time."""
    mixed = replace(situation, streams=(*situation.streams[1:], *other.streams[:1]))
    remembering = Rules(TABLE, loops=loops(), quiet=QUIET)
    for minute in minutes:
        for seen in (situation, mixed, with_alerts(situation, at(minute))):
            fresh = Rules(TABLE, loops=loops(), quiet=QUIET)
            assert remembering.assess(seen, at(minute)) == fresh.assess(seen, at(minute))
