"""Results: without an order here, and as steps of one; what is critical; what cannot be true."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from domain.analytes import ResultLimits
from domain.errors import InvalidInput, Refused
from domain.records import Source
from domain.results import Result
from domain.services.bedside import When
from tests.shift import Shift, fake_shift, local

if TYPE_CHECKING:
    from datetime import date

    from domain.clinical import Clinical
    from domain.observations import Observation


def limits(name: str, _: date) -> ResultLimits | None:
    """What the laboratory of these stories calls critical."""
    if name == "potassium":
        return ResultLimits(*map(Decimal, ("2.8", "6.2", "1", "15")))
    return ResultLimits(low=Decimal("2.6")) if name == "glucose" else None


@pytest.fixture
def shift() -> Shift:
    made = fake_shift()
    object.__setattr__(made.app.place, "result_limits", limits)
    return made


def result(
    shift: Shift, name: str, value: object, unit: str = "", *, user: str = "lab.xu", **more: object
) -> Observation:
    shift.app.observe_result(
        user=user,
        command=shift.new(),
        encounter=shift.stay,
        result=Result(name=name, value=value, unit=unit, **more),  # type: ignore[arg-type]  # wrong ones on purpose
    )
    return known(shift).latest[name]


def known(shift: Shift) -> Clinical:
    return shift.app.show_known(user="li.na", encounter=shift.stay).clinical


# ---------------------------------------------------------------- results
def test_a_result_is_kept_in_the_unit_of_its_name(shift: Shift) -> None:
    found = result(shift, "creatinine", "1.2", "mg/dL", low="0.6", high="1.2", flag="N")
    assert (found.number, found.unit) == (Decimal("106.08"), "umol/L")
    assert (found.low, found.high, found.flag, found.critical) == ("53.04", "106.08", "N", "")


@pytest.mark.parametrize(
    ("name", "value", "unit", "critical"),
    [
        ("potassium", "6.8", "mmol/L", "> 6.2"),
        ("potassium", "6.2", "mmol/L", ""),
        ("potassium", "6.3", "mEq/L", "> 6.2"),
        ("potassium", "2.7", "mmol/L", "< 2.8"),
        ("potassium", "2.8", "mmol/L", ""),
        ("potassium", ">6.2", "mmol/L", "> 6.2"),
        ("potassium", "< 2.8", "mmol/L", "< 2.8"),
        ("potassium", ">5", "mmol/L", ""),
        ("glucose", Decimal("2.5"), "mmol/L", "< 2.6"),
        ("glucose", "40", "mmol/L", ""),
        ("sodium", "190", "mmol/L", ""),
    ],
)
def test_what_is_critical_is_marked_with_the_limit_that_it_crosses(
    shift: Shift, name: str, value: object, unit: str, critical: str
) -> None:
    assert result(shift, name, value, unit).critical == critical


def test_a_value_that_was_only_bounded_is_no_number(shift: Shift) -> None:
    found = result(shift, "potassium", ">10", "mmol/L")
    assert (found.value, found.number, found.unit) == (">10", None, "mmol/L")


def test_a_word_is_a_result_too(shift: Shift) -> None:
    found = result(shift, "blood_culture", "no growth", flag="N")
    assert (found.value, found.number, found.unit) == ("no growth", None, "")
    assert result(shift, "inr", "2.5").unit == "1"
    assert result(shift, "procalcitonin", "0.4", "ug/L").number == Decimal("0.4")


@pytest.mark.parametrize(
    ("entered", "field", "right"),
    [
        ({"name": "k"}, "name", "potassium"),
        ({"name": "HGB"}, "name", "haemoglobin"),
        ({"name": "pulse"}, "name", "observe vitals"),
        ({"name": "Potassium"}, "name", "lower case"),
        ({"value": True}, "value", "positive"),
        ({"value": "high"}, "value", "a number"),
        ({"value": ">much"}, "value", "a number"),
        ({"value": 4.1}, "value", "a number"),
        ({"value": "62"}, "value", "1 to 15 mmol/L"),
        ({"name": "culture", "value": "  ", "unit": ""}, "value", "up to 200"),
        ({"name": "culture", "value": "x" * 201, "unit": ""}, "value", "up to 200"),
        ({"name": "culture", "value": "none", "unit": "1"}, "unit", "a number"),
        ({"name": "culture", "value": "none", "unit": "", "low": "1"}, "low", "a number"),
        ({"unit": ""}, "unit", "mmol/L or meq/L"),
        ({"unit": "mg/dL"}, "unit", "mmol/L or meq/L"),
        ({"name": "ferritin", "unit": ""}, "unit", "UCUM"),
        ({"low": "5", "high": "3"}, "low", "low to high"),
        ({"low": "few"}, "low", "2.5"),
        ({"flag": "!!"}, "flag", "N, L, H"),
    ],
)
def test_what_is_wrong_with_a_result(
    shift: Shift, entered: dict[str, object], field: str, right: str
) -> None:
    good: dict[str, object] = {"name": "potassium", "value": "4.1", "unit": "mmol/L"}
    with pytest.raises(InvalidInput) as wrong:
        result(shift, **{**good, **entered})  # type: ignore[arg-type]  # wrong ones on purpose
    assert wrong.value.field == field
    assert wrong.value.right is not None
    assert right in wrong.value.right
    assert not known(shift).latest


def test_without_a_list_of_limits_nothing_is_called_critical(shift: Shift) -> None:
    object.__setattr__(shift.app.place, "result_limits", None)
    assert result(shift, "potassium", "9", "mmol/L").critical == ""


def test_the_result_of_an_order_is_its_step(shift: Shift) -> None:
    with pytest.raises(Refused) as refused:
        shift.app.observe_result(
            user="lab.xu",
            command=shift.new(),
            encounter=shift.stay,
            result=Result(name="potassium", value="4.1", unit="mmol/L"),
            answers="an-order",
        )
    assert refused.value.code == "RESULT_OF_ORDER"
    assert "wardloop step record" in refused.value.next_step


def test_a_result_from_before_the_stay_is_a_baseline(shift: Shift) -> None:
    shift.app.observe_result(
        user="dr.chen",
        command=shift.new(),
        encounter=shift.stay,
        result=Result(name="creatinine", value="80", unit="umol/L"),
        when=When(local("07:00") - timedelta(days=30), Source.RETRO),
    )
    assert known(shift).series["creatinine"][0].number == 80


# ---------------------------------------------------------------- results that are steps
def test_the_bedside_glucose_of_an_order_is_known_and_its_correction_too(shift: Shift) -> None:
    fields = {"tests": ["GLUPOC"], "timing": "random", "priority": "ROUTINE", "point_of_care": True}
    order = shift.ordered(fields, kind="test")
    shift.do("li.na", order=order, step="L2", result="verified")
    (task,) = shift.tasks(order)
    noscan = {"noscan_reason": "scanner down"}
    shift.do("li.na", task=task.id, step="L4", result="collected", evidence=noscan)
    entered = {"results": {"glucose": {"value": "31.2", "unit": "mmol/L"}}, "critical": False}
    bad = {"results": {"glu": "3.1"}, "critical": False}
    with pytest.raises(InvalidInput) as wrong:
        shift.do("lab.xu", task=task.id, step="L8", result="measured", evidence=bad)
    assert wrong.value.field == "evidence.results"
    shift.do("lab.xu", task=task.id, step="L8", result="measured", evidence=entered)
    assert known(shift).latest["glucose"].number == Decimal("31.2")
    right = {"results": "glucose 13.2 mmol/L H"}
    shift.do(
        "lab.xu", act="correct", task=task.id, step="L8", evidence=right, reason="wrong meter read"
    )
    found = known(shift).series["glucose"]
    assert [(one.number, one.flag) for one in found] == [(Decimal("13.2"), "H")]


def test_what_a_step_told_is_corrected_at_the_step(shift: Shift) -> None:
    fields = {"tests": ["GLUPOC"], "timing": "random", "priority": "ROUTINE", "point_of_care": True}
    order = shift.ordered(fields, kind="test")
    shift.do("li.na", order=order, step="L2", result="verified")
    (task,) = shift.tasks(order)
    noscan = {"noscan_reason": "scanner down"}
    shift.do("li.na", task=task.id, step="L4", result="collected", evidence=noscan)
    entered = {"results": "glucose 31.2 mmol/L", "critical": False}
    shift.do("lab.xu", task=task.id, step="L8", result="measured", evidence=entered)
    with pytest.raises(Refused) as refused:
        shift.app.withdraw_observations(
            user="li.na",
            command=shift.new(),
            encounter=shift.stay,
            observed_at=local("07:00"),
            names=["glucose"],
            reason="wrong meter",
        )
    assert refused.value.code == "TOLD_BY_STEP"
    assert known(shift).latest["glucose"].number == Decimal("31.2")
