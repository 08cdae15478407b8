"""The demo: one night on a ward of our own, the same each time, and all in order afterwards."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from client.demo.clock import DemoClock
from client.demo.content import content
from client.demo.counting import KINDS, WORDS
from client.demo.founding import evening_begins
from client.demo.run import DATABASE, SUMMARY, describe, play, simulate
from client.settings import Settings
from client.wiring import FrozenClock, SeededIds, build
from domain.errors import InvalidInput
from domain.ids import WardId
from domain.loops.outlook import outlooks
from domain.people import Role
from storage.store import open_store
from storage.verify import verify

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from client.app import App
    from client.demo.simulation import Simulation
    from domain.loops.case import Case
    from domain.tasks import Task

BEDS, HOURS = 6, 2
MORNING = content().instant("08:00")
PLAY = """
import pathlib, sys
from client.demo.run import play
play(pathlib.Path(sys.argv[1]), beds=6, hours=2)
"""


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two hours of the night with six patients."""
    out = tmp_path_factory.mktemp("demo") / "first"
    play(out, beds=BEDS, hours=HOURS)
    return out


def journal(out: Path) -> list[tuple[object, ...]]:
    """Every column of every row, hashes too."""
    with closing(sqlite3.connect(out / DATABASE)) as database:
        return database.execute("SELECT * FROM journal ORDER BY chain, chain_seq").fetchall()


# ---------------------------------------------------------------- a short night
def test_the_same_seed_plays_the_same_night_in_another_process_too(
    night: Path, tmp_path: Path
) -> None:
    again = tmp_path / "again"
    other_order_of_sets = {**os.environ, "PYTHONHASHSEED": "4711"}
    subprocess.run([sys.executable, "-c", PLAY, str(again)], check=True, env=other_order_of_sets)
    assert (again / SUMMARY).read_bytes() == (night / SUMMARY).read_bytes()
    assert journal(again) == journal(night)


def test_another_seed_plays_another_night(night: Path, tmp_path: Path) -> None:
    play(tmp_path, seed=8, beds=2, hours=1)
    assert json.loads((tmp_path / SUMMARY).read_text())["seed"] == 8
    assert journal(tmp_path)[:20] != journal(night)[:20]


def test_the_summary_has_exactly_what_it_promises(night: Path) -> None:
    summary = json.loads((night / SUMMARY).read_text(encoding="utf-8"))
    counts = ["patients", "orders", "tasks", "events", "alerts", "risk"]
    assert list(summary) == ["seed", "beds", *counts, "screens"]
    assert list(summary["alerts"]) == ["raised", "acknowledged", "resolved", "overridden", "open"]
    assert summary["alerts"]["raised"] == sum(
        summary["alerts"][one] for one in ("resolved", "open")
    )
    assert sum(summary["risk"].values()) == BEDS
    assert (summary["seed"], summary["beds"], summary["patients"]) == (7, BEDS, BEDS)
    assert set(summary["orders"]) == set(summary["tasks"]) == set(KINDS)
    assert all(tuple(counts) == WORDS for counts in summary["tasks"].values())
    assert all(number > 0 for number in summary["orders"].values()), "all four kinds are ordered"
    assert summary["tasks"]["medication"]["closed"] > 0
    assert 0 < summary["events"] <= len(journal(night))
    assert summary["screens"] == []


def test_the_database_holds_what_its_journal_says(night: Path) -> None:
    assert_verified(night, MORNING)


def test_nothing_in_the_journal_knows_the_true_time(night: Path) -> None:
    begin = evening_begins(content()).astimezone(UTC)
    end = begin + timedelta(hours=12)
    with closing(sqlite3.connect(night / DATABASE)) as database:
        first, last, simulated = database.execute(
            "SELECT min(recorded_at), max(recorded_at), min(simulated) FROM journal"
        ).fetchone()
    assert first >= begin.timestamp() * 1_000_000
    assert last <= end.timestamp() * 1_000_000
    assert simulated == 1


def test_a_folder_with_something_in_it_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(InvalidInput) as wrong:
        play(tmp_path)
    assert wrong.value.field == "out"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("beds", "hours", "field"),
    [(0, 8, "beds"), (33, 8, "beds"), (32, 0, "hours"), (32, 25, "hours")],
)
def test_a_ward_or_shift_that_cannot_be_played(
    tmp_path: Path, beds: int, hours: int, field: str
) -> None:
    with pytest.raises(InvalidInput) as wrong:
        play(tmp_path / "new", beds=beds, hours=hours)
    assert wrong.value.field == field
    assert not (tmp_path / "new").exists()


def test_screens_are_drawn_by_the_caller_at_the_end_of_the_shift(tmp_path: Path) -> None:
    seen: list[datetime] = []
    told: list[tuple[int, int]] = []

    def shots(app: App, out: Path) -> list[Path]:
        seen.append(app.now())
        (out / "screens").mkdir()
        names = [out / "screens" / "b.png", out / "screens" / "a.png"]
        for name in names:
            name.write_bytes(b"picture")
        return names

    summary = play(
        tmp_path,
        beds=1,
        hours=1,
        shots=shots,
        progress=lambda done, whole: told.append((done, whole)),
    )
    assert seen == [content().instant("01:00")]
    assert summary["screens"] == ["screens/b.png", "screens/a.png"], "in the order told"
    assert told == sorted(told)
    assert told[-1][0] <= told[-1][1] == 8 * 3600
    lines = describe(tmp_path, summary)
    assert lines[0].startswith("1 patients, ")
    assert str(tmp_path / "screens/a.png") in lines


# ---------------------------------------------------------------- the whole night
class Night:
    """The whole shift of 32 beds, with what became of every task."""

    def __init__(self, app: App, simulation: Simulation) -> None:
        self.app = app
        self.simulation = simulation
        found = (app.reads.case(order, whole=True) for order in simulation.plans)
        self.cases: list[Case] = [case for case in found if case is not None]

    def tasks(self, loop: str, outcome: str | None = None) -> list[Task]:
        """All tasks of a loop, ended with an outcome or open."""
        return [
            task
            for case in self.cases
            for task in case.tasks.values()
            if task.loop == loop and task.outcome == outcome
        ]

    def of_bed(self, bed: str, code: str) -> Case:
        """The first order of a bed for an item."""
        plans = self.simulation.plans.values()
        order = next(one.order for one in plans if (one.patient.bed, one.row.code) == (bed, code))
        return next(case for case in self.cases if case.order.id == order)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Night, Path]]:
    out = tmp_path_factory.mktemp("whole")
    told = content()
    clock = DemoClock(evening_begins(told))
    settings = Settings(database=f"sqlite:///{out / DATABASE}")
    app = build(settings, clock=clock, ids=SeededIds(7, clock))
    simulation = simulate(app, clock, told, seed=7, beds=32, end=MORNING)
    yield Night(app, simulation), out
    app.close()


def test_staff_are_refused_nothing_but_the_wrong_wristband(whole: tuple[Night, Path]) -> None:
    night, _ = whole
    assert night.simulation.hands.refused == []
    assert night.simulation.hands.near_misses == 1


def test_all_four_kinds_have_work_done_not_done_and_still_to_do(whole: tuple[Night, Path]) -> None:
    night, _ = whole
    for kind in KINDS:
        states = {
            task.state.value
            for case in night.cases
            for task in case.tasks.values()
            if task.loop == kind
        }
        assert {"closed", "closed_by_exit"} <= states, kind
        assert states & {"planned", "in_progress"}, kind


def test_what_a_night_brings(whole: tuple[Night, Path]) -> None:
    night, _ = whole
    for loop, outcome in (
        ("medication", "refused"),
        ("medication", "held"),
        ("medication", "missed"),
        ("medication", "stopped_reaction"),
        ("medication", "gap_accepted"),
        ("test", "refused"),
        ("test", "missed"),
        ("test", "rejected_recollect"),
        ("examination", "no_show"),
        ("transfusion", "stopped_reaction"),
        ("adverse_reaction", "completed"),
        ("critical_value", "completed"),
        ("medication_return", "completed"),
    ):
        assert night.tasks(loop, outcome), f"{loop}: nobody {outcome}"
    asks = {ask.code for case in night.cases for ask in case.order.asks.values()}
    assert {"MX01", "MX02"} <= asks, "a returned order and a pharmacist wait for an answer"


def test_potassium_of_bed_12_waits_for_its_physician(whole: tuple[Night, Path]) -> None:
    night, _ = whole
    case = night.of_bed("12", "K")
    (critical,) = [task for task in case.tasks.values() if task.loop == "critical_value"]
    assert critical.fields["critical_value"] == "6.8 mmol/L"
    assert "C5" in critical.steps
    assert "C6" not in critical.steps
    (late,) = [
        row for row in outlooks(night.app.loops, case)[critical.id].ready if row.step == "C6"
    ]
    assert late.deadline is not None
    assert late.deadline < MORNING
    assert night.of_bed("12", "KCL1").order.stopped_by == "discontinue"


def test_two_units_for_bed_21_the_second_with_a_reaction(whole: tuple[Night, Path]) -> None:
    night, _ = whole
    case = night.of_bed("21", "red_cells")
    units = sorted(
        (task for task in case.tasks.values() if task.loop == "transfusion"),
        key=lambda one: one.seq,
    )
    assert [unit.outcome for unit in units] == ["completed", "stopped_reaction"]
    assert units[0].steps["T18"].at <= units[1].steps["T11"].at, "one after the other"
    (reaction,) = [task for task in case.tasks.values() if task.loop == "transfusion_reaction"]
    assert {"R1", "R2", "R3", "R4", "R5", "R6"} <= reaction.steps.keys()


@pytest.mark.rows("X8")
def test_the_patch_of_bed_1_is_worn_and_waits_to_come_off(whole: tuple[Night, Path]) -> None:
    night, _ = whole
    case = night.of_bed("1", "NITRP5")
    (removal,) = case.worn()
    assert removal.due_at is not None
    assert MORNING < removal.due_at < MORNING + timedelta(hours=12)
    assert removal.fields["site"] in ("left upper arm", "right upper arm", "left chest")
    work = night.app.worklist(user="he.lan", now=MORNING, role=Role.NURSE)
    assert [item.step for item in work if item.task == removal.id] == ["P1"]


def test_one_gap_is_accepted_and_one_is_left_for_the_charge_nurse(
    whole: tuple[Night, Path],
) -> None:
    night, _ = whole
    board = night.app.ward_board(user="he.lan", ward=WardId("7"), now=MORNING)
    assert [row.bed for row in board if row.incomplete] == ["30"]
    (accepted,) = night.tasks("medication", "gap_accepted")
    assert "M11" in accepted.steps
    assert "M10" not in accepted.steps, "the bedside check was never recorded"


def test_the_board_of_the_morning_is_alive(whole: tuple[Night, Path]) -> None:
    night, _ = whole
    board = {
        row.bed: row for row in night.app.ward_board(user="he.lan", ward=WardId("7"), now=MORNING)
    }
    assert set(board) == {str(bed) for bed in range(1, 33)} - {"15", "27"}, "gone home, and to CCU"
    assert board["12"].overdue_by_loop["critical_value"] == 1
    assert board["12"].overdue_by_kind["test"] == 1, "of the potassium, and of no examination"
    for frozen in (False, True):
        alerts = night.app.list_alerts(user="he.lan", now=MORNING, ward=WardId("7"), frozen=frozen)
        assert {one.row.loop for one in alerts if one.alert.key.rule == "L-09"} == {"test"}, frozen
    assert all(row.nurse is not None for row in board.values())
    for role in (Role.NURSE, Role.PHYSICIAN, Role.PHARMACIST, Role.LABORATORY, Role.IMAGING):
        assert night.app.worklist(user="he.lan", now=MORNING, role=role), role


def test_the_whole_night_is_in_order(whole: tuple[Night, Path]) -> None:
    _, out = whole
    assert_verified(out, MORNING)


def assert_verified(out: Path, now: datetime) -> None:
    """Every hash and every projection of a demo database holds."""
    url = f"sqlite:///{out / DATABASE}"
    app = build(Settings(database=url), now=now)
    store = open_store(url, clock=FrozenClock(now))
    try:
        verdict = verify(store, lambda case: outlooks(app.loops, case))
    finally:
        store.close()
        app.close()
    assert verdict.holds, verdict.fault
