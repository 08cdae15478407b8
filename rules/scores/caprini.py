"""Caprini score: venous thromboembolism in surgical patients, version of 2005.

Source: Caprini JA. Thrombosis risk assessment as a guide to quality patient care. Dis Mon
2005;51:70-78. Bands "accp2012": Gould MK et al. Chest 2012;141(2 Suppl):e227S-e277S.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from domain.errors import InvalidInput
from rules.scores.result import ScoreResult, components_of, missing_of
from rules.scores.tables import Steps, reached, up_to

SURGERY: Final[Mapping[str, int]] = {
    "none": 0,
    "minor": 1,
    "arthroscopic": 2,
    "laparoscopic": 2,
    "major_open": 2,
}
"""One for an episode, the highest; open and laparoscopic surgery of more than 45 minutes."""

FACTORS: Final[Mapping[str, int]] = {
    "acute_mi": 1,
    "abnormal_pulmonary_function": 1,
    "bmi_over_25": 1,
    "chf": 1,
    "ibd": 1,
    "major_surgery": 1,
    "medical_patient_at_bed_rest": 1,
    "ocp_hrt": 1,
    "pregnancy_or_post_partum": 1,
    "sepsis": 1,
    "serious_lung_disease": 1,
    "stillbirth_or_abortions": 1,
    "swollen_legs": 1,
    "varicose_veins": 1,
    "bed_over_72_h": 2,
    "central_venous_access": 2,
    "malignancy": 2,
    "plaster_cast": 2,
    "anticardiolipin": 3,
    "factor_v_leiden": 3,
    "family_history_of_thrombosis": 3,
    "history_of_dvt_pe": 3,
    "hit": 3,
    "homocysteine": 3,
    "lupus_anticoagulant": 3,
    "other_thrombophilia": 3,
    "prothrombin_20210a": 3,
    "acute_spinal_cord_injury": 5,
    "elective_major_lower_limb_arthroplasty": 5,
    "hip_pelvis_leg_fracture": 5,
    "multiple_trauma": 5,
    "stroke": 5,
}
"""Within the last month: major_surgery, chf, sepsis, serious_lung_disease (pneumonia too),
pregnancy_or_post_partum, plaster_cast, stroke, hip_pelvis_leg_fracture, acute_spinal_cord_injury,
multiple_trauma. `stillbirth_or_abortions`: an unexplained stillbirth, three or more abortions, or a
premature birth with toxaemia."""

SAME: Final[Mapping[str, str]] = {
    "abnormal_pulmonary_function_copd": "abnormal_pulmonary_function",
    "acute_myocardial_infarction": "acute_mi",
    "bed_72_h": "bed_over_72_h",
    "bed_over_72h": "bed_over_72_h",
    "bed_rest_over_72_h": "bed_over_72_h",
    "bmi_25": "bmi_over_25",
    "bmi_gt_25": "bmi_over_25",
    "congestive_heart_failure": "chf",
    "copd": "abnormal_pulmonary_function",
    "dvt_pe": "history_of_dvt_pe",
    "family_history_thrombosis": "family_history_of_thrombosis",
    "history_dvt_pe": "history_of_dvt_pe",
    "homocysteine_elevated": "homocysteine",
    "elevated_homocysteine": "homocysteine",
    "major_surgery_history": "major_surgery",
    "malignancy_present_or_previous": "malignancy",
    "medical_patient_bed_rest": "medical_patient_at_bed_rest",
    "pneumonia": "serious_lung_disease",
    "pregnancy_post_partum": "pregnancy_or_post_partum",
    "pregnancy_postpartum": "pregnancy_or_post_partum",
    "pregnancy_or_postpartum": "pregnancy_or_post_partum",
    "serious_lung_disease_incl_pneumonia": "serious_lung_disease",
    "unexplained_stillbirth": "stillbirth_or_abortions",
}
"""Other names of the same factors that are taken; each factor still counts once."""

_OF_WOMEN: Final = frozenset({"ocp_hrt", "pregnancy_or_post_partum", "stillbirth_or_abortions"})
_AGE: Final[Steps] = ((40, 0), (60, 1), (74, 2))
_REPLACED: Final[Mapping[str, str]] = {"bed_over_72_h": "medical_patient_at_bed_rest"}
"""The factor with more points stands in the place of the other."""
_ARTHROPLASTY: Final = "elective_major_lower_limb_arthroplasty"

BANDS: Final[Mapping[str, tuple[tuple[str, ...], Steps]]] = {
    "caprini2005": (("low", "moderate", "high", "highest"), ((2, 1), (3, 2), (5, 3))),
    "accp2012": (("very_low", "low", "moderate", "high"), ((1, 1), (3, 2), (5, 3))),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CapriniInputs:
    """A surgical patient; None: not assessed. `factors` empty: assessed, and there are none.

    Attributes:
        surgery: a name of `SURGERY`.
        factors: names of `FACTORS`.
        sex: F or M; factors of women are refused for men.
    """

    age_years: int | None = None
    surgery: str | None = None
    factors: frozenset[str] | None = None
    sex: str | None = None
    band_scheme: str = "caprini2005"


def caprini(inputs: CapriniInputs) -> ScoreResult:
    """The sum of one age band, one kind of surgery, and the factors; none without all three.

    Raises:
        InvalidInput: a factor of women was given for a man.
    """
    given = inputs.factors or frozenset()
    if inputs.sex == "M" and given & _OF_WOMEN:
        names = ", ".join(sorted(given & _OF_WOMEN))
        raise InvalidInput("factors", f"{names} cannot be of a man", right="the factors of a man")
    points = _points(inputs, given)
    missing = missing_of(inputs, ("age_years", "surgery", "factors"))
    total = sum(points.values())
    words, steps = BANDS[inputs.band_scheme]
    top = len(words) - 1
    band = reached(total, steps, below=0)
    return ScoreResult(
        score_id="caprini",
        version="caprini@2005",
        value=None if missing else total,
        band=words[band] if not missing or band == top else None,
        complete=not missing,
        missing=missing,
        components=components_of(points),
    )


def _points(inputs: CapriniInputs, given: frozenset[str]) -> dict[str, int]:
    points: dict[str, int] = {}
    if inputs.age_years is not None:
        points["age_years"] = up_to(inputs.age_years, _AGE, above=3)
    if inputs.surgery is not None:
        # the operation that is a factor of its own is not counted a second time
        points["surgery"] = 0 if _ARTHROPLASTY in given else SURGERY[inputs.surgery]
    replaced = {_REPLACED[name] for name in given if name in _REPLACED}
    return points | {name: FACTORS[name] for name in FACTORS if name in given - replaced}
