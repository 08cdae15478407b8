"""The codes of ICD-9-CM that mean a condition of the Charlson index (Quan 2005)."""

from __future__ import annotations

import pytest

from domain.conditions import ICD9
from rules.scores.charlson import CharlsonInputs, charlson
from rules.scores.comorbidities import conditions_of

CODES = {
    "mi": ("410.71", "412"),
    "chf": ("428.0", "398.91", "402.01", "404.93", "425.4", "425.9"),
    "pvd": ("440.20", "441.4", "443.9", "093.0", "V43.4"),
    "cerebrovascular": ("430", "434.91", "438.20", "362.34"),
    "dementia": ("290.0", "294.1", "331.2"),
    "chronic_pulmonary": ("490", "491.21", "496", "505", "416.8", "506.4"),
    "connective_tissue_disease": ("710.0", "714.0", "714.81", "725", "446.5"),
    "peptic_ulcer": ("531.00", "534.90"),
    "mild_liver_disease": ("571.5", "070.54", "573.3", "V42.7"),
    "uncomplicated_diabetes": ("250.00", "250.32", "250.80", "250.9"),
    "diabetes_with_end_organ_damage": ("250.40", "250.7"),
    "hemiplegia": ("342.90", "343.9", "344.1", "334.1"),
    "moderate_severe_renal": ("585.6", "403.91", "583.0", "583.7", "588.0", "V45.1", "V56.0"),
    "tumour": ("140.0", "162.9", "172.9", "174.9", "195.8", "200.00", "208.9", "238.6"),
    "moderate_severe_liver_disease": ("456.0", "456.20", "572.2", "572.8"),
    "metastatic_solid_tumour": ("196.0", "199.1"),
    "aids": ("042", "044.9"),
}
NEITHER = (
    *("411.1", "414.01", "425.3", "401.9", "402.00", "403.90", "443.0", "429.9", "439", "294.0"),
    *("489", "506", "530.81", "535.5", "572.1", "573.2", "583.9", "584.9", "173.3", "195.9"),
    *("209.0", "238.7", "V70.7", "E888.9", "389.9"),
)


@pytest.mark.parametrize(("name", "codes"), CODES.items(), ids=CODES)
def test_the_codes_of_a_condition(name: str, codes: tuple[str, ...]) -> None:
    for code in codes:
        assert name in conditions_of([code], ICD9), code


def test_codes_of_other_illnesses_mean_none_of_them() -> None:
    assert {code for code in NEITHER if conditions_of([code], ICD9)} == set()


def test_an_old_and_a_new_code_of_one_illness_count_once() -> None:
    both = CharlsonInputs(icd10=("I50.0", "N18.5"), icd9=("428.0", "V707"))
    assert charlson(both).value == 3
    assert charlson(CharlsonInputs(icd9=())).value == 0
    assert charlson(CharlsonInputs()).missing == ("conditions",)
