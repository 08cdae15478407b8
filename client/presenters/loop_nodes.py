"""The nodes and links of a loop picture, from the records of an order and its tasks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from client.presenters.loop_picture import LabelLine, Link, LinkStyle, Node
from client.presenters.titles import Names, exit_word, result_word, step_name
from client.presenters.tone import Tone
from client.presenters.worklist import Late, late_at, tone_at
from domain.loops.applies import applies, unmet
from domain.loops.deadlines import allowed, clock_start, limit_applies
from domain.loops.definition import Level, OriginKind
from domain.loops.grammar import TriggerKind
from domain.loops.outlook import order_outlook, task_outlook
from domain.records import Source
from domain.tasks import TaskState
from domain.worklists import Outlook, ReadyStep

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from client.presenters.formats import Formats
    from domain.loops.applies import Place
    from domain.loops.definition import Step
    from domain.loops.grammar import Trigger
    from domain.loops.loops import Loops
    from domain.records import Record

_TOLD: Final = frozenset({Tone.DONE, Tone.DONE_LATE, Tone.FAILED, Tone.EXIT})
_IN_HOURS: Final = timedelta(hours=10)
_STRONG: Final = frozenset(
    {
        Tone.DUE,
        Tone.DUE_SOON,
        Tone.OVERDUE_1,
        Tone.INCOMPLETE,
        Tone.FAILED,
        Tone.RUNNING,
        Tone.ON_HOLD,
    }
)


@dataclass(frozen=True)
class LaneFrame:
    """Where the nodes of one lane are asked about, and what they are written with.

    Attributes:
        overridden: the (stream, step) of records that passed over a finding.
        short: whether steps are named by their short names.
    """

    place: Place
    loops: Loops
    names: Names
    now: datetime
    formats: Formats
    overridden: frozenset[tuple[str, str]] = frozenset()
    short: bool = False
    outlook: Outlook = field(default_factory=Outlook)
    ready: Mapping[str, ReadyStep] = field(default_factory=dict)

    @property
    def stream(self) -> str:
        """The order or task that the nodes are recorded on."""
        return self.place.order.id if self.place.task is None else self.place.task.id


def outlook_at(loops: Loops, place: Place) -> Outlook:
    """What comes next on the order or task of a place."""
    task = place.task
    if task is None:
        return order_outlook(loops, place.case)
    return task_outlook(loops, place.case, task)


def ready_of(outlook: Outlook, now: datetime) -> dict[str, ReadyStep]:
    """The open steps of an outlook by number."""
    return {one.step: one for one in outlook.ready if one.again_at is None or one.again_at <= now}


def node_id(stream: str, no: str) -> str:
    """What selects a node."""
    return f"{stream}/{no}"


def node_of(step: Step, frame: LaneFrame, column: int) -> Node:
    """A step as a node, with its state at the instant of the frame."""
    place = frame.place
    record = place.raw(step.no)
    tone = node_tone(step, frame)
    return Node(
        id=node_id(frame.stream, step.no),
        code=step.no,
        name=step_name(step, frame.formats, short=frame.short),
        column=column,
        tone=tone,
        lines=tuple(_lines(step, tone, frame))[:3],
        badges=_badges(step, record, frame),
        conditional=bool(step.when) and tone is Tone.SKIPPED,
        repeated=record.count if record is not None and step.repeats else 0,
        strong=tone in _STRONG,
    )


def node_tone(step: Step, frame: LaneFrame) -> Tone:
    """The state of a step."""
    place = frame.place
    task, order = place.task, place.order
    if step.no in (order.gaps if step.level is Level.ORDER else task.gaps if task else ()):
        return Tone.INCOMPLETE
    record = place.record(step.no)
    if record is not None and not _outdated(step, record, place) and step.no not in frame.ready:
        return _done_tone(step, record, place)
    if record is not None and step.repeats:
        return _round_tone(step, record, frame)
    if (exited := _exit_tone(step, frame)) is not None:
        return exited
    if step.no in frame.ready:
        return _ready_tone(step, frame)
    return _waiting_tone(step, place)


def _round_tone(step: Step, record: Record, frame: LaneFrame) -> Tone:
    """The state of a step that is done again and again until another one is."""
    ready = frame.ready.get(step.no)
    if ready is None:
        return _done_tone(step, record, frame.place)
    late = ready.deadline is not None and ready.deadline < frame.now
    return Tone.OVERDUE_1 if late else Tone.RUNNING


def _outdated(step: Step, record: Record, place: Place) -> bool:
    return step.per_version and record.version < place.order.report_version


def _done_tone(step: Step, record: Record, place: Place) -> Tone:
    loop = place.loop
    if any(_set_off(row.on, step.no, record) for row in loop.exits):
        return Tone.EXIT
    sent = any(_set_off(row.on, step.no, record) for row in loop.returns)
    if sent or any(_set_off(row.on, step.no, record) for row in loop.children):
        return Tone.FAILED
    return Tone.DONE_LATE if record.late_by_minutes else Tone.DONE


def _set_off(triggers: Iterable[Trigger], no: str, record: Record) -> bool:
    """Whether a record is what a return, child or exit follows."""
    for one in triggers:
        if one.step != no:
            continue
        if one.kind is TriggerKind.RESULT and (not one.words or record.result in one.words):
            return True
        if one.kind is TriggerKind.FIELD and any(
            record.evidence.get(name) is True for name in one.words
        ):
            return True
    return False


def _exit_tone(step: Step, frame: LaneFrame) -> Tone | None:
    """The state of a step that an exit or an end has overtaken; None where none has."""
    task = frame.place.task
    if task is None:
        return None
    if task.state in (TaskState.VOIDED, TaskState.ENTERED_IN_ERROR):
        return Tone.VOIDED
    if task.exit is not None and step.no not in task.exit.still:
        return Tone.EXIT if step.no == exited_at(frame.place) else Tone.SKIPPED
    return Tone.SKIPPED if task.state.terminal else None


def exited_at(place: Place) -> str:
    """The step in whose place an exit was taken; empty where none was or a result took it."""
    task = place.task
    if task is None or task.exit is None:
        return ""
    rows = (row for row in place.loop.exits if row.code == task.exit.code)
    steps = [no for row in rows for no in row.at]
    return next((no for no in place.loop.steps if no in steps and place.record(no) is None), "")


def _ready_tone(step: Step, frame: LaneFrame) -> Tone:
    task = frame.place.task
    ready = frame.ready[step.no]
    due_at = None if task is None or task.started else task.due_at
    if not step.required and ready.deadline is None:
        return Tone.PENDING
    return tone_at(_late(ready, frame), due_at, now=frame.now)[0]


def _late(ready: ReadyStep, frame: LaneFrame) -> Late:
    task = frame.place.task
    return late_at(ready, frame.outlook, None if task is None else task.due_at)


def _waiting_tone(step: Step, place: Place) -> Tone:
    task, order = place.task, place.order
    held = order.hold if task is None else task.hold
    if not applies(step, place):
        return Tone.SKIPPED
    if order.state.terminal and step.level is Level.ORDER:
        return Tone.SKIPPED
    if held is not None and not unmet(step, place):
        return Tone.ON_HOLD
    if step.closes and step.level is Level.ORDER and order.tally.open:
        return Tone.LOCKED
    return Tone.PENDING


# ---------------------------------------------------------------- labels
def _lines(step: Step, tone: Tone, frame: LaneFrame) -> Iterable[LabelLine]:
    formats, texts = frame.formats, frame.formats.texts
    record = frame.place.raw(step.no)
    if tone is Tone.INCOMPLETE:
        yield LabelLine(texts("loop_page.missing"), tone, bold=True)
    elif record is not None and (tone in _TOLD or step.repeats):
        yield from _done_lines(record, tone, frame)
    elif tone is Tone.EXIT and frame.place.task is not None and frame.place.task.exit is not None:
        taken = frame.place.task.exit
        yield LabelLine(formats.moment(taken.at, now=frame.now))
        yield LabelLine(exit_word(taken.outcome, texts), bold=True)
    elif tone is Tone.SKIPPED:
        key = "not_needed" if not applies(step, frame.place) else "not_done_exit"
        yield LabelLine(texts(f"loop_page.{key}"))
    elif tone is Tone.LOCKED:
        yield LabelLine(texts("loop_page.open_tasks", n=frame.place.order.tally.open))
    elif step.no in frame.ready:
        yield from _open_lines(step, tone, frame)
    if record is not None and record.undone and record.result:
        word = result_word(record.result, texts)
        yield LabelLine(texts("loop_page.sent_back", result=word), Tone.FAILED, bold=True)


def _done_lines(record: Record, tone: Tone, frame: LaneFrame) -> Iterable[LabelLine]:
    formats, texts = frame.formats, frame.formats.texts
    time, who = formats.moment(record.at, now=frame.now), frame.names.person(record.actor, formats)
    if frame.short:
        yield LabelLine(f"{time} {frame.names.family(record.actor, formats)}")
    else:
        yield LabelLine(time)
        yield LabelLine(who)
    if tone in {Tone.FAILED, Tone.EXIT} and record.result:
        yield LabelLine(result_word(record.result, texts), tone, bold=True)
        return
    if tone in {Tone.RUNNING, Tone.OVERDUE_1}:
        ready = frame.ready.get(record.step)
        if ready is not None and ready.deadline is not None:
            time = formats.moment(ready.deadline, now=frame.now)
            late = ready.deadline < frame.now
            mark = Tone.OVERDUE_1 if late else Tone.RUNNING
            yield LabelLine(texts("loop_page.again", time=time), mark, bold=True)
    elif record.late_by_minutes:
        span = formats.duration(timedelta(minutes=record.late_by_minutes))
        yield LabelLine(texts("loop_page.late", span=span), Tone.DUE_SOON, bold=True)
    elif record.witness:
        yield LabelLine(
            texts("loop_page.witness", name=frame.names.person(record.witness, formats))
        )


def _open_lines(step: Step, tone: Tone, frame: LaneFrame) -> Iterable[LabelLine]:
    formats, texts, now = frame.formats, frame.formats.texts, frame.now
    ready, task = frame.ready[step.no], frame.place.task
    if tone is Tone.PLANNED and task is not None and task.due_at is not None:
        yield LabelLine(texts("loop_page.due", time=formats.moment(task.due_at, now=now)))
    deadline = _late(ready, frame).deadline
    if deadline is None or tone is Tone.PENDING:
        return
    yield LabelLine(texts("loop_page.limit", time=formats.moment(deadline, now=now)))
    if tone.tier or tone is Tone.DUE_SOON:
        span = abs(deadline - now)
        yield LabelLine(formats.state(tone, span=span), tone, bold=True)


def _badges(step: Step, record: Record | None, frame: LaneFrame) -> tuple[str, ...]:
    if record is None:
        return ()
    marks = {
        "r": record.source in (Source.RETRO, Source.DOWNTIME),
        "m": bool(record.evidence.get("noscan_reason")),
        "o": (frame.stream, step.no) in frame.overridden,
    }
    return tuple(letter for letter, there in marks.items() if there)


# ---------------------------------------------------------------- links
def links_of(steps: Sequence[Step], frame: LaneFrame) -> tuple[Link, ...]:
    """The links along one lane."""
    pairs = pairwise(steps)
    return tuple(link_to(node_id(frame.stream, before.no), step, frame) for before, step in pairs)


def link_to(source: str, step: Step, frame: LaneFrame) -> Link:
    """The link that ends at a step."""
    target = node_id(frame.stream, step.no)
    return Link(source, target, _style(step, frame), _used(step, frame))


def _style(step: Step, frame: LaneFrame) -> LinkStyle:
    tone = node_tone(step, frame)
    if tone in {Tone.DONE, Tone.DONE_LATE, Tone.FAILED, Tone.RUNNING}:
        return LinkStyle.DONE
    if tone is Tone.EXIT:
        return LinkStyle.DONE
    if tone is Tone.INCOMPLETE:
        return LinkStyle.GAP
    if tone is Tone.SKIPPED:
        return LinkStyle.SKIPPED
    ready = frame.ready.get(step.no)
    running = ready is not None and ready.deadline is not None and tone is not Tone.PLANNED
    return LinkStyle.RUNNING if running else LinkStyle.PENDING


def _used(step: Step, frame: LaneFrame) -> str:
    """What an interval took of what it may take; empty where no interval ends here."""
    place = frame.place
    record = place.record(step.no)
    ready = frame.ready.get(step.no)
    if record is None and (ready is None or ready.deadline is None):
        return ""
    if step.repeats:
        return ""
    at = frame.now if record is None else record.first_at or record.at
    spans = [
        (ends - start, at - start)
        for start, ends in _intervals(step, place)
        if start <= at and ends > start
    ]
    if not spans:
        return ""
    longest, used = min(spans)
    if longest < _IN_HOURS:
        return frame.formats.used_of_limit(used, longest)
    hours = (int(one.total_seconds() // 3600) for one in (used, longest))
    return frame.formats.texts("time.hours", n="/".join(map(str, hours)))


def _intervals(step: Step, place: Place) -> Iterable[tuple[datetime, datetime]]:
    """From when to when the limits that end at a step run; not those that run to a due time."""
    due_at = None if place.task is None else place.task.due_at
    for limit in place.loop.limits:
        kinds = {origin.kind for origin in limit.origins}
        if limit.to != step.no or limit.window is not None or OriginKind.DUE in kinds:
            continue
        start = clock_start(limit, place) if limit_applies(limit, place) else None
        span = None if start is None else allowed(limit, place, start)
        if start is not None and span is not None and span[1] != due_at:
            yield start, span[1]
