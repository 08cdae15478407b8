"""The real MIMIC-IV demo: the figures of its README, and those of the map that was decided on.

The data is read where it lies and nothing of it is kept. Without it these tests are skipped.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from client.app import App
from client.gateway.mimic.reading import read_plan
from client.gateway.mimic.run import DEFAULT_TIME_ZONE, import_mimic
from client.settings import Settings
from client.wiring import SystemClock, build
from domain.loops.outlook import outlooks
from storage.store import open_store
from storage.verify import verify
from tests.validation.agreement import UNEXPLAINED
from tests.validation.journal import Story, read_stories
from tests.validation.page import FILE, late_doses, replay_doses, rules_of, scores
from tests.validation.scores import moments

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "mimic-iv-demo"

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"the MIMIC-IV demo is not at {DATA} (it is not part of the project)"
)


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> tuple[App, Path, dict[str, Any]]:
    database = tmp_path_factory.mktemp("mimic") / "ward.db"
    app = build(Settings(database=f"sqlite:///{database}"))
    return app, database, import_mimic(app.place, DATA)


@pytest.fixture
def answer(imported: tuple[App, Path, dict[str, Any]]) -> dict[str, Any]:
    return imported[2]


def reasons(answer: dict[str, Any], table: str) -> dict[str, int]:
    return {one["reason"]: one["rows"] for one in answer["tables"][table]["set_aside"]}


def test_every_csv_of_the_folder_is_accounted_for(answer: dict[str, Any]) -> None:
    files = {
        file.relative_to(DATA).as_posix().removesuffix(".csv.gz") for file in DATA.rglob("*.csv.gz")
    }
    assert set(answer["tables"]) == files
    for table in answer["tables"].values():
        assert table["read"] == table["taken"] + sum(one["rows"] for one in table["set_aside"])


def test_the_figures_of_the_readme(answer: dict[str, Any]) -> None:
    assert answer["tables"]["hosp/poe"]["read"] == 28_976
    assert answer["tables"]["hosp/emar"]["read"] == 20_079
    assert answer["tables"]["hosp/pharmacy"]["read"] == 9_920
    assert answer["tables"]["hosp/labevents"]["read"] == 67_069
    assert answer["timeliness"] == {
        "administered_with_schedule": 13_151,
        "late_over_60": 2_128,
        "early_over_60": 42,
    }
    assert answer["violations"] == {
        "given_rows_joined": 13_117,
        "given_before_ordered": 39,
        "given_before_ordered_over_60": 7,
        "given_after_discontinued": 0,
        "red_cell_transfusions": 88,
        "red_cell_runs": 77,
        "red_cells_without_order_24h": 7,
        "red_cells_over_4h": 1,
    }


def test_the_rows_taken_are_those_of_the_map(answer: dict[str, Any]) -> None:
    taken = {name: table["taken"] for name, table in answer["tables"].items() if table["taken"]}
    assert taken == {
        "hosp/admissions": 182,
        "hosp/diagnoses_icd": 2_856,
        "hosp/emar": 19_615,
        "hosp/emar_detail": 39_167,
        "hosp/labevents": 45_501,
        "hosp/patients": 69,
        "hosp/pharmacy": 9_871,
        "hosp/poe": 20_703,
        "hosp/prescriptions": 11_586,
        "hosp/transfers": 758,
        "icu/inputevents": 142,
        "icu/procedureevents": 194,
        "vital_signs": 63_235,
    }


def test_the_rows_set_aside_are_those_of_the_map(answer: dict[str, Any]) -> None:
    emar = reasons(answer, "hosp/emar")
    assert emar["order not in poe"] == 257
    assert emar["no act: the event text is empty"] == 170
    assert not [reason for reason in emar if "not known" in reason or "refused" in reason]
    assert reasons(answer, "hosp/labevents") == {
        "no admission": 18_821,
        "no order in the 24 h before": 2_234,
        "admission without lab orders": 513,
    }
    poe = reasons(answer, "hosp/poe")
    assert poe["D/C of an order that is not in poe"] == 10
    assert poe["Blood Bank Blood tests: no result and no link in the source"] == 220
    assert sum(poe.values()) == 8_273


def test_orders_tasks_and_closure_are_those_of_the_map(answer: dict[str, Any]) -> None:
    orders = {kind: found["orders"] for kind, found in answer["taken"].items()}
    assert orders == {
        "medication": 11_796,
        "examination": 1_192,
        "test": 5_040,
        "transfusion": 206,
    }
    assert answer["closure"] == {
        "medication": {"tasks": 18_153, "closed": 15_222, "closed_by_exit": 2_752, "open": 179},
        "examination": {"tasks": 194, "closed": 0, "closed_by_exit": 0, "open": 194},
        "test": {"tasks": 6_851, "closed": 6_650, "closed_by_exit": 0, "open": 201},
        "transfusion": {"tasks": 131, "closed": 122, "closed_by_exit": 0, "open": 9},
    }


def test_orders_by_type_are_those_of_the_readme() -> None:
    plan = read_plan(DATA, DEFAULT_TIME_ZONE)
    blood: dict[str, int] = {}
    for patient in plan.patients:
        for order in patient.orders:
            if order.kind == "transfusion" and order.signed:
                blood[order.subtype] = blood.get(order.subtype, 0) + 1
    # 123, 48, 35 and 4 rows with the 13 that discontinue one
    assert blood == {
        "Red Cell Product Order": 115,
        "Platelet Product Order": 45,
        "Frozen Plasma Product Order": 33,
        "Cryoprecipitate Product Order": 4,
    }


def test_the_journal_and_its_projections_hold(
    imported: tuple[App, Path, dict[str, Any]],
) -> None:
    app, database, _ = imported
    store = open_store(f"sqlite:///{database}", clock=SystemClock())
    try:
        found = verify(store, partial(outlooks, app.loops))
        assert found.holds
        page = FILE.read_text(encoding="utf-8")
        assert f"{found.chains} chains, {found.events:,} events" in page
    finally:
        store.close()


@pytest.fixture(scope="module")
def stories(imported: tuple[App, Path, dict[str, Any]]) -> list[Story]:
    store = open_store(f"sqlite:///{imported[1]}", clock=SystemClock())
    try:
        return list(read_stories(store))
    finally:
        store.close()


def test_the_replay_finds_the_doses_charted_late_and_no_others(
    imported: tuple[App, Path, dict[str, Any]], stories: list[Story]
) -> None:
    """But for 58 of 15,309, which the page explains row by row."""
    found, alerts = replay_doses(stories, DATA, imported[0].loops)
    assert (found.doses, found.late, found.inside) == (15_309, 3_023, 12_228)
    assert (found.truth_alone, found.replay_alone, found.kept_differently) == (0, 0, 0)
    assert len(found.disagreements) == 58
    assert UNEXPLAINED not in {one.why for one in found.disagreements}
    assert late_doses(found, alerts) in FILE.read_text(encoding="utf-8")


@pytest.mark.long
def test_the_scores_are_those_of_the_page(
    imported: tuple[App, Path, dict[str, Any]], stories: list[Story]
) -> None:
    loops = imported[0].loops
    found = list(moments(stories, loops, rules_of(loops)))
    assert scores(found) in FILE.read_text(encoding="utf-8")
