"""What can be ordered."""

from __future__ import annotations

import pytest

from domain.errors import InvalidInput, NotFound
from domain.services.catalogues import parse_catalogue
from tests.shift import Shift, fake_shift, local


@pytest.fixture
def shift() -> Shift:
    return fake_shift()


# ---------------------------------------------------------------- catalogues
def test_a_catalogue_is_taken_in_and_listed(shift: Shift) -> None:
    items = shift.app.list_catalogue(user="dr.chen", kind="drug", now=local("07:00"))
    codes = [code for code, _ in items]
    assert codes == sorted(codes)
    assert dict(items)["MORPH10"]["ward_stock"] == ["4A", "5B"]
    assert dict(items)["PARA500"]["gtins"] == ["06901234567892"]
    with pytest.raises(InvalidInput):
        shift.app.list_catalogue(user="dr.chen", kind="food", now=local("07:00"))


def test_every_wrong_line_is_named_and_nothing_is_taken_in(shift: Shift) -> None:
    text = (
        "code,name,name_zh,high_alert,strength,container_minutes\n"
        "A,Drug A,药甲,maybe,,\n"
        "B,Drug B,药乙,true,500,\n"
        "C,Drug C,药丙,,,soon\n"
        ",Drug D,药丁,,,\n"
        "E,Drug E\n"
        "\n"
        "F,Drug F,药己,true,500 mg,240\n"
        "F,Drug F,药己,,,\n"
    )
    with pytest.raises(InvalidInput) as wrong:
        shift.app.import_catalogue(user="admin", command=shift.new(), kind="drug", text=text)
    message = wrong.value.message
    for line in ("line 2: high_alert", "line 3: strength", "line 4: container_minutes"):
        assert line in message
    for line in ("line 5: code", "line 6: line", "line 9: code"):
        assert line in message
    assert "line 8" not in message
    assert shift.app.reads.catalogue_item("drug", "F", at=local("09:00")) is None


@pytest.mark.parametrize(
    ("kind", "head", "said"),
    [
        ("drug", "code,name,name_zh,colour", "unknown columns"),
        ("drug", "code,name", "missing columns"),
        ("drug", "code,name,name_zh,code", "twice"),
        ("drug", "", "missing columns"),
        ("food", "code", "no catalogue"),
    ],
)
def test_a_wrong_first_line(kind: str, head: str, said: str) -> None:
    with pytest.raises(InvalidInput) as wrong:
        parse_catalogue(kind, head)
    assert said in wrong.value.message


def test_amounts_and_numbers_are_exact() -> None:
    ((_, drug),) = parse_catalogue(
        "drug", "\ufeffcode,name,name_zh,strength,container_minutes\nA,A,甲,2.50 mg,240\n"
    )
    assert drug["strength"] == {"value": "2.50", "unit": "mg"}
    assert drug["container_minutes"] == 240
    ((_, test),) = parse_catalogue("test", "code,name,name_zh,volume_ml\nA,A,甲,2.5\n")
    assert test["volume_ml"] == "2.5"


def test_a_drug_that_comes_into_force_later(shift: Shift) -> None:
    text = "code,name,name_zh\nNEW1,New drug,新药\n"
    shift.app.import_catalogue(
        user="admin",
        command=shift.new(),
        kind="drug",
        text=text,
        effective_from=local("00:00", 1),
    )
    plan = {"high_alert": False, "skin_test": False}
    with pytest.raises(NotFound):
        shift.draft(shift.drug("NEW1", **plan))
    shift.at("08:00", 1)
    assert shift.draft(shift.drug("NEW1", **plan))
