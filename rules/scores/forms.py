"""What each score reads from a line, and how its inputs are made of it: one entry a score."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from domain.errors import InvalidInput
from domain.observations import CONSCIOUSNESS
from rules.scores import (
    caprini,
    charlson,
    ckd_epi_2021,
    cockcroft_gault,
    curb65,
    gcs,
    kdigo_aki,
    lace,
    mews,
    news2,
    padua,
    qsofa,
    sofa,
)
from rules.scores.comorbidities import condition_names
from rules.scores.entries import (
    Read,
    amount,
    codes,
    creatinines,
    micromoles,
    names,
    number,
    response,
    truth,
    word,
)
from rules.scores.kidney_function import KidneyInputs
from rules.scores.result import ScoreResult

_SEX: Final = word("F", "M")
_ACVPU: Final = word(*CONSCIOUSNESS)


def _numbers(*of: str) -> dict[str, Read]:
    return dict.fromkeys(of, number)


def _truths(*of: str) -> dict[str, Read]:
    return dict.fromkeys(of, truth)


def _caprini_names() -> Mapping[str, str]:
    return {**{name: name for name in caprini.FACTORS}, **caprini.SAME}


_KIDNEYS: Final[dict[str, Read]] = {
    **_numbers("age_years", "aki_stage", "creatinine_change_48h"),
    **_truths("pregnant", "rrt"),
    "sex": _SEX,
    "creatinine": amount,
}


@dataclass(frozen=True, slots=True)
class Form:
    """What a score reads from a line, and how it is made of it."""

    fields: Mapping[str, Read]
    inputs: Callable[..., object]
    score: Callable[..., ScoreResult]

    def result(self, line: Mapping[str, object]) -> ScoreResult:
        """The score of one line; null is absent.

        Raises:
            InvalidInput: names the field and what would be right.
        """
        for name in line:
            if name not in self.fields:
                right = ", ".join(self.fields)
                raise InvalidInput(name, f"{name!r} is no field of this score", right=right)
        values = {
            name: read(name, line[name])
            for name, read in self.fields.items()
            if line.get(name) is not None
        }
        return self.score(self.inputs(**values))


FORMS: Final[Mapping[str, Form]] = {
    "news2": Form(
        {
            **_numbers("respiratory_rate", "spo2", "systolic_bp", "pulse", "temperature"),
            **_numbers("age_years"),
            **_truths("supplemental_oxygen", "pregnant", "spinal_cord_injury"),
            "spo2_scale": word(1, 2),
            "consciousness": _ACVPU,
            "sex": _SEX,
        },
        news2.News2Inputs,
        news2.news2,
    ),
    "qsofa": Form(
        {
            **_numbers("respiratory_rate", "systolic_bp", "gcs", "age_years"),
            "consciousness": _ACVPU,
        },
        qsofa.QsofaInputs,
        qsofa.qsofa,
    ),
    "sofa": Form(
        {
            **dict.fromkeys(("pao2_fio2", "bilirubin", "creatinine"), amount),
            **_truths("respiratory_support"),
            **_numbers("platelets", "mean_arterial_pressure", "gcs", "urine", "age_years"),
            **_numbers("dopamine", "dobutamine", "noradrenaline", "adrenaline"),
        },
        sofa.SofaInputs,
        sofa.sofa,
    ),
    "mews": Form(
        {
            **_numbers("systolic_bp", "pulse", "respiratory_rate", "temperature", "age_years"),
            **_truths("pregnant"),
            "consciousness": word(*mews.AVPU),
        },
        mews.MewsInputs,
        mews.mews,
    ),
    "gcs": Form(
        {name: response(highest) for name, highest in gcs.HIGHEST.items()},
        gcs.GcsInputs,
        gcs.gcs,
    ),
    "padua": Form(
        {
            **_truths("active_cancer", "previous_vte", "reduced_mobility", "thrombophilia"),
            **_truths("recent_trauma_or_surgery", "heart_or_respiratory_failure"),
            **_truths("acute_mi_or_stroke", "acute_infection_or_rheumatologic"),
            **_truths("hormonal_treatment"),
            **_numbers("age_years", "bmi"),
        },
        padua.PaduaInputs,
        padua.padua,
    ),
    "caprini": Form(
        {
            **_numbers("age_years"),
            "surgery": word(*caprini.SURGERY),
            "factors": names(_caprini_names),
            "sex": _SEX,
            "band_scheme": word(*caprini.BANDS),
        },
        caprini.CapriniInputs,
        caprini.caprini,
    ),
    "kdigo_aki": Form(
        {
            "creatinine": creatinines,
            "baseline": micromoles,
            **_numbers("urine_ml_kg_h", "urine_hours", "age_years", "egfr"),
            **_truths("rrt"),
        },
        kdigo_aki.KdigoInputs,
        kdigo_aki.kdigo_aki,
    ),
    "cockcroft_gault": Form(
        {**_KIDNEYS, **_numbers("weight", "height"), "normal_weight": word("ideal", "actual")},
        cockcroft_gault.CockcroftGaultInputs,
        cockcroft_gault.cockcroft_gault,
    ),
    "ckd_epi_2021": Form(_KIDNEYS, KidneyInputs, ckd_epi_2021.ckd_epi_2021),
    "charlson": Form(
        {
            "conditions": names(condition_names),
            "icd10": codes,
            **_numbers("age_years"),
            "variant": word(*charlson.VARIANTS),
        },
        charlson.CharlsonInputs,
        charlson.charlson,
    ),
    "lace": Form(
        {
            **_numbers("length_of_stay_days", "charlson_lace", "ed_visits_6_months", "age_years"),
            **_truths("acute_admission"),
        },
        lace.LaceInputs,
        lace.lace,
    ),
    "curb65": Form(
        {
            **_truths("confusion"),
            "urea": amount,
            **_numbers("respiratory_rate", "systolic_bp", "diastolic_bp", "age_years"),
        },
        curb65.Curb65Inputs,
        curb65.curb65,
    ),
}
"""By the NAME of the command."""
