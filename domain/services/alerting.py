"""What persons do about alerts: acknowledge, put off, override, review, sign. Nobody closes one.

Facts resolve alerts (decision 35). An act says that a person has seen it, and starts or stops a
clock; the score does not change by it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from domain.alert_events import (
    AlertAcknowledged,
    AlertOverridden,
    AlertResolved,
    AlertReviewed,
    AlertSnoozed,
)
from domain.alerts import AlertOverride, AlertSeverity, Resolution
from domain.errors import InvalidInput, NotAuthorised, NotFound, Refused
from domain.happenings import Happening, Noun
from domain.ids import PractitionerId
from domain.people import Role
from domain.services.alert_reasons import (
    OVERRIDE_REASONS,
    SECONDS,
    SNOOZE_REASONS,
    VERDICTS,
    require_reason,
)
from domain.services.authorising import authorised, second_person
from domain.services.undersigning import UNPROVED, proofs_of
from domain.services.writing import carry_out
from domain.signatures import NO_SECRETS, Meaning

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from domain.alert_events import AlertAct
    from domain.alerts import Alert, AlertRule
    from domain.ids import CommandId
    from domain.people import Actor
    from domain.services.undersigning import Proofs
    from domain.services.workplace import Changes, Workplace
    from domain.services.writing import Writing
    from domain.signatures import Secrets

_UNSIGNED: Final[tuple[Proofs, Mapping[PractitionerId, Meaning]]] = (
    UNPROVED,
    MappingProxyType({}),
)


def acknowledge(
    place: Workplace, *, user: str, command: CommandId, alert: str, note: str = ""
) -> Changes:
    """Say that the alert was seen: its ladder stops, its action timer starts.

    Raises:
        NotFound: no such alert.
        NotAuthorised: the actor is none of those who were told.
        Refused: it is resolved, or acknowledged already.
    """

    def act(found: Alert, rule: AlertRule | None, writing: Writing) -> AlertAct:
        if found.acknowledged_at is not None:
            raise Refused(
                "ACKNOWLEDGED",
                f"{found.acknowledged_by} has acknowledged this alert",
                next_step="Do what it asks for; acknowledging is not doing",
                field="alert",
            )
        minutes = None if rule is None else rule.action_minutes.get(found.severity)
        until = None if minutes is None else writing.now + timedelta(minutes=minutes)
        return AlertAcknowledged(until, note)

    return _act(place, user, command, alert, "alert.acknowledge", act, said=note)


def snooze(
    place: Workplace,
    *,
    user: str,
    command: CommandId,
    alert: str,
    minutes: int,
    reason: str,
    note: str = "",
) -> Changes:
    """Put the alert off for some minutes, with a reason. Neither its age nor the score changes.

    Raises:
        InvalidInput: the reason is no code, or there is no minute to it.
        NotFound: no such alert.
        NotAuthorised: the actor is none of those who were told.
        Refused: it may not be put off, not so long, or not again.
    """
    require_reason("reason", reason, SNOOZE_REASONS, note)
    if minutes < 1:
        raise InvalidInput("minutes", f"{minutes} is no time", right="minutes from 1")

    def act(found: Alert, rule: AlertRule | None, writing: Writing) -> AlertAct:
        longest = 0 if rule is None else rule.snooze_minutes.get(found.severity, 0)
        if minutes > longest:
            raise _no_snooze(found, longest)
        times = 0 if rule is None else rule.snooze_times.get(found.severity, 0)
        if found.snoozes >= times:
            raise Refused(
                "SNOOZED_BEFORE",
                f"This alert was put off {found.snoozes} times already",
                next_step="Do what it asks for, or override it with a reason",
                field="alert",
            )
        return AlertSnoozed(writing.now + timedelta(minutes=minutes), reason, note)

    said = (minutes, reason, note)
    return _act(place, user, command, alert, "alert.snooze", act, said=said)


def _no_snooze(found: Alert, longest: int) -> Refused:
    if longest:
        return Refused(
            "SNOOZE_TOO_LONG",
            f"An alert of severity {found.severity.value} is put off for {longest} minutes at most",
            next_step=f"Give minutes up to {longest}",
            field="minutes",
        )
    return Refused(
        "NO_SNOOZE",
        f"An alert of severity {found.severity.value} cannot be put off",
        next_step="Acknowledge it and do what it asks for",
        field="alert",
    )


def override(
    place: Workplace,
    *,
    user: str,
    command: CommandId,
    alert: str,
    reason: str,
    text: str = "",
    second: str | None = None,
    secrets: Secrets = NO_SECRETS,
) -> Changes:
    """Let the alert be, with a reason; of an S1 a pharmacist or senior physician must agree.

    It expires with the order or task, and after the hours of its rule at the latest; then it
    speaks again.

    Args:
        secrets: of who agrees, where the database is secured: they sign it.

    Raises:
        InvalidInput: the reason is no code, or `other` without words.
        NotFound: no such alert, or nobody bears the second name.
        NotAuthorised: the actor is none of those who were told, or the second may not agree.
        Refused: it is resolved, overridden already, or an S1 without a second person.
    """
    require_reason("reason", reason, OVERRIDE_REASONS, text)
    agreeing = None if second is None else second_person(place.reads, second, field="second")
    seconds = () if second is None else (second,)
    proofs = proofs_of(place, user=user, secrets=secrets, what="alert.override", seconds=seconds)
    signers = {} if agreeing is None else {agreeing.user: Meaning.OVERRIDDEN}

    def act(found: Alert, rule: AlertRule | None, writing: Writing) -> AlertAct:
        if found.override is not None:
            raise Refused(
                "OVERRIDDEN",
                f"{found.override.by} has overridden this alert",
                next_step="It speaks again when the override expires",
                field="alert",
            )
        _require_second(found, writing.actor, agreeing)
        hours = None if rule is None else timedelta(hours=rule.override_hours)
        return AlertOverridden(
            AlertOverride(
                reason=reason,
                by=writing.actor.user,
                at=writing.now,
                text=text,
                second=None if agreeing is None else agreeing.user,
                until=None if hours is None else writing.now + hours,
            )
        )

    said = (reason, text, second)
    signing = (proofs, signers)
    return _act(place, user, command, alert, "alert.override", act, said=said, signing=signing)


def _require_second(found: Alert, actor: Actor, second: Actor | None) -> None:
    if found.severity is not AlertSeverity.S1:
        return
    needs = " or ".join(role.value for role in SECONDS)
    if second is None:
        raise Refused(
            "SECOND_PERSON",
            "An alert of severity S1 is overridden by two persons",
            next_step=f"Name a second person: {needs}",
            field="second",
        )
    if second.user == actor.user:
        raise Refused(
            "SAME_PERSON",
            "The second person is the actor",
            next_step=f"Name another person: {needs}",
            field="second",
        )
    if second.student or not second.holds(SECONDS):
        raise NotAuthorised(f"{second.user} may not agree", needs=needs, field="second")


def review(
    place: Workplace, *, user: str, command: CommandId, alert: str, verdict: str, text: str = ""
) -> Changes:
    """A pharmacist's review of an alert: accepted, commented, or handed to the next rung.

    Raises:
        InvalidInput: the verdict is none; a comment has no words.
        NotFound: no such alert.
        NotAuthorised: the actor is no pharmacist.
        Refused: it is resolved; there is no further rung.
    """
    if verdict not in VERDICTS:
        raise InvalidInput("verdict", f"{verdict!r} is no verdict", right=", ".join(VERDICTS))
    if verdict == "commented" and not text.strip():
        raise InvalidInput("text", "a comment has no words", right="what the others should know")

    def act(found: Alert, rule: AlertRule | None, _writing: Writing) -> AlertAct:
        if verdict != "escalated":
            return AlertReviewed(verdict, text)
        ladder = () if rule is None else rule.ladder.get(found.severity, ())
        tier = found.tier + 1
        if tier >= len(ladder):
            raise Refused(
                "TOP_OF_LADDER",
                "Everybody of this alert's ladder was told",
                next_step="Call the responsible person",
                field="verdict",
            )
        return AlertReviewed(verdict, text, tier, ladder[tier].roles)

    said = (verdict, text)
    return _act(place, user, command, alert, "alert.review", act, said=said, told=False)


def sign_off(
    place: Workplace,
    *,
    user: str,
    command: CommandId,
    alert: str,
    secrets: Secrets = NO_SECRETS,
) -> Changes:
    """A physician's signature under an S1 that was open when the stay ended (decision 35).

    Args:
        secrets: of the physician, where the database is secured.

    Raises:
        NotFound: no such alert.
        NotAuthorised: the actor is no physician.
        Refused: the alert waits for no signature.
    """

    def act(found: Alert, _rule: AlertRule | None, _writing: Writing) -> AlertAct:
        if not found.awaits_signature:
            raise Refused(
                "NO_SIGNATURE_ASKED",
                "This alert waits for no signature",
                next_step="Do what it asks for; the facts resolve it",
                field="alert",
            )
        return AlertResolved(Resolution.ENCOUNTER_END, command)

    proofs = proofs_of(place, user=user, secrets=secrets, what="alert.sign")
    signing = (proofs, {PractitionerId(user): Meaning.CONFIRMED})
    return _act(
        place, user, command, alert, "alert.sign", act, said=None, told=False, signing=signing
    )


def _act(  # noqa: PLR0917 - the private frame of five use cases
    place: Workplace,
    user: str,
    command: CommandId,
    alert: str,
    use_case: str,
    act: Callable[[Alert, AlertRule | None, Writing], AlertAct],
    *,
    said: object,
    told: bool = True,
    signing: tuple[Proofs, Mapping[PractitionerId, Meaning]] = _UNSIGNED,
) -> Changes:
    known = place.reads.alert(alert)
    stays = () if known is None else (known.encounter,)
    actor = authorised(place.reads, user, use_case, stays=stays)
    if known is None:
        raise NotFound("alert", alert, right="an id that `wardloop alerts list` names")

    proofs, signers = signing

    def on_alert(writing: Writing) -> None:
        found = _open(place, alert)
        rule = rule_of(place, found)
        may = _answering(found, rule)
        if told and not actor.holds(may):
            needs = " or ".join(role.value for role in may)
            raise NotAuthorised(f"{actor.user} was not told of this alert", needs=needs)
        happening = _happening(found, act(found, rule, writing), writing)
        signed = writing.undersigning.act(signers, writing.now)
        writing.tell([happening if signed is None else replace(happening, signed=signed)])

    return carry_out(
        place,
        command=command,
        actor=actor,
        kind=use_case,
        encounters=(known.encounter,),
        act=on_alert,
        said=(alert, said),
        proofs=proofs,
    )


def rule_of(place: Workplace, alert: Alert) -> AlertRule | None:
    """The rule of an alert as it holds on the ward where its patient lies."""
    stay, book = place.reads.encounter(alert.encounter), place.rulebook
    ward = "" if stay is None else stay.ward
    return None if book is None else book.rule(alert.key.rule, ward)


def _answering(found: Alert, rule: AlertRule | None) -> tuple[Role, ...]:
    """Who may answer: who was told, and who would be told next.

    The physician who stands at the bed need not wait until the ladder reaches them.
    """
    rungs = () if rule is None else rule.ladder.get(found.severity, ())
    later = (role for rung in rungs for role in rung.roles)
    return tuple(dict.fromkeys((*found.audience, *later)))


def _open(place: Workplace, alert: str) -> Alert:
    """The alert as it is under the lock of its stay."""
    found = place.reads.alert(alert)
    if found is None or not found.open:
        raise Refused(
            "ALERT_RESOLVED",
            "The facts have resolved this alert",
            next_step="Read the list again",
            field="alert",
        )
    return found


def _happening(found: Alert, body: AlertAct, writing: Writing) -> Happening:
    return Happening(
        noun=Noun.ALERT,
        stream=found.id,
        body=body,
        actor=writing.actor.user,
        at=writing.now,
        recorded_at=writing.now,
        encounter=found.encounter,
    )
