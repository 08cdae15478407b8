"""Founds the demo ward: staff, wards, catalogues, patients in their beds, who looks after whom."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from client.demo.content import catalogue_csv
from domain.clinical import Allergy
from domain.ids import PractitionerId, WardId
from domain.patients import Sex, Ward
from domain.people import Practitioner, Role
from domain.services.admitting import Admission
from domain.services.people import Duty, Shift
from domain.services.stating import Pregnancy

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from client.app import App
    from client.demo.content import Content
    from client.demo.rows import PatientRow, PersonRow
    from domain.ids import EncounterId

MAIN_WARD: Final = WardId("7")
_MAY_BEAR_UNTIL: Final = 55
_DAY: Final = timedelta(hours=24)
_STAYS_SINCE: Final = timedelta(hours=20)


def found(app: App, content: Content, beds: int) -> dict[str, EncounterId]:
    """Make the ward with so many patients; the stay of each bed."""
    admin = _add_people(app, content)
    for row in content.wards:
        names = tuple(str(number) for number in range(1, row.beds + 1))
        ward = Ward(WardId(row.id), row.name, row.name_zh, content.zone.key, names)
        app.set_ward(user=admin, command=app.new_command(), ward=ward)
    for kind, items in content.items.items():
        text = catalogue_csv(items)
        app.import_catalogue(user=admin, command=app.new_command(), kind=kind, text=text)
    stays = {
        row.bed: _admit(app, row, admin, number)
        for number, row in enumerate(content.patients[:beds])
    }
    _assign(app, content, stays)
    return stays


def _add_people(app: App, content: Content) -> PractitionerId:
    admin = next(one for one in content.people if Role.ADMINISTRATOR in one.roles)
    others = [one for one in content.people if one is not admin]
    for row in (admin, *others):
        person = _practitioner(row)
        app.add_user(user=admin.user, command=app.new_command(), practitioner=person)
    return PractitionerId(admin.user)


def _practitioner(row: PersonRow) -> Practitioner:
    return Practitioner(
        user=PractitionerId(row.user),
        name=row.name,
        name_zh=row.name_zh,
        roles=frozenset(row.roles),
        wards=frozenset(WardId(ward) for ward in row.wards),
        badge=row.user.replace(".", "").upper(),
        student=row.student,
    )


def _admit(app: App, row: PatientRow, admin: str, number: int) -> EncounterId:
    """Into their bed, each some days ago."""
    days = 1 + number * 5 % 7
    admission = Admission(
        mrn=row.mrn,
        ward=MAIN_WARD,
        bed=row.bed,
        name=row.name,
        name_zh=row.name_zh,
        sex=Sex(row.sex),
        birth_date=row.born,
        diagnosis=row.diagnosis,
        at=app.now() - _STAYS_SINCE * days,
    )
    stay = app.admit(user=admin, command=app.new_command(), admission=admission).encounters[0]
    _ask(app, row, stay)
    return stay


def _ask(app: App, row: PatientRow, stay: EncounterId) -> None:
    """What the physician asks of everybody before an order is written."""
    for substance in row.allergies:
        allergy = Allergy(substance=substance)
        app.record_allergy(
            user=row.doctor, command=app.new_command(), encounter=stay, allergy=allergy
        )
    if not row.allergies:
        app.review_allergies(
            user=row.doctor, command=app.new_command(), encounter=stay, none_known=True
        )
    measured = {"weight": row.weight}
    app.record_weight(user=row.doctor, command=app.new_command(), encounter=stay, measured=measured)
    if Sex(row.sex) is Sex.FEMALE and app.now().year - row.born.year <= _MAY_BEAR_UNTIL:
        pregnancy = Pregnancy(pregnant="no")
        app.record_pregnancy(
            user=row.doctor, command=app.new_command(), encounter=stay, pregnancy=pregnancy
        )


def _assign(app: App, content: Content, stays: Mapping[str, EncounterId]) -> None:
    """Evening, night and following day: who looks after whom, and who is on duty."""
    charge = next(one.user for one in content.people if Role.CHARGE_NURSE in one.roles)
    evening = {one.user: one.evening or one.user for one in content.people}
    night_from, change = (
        content.instant(content.shift_from),
        content.instant(content.nurses_change),
    )
    of_night = {stays[row.bed]: row.nurse for row in content.patients if row.bed in stays}
    of_evening = {stay: evening[nurse] for stay, nurse in of_night.items()}
    for begins, ends, nurses in (
        (app.now() - timedelta(minutes=1), night_from, of_evening),
        (night_from, change, of_night),
        (change, night_from + _DAY, of_evening),
    ):
        shift = Shift(MAIN_WARD, begins, ends)
        app.assign_nurses(
            user=charge,
            command=app.new_command(),
            shift=shift,
            nurses={stay: PractitionerId(nurse) for stay, nurse in nurses.items()},
        )
        _roster(app, content, charge, shift)


def _roster(app: App, content: Content, charge: str, shift: Shift) -> None:
    doctors = [one.user for one in content.people if Role.PHYSICIAN in one.roles]
    senior = [one.user for one in content.people if Role.SENIOR_PHYSICIAN in one.roles]
    duties = [
        *(Duty("doctor", PractitionerId(user)) for user in doctors),
        *(Duty("on_call", PractitionerId(user)) for user in senior),
        Duty("nurse", PractitionerId(charge)),
    ]
    app.set_roster(user=charge, command=app.new_command(), shift=shift, duties=duties)


def evening_begins(content: Content) -> datetime:
    """When the demo begins: the evening before the shift."""
    return content.instant(content.evening_from)
