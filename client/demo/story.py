"""What happens at set times: orders are written, drugs are asked for, patients come and go.

A turn in `data/patients.toml` says what goes differently at a step of an order; an event in
`data/story.toml` is an act of its own. Both name wall times of the ward.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from client.demo.moment import Plan
from domain.errors import InvalidInput, Refused
from domain.ids import WardId
from domain.people import Role
from domain.services.drafting import NewOrder
from domain.services.workplace import Changes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from random import Random

    from client.demo.content import Content
    from client.demo.crew import Crew
    from client.demo.rows import OrderRow, PatientRow, StoryEvent
    from client.demo.simulation import Simulation
    from domain.ids import EncounterId, OrderId


class Story:
    """Puts the orders and events of the data files on the agenda, for the beds that there are."""

    def __init__(
        self,
        simulation: Simulation,
        *,
        content: Content,
        crew: Crew,
        rng: Random,
        stays: Mapping[str, EncounterId],
    ) -> None:
        self._simulation = simulation
        self._app = simulation.app
        self._content = content
        self._crew = crew
        self._rng = rng
        self._stays = stays
        self._patients = {row.bed: row for row in content.patients}
        self._acts: Mapping[str, Callable[[StoryEvent, PatientRow], Changes]] = {
            "hold": self._hold,
            "release": self._release,
            "stop": self._stop,
            "cancel": self._cancel,
            "change": self._change,
            "verbal": self._verbal,
            "transfer": self._transfer,
            "discharge": self._discharge,
            "band": self._band,
            "correct": self._correct,
        }

    def tell(self) -> None:
        """Put all on the agenda."""
        for bed in self._stays:
            patient = self._patients[bed]
            for row in patient.orders:
                self._put(self._written_at(row), partial(self._order, patient, row))
                for clock in row.needs:
                    self._put(self._content.instant(clock), partial(self._need, patient, row))
        for event in self._content.story:
            if event.bed in self._stays:
                self._put(self._content.instant(event.at), partial(self._happen, event))

    def _put(self, at: datetime, act: Callable[[], None]) -> None:
        self._simulation.agenda.put(at, act)

    def _written_at(self, row: OrderRow) -> datetime:
        if row.at is not None:
            return self._content.instant(row.at)
        begin = self._content.instant(self._content.evening_from)
        until = self._content.instant(self._content.orders_until)
        return begin + timedelta(seconds=self._rng.randint(60, int((until - begin).seconds)))

    # ------------------------------------------------------------ orders
    def _order(self, patient: PatientRow, row: OrderRow) -> None:
        self._write(patient, row, user=self._crew.doctor(patient, self._app.now()), verbal=False)

    def _write(self, patient: PatientRow, row: OrderRow, *, user: str, verbal: bool) -> Changes:
        new = NewOrder(
            encounter=self._stays[patient.bed],
            kind=row.kind,
            fields={**row.fields, **self._times(row)},
            verbal=verbal,
        )
        changes = self._try(
            f"order {row.code}",
            lambda: self._app.draft_order(user=user, command=self._app.new_command(), new=new),
        )
        for order in changes.orders:
            self._simulation.follow(Plan(order, new.encounter, row, patient))
        return changes

    def _times(self, row: OrderRow) -> dict[str, object]:
        """The start of an order: as written, else now where its loop needs one."""
        if row.start is not None:
            return {"start": self._content.instant(row.start).isoformat()}
        return {"start": self._app.now().isoformat()} if row.kind == "medication" else {}

    def _need(self, patient: PatientRow, row: OrderRow) -> None:
        plan = self._plan(patient.bed, row.code, prn=True)
        if plan is None:
            return
        user = self._crew.nurse(patient, self._app.now())
        self._see(
            f"need {row.code}",
            lambda: self._app.state_need(
                user=user,
                command=self._app.new_command(),
                order=plan.order,
                reason=str(row.fields.get("indication", "asked for")),
            ),
        )

    # ------------------------------------------------------------ events
    def _happen(self, event: StoryEvent) -> None:
        patient = self._patients[event.bed]
        self._see(f"{event.act} {event.code}", partial(self._acts[event.act], event, patient))

    def _hold(self, event: StoryEvent, patient: PatientRow) -> Changes:
        return self._app.hold_order(
            user=self._physician(patient),
            command=self._app.new_command(),
            order=self._named(event),
            reason=event.reason,
        )

    def _release(self, event: StoryEvent, patient: PatientRow) -> Changes:
        return self._app.release_order(
            user=self._physician(patient),
            command=self._app.new_command(),
            order=self._named(event),
            reason=event.reason,
        )

    def _stop(self, event: StoryEvent, patient: PatientRow) -> Changes:
        return self._app.discontinue_order(
            user=self._physician(patient),
            command=self._app.new_command(),
            order=self._named(event),
            reason=event.reason,
        )

    def _cancel(self, event: StoryEvent, patient: PatientRow) -> Changes:
        return self._app.cancel_order(
            user=self._physician(patient),
            command=self._app.new_command(),
            order=self._named(event),
            reason=event.reason,
        )

    def _change(self, event: StoryEvent, patient: PatientRow) -> Changes:
        """A new order replaces the old one, and is signed at once (X4)."""
        old = self._named(event)
        changes = self._app.revise_order(
            user=self._physician(patient),
            command=self._app.new_command(),
            order=old,
            fields=event.changes,
            sign_too=True,
        )
        plan = self._simulation.plans[old]
        for order in changes.orders:
            if order not in self._simulation.plans:
                row = replace(plan.row, fields={**plan.row.fields, **event.changes}, turns=())
                self._simulation.follow(replace(plan, order=order, row=row, came={}, used=set()))
        return changes

    def _verbal(self, event: StoryEvent, patient: PatientRow) -> Changes:
        """A nurse writes down what the physician says at another bed."""
        if event.order is None:
            return Changes.none()
        user = self._crew.nurse(patient, self._app.now())
        return self._write(patient, event.order, user=user, verbal=True)

    def _transfer(self, event: StoryEvent, patient: PatientRow) -> Changes:
        return self._app.transfer(
            user=self._crew.nurse(patient, self._app.now()),
            command=self._app.new_command(),
            encounter=self._stays[event.bed],
            ward=WardId(event.ward),
            bed=event.to,
        )

    def _discharge(self, event: StoryEvent, patient: PatientRow) -> Changes:
        return self._app.discharge(
            user=self._physician(patient),
            command=self._app.new_command(),
            encounter=self._stays[event.bed],
            destination=event.reason,
        )

    def _band(self, event: StoryEvent, patient: PatientRow) -> Changes:
        return self._app.replace_band(
            user=self._crew.nurse(patient, self._app.now()),
            command=self._app.new_command(),
            encounter=self._stays[event.bed],
        )

    def _correct(self, event: StoryEvent, _patient: PatientRow) -> Changes:
        """Who recorded a step gives its true time, some minutes earlier."""
        order = self._named(event)
        case = self._app.reads.case(order, whole=True)
        tasks = () if case is None else case.tasks.values()
        found = next((one for one in tasks if event.step in one.steps), None)
        if found is None:
            raise InvalidInput("step", f"{event.step} is not recorded on {event.code}")
        record = found.steps[event.step]
        return self._simulation.hands.correct(
            found.id,
            record,
            at=record.at - timedelta(minutes=event.minutes),
            reason=event.reason,
        )

    # ------------------------------------------------------------ finding
    def _physician(self, patient: PatientRow) -> str:
        return self._crew.pick((Role.PHYSICIAN,), patient, self._app.now())

    def _named(self, event: StoryEvent) -> OrderId:
        plan = self._plan(event.bed, event.code)
        if plan is None:
            raise InvalidInput("code", f"bed {event.bed} has no order {event.code}")
        return plan.order

    def _plan(self, bed: str, code: str, *, prn: bool = False) -> Plan | None:
        """The first order of a bed for an item of the catalogue."""
        for plan in self._simulation.plans.values():
            fits = plan.patient.bed == bed and plan.row.code == code
            if fits and (bool(plan.row.needs) or not prn):
                return plan
        return None

    def _see(self, what: str, act: Callable[[], Changes]) -> None:
        self._simulation.see(self._try(what, act))

    def _try(self, what: str, act: Callable[[], Changes]) -> Changes:
        try:
            return act()
        except (InvalidInput, Refused) as error:
            now = self._app.now().isoformat()
            self._simulation.hands.refused.append(f"{now} {what}: {error.code} {error.message}")
            return Changes.none()
