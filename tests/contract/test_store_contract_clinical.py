"""What a store knows of a patient beside orders: one suite for the fake and for SQLite."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from domain.clinical import Allergy, AllergyKind, Clinical
from domain.errors import NotFound
from domain.events import Amended, Corrected, ExitRecorded, Nullified, StepRecorded
from domain.happenings import (
    AllergyRecorded,
    Noun,
    ObservationsWithdrawn,
    Observed,
    PatientLinked,
    StandingFactSet,
)
from domain.ids import EncounterId, OrderId, TaskId
from domain.ports import Reads
from domain.tasks import PendingExit
from tests.any_store import SEVEN, AnyStore, at
from tests.wards import NURSE, PHYSICIAN, Hospital


def observe(
    hospital: Hospital, stay: EncounterId, values: dict[str, object], when: datetime = SEVEN
) -> None:
    hospital.tell(Noun.ENCOUNTER, stay, Observed(values), encounter=stay, at=when)


def say(hospital: Hospital, stay: EncounterId, name: str, value: str | bool) -> None:
    body = StandingFactSet(hospital.patient_of[stay], name, value, by=PHYSICIAN)
    hospital.tell(Noun.ENCOUNTER, stay, body, encounter=stay)


def allergy(
    hospital: Hospital,
    stay: EncounterId,
    substance: str,
    kind: AllergyKind = AllergyKind.ALLERGY,
    certainty: str = "confirmed",
) -> None:
    known = Allergy(substance, kind, certainty=certainty, verified_by=NURSE)
    body = AllergyRecorded(hospital.patient_of[stay], known)
    hospital.tell(Noun.ENCOUNTER, stay, body, encounter=stay)


def numbers(clinical: Clinical, name: str) -> list[object]:
    return [one.number for one in clinical.series.get(name, ())]


def number(clinical: Clinical, name: str) -> object:
    return clinical.latest[name].number


# ---------------------------------------------------------------- observations
def test_the_latest_of_each_name_stands_beside_its_earlier_values(
    hospital: Hospital, reads: Reads, stay: EncounterId
) -> None:
    observe(hospital, stay, {"pulse": 88, "consciousness": "A", "supplemental_oxygen": True})
    observe(hospital, stay, {"pulse": "120"}, SEVEN - timedelta(hours=1))  # entered late
    known = reads.clinical(stay)
    pulse = known.latest["pulse"]
    assert (number(known, "pulse"), pulse.unit, pulse.at, pulse.source) == (
        88,
        "/min",
        SEVEN,
        "live",
    )
    assert known.latest["supplemental_oxygen"].value is True
    assert (known.latest["consciousness"].value, known.latest["consciousness"].number) == (
        "A",
        None,
    )
    assert numbers(known, "pulse") == [88, 120]
    assert "temperature" not in known.latest
    assert known.series.get("temperature") is None
    assert sorted(known.series) == ["consciousness", "pulse", "supplemental_oxygen"]
    assert len(known.series) == 3


def test_two_values_of_one_time_are_both_kept_and_the_later_entry_is_the_latest(
    hospital: Hospital, reads: Reads, stay: EncounterId
) -> None:
    observe(hospital, stay, {"temperature": "37.0"})
    observe(hospital, stay, {"temperature": "38.4"})
    known = reads.clinical(stay)
    assert known.latest["temperature"].number == Decimal("38.4")
    assert numbers(known, "temperature") == [Decimal("38.4"), Decimal("37.0")]


def test_values_of_nine_days_ago_are_the_latest_but_no_series(
    hospital: Hospital, reads: Reads, stay: EncounterId
) -> None:
    observe(hospital, stay, {"weight": "70.5", "creatinine": "80"}, SEVEN - timedelta(days=9))
    known = reads.clinical(stay)
    assert known.latest["weight"].number == Decimal("70.5")
    assert numbers(known, "weight") == []
    assert numbers(known, "creatinine") == [80]


def test_a_creatinine_of_an_earlier_stay_is_the_baseline_of_this_one(
    hospital: Hospital, reads: Reads
) -> None:
    before = hospital.admit()
    observe(hospital, before, {"creatinine": "70", "potassium": "4.1"}, SEVEN - timedelta(days=90))
    observe(hospital, before, {"creatinine": "60"}, SEVEN - timedelta(days=400))
    hospital.discharge(before)
    stay = hospital.admit(hospital.patient_of[before], bed="2")
    observe(hospital, stay, {"creatinine": "140"})
    known = reads.clinical(stay)
    assert numbers(known, "creatinine") == [140, 70]
    assert "potassium" not in known.latest


def test_a_result_keeps_its_range_its_flag_and_the_critical_limit_it_crosses(
    hospital: Hospital, reads: Reads, stay: EncounterId
) -> None:
    result = {
        "value": "6.8", "unit": "mmol/L", "low": "3.5", "high": "5.3", "flag": "HH",
        "critical": "> 6.2",
    }  # fmt: skip
    observe(hospital, stay, {"potassium": result, "culture": {"value": "no growth"}})
    known = reads.clinical(stay)
    found = known.latest["potassium"]
    assert (found.number, found.unit, found.flag) == (Decimal("6.8"), "mmol/L", "HH")
    assert (found.low, found.high, found.critical) == ("3.5", "5.3", "> 6.2")
    assert not found.of_order, "nobody ordered it, so no loop follows it"
    assert (known.latest["culture"].value, known.latest["culture"].critical) == ("no growth", "")


def test_what_is_withdrawn_counts_no_more_and_what_a_step_told_stays(
    hospital: Hospital, reads: Reads, stay: EncounterId
) -> None:
    order = hospital.place(stay)
    task = hospital.task(order, at(8))
    hospital.append(order, (task, StepRecorded("T13", evidence={"pulse": 96})))
    observe(hospital, stay, {"pulse": 150, "spo2": 90})
    observe(hospital, stay, {"pulse": 70}, at(6))
    body = ObservationsWithdrawn(SEVEN, ("pulse",), "wrong patient")
    hospital.tell(Noun.ENCOUNTER, stay, body, encounter=stay)
    known = reads.clinical(stay)
    assert numbers(known, "pulse") == [96, 70]
    assert numbers(known, "spo2") == [90]


# ---------------------------------------------------------------- values that steps tell
@pytest.fixture
def bag(hospital: Hospital, stay: EncounterId) -> tuple[OrderId, TaskId]:
    """An order with one task, by whose steps values are told."""
    order = hospital.place(stay)
    return order, hospital.task(order, at(8))


def record(
    hospital: Hospital, bag: tuple[OrderId, TaskId], step: str, evidence: dict[str, object]
) -> None:
    order, task = bag
    hospital.append(order, (task, StepRecorded(step, evidence=evidence)))


def test_vital_signs_of_a_transfusion_and_results_of_a_tube_count_like_others(
    hospital: Hospital, reads: Reads, stay: EncounterId, bag: tuple[OrderId, TaskId]
) -> None:
    record(hospital, bag, "T13", {"temperature": "37.9", "pulse": 96, "comment": "calm"})
    record(hospital, bag, "L8", {"results": {"k": {"value": "2.5", "unit": "meq/L", "flag": "LL"}}})
    at_six = at(6).isoformat()
    record(hospital, bag, "T1", {"haemoglobin": {"value": "6.8", "unit": "g/dL"}, "inr": "1.4",
                                 "results_at": at_six})  # fmt: skip
    known = reads.clinical(stay)
    latest = known.latest
    assert (number(known, "temperature"), number(known, "pulse")) == (Decimal("37.9"), 96)
    potassium = latest["potassium"]
    assert (potassium.number, potassium.unit, potassium.flag) == (Decimal("2.5"), "mmol/L", "LL")
    assert potassium.of_order
    assert [one.of_order for one in known.series["potassium"]] == [True]
    assert (number(known, "haemoglobin"), latest["haemoglobin"].unit) == (68, "g/L")
    assert (latest["inr"].number, latest["inr"].at) == (Decimal("1.4"), at(6))
    assert "comment" not in latest


def test_a_result_that_is_run_again_does_not_count(
    hospital: Hospital, reads: Reads, stay: EncounterId, bag: tuple[OrderId, TaskId]
) -> None:
    order, task = bag
    rerun = StepRecorded("L8", "rerun", {"results": {"sodium": "110"}}, done=False)
    hospital.append(order, (task, rerun))
    assert not reads.clinical(stay).latest


def test_a_corrected_value_stands_instead_of_the_wrong_one(
    hospital: Hospital, reads: Reads, stay: EncounterId, bag: tuple[OrderId, TaskId]
) -> None:
    order, task = bag
    record(hospital, bag, "T13", {"temperature": "39.7", "pulse": 96})
    wrong = {"temperature": "37.9"}
    hospital.append(order, (task, Corrected("T13", of_seq=2, reason="slip", evidence=wrong)))
    known = reads.clinical(stay)
    assert numbers(known, "temperature") == [Decimal("37.9")]
    assert numbers(known, "pulse") == [96]
    hospital.append(order, (task, Corrected("T13", of_seq=2, reason="time", at=at(6))))
    known = reads.clinical(stay)
    assert known.latest["pulse"].at == at(6)
    assert numbers(known, "pulse") == [96]


def test_the_correction_of_a_look_that_was_repeated_since_leaves_the_later_one_alone(
    hospital: Hospital, reads: Reads, stay: EncounterId, bag: tuple[OrderId, TaskId]
) -> None:
    order, task = bag
    record(hospital, bag, "T17", {"pulse": 96})
    record(hospital, bag, "T17", {"pulse": 90})
    hospital.append(
        order, (task, Corrected("T17", of_seq=2, reason="slip", evidence={"pulse": 69}))
    )
    assert numbers(reads.clinical(stay), "pulse") == [90, 96]


def test_an_amended_result_stands_instead_of_the_reported_one(
    hospital: Hospital, reads: Reads, stay: EncounterId, bag: tuple[OrderId, TaskId]
) -> None:
    order, task = bag
    record(hospital, bag, "L9", {"results": {"potassium": "6.9"}})
    hospital.clock.tick(minutes=90)
    amended = Amended("L9", None, {"results": {"potassium": "4.6", "sodium": "140"}}, "wrong tube")
    hospital.append(order, (task, amended))
    known = reads.clinical(stay)
    assert numbers(known, "potassium") == [Decimal("4.6")]
    assert (known.latest["potassium"].at, known.latest["sodium"].at) == (SEVEN, at(8, 30))


def test_what_was_entered_in_error_is_known_no_more(
    hospital: Hospital, reads: Reads, stay: EncounterId, bag: tuple[OrderId, TaskId]
) -> None:
    order, task = bag
    observe(hospital, stay, {"pulse": 70}, at(6))
    record(hospital, bag, "T13", {"pulse": 150})
    hospital.append(order, (task, Nullified("wrong patient")))
    assert numbers(reads.clinical(stay), "pulse") == [70]


@pytest.mark.parametrize(
    ("outcome", "known"), [("rejected_recollect", []), ("completed_partial", [3])]
)
def test_the_results_of_a_mislabelled_tube_are_nobodys(
    hospital: Hospital,
    reads: Reads,
    bag: tuple[OrderId, TaskId],
    outcome: str,
    known: list[int],
) -> None:
    order, task = bag
    stay = hospital.encounter_of[order]
    record(hospital, bag, "L8", {"results": {"potassium": "3"}})
    taken = ExitRecorded(PendingExit("LX13", outcome, (), SEVEN))
    hospital.append(order, (task, taken))
    assert numbers(reads.clinical(stay), "potassium") == known


# ---------------------------------------------------------------- allergies and standing facts
def test_nobody_asked_is_not_the_same_as_none(
    hospital: Hospital, reads: Reads, stay: EncounterId
) -> None:
    assert reads.clinical(stay).allergies is None
    say(hospital, stay, "allergies_reviewed", "none")
    assert reads.clinical(stay).allergies == ()


def test_an_allergy_is_known_at_the_next_stay_and_a_refuted_one_counts_no_more(
    hospital: Hospital, reads: Reads
) -> None:
    before = hospital.admit()
    allergy(hospital, before, "penicillins")
    allergy(hospital, before, "codeine", AllergyKind.INTOLERANCE)
    hospital.clock.tick(hours=1)
    hospital.discharge(before)
    stay = hospital.admit(hospital.patient_of[before], bed="2")
    found = reads.clinical(stay).allergies
    assert found is not None
    assert {(one.substance, one.kind.value) for one in found} == {
        ("penicillins", "allergy"),
        ("codeine", "intolerance"),
    }
    assert {(one.verified_by, one.recorded_at) for one in found} == {(NURSE, SEVEN)}
    allergy(hospital, stay, "penicillins", certainty="refuted")
    left = reads.clinical(stay).allergies
    assert [one.substance for one in left or ()] == ["codeine"]
    assert [one.substance for one in reads.clinical(before).allergies or ()] == ["codeine"]


def test_an_allergy_beside_an_intolerance_to_the_same_thing_are_two(
    hospital: Hospital, reads: Reads, stay: EncounterId
) -> None:
    allergy(hospital, stay, "codeine")
    allergy(hospital, stay, "codeine", AllergyKind.INTOLERANCE, certainty="suspected")
    found = reads.clinical(stay).allergies
    assert {(one.kind.value, one.certainty) for one in found or ()} == {
        ("allergy", "confirmed"),
        ("intolerance", "suspected"),
    }


def test_linked_records_share_what_is_known(hospital: Hospital, reads: Reads) -> None:
    emergency = hospital.admit(hospital.patient("1", "UNKNOWN, Man"))
    allergy(hospital, emergency, "latex")
    hospital.discharge(emergency)
    kept = hospital.patient("2")
    old = hospital.patient_of[emergency]
    hospital.tell(Noun.PATIENT, old, PatientLinked(old, kept))
    stay = hospital.admit(kept, bed="2")
    assert [one.substance for one in reads.clinical(stay).allergies or ()] == ["latex"]
    assert [one.substance for one in reads.clinical(emergency).allergies or ()] == ["latex"]


def test_dialysis_outlives_the_stay_and_comfort_care_does_not(
    hospital: Hospital, reads: Reads
) -> None:
    before = hospital.admit()
    say(hospital, before, "on_dialysis", value=True)
    say(hospital, before, "comfort_care", value=True)
    assert reads.clinical(before).flags(SEVEN) == {"on_dialysis", "comfort_care"}
    hospital.discharge(before)
    stay = hospital.admit(hospital.patient_of[before], bed="2")
    assert reads.clinical(stay).flags(SEVEN) == {"on_dialysis"}
    assert reads.clinical(stay).facts["on_dialysis"].by == PHYSICIAN
    hospital.clock.tick(minutes=1)
    say(hospital, stay, "on_dialysis", value=False)
    assert reads.clinical(stay).flags(SEVEN) == frozenset()
    assert reads.clinical(before).flags(SEVEN) == {"comfort_care"}


def test_what_is_stated_for_an_earlier_time_does_not_pass_the_later_statement(
    hospital: Hospital, reads: Reads, stay: EncounterId
) -> None:
    say(hospital, stay, "on_dialysis", value=True)
    body = StandingFactSet(hospital.patient_of[stay], "on_dialysis", value=False, by=NURSE)
    hospital.tell(Noun.ENCOUNTER, stay, body, encounter=stay, at=at(6))
    assert reads.clinical(stay).facts["on_dialysis"].value is True


def test_notes_stand_beside_each_other_the_latest_first(
    hospital: Hospital, reads: Reads, stay: EncounterId
) -> None:
    say(hospital, stay, "note", "speaks no Mandarin")
    hospital.clock.tick(minutes=5)
    say(hospital, stay, "note", "daughter visits at 16:00")
    assert [note.value for note in reads.notes(stay)] == [
        "daughter visits at 16:00",
        "speaks no Mandarin",
    ]
    assert "note" not in reads.clinical(stay).facts


# ---------------------------------------------------------------- inside a write
def test_inside_a_write_its_own_values_are_seen(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    observe(hospital, stay, {"pulse": 70})
    allergy(hospital, stay, "latex")
    with any_store.units.begin(hospital.meta(), encounters=[stay]) as transaction:
        known = transaction.clinical(stay)
        assert (number(known, "pulse"), numbers(known, "pulse")) == (70, [70])
        assert [one.substance for one in known.allergies or ()] == ["latex"]
        assert known.age_years(SEVEN) == 68
        assert (known.sex.value, known.orders, dict(known.facts)) == ("male", (), {})
        assert known.series.get("pulse") is known.series.get("pulse")


def test_of_a_stay_that_never_began_nothing_is_known(reads: Reads) -> None:
    with pytest.raises(NotFound):
        reads.clinical(EncounterId("nobody"))
