"""The pane beside the worklist: who, what, how late, where the loop stands, what may be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from client.presenters.banner import Fact, banner_of
from client.presenters.evidence import evidence_rows
from client.presenters.formats import NO_BREAK
from client.presenters.loop_details import streams_shown
from client.presenters.loop_page import picture_of, strip_of
from client.presenters.step_actions import exit_actions, step_actions
from client.presenters.titles import order_line, tag_of
from client.presenters.worklist import subject_of_line

if TYPE_CHECKING:
    from datetime import datetime

    from client.presenters.banner import BannerView
    from client.presenters.cells import Run
    from client.presenters.evidence import EvidenceRow
    from client.presenters.formats import Formats
    from client.presenters.judging import Bedside
    from client.presenters.loop_page import LoopData
    from client.presenters.loop_picture import LinkStyle, Node
    from client.presenters.step_actions import ExitAction, StepAction
    from client.presenters.subject import Subject
    from client.presenters.titles import Names
    from client.presenters.tone import Tone
    from client.presenters.worklist import WorkLine


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """An interval on a bar: its start, its limit, and now, as words and as parts of the bar.

    Attributes:
        limit_part: where on the bar the limit stands, 0 to 1.
        now_part: where now stands.
    """

    start: str
    limit: str
    now: str
    limit_part: float
    now_part: float

    @property
    def late(self) -> bool:
        """Whether now lies past the limit."""
        return self.now_part > self.limit_part


@dataclass(frozen=True, slots=True)
class TaskPane:
    """What the pane shows of one row."""

    who: BannerView
    tag: str
    line: tuple[Run, ...]
    tone: Tone
    words: str
    note: str
    span: TimeSpan | None
    strip: tuple[tuple[Node, LinkStyle], ...]
    recorded: tuple[EvidenceRow, ...]
    steps: tuple[StepAction, ...]
    exits: tuple[ExitAction, ...]
    subject: Subject

    @property
    def main(self) -> StepAction | None:
        """The step that the first button records: the row's own, else the first allowed one."""
        own = (one for one in self.steps if one.step == self.subject.step)
        return next(own, next((one for one in self.steps if one.allowed), None))


def banner_at(
    bedside: Bedside, names: Names, *, now: datetime, formats: Formats, nurse: str | None = None
) -> BannerView:
    """The banner of the patient of an order, with their allergies or that nobody has asked."""
    texts = formats.texts
    allergies = _allergies(bedside, formats)
    staff = [
        Fact(texts("order.ordered_by"), names.person(bedside.case.order.author, formats)),
    ]
    if nurse:
        staff.append(Fact(texts("identity.nurse"), names.person(nurse, formats)))
    return banner_of(
        bedside.patient,
        bed=bedside.stay.bed,
        today=now.astimezone(formats.zone).date(),
        formats=formats,
        facts=(allergies,),
        staff=tuple(staff),
        warning="" if _known_to_have_none(bedside) else allergies.label,
    )


def _allergies(bedside: Bedside, formats: Formats) -> Fact:
    """What is known of allergies: never nothing, for silence would read as none."""
    texts = formats.texts
    known = None if bedside.clinical is None else bedside.clinical.allergies
    if known is None:
        return Fact(texts("identity.allergies_not_recorded"), NO_BREAK)
    if not known:
        return Fact(texts("identity.no_known_allergies"), NO_BREAK)
    said = (f"{one.substance} ({one.reaction})" if one.reaction else one.substance for one in known)
    return Fact(texts("identity.known_allergies"), ", ".join(said))


def _known_to_have_none(bedside: Bedside) -> bool:
    return bedside.clinical is not None and bedside.clinical.allergies == ()


def task_pane(data: LoopData, line: WorkLine, *, now: datetime, formats: Formats) -> TaskPane:
    """What the pane shows of a line, from what was read of its order."""
    bedside, row = data.bedside, line.row
    case, loops, actor = data.case, bedside.loops, bedside.actor
    picture = picture_of(data, task=row.task, step=line.step, now=now, formats=formats, short=True)
    return TaskPane(
        who=banner_at(bedside, data.names, now=now, formats=formats, nurse=row.nurse),
        tag=tag_of(loops, row.order_loop, formats),
        line=order_line(row.order_fields, row.task_fields, names=data.names, formats=formats),
        tone=line.tone,
        words=line.words,
        note=_note(line, now, formats),
        span=_span(line, data, now, formats),
        strip=strip_of(picture),
        recorded=evidence_rows(
            data, streams_shown(data, picture, row.task), now=now, formats=formats
        ),
        steps=step_actions(loops, case, row.task, actor=actor, now=now, formats=formats),
        exits=exit_actions(loops, case, row.task, actor=actor, now=now, formats=formats),
        subject=subject_of_line(line),
    )


def _note(line: WorkLine, now: datetime, formats: Formats) -> str:
    texts, row = formats.texts, line.row
    parts = [texts("worklist.priority", word=texts(f"priority.{row.priority.value}"))]
    if row.due_at is not None:
        parts.append(texts("worklist.due_at", time=formats.moment(row.due_at, now=now)))
    if line.deadline is not None:
        parts.append(texts("worklist.limit_at", time=formats.moment(line.deadline, now=now)))
    return " · ".join(parts)


def _span(line: WorkLine, data: LoopData, now: datetime, formats: Formats) -> TimeSpan | None:
    """From when the clock runs to its limit and to now."""
    ends = line.deadline
    start = line.row.due_at
    if start is None or (ends is not None and start >= ends):
        start = data.case.order.signed_at or data.case.order.placed_at
    if ends is None or start >= ends or now < start:
        return None
    whole = max((now - start).total_seconds(), (ends - start).total_seconds()) * 1.02
    texts = formats.texts
    word = "worklist.due_at" if start == line.row.due_at else "worklist.started_at"
    return TimeSpan(
        start=texts(word, time=formats.moment(start, now=now)),
        limit=texts("worklist.limit_at", time=formats.moment(ends, now=now)),
        now=texts("worklist.now_at", time=formats.clock(now)),
        limit_part=(ends - start).total_seconds() / whole,
        now_part=(now - start).total_seconds() / whole,
    )
