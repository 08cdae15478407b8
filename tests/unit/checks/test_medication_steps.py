"""The checks of a dose on its way: lots, mixing, window, amounts, the pump, the balance."""

from __future__ import annotations

from datetime import timedelta

import pytest

from client.presenters.step_dialog import finding_words
from client.texts import Texts
from domain.barcodes import gs1_element_string
from domain.orders import Tally
from tests.unit.checks.patient_record import NOW, At, Free, active, patient, value

GTIN = "02900000000100"


def pack(lot: str) -> str:
    return gs1_element_string((("01", GTIN), ("17", "271130"), ("10", lot)))


def dose(step: str = "M10", **more: Free) -> At:
    fields = {"product": "FURO", "dose": {"value": "20", "unit": "mg"}, "route": "IV"}
    given = more.pop("fields", {})
    return At("medication", step, fields={**fields, **given}, **more)


# ------------------------------------------------------------------ prescribing as it is wired
def test_prescribing_finds_many_things_and_each_has_its_own_name() -> None:
    of = patient(value("weight", 80), orders=(active("warfarin"), active("paracetamol")))
    fields = {"product": "X", "dose": "1 g", "frequency": "q4h", "route": "PO"}
    at = At("medication", "M1", fields=fields, task=None, clinical=of,
            product={"code": "X", "name": "Paracetamol tablet"})  # fmt: skip
    said = at.finds("prescribing")
    assert {one.check for one in said if one.blocks} == {"duplicate", "max_dose"}
    nothing = At("medication", "M1", fields=fields, task=None)
    (one,) = nothing.finds("prescribing")
    assert one.message == "not checked: nothing is known of the patient"
    unknown = At("medication", "M1", fields=fields, task=None, clinical=patient(),
                 product={"code": "X", "name": "Tonic"})  # fmt: skip
    assert [one.severity.value for one in unknown.finds("prescribing")] == ["info"]


def test_an_order_is_no_duplicate_of_itself() -> None:
    own = active("paracetamol", ident="order-1")
    fields = {"product": "paracetamol", "dose": "1 g", "frequency": "q6h", "route": "PO"}
    at = At("medication", "M3", fields=fields, task=None, clinical=patient(orders=(own,)),
            product={"code": "paracetamol"})  # fmt: skip
    assert not any(one.check == "duplicate" for one in at.finds("prescribing"))


# ------------------------------------------------------------------ the pharmacy
def test_a_recalled_lot_stops() -> None:
    at = dose("M5", product={"code": "FURO", "recalled_lots": ["B7"]})
    assert at.severities("recall", scans=(pack("B7"),)) == ["stop"]
    assert at.severities("recall", lot="B7") == ["stop"]
    assert at.severities("recall", scans=(pack("B8"),)) == []
    assert dose("M5").severities("recall", lot="B7") == []


@pytest.mark.parametrize(
    ("cold", "warmth", "binds"),
    [
        (True, "5.0", []),
        (True, "2", []),
        (True, "8", []),
        (True, "8.1", ["reason"]),
        (True, "1.9", ["reason"]),
        (True, None, ["warning"]),
        (False, "20", []),
    ],
)
def test_the_cold_chain(cold: bool, warmth: str | None, binds: list[str]) -> None:
    at = dose("M8", product={"cold_chain": cold})
    entered = {} if warmth is None else {"box_temperature": warmth}
    assert at.severities("receipt", count=3, **entered) == binds


def test_nothing_that_arrived_is_a_shortage() -> None:
    assert dose("M8").severities("receipt", count=0) == ["reason"]
    assert dose("M8").severities("receipt", count=0, shortage=True) == []


def test_what_is_mixed_goes_together() -> None:
    at = dose("M9", product={"code": "AMIO", "name": "Amiodarone injection"}, clinical=patient())
    assert at.severities("mixing", components="amiodarone in sodium chloride 0.9 %") == ["reason"]
    assert at.severities("mixing", components="amiodarone in glucose 5 %") == []
    assert at.severities("mixing") == ["warning"]
    gentamicin = dose("M9", product={"code": "G", "name": "Gentamicin"})
    assert gentamicin.severities("mixing", components="with ampicillin") == ["reason"]


# ------------------------------------------------------------------ the bedside
@pytest.mark.parametrize(
    ("given", "binds"),
    [
        ({}, []),
        ({"dose": "20 mg"}, []),
        ({"dose": "0.02 g"}, []),
        ({"dose": "200 mg"}, ["second_person"]),  # ten times too much
        ({"dose": "19.9 mg"}, ["second_person"]),
        ({"dose": "2 mL"}, ["warning"]),
    ],
)
def test_the_dose_is_the_ordered_one(given: dict[str, object], binds: list[str]) -> None:
    assert dose().severities("dose", **given) == binds


def test_a_liquid_may_be_off_by_two_in_a_hundred_and_a_task_may_have_its_own_dose() -> None:
    fields = {"dose": "100 mL"}
    assert dose(fields=fields).severities("dose", dose="102 mL") == []
    assert dose(fields=fields).severities("dose", dose="102.1 mL") == ["second_person"]
    own = dose(task={"dose": "40 mg"})
    assert own.severities("dose", dose="40 mg") == []
    assert dose(fields={"dose": None}).severities("dose", dose="40 mg") == []


@pytest.mark.parametrize(
    ("form", "strength", "binds"),
    [
        ("tablet", "40 mg", []),  # half a tablet
        ("tablet", "30 mg", ["warning"]),
        ("capsule", "40 mg", ["warning"]),
        ("capsule", "10 mg", []),
        ("ampoule", "30 mg", []),
        ("tablet", "0 mg", []),
        ("tablet", None, []),
    ],
)
def test_a_dose_is_made_of_whole_or_half_units(
    form: str, strength: str | None, binds: list[str]
) -> None:
    product: dict[str, object] = {"form": form, "strength": strength}
    assert dose(product=product).severities("dose") == binds


def test_the_route_is_the_ordered_one() -> None:
    assert dose().severities("route") == []
    assert dose().severities("route", route="iv") == []
    assert dose().severities("route", route="PO") == ["stop"]
    assert dose(product={"route": "IV"}).severities("route") == []
    assert dose(product={"route": "PO"}).severities("route") == ["warning"]


WINDOWS: tuple[
    tuple[str, int | None, int, list[str]], ...
] = (  # class, interval of the dose, minutes from its due time, how it binds
    ("time_critical", None, -31, ["reason"]),
    ("time_critical", None, -30, []),
    ("time_critical", None, 30, []),
    ("time_critical", None, 31, ["reason"]),
    ("daily_or_rarer", None, 120, []),
    ("daily_or_rarer", None, 121, ["reason"]),
    ("up_to_every_4h", None, -60, []),
    ("up_to_every_4h", None, -61, ["reason"]),
    ("above_every_4h", 60, 15, []),
    ("above_every_4h", 60, 16, ["reason"]),
    ("above_every_4h", None, 500, []),
    ("none", None, 500, []),
)


@pytest.mark.parametrize(("window", "interval", "minutes", "binds"), WINDOWS)
def test_the_window_of_a_dose(
    window: str, interval: int | None, minutes: int, binds: list[str]
) -> None:
    due = NOW - timedelta(minutes=minutes)
    at = dose(window=window, interval=interval, due=due)
    assert at.severities("window") == binds
    for one in at.finds("window"):
        assert ("late" if minutes > 0 else "early") in dict(one.params)["when"]


@pytest.mark.parametrize(
    ("minutes", "says", "zh"),
    [
        (95, "35 min too late", "晚于时间窗35分钟"),
        (61, "1 min too late", "晚于时间窗1分钟"),
        (185, "2 h 05 min too late", "晚于时间窗2小时5分钟"),
        (-70, "10 min too early", "早于时间窗10分钟"),
        (-60.5, "1 min too early", "早于时间窗1分钟"),
    ],
)
def test_a_dose_outside_its_window_says_which_side_and_by_how_much(
    minutes: float, says: str, zh: str
) -> None:
    (said,) = dose(window="up_to_every_4h", due=NOW - timedelta(minutes=minutes)).finds("window")
    assert said.message.startswith(says)
    assert zh in finding_words(said, Texts.load("zh"))
    assert says in finding_words(said, Texts.load("en"))
    assert dict(said.params)["when"] == ("late" if minutes > 0 else "early")


def test_trap_a_dose_at_half_past_midnight_and_on_the_full_hour_has_its_own_window() -> None:
    at = NOW.replace(hour=0, minute=30)
    night = dose(window="up_to_every_4h", due=at)
    assert night.severities("window", at=at.replace(hour=1, minute=30)) == []
    assert night.severities("window", at=at.replace(hour=1, minute=31)) == ["reason"]
    assert night.severities("window", at=at - timedelta(minutes=61)) == ["reason"]


def test_a_dose_that_runs_or_has_no_due_time_has_no_window() -> None:
    late = NOW - timedelta(hours=9)
    assert dose(window="time_critical", due=late, started=True).severities("window") == []
    assert dose(window="time_critical").severities("window") == []
    assert dose(task=None).severities("window") == []


@pytest.mark.parametrize(("minutes", "binds"), [(239, ["stop"]), (240, []), (2000, [])])
def test_trap_two_nurses_give_the_same_as_needed_dose(minutes: int, binds: list[str]) -> None:
    given = Tally(starts=(NOW - timedelta(minutes=minutes),))
    at = dose(fields={"min_interval": 240}, tally=given)
    assert at.severities("window") == binds


def test_the_most_doses_of_24_hours() -> None:
    starts = tuple(NOW - timedelta(hours=hours) for hours in (23, 12, 6))
    at = dose(fields={"max_per_day": 3}, tally=Tally(starts=starts))
    (said,) = at.finds("window")
    assert said.severity.value == "stop"
    assert "2026-11-24T09:00" in said.right
    assert dose(fields={"max_per_day": 4}, tally=Tally(starts=starts)).finds("window") == []


@pytest.mark.parametrize(
    ("product", "seen", "binds"),
    [
        ("digoxin", value("pulse", 59), ["reason"]),
        ("digoxin", value("pulse", 60), []),
        ("digoxin", value("pulse", 50, hours=13), ["info"]),
        ("warfarin", value("inr", "4.1"), ["reason"]),
        ("warfarin", value("inr", "4.0"), []),
        ("insulin aspart", value("glucose", "3.9"), ["reason"]),
        ("morphine", value("respiratory_rate", 9), ["reason"]),
        ("paracetamol", value("pulse", 30), []),
    ],
)
def test_the_patients_values_allow_the_dose(product: str, seen: object, binds: list[str]) -> None:
    at = dose(product={"code": product}, clinical=patient(seen))  # type: ignore[arg-type]  # named freely
    assert at.severities("parameters") == binds


def test_trap_a_zero_pulse_is_a_value_and_no_value_is_not_normal() -> None:
    at = dose(product={"code": "digoxin"}, clinical=patient(value("pulse", 0)))
    assert at.severities("parameters") == ["reason"]
    assert (
        dose(product={"code": "digoxin"}, clinical=patient())
        .finds("parameters")[0]
        .message.startswith("not checked: no pulse")
    )
    assert dose(product={"code": "digoxin"}).severities("parameters") == ["info"]


@pytest.mark.parametrize(
    ("rate", "binds"),
    [
        ("100 mL/h", []),
        ("105 mL/h", []),
        ("94.9 mL/h", ["second_person"]),
        ("105.1 mL/h", ["second_person"]),
        ("100 mL/min", ["warning"]),
        (None, ["warning"]),
    ],
)
def test_the_pump_runs_at_the_ordered_rate(rate: str | None, binds: list[str]) -> None:
    at = dose("M11", fields={"rate": "100 mL/h"})
    assert at.severities("pump_rate", **({} if rate is None else {"rate": rate})) == binds
    assert dose("M11").severities("pump_rate", rate="5 mL/h") == []


@pytest.mark.parametrize(
    ("site", "binds"),
    [
        ("red and swollen", ["warning"]),
        ("dry, not red", []),
        ("渗出、肿胀", ["warning"]),
        ("无红肿", []),
        ("", []),
    ],
)
def test_the_site_of_an_infusion(site: str, binds: list[str]) -> None:
    assert dose("M12").severities("infusion_site", site_condition=site, reaction=False) == binds
    assert dose("M12").severities("infusion_site", site_condition=site, reaction=True) == []


@pytest.mark.parametrize(
    ("entered", "binds"),
    [
        ({"amount": "10 mg"}, []),
        ({"amount": "6 mg", "wasted": "4 mg"}, []),
        ({"amount": "6 mg", "wasted": "3 mg"}, ["second_person"]),
        ({"amount": "0.01 g"}, []),
        ({"amount": "1 mL"}, ["warning"]),
        ({}, ["warning"]),
    ],
)
def test_of_a_controlled_drug_nothing_is_missing(
    entered: dict[str, object], binds: list[str]
) -> None:
    at = dose("M13", fields={"controlled": True}).after("M11", dose="10 mg")
    assert at.severities("balance", **entered) == binds
    assert dose("M13").severities("balance", **entered) == []


def test_without_a_start_the_ordered_dose_was_taken() -> None:
    at = dose("M13", fields={"controlled": True})
    assert at.severities("balance", amount="20 mg") == []
