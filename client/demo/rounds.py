"""Vital signs: a round in the evening, then each set when NEWS2 asks for it, or when one is ill."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Final

from client.demo.usual_values import VITAL
from domain.errors import InvalidInput, Refused
from domain.services.workplace import Changes
from rules.scores.news2 import PARAMETERS, News2Inputs, news2

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from client.demo.content import Content
    from client.demo.crew import Crew
    from client.demo.rows import PatientRow
    from client.demo.simulation import Simulation
    from client.demo.vital_rows import VitalRows
    from domain.ids import EncounterId

_CONTINUOUS: Final = 30
"""Monitoring without pause is charted every so many minutes."""
_SCALE_2: Final = 2
_SHAKE: Final = {"pulse": 3, "systolic_bp": 3, "diastolic_bp": 2}
"""By how much two sets of one patient differ without meaning anything."""


class Rounds:
    """Who measures whom, and what is found."""

    def __init__(
        self,
        simulation: Simulation,
        *,
        content: Content,
        rows: VitalRows,
        crew: Crew,
        rng: Random,
        stays: Mapping[str, EncounterId],
    ) -> None:
        self._simulation = simulation
        self._app = simulation.app
        self._content = content
        self._rows = rows
        self._crew = crew
        self._rng = rng
        self._stays = stays
        self._patients = {row.bed: row for row in content.patients}
        self._usual = {bed: self._well() for bed in stays}
        self._planned: dict[str, datetime] = {}
        self._measured: set[str] = set()

    def begin(self) -> None:
        """Put the evening's round and what the story has on the agenda."""
        low, high = (self._content.instant(clock) for clock in self._rows.first)
        for bed in self._stays:
            self._plan(bed, low + timedelta(seconds=self._rng.randint(0, (high - low).seconds)))
        for row in self._rows.courses:
            if row.seen and row.bed in self._stays:
                at = self._content.instant(row.at) + timedelta(seconds=30)
                self._simulation.agenda.put(at, partial(self.take, row.bed))

    def take(self, bed: str) -> None:
        """Somebody takes a full set now and plans the next one."""
        stay = self._app.reads.encounter(self._stays[bed])
        if stay is None or stay.ended_at is not None:
            return
        now, patient = self._app.now(), self._patients[bed]
        signs = self._signs(bed, now)
        scale = {} if bed in self._measured else self._scale(patient, now)
        self._measured.add(bed)
        changes = self._record(patient, {**signs, **scale})
        self._simulation.see(changes)
        self._plan(bed, self._next(signs, now, scale_2=self._on_scale_2(bed, now)))

    # ------------------------------------------------------------ when
    def _plan(self, bed: str, at: datetime) -> None:
        self._planned[bed] = at
        self._simulation.agenda.put(at, partial(self._due, bed, at))

    def _due(self, bed: str, at: datetime) -> None:
        """A set that was planned, unless one was taken meanwhile."""
        if self._planned.get(bed) == at:
            self.take(bed)

    def _next(self, signs: Mapping[str, object], now: datetime, *, scale_2: bool) -> datetime:
        given = {name: signs[name] for name in PARAMETERS}
        given["temperature"] = Decimal(str(given["temperature"]))
        score = news2(News2Inputs(**given, spo2_scale=_SCALE_2 if scale_2 else 1))  # type: ignore[arg-type]  # named by PARAMETERS
        every = score.observe_every_minutes or _CONTINUOUS
        seconds = every * 60
        if every > _CONTINUOUS and self._rng.random() < self._rows.late:
            seconds += seconds * self._rng.randint(*self._rows.by) // 100
            return now + timedelta(seconds=seconds)
        early = min(self._rows.early, every // 4)
        return now + timedelta(seconds=seconds - self._rng.randint(0, early * 60))

    # ------------------------------------------------------------ what
    def _well(self) -> dict[str, object]:
        """The usual vital signs of one patient."""
        found: dict[str, object] = {name: self._rng.randint(*span) for name, span in VITAL.items()}
        found["pulse"] = self._rng.randint(62, 88)
        found["spo2"] = self._rng.choice((96, 96, 97, 98))
        found["systolic_bp"] = self._rng.randint(114, 138)
        return found

    def _signs(self, bed: str, now: datetime) -> dict[str, object]:
        signs: dict[str, object] = {
            "supplemental_oxygen": False,
            "consciousness": "A",
            "temperature": f"36.{self._rng.randint(3, 9)}",
            **self._usual[bed],
        }
        for row in self._rows.courses:
            if row.bed == bed and self._content.instant(row.at) <= now:
                signs = {**signs, "supplemental_oxygen": False, **row.values}
                if "oxygen_flow" not in row.values:
                    signs.pop("oxygen_flow", None)
        ill = any(row.bed == bed for row in self._rows.courses)
        for name, by in _SHAKE.items():
            value = signs[name]
            if isinstance(value, int) and not ill:
                signs[name] = value + self._rng.randint(-by, by)
        return signs

    def _on_scale_2(self, bed: str, now: datetime) -> bool:
        rows = (row for row in self._rows.courses if row.bed == bed and row.scale == _SCALE_2)
        return any(self._content.instant(row.at) <= now for row in rows)

    def _scale(self, patient: PatientRow, now: datetime) -> dict[str, object]:
        if not self._on_scale_2(patient.bed, now):
            return {}
        return {"spo2_scale": _SCALE_2, "spo2_scale_by": patient.doctor}

    def _record(self, patient: PatientRow, signs: Mapping[str, object]) -> Changes:
        try:
            return self._app.observe_vitals(
                user=self._crew.nurse(patient, self._app.now()),
                command=self._app.new_command(),
                encounter=self._stays[patient.bed],
                entered=signs,
            )
        except (InvalidInput, Refused) as error:
            self._simulation.refused("observe vitals", error)
            return Changes.none()
