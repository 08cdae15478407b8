"""What clinical practice and this hospital say of a patient's open work.

Pure and exact. An assessment holds from its instant until `wake_at`: conditions answer with the
instants at which they change (`rules.alerts.claims`), so nothing changes between two of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from domain.errors import NotFound
from domain.situation import Assessment
from rules.alerts.evidence import with_results
from rules.alerts.faults import faulted
from rules.alerts.grouping import grouped
from rules.alerts.loader import RuleTable
from rules.alerts.observing import observations_due_at
from rules.alerts.plan import Plan, limits_of
from rules.alerts.quiet import DELAYED, EVERYWHERE, Quiet
from rules.alerts.remembered import kept
from rules.alerts.step_roles import step_roles
from rules.alerts.suppression import hides_nothing, suppressed
from rules.alerts.tracing import trace_of
from rules.alerts.view import View
from rules.loops.definitions import digest
from rules.open_steps import open_work
from rules.order_risks import OrderRisks
from rules.risk import risk_of, shipped_model
from rules.risk_inputs import next_birthday, risk_inputs
from rules.risk_shown import shown
from rules.risk_values import Band

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from domain.alerts import AlertKey, AlertRule, Wanted
    from domain.loops.loops import Loops
    from domain.people import Role
    from domain.situation import Situation
    from rules.alerts.claims import Claim
    from rules.alerts.rule import Rule
    from rules.alerts.view import Test
    from rules.open_steps import OpenWork
    from rules.order_risks import FindRisks
    from rules.risk import RiskModel

OVERDUE: Final = "X-OBS"
"""The rule whose percentage says when observations are overdue, also for the score."""
_NOBODY: Final[Mapping[tuple[str, str], tuple[Role, ...]]] = MappingProxyType({})
_UNDISTURBED: Final[Mapping[str, Quiet]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _Ward:
    """The rules of one ward, laid out.

    Attributes:
        percent: by how much of its interval a set of observations may be late.
    """

    rules: Mapping[str, Rule]
    plan: Plan
    percent: int

    @classmethod
    def of(cls, table: RuleTable) -> _Ward:
        rule = table.rules.get(OVERDUE)
        percent = 0 if rule is None else int(rule.params["percent"])
        return cls(table.rules, Plan.of(table.rules.values()), percent)


class Rules:
    """The rules of a site and its wards, bound to its loops and its model of risk."""

    def __init__(
        self,
        table: RuleTable,
        *,
        loops: Loops | None = None,
        model: RiskModel | None = None,
        quiet: Mapping[str, Quiet] = _UNDISTURBED,
        risks: FindRisks | None = None,
        sha256: str = "",
    ) -> None:
        """Lay the rules out for speed.

        Args:
            loops: for the roles of steps whose limits have no rule of their own.
            model: the numbers of CLORS; without it those shipped.
            quiet: the handovers of wards, under `EVERYWHERE` those of all others; where none are
                named nothing waits.
            risks: what the prescribing checks find about active orders; asked anew when orders,
                results or allergies have changed, never by time. Without it only a situation's own.
            sha256: of the whole configuration that this is part of; without it of what is here.
        """
        self._roles = _NOBODY if loops is None else step_roles(loops)
        self._model = model or shipped_model()
        self._risks = None if risks is None else OrderRisks(risks)
        self._quiet = quiet
        self._site = _Ward.of(table)
        self._wards = {name: _Ward.of(one) for name, one in table.wards.items()}
        words = [
            (ward, [one.isoformat() for one in quiet[ward].handovers], str(quiet[ward].zone))
            for ward in sorted(quiet)
        ]
        self._sha256 = sha256 or digest((table.sha256, self._model.config_sha256, repr(words)))

    @property
    def sha256(self) -> str:
        """The hash of all rules, knowledge and site values in force."""
        return self._sha256

    def rule(self, rule: str, ward: str = "") -> AlertRule | None:
        """The definition of a rule as it holds on a ward; None where there is none of this id."""
        found = self._wards.get(ward, self._site).rules.get(rule)
        return None if found is None else found.definition

    def rules(self, ward: str = "") -> Mapping[str, Rule]:
        """All rules by id, as they hold on a ward."""
        return self._wards.get(ward, self._site).rules

    def assess(self, situation: Situation, now: datetime) -> Assessment:
        """Which alerts should be open now, the risk score, and when to look again."""
        return self._judge(View(situation=situation, step_roles=self._roles), now).assessment

    def trace(self, situation: Situation, rule: str, now: datetime) -> tuple[Test, ...]:
        """Why a rule's alerts are open or not: each fact, what was wanted, seen, and the result.

        Raises:
            NotFound: there is no such rule.
        """
        found = self.rules(situation.ward).get(rule)
        if found is None:
            raise NotFound("rule", rule, right=f"one of {', '.join(self.rules(situation.ward))}")
        view = View(situation=situation, step_roles=self._roles)
        judged = self._judge(view, now)
        asked = replace(view, tests=[])
        plan = Plan.of(self.rules(situation.ward).values(), only=rule)
        limits = limits_of(plan, asked, now)
        for claims in (plan.of_streams(asked, now, limits), plan.of_stay(asked)):
            list(claims)  # asked for what they ask, not for what they say
        list(plan.of_risk(asked))
        held = [one for one in judged.claims if one.rule.id == rule]
        return trace_of(asked, found, held, judged.assessment, now)

    def _judge(self, view: View, now: datetime) -> _Judged:
        """An assessment with the claims that it rests on."""
        situation = view.situation
        ward = self._wards.get(situation.ward, self._site)
        limits = limits_of(ward.plan, view, now)
        work = open_work(limits, self._model, now, ward.plan.remembered.late)
        due = observations_due_at(view, ward.percent)
        overdue = due is not None and due <= now
        if self._risks is not None and not situation.order_risks:
            view.order_risks = self._risks.of(situation)
        inputs = risk_inputs(view, work, self._model, overdue=overdue, now=now)
        risk = risk_of(inputs, self._model)
        claims = [
            *limits.claims,
            *ward.plan.of_streams(view, now, limits),
            *ward.plan.of_stay(view),
        ]
        view.risk = risk
        if risk.band is Band.CRITICAL:
            view.risk_since = _last_change(view, work, claims, due, now)
            claims += ward.plan.of_risk(view)
        claims += faulted(view)
        quiet = self._quiet.get(situation.ward, self._quiet.get(EVERYWHERE))
        known = ward.plan.remembered
        hushed = claims if quiet is None else [_hushed(quiet, one) for one in claims]
        changes = (
            limits.next_at,
            work.next_at,
            due,
            next_birthday(situation, now),
            *(one.next_stage(now) for one in claims),
            *(one.next_stage(now) for one in hushed if one.quiet_until is not None),
            *(
                known.moves_at(one, self.rule(one.key.rule, situation.ward))
                for one in situation.alerts
            ),
        )
        wake_at = min((at for at in changes if at is not None and at > now), default=None)
        wanted = with_results(_wanted(situation, hushed, ward, now), situation)
        score = shown(view, risk, work, due, missing=inputs.missing)
        return _Judged(Assessment(wanted, score, wake_at), tuple(hushed))


@dataclass(frozen=True, slots=True)
class _Judged:
    """An assessment with the claims that it rests on: of alerts that hold or will hold."""

    assessment: Assessment
    claims: tuple[Claim, ...]


def _hushed(quiet: Quiet, claim: Claim) -> Claim:
    """The claim with its small severities told after the handover that it falls into."""
    if DELAYED.isdisjoint(severity for _, severity in claim.stages):
        return claim
    return replace(claim, quiet_until=quiet.until(claim.since))


def _wanted(
    situation: Situation, claims: Iterable[Claim], ward: _Ward, now: datetime
) -> tuple[Wanted, ...]:
    """The alerts that hold, without those that are hidden, and put together where they are one.

    Where the same are asked for as the last time, the answer is that of the last time.
    """
    known = ward.plan.remembered
    held = [one for claim in claims if (one := known.asked_for(claim, now)) is not None]
    if not held:
        return ()
    asked = (tuple(held), hides_nothing(situation.alerts, now))
    last = known.told.get(situation.encounter)
    if last is not None and last[0] == asked:
        return last[1]
    told = grouped(suppressed(_one_each(held), ward.rules, asked[1]), ward.rules)
    kept(known.told, situation.encounter, (asked, told))
    return told


def _one_each(wanted: Iterable[Wanted]) -> tuple[Wanted, ...]:
    """The alerts, of several with one key the gravest."""
    held: dict[AlertKey, Wanted] = {}
    for one in wanted:
        before = held.get(one.key)
        held[one.key] = one if before is None else min(before, one, key=_gravest)
    return tuple(held.values())


def _gravest(one: Wanted) -> tuple[int, datetime, str, str]:
    return one.severity.rank, one.since, one.limit or "", one.step or ""


def _last_change(
    view: View, work: OpenWork, claims: Sequence[Claim], due: datetime | None, now: datetime
) -> datetime | None:
    """When the score last changed, by time or by what is known; None where nothing is dated."""
    timed = (work.last_at, due, *_begun(claims, now))
    passed = [at for at in timed if at is not None and at <= now]
    return max([*passed, *_facts(view)], default=None)


def _begun(claims: Iterable[Claim], now: datetime) -> Iterator[datetime]:
    for claim in claims:
        yield from (at for at, _ in claim.stages if at <= now)


def _facts(view: View) -> Iterator[datetime]:
    situation = view.situation
    if view.vitals is not None:
        yield view.vitals.at
    yield from (one.since for one in situation.streams)
    yield from (one.signed_at for one in situation.clinical.orders if one.signed_at is not None)
