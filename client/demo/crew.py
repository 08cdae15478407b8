"""Who does a piece of work: by role, by patient, by hour of the day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.people import Role, with_included

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime
    from random import Random

    from client.demo.content import Content
    from client.demo.rows import PatientRow, PersonRow

_NIGHT_DOCTOR: Final = "jin.yue"
_NIGHT: Final = range(7)
"""Hours in which the physician on call stands in for all others."""


class Crew:
    """The staff of the demo.

    The patient's nurse and physician come first; everybody else is drawn from those who hold the
    role. The same person never comes twice where another is asked for.
    """

    def __init__(self, content: Content, rng: Random) -> None:
        self._content = content
        self._rng = rng
        self._people = {one.user: one for one in content.people}
        self._change = content.instant(content.nurses_change).hour

    def pick(
        self,
        roles: Iterable[Role],
        patient: PatientRow,
        at: datetime,
        *,
        avoid: Collection[str] = (),
    ) -> str:
        """The user who does it: the first role that somebody holds decides.

        Raises:
            LookupError: nobody may.
        """
        for role in roles:
            usual = self._usual(role, patient, at)
            if usual is not None and usual not in avoid:
                return usual
            others = self._holders(role, at, avoid)
            if others:
                return self._rng.choice(others)
        raise LookupError(f"nobody in the demo may do this: {', '.join(roles)}")

    def nurse(self, patient: PatientRow, at: datetime) -> str:
        """The patient's nurse at an instant."""
        hour = at.astimezone(self._content.zone).hour
        by_night = hour < self._change
        return patient.nurse if by_night else self._people[patient.nurse].evening or patient.nurse

    def doctor(self, patient: PatientRow, at: datetime) -> str:
        """The patient's physician; by night the one on call."""
        by_night = at.astimezone(self._content.zone).hour in _NIGHT
        return _NIGHT_DOCTOR if by_night else patient.doctor

    def _usual(self, role: Role, patient: PatientRow, at: datetime) -> str | None:
        if role is Role.NURSE:
            return self.nurse(patient, at)
        if role is Role.PHYSICIAN:
            return self.doctor(patient, at)
        return None

    def _holders(self, role: Role, at: datetime, avoid: Collection[str]) -> list[str]:
        """Those who hold the role itself; else those whose own role includes it."""
        free = [one for one in self._content.people if not one.student and one.user not in avoid]
        exact = [one.user for one in free if role in one.roles and self._here(one, at)]
        return exact or [one.user for one in free if role in with_included(frozenset(one.roles))]

    def _here(self, person: PersonRow, at: datetime) -> bool:
        """Nurses who look after somebody now; of all others everybody is."""
        if Role.NURSE not in person.roles:
            return True
        hour = at.astimezone(self._content.zone).hour
        return (person.evening is not None) == (hour < self._change)
