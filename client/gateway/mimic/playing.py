"""Plays an order of the source through the engine, act by act, as if it were entered afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import reduce
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, assert_never

from client.gateway.mimic.acts import Act, Ending, Note, Step, Stop
from domain.commands import RecordStep, StopOrder, TakeExit
from domain.errors import InvalidInput, Refused
from domain.events import Event, NoteAdded, OrderPlaced, StreamKind, TaskMade
from domain.loops.case import Case, Facts
from domain.loops.decide import decided
from domain.loops.evolve import evolve_case
from domain.records import Source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from client.gateway.mimic.acts import Occurrence, PlannedOrder
    from domain.commands import Command
    from domain.events import Body
    from domain.ids import TaskId
    from domain.loops.loops import Loops
    from domain.tasks import Task

_LAST: Final = 2


@dataclass(slots=True)
class Played:
    """What became of an order.

    Attributes:
        case: the order with its open tasks only, so that no decision folds over history.
        ended: its tasks that have ended.
        refused: acts that the engine did not accept, with its code.
    """

    case: Case
    events: list[Event]
    ended: dict[TaskId, Task] = field(default_factory=dict)
    refused: list[tuple[Act, str]] = field(default_factory=list)

    @property
    def whole(self) -> Case:
        """The order with every task, as it is to be kept."""
        return Case(self.case.order, MappingProxyType({**self.ended, **self.case.tasks}))


def play(order: PlannedOrder, loops: Loops) -> Played:
    """The order's events, in the order in which they happened; stops come last.

    A stop is played after the acts although some of these may have been charted later: the engine
    voids at the stop whatever had no effect on the patient by then, and makes nothing after it.
    """
    placed = _placed(order, loops)
    played = Played(evolve_case(None, placed), [placed])
    player = _Player(order, loops, played)
    if order.signed:
        activating = loops.get(order.kind).activating
        if activating is not None:
            signing = Act(
                at=order.at,
                stored=order.at,
                number=order.number,
                actor=order.actor,
                what=Step(activating.no),
                source_id=order.source_id,
            )
            player.play(signing)
    for act in sorted(order.acts, key=_turn):
        player.play(act)
    return played


def _turn(act: Act) -> tuple[int, datetime, int]:
    """Order of play: by time; stops and what follows from them last, for the reason above."""
    stops = act.task is None and not isinstance(act.what, Step)
    return (_LAST if stops else 0), act.at, act.number


def _placed(order: PlannedOrder, loops: Loops) -> Event:
    body = OrderPlaced(
        loop=order.kind,
        loop_version=loops.get(order.kind).version,
        patient_id=order.patient,
        encounter_id=order.encounter,
        priority=order.priority,
        fields=order.fields,
        verbal=not order.signed,
        replaces=order.replaces,
        not_recorded=order.not_recorded,
    )
    return Event(
        stream_kind=StreamKind.ORDER,
        stream=order.id,
        order_id=order.id,
        body=body,
        actor=order.actor.user,
        at=order.at,
        recorded_at=order.at,
        source=Source.IMPORT,
    )


class _Player:
    def __init__(self, order: PlannedOrder, loops: Loops, played: Played) -> None:
        self._order = order
        self._loops = loops
        self._played = played
        self._facts = Facts(encounter=order.encounter, patient=order.patient)

    def play(self, act: Act) -> None:
        """Play one act; one that is refused leaves no trace but its entry in `refused`."""
        played = self._played
        before, length = played.case, len(played.events)
        try:
            if act.task is not None:
                self._make(act, act.task)
            if isinstance(act.what, Note):
                self._note(act, act.what)
            else:
                self._decide(act, self._command(act, act.what))
        except (Refused, InvalidInput) as error:
            played.case = before
            del played.events[length:]
            played.refused.append((act, error.code))
        else:
            self._put_ended_away(act)

    def _make(self, act: Act, occurrence: Occurrence) -> None:
        played = self._played
        if occurrence.id in played.case.tasks or occurrence.id in played.ended:
            return
        body = TaskMade(
            order_id=self._order.id,
            encounter_id=self._order.encounter,
            loop=self._order.kind,
            due_at=occurrence.due_at,
            seq=occurrence.seq,
            window_class=occurrence.window_class,
            interval_minutes=occurrence.interval_minutes,
            fields=occurrence.fields,
        )
        self._write(act, body, raises=True)

    def _note(self, act: Act, note: Note) -> None:
        played = self._played
        ended = None if act.task is None else played.ended.get(act.task.id)
        if ended is not None:
            played.case = Case(played.case.order, {**played.case.tasks, ended.id: ended})
        self._write(act, NoteAdded(note.kind, note.text), raises=False)

    def _write(self, act: Act, body: Body, *, raises: bool) -> None:
        stream = self._order.id if act.task is None else act.task.id
        event = Event(
            stream_kind=StreamKind.ORDER if act.task is None else StreamKind.TASK,
            stream=stream,
            order_id=self._order.id,
            body=body,
            actor=act.actor.user,
            at=act.at,
            recorded_at=act.stored,
            source=Source.IMPORT,
            raises=raises,
        )
        self._played.events.append(event)
        self._played.case = evolve_case(self._played.case, event)

    def _decide(self, act: Act, command: Command) -> None:
        """Let the engine decide.

        The engine refuses what lies in the future, and a source may have stored a record before
        the time that it gives (I12). So it decides at the later of both; the events keep the
        store time.
        """
        played = self._played
        now = max(act.at, act.stored)
        events, case = decided(self._loops, played.case, command, self._facts, now)
        if now != act.stored:
            events = tuple(replace(event, recorded_at=act.stored) for event in events)
            case = reduce(evolve_case, events, played.case)
        played.events.extend(events)
        played.case = case

    def _command(self, act: Act, what: Step | Ending | Stop) -> Command:
        task = None if act.task is None else act.task.id
        match what:
            case Step():
                return RecordStep(
                    order=self._order.id,
                    task=task,
                    actor=act.actor,
                    at=act.at,
                    source=Source.IMPORT,
                    source_id=act.source_id,
                    reason=act.reason,
                    evidence=act.evidence,
                    step=what.no,
                    result=what.result,
                )
            case Ending():
                return TakeExit(
                    order=self._order.id,
                    task=task,
                    actor=act.actor,
                    at=act.at,
                    source=Source.IMPORT,
                    source_id=act.source_id,
                    reason=act.reason,
                    evidence=act.evidence,
                    exit=what.exit,
                    code=what.code,
                )
            case Stop():
                return StopOrder(
                    order=self._order.id,
                    actor=act.actor,
                    at=act.at,
                    source=Source.IMPORT,
                    source_id=act.source_id,
                    act=what.act,
                )
        assert_never(what)

    def _put_ended_away(self, act: Act) -> None:
        """Keep the open tasks only: the engine looks at no ended one, the tally knows them."""
        played = self._played
        tasks = played.case.tasks
        if act.task is not None:
            touched: Sequence[Task] = (tasks[act.task.id],)
        else:
            touched = tuple(tasks.values())
        ended = {task.id: task for task in touched if task.state.terminal}
        if ended:
            played.ended.update(ended)
            left = {key: task for key, task in tasks.items() if key not in ended}
            played.case = Case(played.case.order, left)
