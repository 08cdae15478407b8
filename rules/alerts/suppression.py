"""What hides what: an alert upstream on the same work hides those that follow from it.

"Not dispensed" hides "not given", and is itself as grave as the gravest that it hides; a first dose
that is late hides that its round is late too (rules specification 3.2, M-05). Of the steps that
have no rule of their own (X-LATE), only the answer to a question hides: an order that was sent back
cannot be given before it. Who would have been told of something urgent that is hidden is told of
what hides it: the nurse must know that a STAT dose is late, whatever it waits for. Only among what
is wanted at one instant, so the order of things changes nothing.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from domain.alert_timers import let_be
from domain.alerts import ALSO, HIDES, AlertSeverity
from domain.worklists import ANSWER
from rules.alerts.rule import LATE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from domain.alerts import Alert, AlertKey, Wanted
    from rules.alerts.rule import Rule

_URGENT: Final = (AlertSeverity.S1, AlertSeverity.S2)


def hides_nothing(alerts: Iterable[Alert], now: datetime) -> frozenset[AlertKey]:
    """The keys of open alerts that a person has let be: what they hid must be heard.

    One that speaks again at this very instant hides again: else what it hides would be raised and
    be taken back at once.
    """
    return frozenset(alert.key for alert in alerts if let_be(alert, now))


def suppressed(
    wanted: Sequence[Wanted], rules: Mapping[str, Rule], overridden: Collection[AlertKey] = ()
) -> tuple[Wanted, ...]:
    """The alerts that nothing upstream hides, each as grave as the gravest that it hides.

    Args:
        overridden: keys of alerts that hide nothing (`hides_nothing`), and that nothing hides: what
            a person has let be stays so, and makes nothing else graver. A silent one hides nothing
            either: nobody would be told.
    """
    by_rule: dict[tuple[str | None, str], list[Wanted]] = {}
    for one in wanted:
        if _can_hide(one) and one.key not in overridden:
            by_rule.setdefault((one.order, one.key.rule), []).append(one)
    hidden: dict[AlertKey, list[Wanted]] = {}
    for one in wanted:
        above = [
            other
            for rule in rules[one.key.rule].suppressed_by
            for other in by_rule.get((one.order, rule), ())
            if same_work(one, other)
        ]
        if above and one.key not in overridden:
            hidden[one.key] = above
    if not hidden:
        return tuple(wanted)
    below: dict[AlertKey, list[Wanted]] = {}
    for one in wanted:
        for root in _roots(one, hidden):
            below.setdefault(root.key, []).append(one)
    return tuple(_shown(one, below.get(one.key, ())) for one in wanted if one.key not in hidden)


def _can_hide(one: Wanted) -> bool:
    return not one.silent and (one.key.rule != LATE or one.step == ANSWER)


def same_work(one: Wanted, other: Wanted) -> bool:
    """Whether two alerts of one order are about one thing: one task, or the order as a whole."""
    return (
        one.order is not None
        and one.order == other.order
        and (one.task == other.task or one.task is None or other.task is None)
    )


def _roots(one: Wanted, hidden: Mapping[AlertKey, list[Wanted]]) -> Iterable[Wanted]:
    """The alerts that hide one in the end; none where nothing does."""
    for other in hidden.get(one.key, ()):
        if other.key in hidden:
            yield from _roots(other, hidden)
        else:
            yield other


def _shown(one: Wanted, hidden: Collection[Wanted]) -> Wanted:
    if not hidden:
        return one
    severity = min((one.severity, *(other.severity for other in hidden)), key=lambda s: s.rank)
    names = sorted({other.key.rule for other in hidden})
    urgent = {role for other in hidden if other.severity in _URGENT for role in other.roles}
    said = {**one.evidence, HIDES: ",".join(names)}
    also = sorted({other.key.rule for other in hidden if other.step != one.step})
    if also:
        said[ALSO] = ",".join(also)
    return replace(
        one,
        severity=severity,
        roles=(*one.roles, *sorted(urgent.difference(one.roles))),
        evidence=MappingProxyType(said),
    )
