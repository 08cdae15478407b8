"""The safety officer's list: near misses and incidents with what is done about them, and approvals.

A configuration that changes limits or rules is agreed to by two persons before it counts.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from domain.auditing import AuditAction
from domain.errors import InvalidInput, NotFound, Refused
from domain.findings import Severity
from domain.happenings import ConfigurationApproved, FollowedUp, Happening, Noun
from domain.loops.checks import IDENTITY_CHECKS
from domain.safety import BY_KIND, FollowUp, FollowUpState, SafetyEvent, SafetyKind
from domain.services.authorising import authorised
from domain.services.writing import carry_out

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from domain.auditing import AuditRow
    from domain.ids import CommandId, EncounterId
    from domain.people import Actor
    from domain.safety import Approval, SafetyRow
    from domain.services.workplace import Changes, Workplace
    from domain.services.writing import Writing

MOST: Final = 2_000
"""So many lines at most are looked through; a narrower span shows the rest."""
LONGEST_NOTE: Final = 2_000


@dataclass(frozen=True, slots=True)
class Sought:
    """Which lines of the list are wanted; None: all."""

    since: datetime
    until: datetime
    kinds: frozenset[SafetyKind] | None = None
    states: frozenset[FollowUpState] | None = None
    encounter: EncounterId | None = None


def safety_events(place: Workplace, *, user: str, sought: Sought) -> tuple[SafetyEvent, ...]:
    """Near misses and incidents of a span, the latest first.

    Raises:
        NotAuthorised: the user does not follow them up.
        InvalidInput: the span ends before it begins.
    """
    authorised(place.reads, user, "safety.list")
    if sought.until <= sought.since:
        raise InvalidInput("to", "the span ends before it begins", right="a later instant")
    found = sorted(_all(place, sought), key=lambda one: (one.at, one.subject), reverse=True)
    return tuple(one for one in found if _wanted(one, sought))


def _wanted(event: SafetyEvent, sought: Sought) -> bool:
    return (
        (sought.kinds is None or event.kind in sought.kinds)
        and (sought.states is None or event.state in sought.states)
        and (sought.encounter is None or event.encounter == sought.encounter)
    )


def _all(place: Workplace, sought: Sought) -> Iterator[SafetyEvent]:
    records, done = place.trust.safety, place.trust.safety.follow_ups()
    for row in records.notable(since=sought.since, until=sought.until, limit=MOST):
        yield _of_record(row, done)
    stopped = frozenset({AuditAction.STOPPED})
    trail = place.trust.trail
    for entry in trail.rows(actions=stopped, since=sought.since, until=sought.until, limit=MOST):
        yield _of_stop(entry, done)


def _of_record(found: SafetyRow, done: Mapping[str, tuple[FollowUp, ...]]) -> SafetyEvent:
    row, said = found.row, found.row.payload
    subject = f"{row.chain}#{row.chain_seq}"
    checks = tuple(dict.fromkeys((*_checks(said, "overrides"), *_checks(said, "findings"))))
    kind = BY_KIND.get(row.kind)
    if kind is None:
        stopped = any(check in IDENTITY_CHECKS for check in _stops(said))
        kind = SafetyKind.MISMATCH if stopped else SafetyKind.OVERRIDE
    words = [said.get(name) for name in ("step", "severity", "code")]
    return SafetyEvent(
        subject,
        kind,
        row.recorded_at,
        row.actor,
        found.encounter,
        row.stream.removeprefix("alert:"),
        (*(str(word) for word in words if isinstance(word, str) and word), *checks),
        str(said.get("text") or said.get("reason") or _override_reason(said)),
        done.get(subject, ()),
    )


def _checks(said: Mapping[str, object], part: str) -> Iterator[str]:
    for one in cast("list[Mapping[str, object]]", said.get(part) or ()):
        yield str(one["check"])


def _stops(said: Mapping[str, object]) -> Iterator[str]:
    for one in cast("list[Mapping[str, object]]", said.get("findings") or ()):
        if one.get("severity") == Severity.STOP.value:
            yield str(one["check"])


def _override_reason(said: Mapping[str, object]) -> str:
    passed = cast("list[Mapping[str, object]]", said.get("overrides") or ())
    return "; ".join(str(one["reason"]) for one in passed if one.get("reason"))


def _of_stop(found: AuditRow, done: Mapping[str, tuple[FollowUp, ...]]) -> SafetyEvent:
    entry, subject = found.entry, f"{found.chain}#{found.chain_seq}"
    checks = tuple(str(check) for check in cast("list[object]", entry.detail.get("checks") or ()))
    mismatch = any(check in IDENTITY_CHECKS for check in checks)
    return SafetyEvent(
        subject,
        SafetyKind.MISMATCH if mismatch else SafetyKind.STOP,
        entry.at,
        entry.user,
        entry.encounter,
        entry.target or None,
        checks,
        "",
        done.get(subject, ()),
    )


def follow_up(
    place: Workplace,
    *,
    user: str,
    command: CommandId,
    subject: str,
    state: FollowUpState,
    note: str,
) -> Changes:
    """Say what was done about a near miss or an incident, and how far that has come.

    Raises:
        NotAuthorised: the user does not follow them up.
        NotFound: no record bears that subject.
        InvalidInput: the note is missing or too long.
    """
    actor = authorised(place.reads, user, "safety.follow_up")
    if not note.strip():
        raise InvalidInput("note", "note is missing", right="what was found and done, in words")
    if len(note) > LONGEST_NOTE:
        raise InvalidInput("note", "note is too long", right=f"{LONGEST_NOTE} characters at most")
    if not _is_there(place, subject):
        raise NotFound("subject", subject, right="a subject that `wardloop incident list` names")
    body = FollowedUp(state, note.strip())
    happening = (Noun.SAFETY, subject)
    return _tell(place, command, actor, happening, body, said=(subject, state, note))


def _is_there(place: Workplace, subject: str) -> bool:
    """Whether a record bears the subject; one that was followed up before does."""
    chain, _, seq = subject.rpartition("#")
    if not chain or not seq.isdecimal():
        return False
    return subject in place.trust.safety.follow_ups() or place.trust.safety.holds(chain, int(seq))


def approve(
    place: Workplace, *, user: str, command: CommandId, name: str, content: str
) -> Approval:
    """Agree to a configuration file; it counts once a second person has agreed to the same bytes.

    Raises:
        NotAuthorised: the user does not decide about limits and rules.
        Refused: they agreed to this file already: another person has to.
    """
    actor = authorised(place.reads, user, "site.approve")
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    known = approval_of(place, sha256)
    if known is not None and not known.approved and actor.user in known.by:
        raise Refused(
            "SECOND_APPROVER",
            f"{actor.user} agreed to {name} already",
            next_step="Another person agrees to the same file (site approve)",
            field="actor",
        )
    if known is None or not known.approved:
        body = ConfigurationApproved(sha256, name, content)
        _tell(place, command, actor, (Noun.SITE, sha256), body, said=(sha256, name))
    found = approval_of(place, sha256)
    assert found is not None  # noqa: S101 - it was just told
    return found


def approval_of(place: Workplace, sha256: str) -> Approval | None:
    """Who agreed to a file of these bytes."""
    return next((one for one in place.trust.safety.approvals() if one.sha256 == sha256), None)


def approvals(place: Workplace, *, user: str) -> tuple[Approval, ...]:
    """Every configuration file that somebody agreed to, the earliest first."""
    authorised(place.reads, user, "site.show")
    return place.trust.safety.approvals()


def _tell(
    place: Workplace,
    command: CommandId,
    actor: Actor,
    of: tuple[Noun, str],
    body: ConfigurationApproved | FollowedUp,
    *,
    said: object,
) -> Changes:
    def act(writing: Writing) -> None:
        noun, stream = of
        told = Happening(
            noun=noun,
            stream=stream,
            body=body,
            actor=actor.user,
            at=writing.now,
            recorded_at=writing.now,
        )
        writing.tell([told])

    kind = "site.approve" if isinstance(body, ConfigurationApproved) else "safety.follow_up"
    return carry_out(place, command=command, actor=actor, kind=kind, act=act, said=said)
