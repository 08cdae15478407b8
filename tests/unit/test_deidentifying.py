"""A record goes to research without the person: nothing in it says who, where or on which day."""

from datetime import UTC, datetime, timedelta

from domain.deidentifying import Veil, age_group, common_codes, is_number
from domain.ids import PatientId
from domain.loops.definition import Text
from domain.loops.rows import FieldType

ZHAO, QIAN = PatientId("zhao"), PatientId("qian")
SEVEN = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
VEIL = Veil(b"k" * 32, frozenset({"HEP5000"}), {"route": frozenset({"PO"})})


def _kinds(**types: str | FieldType) -> dict[str, FieldType]:
    return {
        name: FieldType(name, kind, Text("", "")) if isinstance(kind, str) else kind
        for name, kind in types.items()
    }


KINDS = _kinds(
    comment="text",
    product="id",
    route="code",
    sides=FieldType("sides", "codes", Text("", ""), choices=("left", "right")),
    told_to="user",
    dose="quantity",
    pain="integer",
    start="instant",
    day="date",
    results="results",
)


def test_what_somebody_typed_freely_is_left_out() -> None:
    said = {"comment": "ask Mrs Zhao's son Wei", "pain": 3, "unheard_of": "Zhao"}
    assert VEIL.fields(said, KINDS, ZHAO) == {"pain": 3}


def test_codes_stay_where_they_name_things_and_go_where_they_could_name_a_person() -> None:
    assert VEIL.fields({"product": "HEP5000", "route": "PO"}, KINDS, ZHAO) == {
        "product": "HEP5000",
        "route": "PO",
    }
    assert VEIL.fields({"product": "ZHAO-BOX", "route": "ask Zhao Wei"}, KINDS, ZHAO) == {}
    assert VEIL.fields({"comment": "HEP5000"}, KINDS, ZHAO) == {"comment": "HEP5000"}
    assert VEIL.fields({"sides": ["left", "Zhao"]}, KINDS, ZHAO) == {"sides": ["left"]}


def test_a_code_of_no_list_stays_only_where_five_patients_bear_it() -> None:
    five = [(PatientId(f"p{n}"), {"route": "IV"}) for n in range(5)]
    four = [(PatientId(f"p{n}"), {"route": "zhao wei"}) for n in range(4)] * 9
    assert common_codes([*five, *four], KINDS) == {"route": frozenset({"IV"})}


def test_all_days_of_a_patient_move_together_and_each_patient_by_a_span_of_their_own() -> None:
    begun, ended = VEIL.moved(SEVEN, ZHAO), VEIL.moved(SEVEN + timedelta(hours=4), ZHAO)
    assert begun is not None
    assert ended is not None
    first = datetime.fromisoformat(begun)
    assert datetime.fromisoformat(ended) - first == timedelta(hours=4), "intervals stay"
    assert (first.hour, first.weekday()) == (SEVEN.hour, SEVEN.weekday())
    assert timedelta(weeks=53) <= SEVEN - first <= timedelta(weeks=2000)
    assert VEIL.moved(SEVEN, QIAN) != begun
    assert VEIL.moved(None, ZHAO) is None
    typed = VEIL.fields({"start": SEVEN.isoformat(), "day": "2026-11-24"}, KINDS, ZHAO)
    assert typed == {"start": begun, "day": begun[:10]}
    assert VEIL.fields({"start": "tomorrow"}, KINDS, ZHAO) == {}


def test_one_person_has_one_other_name_within_an_export_and_another_in_the_next() -> None:
    again = Veil(b"l" * 32)
    assert VEIL.pseudonym("user", "li.na") == VEIL.pseudonym("user", "li.na")
    assert VEIL.pseudonym("user", "li.na") != again.pseudonym("user", "li.na")
    assert VEIL.pseudonym("user", "li.na") != VEIL.pseudonym("patient", "li.na")
    assert VEIL.fields({"told_to": "dr.wang"}, KINDS, ZHAO) == {
        "told_to": VEIL.pseudonym("user", "dr.wang")
    }
    assert "kkkk" not in repr(VEIL)


def test_of_results_the_numbers_of_known_names_stay() -> None:
    said = {
        "potassium": {"value": ">10", "unit": "mmol/L", "flag": "HH", "low": ""},
        "sodium": {"value": "Zhao says no"},
        "zhao": {"value": "1"},
        "chloride": "101",
    }
    kept = {"potassium": {"value": ">10", "unit": "mmol/L", "flag": "HH"}}
    assert VEIL.fields({"results": said}, KINDS, ZHAO) == {"results": kept}
    assert VEIL.fields({"results": "haemolysed, tell Zhao"}, KINDS, ZHAO) == {"results": {}}
    assert not is_number("1.2.3")


def test_the_oldest_are_one_group() -> None:
    assert [age_group(years) for years in (0, 89, 90, 104, None)] == ["0", "89", "90+", "90+", None]
