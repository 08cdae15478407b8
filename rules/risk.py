"""CLORS, the Closed-Loop Order Risk Score: which patient's open loops to look at first.

It prioritises work. It is **no probability** of death, deterioration or harm, and must be labelled
so wherever it is shown, with the NEWS2 value beside it. Formula and numbers: rules specification 2
(consensus choices without outcome evidence); how ambiguous rows were read: docs/decisions/0009.

All arithmetic is in whole milli-units, so that every machine finds the same score. Each cause
contributes a hazard; hazards add up inside a domain up to its cap, and the sum saturates:
`S = 100 (1 - exp(-H / 50))`, as a table of thresholds.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import chain, repeat
from typing import TYPE_CHECKING, Final

from domain.errors import InvalidInput
from rules.risk_bands import highest_settled, shown_band
from rules.risk_points import Part, Portion, causes_of
from rules.risk_table import RiskModel, read_model, shipped_model
from rules.risk_values import Band, Cause, OpenStep, OrderRisk, Risk, RiskInputs, Weight

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = [
    "Band",
    "Cause",
    "OpenStep",
    "OrderRisk",
    "Risk",
    "RiskInputs",
    "RiskModel",
    "Weight",
    "highest_settled",
    "next_change_seconds",
    "read_model",
    "risk_of",
    "shipped_model",
    "shown_band",
]

_DOMAINS: Final = "AOLB"


def risk_of(inputs: RiskInputs, model: RiskModel | None = None) -> Risk:
    """The score with every point's cause; the points sum to it exactly.

    Args:
        model: the numbers in force; without it `clors@1.0` as shipped.

    Raises:
        InvalidInput: an order risk has a kind or override that the model does not know.
    """
    model = model or shipped_model()
    portions = [
        _portion(domain, parts, cap)
        for domain, parts, cap in zip(
            _DOMAINS,
            (
                list(_acute(inputs, model)),
                _orders(inputs.order_risks, model),
                _loops(inputs, model),
                list(_baseline(inputs, model)),
            ),
            model.caps,
            strict=True,
        )
    ]
    hazard = sum(portion.capped for portion in portions)
    score = model.score(hazard)
    return Risk(
        score=score,
        band=model.bands[score],
        hazard=hazard,
        causes=causes_of(score, portions),
        model=model.id,
        config_sha256=model.config_sha256,
        acute_computed=inputs.lowest_news2 is not None
        or (inputs.news2_red and not inputs.news2_excluded),
    )


def next_change_seconds(step: OpenStep) -> int | None:
    """In how many seconds the step's hazard changes by time alone; None: never again."""
    late = step.late_seconds
    if late < 0:
        return -late
    model = shipped_model()
    limit = max(step.limit_seconds, model.shortest_limit)
    quarters = model.late_quarters
    following = bisect_right(quarters, 4 * late // limit)
    if following == len(quarters):
        return None
    return -(-quarters[following] * limit // 4) - late


def _portion(domain: str, parts: Sequence[Part], cap: int) -> Portion:
    total = sum(part.share for part in parts)
    return Portion(domain, parts, total, min(cap, total))


def _part(table: str, cause: str, row: str, hazard: int) -> Iterator[Part]:
    if hazard:
        yield Part(hazard, hazard, cause, None, f"{table}.{row}")


# ---------------------------------------------------------------------- A, acute


def _acute(inputs: RiskInputs, model: RiskModel) -> Iterator[Part]:
    acute = model.acute
    if not inputs.news2_excluded:
        yield from _news2(inputs, model)
        rise = min(inputs.news2_change_12h or 0, 3)
        if rise >= 2:
            yield from _part("acute", "news2_change", f"change_{rise}", acute[f"change_{rise}"])
    if inputs.observations_overdue:
        row = "observations_overdue"
        yield from _part("acute", row, row, acute[row])
    if inputs.aki_stage:
        row = f"aki_{inputs.aki_stage}"
        yield from _part("acute", "aki", row, acute[row])
    if inputs.critical_value_open:
        row = "critical_value_open"
        yield from _part("acute", row, row, acute[row])


def _news2(inputs: RiskInputs, model: RiskModel) -> Iterator[Part]:
    """The table's row, and for a single red parameter at least the red row.

    From NEWS2 5 on the table stands above the red row by itself.
    """
    value = inputs.lowest_news2 or 0
    hazard, row = model.news2[value], "news2"
    if inputs.news2_red and hazard < model.news2_red:
        hazard, row = model.news2_red, "news2_red"
    yield from _part("locked", "news2", row, hazard)


# ---------------------------------------------------------------------- O, active orders


def _orders(risks: Sequence[OrderRisk], model: RiskModel) -> list[Part]:
    found = []
    for risk in risks:
        hazard = model.orders.get((risk.kind, risk.override))
        if hazard is None:
            raise _unknown(risk, model)
        found.append((-hazard, risk.id, risk.kind, f"orders.{risk.kind}"))
    return _ranked(found, model)


def _ranked(found: list[tuple[int, str, str, str]], model: RiskModel) -> list[Part]:
    """Hazards (negative, to sort by) with subject, cause and rule: the k-th counts 0.8^k."""
    found.sort()
    return [
        Part(-negative * rank // 1000, -negative, cause, subject, rule)
        for (negative, subject, cause, rule), rank in zip(
            found, chain(model.ranks, repeat(0)), strict=False
        )
    ]


def _unknown(risk: OrderRisk, model: RiskModel) -> InvalidInput:
    kinds = dict.fromkeys(kind for kind, _ in model.orders)
    if risk.kind not in kinds:
        return InvalidInput("kind", f"{risk.kind!r} is not known", right=", ".join(kinds))
    overrides = dict.fromkeys(override for _, override in model.orders)
    return InvalidInput("override", f"{risk.override!r} is not known", right=", ".join(overrides))


# ---------------------------------------------------------------------- L, open loops


def _loops(inputs: RiskInputs, model: RiskModel) -> list[Part]:
    news2 = inputs.lowest_news2 or 0
    worsening = (news2 >= 5) + (news2 >= 7)
    table, shortest, last = model.late[worsening], model.shortest_limit, model.late_quarters[-1]
    cause = "open_step_deteriorating" if worsening else "open_step"
    late, on_time = [], 0
    for step in inputs.open_steps:
        seconds = step.late_seconds
        if seconds < 0:
            on_time += 1
            continue
        quarters = 4 * seconds // max(shortest, step.limit_seconds)
        rule, row = table[step.severity]
        late.append((-row[min(last, quarters)], step.id, cause, rule))
    parts = _ranked(late, model)
    rest = _on_time(on_time, parts, model)
    if rest:
        parts.append(Part(rest, rest, "on_time_steps", None, "loops.on_time"))
    return parts


def _on_time(count: int, late: Sequence[Part], model: RiskModel) -> int:
    """What the steps on time count: each its weight, together at most their cap.

    Two bounds keep a step from counting less once it is late (property P1), since the ranks of late
    steps shrink and those of steps on time do not: steps on time count no more than they would if
    they were just late and of the lightest severity, and all open steps together no less than they
    would if all were on time.
    """
    top = len(model.least_late) - 1
    if_late = model.least_late[min(len(late) + count, top)] - model.least_late[min(len(late), top)]
    cap, weight = model.on_time_cap, model.on_time
    all_on_time = min(weight * (len(late) + count), cap)
    return max(min(weight * count, cap, if_late), all_on_time - sum(part.share for part in late))


# ---------------------------------------------------------------------- B, baseline


def _baseline(inputs: RiskInputs, model: RiskModel) -> Iterator[Part]:
    weights = model.baseline
    rows = (
        ("age", _step("age", inputs.age_years, (85, 75, 65))),
        ("charlson", _step("charlson", inputs.charlson, (5, 3, 1))),
        ("egfr", "egfr_below_30" if inputs.egfr is not None and inputs.egfr < 30 else None),
        ("braden", "braden_to_12" if inputs.braden is not None and inputs.braden <= 12 else None),
        ("morse", "morse_high" if (inputs.morse or 0) >= weights["morse_high_cut"] else None),
    )
    for cause, row in rows:
        if row is not None:
            yield from _part("baseline", cause, row, weights[row])


def _step(name: str, value: int | None, cuts: Sequence[int]) -> str | None:
    """The row of the highest cut that the value reaches."""
    return next((f"{name}_{cut}" for cut in cuts if (value or 0) >= cut), None)
