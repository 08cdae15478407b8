"""The part of `docs/commands.md` about what is observed and what stands of a patient."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.conditions import NAMES
from domain.results import FLAGS
from domain.services.allergies import CERTAINTIES, SEVERITIES
from domain.standing import FACTS
from domain.vital_signs import ENTERED

if TYPE_CHECKING:
    from tests.end_to_end.documented import Page

MRN = "0012345678"


def add_bedside(page: Page) -> None:
    """Observe, then say what stands."""
    page.title(
        "observe",
        f"`observe vitals` takes {', '.join(f'`{name}`' for name in ENTERED)}; parts of a set may "
        "be absent.\nThe answer says NEWS2 of the newest set, all values within 60 minutes. "
        "`spo2_scale` 2 needs `spo2_scale_by`, the physician who\nprescribed 88-92 %. `observe "
        "result` is for results that no order here asked for; `value` is a number, `>10`, or a "
        f"word;\n`flag` one of {' '.join(f'`{flag}`' for flag in FLAGS)}. A value is kept in the "
        "unit of its name; one beyond the critical limits of\n`rules/knowledge` is marked, and "
        "alert L-06 is raised until a later value is within them: no loop follows it, so tell the\n"
        "physician. Every entry may have `at` and `source`. A wrong value of a step is corrected "
        "by `step record` with the act `correct`; one that was observed by itself is taken back by "
        "`observe withdraw`.",
    )
    vitals = {
        "mrn": MRN, "respiratory_rate": 22, "spo2": 94, "supplemental_oxygen": False,
        "systolic_bp": 105, "pulse": 95, "consciousness": "A", "temperature": 38.5,
    }  # fmt: skip
    page.runs("observe", "vitals", given=vitals, user="sun.li", at="14:10")
    scale = {"mrn": MRN, "spo2": 90, "spo2_scale": 2, "spo2_scale_by": "chen.wei"}
    page.runs("observe", "vitals", "--json", given=scale, user="sun.li", at="14:12")
    page.runs("observe", "vitals", given={"mrn": MRN, "pulse": 310}, user="sun.li")
    result = {
        "mrn": MRN, "name": "potassium", "value": 6.8, "unit": "mmol/L", "low": 3.5, "high": 5.3,
        "flag": "HH",
    }  # fmt: skip
    page.runs("observe", "result", given=result, user="chen.wei")
    page.runs("observe", "result", given={**result, "name": "K"}, user="chen.wei")
    page.runs("observe", "result", given={**result, "order": page.id("TEST")}, user="chen.wei")
    wrong = {
        "mrn": MRN, "at": "2026-11-24T14:12:00+08:00", "names": ["spo2"],
        "reason": "of the patient in bed 02",
    }  # fmt: skip
    page.runs("observe", "withdraw", given=wrong, user="sun.li")
    page.title(
        "allergy, condition, weight, pregnancy, note",
        "An allergy stays with the patient and is refuted, never deleted: `kind` allergy or "
        f"intolerance, `severity` {', '.join(SEVERITIES)},\n`certainty` {', '.join(CERTAINTIES)} "
        "(with a `note`); instead of a `substance`, `none_known` or `reviewed` may be true.\n"
        "A patient has one list of lasting illnesses, which the Charlson index and some checks of "
        "drugs read. `condition record` adds to it,\n`conditions` by name "
        f"({', '.join(f'`{name}`' for name in NAMES)})\nor codes in `icd10` or `icd9`; `remove`, "
        "with a `note`, takes off what proved wrong; `none_known`: the patient was asked.\n"
        "`weight` is in kg, `height` in cm. `pregnant` is yes, no or unknown. The facts of `note "
        f"record` are {', '.join(f'`{name}`' for name in FACTS)};\nwhat a physician decided for a "
        "stay ends with it. `results_owner` is\nthe user who reads results that come after the "
        "stay; it may be named after the end, too. A `note` alone is for people to read.",
    )
    penicillins = {"mrn": MRN, "substance": "penicillins", "reaction": "rash", "severity": "mild"}
    page.runs("allergy", "record", given=penicillins, user="sun.li")
    page.runs("allergy", "record", given={"mrn": MRN, "none_known": True}, user="sun.li")
    ill = {"mrn": MRN, "conditions": ["heart_failure"], "icd10": ["N18.5", "I10"]}
    page.runs("condition", "record", given=ill, user="chen.wei")
    page.runs("condition", "record", given={"mrn": MRN, "icd10": ["heart failure"]}, user="sun.li")
    wrong = {"mrn": MRN, "remove": ["N18.5"], "note": "acute, has recovered"}
    page.runs("condition", "record", given=wrong, user="chen.wei")
    page.runs("weight", "record", given={"mrn": MRN, "weight": 70.5, "height": 172}, user="sun.li")
    page.runs("pregnancy", "record", given={"mrn": MRN, "pregnant": "no"}, user="sun.li")
    care = {"mrn": MRN, "fact": "comfort_care", "value": True}
    page.runs("note", "record", given=care, user="sun.li")
    page.runs("note", "record", given={**care, "note": "with the family"}, user="chen.wei")
    page.runs("note", "record", given={"mrn": MRN, "note": "hears badly"}, user="sun.li")
    page.runs("observe", "show", "--mrn", MRN, user="sun.li")
    page.title(
        "risk",
        "Which patient's open loops to look at first: CLORS, no probability. The points sum to the "
        "score; each names its cause in words,\nin the language of the settings, with `--json` in "
        "both (`words`). What is not known is `missing`: the score is at least this.\nA finding "
        "about an order that was passed over with the reason `benefit_outweighs_risk_monitored` "
        "counts half, one that the\npharmacist passed over too a quarter.",
    )
    page.runs("risk", "show", "--patient", MRN, user="sun.li")
    page.runs("risk", "show", "--ward", "3A", user="sun.li")
