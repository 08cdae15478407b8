"""How many of our alert rules are looked at in a second, beside three rule engines in one run.

One evaluation is one rule looked at for one order or task with its facts. The rules: the limit
rules of the medication loop (`late`), such as "first or STAT dose not given in time". The facts: 25
stays with 40 open tasks each, one in twenty late. All must find the same alerts.

`rules_indexed`: every rule for every task, ours / the fastest peer; the goal is 10. Ours finds the
rule of a limit by its id and never asks the others. `rules_one_by_one`: each task is asked only
about the one rule that its limit names, so that the index gives nothing. `rules_all_late`: as the
first, but every limit has run out and each is an alert. `rules_traced`: ours with the full trace of
every fact / the fastest peer without any. Ours looks at everything for the first time, as a peer
does; in the program most of a stay is remembered (`ours where nothing changed`).

The peers are no dependency of this project: install them where the bench runs, or name a folder
that has them in WARDLOOP_BENCH_PEERS.
"""

from __future__ import annotations

import gc
import os
import sys
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Final

from domain.ids import EncounterId, OrderId, PatientId, TaskId, WardId
from domain.loops.deadlines import Deadline
from domain.orders import Priority
from domain.situation import Situation, Stream
from rules.alerts.loader import load_rules
from rules.alerts.plan import Plan, limits_of
from rules.alerts.remembered import Remembered
from rules.alerts.view import View
from rules.rulebook import Rules
from tests.shift import local, real_loops

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rules.alerts.rule import Rule

    Answers = list[list[str]]
    Lane = Callable[[], Answers]
    Asked = Callable[[dict[str, object]], object]
    Ask = Callable[[object], list[str]]

MISSING: Final = "not installed: pip install zen-engine common-expression-language clipspy"
NOW: Final = local("12:00")
STAYS, TASKS, LATE = 25, 40, 20
ROUNDS: Final = 15
REMEMBERED: Final = "ours where nothing changed"
PRIORITIES: Final = (Priority.STAT, Priority.URGENT, Priority.ROUTINE)


# ---------------------------------------------------------------- the facts
def limit_rules(rules: Rules) -> tuple[Rule, ...]:
    """The rules of the medication loop that ask whether a limit has run out."""
    found = [rule for rule in rules.rules().values() if rule.id.startswith("M-")]
    return tuple(rule for rule in found if rule.conditions == ("late",) and not rule.stages)


def stays(rules: tuple[Rule, ...], every: int) -> tuple[Situation, ...]:
    """Stays with open doses, one in `every` late; each under one of the rules."""
    return tuple(
        Situation(
            encounter=EncounterId(f"stay-{stay}"),
            patient=PatientId(f"patient-{stay}"),
            ward=WardId("1A"),
            active=True,
            streams=tuple(dose(rules, stay * TASKS + number, every) for number in range(TASKS)),
        )
        for stay in range(STAYS)
    )


def dose(rules: tuple[Rule, ...], number: int, every: int) -> Stream:
    """An open dose with the limit that runs for it."""
    task = TaskId(f"task-{number}")
    minutes = -1 - number % 50 if number % every == 0 else 1 + number % 240
    at = NOW + timedelta(minutes=minutes)
    rule = rules[(number * 7 + number // 40) % len(rules)].id
    limit = Deadline(task, "TM09", "M11", at, at - timedelta(minutes=30), None, rule)
    return Stream(
        order=OrderId(f"order-{number // 10}"),
        task=task,
        loop="medication",
        priority=PRIORITIES[number % 3],
        state="planned",
        since=NOW - timedelta(hours=4),
        deadlines=(limit,),
    )


def facts(stream: Stream) -> dict[str, object]:
    """The same for a peer; seconds instead of instants, which are quicker to compare there."""
    limit = stream.deadlines[0]
    return {
        "process": stream.loop,
        "limit": limit.rule,
        "priority": stream.priority.value,
        "running": True,
        "now": int(NOW.timestamp()),
        "at": int(limit.at.timestamp()),
    }


# ---------------------------------------------------------------- the lanes
def ours(
    rules: tuple[Rule, ...], situations: tuple[Situation, ...], *, remembers: bool = False
) -> Lane:
    """The limits of each stay as an assessment looks at them.

    Args:
        remembers: as in the program, where most of a stay was looked at before and is the same;
            without it everything is looked at for the first time, as a peer does.
    """
    plan = Plan.of(rules)

    def run() -> Answers:
        found = []
        if not remembers:
            plan.remembered = Remembered()
        for situation in situations:
            looked = limits_of(plan, View(situation=situation), NOW)
            found.append([f"{one.rule.id} {one.severity_at(NOW)}" for one in looked.claims])
        return found

    return run


def peer(asked: Asked, ask: Ask, situations: tuple[Situation, ...]) -> Lane:
    """A peer asked about each task of each stay."""
    given = [[asked(facts(stream)) for stream in one.streams] for one in situations]

    def run() -> Answers:
        return [[told for fact in stay for told in ask(fact)] for stay in given]

    return run


def one_by_one(
    lane: Callable[[Iterable[Rule]], tuple[Asked, Ask]],
    rules: tuple[Rule, ...],
    situations: tuple[Situation, ...],
) -> Lane:
    """A peer asked only about the rule that a limit names."""
    asks = {rule.id: lane([rule]) for rule in rules}
    given = [
        [
            (asks[stream.deadlines[0].rule][1], asks[stream.deadlines[0].rule][0](facts(stream)))
            for stream in one.streams
        ]
        for one in situations
    ]

    def run() -> Answers:
        return [[told for ask, fact in stay for told in ask(fact)] for stay in given]

    return run


# ---------------------------------------------------------------- the figures
@dataclass(frozen=True)
class Rates:
    """Evaluations in a second, by lane."""

    rates: dict[str, float]

    @property
    def best(self) -> str:
        """The fastest peer."""
        return max(
            (name for name in self.rates if not name.startswith("ours")), key=self.rates.__getitem__
        )

    @property
    def ratio(self) -> float:
        """Ours against the fastest peer."""
        return self.rates["ours"] / self.rates[self.best]

    def told(self) -> Iterator[str]:
        """Each lane in words, the fastest first."""
        for name, rate in sorted(self.rates.items(), key=lambda row: -row[1]):
            yield f"{name} {rate:,.0f}/s"


def measured(lanes: dict[str, Lane], evaluations: int) -> Rates:
    """Let the lanes take turns, and the median of each."""
    answers = {name: run() for name, run in lanes.items()}
    wanted = [sorted(stay) for stay in answers["ours"]]
    for name, found in answers.items():
        assert [sorted(stay) for stay in found] == wanted, f"{name} finds other alerts"
    assert any(wanted), "something is late"
    gc.collect()
    gc.freeze()
    seconds: dict[str, list[float]] = {name: [] for name in lanes}
    for _ in range(ROUNDS):
        for name, run in lanes.items():
            begin = perf_counter()
            run()
            seconds[name].append(perf_counter() - begin)
    return Rates({name: evaluations / median(took) for name, took in seconds.items()})


def traced(book: Rules, rules: tuple[Rule, ...], situations: tuple[Situation, ...]) -> float:
    """Evaluations in a second where each keeps every fact that it asked for."""
    few = tuple(islice(situations, 3))
    seconds = []
    for _ in range(ROUNDS):
        begin = perf_counter()
        rows = [book.trace(one, rule.id, NOW) for one in few for rule in rules]
        seconds.append(perf_counter() - begin)
        assert all(rows)
    return len(few) * TASKS * len(rules) / median(seconds)


def main() -> int:
    """Print the figures."""
    sys.path += filter(None, [os.environ.get("WARDLOOP_BENCH_PEERS", "")])
    book = Rules(load_rules(), loops=real_loops())
    rules = limit_rules(book)
    some, all_late = stays(rules, LATE), stays(rules, 1)
    streams = STAYS * TASKS
    try:
        from tests.bench.rule_peers import LANES  # they may not be there
    except ImportError:
        print(MISSING)
        return 0
    made = {name: lane(rules) for name, lane in LANES.items()}
    fastest = 1.0
    for name, situations in (("rules_all_late", all_late), ("rules_indexed", some)):
        lanes = {one: peer(*each, situations) for one, each in made.items()}
        lanes |= {"ours": ours(rules, situations)}
        lanes |= {REMEMBERED: ours(rules, situations, remembers=True)}
        found = measured(lanes, streams * len(rules))
        fastest = found.rates[found.best]
        print(f"{name} {found.ratio:.2f} ours / {found.best}: {', '.join(found.told())}")
    slow = traced(book, rules, some)
    print(f"rules_traced {slow / fastest:.3f} {slow:,.0f}/s traced / fastest peer untraced")
    lanes = {one: one_by_one(lane, rules, some) for one, lane in LANES.items()}
    found = measured({"ours": ours(rules, some), **lanes}, streams)
    print(f"rules_one_by_one {found.ratio:.2f} ours / {found.best}: {', '.join(found.told())}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
