"""A competent team whose every act goes through a store, and is read back as it was folded."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from domain.commands import MakeTasks, NewTask
from domain.events import OrderPlaced
from domain.loops.decide import decide
from domain.loops.evolve import evolve_all
from domain.loops.outlook import outlooks
from domain.orders import Priority
from domain.people import Role
from domain.ports import Kept
from rules.loops.team import Team
from tests.story import loops, person

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.commands import Command
    from domain.events import Event
    from domain.ids import EncounterId, OrderId
    from domain.loops.case import Case
    from domain.worklists import Outlook
    from storage.store import Store
    from tests.wards import Hospital


def real_outlook(case: Case) -> Mapping[str, Outlook]:
    """What comes next, by the real loop files."""
    return outlooks(loops(), case)


class StoredTeam(Team):
    """Plays one order of one patient through the store."""

    def __init__(
        self,
        store: Store,
        hospital: Hospital,
        stay: EncounterId,
        kind: str,
        fields: Mapping[str, object],
    ) -> None:
        self.store = store
        self.hospital = hospital
        order = self._place(stay, kind, fields)
        case = store.reads.case(order)
        assert case is not None
        super().__init__(loops(), case, hospital.clock.now())

    def _place(self, stay: EncounterId, kind: str, fields: Mapping[str, object]) -> OrderId:
        hospital = self.hospital
        order = hospital.new_order(stay)
        placed = OrderPlaced(
            loop=kind,
            loop_version=loops().get(kind).version,
            patient_id=hospital.patient_of[stay],
            encounter_id=stay,
            priority=Priority.ROUTINE,
            fields=fields,
        )
        hospital.act_on(None, order, (order, placed), outlook=real_outlook)
        return order

    def make_tasks(self, count: int) -> None:
        """Some occurrences, an hour apart from now on."""
        first = self.now + timedelta(minutes=30)
        tasks = tuple(NewTask(due_at=first + timedelta(hours=n)) for n in range(count))
        actor = person(Role.PHYSICIAN)
        self.do(MakeTasks(order=self.case.order.id, actor=actor, at=self.now, tasks=tasks))

    def do(self, command: Command) -> tuple[Event, ...]:
        """Carry a command out: one transaction."""
        self.hospital.clock.at = self.now
        order = self.case.order
        meta = replace(self.hospital.meta(type(command).__name__), actor=command.actor.user)
        with self.store.units.begin(meta, encounters=[order.encounter_id]) as transaction:
            case = transaction.case(order.id, command.task)
            assert case is not None
            facts = transaction.facts(case)
            events = decide(self.loops, case, command, facts, transaction.now)
            after = evolve_all(case, events)
            assert after is not None
            transaction.append(events)
            transaction.keep(Kept(case, after, real_outlook(after)))
            transaction.commit()
        folded = evolve_all(self.case, events)
        stored = self.store.reads.case(order.id, whole=True)
        assert stored == folded
        assert stored is not None
        self.case = stored
        self.now += timedelta(minutes=1)
        return events
