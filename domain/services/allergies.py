"""What a patient does not tolerate: recorded, reviewed, refuted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from domain.clinical import REFUTED, Allergy, AllergyKind
from domain.entered import require_text
from domain.errors import InvalidInput, NotFound, Refused
from domain.happenings import AllergyRecorded, StandingFactSet
from domain.services.bedside import NOW, When, of_patient
from domain.standing import ALLERGIES_REVIEWED

if TYPE_CHECKING:
    from domain.ids import CommandId, EncounterId
    from domain.services.bedside import Telling
    from domain.services.workplace import Changes, Workplace

SEVERITIES: Final = ("mild", "moderate", "severe")
CERTAINTIES: Final = ("confirmed", "suspected", REFUTED)
NONE: Final = "none"
"""The patient knows of no allergy."""
HOLDS: Final = "holds"
"""The list was gone through with the patient, and stands."""
_SUBSTANCE: Final = re.compile(r"\w[\w .,'+/\-()]{0,119}")


def record_allergy(
    place: Workplace,
    *,
    user: str,
    command: CommandId,
    encounter: EncounterId,
    allergy: Allergy,
    note: str = "",
    when: When = NOW,
) -> Changes:
    """Record an allergy or intolerance, or say anew what is known of it; the actor verifies it.

    It stays with the patient: the next stay knows of it. One that proves wrong is refuted, never
    deleted.

    Raises:
        InvalidInput: names the field and what would be right; refuting needs a note.
        NotFound: what is refuted was never recorded.
        Refused: the stay had ended by then.
    """
    substance = _substance(allergy.substance)
    for name, text in (("reaction", allergy.reaction), ("note", note)):
        require_text(name, text)
    for name, word, words in (
        ("severity", allergy.severity, ("", *SEVERITIES)),
        ("certainty", allergy.certainty, CERTAINTIES),
    ):
        if word not in words:
            right = ", ".join(one for one in words if one)
            raise InvalidInput(name, f"{name}: {word!r} is not known", right=right)
    refuted = allergy.certainty == REFUTED
    if refuted and not note:
        raise InvalidInput("note", "refuting an allergy needs a reason", right="what was found")

    def act(telling: Telling) -> None:
        if refuted:
            _require_known(telling, substance, allergy.kind)
        known = Allergy(
            substance=substance,
            kind=allergy.kind,
            reaction=allergy.reaction,
            severity=allergy.severity,
            certainty=allergy.certainty,
            verified_by=telling.actor.user,
        )
        telling.tell(AllergyRecorded(telling.stay.patient_id, known, note))

    return of_patient(
        place,
        user=user,
        command=command,
        encounter=encounter,
        use_case="allergy.record",
        act=act,
        when=when,
        said=(substance, allergy, note),
    )


def review_allergies(
    place: Workplace,
    *,
    user: str,
    command: CommandId,
    encounter: EncounterId,
    none_known: bool = False,
    when: When = NOW,
) -> Changes:
    """Say that the patient was asked: that they know of none, or that the list stands.

    Raises:
        Refused: none is said, but one stands; the list is said to stand, but there is none; the
            stay had ended by then.
    """

    def act(telling: Telling) -> None:
        known = telling.writing.clinical(telling.stay.id).allergies
        if none_known and known:
            standing = ", ".join(one.substance for one in known)
            raise Refused(
                "ALLERGY_STANDS",
                f"An allergy is recorded: {standing}",
                next_step="Refute it first, with a note, if it proved wrong",
                field="none_known",
            )
        if not none_known and not known:
            raise Refused(
                "NO_ALLERGY_RECORDED",
                "No allergy is recorded that could be reviewed",
                next_step="Record what the patient names, or say none_known: true",
                field="reviewed",
            )
        value = NONE if none_known else HOLDS
        patient, by = telling.stay.patient_id, telling.actor.user
        telling.tell(StandingFactSet(patient, ALLERGIES_REVIEWED, value, by))

    return of_patient(
        place,
        user=user,
        command=command,
        encounter=encounter,
        use_case="allergy.record",
        act=act,
        when=when,
        said=("reviewed", none_known),
    )


def _substance(text: str) -> str:
    require_text("substance", text)
    found = " ".join(text.lower().split())
    if not _SUBSTANCE.fullmatch(found):
        right = "an ingredient or a group: amoxicillin, penicillins, latex"
        raise InvalidInput("substance", f"substance: {text!r} is no name", right=right)
    return found


def _require_known(telling: Telling, substance: str, kind: AllergyKind) -> None:
    known = telling.writing.clinical(telling.stay.id).allergies or ()
    if not any(one.substance == substance and one.kind is kind for one in known):
        standing = ", ".join(f"{one.substance} ({one.kind})" for one in known) or "none stands"
        raise NotFound("substance", substance, right=standing)
