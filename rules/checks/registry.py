"""Every clinical check by the name that loop files use, bound to the knowledge of a site."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from domain.findings import Finding
from domain.loops.checks import CheckContext
from rules.checks import (
    bedside,
    blood,
    blood_given,
    dispensing,
    examinations,
    laboratory,
    patches,
    prescribing,
    transfusions,
)
from rules.knowledge.tables import Knowledge, Tables

if TYPE_CHECKING:
    from domain.loops.loops import Check

Found = Finding | tuple[Finding, ...] | None

PLAIN: Final[Mapping[str, Callable[[CheckContext], Found]]] = MappingProxyType(
    {
        "recall": dispensing.recall,
        "receipt": dispensing.receipt,
        "dose": bedside.dose,
        "route": bedside.route,
        "window": bedside.window,
        "pump_rate": bedside.pump_rate,
        "infusion_site": bedside.infusion_site,
        "old_patch": patches.old_patch,
        "patch_site": patches.patch_site,
        "balance": bedside.balance,
        "test_request": laboratory.test_request,
        "container_type": laboratory.container_type,
        "collection": laboratory.collection,
        "specimen_age": laboratory.specimen_age,
        "right_report": laboratory.right_report,
        "latest_version": laboratory.latest_version,
        "clinician": laboratory.clinician,
        "exam_request": examinations.exam_request,
        "appointment": examinations.appointment,
        "time_out": examinations.time_out,
        "consent": examinations.consent,
        "sample_label": transfusions.sample_label,
        "second_sample": transfusions.second_sample,
        "group_history": transfusions.group_history,
        "sample_validity": transfusions.sample_validity,
        "special_needs": transfusions.special_needs,
        "unit_expiry": transfusions.unit_expiry,
        "appearance": transfusions.appearance,
        "right_unit": transfusions.right_unit,
        "transit": blood_given.transit,
        "baseline_vitals": blood_given.baseline_vitals,
        "storage_time": blood_given.storage_time,
        "line_and_filter": blood_given.line_and_filter,
        "reaction_signs": blood_given.reaction_signs,
        "unit_time": blood_given.unit_time,
    }
)
"""Checks that need the record, the order and its task only."""

WITH_KNOWLEDGE: Final[Mapping[str, Callable[[CheckContext, Tables], Found]]] = MappingProxyType(
    {
        "prescribing": prescribing.prescribing,
        "mixing": dispensing.mixing,
        "parameters": bedside.parameters,
        "plausibility": laboratory.plausibility,
        "critical_record": laboratory.critical_record,
        "exam_safety": examinations.exam_safety,
        "contrast": examinations.contrast,
        "transfusion_request": transfusions.transfusion_request,
    }
)
"""Checks that look into the tables in force on the day of the record."""

CLINICAL: Final = frozenset(
    {
        "prescribing",
        "parameters",
        "mixing",
        "plausibility",
        "test_request",
        "exam_request",
        "exam_safety",
        "contrast",
        "transfusion_request",
        "second_sample",
        "group_history",
        "blood_compatible",
    }
)
"""Checks that look at what is known of the patient: it is read for their steps only."""


def clinical_checks(
    knowledge: Callable[[], Knowledge], *, blood_policy: str = blood.COMPATIBLE
) -> "Mapping[str, Check]":
    """All checks beside those of identity, by name.

    Args:
        knowledge: gives the tables when the first check asks for them: most commands ask for none.
        blood_policy: one of `blood.POLICIES`.
    """
    bound: dict[str, Check] = dict(PLAIN)
    bound.update({name: _bound(check, knowledge) for name, check in WITH_KNOWLEDGE.items()})
    bound["blood_compatible"] = lambda context: transfusions.blood_compatible(context, blood_policy)
    return MappingProxyType(bound)


def _bound(
    check: Callable[[CheckContext, Tables], Found], knowledge: Callable[[], Knowledge]
) -> "Check":
    def asked(context: CheckContext) -> Found:
        day = context.entry.at.astimezone(context.facts.zone).date()
        return check(context, knowledge().on(day))

    return asked
