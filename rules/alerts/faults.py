"""Rules that failed: told to who looks after the program, beside all that the others say."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from domain.alerts import AlertSeverity
from domain.people import Role
from rules.alerts.claims import Claim

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules.alerts.view import View

FAULT: Final = "fault"
"""The cause of such an alert, and the name of what failed among its evidence."""


def faulted(view: View) -> Iterator[Claim]:
    """An S2 of each rule that failed, on the stay; dated by its oldest open work."""
    situation = view.situation
    dates = [one.since for one in situation.streams]
    if view.vitals is not None:
        dates.append(view.vitals.at)
    for name in sorted(view.faults) if dates else ():
        rule, what = view.faults[name]
        yield Claim(
            rule,
            situation.encounter,
            FAULT,
            situation.encounter,
            ((min(dates), AlertSeverity.S2),),
            (Role.ADMINISTRATOR,),
            evidence=MappingProxyType({FAULT: what}),
        )
