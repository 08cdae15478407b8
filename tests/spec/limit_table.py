"""What a row of a table of limits says, and the questions that hold it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from domain.loops.deadlines import deadlines
from domain.loops.definition import Level
from domain.orders import Priority
from domain.records import Hold
from domain.tasks import PendingExit
from tests.spec.cases import NOW, OWN, PRIORITIES, Standing, conditions, minutes, refs
from tests.story import loops

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from domain.loops.deadlines import Deadline

Minutes = int | str | None
"""Minutes from the start; `due` for the due time; None for no limit."""
Three = tuple[Minutes, Minutes, Minutes]
"""STAT, URGENT, ROUTINE."""

EARLIER: Final = minutes(-90)
LATER: Final = minutes(600)


@dataclass(frozen=True, slots=True)
class Limit:
    """One row: from where to where, and in how many minutes.

    Attributes:
        start: a step, `M15:discontinued`, `E3.slot`, `due`, `need`, `opened`, `held`, `exit`,
            `stop` or `tasks:ended`; several: the latest.
        when: the conditions under which it runs, beside those of the step that it ends at.
        window: from and to which minute, the same for all; `percent` of the interval.
        intl: the minutes of the international profile, where they differ.
        per: the field that picks the case; in `cases` the minutes by its value.
        before_due: a ROUTINE limit ends so many minutes before the dose is due, if earlier.
        kind: the administration window class of its doses.
        until: the record that ends it, where that is not a first record of `to`.
        rule: the alert that it raises.
    """

    id: str
    start: str
    to: str
    minutes: Three | None = None
    when: str = ""
    window: tuple[int, int] | None = None
    percent: tuple[int, int] | None = None
    intl: Three | None = None
    per: str = ""
    cases: Mapping[str, Three] | None = None
    intl_cases: Mapping[str, Three] | None = None
    before_due: int | None = None
    kind: str = "none"
    until: str = ""
    rule: str = "X-LATE"


def same(count: Minutes) -> Three:
    """The same for every priority."""
    return (count, count, count)


def runs_out_in_time(loop: str, row: Limit) -> None:
    """It runs out as many minutes after its start as the table says, for every priority."""
    for profile, value, three in _answers(row):
        for priority, count in zip(PRIORITIES, three, strict=True):
            said = count if _concerns(row, priority) else None
            _expect(_running(loop, row, priority, profile, value), row, said, priority)
        for priority in (Priority.TIMED, Priority.PRN):
            said = three[2] if _concerns(row, priority) else None
            _expect(_running(loop, row, priority, profile, value), row, said, priority)

    if row.before_due is not None:
        standing = started(loop, row)
        standing.due_at = NOW + minutes(row.before_due + 7)
        found = find(standing, row)
        assert found is not None
        assert found.at == NOW + minutes(7), "the earlier of the two"


def _running(
    loop: str, row: Limit, priority: Priority, profile: str, value: str
) -> Deadline | None:
    standing = started(loop, row, priority, profile=profile)
    if value:
        scope, name = row.per.split(".")
        (standing.order if scope == "order" else standing.task)[name] = value
    standing.priority = priority
    return find(standing, row)


def _concerns(row: Limit, priority: Priority) -> bool:
    """Whether the row's conditions let it run for a priority."""
    named = [one for one in conditions(row.when) if one.name == "priority"]
    return all((priority.value in one.values) is not one.negated for one in named)


def _answers(row: Limit) -> Iterator[tuple[str, str, Three]]:
    """Profile, value of the field that picks the case, and the minutes that they have."""
    plain = row.minutes or same("window")
    for profile in ("cn", "intl"):
        own = (row.intl or plain) if profile == "intl" else plain
        cases = (row.intl_cases or row.cases) if profile == "intl" else row.cases
        if row.minutes is not None or not cases:
            yield profile, "", own
        for value, three in (cases or {}).items():
            yield profile, value, three


def _expect(found: Deadline | None, row: Limit, count: Minutes, priority: Priority) -> None:
    if count is None:
        assert found is None, f"{row.id} has no limit for {priority}"
        return
    assert found is not None, f"{row.id} does not run for {priority}"
    assert (found.step, found.rule, found.starts_at) == (row.to, row.rule, NOW)
    if row.percent is not None:
        assert found.opens_at == NOW + minutes(120 * row.percent[0] / 100)
        assert found.at == NOW + minutes(120 * row.percent[1] / 100)
    elif row.window is not None:
        assert found.opens_at == NOW + minutes(row.window[0])
        assert found.at == NOW + minutes(row.window[1])
    else:
        assert found.opens_at is None
        expected = NOW + LATER if count == "due" else NOW + minutes(int(count))
        assert found.at == expected, f"{row.id}, {priority}: {found.at:%d %H:%M}"


def runs_from_the_latest_start(loop: str, row: Limit) -> None:
    """It runs from the latest of its starts, and not while one of them is missing."""
    names = row.start.split()
    for late in names:
        standing = started(loop, row, _one_priority(row))
        if len(names) == 1:
            break
        for name in names:
            _start(standing, name, NOW if name == late else NOW + EARLIER)
        found = find(standing, row)
        assert found is not None
        assert found.starts_at == NOW
    for name in names:
        standing = started(loop, row, _one_priority(row))
        if _unstart(standing, name):
            assert find(standing, row) is None, f"{row.id} runs without {name}"
    for ref in refs(" ".join(name for name in names if ":" in name and name != "tasks:ended")):
        standing = started(loop, row, _one_priority(row))
        standing.done[ref.step] = "another"
        assert find(standing, row) is None, f"{row.id} runs whatever the result of {ref.step}"


def ends_with_its_step(loop: str, row: Limit) -> None:
    """It runs no longer once the step that it ends at is recorded."""
    priority = _one_priority(row)
    standing = started(loop, row, priority)
    assert find(standing, row) is not None
    if row.to == "release":
        standing.order_hold = standing.task_hold = None
    for ref in refs(row.until or (row.to if row.to != "release" else "")):
        standing.done[ref.step] = ref.results[0] if ref.results else "done"
        standing.times[ref.step] = NOW + minutes(1)
    assert find(standing, row) is None, f"{row.id} runs on"


def _one_priority(row: Limit) -> Priority:
    """One for which the row has a limit."""
    numbers = zip(PRIORITIES, row.minutes or same(0), strict=True)
    return next(one for one, number in numbers if number is not None and _concerns(row, one))


def runs_only_where_it_should(loop: str, row: Limit) -> None:
    """It does not run where one of its conditions does not hold, and it has no others."""
    priority = _one_priority(row)
    for condition in conditions(row.when):
        standing = started(loop, row, priority)
        assert find(standing, row) is not None, row.id
        assert find(standing.where_not(condition), row) is None, (
            f"{row.id} runs without {condition}"
        )
        for value in condition.values:
            other = started(loop, row, priority)
            _say(other, str(condition), value)
            runs = find(other, row) is not None
            assert runs is not condition.negated, f"{row.id}: {condition} with {value}"
    if row.kind != "none" or row.percent:
        standing = started(loop, row, priority)
        standing.window_class = "another"
        assert find(standing, row) is None
    said = {str(one) for one in loops().get(loop).limit[row.id].when}
    assert said == {str(one) for one in conditions(row.when)}


def _say(standing: Standing, condition: str, value: str) -> None:
    """Let the one value of a condition's several hold."""
    name = condition.removeprefix("!").split("=", maxsplit=1)[0].split(":")[0]
    if "." not in name:
        standing.done[name] = value
    elif name == "order.priority":
        standing.priority = Priority(value)
    else:
        scope, plain = name.split(".")
        (standing.order if scope == "order" else standing.task)[plain] = value


def started(
    loop: str, row: Limit, priority: Priority = Priority.ROUTINE, *, profile: str = "cn"
) -> Standing:
    """A case in which the clock of a limit began at `NOW`."""
    definition = loops(profile).get(loop)
    standing = Standing(loop, priority, profile, recorded_at=NOW + EARLIER)
    step = definition.steps.get(row.to)
    if step is not None:
        standing.where(step.when)
    standing.where(one for one in conditions(row.when) if one.name != "priority")
    if row.to in standing.done:  # a condition that the step itself meets
        standing.done.pop(row.to)
    standing.window_class = row.kind
    if row.percent:
        standing.interval = 120
    if row.minutes is not None and "due" in row.minutes:
        standing.due_at = NOW + LATER
    names = row.start.split()
    if definition.activating is not None and "opened" not in names:
        standing.done.setdefault(definition.activating.no, None)
    for name in names:
        _start(standing, name, NOW)
    if step is not None and step.level is Level.TASK and definition.activating is not None:
        standing.done.setdefault(definition.activating.no, None)
    return standing


def _start(standing: Standing, name: str, when: object) -> None:
    instant = when if isinstance(when, type(NOW)) else NOW
    if name == "due":
        standing.due_at = instant
    elif name in ("need", "opened"):
        standing.made_at = instant
        activating = standing.definition.activating
        standing.verbal = activating is not None and activating.no not in standing.done
    elif name == "stop":
        standing.stopped_at = instant
    elif name == "held":
        hold = Hold(instant, None, "in theatre")
        standing.order_hold = standing.task_hold = hold
    elif name == "exit":
        standing.exit = PendingExit("MX07", "refused", ("M18",), instant)
    elif name == "tasks:ended":
        standing.ended = instant
    elif "." in name:
        no, said = name.split(".")
        standing.done[no] = _first_result(standing, no)
        standing.evidence[no] = {said: instant.isoformat()}
    else:
        (ref,) = refs(name)
        standing.done[ref.step] = (
            ref.results[0] if ref.results else _first_result(standing, ref.step)
        )
        standing.times[ref.step] = instant


def _first_result(standing: Standing, no: str) -> str | None:
    if no in standing.done:
        return standing.done[no]
    results = standing.definition.steps[no].results
    return results[0] if results else None


def _unstart(standing: Standing, name: str) -> bool:
    """Take a start away; False where a case always has it."""
    if name == "due":
        standing.due_at = None
    elif name == "stop":
        standing.stopped_at = None
    elif name == "held":
        standing.order_hold = standing.task_hold = None
    elif name == "exit":
        standing.exit = None
    elif name == "tasks:ended":
        standing.ended = None
    elif "." in name:
        standing.evidence.clear()
    elif name in ("need", "opened"):
        return False
    else:
        standing.done.pop(refs(name)[0].step)
    return True


def find(standing: Standing, row: Limit) -> Deadline | None:
    """The row's limit, on the stream that it concerns, if it runs."""
    story = standing.story()
    step = standing.definition.steps.get(row.to)
    stream = OWN if step is not None and step.level is Level.TASK else story.order.id
    return next(
        (
            one
            for one in deadlines(story.loops, story.case)
            if one.limit == row.id and one.stream == stream
        ),
        None,
    )


QUESTIONS: Final = (
    runs_out_in_time,
    runs_from_the_latest_start,
    ends_with_its_step,
    runs_only_where_it_should,
)


def is_whole(loop: str, table: tuple[Limit, ...], held: tuple[str, ...]) -> None:
    """The table has every limit of the loop file, and the file every limit of the table."""
    ids = [row.id for row in table]
    assert ids == [limit.id for limit in loops().get(loop).limits]
    assert set(ids) <= set(held)
