"""Pairs of drugs: the 15 high-priority interactions, local ones, lines, duplicates, names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from client.presenters.step_dialog import finding_words
from client.texts import Texts
from domain.findings import Finding, Severity
from rules.checks.prescription import Prescription
from rules.knowledge.rows import InteractionRow
from tests.unit.checks.patient_record import NOW, At, active, asked, found, patient, tables, value

REASON, WARNING = Severity.REASON, Severity.WARNING
ONC = {
    1: ("methylphenidate", "phenelzine"),
    2: ("atazanavir", "omeprazole"),
    3: ("febuxostat", "azathioprine"),
    4: ("fluoxetine", "tranylcypromine"),
    5: ("irinotecan", "ketoconazole"),
    6: ("pethidine", "phenelzine"),
    7: ("amitriptyline", "isocarboxazid"),
    8: ("amiodarone", "haloperidol"),
    9: ("ramelteon", "fluvoxamine"),
    10: ("rifampicin", "lopinavir"),
    11: ("simvastatin", "clarithromycin"),
    12: ("ergotamine", "ritonavir"),
    13: ("tizanidine", "ciprofloxacin"),
    14: ("tranylcypromine", "procarbazine"),
    15: ("sumatriptan", "selegiline"),
}


def rules(said: list[Finding]) -> set[str]:
    return {dict(one.params)["rule"] for one in said}


def with_other(product: str, *others: str, check: str = "interaction") -> list[Finding]:
    of = patient(orders=tuple(active(one) for one in others))
    return found(asked(product, of=of), check)


def test_all_fifteen_pairs_ship() -> None:
    assert {row.onc for row in tables().of(InteractionRow) if row.onc} == set(range(1, 16))


@pytest.mark.parametrize("number", range(1, 16))
@pytest.mark.parametrize("turned", [False, True])
def test_each_of_the_fifteen_pairs_is_found_whichever_is_ordered_first(
    number: int, turned: bool
) -> None:
    first, second = reversed(ONC[number]) if turned else ONC[number]
    said = with_other(first, second)
    mine = [one for one in said if f"onc{number:02}" in rules([one])]
    assert len(mine) == 1
    assert mine[0].severity is REASON
    assert mine[0].risk == "ddi_contraindicated"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("eletriptan", "phenelzine"),  # not broken down by MAO
        ("atazanavir", "famotidine"),  # removed by the panel
        ("pravastatin", "clarithromycin"),
        ("paracetamol", "amlodipine"),
    ],
)
def test_what_the_panel_left_out_is_silent(first: str, second: str) -> None:
    assert with_other(first, second) == []


def test_two_qt_drugs_are_hard_only_with_a_long_qtc_or_low_potassium() -> None:
    from tests.unit.checks.test_prescribing_allergies import approved

    known = approved().on(NOW.date())

    def binds(*seen: tuple[str, str]) -> Severity:
        values = tuple(value(name, number) for name, number in seen)
        of = patient(*values, orders=(active("haloperidol"),))
        return found(asked("amiodarone", of=of, known=known), "interaction")[0].severity

    assert binds() is REASON
    assert binds(("qtc", "469"), ("potassium", "3.5")) is REASON
    assert binds(("qtc", "470")) is Severity.STOP
    assert binds(("potassium", "3.4")) is Severity.STOP


@pytest.mark.parametrize(
    ("stopped", "ordered", "days", "counts"),
    [
        ("phenelzine", "fluoxetine", 13, True),
        ("phenelzine", "fluoxetine", 15, False),
        ("fluoxetine", "phenelzine", 34, True),
        ("fluoxetine", "phenelzine", 36, False),
        ("sertraline", "phenelzine", 15, False),
        ("omeprazole", "atazanavir", 1, False),
        ("nitroglycerin", "sildenafil", 1, True),
    ],
)
def test_a_drug_that_was_stopped_still_counts_until_it_is_washed_out(
    stopped: str, ordered: str, days: int, counts: bool
) -> None:
    of = patient(orders=(active(stopped, stop=NOW - timedelta(days=days)),))
    assert bool(found(asked(ordered, of=of), "interaction")) is counts


def test_a_drug_whose_order_has_ended_is_seen_at_the_signature() -> None:
    phenelzine = active("phenelzine", stop=NOW - timedelta(days=9))
    fields = {"product": "sertraline", "dose": "50 mg", "frequency": "qd", "route": "PO"}
    sertraline = At("medication", "M1", fields, task=None, product={"name": "sertraline"})
    sertraline.clinical = patient(stopped=(phenelzine,))
    (said,) = [one for one in sertraline.finds("prescribing") if one.check == "interaction"]
    assert said.message.startswith("sertraline with phenelzine (stopped on 2026-11-15): serotonin")
    assert said.right.startswith("wait until 2026-11-29, ")
    assert "(2026-11-15停用)" in finding_words(said, Texts.load("zh"))
    sertraline.clinical = patient(stopped=(replace(phenelzine, stop_at=NOW - timedelta(days=15)),))
    assert not any(one.check == "interaction" for one in sertraline.finds("prescribing"))


def test_only_a_drug_that_runs_is_a_duplicate() -> None:
    of = patient(stopped=(active("ibuprofen", stop=NOW - timedelta(hours=1)),))
    again = At(
        "medication", "M1", {"product": "ibuprofen"}, task=None, product={"name": "ibuprofen"}
    )
    again.clinical = of
    assert not any(one.check == "duplicate" for one in again.finds("prescribing"))


def test_three_that_raise_potassium_need_all_three() -> None:
    assert with_other("ramipril", "spironolactone") == []
    assert rules(with_other("ramipril", "spironolactone", "potassium chloride")) == {
        "triple_potassium"
    }
    assert "triple_potassium" in rules(
        with_other("potassium chloride", "spironolactone", "ramipril")
    )
    assert with_other("potassium chloride", "spironolactone") == []


def test_calcium_counts_by_the_vein_only_and_never_goes_to_a_newborn() -> None:
    by_mouth = patient(orders=(active("calcium gluconate"),))
    assert found(asked("ceftriaxone", route="IV", of=by_mouth), "interaction") == []
    vein = active("calcium gluconate", route="IVD")
    (said,) = found(asked("ceftriaxone", route="IV", of=patient(orders=(vein,))), "interaction")
    assert said.risk == "ddi_major"
    newborn = patient(orders=(vein,), born=date(2026, 11, 1))
    (said,) = found(asked("ceftriaxone", route="IV", of=newborn), "interaction")
    assert said.risk == "ddi_contraindicated"
    ceftriaxone = patient(orders=(active("ceftriaxone", route="IV"),))
    assert found(asked("calcium gluconate", of=ceftriaxone), "interaction") == []
    assert found(asked("calcium gluconate", route="IV", of=ceftriaxone), "interaction")


@pytest.mark.parametrize(
    ("first", "second", "risk"),
    [
        ("warfarin", "metronidazole", "ddi_major"),
        ("apixaban", "itraconazole", "ddi_major"),
        ("methotrexate", "trimethoprim", "ddi_major"),
        ("digoxin", "amiodarone", "ddi_major"),
        ("valproate", "meropenem", "ddi_major"),
        ("clopidogrel", "omeprazole", "ddi_major"),
        ("morphine", "midazolam", "ddi_major"),
        ("lithium", "ibuprofen", "ddi_major"),
        ("colchicine", "clarithromycin", "ddi_major"),
        ("linezolid", "sertraline", "ddi_major"),
        ("gentamicin", "furosemide", "ddi_major"),
        ("sildenafil", "nitroglycerin", "ddi_contraindicated"),
        ("allopurinol", "azathioprine", "ddi_major"),
        ("clozapine", "carbamazepine", "ddi_major"),
    ],
)
def test_pairs_that_wards_add(first: str, second: str, risk: str) -> None:
    assert risk in {one.risk for one in with_other(first, second)}


# ------------------------------------------------------------------ one line
def line(first: str, second: str, **more: object) -> list[Finding]:
    of = patient(orders=(active(second, route="IV"),), **more)  # type: ignore[arg-type]  # named freely
    return found(asked(first, route="IV", of=of), "incompatibility")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("ceftriaxone", "ringer lactate"),
        ("ringer lactate", "ceftriaxone"),
        ("phenytoin", "glucose"),
        ("amiodarone", "heparin"),
        ("furosemide", "midazolam"),
        ("sodium bicarbonate", "noradrenaline"),
        ("pantoprazole", "midazolam"),
        ("vancomycin", "piperacillin"),
        ("aciclovir", "dopamine"),
        ("tcm injection", "glucose"),
    ],
)
def test_what_must_not_meet_in_one_line(first: str, second: str) -> None:
    (said,) = line(first, second)
    assert (said.severity, said.risk) == (WARNING, "iv_incompatible")


def test_lines_concern_what_runs_into_a_vein_now_and_a_bag_is_no_line() -> None:
    assert line("gentamicin", "ceftriaxone") == []  # in one bag only
    assert line("furosemide", "cefazolin") == []
    assert line("phenytoin", "phenytoin") == []
    of = patient(orders=(active("midazolam", route="PO"),))
    assert found(asked("furosemide", route="IV", of=of), "incompatibility") == []
    assert found(asked("furosemide", of=of), "incompatibility") == []
    stopped = active("midazolam", route="IV", stop=NOW)
    assert found(asked("furosemide", route="IV", of=patient(orders=(stopped,))),
                 "incompatibility") == []  # fmt: skip
    (newborn,) = line("ceftriaxone", "calcium gluconate", born=date(2026, 11, 1))
    assert newborn.severity is REASON


# ------------------------------------------------------------------ duplicates
def twice(first: Prescription) -> list[tuple[str, Severity]]:
    return [(dict(one.params)["rule"], one.severity) for one in found(first, "duplicate")]


def beside(product: str, *others: str, **more: object) -> list[tuple[str, Severity]]:
    of = patient(orders=tuple(active(one) for one in others))
    return twice(asked(product, of=of, **more))  # type: ignore[arg-type]  # named freely


@pytest.mark.parametrize(
    ("product", "others", "rule", "binds"),
    [
        ("paracetamol", ("paracetamol",), "d1", REASON),
        ("omeprazole", ("pantoprazole",), "class_ppis", WARNING),
        ("warfarin", ("rivaroxaban",), "anticoagulants", REASON),
        ("ramipril", ("losartan",), "raas", REASON),
        ("ibuprofen", ("celecoxib",), "nsaids", REASON),
        ("diazepam", ("zolpidem",), "benzodiazepines", WARNING),
        ("morphine", ("oxycodone",), "opioids", REASON),
        ("citalopram", ("venlafaxine",), "antidepressants", WARNING),
        ("metronidazole", ("meropenem",), "anaerobic_double", WARNING),
        ("meropenem", ("metronidazole",), "anaerobic_double", WARNING),
    ],
)
def test_the_same_treatment_twice(
    product: str, others: tuple[str, ...], rule: str, binds: Severity
) -> None:
    assert beside(product, *others) == [(rule, binds)]


def test_three_antipsychotics_are_too_many_and_two_are_not() -> None:
    assert beside("quetiapine", "haloperidol") == []
    assert beside("quetiapine", "haloperidol", "olanzapine") == [("antipsychotics", WARNING)]


@pytest.mark.parametrize(
    ("product", "other"),
    [
        ("insulin glargine", "insulin aspart"),
        ("aspirin", "clopidogrel"),
        ("salbutamol", "salmeterol"),
        ("isoniazid", "rifampicin"),
        ("furosemide", "hydrochlorothiazide"),
        ("sacubitril", "valsartan"),
        ("sodium chloride", "glucose"),
        ("metoclopramide", "ondansetron"),
    ],
)
def test_what_belongs_together_is_silent(product: str, other: str) -> None:
    assert beside(product, other) == []
    assert beside(other, product) == []


def test_a_single_dose_or_a_switch_is_no_duplicate() -> None:
    assert beside("paracetamol", "paracetamol", frequency="st") == []
    assert beside("paracetamol", "paracetamol", order_class="PREOP") == []
    assert beside("paracetamol", "paracetamol", dose_count=1) == []
    once = patient(orders=(active("paracetamol", frequency="once"),))
    assert twice(asked("paracetamol", of=once)) == []
    for minutes, told in ((60, False), (61, True)):
        stop = NOW + timedelta(minutes=minutes)
        of = patient(orders=(active("paracetamol", stop=stop),))
        assert bool(twice(asked("paracetamol", of=of))) is told


def test_bridging_ends_and_a_switch_from_vein_to_mouth_is_short() -> None:
    heparin = active("enoxaparin", route="SC", stop=NOW + timedelta(hours=240))
    assert twice(asked("warfarin", of=patient(orders=(heparin,)))) == []
    open_end = active("enoxaparin", route="SC")
    assert twice(asked("warfarin", of=patient(orders=(open_end,)))) == [("anticoagulants", REASON)]
    vein = active("pantoprazole", route="IV", stop=NOW + timedelta(hours=24))
    assert twice(asked("pantoprazole", of=patient(orders=(vein,)))) == []
    assert twice(asked("pantoprazole", route="IV", of=patient(orders=(vein,)))) == [("d1", REASON)]
    later = active("pantoprazole", route="IV", stop=NOW + timedelta(hours=25))
    assert twice(asked("pantoprazole", of=patient(orders=(later,)))) == [("d1", REASON)]


def test_a_prolonged_opioid_with_a_rescue_dose() -> None:
    slow = active("oxycodone", catalogue={"name": "Oxycodone SR tablet"})
    assert twice(asked("oxycodone", of=patient(orders=(slow,)))) == []
    both = {"name": "Oxycodone retard"}
    said = twice(asked("oxycodone", of=patient(orders=(slow,)), catalogue=both))
    assert [binds for _, binds in said] == [REASON]


def test_codes_count_where_a_catalogue_row_bears_them() -> None:
    def by_code(mine: str, theirs: str) -> list[tuple[str, Severity]]:
        other = active("X2", catalogue={"name": "?", "atc": theirs})
        return twice(asked("X1", of=patient(orders=(other,)), catalogue={"name": "?", "atc": mine}))

    assert by_code("C10AA05", "C10AA05") == [("d1", REASON)]
    assert by_code("A02BC01", "A02BC02") == [("d2", WARNING)]
    assert by_code("C09AA05", "C09CA01") == [("raas", REASON)]
    assert by_code("A02BC01", "C10AA05") == []
    assert by_code("A02", "A02") == [("d1", REASON)]


def test_names_that_look_alike_are_told_when_both_run() -> None:
    drugs = {"name": "DOPamine injection"}
    of = patient(orders=(active("dobutamine"),))
    (said,) = found(asked("dopamine", of=of, catalogue=drugs), "look_alike")
    assert said.severity is WARNING
    assert found(asked("paracetamol", of=of), "look_alike") == []
    stopped = patient(orders=(active("dobutamine", stop=NOW),))
    assert found(asked("dopamine", of=stopped, catalogue=drugs), "look_alike") == []


def test_names_that_differ_by_a_letter_or_two_are_told_without_a_list() -> None:
    of = patient(orders=(active("pravastatin"),))
    (said,) = found(asked("pitavastatin", of=of), "look_alike")
    assert said.message == "pitavastatin looks or sounds like pravastatin, which runs too"
    assert found(asked("atorvastatin", of=of), "look_alike") == []
    both = patient(orders=(active("pravastatin", catalogue={"name": "pravastatin"}),))
    assert found(asked("pravastatin", of=both), "look_alike") == []
