"""A nurse observes; a laboratory next door sends a result; what is true and what cannot be."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from domain.errors import InvalidInput, NotAuthorised, NotFound, Refused
from domain.ids import EncounterId, PractitionerId
from domain.people import Practitioner, Role
from domain.records import Source
from domain.services.bedside import When
from tests.shift import Shift, fake_shift, local

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.clinical import Clinical

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


@pytest.fixture
def shift() -> Shift:
    return fake_shift()


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


# ---------------------------------------------------------------- entered in error
def withdraw(
    shift: Shift, clock: str, *names: str, reason: str = "of the patient in bed 02"
) -> None:
    shift.app.withdraw_observations(
        user="li.na",
        command=shift.new(),
        encounter=shift.stay,
        observed_at=local(clock),
        names=names,
        reason=reason,
    )


def test_what_was_entered_for_the_wrong_patient_counts_no_more(shift: Shift) -> None:
    observe(shift, {"pulse": 72, "temperature": "36.8"})
    shift.at("08:00")
    observe(shift, {"pulse": 150, "temperature": "39.9", "spo2": 82})
    withdraw(shift, "08:00", "pulse", "temperature")
    latest = known(shift).latest
    assert (latest["pulse"].value, latest["temperature"].value) == ("72", "36.8")
    assert latest["spo2"].value == "82"
    assert len(known(shift).series["pulse"]) == 1


def test_what_was_never_observed_cannot_be_withdrawn(shift: Shift) -> None:
    observe(shift, {"pulse": 72})
    for clock, name in (("06:59", "pulse"), ("07:00", "spo2")):
        with pytest.raises(NotFound) as wrong:
            withdraw(shift, clock, name)
        assert wrong.value.field == "names"
    with pytest.raises(InvalidInput) as unnamed:
        withdraw(shift, "07:00")
    assert unnamed.value.field == "names"
    with pytest.raises(InvalidInput) as unsaid:
        withdraw(shift, "07:00", "pulse", reason="")
    assert unsaid.value.field == "reason"
    assert known(shift).latest["pulse"].value == "72"
