"""Does one piece of work through the use cases: who, with what result, what is scanned, entered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from client.demo.usual_values import EXPIRES, LOT
from domain.barcodes import din_flags, gs1_element_string, specimen_label, wristband
from domain.errors import InvalidInput, Refused
from domain.events import Override
from domain.findings import Severity
from domain.loops.persons import witness_needed
from domain.people import Role
from domain.services.exceptions import SEEN, exceptions_in
from domain.services.executing import parse_step_entry
from domain.services.workplace import Changes
from rules.loops.examples import good_results

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from client.app import App
    from client.demo.content import Content
    from client.demo.crew import Crew
    from client.demo.evidence import Evidence
    from client.demo.moment import Moment, Plan
    from domain.ids import TaskId
    from domain.loops.definition import Step
    from domain.records import Record
    from domain.tasks import Task

_SCANNED: Final = frozenset({"right_patient", "right_item"})
"""Checks that look at a scan."""
_WHY: Final = "seen and thought over"


@dataclass(slots=True)
class Hands:
    """The hands of the simulated staff.

    Attributes:
        refused: what the program refused although nobody meant it to: a fault of one of the two.
        near_misses: what it refused rightly, as the story has it.
        overridden: how often somebody gave the reason that a check asked for.
    """

    app: App
    content: Content
    crew: Crew
    evidence: Evidence
    refused: list[str] = field(default_factory=list)
    near_misses: int = 0
    overridden: int = 0

    def do(self, moments: Sequence[Moment]) -> Changes:
        """Record a step for one task or, in one act, for several."""
        first = moments[0]
        if first.step.activates:
            return self._sign(first)
        if first.turn is not None and first.turn.exit is not None:
            return self._exit(first)
        actor = self._actor(first)
        line = self._line(moments, actor)
        if first.step is first.loop.closing:
            self._look_at_exceptions(first, line)
        if first.turn is not None and first.turn.wrong_band:
            self._scan_wrong_band(first, actor, line)
        return self._send(actor, line)

    def retro(self, moment: Moment, *, at: datetime, reason: str) -> Changes:
        """Enter afterwards what was done at an instant."""
        actor = self._actor(moment)
        told = {"source": "retro", "at": at.isoformat(), "reason": reason}
        return self._send(actor, {**self._line([moment], actor), **told})

    def accept_gap(self, plan: Plan, task: Task, reason: str) -> Changes:
        """The charge nurse ends a task of which a record will not come."""
        charge = self.crew.pick((Role.CHARGE_NURSE,), plan.patient, self.app.now())
        return self._send(charge, {"task": task.id, "exit": "gap_accepted", "reason": reason})

    def correct(self, task: TaskId, record: Record, *, at: datetime, reason: str) -> Changes:
        """The author of a record gives its true time."""
        line: dict[str, object] = {"act": "correct", "task": task, "step": record.step}
        return self._send(record.actor, {**line, "at": at.isoformat(), "reason": reason})

    def answer(self, plan: Plan, *, code: str, task: str | None, answer: str) -> Changes:
        """The physician answers what was sent back; to go on needs a second person."""
        ask = next(row for row in self.app.loops.get(plan.row.kind).returns if row.code == code)
        who = self.crew.pick(ask.asks, plan.patient, self.app.now())
        line: dict[str, object] = {"code": code, "answer": answer, "reason": "thought over"}
        line |= {"order": plan.order} if task is None else {"task": task}
        if ask.second and answer in ("insist", "proceed"):
            line["witness"] = self.crew.pick(ask.second, plan.patient, self.app.now(), avoid=(who,))
        return self._send(who, line)

    # ------------------------------------------------------------ parts
    def _sign(self, moment: Moment, overrides: tuple[Override, ...] = ()) -> Changes:
        """The physician signs, and says why where a check asks for it."""
        user = self._actor(moment)
        try:
            return self.app.sign_order(
                user=user,
                command=self.app.new_command(),
                order=moment.plan.order,
                overrides=overrides,
            )
        except (InvalidInput, Refused) as error:
            asked = _reasons_asked(error)
            if not asked or overrides:
                return self._said_no(moment.step.no, error)
        self.overridden += 1
        return self._sign(moment, tuple(Override(check, _WHY) for check in asked))

    def _actor(self, moment: Moment) -> str:
        first = moment.group[0]
        avoid: list[str] = []
        if first.not_same_as is not None:
            records = [moment.record(no) for no in first.not_same_as.steps]
            avoid = [record.actor for record in records if record is not None]
        pace = self.content.pace.get(moment.step.no)
        usual = None if pace is None else pace.role
        roles = sorted(
            (role for role in first.by if role is not Role.SYSTEM), key=lambda one: one != usual
        )
        return self.crew.pick(roles, moment.plan.patient, moment.at, avoid=avoid)

    def _line(self, moments: Sequence[Moment], actor: str) -> dict[str, object]:
        first = moments[0]
        result = self._result(first)
        evidence = self.evidence.of_step(first)
        scans = self._scans(first, evidence)
        if len(scans) < len(_SCANNED.intersection(first.step.checks)):
            evidence["noscan_reason"] = "nothing here bears a label"
        line: dict[str, object] = {
            "step": first.step.no,
            "result": result,
            "evidence": evidence,
            "scans": scans,
            "witness": self._witness(first, result, actor),
            "reason": None if first.turn is None else first.turn.reason,
        }
        signer = first.step.co_signer
        if signer is not None and (not signer.results or result in signer.results):
            line["co_signer"] = "patient"
        if first.task is None:
            return line | {"order": first.plan.order}
        if len(moments) == 1:
            return line | {"task": first.task.id}
        return line | {"tasks": [one.task.id for one in moments if one.task is not None]}

    def _result(self, moment: Moment) -> str | None:
        if moment.turn is not None and moment.turn.result is not None:
            return moment.turn.result
        step = next((one for one in moment.group if one.results), None)
        if step is None:
            return None
        return self.content.results.get(step.no) or good_results(moment.loop, step)[0]

    def _witness(self, moment: Moment, result: str | None, actor: str) -> str | None:
        step: Step = moment.group[0]
        if step.witness is None or not witness_needed(step.witness, moment.place, result):
            return None
        return self.crew.pick(step.witness.by, moment.plan.patient, moment.at, avoid=(actor,))

    def _scans(self, moment: Moment, evidence: dict[str, object]) -> list[str]:
        checks = {check for step in moment.group for check in step.checks}
        scans = [self._band(moment)] if "right_patient" in checks else []
        item = self._item(moment, evidence) if "right_item" in checks else None
        return scans if item is None else [*scans, item]

    def _band(self, moment: Moment) -> str:
        stay = self.app.reads.encounter(moment.plan.encounter)
        return wristband(moment.plan.patient.mrn, 1 if stay is None else stay.band_instance)

    def _item(self, moment: Moment, evidence: dict[str, object]) -> str | None:
        if moment.loop.id == "medication":
            label = moment.said("dose_label")
            return self._pack(moment) if label is None else str(label)
        if moment.loop.id == "test":
            tube = moment.said("container")
            return None if tube is None else specimen_label(str(tube))
        if moment.loop.id == "examination":
            return str(moment.said("accession"))
        din = str(moment.said("din") or evidence.get("din"))
        return f"={din}{din_flags(din)}"

    def _pack(self, moment: Moment) -> str:
        gtin = self.content.items["drug"][moment.plan.row.code]["gtins"][0]
        return gs1_element_string((("01", gtin), ("17", EXPIRES[2:].replace("-", "")), ("10", LOT)))

    def _scan_wrong_band(self, moment: Moment, actor: str, line: dict[str, object]) -> None:
        """Somebody else's wristband: the program says no, and nothing is written."""
        other = next(row.mrn for row in self.content.patients if row.mrn != moment.plan.patient.mrn)
        entry = parse_step_entry(
            _said({**line, "scans": [wristband(other, 1)], "command_id": self.app.new_command()})
        )
        try:
            self.app.record_step(user=actor, entry=entry)
        except Refused:
            self.near_misses += 1
        else:
            self.refused.append(f"{moment.step.no}: a wrong wristband was not refused")

    def _look_at_exceptions(self, moment: Moment, line: dict[str, object]) -> None:
        """The physician reads what did not go as ordered before they confirm."""
        exceptions = exceptions_in(self.app.reads.journal(order=moment.plan.order))
        evidence = line.get("evidence")
        said = evidence if isinstance(evidence, dict) else {}
        line["evidence"] = {**said, SEEN: len(exceptions)}

    def _exit(self, moment: Moment) -> Changes:
        turn = moment.turn
        assert turn is not None  # noqa: S101 - only called with one
        row = next(one for one in moment.loop.exits if one.code == turn.code)
        who = self.crew.pick(row.by, moment.plan.patient, moment.at)
        names = tuple(use.name for use in row.fields)
        line: dict[str, object] = {
            "task": moment.stream,
            "exit": row.id,
            "code": row.code,
            "reason": turn.reason,
            "evidence": self.evidence.of_exit(moment, names),
        }
        return self._send(who, line)

    def _send(self, user: str, line: dict[str, object]) -> Changes:
        try:
            return self._record(user, line)
        except (InvalidInput, Refused) as error:
            asked = _reasons_asked(error)
            if not asked or "override" in line:
                return self._said_no(str(line.get("step") or line.get("exit") or "answer"), error)
        told = [{"check": check, "reason": _WHY} for check in asked]
        self.overridden += 1
        return self._send(user, {**line, "override": told})

    def _record(self, user: str, line: dict[str, object]) -> Changes:
        entry = parse_step_entry(_said({**line, "command_id": self.app.new_command()}))
        return self.app.record_step(user=user, entry=entry)

    def _said_no(self, what: str, error: InvalidInput | Refused) -> Changes:
        self.refused.append(f"{self.app.now().isoformat()} {what}: {error.code} {error.message}")
        return Changes.none()


def _reasons_asked(error: InvalidInput | Refused) -> tuple[str, ...]:
    """The checks that ask for a reason, where nothing graver stands in the way."""
    findings = error.findings if isinstance(error, Refused) else ()
    blocking = [one for one in findings if one.blocks]
    if any(one.severity is not Severity.REASON for one in blocking):
        return ()
    return tuple(dict.fromkeys(one.check for one in blocking))


def _said(line: dict[str, object]) -> dict[str, object]:
    """A line without what is not said."""
    return {name: value for name, value in line.items() if value not in (None, [])}
