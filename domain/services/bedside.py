"""The frame of what is said of a patient beside orders: by whom, in which stay, when it was."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from domain.errors import Refused
from domain.happenings import Noun
from domain.records import Source
from domain.services.admitting import moment_of, told
from domain.services.authorising import authorised, require_own
from domain.services.writing import carry_out

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from domain.happenings import CareBody
    from domain.ids import CommandId, EncounterId
    from domain.patients import Encounter
    from domain.people import Actor
    from domain.services.workplace import Changes, Workplace
    from domain.services.writing import Writing


@dataclass(frozen=True, slots=True)
class When:
    """When something was, and how it is entered.

    Attributes:
        at: when it was; None: now.
    """

    at: datetime | None = None
    source: Source = Source.LIVE


NOW = When()


class Telling:
    """What one use case tells of one patient, each event in its turn."""

    def __init__(self, writing: Writing, stay: Encounter, at: datetime, source: Source) -> None:
        self.writing = writing
        self.stay = stay
        self.at = at
        self._source = source

    @property
    def actor(self) -> Actor:
        """Who tells."""
        return self.writing.actor

    def tell(self, body: CareBody) -> None:
        """One event on the stay's chain."""
        stay = self.stay.id
        happening = told(
            self.writing, body, noun=Noun.ENCOUNTER, stream=stay, encounter=stay, at=self.at
        )
        self.writing.tell([replace(happening, source=self._source)])


def of_patient(
    place: Workplace,
    *,
    user: str,
    command: CommandId,
    encounter: EncounterId,
    use_case: str,
    act: Callable[[Telling], None],
    when: When,
    said: object,
    after_end: bool = False,
) -> Changes:
    """Carry out what is said of the patient of a stay.

    Of a stay that has ended only what was before its end may still be told.

    Args:
        after_end: what is said holds after the end as well.

    Raises:
        NotFound: no such user or stay.
        NotAuthorised: the role, the ward, or the source is not this user's.
        InvalidInput: the time lies in the future.
        Refused: the stay had ended by then.
    """
    actor = authorised(place.reads, user, use_case, stays=(encounter,))
    require_own(actor, when.source)

    def in_stay(writing: Writing) -> None:
        stay = writing.stay(encounter)
        moment = moment_of(writing, when.at)
        if stay.ended_at is not None and moment > stay.ended_at and not after_end:
            raise Refused(
                "STAY_ENDED",
                "The stay has ended",
                next_step="Say in `at` when it was, or admit the patient again",
                field="encounter",
            )
        act(Telling(writing, stay, moment, when.source))

    return carry_out(
        place,
        command=command,
        actor=actor,
        kind=use_case,
        encounters=(encounter,),
        act=in_stay,
        said=(encounter, when, said),
    )
