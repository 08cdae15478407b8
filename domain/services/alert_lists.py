"""Reading alerts and scores: what is open for whom, one alert with its trail, a patient's risk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from domain.alerts import ALSO, MEMBERS
from domain.errors import NotFound
from domain.ids import OrderId, TaskId
from domain.services.alerting import rule_of
from domain.services.authorising import at_stays, authorised
from domain.services.looking_ahead import alerts_at, standing_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from domain.alerts import Alert, AlertRule
    from domain.ids import EncounterId, WardId
    from domain.people import Role
    from domain.services.workplace import Workplace
    from domain.situation import RiskStanding
    from domain.worklists import AlertRow, JournalRow

MEDICATION: Final = "medication"
MOST: Final = 10_000
"""More alerts than a hospital has open at once."""


@dataclass(frozen=True, slots=True)
class AlertItem:
    """An alert of a list, with what its rule says.

    Attributes:
        quiet: why nobody is told just now: `acknowledged`, `snoozed`, `overridden`, or empty.
        stands_for: the rules of other steps whose alerts it hides.
        members: of a card, what the orders say that it is about.
    """

    row: AlertRow
    rule: AlertRule | None
    age_minutes: int
    quiet: str
    stands_for: tuple[AlertRule, ...] = ()
    members: tuple[Mapping[str, object], ...] = ()

    @property
    def alert(self) -> Alert:
        """The alert itself."""
        return self.row.alert


def list_alerts(
    place: Workplace,
    *,
    user: str,
    now: datetime,
    ward: WardId | None = None,
    role: Role | None = None,
    encounter: EncounterId | None = None,
    resolved: bool = False,
    silent: bool = False,
    review: bool = False,
    frozen: bool = False,
) -> tuple[AlertItem, ...]:
    """Alerts, the gravest and then the oldest first.

    Args:
        role: only those that this role was told of, by the ladder too.
        resolved: those too that the facts have resolved.
        silent: those too that are shown to nobody.
        review: the pharmacist's queue: of the medication loop only, what none has reviewed.
        frozen: as the watch would have left them at `now` (decision 26).

    Raises:
        NotFound: nobody bears the user's name.
        NotAuthorised: they do not work on the ward that is named, or on that of the stay.
    """
    stays = () if encounter is None else (encounter,)
    actor = authorised(place.reads, user, "alert.list", stays=stays, ward=ward)
    rows = place.reads.alerts(
        ward=ward,
        encounter=encounter,
        roles=None if role is None else frozenset({role}),
        open_only=not resolved,
        silent=silent,
        limit=MOST,
    )
    if frozen:
        here = place.reads.encounters(ward=ward)
        kept = [one for one in here if encounter in (None, one.id)]
        ended = (row for row in rows if not row.alert.open)
        # A stay that has ended is not settled again: what it left to a signature stands.
        left = (row for row in rows if row.alert.awaits_signature and row.alert.open)
        told = (*_told(alerts_at(place, kept, now), role, silent=silent), *left)
        rows = (*sorted(told, key=_gravest), *ended)
    if review:
        rows = tuple(row for row in rows if row.alert.reviewed_at is None and _drugs(place, row))
    return tuple(
        _item(place, row, now)
        for row in rows
        if actor.on(row.ward, row.alert.encounter) is not None
    )


def _drugs(place: Workplace, row: AlertRow) -> bool:
    """Whether an alert is about the medication loop, or one that it opens."""
    loop = place.loops.get(MEDICATION)
    of_it = {MEDICATION, *(child.makes for child in loop.children)}
    return row.loop in of_it or row.alert.key.rule.startswith("M-")


def _gravest(row: AlertRow) -> tuple[int, datetime, str]:
    return row.alert.severity.rank, row.alert.since, row.alert.id


def _told(rows: Iterable[AlertRow], role: Role | None, *, silent: bool) -> tuple[AlertRow, ...]:
    """Those that a role was told of, the silent ones only where they are asked for."""
    return tuple(
        row
        for row in rows
        if (silent or not row.alert.silent) and (role is None or role in row.alert.audience)
    )


def _item(place: Workplace, row: AlertRow, now: datetime) -> AlertItem:
    alert, book = row.alert, place.rulebook
    rule = None if book is None else book.rule(alert.key.rule, row.ward)
    hidden = alert.evidence.get(ALSO, "").split(",")
    below = () if book is None else (book.rule(name, row.ward) for name in hidden)
    until = alert.resolved_at or now
    minutes = int((until - alert.since).total_seconds() // 60)
    return AlertItem(
        row=row,
        rule=rule,
        age_minutes=max(0, minutes),
        quiet=quiet_word(alert, now),
        stands_for=tuple(one for one in below if one is not None),
        members=tuple(_members(place, alert)),
    )


def _members(place: Workplace, alert: Alert) -> Iterator[Mapping[str, object]]:
    for name in filter(None, alert.evidence.get(MEMBERS, "").split(",")):
        home = place.reads.home_of_task(TaskId(name))
        case = place.reads.case(OrderId(name) if home is None else home[0])
        task = None if case is None else case.tasks.get(TaskId(name))
        own = {} if task is None else task.fields
        yield {**({} if case is None else case.order.fields), **own}


def quiet_word(alert: Alert, now: datetime) -> str:
    """Why nobody is told of an alert just now; empty where somebody is."""
    if alert.override is not None:
        return "overridden"
    if alert.snoozed_until is not None and alert.snoozed_until > now:
        return "snoozed"
    return "acknowledged" if alert.acknowledged_at is not None else ""


@dataclass(frozen=True, slots=True)
class AlertShown:
    """One alert with its rule and all that happened to it."""

    alert: Alert
    rule: AlertRule | None
    trail: tuple[JournalRow, ...]


def show_alert(place: Workplace, *, user: str, alert: str) -> AlertShown:
    """One alert, open or resolved.

    Raises:
        NotFound: no such alert.
    """
    actor = authorised(place.reads, user, "alert.list")
    found = place.reads.alert(alert)
    if found is None:
        raise NotFound("alert", alert, right="an id that `wardloop alerts list` names")
    at_stays(place.reads, actor, (found.encounter,))
    return AlertShown(found, rule_of(place, found), place.reads.alert_trail(alert))


def show_risk(
    place: Workplace, *, user: str, encounter: EncounterId, now: datetime
) -> RiskStanding:
    """The score of a stay at an instant, with every point's cause; nothing is written.

    Raises:
        NotFound: no such stay, or this program works out no scores.
    """
    authorised(place.reads, user, "risk.show", stays=(encounter,))
    if place.reads.encounter(encounter) is None:
        raise NotFound("encounter", encounter, right="the id of a stay")
    found = standing_at(place, encounter, now)
    if found is None:
        raise NotFound("rulebook", "none", right="a program with rules")
    return found


def ward_risks(
    place: Workplace, *, user: str, ward: WardId, now: datetime
) -> Mapping[EncounterId, RiskStanding]:
    """The scores of the patients who lie on a ward, at an instant."""
    authorised(place.reads, user, "risk.show", ward=ward)
    stays = [stay.id for stay in place.reads.encounters(ward=ward)]
    standings = ((stay, standing_at(place, stay, now)) for stay in stays)
    return {stay: standing for stay, standing in standings if standing is not None}
