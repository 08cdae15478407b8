"""The lasting illnesses of a patient: added, taken off, or said to be none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.conditions import CONDITIONS, LISTED, MOST, NONE, listed
from domain.entered import require_text
from domain.errors import InvalidInput, NotFound, Refused
from domain.happenings import StandingFactSet
from domain.services.bedside import NOW, When, of_patient

if TYPE_CHECKING:
    from domain.ids import CommandId, EncounterId
    from domain.services.bedside import Telling
    from domain.services.workplace import Changes, Workplace


def record_conditions(
    place: Workplace,
    *,
    user: str,
    command: CommandId,
    encounter: EncounterId,
    add: tuple[str, ...] = (),
    remove: tuple[str, ...] = (),
    none_known: bool = False,
    note: str = "",
    when: When = NOW,
) -> Changes:
    """Say which lasting illnesses a patient has; what stood before stands on.

    The event holds the whole list as it stands from then on, in the name of who changed it.

    Args:
        add: entries of `conditions.entries`.
        remove: entries that proved wrong; needs a note.
        none_known: the patient was asked and has none.

    Raises:
        InvalidInput: names the field and what would be right; the list was said anew since.
        NotFound: what is taken off does not stand.
        Refused: none is said, but one stands; the stay had ended by then.
    """
    require_text("note", note)
    if none_known == bool(add or remove):
        what = "none_known stands beside conditions" if none_known else "no condition is given"
        right = "conditions or icd10 to add, remove, or none_known: true"
        raise InvalidInput("conditions", what, right=right)
    if remove and not note:
        right = "what was found"
        raise InvalidInput("note", "taking a condition off needs a reason", right=right)

    def act(telling: Telling) -> None:
        facts = telling.writing.clinical(telling.stay.id).facts
        before = facts.get(CONDITIONS)
        if before is not None and telling.at < before.at:
            right = f"not before {before.at.isoformat(timespec='minutes')}"
            raise InvalidInput("at", "the list was recorded anew since then", right=right)
        stood = listed(facts) or ()
        if none_known and stood:
            _refuse_none(stood)
        _require_listed(stood, remove)
        kept = dict.fromkeys(one for one in stood if one not in remove)
        whole = tuple(kept | dict.fromkeys(add))
        if len(whole) > MOST:
            raise InvalidInput("conditions", f"{len(whole)} conditions", right=f"{MOST} at most")
        detail: dict[str, object] = {LISTED: list(whole)}
        if note:
            detail["note"] = note
        value = LISTED if whole else NONE
        patient, by = telling.stay.patient_id, telling.actor.user
        telling.tell(StandingFactSet(patient, CONDITIONS, value, by, detail))

    return of_patient(
        place,
        user=user,
        command=command,
        encounter=encounter,
        use_case="condition.record",
        act=act,
        when=when,
        said=(add, remove, none_known, note),
    )


def _refuse_none(stood: tuple[str, ...]) -> None:
    raise Refused(
        "CONDITION_STANDS",
        f"A condition is recorded: {', '.join(stood)}",
        next_step="Take it off first (remove), with a note, if it proved wrong",
        field="none_known",
    )


def _require_listed(stood: tuple[str, ...], remove: tuple[str, ...]) -> None:
    for one in remove:
        if one not in stood:
            raise NotFound("remove", one, right=", ".join(stood) or "none stands")
