"""A STOP as a value: what is wrong, both identities with what differs, what to do now."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from client.presenters.cells import Run, Weight
from client.presenters.formats import record_number
from client.presenters.step_dialog import finding_words

if TYPE_CHECKING:
    from datetime import datetime

    from client.presenters.formats import Formats
    from domain.findings import Finding
    from domain.patients import Patient

Lines = tuple[tuple[str, tuple[Run, ...]], ...]


@dataclass(frozen=True, slots=True)
class StopView:
    """What a STOP shows.

    Attributes:
        found: what was found, in one sentence.
        order: (label, value) of the order's patient; None where no identity is in question.
        band: the same of whom the wristband names; empty where nobody is known by it.
        advice: what to do, line by line.
        scanned: when it was scanned.
    """

    title: str
    text: str
    found: str
    advice: tuple[str, ...]
    order: Lines | None = None
    band: Lines = ()
    scanned: str = ""


def stop_view(
    finding: Finding,
    *,
    patient: Patient,
    other: Patient | None,
    now: datetime,
    formats: Formats,
) -> StopView:
    """The STOP of a finding; `other` is whom a scanned wristband names."""
    texts = formats.texts
    found = finding_words(finding, texts)
    wrong_person = finding.check == "right_patient"
    kind = "patient" if wrong_person else "item" if finding.check == "right_item" else "other"
    title = "expiry" if finding.check == "expiry" else kind
    name = formats.name(patient.name, patient.name_zh).first
    advice = (
        (texts("stop.do_patient_1"), texts("stop.do_patient_2", name=name))
        if wrong_person
        else (texts("stop.do_item_1"), texts("stop.do_item_2"))
    )
    same = other is None or other.id == patient.id
    return StopView(
        title=texts(f"stop.title_{title}"),
        text=texts(f"stop.text_{kind}"),
        found=texts("stop.not_known") if wrong_person and same else found,
        advice=advice,
        order=_lines(patient, None if same else other, now, formats) if wrong_person else None,
        band=() if same or other is None else _lines(other, patient, now, formats),
        scanned=texts("stop.scanned", time=formats.clock(now, seconds=True)),
    )


def _lines(one: Patient, other: Patient | None, now: datetime, formats: Formats) -> Lines:
    rows = []
    for label, value in _said(one, now, formats):
        against = "" if other is None else dict(_said(other, now, formats)).get(label, "")
        rows.append((label, _marked(value, against if other is not None else value)))
    return tuple(rows)


def _said(one: Patient, now: datetime, formats: Formats) -> tuple[tuple[str, str], ...]:
    texts = formats.texts
    name = formats.name(one.name, one.name_zh)
    today = now.astimezone(formats.zone).date()
    return (
        ("", f"{name.first} {name.second}".strip()),
        (texts("identity.born"), formats.born(one.birth_date, today=today)),
        (texts("identity.gender"), formats.sex(one.sex)),
        (texts("identity.record_no"), record_number(one.mrn)),
    )


def _marked(value: str, against: str) -> tuple[Run, ...]:
    """The value with what differs from another one in bold."""
    runs = []
    matcher = SequenceMatcher(None, value, against, autojunk=False)
    for what, start, end, _, _ in matcher.get_opcodes():
        piece = value[start:end]
        if piece:
            runs.append(Run(piece, Weight.PLAIN if what == "equal" else Weight.BOLD))
    return tuple(runs)
