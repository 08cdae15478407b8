"""What a window tells the trail: a page was opened on somebody, a scan was stopped, it was locked.

A page asks `reads` again and again; that it was opened is written once, before it is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.auditing import AuditAction
from domain.errors import NotAuthorised, NotFound
from domain.services.auditing import About, about_stay, note
from domain.services.authorising import authorised

if TYPE_CHECKING:
    from domain.ids import EncounterId, OrderId, TaskId, WardId
    from domain.services.workplace import Workplace


def opened(
    place: Workplace,
    *,
    user: str,
    what: str,
    encounter: EncounterId | None = None,
    order: OrderId | None = None,
    ward: WardId | None = None,
) -> None:
    """Say that somebody opens a page, before it shows anything.

    Args:
        what: the page: `loop`, `step`, `board`.
        encounter: whose record it shows; `order` names it as well. Without both it is a list.

    Raises:
        NotFound: nobody bears the user's name; there is no such order.
        NotAuthorised: the patient lies where the user does not work.
        StorageError: it cannot be written; then the page shows nothing.
    """
    listed = encounter is None and order is None
    use_case = "worklist.show" if listed else "order.show"
    stays = () if encounter is None else (encounter,)
    authorised(place.reads, user, use_case, stays=stays, order=order, ward=ward)
    if not place.audits_reading:
        return
    if listed:
        note(place, user=user, action=AuditAction.SEARCH, what=what, about=About(ward=ward))
        return
    about = about_stay(place, _stay_of(place, encounter, order), target=str(order or ""))
    note(place, user=user, action=AuditAction.READ, what=what, about=about)


def stopped(
    place: Workplace,
    *,
    user: str,
    what: str,
    checks: tuple[str, ...],
    order: OrderId,
    task: TaskId | None = None,
) -> None:
    """Say that a check stopped an act before it was recorded: a near miss.

    Args:
        what: the act: `step.record`.
        checks: their names, as the loop file has them.

    Raises:
        NotFound: nobody bears the user's name; there is no such order.
        StorageError: it cannot be written.
    """
    authorised(place.reads, user, "order.show", order=order)
    about = about_stay(place, _stay_of(place, None, order), target=str(task or order))
    detail = {"checks": list(checks)}
    note(
        place,
        user=user,
        action=AuditAction.STOPPED,
        what=what,
        about=about,
        outcome="refused",
        detail=detail,
    )


def allowed(place: Workplace, *, user: str, use_case: str) -> None:
    """Let somebody through the gate of what is no use case of its own: an import, an export.

    Raises:
        NotFound: nobody bears the user's name.
        NotAuthorised: none of their roles opens it.
    """
    authorised(place.reads, user, use_case)


def own_name(_place: Workplace, *, user: str, actor: str) -> None:
    """Refuse an entry that is to be another person's (decision 48).

    Raises:
        NotAuthorised: the actor is not the user.
    """
    if actor != user:
        raise NotAuthorised(f"{user} may not act for {actor}", needs=f"--user {actor}")


def locked(place: Workplace, *, user: str) -> None:
    """Say that a window was covered while somebody works there: by them, or by idle time.

    Raises:
        StorageError: it cannot be written.
    """
    note(place, user=user, action=AuditAction.LOCK, what="lock")


def _stay_of(place: Workplace, encounter: EncounterId | None, order: OrderId | None) -> EncounterId:
    found = encounter
    if found is None and order is not None:
        found = place.reads.encounter_of_order(order)
    if found is None:
        raise NotFound("order", str(order), right="the id of an order")
    return found
