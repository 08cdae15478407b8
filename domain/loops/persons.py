"""Second persons: witnesses, co-signers, and who must not be the same as before (decision 11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.errors import NotAuthorised, Refused
from domain.loops.applies import Place, all_hold

if TYPE_CHECKING:
    from domain.commands import Entry
    from domain.loops.decision import Decision
    from domain.loops.definition import Step, Witness
    from domain.tasks import Task


def require_persons(decision: Decision, step: Step, task: Task | None, result: str | None) -> None:
    """Refuse a record without the second persons that its step needs.

    Raises:
        Refused: a witness is missing or is the actor; a co-signer is missing; the actor did an
            earlier step that another person must have done.
        NotAuthorised: the witness has not the role.
    """
    place = decision.place(task)
    entry = decision.entry
    if step.witness is not None and witness_needed(step.witness, place, result):
        require_witness(entry, step.witness, step.no)
    if (
        step.co_signer is not None
        and (not step.co_signer.results or result in step.co_signer.results)
        and not entry.co_signer
        and not decision.source.from_machine
    ):
        raise Refused(
            "CO_SIGNER_MISSING",
            f"{step.no} is signed by the patient or a relative too",
            next_step="Enter who signed (co_signer)",
            field="co_signer",
        )
    _require_another(place, step, entry)


def witness_needed(witness: Witness, place: Place, result: str | None) -> bool:
    """Whether a second person is needed for this result."""
    if witness.results and result not in witness.results:
        return False
    return all_hold(witness.when, place)


def require_witness(entry: Entry, witness: Witness, what: str) -> None:
    """Refuse an entry without a witness, or with one who may not be it (`decide` saw to the actor).

    Raises:
        Refused: no witness.
        NotAuthorised: a student, or somebody without the role.
    """
    second = entry.witness
    needs = " or ".join(role.value for role in witness.by)
    if second is None:
        raise Refused(
            "WITNESS_MISSING",
            f"{what} needs a second person",
            next_step=f"A {needs} must witness it (witness)",
            field="witness",
        )
    if second.student or not second.holds(witness.by):
        raise NotAuthorised(f"{second.user} may not witness {what}", needs=needs, field="witness")


def same_person(what: str) -> Refused:
    """The witness is the actor."""
    return Refused(
        "WITNESS_IS_ACTOR",
        f"The witness of {what} must be another person",
        next_step="Ask a colleague to witness it",
        field="witness",
    )


def _require_another(place: Place, step: Step, entry: Entry) -> None:
    rule = step.not_same_as
    if rule is None or entry.actor.is_system or not all_hold(rule.when, place):
        return
    for no in rule.steps:
        record = place.record(no)
        if record is not None and not record.role_system and record.actor == entry.actor.user:
            raise Refused(
                "SAME_PERSON",
                f"{step.no} must be done by somebody other than who did {no}",
                next_step="Ask a colleague to do it",
                field="actor",
            )
