"""Signatures under what is recorded: who must sign, with which secret, and whether one holds.

In an open database nothing is signed. In a secured one the secrets are proved before anything is
locked, and what is about to be written is refused where a signature is missing under it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from domain.events import (
    Amended,
    Answered,
    Corrected,
    ExitRecorded,
    StepRecorded,
    StreamKind,
)
from domain.ids import PractitionerId, TaskId
from domain.loops.meanings import meaning_of
from domain.services.proving import prove
from domain.signatures import Meaning, Signature, Signed, signed_sha256

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from domain.credentials import Method
    from domain.events import Event
    from domain.loops.case import Case
    from domain.loops.loops import Loops
    from domain.orders import Order
    from domain.people import Actor
    from domain.services.workplace import Workplace
    from domain.signatures import Secrets, StoredSignature
    from domain.worklists import JournalRow

_OF_STEPS: Final = (StepRecorded, Corrected, Amended)


@dataclass(frozen=True, slots=True)
class Proofs:
    """Who has proved that an act is theirs, and by which secret; nobody in an open database."""

    methods: Mapping[PractitionerId, Method] = field(default_factory=lambda: MappingProxyType({}))


UNPROVED: Final = Proofs()


def proofs_of(
    place: Workplace,
    *,
    user: str,
    secrets: Secrets,
    what: str,
    witness: str | None = None,
    seconds: Iterable[str] = (),
) -> Proofs:
    """Check the secrets that persons entered for one act.

    Of who acts only one that was entered: what is written asks for it where it must be signed.
    Whoever stands beside always signs.

    Args:
        what: the use case: `step.record`.
        witness: who witnesses it.
        seconds: who agrees that a finding is passed over.

    Raises:
        Refused: as `prove` says, each with its field: secret, witness_secret.
    """
    found: dict[PractitionerId, Method] = {}
    if secrets.of(user):
        by = prove(place, user=PractitionerId(user), secret=secrets.of(user), what=what)
        if by is not None:
            found[PractitionerId(user)] = by
    beside = dict.fromkeys((*((witness,) if witness else ()), *seconds))
    for name in map(PractitionerId, beside):
        if name in found:
            continue
        secret = secrets.of(name)
        by = prove(place, user=name, secret=secret, what=what, field="witness_secret")
        if by is not None:
            found[name] = by
    return Proofs(MappingProxyType(found))


class Undersigning:
    """Puts the signatures of one act under its events."""

    def __init__(self, place: Workplace, actor: Actor, proofs: Proofs) -> None:
        self._place = place
        self._actor = actor
        self._proofs = proofs
        self._open = False

    def events(
        self, events: Sequence[Event], case: Case, loops: Loops, now: datetime
    ) -> Sequence[Event]:
        """The events, each with the signatures that belong under it.

        Args:
            case: as it is after them.
            now: when they were signed.

        Raises:
            Refused: somebody has to sign and has entered no secret: SECRET_NEEDED, NO_SECRET.
        """
        return [self._event(event, case, loops, now) for event in events]

    def act(self, signers: Mapping[PractitionerId, Meaning], now: datetime) -> Signed | None:
        """The signatures under an act that is about no order (an alert).

        Raises:
            Refused: as for events.
        """
        return self._signed(list(signers.items()), MappingProxyType({}), now)

    def _event(self, event: Event, case: Case, loops: Loops, now: datetime) -> Event:
        if self._open or self._actor.is_system or event.source.from_machine:
            return event
        signers = list(_signers(event, case, loops))
        if not signers:
            return event
        signed = self._signed(signers, about_order(case.order), now)
        return event if signed is None else replace(event, signed=signed)

    def _signed(
        self,
        signers: Sequence[tuple[PractitionerId, Meaning]],
        about: Mapping[str, object],
        now: datetime,
    ) -> Signed | None:
        found = []
        for signer, meaning in signers:
            method = self._method(signer)
            if method is None:
                self._open = True
                return None
            found.append(Signature(signer, meaning, method, now))
        return Signed(tuple(found), about) if found else None

    def _method(self, signer: PractitionerId) -> Method | None:
        known = self._proofs.methods.get(signer)
        if known is not None:
            return known
        field = "secret" if signer == self._actor.user else "witness_secret"
        return prove(self._place, user=signer, secret=None, what="signature", field=field)


def _signers(event: Event, case: Case, loops: Loops) -> Iterator[tuple[PractitionerId, Meaning]]:
    """Who signs an event, with what it means: who did it first."""
    body = event.body
    if isinstance(body, _OF_STEPS) and not getattr(body, "by_system", False):
        task = None
        if event.stream_kind is StreamKind.TASK:
            task = case.tasks.get(TaskId(event.stream))
        loop = loops.get(case.order.loop if task is None else task.loop)
        step = loop.find_step(body.step)
        meaning = None if step is None else meaning_of(step)
        if meaning is not None:
            yield event.actor, meaning
    if isinstance(body, Answered) and body.second is not None:
        yield event.actor, Meaning.OVERRIDDEN
        yield body.second, Meaning.OVERRIDDEN
    if isinstance(body, (StepRecorded, ExitRecorded)):
        if body.witness is not None:
            yield body.witness, Meaning.WITNESSED
        for second in dict.fromkeys(one.second for one in body.overrides):
            if second is not None:
                yield second, Meaning.OVERRIDDEN


def about_order(order: Order) -> Mapping[str, object]:
    """What of an order is signed with each of its acts: whose it is, and what it says."""
    return {
        "order": order.id,
        "loop": order.loop,
        "patient": order.patient_id,
        "encounter": order.encounter_id,
        "priority": order.priority.value,
        "fields": order.fields,
    }


def about_as_recorded(rows: Iterable[JournalRow], order: str) -> Mapping[str, object]:
    """The same, as the journal of the order says it now."""
    found: dict[str, object] = {}
    for row in rows:
        said = row.payload
        if row.stream != order or row.kind not in {"order_placed", "order_revised"}:
            continue
        if row.kind == "order_placed":
            found = {
                "order": order,
                "loop": said.get("loop"),
                "patient": said.get("patient_id"),
                "encounter": said.get("encounter_id"),
            }
        found |= {"priority": said.get("priority"), "fields": said.get("fields")}
    return found


def holds(stored: StoredSignature, row: JournalRow, about: Mapping[str, object]) -> bool:
    """Whether a signature still stands under the content that it was given for."""
    found = signed_sha256(
        stored.signature,
        about=about,
        kind=row.kind,
        stream=row.stream,
        actor=row.actor,
        at=row.event_at,
        body=row.payload,
    )
    return found == stored.sha256
