"""A nurse at the real window, with a real database: sign in, look, scan, record, see it move on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from client.desktop.desk import Desk, Mark
from client.desktop.dialogs.step_dialog import StepDialog
from client.desktop.pages.board import BoardPage
from client.desktop.pages.loop_page import LoopPage
from client.desktop.pages.worklist import WorklistPage
from client.presenters.tone import Tone
from client.presenters.worklist import WorkLine
from domain.barcodes import wristband
from tests.desktop.ward import own_ward
from tests.desktop.ward_sample import FURO, Sample


@pytest.fixture
def sample(tmp_path: Path) -> Iterator[Sample]:
    made = own_ward(tmp_path)
    yield made
    made.app.close()


@pytest.fixture
def desk(qapp: QApplication, qtbot: QtBot, sample: Sample) -> Iterator[Desk]:
    made = Desk(qapp, sample.app, sample.settings)
    qtbot.addWidget(made.window)
    made.window.resize(1920, 1080)
    made.window.show()
    made.window.activateWindow()
    qtbot.waitUntil(made.window.isActiveWindow)
    rest(made)
    yield made
    made.close()


def rest(desk: Desk) -> None:
    """Wait until all that was asked of the database is answered, and what that asked too."""
    for _ in range(4):
        loop = QEventLoop()
        mark = Mark(desk)
        mark.reached.connect(loop.quit)
        QTimer.singleShot(10_000, loop, loop.quit)
        loop.exec()
        assert mark.passed
    QCoreApplication.processEvents()


def wedge(desk: Desk, code: str) -> None:
    """The scanner types a code and Enter, faster than any hand."""
    target = QApplication.focusWidget() or desk.window
    QTest.keyClicks(target, code)
    QTest.keyClick(target, Qt.Key.Key_Return)
    rest(desk)


def key(desk: Desk, which: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    target = QApplication.focusWidget() or desk.window
    QTest.keyClick(target, which, modifier or Qt.KeyboardModifier.NoModifier)
    rest(desk)


def press(desk: Desk, qtbot: QtBot, which: Qt.Key, page: str) -> None:
    """Strike the key of a button; Qt lets it be seen pressed for a moment before it clicks."""
    QTest.keyClick(QApplication.focusWidget() or desk.window, which)
    qtbot.waitUntil(lambda: desk.window.page_key == page)
    rest(desk)


def sign_in(desk: Desk, user: str) -> None:
    page = desk.sign_in_page
    assert page is not None
    page.user.setFocus()
    QTest.keyClicks(page.user, user)
    desk.scanner.release()  # slow enough to be a hand
    assert page.user.text() == user
    page.sign_in()
    rest(desk)


def rows(page: WorklistPage) -> list[WorkLine]:
    return [line for line in page.model.rows if isinstance(line, WorkLine)]


def test_a_nurse_signs_in_and_sees_the_worst_first_and_her_ward(desk: Desk) -> None:
    assert desk.window.covered
    sign_in(desk, "li.na")
    page = desk.window.page
    assert isinstance(page, WorklistPage)
    first = rows(page)[0]
    assert first.tone is Tone.OVERDUE_1
    assert "furosemide" in first.cell("task").text
    key(desk, Qt.Key.Key_F2)
    board = desk.window.page
    assert isinstance(board, BoardPage)
    bed = next(card for card in board.model.rows if card.bed == "12")
    assert bed.counts[0].words == "medication: 2 OVERDUE"

    key(desk, Qt.Key.Key_F3)
    assert desk.window.page is page


def test_a_nurse_scans_wristband_and_drug_records_and_the_picture_moves_on(
    desk: Desk, sample: Sample, qtbot: QtBot
) -> None:
    sign_in(desk, "li.na")
    page = desk.window.page
    assert isinstance(page, WorklistPage)
    press(desk, qtbot, Qt.Key.Key_F8, "step")
    dialog = desk.window.page
    assert isinstance(dialog, StepDialog)
    assert dialog.card.problem.text() == "scan the wristband first"
    assert not dialog.card.record_button.isEnabled()
    wedge(desk, wristband("0012345678", 1))
    assert dialog.card.problem.text() == "scan the drug first"
    wedge(desk, FURO)
    assert dialog.card.problem.text().startswith("give a reason: ")
    assert "min too late" in dialog.card.problem.text()
    (asked,) = dialog.card.view.blocks
    asked.reason.setText("the patient was at the scanner")
    assert dialog.card.problem.text() == ""
    assert [mark.tone for mark in dialog.card.stepper.marks[:3]] == [Tone.DONE] * 3

    desk.seat.just_scanned = lambda: False  # 400 ms have passed since the scan
    key(desk, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: desk.window.page is page)
    rest(desk)
    assert "Bedside check recorded" in desk.window.toast.words
    task = sample.tasks("furosemide")[1]
    assert set(task.steps) == {"M10"}
    assert task.steps["M10"].actor == "li.na"

    desk.window.open("loop", rows_subject(page, "furosemide"))
    rest(desk)
    loop = desk.window.page
    assert isinstance(loop, LoopPage)
    tones = {node.code: node.tone for node in loop.view.picture.nodes()}
    assert tones["M10"] is Tone.DONE_LATE or tones["M10"] is Tone.DONE
    assert tones["M11"] is Tone.OVERDUE_1
    assert tones["M13"] is Tone.PENDING


def rows_subject(page: WorklistPage, drug: str) -> object:
    from client.presenters.worklist import subject_of_line

    line = next(line for line in rows(page) if drug in line.cell("task").text)
    return subject_of_line(line)


def test_another_patients_wristband_stops_and_nothing_is_recorded(
    desk: Desk, sample: Sample, qtbot: QtBot
) -> None:
    sign_in(desk, "li.na")
    press(desk, qtbot, Qt.Key.Key_F8, "step")
    dialog = desk.window.page
    assert isinstance(dialog, StepDialog)
    wedge(desk, wristband("0012345701", 1))
    stop = dialog.stop
    assert stop is not None
    assert stop.close_button.hasFocus()
    assert desk.window.status.scan.words.startswith("REFUSED")
    wedge(desk, FURO)  # not heard while the STOP stands
    assert dialog.card.problem.text() == "scan the wristband first"
    desk.seat.just_scanned = lambda: False
    stop.dismiss()
    wedge(desk, wristband("0012345678", 1))
    assert dialog.stop is None
    assert dialog.card.problem.text() == "scan the drug first"
    assert sample.tasks("furosemide")[1].steps == {}


def test_what_another_workstation_records_is_seen_without_moving_a_row(
    desk: Desk, sample: Sample
) -> None:
    sign_in(desk, "li.na")
    page = desk.window.page
    assert isinstance(page, WorklistPage)
    desk.poll()
    rest(desk)
    before = [line.key for line in rows(page)]
    chosen = rows(page)[2]
    page.table.choose(chosen.key)
    sample.do("li.na", "count", "L5", number=0, evidence={"noscan_reason": "scanner_down"})
    gone = f"{sample.orders['count']}/{sample.task('count')}"
    assert gone in before
    desk.poll()
    rest(desk)
    after = [line.key for line in rows(page)]
    assert after == [one for one in before if one != gone]
    assert page.table.current_key == chosen.key


def test_the_lock_hides_every_patient_and_the_badge_brings_the_next_nurse(
    desk: Desk, qtbot: QtBot
) -> None:
    sign_in(desk, "li.na")
    QTest.keyClick(QApplication.focusWidget() or desk.window, Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: desk.window.covered)
    page = desk.sign_in_page
    assert page is not None
    wedge(desk, "Unobody*00")
    assert desk.window.covered
    page.user.setText("nobody")
    page.sign_in()
    assert "Nobody has the user name nobody" in page.error.text()
    page.user.setText("zhao.min")
    page.sign_in()
    rest(desk)
    work = desk.window.page
    assert isinstance(work, WorklistPage)
    assert {line.row.nurse for line in rows(work)} == {"zhao.min"}
