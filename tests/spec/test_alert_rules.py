"""Every alert rule through its life on a fake clock: quiet, raised, graver, climbing, ended."""

from __future__ import annotations

import re

import pytest

from domain.alert_events import (
    AlertChanged,
    AlertEscalated,
    AlertRaised,
    AlertReopened,
    AlertResolved,
    Reopening,
)
from domain.alerts import AlertRule, AlertSeverity, Resolution
from domain.orders import Priority
from domain.people import ALIASES
from rules.alerts.grouping import group_subject
from rules.alerts.loader import load_rules
from rules.rulebook import Rules
from tests.spec.alert_clock import Clock
from tests.spec.alert_facts import ORDER, STAY, TASK, at, stay
from tests.spec.alert_table import ACTION, LADDERS, NAMED, TABLE, Life
from tests.story import loops

RULES = Rules(load_rules(), loops=loops())
COLUMNS = (Priority.STAT, Priority.URGENT, Priority.ROUTINE)
HELD = pytest.mark.rows(
    "M-01",
    "M-02",
    "M-03",
    "M-04",
    "M-05",
    "M-06",
    "M-07",
    "M-08",
    "M-09",
    "M-10",
    "M-11",
    "M-12",
    "M-13",
    "M-14",
    "M-15",
    "M-16",
    "L-01",
    "L-02",
    "L-03",
    "L-04",
    "L-05",
    "L-06",
    "L-07",
    "L-08",
    "L-09",
    "L-10",
    "L-11",
    "L-12",
    "L-13",
    "L-14",
    "L-15",
    "E-01",
    "E-02",
    "E-03",
    "E-04",
    "E-05",
    "E-06",
    "E-07",
    "E-08",
    "E-09",
    "E-10",
    "E-11",
    "T-01",
    "T-02",
    "T-03",
    "T-04",
    "T-05",
    "T-06",
    "T-07",
    "T-08",
    "T-09",
    "T-10",
    "T-11",
    "T-12",
    "T-13",
    "T-14",
    "T-15",
    "X-NEWS-RED",
    "X-NEWS-URG",
    "X-NEWS-EMER",
    "X-OBS",
    "X-01",
    "X-02",
    "X-03",
    "X-04",
    "X-LATE",
    "X-GAP",
)
each = pytest.mark.parametrize("life", TABLE, ids=lambda life: life.rule)
each_priority = pytest.mark.parametrize("priority", COLUMNS, ids=lambda one: one.value)


def test_the_table_is_whole() -> None:
    assert sorted(NAMED) == sorted(RULES.rules()) == sorted(HELD.args)
    assert len(NAMED) == 67


def defined(rule: str) -> AlertRule:
    found = RULES.rule(rule)
    assert found is not None
    return found


def raised(life: Life, priority: Priority) -> Clock:
    """A stay at the minute at which the rule was raised, its last stage reached."""
    clock = Clock(RULES, life.facts(priority))
    clock.run(max([life.minute_for(priority), *(minute for minute, _ in life.stages)]))
    return clock


def long_raised(life: Life, priority: Priority) -> Clock:
    """The same when it is twice as late as it may be: only its timers bring it back then."""
    clock = raised(life, priority)
    clock.run(max(clock.minute, life.twice_for(priority) or 0))
    return clock


@HELD
@each_priority
@each
def test_it_is_quiet_before_and_raised_on_the_minute(life: Life, priority: Priority) -> None:
    clock = Clock(RULES, life.facts(priority))
    minute = life.minute_for(priority)
    clock.run(minute - 1)
    assert clock.alert(life.rule) is None

    clock.run(minute)
    alert = clock.alert(life.rule)
    assert alert is not None
    assert [at for at, _ in clock.told(life.rule, AlertRaised)] == [minute]
    assert alert.severity == life.severity_for(priority)
    assert alert.roles == tuple(ALIASES[role] for role in life.roles.split())
    assert (alert.silent, alert.lasting) == (life.silent, life.lasting)
    subjects = {
        "task": TASK, "order": ORDER, "stay": STAY, "group": group_subject(STAY, life.rule)
    }  # fmt: skip
    assert alert.key.subject == subjects[life.about]


@each
def test_it_grows_graver_with_its_stages(life: Life) -> None:
    clock = Clock(RULES, life.facts(Priority.URGENT))
    clock.run(max([life.minutes[1], *(minute for minute, _ in life.stages)]))
    changes = clock.told(life.rule, AlertChanged)
    assert [(at, str(body.said.severity)) for at, body in changes] == list(life.stages)


def climb_of(life: Life, priority: Priority) -> list[tuple[float, int, tuple[str, ...]]]:
    """The rungs that are reached, by minute after T0; nobody is told of a silent one."""
    if life.silent:
        return []
    start, told = 0.0, life.climb
    if told is None:
        severity = life.severity_for(priority)
        start, told = life.minute_for(priority), life.ladder.get(severity, LADDERS[severity])
    rungs = [rung.split() for rung in told.split(";") if rung]
    return [
        (start + float(minute), tier, tuple(ALIASES[role] for role in roles))
        for tier, (minute, *roles) in enumerate(rungs, 1)
    ]


@each_priority
@each
def test_unacknowledged_it_climbs_its_ladder_rung_by_rung(life: Life, priority: Priority) -> None:
    clock = Clock(RULES, life.facts(priority))
    wanted = climb_of(life, priority)
    clock.run(max([life.minute_for(priority), *(minute for minute, _, _ in wanted)]))
    escalated = clock.told(life.rule, AlertEscalated)
    assert [(at, body.tier, body.roles) for at, body in escalated] == wanted


@pytest.mark.parametrize("life", [one for one in TABLE if not one.silent], ids=lambda one: one.rule)
def test_acknowledged_it_waits_for_its_action_and_then_speaks_again(life: Life) -> None:
    clock = long_raised(life, Priority.STAT)
    clock.acknowledge(life.rule)
    severity = life.stages[-1][1] if life.stages else life.severity_for(Priority.STAT)
    before, tier = clock.minute, len(clock.told(life.rule, AlertEscalated))
    clock.run(before + ACTION[severity] - 1)
    assert len(clock.told(life.rule, AlertEscalated)) == tier
    assert clock.told(life.rule, AlertReopened) == []

    clock.run(before + ACTION[severity])
    ((minute, reopened),) = clock.told(life.rule, AlertReopened)
    assert minute == before + ACTION[severity]
    rungs = len(defined(life.rule).ladder[AlertSeverity(severity)])
    assert reopened.tier == min(tier + 1, rungs - 1)


@each_priority
@pytest.mark.parametrize(
    "life", [one for one in TABLE if one.twice and not one.silent], ids=lambda one: one.rule
)
def test_let_be_it_comes_back_once_it_is_twice_as_late(life: Life, priority: Priority) -> None:
    for put_aside in (Clock.override, Clock.acknowledge):
        clock, twice = raised(life, priority), life.twice_for(priority)
        assert twice is not None
        put_aside(clock, life.rule)
        first = clock.alert(life.rule)
        assert first is not None
        timer = first.action_until
        if timer is not None and timer <= at(twice):
            continue  # its action is due sooner: it has come back already
        clock.run(twice - 1)
        assert clock.told(life.rule, AlertReopened) == [], "it is quiet"
        clock.run(twice)
        ((minute, reopened),) = clock.told(life.rule, AlertReopened)
        assert (minute, reopened.why) == (twice, Reopening.DOUBLED)
        alert = clock.alert(life.rule)
        assert alert is not None
        assert (alert.override, alert.acknowledged_at) == (None, None)
        assert alert.tier == first.tier, "the rung that was reached is told again"
        assert alert.occurrences == first.occurrences + 1
        clock.acknowledge(life.rule)
        clock.run(twice + 4)
        assert len(clock.told(life.rule, AlertReopened)) == 1, "once"


@each
def test_the_facts_resolve_it(life: Life) -> None:
    clock = raised(life, Priority.STAT)
    clock.change(life.gone(Priority.STAT))
    assert clock.alert(life.rule) is None
    ((_, body),) = clock.told(life.rule, AlertResolved)
    ended = not life.gone(Priority.STAT).active
    assert body.resolution is (Resolution.ENCOUNTER_END if ended else Resolution.BY_STEP)


@each
def test_a_person_may_let_it_be(life: Life) -> None:
    clock = long_raised(life, Priority.STAT)
    climbed = len(clock.told(life.rule, AlertEscalated))
    clock.override(life.rule)
    clock.run(clock.minute + 300)
    assert len(clock.told(life.rule, AlertEscalated)) == climbed, "it is quiet"

    clock.change(life.gone(Priority.STAT))
    resolved = [body.resolution for _, body in clock.told(life.rule, AlertResolved)]
    assert resolved[-1:] == [Resolution.OVERRIDDEN]


@pytest.mark.parametrize("life", [one for one in TABLE if one.lasting], ids=lambda life: life.rule)
def test_what_happened_stays_when_its_task_has_ended(life: Life) -> None:
    clock = raised(life, Priority.STAT)
    clock.change(stay())
    assert clock.alert(life.rule) is not None


@each
def test_its_words_are_one_line_in_both_languages(life: Life) -> None:
    rule = defined(life.rule)
    for words in (rule.title, rule.action):
        assert set(words) == {"en", "zh"}
        assert re.search(r"[\u4e00-\u9fff]", words["zh"])
    assert len(f"{rule.title['en']}: {rule.action['en']}") <= 140
