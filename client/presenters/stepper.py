"""The head of the step dialog as values: its five steps, its facts, its quiet lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from client.presenters.banner import Fact
from client.presenters.judging import scan_words
from client.presenters.step_actions import place_of
from client.presenters.tone import Tone
from domain.loops.deadlines import task_deadlines
from domain.loops.exits import window_end

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from client.presenters.formats import Formats
    from client.presenters.loop_page import LoopData
    from client.presenters.step_dialog import Draft
    from client.presenters.step_form import StepForm
    from client.texts import Texts
    from domain.findings import Finding


@dataclass(frozen=True, slots=True)
class StepMark:
    """One of the steps of the dialog: done, open, waiting, or not needed."""

    tone: Tone
    title: str
    detail: str


@dataclass(frozen=True, slots=True)
class CheckLine:
    """A check that passed: what, what it says, how it was done."""

    title: str
    words: str
    how: str


def step_marks(
    form: StepForm,
    draft: Draft,
    findings: Sequence[Finding],
    problem: str,
    *,
    formats: Formats,
    proved: bool = True,
) -> tuple[StepMark, ...]:
    """The steps that this form has, numbered; the first that is open is the one to do now.

    Args:
        proved: whether every second person has entered their secret, where one is asked for.
    """
    texts = formats.texts
    marks: list[tuple[str, bool, str]] = []
    if form.band:
        marks.append((texts("step.patient"), *_scan(draft, formats, band=True)))
    if form.item:
        marks.append((_title(form.item_word), *_scan(draft, formats, band=False)))
    blocking = [one for one in findings if one.blocks]
    answered = all(one.check in draft.overrides for one in blocking)
    detail = texts("step.findings", n=len(blocking)) if blocking else texts("step.no_finding")
    marks.append((texts("step.check"), answered and _scans_done(form, draft), detail))
    if form.needs_witness(draft.result):
        there = proved and bool(draft.witness.strip())
        marks.append((texts("step.witness"), there, draft.witness or texts("step.waiting")))
    marks.append((texts("step.record"), False, problem))
    here = next((at for at, (_, done, _) in enumerate(marks) if not done), len(marks) - 1)
    return tuple(
        StepMark(
            Tone.DONE if done else Tone.RUNNING if at == here else Tone.PENDING,
            f"{at + 1} {title}",
            detail if done or at == here else "",
        )
        for at, (title, done, detail) in enumerate(marks)
    )


def _title(word: str) -> str:
    return word[:1].upper() + word[1:]


def _scans_done(form: StepForm, draft: Draft) -> bool:
    if draft.noscan:
        return True
    band = not form.band or draft.scan(band=True) is not None
    return band and (not form.item or draft.scan(band=False) is not None)


def _scan(draft: Draft, formats: Formats, *, band: bool) -> tuple[bool, str]:
    texts, scan = formats.texts, draft.scan(band=band)
    if scan is not None:
        return True, texts("step.scanned_at", time=formats.clock(scan.at, seconds=True))
    if draft.noscan:
        return True, texts("step.not_scanned", reason=texts(f"noscan.{draft.noscan}"))
    return False, texts("step.scan_now")


def check_lines(form: StepForm, draft: Draft, *, formats: Formats) -> tuple[CheckLine, ...]:
    """One quiet line for each scan that passed."""
    texts = formats.texts
    lines = []
    for wanted, title, words in (
        (form.band, texts("step.wristband"), texts("step.band_right")),
        (form.item, _title(form.item_word), texts("step.item_right")),
    ):
        band = title == texts("step.wristband")
        scan = draft.scan(band=band)
        if not wanted or scan is None:
            continue
        said = words if band else f"{words}, {scan_words(scan.code, formats)}"
        time = formats.clock(scan.at, seconds=True)
        lines.append(CheckLine(title, said, texts("step.scanned_at", time=time)))
    return tuple(lines)


def scan_prompt(form: StepForm, draft: Draft, texts: Texts) -> str:
    """What is to be scanned next; empty where nothing is."""
    if draft.noscan:
        return ""
    if form.band and draft.scan(band=True) is None:
        return texts("step.scan_first")
    if form.item and draft.scan(band=False) is None:
        return texts("step.scan_item", item=form.item_word)
    return ""


def step_facts(
    data: LoopData, form: StepForm, *, now: datetime, formats: Formats
) -> tuple[Fact, ...]:
    """Due, window or limit, who ordered it and when."""
    texts, case = formats.texts, data.case
    place = place_of(data.bedside.loops, case, form.task)
    task, facts = place.task, []
    if task is not None and task.due_at is not None:
        due = formats.moment(task.due_at, now=now)
        facts.append(Fact(texts("order.due"), due))
        end = window_end(place)
        if end is not None and end > task.due_at:
            facts.append(Fact(texts("order.limit"), formats.moment(end, now=now)))
    if task is not None and not any(one.label == texts("order.limit") for one in facts):
        rows = task_deadlines(data.bedside.loops, case, task)
        if rows:
            facts.append(Fact(texts("order.limit"), formats.moment(rows[0].at, now=now)))
    last = case.order.tally.starts[-1:] if case.order.tally.starts else ()
    facts += [Fact(texts("order.last"), formats.moment(at, now=now)) for at in last]
    who = data.names.person(case.order.author, formats)
    signed = formats.moment(case.order.signed_at or case.order.placed_at, now=now)
    facts.append(Fact(texts("order.ordered_by"), f"{who}  {signed}"))
    return tuple(facts)
