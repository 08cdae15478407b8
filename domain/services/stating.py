"""What holds of a patient until it is said anew: pregnancy, standing facts; notes; all of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Final

from domain.entered import require_text
from domain.errors import InvalidInput, NotAuthorised
from domain.happenings import StandingFactSet
from domain.patients import Sex
from domain.people import Role
from domain.services.authorising import authorised, second_person
from domain.services.bedside import NOW, When, of_patient
from domain.standing import FACTS, LONGEST_PREGNANCY_WEEKS, NOTE, PREGNANCY

if TYPE_CHECKING:
    from datetime import date

    from domain.clinical import Clinical
    from domain.ids import CommandId, EncounterId
    from domain.services.bedside import Telling
    from domain.services.workplace import Changes, Workplace
    from domain.standing import StandingFact

PREGNANT: Final = ("yes", "no", "unknown")
_LONGEST_NOTE: Final = 2000


@dataclass(frozen=True, slots=True)
class Pregnancy:
    """What is said of a pregnancy.

    Attributes:
        pregnant: `yes`, `no` or `unknown`.
        gestation_weeks: completed weeks, of a pregnancy.
        post_partum: the day of the birth.
    """

    pregnant: str
    gestation_weeks: int | None = None
    post_partum: date | None = None
    lactating: bool | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of a patient beside orders.

    Attributes:
        notes: free text, the latest first.
    """

    clinical: Clinical
    notes: tuple[StandingFact, ...]


def record_pregnancy(
    place: Workplace,
    *,
    user: str,
    command: CommandId,
    encounter: EncounterId,
    pregnancy: Pregnancy,
    when: When = NOW,
) -> Changes:
    """Record whether a patient is pregnant, has given birth, breast-feeds.

    Raises:
        InvalidInput: names the field; a birth in the future or beside a pregnancy; a male patient.
        Refused: the stay had ended by then.
    """
    _check_pregnancy(pregnancy)

    def act(telling: Telling) -> None:
        sex = telling.writing.clinical(telling.stay.id).sex
        if sex is Sex.MALE and (pregnancy.pregnant == "yes" or pregnancy.post_partum):
            raise InvalidInput("pregnant", "the record says male", right="the right patient")
        born = pregnancy.post_partum
        if born is not None and born > telling.at.astimezone(UTC).date():
            raise InvalidInput("post_partum", "the birth is in the future", right="its day")
        telling.tell(
            StandingFactSet(
                telling.stay.patient_id,
                PREGNANCY,
                pregnancy.pregnant,
                telling.actor.user,
                _detail(pregnancy),
            )
        )

    return of_patient(
        place,
        user=user,
        command=command,
        encounter=encounter,
        use_case="pregnancy.record",
        act=act,
        when=when,
        said=pregnancy,
    )


def _check_pregnancy(said: Pregnancy) -> None:
    if said.pregnant not in PREGNANT:
        right = ", ".join(PREGNANT)
        raise InvalidInput("pregnant", f"pregnant: {said.pregnant!r} is not known", right=right)
    weeks = said.gestation_weeks
    if weeks is not None:
        right = f"1 to {LONGEST_PREGNANCY_WEEKS}, with pregnant: yes"
        if said.pregnant != "yes":
            raise InvalidInput("gestation_weeks", "belongs to a pregnancy", right=right)
        if not 1 <= weeks <= LONGEST_PREGNANCY_WEEKS:
            raise InvalidInput("gestation_weeks", f"{weeks} weeks cannot be", right=right)
    if said.post_partum is not None and said.pregnant == "yes":
        raise InvalidInput("post_partum", "contradicts pregnant: yes", right="pregnant: no")


def _detail(said: Pregnancy) -> dict[str, object]:
    found: dict[str, object] = {}
    if said.gestation_weeks is not None:
        found["gestation_weeks"] = said.gestation_weeks
    if said.post_partum is not None:
        found["post_partum"] = said.post_partum.isoformat()
    if said.lactating is not None:
        found["lactating"] = said.lactating
    return found


def record_note(
    place: Workplace,
    *,
    user: str,
    command: CommandId,
    encounter: EncounterId,
    fact: str | None = None,
    value: object = None,
    note: str = "",
    when: When = NOW,
) -> Changes:
    """Set a standing fact, with a note if there is more to say; or write a note alone.

    Args:
        fact: one of `standing.FACTS`; None for a note alone.
        value: yes or no, one of the fact's words, or of a person their user name.

    Raises:
        InvalidInput: names the field and what would be right.
        NotAuthorised: the fact is a physician's decision.
        NotFound: nobody bears the user name.
        Refused: the stay had ended by then; the person is disabled.
    """
    require_text("note", note)
    if len(note) > _LONGEST_NOTE:
        raise InvalidInput("note", "the note is too long", right=f"{_LONGEST_NOTE} characters")
    if fact is not None:
        checked: str | bool = _checked_fact(place, fact, value)
    elif value is not None:
        raise InvalidInput("fact", "fact is missing beside value", right=", ".join(FACTS))
    elif note:
        checked = note
    else:
        raise InvalidInput("fact", "neither fact nor note is given", right=", ".join(FACTS))

    def act(telling: Telling) -> None:
        _require_decider(telling, fact)
        detail = {"note": note} if fact is not None and note else {}
        patient, by = telling.stay.patient_id, telling.actor.user
        telling.tell(StandingFactSet(patient, fact or NOTE, checked, by, detail))

    return of_patient(
        place,
        user=user,
        command=command,
        encounter=encounter,
        use_case="note.record",
        act=act,
        when=when,
        said=(fact, checked, note),
        after_end=fact is not None and FACTS[fact].after_end,
    )


def _checked_fact(place: Workplace, fact: str, value: object) -> str | bool:
    kind = FACTS.get(fact)
    if kind is None:
        raise InvalidInput("fact", f"fact: {fact!r} is not known", right=", ".join(FACTS))
    if kind.person:
        if not isinstance(value, str) or not value:
            message = f"value: {value!r} is not right for {fact}"
            raise InvalidInput("value", message, right="the user name of who will do it")
        return second_person(place.reads, value, field="value").user
    right = ", ".join(kind.words) or "true or false"
    if isinstance(value, str if kind.words else bool) and (not kind.words or value in kind.words):
        return value
    raise InvalidInput("value", f"value: {value!r} is not right for {fact}", right=right)


def _require_decider(telling: Telling, fact: str | None) -> None:
    allowed: tuple[Role, ...] = FACTS[fact].by if fact is not None else ()
    if allowed and not telling.actor.holds(allowed):
        needs = " or ".join(role.value for role in allowed)
        raise NotAuthorised(f"{telling.actor.user} may not set {fact}", needs=needs)


def show_known(place: Workplace, *, user: str, encounter: EncounterId) -> Known:
    """All that is known of the patient of a stay beside orders.

    Raises:
        NotFound: no such stay.
    """
    authorised(place.reads, user, "patient.show", stays=(encounter,))
    return Known(place.reads.clinical(encounter), place.reads.notes(encounter))
