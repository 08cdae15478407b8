"""What was recorded on an order, line by line: who, when it happened, when it was entered, how."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from client.presenters.cells import Cell, Run, Weight, bold, muted, plain
from client.presenters.loop_lanes import own_tasks
from client.presenters.loop_nodes import node_id
from client.presenters.titles import choice_word, exit_word, quantity_words, result_word, said
from domain.services.showing import STEP_KINDS
from domain.services.undersigning import about_as_recorded, holds
from domain.tasks import TaskState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from client.presenters.formats import Formats
    from client.presenters.loop_page import LoopData
    from domain.loops.definition import FieldType, LoopDefinition
    from domain.loops.loops import Loops
    from domain.worklists import JournalRow

_HIDDEN: Final = frozenset({"noscan_reason"})


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One record.

    Attributes:
        node: the node of the picture that it belongs to.
    """

    key: str
    node: str
    cells: Mapping[str, Cell]

    def cell(self, name: str) -> Cell:
        """The cell of a column."""
        return self.cells[name]


def evidence_rows(
    data: LoopData, streams: Iterable[str], *, now: datetime, formats: Formats
) -> tuple[EvidenceRow, ...]:
    """What was recorded on some streams, in the order in which it happened."""
    wanted = set(streams)
    rows = [row for row in data.journal if row.stream in wanted and row.kind in STEP_KINDS]
    rows.sort(key=lambda row: (row.event_at, row.n))
    return tuple(_row(row, data, now, formats) for row in rows)


def _row(row: JournalRow, data: LoopData, now: datetime, formats: Formats) -> EvidenceRow:
    loop = _loop(row.stream, data)
    names, texts = data.names, formats.texts
    no = str(row.payload.get("step") or "")
    witness = row.payload.get("witness")
    cells = {
        "step": Cell((Run(no, Weight.MUTED), Run(_title(row, loop, formats)))),
        "event": bold(formats.moment(row.event_at, now=now)),
        "entered": muted(formats.moment(row.recorded_at, now=now)),
        "by": plain(names.person(row.actor, formats)),
        "witness": plain(names.person(str(witness), formats) if witness else ""),
        "how": muted(texts(f"loop_page.{_how(row)}")),
        "evidence": _with_signatures(row, data, now, formats),
    }
    return EvidenceRow(f"{row.stream}/{row.stream_seq}", node_id(row.stream, no), cells)


def _loop(stream: str, data: LoopData) -> LoopDefinition:
    case, loops = data.case, data.bedside.loops
    tasks = {str(task.id): task for task in case.tasks.values()}
    return loops.get(tasks[stream].loop if stream in tasks else case.order.loop)


def _title(row: JournalRow, loop: LoopDefinition, formats: Formats) -> str:
    taken = row.payload.get("exit")
    if isinstance(taken, dict):
        return exit_word(str(taken.get("outcome")), formats.texts)
    step = loop.steps.get(str(row.payload.get("step")))
    return "" if step is None else said(step.text, formats)


def _with_signatures(row: JournalRow, data: LoopData, now: datetime, formats: Formats) -> Cell:
    """What was recorded, and who signed it; what does not hold any more is said first, in bold."""
    said_words = _evidence(row, data.bedside.loops, now, formats)
    signed = signature_words(row, data, now=now, formats=formats)
    runs = [Run(words, Weight.MUTED if holds else Weight.BOLD) for words, holds in signed]
    runs.sort(key=lambda run: run.weight is Weight.MUTED)
    return Cell((*runs, Run(said_words, Weight.MUTED))) if runs else muted(said_words)


def signature_words(
    row: JournalRow, data: LoopData, *, now: datetime, formats: Formats
) -> tuple[tuple[str, bool], ...]:
    """The signatures under a record in words, each with whether it holds."""
    about = about_as_recorded(data.journal, data.case.order.id) if row.signatures else {}
    found = []
    for stored in row.signatures:
        one, well = stored.signature, holds(stored, row, about)
        words = formats.texts(
            "session.signed_by" if well else "session.broken_by",
            name=data.names.person(one.signer, formats),
            meaning=formats.texts(f"meaning.{one.meaning.value}"),
            time=formats.moment(one.at, now=now),
        )
        found.append((words, well))
    return tuple(found)


def _how(row: JournalRow) -> str:
    if row.source != "live":
        return row.source
    return "scan" if row.payload.get("scans") else "manual"


def _evidence(row: JournalRow, loops: Loops, now: datetime, formats: Formats) -> str:
    """All fields in words, then result and reason: `Lot B2604; complete; reason: …`."""
    texts, payload = formats.texts, row.payload
    parts = []
    result = payload.get("result")
    if result:
        parts.append(result_word(str(result), texts))
    evidence = payload.get("evidence")
    for name, value in evidence.items() if isinstance(evidence, dict) else ():
        known = loops.fields.get(name)
        if known is not None and name not in _HIDDEN and value not in (None, ""):
            words = value_words(known, value, now=now, formats=formats)
            parts.append(f"{said(known.text, formats)} {words}")
    reason = payload.get("reason")
    if reason:
        parts.append(texts("loop_page.reason", text=reason))
    return "；".join(parts) if formats.chinese else "; ".join(parts)


def value_words(kind: FieldType, value: object, *, now: datetime, formats: Formats) -> str:
    """A recorded value in words."""
    texts, name = formats.texts, kind.name
    if kind.type == "instant":
        return formats.moment(datetime.fromisoformat(str(value)), now=now)
    if kind.type == "date":
        return formats.full_date(date.fromisoformat(str(value)))
    if isinstance(value, bool):
        return texts("choice.yes" if value else "choice.no")
    if isinstance(value, dict):
        return quantity_words(value, formats)
    if isinstance(value, (list, tuple)):
        return ", ".join(choice_word(name, str(one), texts) for one in value)
    words = choice_word(name, str(value), texts)
    return f"{words} {formats.unit(kind.unit)}" if kind.unit else words


def closed_of_all(data: LoopData) -> tuple[int, int]:
    """How many of the order's own tasks have ended, and how many there are."""
    tasks = own_tasks(data.case)
    ended = (task for task in tasks if task.state not in _OPEN)
    return sum(1 for _ in ended), len(tasks)


_OPEN: Final = frozenset({TaskState.PLANNED, TaskState.IN_PROGRESS, TaskState.ON_HOLD})
