"""A nurse observes; a laboratory next door sends a result; what is true and what cannot be."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from domain.analytes import ResultLimits
from domain.errors import InvalidInput, NotAuthorised, NotFound, Refused
from domain.ids import EncounterId, PractitionerId
from domain.people import Practitioner, Role
from domain.records import Source
from domain.results import Result
from domain.services.bedside import When
from tests.shift import Shift, fake_shift, local

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from domain.clinical import Clinical
    from domain.observations import Observation

FULL: Mapping[str, object] = {
    "respiratory_rate": 22,
    "spo2": 94,
    "supplemental_oxygen": False,
    "systolic_bp": 105,
    "diastolic_bp": 60,
    "pulse": 95,
    "consciousness": "A",
    "temperature": Decimal("38.5"),
}


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


def observe(
    shift: Shift,
    entered: Mapping[str, object],
    *,
    user: str = "li.na",
    when: When | None = None,
) -> None:
    shift.app.observe_vitals(
        user=user,
        command=shift.new(),
        encounter=shift.stay,
        entered=entered,
        when=when or When(),
    )


def result(
    shift: Shift, name: str, value: object, unit: str = "", *, user: str = "lab.xu", **more: object
) -> Observation:
    shift.app.observe_result(
        user=user,
        command=shift.new(),
        encounter=shift.stay,
        result=Result(name=name, value=value, unit=unit, **more),  # type: ignore[arg-type]
    )
    return known(shift).latest[name]


def known(shift: Shift) -> Clinical:
    return shift.app.show_known(user="li.na", encounter=shift.stay).clinical


# ---------------------------------------------------------------- vital signs
def test_a_full_set_is_kept_with_its_units(shift: Shift) -> None:
    observe(shift, FULL)
    latest = known(shift).latest
    assert {name: (one.value, one.unit) for name, one in latest.items()} == {
        "respiratory_rate": ("22", "/min"),
        "spo2": ("94", "%"),
        "supplemental_oxygen": (False, ""),
        "systolic_bp": ("105", "mm[Hg]"),
        "diastolic_bp": ("60", "mm[Hg]"),
        "pulse": ("95", "/min"),
        "consciousness": ("A", ""),
        "temperature": ("38.5", "Cel"),
    }
    assert {one.at for one in latest.values()} == {shift.clock.now()}


def test_a_temperature_alone_is_a_set_and_leaves_the_rest_as_it_was(shift: Shift) -> None:
    observe(shift, FULL)
    shift.at("07:30")
    observe(shift, {"temperature": "39.1", "pulse": None})
    latest = known(shift).latest
    assert (latest["temperature"].value, latest["pulse"].value) == ("39.1", "95")
    assert latest["pulse"].at == local("07:00")


def test_oxygen_is_kept_with_its_flow(shift: Shift) -> None:
    observe(shift, {"supplemental_oxygen": True, "oxygen_flow": "2.5"})
    flow = known(shift).latest["oxygen_flow"]
    assert (flow.number, flow.unit) == (Decimal("2.5"), "L/min")
    observe(shift, {"supplemental_oxygen": False, "oxygen_flow": 0})
    assert known(shift).latest["oxygen_flow"].number == 0


@pytest.mark.parametrize(
    ("values", "field", "right"),
    [
        ({"respiratory_rate": 81}, "respiratory_rate", "0 to 80"),
        ({"respiratory_rate": 18.5}, "respiratory_rate", "a whole number"),
        ({"spo2": 101}, "spo2", "0 to 100 %"),
        ({"systolic_bp": "321"}, "systolic_bp", "0 to 320"),
        ({"pulse": -1}, "pulse", "0 to 300"),
        ({"pulse": "fast"}, "pulse", "a whole number, 0 to 300"),
        ({"pulse": True}, "pulse", "a whole number"),
        ({"pulse": "72.5"}, "pulse", "a whole number"),
        ({"temperature": "24.9"}, "temperature", "25 to 45 Cel"),
        ({"temperature": "98.6"}, "temperature", "25 to 45 Cel"),
        ({"consciousness": "a"}, "consciousness", "A (alert)"),
        ({"consciousness": 15}, "consciousness", "A (alert)"),
        ({"supplemental_oxygen": "yes"}, "supplemental_oxygen", "true or false"),
        ({"oxygen_flow": 2}, "supplemental_oxygen", "true or false"),
        ({"supplemental_oxygen": True, "oxygen_flow": 101}, "oxygen_flow", "0 to 100"),
        ({"supplemental_oxygen": True, "oxygen_flow": "much"}, "oxygen_flow", "0 to 100"),
        ({"supplemental_oxygen": False, "oxygen_flow": 2}, "oxygen_flow", "none on air"),
        ({"systolic_bp": 80, "diastolic_bp": 120}, "diastolic_bp", "the lower of the two"),
        ({"heart_rate": 80}, "heart_rate", "pulse"),
        ({}, "respiratory_rate", "one of"),
        ({"spo2_scale": 3, "spo2_scale_by": "dr.chen"}, "spo2_scale", "1, or 2"),
        ({"spo2_scale": True, "spo2_scale_by": "dr.chen"}, "spo2_scale", "1, or 2"),
        ({"spo2_scale": 2}, "spo2_scale_by", "the physician"),
        ({"spo2_scale_by": "dr.chen", "spo2": 90}, "spo2_scale", "1 or 2"),
    ],
)
def test_what_cannot_be_true_is_named_with_its_range(
    shift: Shift, values: dict[str, object], field: str, right: str
) -> None:
    with pytest.raises(InvalidInput) as wrong:
        observe(shift, values)
    assert wrong.value.field == field
    assert field in wrong.value.message
    assert wrong.value.right is not None
    assert right in wrong.value.right
    assert not known(shift).latest


def test_only_a_prescribing_physician_sets_the_second_scale_and_the_switch_stands_by_itself(
    shift: Shift,
) -> None:
    observe(shift, {"spo2": 90, "spo2_scale": 1, "spo2_scale_by": "dr.chen"})
    assert "spo2_scale" not in known(shift).facts  # scale 1 was in force already
    observe(shift, {"spo2": 90, "spo2_scale": 2, "spo2_scale_by": "dr.chen"})
    fact = known(shift).facts["spo2_scale"]
    assert (fact.value, fact.by, fact.detail["target"]) == ("2", "dr.chen", "88-92 %")
    assert "spo2_scale_2" in known(shift).flags(shift.clock.now())
    since = fact.at
    shift.at("08:00")
    observe(shift, {"spo2": 91, "spo2_scale": 2, "spo2_scale_by": "dr.wu"})
    assert known(shift).facts["spo2_scale"].at == since
    shift.at("09:00")
    observe(shift, {"spo2_scale": 1, "spo2_scale_by": "dr.wu"})
    assert known(shift).facts["spo2_scale"].value == "1"
    assert "spo2_scale_2" not in known(shift).flags(shift.clock.now())
    assert known(shift).latest["spo2"].value == "91"


def test_a_nurse_does_not_prescribe_a_saturation(shift: Shift) -> None:
    with pytest.raises(NotAuthorised) as refused:
        observe(shift, {"spo2": 90, "spo2_scale": 2, "spo2_scale_by": "li.na"})
    assert refused.value.field == "spo2_scale_by"
    assert not known(shift).latest
    with pytest.raises(NotFound) as unknown:
        observe(shift, {"spo2": 90, "spo2_scale": 2, "spo2_scale_by": "nobody"})
    assert unknown.value.field == "spo2_scale_by"


def test_vital_signs_are_the_wards_to_take(shift: Shift) -> None:
    with pytest.raises(NotAuthorised):
        observe(shift, FULL, user="ph.qian")


def test_a_monitor_speaks_by_its_own_account_and_no_person_speaks_for_it(shift: Shift) -> None:
    monitor = Practitioner(PractitionerId("monitor"), "Monitor", frozenset({Role.SYSTEM}))
    shift.app.add_user(user="admin", command=shift.new(), practitioner=monitor)
    observe(shift, {"pulse": 80}, user="monitor", when=When(source=Source.INTERFACE))
    assert known(shift).latest["pulse"].source == "interface"
    with pytest.raises(NotAuthorised) as refused:
        observe(shift, {"pulse": 80}, when=When(source=Source.INTERFACE))
    assert refused.value.field == "source"


@pytest.mark.parametrize("clock", ["06:59", "07:10"])
def test_nobody_is_observed_before_they_came_or_in_the_future(shift: Shift, clock: str) -> None:
    with pytest.raises(InvalidInput) as wrong:
        observe(shift, FULL, when=When(local(clock)))
    assert wrong.value.field == "at"


def test_of_a_stay_that_has_ended_only_what_was_before_is_told(shift: Shift) -> None:
    shift.at("09:00")
    shift.app.discharge(user="dr.chen", command=shift.new(), encounter=shift.stay)
    shift.at("09:05")
    with pytest.raises(Refused) as refused:
        observe(shift, {"pulse": 80})
    assert refused.value.code == "STAY_ENDED"
    assert "`at`" in refused.value.next_step
    observe(shift, {"pulse": 80}, when=When(local("08:30"), Source.RETRO))
    assert known(shift).latest["pulse"].source == "retro"


def test_the_same_command_twice_observes_once(shift: Shift) -> None:
    command = shift.new()
    for repeated in (False, True):
        changes = shift.app.observe_vitals(
            user="li.na", command=command, encounter=shift.stay, entered=FULL
        )
        assert changes.repeated is repeated
    assert len(known(shift).series["pulse"]) == 1
    with pytest.raises(Refused):
        shift.app.observe_vitals(
            user="li.na", command=command, encounter=shift.stay, entered={"pulse": 60}
        )


def test_a_stay_must_be_there(shift: Shift) -> None:
    with pytest.raises(NotFound):
        shift.app.observe_vitals(
            user="li.na", command=shift.new(), encounter=EncounterId("nobody"), entered=FULL
        )


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
        result(shift, **{**good, **entered})  # type: ignore[arg-type]
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


# ---------------------------------------------------------------- weight and height
def test_weight_and_height_are_kept_in_kilograms_and_centimetres(shift: Shift) -> None:
    measured = {"weight": {"value": "70500", "unit": "g"}, "height": 172}
    shift.app.record_weight(
        user="li.na", command=shift.new(), encounter=shift.stay, measured=measured
    )
    latest = known(shift).latest
    assert (latest["weight"].number, latest["weight"].unit) == (Decimal("70.5"), "kg")
    assert (latest["height"].number, latest["height"].unit) == (Decimal(172), "cm")


@pytest.mark.parametrize(
    ("measured", "field", "right"),
    [
        ({}, "weight", "kg"),
        ({"weight": "heavy"}, "weight", "2.5"),
        ({"weight": 700}, "weight", "0.2 to 650 kg"),
        ({"height": "1.72"}, "height", "20 to 280 cm"),
        ({"height": {"value": "6", "unit": "[ft_i]"}}, "height", "cm or m"),
    ],
)
def test_what_nobody_weighs_is_refused(
    shift: Shift, measured: dict[str, object], field: str, right: str
) -> None:
    with pytest.raises(InvalidInput) as wrong:
        shift.app.record_weight(
            user="li.na", command=shift.new(), encounter=shift.stay, measured=measured
        )
    assert wrong.value.field == field
    assert wrong.value.right is not None
    assert right in wrong.value.right


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
