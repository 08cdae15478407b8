"""What a step dialog works on: the form that fits, the exits that fit, what the checks find."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.presenters.judging import judge
from client.presenters.step_actions import exit_actions, step_actions
from client.presenters.step_dialog import event_time, first_draft, read_value
from client.presenters.step_form import exit_form, step_form
from client.presenters.titles import exit_word, order_line
from domain.errors import InvalidInput

if TYPE_CHECKING:
    from datetime import datetime

    from client.app import App
    from client.presenters.cells import Run
    from client.presenters.formats import Formats
    from client.presenters.loop_page import LoopData
    from client.presenters.step_actions import ExitAction
    from client.presenters.step_dialog import Draft
    from client.presenters.step_form import StepForm
    from client.presenters.subject import Subject
    from domain.findings import Finding
    from domain.services.step_entry import StepEntry
    from domain.services.workplace import Changes
    from domain.signatures import Secrets


def form_at(
    data: LoopData, subject: Subject, code: str, *, now: datetime, formats: Formats
) -> StepForm | None:
    """The form of an exit by its code, else of the subject's step; None where that is not open."""
    loops, case = data.bedside.loops, data.case
    if code and subject.task is not None:
        return exit_form(loops, case, subject.task, code, formats=formats)
    if is_open(data, subject, now=now, formats=formats):
        return step_form(loops, case, subject.task, subject.step, formats=formats)
    return None


def is_open(data: LoopData, subject: Subject, *, now: datetime, formats: Formats) -> bool:
    """Whether the subject's step can be recorded now, by whoever may."""
    found = step_actions(
        data.bedside.loops,
        data.case,
        subject.task,
        actor=data.bedside.actor,
        now=now,
        formats=formats,
    )
    return bool(subject.step) and any(one.step == subject.step for one in found)


def exits_at(
    data: LoopData, subject: Subject, *, now: datetime, formats: Formats
) -> tuple[ExitAction, ...]:
    """The exits that fit what is open on the subject's task."""
    return exit_actions(
        data.bedside.loops,
        data.case,
        subject.task,
        actor=data.bedside.actor,
        now=now,
        formats=formats,
    )


def line_at(data: LoopData, subject: Subject, *, formats: Formats) -> tuple[Run, ...]:
    """The whole drug line of the subject, what its task froze included."""
    task = None if subject.task is None else data.case.tasks.get(subject.task)
    fields = {} if task is None else task.fields
    return order_line(data.case.order.fields, fields, names=data.names, formats=formats)


def findings_of(
    data: LoopData, form: StepForm, draft: Draft, *, now: datetime, formats: Formats
) -> tuple[Finding, ...]:
    """What the checks find about a draft; a field that cannot be read is left out."""
    evidence: dict[str, object] = {"noscan_reason": draft.noscan} if draft.noscan else {}
    for one in form.inputs:
        text = draft.values.get(one.name, "").strip()
        try:
            if text:
                evidence[one.name] = read_value(one, text, now=now, formats=formats)
        except InvalidInput:
            continue  # `problem` tells the person; a check cannot read it
    return judge(
        data.bedside,
        form,
        scans=[one.code for one in draft.scans],
        evidence=evidence,
        when=event_time(draft, now=now, formats=formats) or now,
        now=now,
    )


def recorded_words(form: StepForm, draft: Draft, *, now: datetime, formats: Formats) -> str:
    """What a toast says of what was recorded."""
    texts = formats.texts
    time = formats.clock(event_time(draft, now=now, formats=formats) or now)
    if form.is_exit:
        return texts("step.exit_recorded", time=time, word=exit_word(form.exit_id, texts))
    return texts("step.recorded", time=time, step=form.title)


def record_and_drop(
    app: App, drafts: Drafts, form: StepForm, *, user: str, entry: StepEntry, secrets: Secrets
) -> Changes:
    """Record what was entered; then its draft is no draft any more, wherever its owner is by now.

    Raises:
        WardloopError: as `record_step`; the draft stays.
    """
    changes = app.record_step(user=user, entry=entry, secrets=secrets)
    drafts.drop(form)
    return changes


class Drafts:
    """What one person parked: kept by order, task and step until it is recorded."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str | None, str], Draft] = {}

    def keep(self, form: StepForm, draft: Draft) -> None:
        """Park a draft, if anything was entered into it."""
        if draft != first_draft(form):
            self._kept[_key(form)] = draft

    def of(self, form: StepForm) -> Draft:
        """What was parked for a form, else what stands in it at first."""
        return self._kept.get(_key(form), first_draft(form))

    def drop(self, form: StepForm) -> None:
        """It is recorded."""
        self._kept.pop(_key(form), None)

    def __len__(self) -> int:
        """How many are kept."""
        return len(self._kept)


def _key(form: StepForm) -> tuple[str, str | None, str]:
    return (form.order, form.task, form.exit_code or form.step)
