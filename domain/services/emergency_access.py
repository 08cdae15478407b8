"""Breaking the glass: a patient's stay opened in need, and the review of why it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.auditing import AuditAction
from domain.errors import InvalidInput, NotFound, Refused
from domain.grants import OPEN_FOR, Grant, GrantKind, Review, Verdict, grant_id
from domain.happenings import AccessReviewed, Granted
from domain.services.admitting import stay_of
from domain.services.auditing import About, note
from domain.services.authorising import authorised
from domain.services.care import by_mrn
from domain.services.granting import happening, require_reason, without_wards
from domain.services.writing import carry_out

if TYPE_CHECKING:
    from domain.ids import CommandId, EncounterId
    from domain.patients import Encounter
    from domain.services.workplace import Changes, Workplace
    from domain.services.writing import Writing


def open_stay(
    place: Workplace,
    *,
    user: str,
    command: CommandId,
    reason: str,
    encounter: EncounterId | None = None,
    mrn: str | None = None,
) -> Changes:
    """Open the stay of a patient on a ward where one does not work, for four hours, with a reason.

    One sees the patient and acts with one's own roles until then. It stands in the journal and in
    the audit trail, and somebody reviews it.

    Raises:
        NotFound: no such stay or patient.
        InvalidInput: nobody is named, or the reason is not said.
        Refused: one works there; nothing needs to be opened.
    """
    actor = authorised(place.reads, user, "access.open")
    stay = _stay(place, encounter, mrn)
    require_reason(reason)
    own = without_wards(actor)

    def act(writing: Writing) -> None:
        if actor.on(stay.ward, stay.id) is not None:
            raise Refused(
                "NOT_NEEDED",
                f"{actor.user} may see this patient already",
                next_step="Go on",
                field="encounter",
            )
        grant = Grant(
            id=grant_id(command),
            kind=GrantKind.BREAK_GLASS,
            user=actor.user,
            given_by=actor.user,
            starts_at=writing.now,
            ends_at=writing.now + OPEN_FOR,
            reason=reason.strip(),
            encounter=stay.id,
        )
        writing.tell([happening(grant, Granted(grant), actor, writing)])

    changes = carry_out(
        place,
        command=command,
        actor=own,
        kind="access.open",
        encounters=(stay.id,),
        act=act,
        said=(stay.id, reason),
    )
    about = About(stay.id, stay.patient_id, stay.ward, grant_id(command))
    action = AuditAction.BREAK_GLASS
    note(place, user=user, action=action, what="access.open_stay", about=about)
    return changes


def _stay(place: Workplace, encounter: EncounterId | None, mrn: str | None) -> Encounter:
    reads = place.reads
    if encounter is not None:
        stay = reads.encounter(encounter)
    elif mrn is not None:
        stay = stay_of(reads, by_mrn(reads, "mrn", mrn))
    else:
        raise InvalidInput("encounter", "nobody is named", right="encounter or mrn")
    if stay is None:
        raise NotFound("encounter", str(encounter or mrn), right="the id of a stay")
    return stay


def opened_stays(place: Workplace, *, user: str, reviewed: bool = False) -> tuple[Grant, ...]:
    """The stays that were opened in need, the latest first: what is to be reviewed.

    Args:
        reviewed: those too that somebody has reviewed.
    """
    authorised(place.reads, user, "access.list")
    found = place.reads.grants(kind=GrantKind.BREAK_GLASS)
    return tuple(one for one in found if reviewed or one.review is None)


def review_access(
    place: Workplace,
    *,
    user: str,
    command: CommandId,
    grant: str,
    verdict: Verdict,
    text: str = "",
) -> Changes:
    """Say whether a stay was opened with good reason. Nobody reviews their own.

    Raises:
        NotFound: no such opening.
        InvalidInput: it was not justified, and nothing is said of it.
        Refused: it is one's own, or somebody has reviewed it.
    """
    actor = authorised(place.reads, user, "access.review")
    found = place.reads.grant(grant)
    if found is None or found.encounter is None:
        raise NotFound("grant", grant, right="one that `wardloop access list` names")
    if found.user == actor.user:
        raise Refused(
            "OWN_ACCESS",
            "Nobody reviews their own",
            next_step="Leave it to another reviewer",
            field="grant",
        )
    if verdict is Verdict.NOT_JUSTIFIED and not text.strip():
        raise InvalidInput("text", "what was wrong is not said", right="a few words")

    def act(writing: Writing) -> None:
        present = place.reads.grant(grant)
        if present is None or present.review is not None:
            raise Refused(
                "REVIEWED",
                "Somebody has reviewed it",
                next_step="Read the list again",
                field="grant",
            )
        review = Review(actor.user, writing.now, verdict, text.strip())
        writing.tell([happening(present, AccessReviewed(grant, review), actor, writing)])

    return carry_out(
        place,
        command=command,
        actor=without_wards(actor),
        kind="access.review",
        encounters=(found.encounter,),
        act=act,
        said=(grant, verdict, text),
    )
