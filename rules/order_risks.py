"""What prescribing checks say of active orders, kept while nothing that they look at has changed.

They look at orders, allergies, results and standing facts, never at the clock: the instant that
they are given is the last at which one of these became known, so that time alone changes no score.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from domain.clinical import Clinical
from domain.conditions import listed
from domain.errors import InvalidInput
from domain.observations import VITALS
from rules.kidneys import aki_stage
from rules.scores.news2 import PARAMETERS

if TYPE_CHECKING:
    from domain.ids import EncounterId
    from domain.observations import Observation
    from domain.situation import Situation

Risks = tuple[tuple[str, str, str], ...]
FindRisks = Callable[[Clinical, datetime], Risks]
"""The order, the kind and the override of each risk, as of an instant."""
REMEMBERED: Final = 4096
"""More stays than a hospital has open."""
_MEDICATION: Final = "medication"
_COMPARED: Final = "qtc"
"""Of this result checks look at the one before it, too."""
_SIGNED: Final = "M1"
_ENDED: Final = "M15"
_WATCHED: Final = frozenset({*VITALS, *PARAMETERS})
"""Vital signs: they change every hour, and no prescribing check looks at them."""


class OrderRisks:
    """The risks of the stays that were looked at last."""

    def __init__(self, find: FindRisks) -> None:
        self._find = find
        self._known: dict[EncounterId, tuple[object, object, Risks]] = {}

    def of(self, situation: Situation) -> Risks:
        """The risks of a stay's active orders for drugs; nothing is read where there are none."""
        streams = tuple(
            one for one in situation.streams if one.task is None and one.loop == _MEDICATION
        )
        if not streams:
            return ()
        looked_at = _looked_at(situation)
        same = (streams, looked_at)  # mostly the very same objects: compared at once
        known = self._known.get(situation.encounter)
        if known is not None and known[0] == same:
            return known[2]
        latest, *known_by = looked_at
        orders = [
            (
                one.order,
                one.state,
                one.since,
                one.done.get(_SIGNED),
                one.done.get(_ENDED),
                one.marks,
            )
            for one in streams
        ]
        results = [(one.name, one.at, one.value, one.unit) for one in latest]
        key = (frozenset(orders), frozenset(results), known_by)
        if known is not None and known[1] == key:
            self._known[situation.encounter] = same, key, known[2]
            return known[2]
        # of the key alone: what is asked for again after a rebuild is asked as of the same instant
        instants = [since for _, _, since, _, _, _ in orders] + [at for _, at, _, _ in results]
        instants += [done[0] for _, _, _, *steps, _ in orders for done in steps if done is not None]
        try:
            found = self._find(situation.clinical, max(instants))
        except InvalidInput:  # a value in a unit that is not known: it says nothing
            found = ()
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[situation.encounter] = same, key, found
        return found


def _looked_at(situation: Situation) -> tuple[tuple[Observation, ...], *tuple[object, ...]]:
    """What prescribing checks look at beside orders: the last results first."""
    clinical = situation.clinical
    latest = tuple(one for name, one in clinical.latest.items() if name not in _WATCHED)
    earlier = clinical.series.get(_COMPARED, ())[:2] if _COMPARED in clinical.latest else ()
    stage = aki_stage(clinical, rrt=False)  # of earlier values and other stays, too
    return latest, clinical.allergies, situation.flags, earlier, stage, listed(clinical.facts)
