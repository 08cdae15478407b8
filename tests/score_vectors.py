"""The vectors of the rules specification, 1.2 to 1.16: a line of each score and what it answers.

Used twice: on the functions (`tests/unit/scores`) and through the command (`tests/end_to_end`).
"""

from __future__ import annotations

from typing import Final

from tests.scoring import Line, Value, Vector, creatinines, mg_dl

_NEWS2_ORDER: Final = (
    "respiratory_rate",
    "spo2",
    "supplemental_oxygen",
    "systolic_bp",
    "pulse",
    "consciousness",
    "temperature",
)


def news2_line(
    *values: Value,
    scale: int = 1,
    **more: Value,
) -> dict[str, Value]:
    """A line by the columns of the specification; None is left out."""
    named = dict(zip(_NEWS2_ORDER, values, strict=True))
    return {name: one for name, one in named.items() if one is not None} | {
        "spo2_scale": scale,
        **more,
    }


def _news2(line: Line, score: int | None, points: tuple[int, ...], **more: object) -> Vector:
    return Vector(
        "news2",
        line,
        {"score": score, **more}
        | ({"components": dict(zip(_NEWS2_ORDER, points, strict=True))} if points else {}),
    )


AIR, O2 = False, True
WELL: Final = news2_line(16, 98, AIR, 120, 70, "A", 37.0)

NEWS2: Final = (
    _news2(WELL, 0, (0,) * 7, band="none", observe_every_minutes=720, red_parameter=False),
    _news2(
        news2_line(22, 94, AIR, 105, 95, "A", 38.5),
        *(6, (2, 1, 0, 1, 1, 0, 1)),
        band="medium",
        observe_every_minutes=60,
    ),
    _news2(
        news2_line(26, 90, O2, 88, 125, "C", 39.4),
        *(18, (3, 3, 2, 3, 2, 3, 2)),
        band="high",
        observe_every_minutes=0,
    ),
    _news2(
        news2_line(18, 97, AIR, 118, 75, "C", 36.8),
        *(3, (0, 0, 0, 0, 0, 3, 0)),
        band="low_medium",
        red_parameter=True,
        observe_every_minutes=60,
    ),
    _news2(
        news2_line(20, 90, O2, 130, 88, "A", 37.0, scale=2),
        *(2, (0, 0, 2, 0, 0, 0, 0)),
        band="low",
        observe_every_minutes=360,
    ),
    _news2(
        news2_line(20, 97, O2, 130, 88, "A", 37.0, scale=2),
        *(5, (0, 3, 2, 0, 0, 0, 0)),
        band="medium",
        red_parameter=True,
    ),
    _news2(news2_line(20, 97, AIR, 130, 88, "A", 37.0, scale=2), 0, (0,) * 7, band="none"),
    _news2(
        news2_line(20, 90, AIR, 130, 88, "A", 37.0),
        *(3, (0, 3, 0, 0, 0, 0, 0)),
        band="low_medium",
        red_parameter=True,
    ),
    _news2(news2_line(8, 96, AIR, 220, 40, "A", 35.0), 12, (3, 0, 0, 3, 3, 0, 3), band="high"),
    _news2(
        news2_line(21, 95, O2, 110, 91, "A", 36.0),
        *(8, (2, 1, 2, 1, 1, 0, 1)),
        band="high",
        red_parameter=False,
    ),
    _news2(
        news2_line(25, 96, AIR, 111, 90, "A", 38.0),
        *(3, (3, 0, 0, 0, 0, 0, 0)),
        band="low_medium",
        red_parameter=True,
    ),
    _news2(
        news2_line(24, 85, AIR, 100, 111, "A", 39.1, scale=2),
        *(10, (2, 2, 0, 2, 2, 0, 2)),
        band="high",
    ),
    _news2(
        news2_line(None, 90, O2, 88, 125, "A", 37),
        *(None, ()),
        complete=False,
        missing=["respiratory_rate"],
        partial_min=10,
        partial_max=13,
        red_parameter=True,
        observe_every_minutes=0,
    ),
    _news2({**WELL, "age_years": 15}, None, (), excluded_reason="EXCLUDED_PAEDIATRIC"),
    _news2({**WELL, "pregnant": True}, None, (), excluded_reason="EXCLUDED_PREGNANCY"),
)

QSOFA: Final = tuple(
    Vector(
        "qsofa",
        {"respiratory_rate": breaths, "systolic_bp": pressure, "gcs": gcs},
        {"score": score, "partial_min": least, "complete": score is not None},
    )
    for breaths, pressure, gcs, score, least in (
        (22, 100, 15, 2, 2),
        (21, 101, 15, 0, 0),
        (24, 95, 14, 3, 3),
        (18, 100, 15, 1, 1),
        (30, 120, 13, 2, 2),
        (22, 101, 14, 2, 2),
        (21, 100, None, None, 1),
    )
)


def _sofa(values: tuple[Value, ...], drugs: Line, score: int, points: tuple[int, ...]) -> Vector:
    ratio, support, platelets, bilirubin, pressure, gcs, creatinine, urine = values
    line = {
        "pao2_fio2": ratio,
        "respiratory_support": support,
        "platelets": platelets,
        "bilirubin": mg_dl(bilirubin),
        "mean_arterial_pressure": pressure,
        "gcs": gcs,
        "creatinine": mg_dl(creatinine),
        "urine": urine,
        **dict.fromkeys(("dopamine", "dobutamine", "noradrenaline", "adrenaline"), 0),
        **drugs,
    }
    organs = ("respiration", "coagulation", "liver", "cardiovascular", "cns", "renal")
    components = dict(zip(organs, points, strict=True))
    complete = urine is not None
    return Vector("sofa", line, {"score": score, "components": components, "complete": complete})


SOFA: Final = (
    _sofa((450, False, 250, 0.8, 85, 15, 0.9, 1500), {}, 0, (0,) * 6),
    _sofa((390, False, 149, 1.2, 69, 14, 1.2, 1500), {}, 6, (1,) * 6),
    _sofa((250, False, 90, 2.5, 65, 12, 2.1, 900), {"noradrenaline": 0.05}, 13, (2, 2, 2, 3, 2, 2)),
    _sofa((150, True, 40, 7, 60, 8, 3.6, 450), {"noradrenaline": 0.2}, 19, (3, 3, 3, 4, 3, 3)),
    _sofa((80, True, 15, 13, 55, 5, 5.5, 100), {"dopamine": 16}, 24, (4,) * 6),
    _sofa((150, False, 160, 1.0, 72, 15, 1.1, None), {"dobutamine": 5}, 4, (2, 0, 0, 2, 0, 0)),
    _sofa((310, False, 100, 1.9, 70, 13, 1.9, 500), {"dopamine": 5}, 7, (1, 1, 1, 2, 1, 1)),
)

_MEWS_ORDER: Final = (
    "systolic_bp",
    "pulse",
    "respiratory_rate",
    "temperature",
    "consciousness",
)
MEWS: Final = tuple(
    Vector(
        "mews",
        dict(zip(_MEWS_ORDER, values, strict=True)),
        {
            "score": sum(points),
            "components": dict(zip(_MEWS_ORDER, points, strict=True)),
            "band": "critical" if sum(points) >= 5 else "low",
        },
    )
    for values, points in (
        ((120, 80, 14, 37.0, "A"), (0, 0, 0, 0, 0)),
        ((95, 105, 22, 38.5, "A"), (1, 1, 2, 2, 0)),
        ((70, 130, 30, 34.9, "U"), (3, 3, 3, 2, 3)),
        ((200, 50, 8, 37.0, "V"), (2, 1, 2, 0, 1)),
        ((85, 112, 18, 37.5, "P"), (1, 2, 1, 0, 2)),
        ((101, 101, 15, 38.4, "A"), (0, 1, 1, 0, 0)),
    )
)

GCS: Final = tuple(
    Vector("gcs", {"eye": eye, "verbal": verbal, "motor": motor}, {"score": score, "band": band})
    for eye, verbal, motor, score, band in (
        (4, 5, 6, 15, "mild"),
        (1, 1, 1, 3, "severe"),
        (3, 4, 6, 13, "mild"),
        (2, 2, 4, 8, "severe"),
        (4, "NT", 6, None, None),
        (3, 3, 5, 11, "moderate"),
    )
)


def _padua(score: int, band: str, age: int, *present: str, **more: object) -> Vector:
    line = {"age_years": age, "reduced_mobility": False, **dict.fromkeys(present, True), **more}
    return Vector("padua", line, {"score": score, "band": band})


PADUA: Final = (
    _padua(5, "high", 75, "acute_infection_or_rheumatologic", "reduced_mobility"),
    _padua(0, "low", 50),
    _padua(3, "low", 62, "active_cancer"),
    _padua(
        *(4, "high", 71, "heart_or_respiratory_failure", "acute_infection_or_rheumatologic"),
        bmi=31,
    ),
    _padua(4, "high", 45, "previous_vte", "hormonal_treatment"),
    _padua(5, "high", 80, "acute_mi_or_stroke", "reduced_mobility"),
    _padua(3, "low", 66, "recent_trauma_or_surgery", "acute_infection_or_rheumatologic"),
)


def _caprini(score: int, band: str, age: int, surgery: str, *factors: str) -> Vector:
    line = {"age_years": age, "surgery": surgery, "factors": list(factors)}
    return Vector("caprini", line, {"score": score, "band": band})


CAPRINI: Final = (
    _caprini(1, "low", 35, "minor"),
    _caprini(5, "highest", 65, "laparoscopic", "bmi_over_25"),
    _caprini(10, "highest", 78, "major_open", "hip_pelvis_leg_fracture"),
    _caprini(7, "highest", 55, "major_open", "malignancy", "central_venous_access"),
    _caprini(
        *(10, "highest", 62, "major_open", "history_of_dvt_pe"),
        "elective_major_lower_limb_arthroplasty",
    ),
    _caprini(3, "high", 44, "none", "ocp_hrt", "varicose_veins"),
    _caprini(6, "highest", 76, "none", "serious_lung_disease", "bed_over_72_h"),
)


def _kdigo(stage: int, *values: tuple[int, Value], **more: object) -> Vector:
    line = {"creatinine": creatinines(*values), **more}
    return Vector("kdigo_aki", line, {"score": stage, "complete": True})


KDIGO: Final = (
    _kdigo(0, (0, 80), (24, 100)),
    _kdigo(1, (0, 80), (24, 107)),
    _kdigo(0, (0, 80), (72, 107)),
    _kdigo(1, (0, 60), (120, 90)),
    _kdigo(2, (0, 80), (72, 160)),
    _kdigo(3, (0, 80), (72, 240)),
    _kdigo(3, (0, 320), (36, 360)),
    _kdigo(0, (0, 350), (36, 360)),
    _kdigo(2, (0, 80), (13, 85), urine_ml_kg_h=0.4, urine_hours=13),
    _kdigo(3, (0, 80), (24, 82), rrt=True),
)


def _kidney(
    name: str, score: float, age: int, sex: str, creatinine: object, **more: object
) -> Vector:
    line = {"age_years": age, "sex": sex, "creatinine": creatinine, **more}
    return Vector(name, line, {"score": score, "complete": True})


COCKCROFT_GAULT: Final = tuple(
    _kidney("cockcroft_gault", score, age, sex, creatinine, weight=weight)
    for age, weight, creatinine, sex, score in (
        (60, 72, mg_dl(1.0), "M", 80.0),
        (60, 72, mg_dl(1.0), "F", 68.0),
        (80, 50, mg_dl(1.5), "F", 23.6),
        (75, 80, mg_dl(2.2), "M", 32.8),
        (30, 70, mg_dl(0.7), "M", 152.8),
        (45, 60, mg_dl(0.9), "F", 74.8),
        (85, 45, mg_dl(0.6), "F", 48.7),
        (70, 65, 150, "M", 37.2),
    )
)

CKD_EPI_2021: Final = tuple(
    _kidney("ckd_epi_2021", score, age, sex, creatinine)
    for age, creatinine, sex, score in (
        (50, mg_dl(1.0), "M", 91.7),
        (50, mg_dl(1.0), "F", 68.6),
        (70, mg_dl(1.5), "M", 49.8),
        (80, mg_dl(2.0), "F", 24.8),
        (25, mg_dl(0.6), "F", 127.7),
        (60, mg_dl(0.9), "M", 97.8),
        (40, mg_dl(0.7), "F", 112.1),
        (65, mg_dl(4.0), "M", 15.8),
        (55, 177, "M", 38.6),
    )
)

_VARIANTS: Final = ("1987", "age_adjusted", "quan2011")
CHARLSON: Final = tuple(
    Vector(
        "charlson",
        {"conditions": list(conditions), "age_years": age, "variant": variant},
        {"score": score, "complete": True},
    )
    for conditions, age, scores in (
        ((), 45, (0, 0, 0)),
        (("mi", "chf"), 72, (2, 5, 2)),
        (("uncomplicated_diabetes", "diabetes_with_end_organ_damage"), 66, (2, 4, 1)),
        (("metastatic_solid_tumour", "tumour"), 58, (6, 7, 6)),
        (("mild_liver_disease", "moderate_severe_liver_disease"), 61, (3, 5, 4)),
        (("dementia", "chronic_pulmonary", "moderate_severe_renal"), 83, (4, 8, 4)),
        (("aids",), 40, (6, 6, 4)),
    )
    for variant, score in zip(_VARIANTS, scores, strict=True)
)

LACE: Final = tuple(
    Vector(
        "lace",
        {
            "length_of_stay_days": days,
            "acute_admission": acute,
            "charlson_lace": charlson,
            "ed_visits_6_months": visits,
        },
        {"score": score, "band": band},
    )
    for days, acute, charlson, visits, score, band in (
        (0.5, False, 0, 0, 0, "low"),
        (2, True, 0, 0, 5, "moderate"),
        (5, True, 2, 1, 10, "high"),
        (14, True, 4, 5, 19, "high"),
        (10, False, 3, 2, 10, "high"),
        (7, True, 1, 0, 9, "moderate"),
        (3, False, 0, 4, 7, "moderate"),
        (6, True, 4, 0, 12, "high"),
    )
)

CURB65: Final = tuple(
    Vector(
        "curb65",
        {
            "confusion": confused,
            "urea": urea,
            "respiratory_rate": breaths,
            "systolic_bp": systolic,
            "diastolic_bp": diastolic,
            "age_years": age,
        },
        {"score": score, "band": band, "version": version},
    )
    for confused, urea, breaths, systolic, diastolic, age, score, band, version in (
        (False, 5, 20, 120, 75, 40, 0, "low", "curb65@1"),
        (False, 7.0, 29, 90, 61, 64, 0, "low", "curb65@1"),
        (True, 7.1, 30, 89, 60, 65, 5, "severe", "curb65@1"),
        (False, 8, 24, 110, 60, 70, 3, "severe", "curb65@1"),
        (False, 5, 18, 130, 70, 80, 1, "low", "curb65@1"),
        (True, 9, 22, 120, 80, 50, 2, "intermediate", "curb65@1"),
        (False, None, 30, 120, 80, 66, 2, "intermediate", "crb65@1"),
    )
)

VECTORS: Final[tuple[Vector, ...]] = (
    *(*NEWS2, *QSOFA, *SOFA, *MEWS, *GCS, *PADUA, *CAPRINI, *KDIGO, *COCKCROFT_GAULT),
    *(*CKD_EPI_2021, *CHARLSON, *LACE, *CURB65),
)
