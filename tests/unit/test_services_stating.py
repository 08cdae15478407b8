"""What stands of a patient: allergies, pregnancy, comfort care, notes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from domain.clinical import Allergy, AllergyKind, Clinical, standing_allergies
from domain.errors import InvalidInput, NotAuthorised, NotFound, Refused
from domain.ids import EncounterId, PractitionerId
from domain.patients import Sex
from domain.services.admitting import Admission
from domain.services.bedside import When
from domain.services.stating import Pregnancy
from domain.standing import FACTS, StandingFact, flags, holding
from tests.shift import WARD, Shift, fake_shift, local

if TYPE_CHECKING:
    from collections.abc import Mapping

PENICILLIN = Allergy("Penicillins ", reaction="anaphylaxis", severity="severe")
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
STAY = EncounterId("stay")


@pytest.fixture
def shift() -> Shift:
    return fake_shift()


def known(shift: Shift) -> Clinical:
    return shift.app.show_known(user="li.na", encounter=shift.stay).clinical


def allergic(shift: Shift, allergy: Allergy = PENICILLIN, *, note: str = "") -> None:
    shift.app.record_allergy(
        user="li.na", command=shift.new(), encounter=shift.stay, allergy=allergy, note=note
    )


def reviewed(shift: Shift, *, none_known: bool = False) -> None:
    shift.app.review_allergies(
        user="li.na", command=shift.new(), encounter=shift.stay, none_known=none_known
    )


# ---------------------------------------------------------------- who reads what is to come
def owner(shift: Shift, value: object = "dr.wu", *, by: str = "dr.chen") -> None:
    shift.app.record_note(
        user=by, command=shift.new(), encounter=shift.stay, fact="results_owner", value=value
    )


def test_who_reads_results_after_the_discharge_is_named_before_or_after_it(shift: Shift) -> None:
    owner(shift)
    assert known(shift).facts["results_owner"].value == "dr.wu"
    assert "results_owner" in known(shift).flags(NOON)
    home: dict[str, Any] = {"user": "dr.chen", "command": shift.new(), "destination": "home"}
    shift.app.discharge(**home, encounter=shift.stay)
    shift.at("15:00")
    owner(shift, "dr.chen")
    assert known(shift).facts["results_owner"].value == "dr.chen"
    with pytest.raises(Refused, match="The stay has ended"):
        shift.app.record_note(
            user="dr.chen", command=shift.new(), encounter=shift.stay, note="went home"
        )
    shift.at("16:00")
    again = shift.admit("0012345678", "01")
    later = shift.app.show_known(user="li.na", encounter=again).clinical
    assert "results_owner" not in later.facts, "of the next stay somebody else is named"


def test_the_reader_of_results_is_a_person_and_named_by_a_physician(shift: Shift) -> None:
    for value in (True, "", None):
        with pytest.raises(InvalidInput) as wrong:
            owner(shift, value)
        assert wrong.value.field == "value"
    with pytest.raises(NotFound):
        owner(shift, "dr.nobody")
    with pytest.raises(NotAuthorised):
        owner(shift, by="li.na")


# ---------------------------------------------------------------- allergies
def test_an_allergy_is_kept_with_who_asked(shift: Shift) -> None:
    assert known(shift).allergies is None
    allergic(shift)
    (found,) = known(shift).allergies or ()
    assert (found.substance, found.kind) == ("penicillins", AllergyKind.ALLERGY)
    assert (found.reaction, found.severity, found.certainty) == (
        "anaphylaxis",
        "severe",
        "confirmed",
    )
    assert (found.verified_by, found.recorded_at) == ("li.na", shift.clock.now())


def test_one_that_proves_wrong_is_refuted_with_a_reason(shift: Shift) -> None:
    refuted = Allergy("penicillins", certainty="refuted")
    with pytest.raises(NotFound) as never:
        allergic(shift, refuted, note="never reacted")
    assert (never.value.field, never.value.right) == ("substance", "none stands")
    allergic(shift)
    allergic(shift, Allergy("codeine", AllergyKind.INTOLERANCE))
    with pytest.raises(InvalidInput) as why:
        allergic(shift, refuted)
    assert why.value.field == "note"
    with pytest.raises(NotFound):
        allergic(
            shift, Allergy("penicillins", AllergyKind.INTOLERANCE, certainty="refuted"), note="-"
        )
    allergic(shift, refuted, note="tolerated amoxicillin in 2025")
    assert [one.substance for one in known(shift).allergies or ()] == ["codeine"]


def test_none_is_known_only_where_none_stands(shift: Shift) -> None:
    with pytest.raises(Refused) as nothing:
        reviewed(shift)
    assert nothing.value.code == "NO_ALLERGY_RECORDED"
    reviewed(shift, none_known=True)
    assert known(shift).allergies == ()
    allergic(shift)
    with pytest.raises(Refused) as stands:
        reviewed(shift, none_known=True)
    assert stands.value.code == "ALLERGY_STANDS"
    assert "penicillins" in stands.value.message
    reviewed(shift)
    fact = known(shift).facts["allergies_reviewed"]
    assert (fact.value, fact.by) == ("holds", "li.na")


@pytest.mark.parametrize(
    ("allergy", "field"),
    [
        (Allergy(""), "substance"),
        (Allergy("***"), "substance"),
        (Allergy("latex", severity="bad"), "severity"),
        (Allergy("latex", certainty="sure"), "certainty"),
    ],
)
def test_what_is_wrong_with_an_allergy(shift: Shift, allergy: Allergy, field: str) -> None:
    with pytest.raises(InvalidInput) as wrong:
        allergic(shift, allergy)
    assert wrong.value.field == field
    assert known(shift).allergies is None


def test_the_laboratory_asks_no_patient(shift: Shift) -> None:
    with pytest.raises(NotAuthorised):
        shift.app.record_allergy(
            user="lab.xu", command=shift.new(), encounter=shift.stay, allergy=PENICILLIN
        )


def test_of_what_was_said_of_an_allergy_the_latest_holds() -> None:
    before, after = Allergy("latex"), Allergy("latex", certainty="refuted")
    assert standing_allergies([before, after], asked=True) == ()
    assert standing_allergies([after, before], asked=True) == (before,)
    assert standing_allergies([], asked=False) is None
    assert standing_allergies([], asked=True) == ()


# ---------------------------------------------------------------- pregnancy
def pregnant(shift: Shift, stay: EncounterId, said: Pregnancy, when: When | None = None) -> None:
    shift.app.record_pregnancy(
        user="li.na",
        command=shift.new(),
        encounter=stay,
        pregnancy=said,
        when=when or When(),
    )


@pytest.fixture
def woman(shift: Shift) -> EncounterId:
    """A woman of thirty in bed 02."""
    admission = Admission(
        mrn="0098",
        ward=WARD,
        bed="02",
        name="LI, Hua",
        sex=Sex.FEMALE,
        birth_date=date(1996, 1, 1),
    )
    changes = shift.app.admit(user="li.na", command=shift.new(), admission=admission)
    return changes.encounters[0]


def test_a_pregnancy_stands_until_it_must_have_ended(shift: Shift, woman: EncounterId) -> None:
    pregnant(shift, woman, Pregnancy("yes", gestation_weeks=20))
    clinical = shift.app.show_known(user="li.na", encounter=woman).clinical
    now = shift.clock.now()
    assert clinical.flags(now) == {"pregnant"}
    assert clinical.flags(now + timedelta(weeks=24)) == {"pregnant"}
    assert clinical.flags(now + timedelta(weeks=25)) == {"pregnancy_unknown"}


def test_six_weeks_after_a_birth_are_like_a_pregnancy(shift: Shift, woman: EncounterId) -> None:
    born = Pregnancy("no", post_partum=date(2026, 10, 20), lactating=True)
    pregnant(shift, woman, born)
    clinical = shift.app.show_known(user="li.na", encounter=woman).clinical
    assert clinical.flags(shift.clock.now()) == {"post_partum", "lactating"}
    assert clinical.flags(local("07:00", 20)) == {"lactating"}
    pregnant(shift, woman, Pregnancy("unknown", lactating=False))
    clinical = shift.app.show_known(user="li.na", encounter=woman).clinical
    assert clinical.flags(shift.clock.now()) == {"pregnancy_unknown"}


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (Pregnancy("maybe"), "pregnant"),
        (Pregnancy("no", gestation_weeks=20), "gestation_weeks"),
        (Pregnancy("yes", gestation_weeks=0), "gestation_weeks"),
        (Pregnancy("yes", gestation_weeks=46), "gestation_weeks"),
        (Pregnancy("yes", post_partum=date(2026, 11, 1)), "post_partum"),
        (Pregnancy("no", post_partum=date(2026, 11, 25)), "post_partum"),
    ],
)
def test_what_contradicts_itself_is_named(
    shift: Shift, woman: EncounterId, said: Pregnancy, field: str
) -> None:
    with pytest.raises(InvalidInput) as wrong:
        pregnant(shift, woman, said)
    assert wrong.value.field == field


def test_the_wrong_patient_is_not_pregnant(shift: Shift) -> None:
    admission = Admission(mrn="0097", ward=WARD, bed="03", name="WU, Lei", sex=Sex.MALE)
    man = shift.app.admit(user="li.na", command=shift.new(), admission=admission).encounters[0]
    for said in (Pregnancy("yes"), Pregnancy("no", post_partum=date(2026, 11, 1))):
        with pytest.raises(InvalidInput) as wrong:
            pregnant(shift, man, said)
        assert wrong.value.field == "pregnant"
    pregnant(shift, man, Pregnancy("no"))


# ---------------------------------------------------------------- facts and notes
def state(
    shift: Shift, fact: str | None, value: object = None, *, by: str = "dr.chen", note: str = ""
) -> None:
    shift.app.record_note(
        user=by, command=shift.new(), encounter=shift.stay, fact=fact, value=value, note=note
    )


def test_comfort_care_is_a_physicians_decision(shift: Shift) -> None:
    with pytest.raises(NotAuthorised) as refused:
        state(shift, "comfort_care", value=True, by="li.na")
    assert "physician" in refused.value.needs
    state(shift, "comfort_care", value=True, note="agreed with the family")
    state(shift, "resuscitation", "none")
    state(shift, "on_dialysis", value=True, by="li.na")
    state(shift, "isolation", "droplet", by="li.na")
    clinical = known(shift)
    assert clinical.facts["comfort_care"].detail == {"note": "agreed with the family"}
    assert clinical.flags(shift.clock.now()) == {
        "comfort_care",
        "no_resuscitation",
        "on_dialysis",
        "isolation",
    }
    shift.at("08:00")
    state(shift, "comfort_care", value=False)
    state(shift, "isolation", "none", by="li.na")
    assert known(shift).flags(shift.clock.now()) == {"no_resuscitation", "on_dialysis"}


def test_a_note_alone_is_kept_for_people_to_read(shift: Shift) -> None:
    state(shift, None, note="hears badly on the left", by="li.na")
    (note,) = shift.app.show_known(user="dr.chen", encounter=shift.stay).notes
    assert (note.value, note.by) == ("hears badly on the left", "li.na")


@pytest.mark.parametrize(
    ("fact", "value", "note", "field"),
    [
        (None, None, "", "fact"),
        (None, True, "words", "fact"),
        ("mood", True, "", "fact"),
        ("comfort_care", "yes", "", "value"),
        ("comfort_care", None, "", "value"),
        ("resuscitation", True, "", "value"),
        ("resuscitation", "some", "", "value"),
        (None, None, "x" * 2001, "note"),
    ],
)
def test_what_is_wrong_with_a_fact(
    shift: Shift, fact: str | None, value: object, note: str, field: str
) -> None:
    with pytest.raises(InvalidInput) as wrong:
        state(shift, fact, value, note=note)
    assert wrong.value.field == field


def test_every_fact_is_either_yes_or_no_or_one_of_its_words() -> None:
    facts: Mapping[str, StandingFact] = {
        name: StandingFact(name, True if not kind.words else kind.words[-1], NOON, DOCTOR)
        for name, kind in FACTS.items()
    }
    assert flags(facts, NOON) == {*FACTS, "no_resuscitation"} - {"resuscitation"}
    assert flags({}, NOON) == frozenset()


DOCTOR = PractitionerId("dr.chen")


def test_a_decision_of_another_stay_does_not_hold_in_this_one() -> None:
    other = EncounterId("last year")
    scale = StandingFact("spo2_scale", "2", NOON, DOCTOR)
    dialysis = StandingFact("on_dialysis", value=True, at=NOON, by=DOCTOR)
    limited = StandingFact("resuscitation", "limited", NOON, DOCTOR)
    stated = [(other, scale), (other, dialysis), (STAY, limited)]
    assert set(holding(stated, STAY)) == {"on_dialysis", "resuscitation"}
    assert set(holding(stated, other)) == {"on_dialysis", "spo2_scale"}
    assert flags(holding(stated, STAY), NOON) == {"on_dialysis"}


def test_a_pregnancy_without_weeks_is_taken_for_an_early_one() -> None:
    facts = {"pregnancy": StandingFact("pregnancy", "yes", NOON, DOCTOR)}
    assert flags(facts, NOON + timedelta(weeks=40)) == {"pregnant"}
    assert flags(facts, NOON + timedelta(weeks=42)) == {"pregnancy_unknown"}
