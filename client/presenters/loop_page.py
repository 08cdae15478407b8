"""The loop picture of a real order: its lanes, its doses, its sub-loop, and what was recorded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from client.presenters.judging import Bedside, read_bedside
from client.presenters.loop_lanes import (
    child_of,
    chosen_task,
    order_steps,
    own_tasks,
    shown_steps,
    task_steps,
)
from client.presenters.loop_nodes import (
    LaneFrame,
    link_to,
    links_of,
    node_id,
    node_of,
    node_tone,
    outlook_at,
    ready_of,
)
from client.presenters.loop_picture import (
    Bead,
    BeadDay,
    Lane,
    LegendItem,
    Link,
    LinkStyle,
    LoopPicture,
    Node,
)
from client.presenters.titles import Names, read_names, said, words_of
from client.presenters.tone import Tone
from client.presenters.worklist import Late, tone_at
from domain.loops.applies import Place
from domain.loops.outlook import task_outlook
from domain.tasks import TaskState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from client.app import App
    from client.presenters.formats import Formats
    from domain.ids import PractitionerId, TaskId
    from domain.loops.case import Case
    from domain.loops.definition import Step
    from domain.tasks import Task
    from domain.worklists import JournalRow

_SEVERAL: Final = 2
_LEGEND: Final = (
    Tone.DONE,
    Tone.DONE_LATE,
    Tone.DUE,
    Tone.DUE_SOON,
    Tone.OVERDUE_1,
    Tone.RUNNING,
    Tone.PLANNED,
    Tone.PENDING,
    Tone.ON_HOLD,
    Tone.SKIPPED,
    Tone.FAILED,
    Tone.EXIT,
    Tone.INCOMPLETE,
    Tone.LOCKED,
    Tone.VOIDED,
)


@dataclass(frozen=True, slots=True)
class LoopData:
    """All that was read about one order."""

    bedside: Bedside
    journal: tuple[JournalRow, ...]
    names: Names
    read_at: datetime

    @property
    def case(self) -> Case:
        """The order with all its tasks."""
        return self.bedside.case


def read_loop(app: App, order: object, *, user: PractitionerId) -> LoopData | None:
    """The order with all that was recorded; None where it is not known."""
    bedside = read_bedside(app, order, user=user)
    if bedside is None:
        return None
    journal = app.reads.journal(order=bedside.case.order.id)
    now = app.now()
    return LoopData(bedside, journal, read_names(app.reads, at=now), now)


@dataclass(frozen=True)
class _Drawing:
    """A picture in the making."""

    data: LoopData
    now: datetime
    formats: Formats
    overridden: frozenset[tuple[str, str]]
    short: bool

    def frame(self, task: Task | None) -> LaneFrame:
        """The frame of the order's own steps, or of a task's."""
        loops, case = self.data.bedside.loops, self.data.case
        place = Place(loops.get(case.order.loop if task is None else task.loop), case, task)
        outlook = outlook_at(loops, place)
        return LaneFrame(
            place=place,
            loops=loops,
            names=self.data.names,
            now=self.now,
            formats=self.formats,
            overridden=self.overridden,
            short=self.short,
            outlook=outlook,
            ready=ready_of(outlook, self.now),
        )


def picture_of(
    data: LoopData,
    *,
    task: TaskId | None,
    step: str,
    now: datetime,
    formats: Formats,
    short: bool = False,
) -> LoopPicture:
    """The picture of an order with one of its tasks drawn out.

    Args:
        task: which; None for the first open one.
        step: the step on which it opens; empty for where things stand.
        short: name steps by their short names, for a narrow window.
    """
    drawing = _Drawing(data, now, formats, _overridden(data.journal), short)
    order = drawing.frame(None)
    chosen = chosen_task(data.case, task)
    before, after = order_steps(order.place)
    lanes: list[tuple[str, LaneFrame, tuple[Step, ...]]] = []
    if chosen is not None:
        frame = drawing.frame(chosen)
        batch, rest = task_steps(frame)
        lanes += [("batch", frame, batch)] if batch else []
        lanes += [("task", frame, rest)] if rest else []
    child = child_of(data.case, chosen)
    if child is not None:
        frame = drawing.frame(child)
        lanes.append(("child", frame, shown_steps(frame.place.loop.task_steps, frame)))
    columns = max(len(before) + len(after), *(len(steps) for _, _, steps in lanes), 1)
    start = _start(len(before), columns, lanes)
    drawn, links = _order_lane(order, before, after, columns)
    drawn_lanes = [drawn]
    for name, frame, steps in lanes:
        first = max(columns - len(steps), 0) if name == "child" else start
        drawn_lanes.append(_lane(name, frame, steps, first, drawing))
        links += links_of(steps, frame)
    links += _across(order, before, lanes, data.case)
    picture = _with_beads(LoopPicture(tuple(drawn_lanes), tuple(links)), chosen, drawing)
    picture = replace(picture, legend=legend(picture, formats))
    return replace(picture, selected=_selected(picture, chosen or child, step))


def legend(picture: LoopPicture, formats: Formats) -> tuple[LegendItem, ...]:
    """The shapes that a picture shows."""
    texts = formats.texts
    nodes = tuple(picture.nodes())
    shown = {node.tone for node in nodes} | {bead.tone for bead in picture.beads()}
    shapes = tuple(LegendItem(tone.word(texts).lower(), tone) for tone in _LEGEND if tone in shown)
    if any(node.conditional for node in nodes):
        shapes = (*shapes, LegendItem(texts("tone.conditional")))
    return shapes


def _start(
    before: int, columns: int, lanes: Sequence[tuple[str, LaneFrame, tuple[Step, ...]]]
) -> int:
    """The column at which the lanes of the task begin: under the last steps of the order."""
    longest = max((len(steps) for name, _, steps in lanes if name != "child"), default=0)
    return max(min(before - 1, columns - longest), 0)


def _order_lane(
    frame: LaneFrame, before: tuple[Step, ...], after: tuple[Step, ...], columns: int
) -> tuple[Lane, list[Link]]:
    nodes = [node_of(step, frame, place) for place, step in enumerate(before)]
    first = columns - len(after)
    nodes += [node_of(step, frame, first + place) for place, step in enumerate(after)]
    lane = Lane("order", frame.formats.texts("loop_page.order_lane"), nodes=tuple(nodes))
    return lane, list(links_of((*before, *after), frame))


def _lane(
    name: str, frame: LaneFrame, steps: tuple[Step, ...], first: int, drawing: _Drawing
) -> Lane:
    texts, formats = drawing.formats.texts, drawing.formats
    nodes = tuple(node_of(step, frame, first + place) for place, step in enumerate(steps))
    task, loop = frame.place.task, frame.place.loop
    if name == "child":
        alarm = task is not None and not task.state.terminal
        title = said(loop.text, formats)
        return Lane(frame.stream, title, (texts("loop_page.child"),), nodes, alarm=alarm)
    due = None if task is None else task.due_at
    subtitle = () if due is None else (formats.moment(due, now=drawing.now),)
    if name == "batch":
        return Lane("batch", texts("loop_page.batch_lane"), (), nodes)
    title = words_of(loop, "loop_page.task", frame.loops, texts)
    return Lane("task", title, subtitle, nodes)


def _across(
    order: LaneFrame,
    before: tuple[Step, ...],
    lanes: Sequence[tuple[str, LaneFrame, tuple[Step, ...]]],
    case: Case,
) -> list[Link]:
    """The links from lane to lane."""
    live = [step for step in before if node_tone(step, order) is not Tone.SKIPPED]
    source = node_id(order.stream, live[-1].no) if live else ""
    links: list[Link] = []
    for name, frame, steps in lanes:
        if name == "child":
            links += _branch(frame, steps, case)
        elif source and steps and not _beads_between(name, case):
            links.append(replace(link_to(source, steps[0], frame), label=""))
        if name != "child":
            source = node_id(frame.stream, steps[-1].no)
    return links


def _beads_between(name: str, case: Case) -> bool:
    """Whether the beads of many tasks lie between: no link crosses them."""
    many = [task for task in own_tasks(case) if task.due_at is not None]
    return name == "task" and len(many) >= _SEVERAL


def _branch(frame: LaneFrame, steps: tuple[Step, ...], case: Case) -> list[Link]:
    task = frame.place.task
    parent = (
        None
        if task is None
        else next((t for t in case.tasks.values() if t.id == task.parent), None)
    )
    if task is None or parent is None or not steps:
        return []
    loop = frame.loops.get(parent.loop)
    rows = (row for row in loop.children if row.code == task.opened_code)
    causes = [one.step for row in rows for one in row.on if one.step in parent.steps]
    if not causes:
        return []
    source = node_id(parent.id, causes[0])
    return [Link(source, node_id(frame.stream, steps[0].no), LinkStyle.BRANCH)]


def _with_beads(picture: LoopPicture, chosen: Task | None, drawing: _Drawing) -> LoopPicture:
    tasks = own_tasks(drawing.data.case)
    if len(tasks) < _SEVERAL or chosen is None:
        return picture
    texts = drawing.formats.texts
    days: dict[str, list[Bead]] = {}
    today = drawing.now.astimezone(drawing.formats.zone).date()
    dates: dict[str, bool] = {}
    for place, task in enumerate(tasks):
        day = (task.due_at or task.made_at).astimezone(drawing.formats.zone).date()
        name = drawing.formats.short_date(day, today=today)
        title = texts("loop_page.today", day=name) if day == today else name
        dates[title] = day == today
        text = str(place + 1) if task.due_at is None else drawing.formats.clock(task.due_at)
        days.setdefault(title, []).append(Bead(task.id, bead_tone(task, drawing), text))
    loop = drawing.data.bedside.loops.get(drawing.data.case.order.loop)
    title = words_of(loop, "loop_page.beads", drawing.data.bedside.loops, texts)
    shown = tuple(BeadDay(day, tuple(beads), dates[day]) for day, beads in days.items())
    lane = Lane("beads", title, (texts("loop_page.count", n=len(tasks)),), days=shown)
    lanes = list(picture.lanes)
    at = next((n for n, one in enumerate(lanes) if one.id == "task"), len(lanes))
    return replace(picture, lanes=(*lanes[:at], lane, *lanes[at:]), chosen_bead=chosen.id)


def bead_tone(task: Task, drawing: _Drawing) -> Tone:
    """The state of a task among others."""
    if task.state is TaskState.CLOSED_BY_EXIT:
        return Tone.EXIT
    if task.state in (TaskState.VOIDED, TaskState.ENTERED_IN_ERROR):
        return Tone.VOIDED
    if task.incomplete:
        return Tone.INCOMPLETE
    if task.state.terminal:
        late = any(record.late_by_minutes for record in task.steps.values())
        return Tone.DONE_LATE if late else Tone.DONE
    if task.state is TaskState.ON_HOLD:
        return Tone.ON_HOLD
    outlook = task_outlook(drawing.data.bedside.loops, drawing.data.case, task)
    due = None if task.started else task.due_at
    late_at = Late(outlook.next_due_at, None)
    return tone_at(late_at, due, now=drawing.now, running=task.started)[0]


def _selected(picture: LoopPicture, task: Task | None, step: str) -> str:
    """Where the frame stands first: the step that was asked for, else where things stand."""
    nodes = tuple(picture.nodes())
    asked = "" if task is None else node_id(task.id, step)
    for node in nodes:
        if step and (node.id == asked or node.id.endswith(f"/{step}")):
            return node.id
    worst = (Tone.INCOMPLETE, Tone.OVERDUE_1, Tone.DUE_SOON, Tone.DUE, Tone.RUNNING, Tone.PLANNED)
    for tone in worst:
        found = next((node.id for node in nodes if node.tone is tone), "")
        if found:
            return found
    return nodes[0].id if nodes else ""


def _overridden(journal: Iterable[JournalRow]) -> frozenset[tuple[str, str]]:
    return frozenset(
        (row.stream, str(row.payload.get("step")))
        for row in journal
        if row.payload.get("overrides")
    )


def strip_of(picture: LoopPicture) -> tuple[tuple[Node, LinkStyle], ...]:
    """The nodes of a picture in one line, without those that do not apply, each with its link."""
    ends = {link.target: link.style for link in picture.links}
    order = [node for lane in picture.lanes if lane.id == "order" for node in lane.nodes]
    ahead = [node for node in order if node.tone in {Tone.PENDING, Tone.LOCKED}]
    rest = [node for lane in picture.lanes if lane.id in {"batch", "task"} for node in lane.nodes]
    line = [*(node for node in order if node not in ahead), *rest, *ahead]
    shown = (node for node in line if node.tone is not Tone.SKIPPED)
    return tuple((node, ends.get(node.id, LinkStyle.PENDING)) for node in shown)
