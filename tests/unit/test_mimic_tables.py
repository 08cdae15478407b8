"""Reading a folder: what is missing or broken is named, and every row of every table is counted."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from client.gateway.mimic.accounting import Accounts
from client.gateway.mimic.amounts import quantity, unit
from client.gateway.mimic.charting import EMAR
from client.gateway.mimic.medication import PHARMACY
from client.gateway.mimic.orders import TABLE
from client.gateway.mimic.playing import play
from client.gateway.mimic.reading import read_plan
from client.gateway.mimic.run import _give_back, time_zone_of
from domain.errors import InvalidInput, WardloopError
from domain.loops.checks import IDENTITY_CHECKS
from rules.loops.loader import load_loops
from tests.mimic_folder import ZONE, TinyFolder, aside, at, local


@pytest.fixture
def folder(tmp_path: Path) -> TinyFolder:
    return TinyFolder(tmp_path)


def test_every_table_of_the_folder_appears(folder: TinyFolder) -> None:
    folder.add("hosp/d_labitems", itemid="1", label="x", fluid="y", category="z")
    folder.add("hosp/services", subject_id="1", curr_service="MED")
    (folder.path / "hosp").mkdir()
    (folder.path / "hosp" / "empty.csv").write_text("a,b\n")
    (folder.path / "notes.txt").write_text("no table")
    tables = folder.plan().accounts.to_json()
    assert set(tables) == {
        *("hosp/admissions", "hosp/d_labitems", "hosp/empty", "hosp/patients", "hosp/poe"),
        "hosp/services",
    }
    assert tables["hosp/services"] == {
        "read": 1,
        "taken": 0,
        "set_aside": [{"reason": "no loop reads this table", "rows": 1}],
    }
    assert tables["hosp/d_labitems"] == {
        "read": 1,
        "taken": 0,
        "set_aside": [{"reason": "dictionary, read for names", "rows": 1}],
    }


def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no folder") as refused:
        read_plan(tmp_path / "nowhere", ZONE)
    assert refused.value.field == "folder"


def test_a_table_that_must_be_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"hosp/patients\.csv\.gz is missing"):
        read_plan(tmp_path, ZONE)


def test_a_column_that_is_missing_is_named(folder: TinyFolder) -> None:
    folder.write()
    for file in folder.path.glob("hosp/poe.csv*"):
        file.unlink()
    (folder.path / "hosp" / "poe.csv").write_text("poe_id\n1-1\n")
    with pytest.raises(InvalidInput) as refused:
        read_plan(folder.path, ZONE)
    assert refused.value.field == "hosp/poe.poe_seq"


def test_a_row_that_is_cut_off_is_named_with_its_line(folder: TinyFolder) -> None:
    folder.write()
    (folder.path / "vital_signs.csv").write_text("hadm_id,charttime,what,value\n20,x,y,z\n20,x\n")
    with pytest.raises(InvalidInput) as refused:
        read_plan(folder.path, ZONE)
    assert refused.value.field == "vital_signs line 3"


def test_a_file_that_is_cut_off_is_named(folder: TinyFolder) -> None:
    folder.write()
    whole = gzip.compress(b"hadm_id,charttime,what,value\n" * 500)
    (folder.path / "vital_signs.csv.gz").write_bytes(whole[:-9])
    with pytest.raises(InvalidInput, match="cannot be read") as refused:
        read_plan(folder.path, ZONE)
    assert refused.value.field == "vital_signs"


@pytest.mark.parametrize(
    ("column", "value"), [("ordertime", "yesterday"), ("ordertime", ""), ("poe_seq", "one")]
)
def test_a_cell_that_cannot_be_read_is_named(folder: TinyFolder, column: str, value: str) -> None:
    folder.drug()
    folder.rows[TABLE][0][column] = value
    with pytest.raises(InvalidInput) as refused:
        folder.plan()
    assert refused.value.field == f"hosp/poe.{column}"


def test_local_times_get_the_zone_that_is_given(folder: TinyFolder) -> None:
    poe = folder.drug()
    folder.rows[TABLE][0]["ordertime"] = local("07:00")
    east = read_plan(folder.write(), time_zone_of("+08:00"))
    west = read_plan(folder.path, time_zone_of("-0500"))
    times = {plan.patients[0].orders[0].at for plan in (east, west)}
    assert max(times) == at("07:00")
    assert (max(times) - min(times)).total_seconds() == 13 * 3600
    assert east.patients[0].orders[0].source_id == poe


@pytest.mark.parametrize("text", ["", "Asia/Shanghai", "+25:00", "8", "+08:75"])
def test_a_zone_that_is_no_offset_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        time_zone_of(text)
    assert refused.value.field == "time_zone"


def test_an_act_that_a_sites_loop_refuses_is_given_back_with_the_reason(
    folder: TinyFolder,
) -> None:
    poe = folder.drug()
    folder.chart(poe, "Hold Dose", "08:05")
    folder.chart(poe, "Administered", "20:05", due="20:00")
    site = folder.path / "site.toml"
    site.write_text('format = 1\n[loops.medication.exits.MX08]\nby = ["PHY"]\n')
    plan = folder.plan()
    found = play(plan.patients[0].orders[0], load_loops(checks=IDENTITY_CHECKS, overlays=[site]))
    _give_back(found, plan.accounts)
    plan.accounts.prove()
    assert aside(plan, EMAR) == {"refused by the loop: NOT_AUTHORISED": 1}
    assert [task.outcome for task in found.whole.tasks.values()] == ["completed"]


def test_a_row_of_two_acts_is_given_back_once(folder: TinyFolder) -> None:
    poe = folder.drug()
    folder.chart(poe, "Removed Existing / Applied New", "08:00", kind="Transdermal Patch")
    site = folder.path / "site.toml"
    site.write_text('format = 1\n[loops.medication.steps.M11]\nby = ["NIC"]\n')
    plan = folder.plan()
    found = play(plan.patients[0].orders[0], load_loops(checks=IDENTITY_CHECKS, overlays=[site]))
    _give_back(found, plan.accounts)
    plan.accounts.prove()
    assert len(found.refused) == 2
    assert not found.whole.tasks
    assert aside(plan, EMAR) == {"refused by the loop: NOT_AUTHORISED": 1}


def test_rows_that_do_not_add_up_are_never_passed_over() -> None:
    accounts = Accounts()
    account = accounts.of(PHARMACY)
    account.read = 2
    account.take()
    with pytest.raises(WardloopError, match="2 rows read, 1 accounted for"):
        accounts.prove()
    account.give_back("refused", 2)
    with pytest.raises(WardloopError, match="2 rows read"):
        accounts.prove()


@pytest.mark.parametrize(
    ("value", "written", "amount"),
    [
        ("25", "mg", {"value": "25", "unit": "mg"}),
        ("5,000", "UNIT", {"value": "5000", "unit": "[iU]"}),
        ("0.5", "mcg/kg/min", {"value": "0.5", "unit": "ug/kg/min"}),
        ("1", "MD to order daily dose", {"value": "1", "unit": "{MD_to_order_daily_dose}"}),
        ("50-100", "mg", None),
        ("___", "mg", None),
        ("NaN", "mg", None),
        ("1", "", None),
    ],
)
def test_an_amount_is_exact_or_none(
    value: str, written: str, amount: dict[str, str] | None
) -> None:
    assert quantity(value, written) == amount


def test_a_unit_of_counting_is_an_annotation() -> None:
    assert (unit("TAB"), unit("PTCH"), unit("mL/hr")) == ("{tablet}", "{PTCH}", "mL/h")
