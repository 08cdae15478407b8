"""Telling a clinical story to the engine: a clock, a team, one order that moves step by step."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

import pytest

from domain.commands import (
    AnswerAsk,
    EnterInError,
    Entry,
    HoldWork,
    MakeTasks,
    NewTask,
    PassTime,
    RecordStep,
    ReleaseWork,
    StopOrder,
    TakeExit,
)
from domain.errors import Refused, WardloopError
from domain.events import Event, OrderPlaced, Override, StreamKind
from domain.ids import EncounterId, OrderId, PatientId, PractitionerId, TaskId
from domain.loops.case import Case, Facts
from domain.loops.checks import IDENTITY_CHECKS
from domain.loops.deadlines import deadlines
from domain.loops.decide import decided
from domain.loops.evolve import evolve_all, evolve_case
from domain.loops.loops import Loops
from domain.loops.outlook import outlooks
from domain.orders import Order, Priority
from domain.people import Actor, Role, with_included
from domain.records import Source
from domain.tasks import Task
from rules.loops.loader import load_loops

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import tzinfo

    from domain.commands import Command

MIDNIGHT = datetime(2026, 11, 24, tzinfo=UTC)
ENCOUNTER = EncounterId("encounter-1")
PATIENT = PatientId("patient-1")
MRN = "0012345678"
BAND = "P0012345678"


@cache
def loops(profile: str = "cn") -> Loops:
    """The real loop files, with the identity checks."""
    return load_loops(profile=profile, checks=IDENTITY_CHECKS)


def person(role: Role, user: str | None = None, *, student: bool = False) -> Actor:
    """Somebody with one role, named after it."""
    name = user or f"{role.value}1"
    return Actor(PractitionerId(name), with_included(frozenset({role})), student=student)


def at(clock: str, day: int = 0) -> datetime:
    """An instant of the story: `08:05`, on its first day or later."""
    hours, minutes = clock.split(":")
    return MIDNIGHT + timedelta(days=day, hours=int(hours), minutes=int(minutes))


@dataclass
class Story:
    """One order of one patient, played by commands."""

    kind: str
    fields: Mapping[str, object]
    priority: Priority = Priority.ROUTINE
    loops: Loops = field(default_factory=loops)
    verbal: bool = False
    not_recorded: tuple[str, ...] = ()
    placed: datetime = MIDNIGHT + timedelta(hours=7)
    item_codes: frozenset[str] = frozenset()
    gsrn: str = ""
    band_instance: int = 1
    zone: tzinfo = UTC
    discharged: datetime | None = None
    events: list[Event] = field(default_factory=list)
    case: Case = field(init=False)
    now: datetime = field(init=False)

    def __post_init__(self) -> None:
        placed = OrderPlaced(
            loop=self.kind,
            loop_version=self.loops.get(self.kind).version,
            patient_id=PATIENT,
            encounter_id=ENCOUNTER,
            priority=self.priority,
            fields=self.fields,
            verbal=self.verbal,
            not_recorded=self.not_recorded,
        )
        event = Event(
            stream_kind=StreamKind.ORDER,
            stream="order-1",
            order_id=OrderId("order-1"),
            body=placed,
            actor=PractitionerId("physician1"),
            at=self.placed,
            recorded_at=self.placed,
        )
        self.events.append(event)
        self.case = evolve_case(None, event)
        self.now = self.placed

    @property
    def order(self) -> Order:
        """The order as it is now."""
        return self.case.order

    @property
    def task(self) -> Task:
        """The first of the order's own tasks."""
        return next(task for task in self.case.tasks.values() if task.parent is None)

    def child(self, loop: str) -> Task:
        """The sub-loop of a kind."""
        return next(task for task in self.case.tasks.values() if task.loop == loop)

    def do(self, command: Command) -> tuple[Event, ...]:
        """Carry a command out."""
        self.now = max(self.now, command.at)
        facts = Facts(
            ENCOUNTER,
            PATIENT,
            active=self.discharged is None,
            ended_at=self.discharged,
            mrn=MRN,
            gsrn=self.gsrn,
            band_instance=self.band_instance,
            item_codes=self.item_codes,
            zone=self.zone,
        )
        events, after = decided(self.loops, self.case, command, facts, self.now)
        self.events.extend(events)
        assert after == evolve_all(self.case, events)
        self.case = after
        return events

    def make(
        self, *tasks: NewTask, by: Role = Role.PHYSICIAN, when: datetime | None = None
    ) -> None:
        """Make tasks, as timing, need or count would."""
        self.do(
            MakeTasks(
                order=self.order.id,
                actor=person(by),
                at=when or self.now,
                tasks=tasks or (NewTask(),),
            )
        )

    def record(
        self,
        step: str,
        clock: str | datetime | None = None,
        *,
        by: Role | Actor | None = None,
        task: Task | TaskId | None = None,
        result: str | None = None,
        witness: Role | Actor | None = None,
        source: Source = Source.LIVE,
        reason: str | None = None,
        co_signer: str | None = None,
        entered: datetime | str | None = None,
        late: bool = False,
        scans: tuple[str, ...] = (),
        overrides: tuple[Override, ...] = (),
        seconds: tuple[Actor, ...] = (),
        **evidence: object,
    ) -> tuple[Event, ...]:
        """Record a step by whoever may, with the evidence that its fields ask for.

        `entered` is when it is entered, where that is later; `late` tells of it after the fact by
        source and reason. Without `scans` the scanner is down.
        """
        if late:
            source, reason = Source.RETRO, "rescue, written up after"
        found = self._step(step)
        when = self._when(clock)
        if entered is not None:
            self.now = self._when(entered)
        actor = by if isinstance(by, Actor) else person(by or found[1][0])
        unscanned = {} if scans else {"noscan_reason": "scanner down"}
        evidence = {**unscanned, **found[2], **evidence}
        on_task = found[0] == "task"
        target = task.id if isinstance(task, Task) else task
        return self.do(
            RecordStep(
                order=self.order.id,
                actor=actor,
                at=when,
                task=TaskId(target) if target else (self.task.id if on_task else None),
                step=step,
                result=result,
                witness=None if witness is None else _second(witness),
                co_signer=co_signer,
                source=source,
                reason=reason,
                source_id="row-1" if source.from_machine else None,
                scans=scans,
                overrides=overrides,
                seconds={second.user: second for second in seconds},
                evidence=evidence,
            )
        )

    def exit(
        self,
        word: str,
        clock: str | datetime | None = None,
        *,
        by: Role = Role.NURSE,
        task: Task | None = None,
        code: str | None = None,
        reason: str | None = "patient asked",
        witness: Role | None = None,
        source: Source = Source.LIVE,
        **evidence: object,
    ) -> tuple[Event, ...]:
        """Take an exit."""
        chosen = task or self.task
        rows = [row for row in self.loops.get(chosen.loop).exits if row.id == word]
        filled = {
            use.name: self._example(use.name)
            for row in rows
            for use in row.fields
            if use.name != "reason"
        }
        return self.do(
            TakeExit(
                order=self.order.id,
                actor=person(by),
                at=self._when(clock),
                task=chosen.id,
                exit=word,
                code=code,
                reason=reason,
                witness=None if witness is None else _second(witness),
                source=source,
                source_id="row-1" if source.from_machine else None,
                evidence={**filled, **evidence},
            )
        )

    def answer(
        self,
        code: str,
        answer: str,
        clock: str | datetime | None = None,
        *,
        by: Role = Role.PHYSICIAN,
        **more: object,
    ) -> tuple[Event, ...]:
        """Answer what a return asked."""
        return self.entry(AnswerAsk, clock, actor=person(by), code=code, answer=answer, **more)

    def due(self, stream: Order | Task | None = None) -> dict[str, datetime]:
        """When each running limit of the order or of a task runs out."""
        on = (stream or self.order).id
        return {row.limit: row.at for row in deadlines(self.loops, self.case) if row.stream == on}

    def ready(self, stream: Order | Task | None = None) -> set[str]:
        """What the worklist offers for the order or a task."""
        found = outlooks(self.loops, self.case)[(stream or self.order).id]
        return {step.step for step in found.ready}

    def again(self, task: Task | TaskId) -> Task:
        """A task as it is now."""
        return self.case.tasks[TaskId(task.id if isinstance(task, Task) else task)]

    def stop(self, act: str, clock: str, *, stop_at: datetime | None = None) -> tuple[Event, ...]:
        """Stop the order."""
        return self.do(
            StopOrder(
                order=self.order.id,
                actor=person(Role.PHYSICIAN),
                at=self._when(clock),
                act=act,
                stop_at=stop_at,
                reason="no longer needed",
            )
        )

    def entry(
        self, kind: type[Entry], clock: str | datetime | None = None, **more: object
    ) -> tuple[Event, ...]:
        """Carry out any other act: AnswerAsk, HoldWork, ReleaseWork, EnterInError, PassTime …"""
        given: dict[str, object] = {
            "order": self.order.id,
            "actor": person(Role.PHYSICIAN),
            "at": self._when(clock),
            **more,
        }
        return self.do(kind(**given))  # type: ignore[arg-type]  # a story names fields freely

    def _when(self, clock: str | datetime | None) -> datetime:
        if clock is None:
            return self.now
        return at(clock) if isinstance(clock, str) else clock

    def _step(self, name: str) -> tuple[str, tuple[Role, ...], dict[str, object]]:
        """Level, roles and filled fields of a step, looked up in the order's loop or a sub-loop."""
        for loop in (self.loops.get(self.kind), *self.loops):
            step = loop.find_step(name)
            if step is not None:
                one_act = {
                    no for group in loop.together if step.no in group.steps for no in group.steps
                }
                steps = [loop.steps[no] for no in sorted({step.no} | one_act)]
                filled = {
                    use.name: self._example(use.name)
                    for one in steps
                    for use in one.fields
                    if not use.optional
                }
                return step.level.value, steps[0].by, filled
        raise AssertionError(name)

    def _example(self, name: str) -> object:
        kind = self.loops.fields[name]
        if kind.choices:
            return [kind.choices[0]] if kind.type == "codes" else kind.choices[0]
        return EXAMPLES[kind.type]


EXAMPLES: Mapping[str, object] = {
    "text": "as seen",
    "user": "nurse1",
    "id": "id-1",
    "code": "code1",
    "codes": ["code1"],
    "bool": False,
    "integer": 1,
    "decimal": "1.5",
    "quantity": {"value": "5", "unit": "mg"},
    "instant": "2026-11-24T09:00:00+00:00",
    "date": "2027-11-24",
    "results": {"potassium": {"value": "4.1", "unit": "mmol/L"}},
}


def _second(who: Role | Actor) -> Actor:
    return who if isinstance(who, Actor) else person(who, f"{who.value}2")


@contextmanager
def refused(code: str) -> Iterator[Caught]:
    """The act inside must be refused by this code, and nothing else."""
    caught = Caught()
    with pytest.raises(WardloopError) as found:
        yield caught
    caught.error = found.value
    assert found.value.code == code, f"{found.value.code}: {found.value}"


@dataclass
class Caught:
    """What was refused."""

    error: WardloopError | None = None

    @property
    def text(self) -> str:
        """What the person reads."""
        return str(self.error)

    @property
    def checks(self) -> list[str]:
        """The checks that found something that blocks, worst first."""
        assert isinstance(self.error, Refused)
        return [one.check for one in self.error.findings if one.blocks]


__all__ = [
    "AnswerAsk",
    "EnterInError",
    "HoldWork",
    "PassTime",
    "ReleaseWork",
    "Story",
    "at",
    "loops",
    "person",
    "refused",
]
