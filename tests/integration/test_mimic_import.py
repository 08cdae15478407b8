"""An import into a real database: idempotent, resumable, and the same after a rebuild."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from client.app import App
from client.gateway.mimic.identities import encounter_id, order_id, patient_id
from client.gateway.mimic.run import import_mimic
from client.gateway.mimic.stays import ADMISSIONS, PATIENTS, TRANSFERS, VITAL_SIGNS
from client.settings import Settings
from client.wiring import SystemClock, build
from domain.errors import InvalidInput
from domain.loops.outlook import outlooks
from domain.patients import EncounterState
from domain.records import Source
from domain.tasks import TaskState
from storage.store import open_store
from storage.verify import verify
from tests.mimic_folder import STAY, SUBJECT, ZONE, TinyFolder, at, local


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "ward.db"


@pytest.fixture
def app(database: Path) -> Iterator[App]:
    found = build(Settings(database=f"sqlite:///{database}"))
    yield found
    found.close()


@pytest.fixture
def folder(tmp_path: Path) -> TinyFolder:
    """One patient with a dose, a held dose, a tube, an examination, two bags and vital signs."""
    (tmp_path / "mimic").mkdir()
    story = TinyFolder(tmp_path / "mimic")
    story.add(TRANSFERS, hadm_id=STAY, eventtype="admit", careunit="MICU", intime=local("06:00"))
    story.add(
        TRANSFERS, hadm_id=STAY, eventtype="transfer", careunit="Medicine", intime=local("15:00")
    )
    story.add(VITAL_SIGNS, hadm_id=STAY, charttime=local("08:00"), what="pulse", value="80.0")
    drug = story.drug()
    story.chart(drug, "Administered", "08:05", stored="08:01")
    story.chart(drug, "Hold Dose", "20:05", due="20:00")
    story.order(11, "Lab", "07:00")
    story.tube("501", "07:30", "08:00")
    story.order(12, "Radiology", "07:00", subtype="General Xray")
    story.procedure("225459", "08:00")
    story.order(13, "Blood Bank", "07:00", subtype="Red Cell Product Order")
    story.unit("77", "08:00", "10:00")
    story.unit("78", "08:00", "10:00", item="225170")
    story.order(14, "Medications", "21:00", does="D/C", ends=drug)
    return story


def bytes_of(database: Path) -> list[tuple[object, ...]]:
    with sqlite3.connect(database) as connection:
        rows = connection.execute("SELECT chain, chain_seq, hash FROM journal ORDER BY 1, 2")
        return [*rows.fetchall(), *connection.execute("SELECT * FROM tasks ORDER BY id")]


def test_the_answer_says_what_became_of_all(app: App, folder: TinyFolder) -> None:
    steps: list[tuple[int, int]] = []
    answer = import_mimic(
        app.place,
        folder.write(),
        time_zone=ZONE,
        progress=lambda done, of: steps.append((done, of)),
    )
    assert steps == [(1, 1)]
    assert list(answer) == ["tables", "taken", "timeliness", "violations", "closure"]
    assert answer["closure"] == {
        "medication": {"tasks": 2, "closed": 1, "closed_by_exit": 1, "open": 0},
        "examination": {"tasks": 1, "closed": 0, "closed_by_exit": 0, "open": 1},
        "test": {"tasks": 1, "closed": 1, "closed_by_exit": 0, "open": 0},
        "transfusion": {"tasks": 2, "closed": 1, "closed_by_exit": 0, "open": 1},
    }


def test_a_nurse_finds_the_patient_and_what_was_done(app: App, folder: TinyFolder) -> None:
    import_mimic(app.place, folder.write(), time_zone=ZONE)
    patient = app.reads.patient_by_mrn(SUBJECT)
    assert patient is not None
    assert patient.id == patient_id(SUBJECT)
    stay = app.reads.encounter(encounter_id(STAY))
    assert stay is not None
    assert (stay.state, stay.ward) == (EncounterState.DISCHARGED, "mimic-medicine")
    drug = order_id(f"{SUBJECT}-1")
    case = app.reads.case(drug, whole=True)
    assert case is not None
    states = sorted(task.state.value for task in case.tasks.values())
    assert states == [TaskState.CLOSED.value, TaskState.CLOSED_BY_EXIT.value]
    given = [row for row in app.reads.journal(order=drug) if row.payload.get("step") == "M11"]
    assert [(row.event_at, row.recorded_at, row.source) for row in given] == [
        (at("08:05"), at("08:01"), Source.IMPORT.value)
    ]


def test_a_second_import_changes_nothing_and_says_the_same(
    app: App, folder: TinyFolder, database: Path
) -> None:
    first = import_mimic(app.place, folder.write(), time_zone=ZONE)
    before = bytes_of(database)
    assert import_mimic(app.place, folder.path, time_zone=ZONE) == first
    assert bytes_of(database) == before


def test_an_import_that_was_broken_off_goes_on(
    app: App, folder: TinyFolder, database: Path
) -> None:
    folder.add(PATIENTS, subject_id="2", gender="M")
    folder.add(
        ADMISSIONS, subject_id="2", hadm_id="21", admittime=local("06:00"), dischtime=local("07:00")
    )
    folder.write()

    def break_off(done: int, _of: int) -> None:
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_mimic(app.place, folder.path, time_zone=ZONE, progress=break_off)
    half = bytes_of(database)
    assert app.reads.patient_by_mrn("2") is None
    import_mimic(app.place, folder.path, time_zone=ZONE)
    assert app.reads.patient_by_mrn("2") is not None
    assert set(half) < set(bytes_of(database))


def test_a_folder_that_cannot_be_read_writes_nothing(
    app: App, folder: TinyFolder, database: Path
) -> None:
    before = bytes_of(database)
    folder.rows[VITAL_SIGNS][0]["charttime"] = "noon"
    with pytest.raises(InvalidInput):
        import_mimic(app.place, folder.write(), time_zone=ZONE)
    assert bytes_of(database) == before


def test_the_projections_are_those_of_the_journal(
    app: App, folder: TinyFolder, database: Path
) -> None:
    import_mimic(app.place, folder.write(), time_zone=ZONE)
    store = open_store(f"sqlite:///{database}", clock=SystemClock())
    try:
        assert verify(store, partial(outlooks, app.loops)).holds
    finally:
        store.close()


def test_a_chain_holds_its_orders_events_in_the_order_of_their_storing(
    app: App, folder: TinyFolder, database: Path
) -> None:
    import_mimic(app.place, folder.write(), time_zone=ZONE)
    with sqlite3.connect(database) as connection:
        rows = connection.execute(
            "SELECT recorded_at FROM journal WHERE chain = ? AND kind = 'order_placed'"
            " ORDER BY chain_seq",
            (encounter_id(STAY),),
        ).fetchall()
    assert rows == sorted(rows)
    assert len(rows) == 5
