"""Observing a patient: vital signs, results without an order here, weight and height."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from domain.analytes import in_stored_unit, units_of
from domain.entered import require_text
from domain.errors import InvalidInput, NotAuthorised, NotFound, Refused
from domain.happenings import ObservationsWithdrawn, Observed, StandingFactSet
from domain.ids import PractitionerId
from domain.people import Role
from domain.quantities import parse_decimal
from domain.results import checked as checked_result
from domain.services.authorising import second_person
from domain.services.bedside import NOW, When, of_patient
from domain.standing import SPO2_SCALE
from domain.vital_signs import SCALE_BY, checked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from domain.clinical import Clinical
    from domain.ids import CommandId, EncounterId
    from domain.ports import Reads
    from domain.results import Result
    from domain.services.bedside import Telling
    from domain.services.workplace import Changes, Workplace
    from domain.vital_signs import VitalSigns

TARGET: Final = "88-92 %"
"""The saturation that a physician prescribes with scale 2."""
_BODY: Final[Mapping[str, tuple[Decimal, Decimal]]] = {
    "weight": (Decimal("0.2"), Decimal(650)),
    "height": (Decimal(20), Decimal(280)),
}
"""What a patient can weigh (kg) and measure (cm)."""


def observe_vitals(
    place: Workplace,
    *,
    user: str,
    command: CommandId,
    encounter: EncounterId,
    entered: Mapping[str, object],
    when: When = NOW,
) -> Changes:
    """Record vital signs that were taken together; parts of a set may be absent.

    A change of the SpO2 scale is an event of its own, in the name of the physician who prescribed
    its target.

    Args:
        entered: of `vital_signs.ENTERED`.

    Raises:
        InvalidInput: names the value and its range; the time is in the future or before the stay.
        NotAuthorised: who is said to have set the scale is no physician.
        Refused: the stay had ended by then.
    """
    signs = checked(entered)
    by = _prescriber(place.reads, signs)

    def act(telling: Telling) -> None:
        if telling.at < telling.stay.admitted_at:
            right = f"not before {telling.stay.admitted_at.isoformat(timespec='minutes')}"
            raise InvalidInput("at", "the patient was not here yet", right=right)
        if by is not None:
            _set_scale(telling, str(signs.scale), by)
        if signs.values:
            telling.tell(Observed(signs.values))

    return of_patient(
        place,
        user=user,
        command=command,
        encounter=encounter,
        use_case="observe.vitals",
        act=act,
        when=when,
        said=signs,
    )


def _prescriber(reads: Reads, signs: VitalSigns) -> PractitionerId | None:
    if signs.scale_by is None:
        return None
    person = second_person(reads, signs.scale_by, field=SCALE_BY)
    if not person.holds((Role.PHYSICIAN,)):
        needs = "the physician who prescribed the target"
        raise NotAuthorised(f"{person.user} is no physician", needs=needs, field=SCALE_BY)
    return person.user


def _set_scale(telling: Telling, scale: str, by: PractitionerId) -> None:
    present = telling.writing.clinical(telling.stay.id).facts.get(SPO2_SCALE)
    if (present.value if present is not None else "1") == scale:
        return
    detail = {"target": TARGET} if scale == "2" else {}
    telling.tell(StandingFactSet(telling.stay.patient_id, SPO2_SCALE, scale, by, detail))


def observe_result(
    place: Workplace,
    *,
    user: str,
    command: CommandId,
    encounter: EncounterId,
    result: Result,
    when: When = NOW,
    answers: str | None = None,
) -> Changes:
    """Record a result that no order here asked for; what is critical is marked so.

    Args:
        answers: the order or task that it is said to be of: such a result is that task's step.

    Raises:
        InvalidInput: names the field and what would be right.
        Refused: it is the result of an order; the stay had ended by then.
    """
    if answers is not None:
        raise Refused(
            "RESULT_OF_ORDER",
            f"The result of {answers} is a step of it",
            next_step="Record that step: `wardloop step record` with its task, step L8 of a tube",
            field="order",
        )

    def act(telling: Telling) -> None:
        limits = None
        if place.result_limits is not None:
            today = telling.writing.now.astimezone(place.zone(telling.stay.ward)).date()
            limits = place.result_limits(result.name, today)
        telling.tell(Observed({result.name: checked_result(result, limits)}))

    return of_patient(
        place,
        user=user,
        command=command,
        encounter=encounter,
        use_case="observe.result",
        act=act,
        when=when,
        said=result,
    )


def record_weight(
    place: Workplace,
    *,
    user: str,
    command: CommandId,
    encounter: EncounterId,
    measured: Mapping[str, object],
    when: When = NOW,
) -> Changes:
    """Record weight (kg) and height (cm), or one of them; `{"value", "unit"}` says another unit.

    Raises:
        InvalidInput: names the field and its range; neither is given.
        Refused: the stay had ended by then.
    """
    values = {
        name: _of_body(name, measured[name]) for name in _BODY if measured.get(name) is not None
    }
    if not values:
        raise InvalidInput("weight", "neither weight nor height is given", right="70.5 (kg)")
    return of_patient(
        place,
        user=user,
        command=command,
        encounter=encounter,
        use_case="weight.record",
        act=lambda telling: telling.tell(Observed(values)),
        when=when,
        said=values,
    )


def _of_body(name: str, value: object) -> str:
    low, high = _BODY[name]
    stored, *others = units_of(name)
    unit = stored
    if isinstance(value, dict):
        unit, value = str(value.get("unit")), value.get("value")
    number = in_stored_unit(name, parse_decimal(name, value), unit)
    if number is None:
        right = " or ".join((stored, *others))
        raise InvalidInput(name, f"{name}: {unit!r} is no unit of it", right=right)
    if not low <= number <= high:
        right = f"{low} to {high} {stored}"
        raise InvalidInput(name, f"{name}: {number} {stored} cannot be true", right=right)
    return format(number, "f")


def withdraw(
    place: Workplace,
    *,
    user: str,
    command: CommandId,
    encounter: EncounterId,
    observed_at: datetime,
    names: Sequence[str],
    reason: str,
) -> Changes:
    """Say that values were entered in error: they count no more, and stay in the journal.

    Args:
        observed_at: when they were said to be observed, to the minute.
        names: which of that time.

    Raises:
        InvalidInput: no name, or no reason.
        NotFound: no such value of that time in the last days.
        Refused: a value is told by a step, where it is to be corrected; the stay had ended by then.
    """
    if not names:
        raise InvalidInput("names", "names is missing", right='["temperature"]')
    require_text("reason", reason)
    if not reason:
        raise InvalidInput("reason", "reason is missing", right="what was wrong")

    def act(telling: Telling) -> None:
        known = telling.writing.clinical(telling.stay.id)
        found = {at for name in names for at in _instants(known, name, observed_at)}
        for at in sorted(found):
            of_time = tuple(name for name in names if _has(known, name, at))
            telling.tell(ObservationsWithdrawn(at, of_time, reason))
        left = telling.writing.clinical(telling.stay.id)
        for name in names:
            if any(_has(left, name, at) for at in found):
                raise Refused(
                    "TOLD_BY_STEP",
                    f"{name} was told by a step of an order",
                    next_step="Correct that step: `wardloop step record` with the act correct",
                    field="names",
                )

    return of_patient(
        place,
        user=user,
        command=command,
        encounter=encounter,
        use_case="observe.withdraw",
        act=act,
        when=NOW,
        said=(observed_at, tuple(names), reason),
    )


def _instants(known: Clinical, name: str, minute: datetime) -> list[datetime]:
    """When a name was observed in a minute; `NotFound` where it was not."""
    values = known.series.get(name, ())
    found = [one.at for one in values if minute <= one.at < minute + timedelta(minutes=1)]
    if not found:
        times = ", ".join(one.at.isoformat(timespec="minutes") for one in values[:3])
        raise NotFound("names", name, right=times and f"observed at {times}")
    return found


def _has(known: Clinical, name: str, at: datetime) -> bool:
    return any(one.at == at for one in known.series.get(name, ()))
