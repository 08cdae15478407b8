"""What stands beside a loop picture: how the order stands, and the node under the frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from client.presenters.evidence import closed_of_all, signature_words
from client.presenters.loop_lanes import chosen_task
from client.presenters.loop_nodes import node_id as node_id_of
from client.presenters.loop_picture import spoken
from client.presenters.step_actions import step_actions
from client.presenters.subject import Subject
from client.presenters.tone import Tone

if TYPE_CHECKING:
    from datetime import datetime

    from client.presenters.formats import Formats
    from client.presenters.loop_page import LoopData
    from client.presenters.loop_picture import LoopPicture, Node
    from client.presenters.step_actions import StepAction
    from domain.ids import TaskId


@dataclass(frozen=True, slots=True)
class OrderState:
    """How an order stands, in one line."""

    tone: Tone
    words: str
    counts: str


@dataclass(frozen=True, slots=True)
class NodeDetails:
    """The node under the frame: its name, what is to be said of it, what may be done.

    Attributes:
        action: what Enter does; None where nothing can be recorded on it now.
        subject: what the step dialog is opened on.
    """

    node: Node
    title: str
    text: str
    action: StepAction | None
    subject: Subject | None


_WORST = (
    Tone.INCOMPLETE,
    Tone.OVERDUE_3,
    Tone.OVERDUE_2,
    Tone.OVERDUE_1,
    Tone.FAILED,
    Tone.DUE_SOON,
    Tone.ON_HOLD,
    Tone.RUNNING,
    Tone.DUE,
    Tone.EXIT,
)


def order_state(data: LoopData, picture: LoopPicture, *, formats: Formats) -> OrderState:
    """The worst state that the picture shows, and how many tasks have ended."""
    tones = {node.tone for node in picture.nodes()} | {bead.tone for bead in picture.beads()}
    tone = next((one for one in _WORST if one in tones), Tone.DONE)
    ended, whole = closed_of_all(data)
    counts = formats.texts("loop_page.more", n=ended, all=whole) if whole else ""
    return OrderState(tone, tone.word(formats.texts), counts)


def task_of_node(data: LoopData, node: str) -> TaskId | None:
    """The task that a node is recorded on; None for a node of the order."""
    stream = node.partition("/")[0]
    return next((task.id for task in data.case.tasks.values() if task.id == stream), None)


def node_details(
    data: LoopData, picture: LoopPicture, node_id: str, *, now: datetime, formats: Formats
) -> NodeDetails | None:
    """What is said beside the picture of the node under the frame."""
    node = next((one for one in picture.nodes() if one.id == node_id), None)
    if node is None:
        return None
    task = task_of_node(data, node_id)
    actions = step_actions(
        data.bedside.loops, data.case, task, actor=data.bedside.actor, now=now, formats=formats
    )
    action = next((one for one in actions if one.step == node.code), None)
    texts = formats.texts
    text = spoken(node, texts).partition(", ")[2]
    if node.tone is Tone.INCOMPLETE:
        text = texts("loop_page.missing_why")
    signed = [
        words
        for row in data.journal
        if row.signatures and node_id_of(row.stream, str(row.payload.get("step") or "")) == node.id
        for words, _ in signature_words(row, data, now=now, formats=formats)
    ]
    text = "\n".join((text, *signed))
    subject = None
    if action is not None:
        order = data.case.order
        subject = Subject(
            order.id, order.encounter_id, order.patient_id, task, node.code, came_from="loop"
        )
    return NodeDetails(node, f"{node.code} {node.name}", text, action, subject)


def streams_shown(data: LoopData, picture: LoopPicture, task: TaskId | None) -> tuple[str, ...]:
    """The order and the tasks that are drawn out: whose records are listed."""
    chosen = chosen_task(data.case, task)
    drawn = {node.id.partition("/")[0] for node in picture.nodes()}
    streams = {data.case.order.id, *drawn} | ({chosen.id} if chosen else set())
    return tuple(sorted(str(one) for one in streams))
