"""Staff who are told of alerts: they see them after a while, acknowledge, act; some let one be."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from domain.alerts import AlertSeverity
from domain.errors import InvalidInput, Refused
from domain.people import Role
from domain.services.alert_lists import MOST

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

    from client.demo.content import Content
    from client.demo.crew import Crew
    from client.demo.rounds import Rounds
    from client.demo.rows import PatientRow
    from client.demo.simulation import Simulation
    from client.demo.vital_rows import AnsweringRows, OverrideRow
    from domain.alerts import Alert
    from domain.ids import EncounterId
    from domain.services.workplace import Changes

_VITAL: Final = "X-OBS"
_DRUGS: Final = "M-"
_ALONE: Final = AlertSeverity.S1
"""Somebody always sees an alert that interrupts."""


class Answering:
    """Looks at what is open every few minutes, as staff look at their list."""

    def __init__(
        self,
        simulation: Simulation,
        *,
        content: Content,
        rows: AnsweringRows,
        crew: Crew,
        rng: Random,
        stays: Mapping[str, EncounterId],
        rounds: Rounds,
    ) -> None:
        self._simulation = simulation
        self._app = simulation.app
        self._rows = rows
        self._crew = crew
        self._rng = rng
        self._rounds = rounds
        patients = {row.bed: row for row in content.patients}
        self._patients = {stay: patients[bed] for bed, stay in stays.items()}
        self._waiting: set[str] = set()
        self._reviewed: set[str] = set()
        self._let_be: set[OverrideRow] = set()

    def begin(self) -> None:
        """Let staff look at their lists from now on."""
        self._look()

    # ------------------------------------------------------------ seeing
    def _look(self) -> None:
        for row in self._app.reads.alerts(limit=MOST):
            alert, patient = row.alert, self._patients[row.alert.encounter]
            if (patient.bed, alert.key.rule) in self._rows.left:
                continue
            self._consider(alert, patient)
        self._after(self._rows.look_every * 60, self._look)

    def _consider(self, alert: Alert, patient: PatientRow) -> None:
        answered = alert.acknowledged_at is not None or alert.override is not None
        span = self._rows.acknowledge.get(alert.severity)
        if answered or span is None or alert.id in self._waiting:
            return
        self._waiting.add(alert.id)
        busy = alert.severity is not _ALONE and self._rng.random() < self._rows.unseen
        seconds = self._drawn(self._rows.late if busy else span)
        if self._override(alert, patient) is not None:
            seconds = self._drawn(self._rows.thought)
        self._after(seconds, partial(self._answer, alert.id, patient))
        if alert.key.rule.startswith(_DRUGS) and alert.id not in self._reviewed:
            self._reviewed.add(alert.id)
            if self._rng.random() < self._rows.review:
                at = self._drawn(self._rows.review_minutes)
                self._after(at, partial(self._review, alert.id, patient))

    # ------------------------------------------------------------ answering
    def _answer(self, name: str, patient: PatientRow) -> None:
        self._waiting.discard(name)
        alert = self._app.reads.alert(name)
        if alert is None or not alert.open or alert.acknowledged_at is not None:
            return
        now, row = self._app.now(), self._override(alert, patient)
        user = self._crew.pick(reversed(alert.audience), patient, now)
        if row is not None:
            self._let_be.add(row)
            self._try("override", lambda: self._overridden(alert, row, patient, user))
            return
        self._try(
            "acknowledge",
            lambda: self._app.acknowledge_alert(
                user=user, command=self._app.new_command(), alert=alert.id
            ),
        )
        self._after(self._drawn(self._rows.act), partial(self._act, alert, patient))

    def _act(self, alert: Alert, patient: PatientRow) -> None:
        """What the alert asks for; what it is about has been put off until now."""
        if alert.key.rule == _VITAL:
            self._rounds.take(patient.bed)
        elif alert.order is not None:
            self._simulation.hasten(alert.task or alert.order)

    def _override(self, alert: Alert, patient: PatientRow) -> OverrideRow | None:
        for row in self._rows.overrides:
            meant = (row.bed, row.rule) == (patient.bed, alert.key.rule)
            if meant and row not in self._let_be:
                return row
        return None

    def _overridden(
        self, alert: Alert, row: OverrideRow, patient: PatientRow, user: str
    ) -> Changes:
        second = None
        if row.second is not None:
            second = self._crew.pick((row.second,), patient, self._app.now(), avoid=(user,))
        return self._app.override_alert(
            user=user,
            command=self._app.new_command(),
            alert=alert.id,
            reason=row.reason,
            text=row.text,
            second=second,
        )

    def _review(self, name: str, patient: PatientRow) -> None:
        """A pharmacist reads an alert of the medication loop that is still open."""
        alert = self._app.reads.alert(name)
        if alert is None or not alert.open:
            return
        user = self._crew.pick((Role.PHARMACIST,), patient, self._app.now())
        self._try(
            "review",
            lambda: self._app.review_alert(
                user=user, command=self._app.new_command(), alert=alert.id, verdict="accepted"
            ),
        )

    # ------------------------------------------------------------ parts
    def _try(self, what: str, act: Callable[[], Changes]) -> None:
        try:
            self._simulation.see(act())
        except (InvalidInput, Refused) as error:
            self._simulation.refused(what, error)

    def _after(self, seconds: int, act: Callable[[], None]) -> None:
        self._simulation.agenda.put(self._app.now() + timedelta(seconds=seconds), act)

    def _drawn(self, span: tuple[int, int]) -> int:
        low, high = span
        return self._rng.randint(low * 60, high * 60)
