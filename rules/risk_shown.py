"""The score as it is kept and shown: each cause with what it is about and since when it counts."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from domain.conditions import CONDITIONS
from domain.situation import RiskCause, RiskScore
from rules.kidneys import CREATININE
from rules.risk_inputs import critical_since

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from domain.situation import Situation
    from rules.alerts.view import View
    from rules.alerts.vital_sets import VitalSet
    from rules.open_steps import OpenWork
    from rules.risk_values import Cause, Risk


def shown(
    view: View, risk: Risk, work: OpenWork, due: datetime | None, *, missing: tuple[str, ...] = ()
) -> RiskScore:
    """The score with its causes, and the NEWS2 that always stands beside it.

    Args:
        due: when the next set of vital signs is due.
        missing: what is not known and may hide points.
    """
    return RiskScore(
        score=risk.score,
        band=risk.band.value,
        hazard=risk.hazard,
        causes=tuple(_cause(view, one, work, due) for one in risk.causes),
        model=risk.model,
        config_sha256=risk.config_sha256,
        news2=_news2(view.vitals),
        missing=missing,
    )


def _cause(view: View, one: Cause, work: OpenWork, due: datetime | None) -> RiskCause:
    late = work.late.get(one.subject or "") if one.domain == "L" else None
    rule = one.rule if late is None else late.rule
    since = _since(view, one, due) if late is None else late.deadline.at
    return RiskCause(one.cause, one.domain, one.points, one.hazard, one.subject, rule, since)


def _since(view: View, one: Cause, due: datetime | None) -> datetime | None:
    situation = view.situation
    match one.cause:
        case "news2" | "news2_change":
            return None if view.vitals is None else view.vitals.at
        case "observations_overdue":
            return due
        case "critical_value_open":
            return critical_since(situation)
        case "charlson":
            said = situation.clinical.facts.get(CONDITIONS)
            return None if said is None else said.at
        case "aki":
            latest = situation.clinical.latest.get(CREATININE)
            return None if latest is None else latest.at
        case _:
            return _signed(situation, one.subject)


def _signed(situation: Situation, order: str | None) -> datetime | None:
    """When the order was signed that a cause is about."""
    return next((one.signed_at for one in situation.clinical.orders if one.id == order), None)


def _news2(vitals: VitalSet | None) -> Mapping[str, object]:
    if vitals is None:
        return MappingProxyType({})
    score = vitals.score
    return MappingProxyType(
        {
            "score": score.value,
            "band": score.band,
            "complete": score.complete,
            "missing": list(score.missing),
            "partial_min": score.partial_min,
            "red_parameter": score.red_parameter,
            "observe_every_minutes": score.observe_every_minutes,
            "excluded_reason": score.excluded_reason,
            "at": vitals.at.isoformat(),
        }
    )
