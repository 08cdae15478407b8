"""Scans and typing told apart by the pause between characters, wherever the focus is."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from client.desktop.scanner import AFTER_SCAN_MS, REPEAT_MS, WITHIN_MS, ScanFilter

WRISTBAND = "P0012345678-1"


@dataclass
class Bench:
    """A ward workstation: a field that has the focus, a button, a scanner and a clock."""

    filter: ScanFilter
    field_: QLineEdit
    button: QPushButton
    holder: QWidget
    time: list[int]
    presses: int = 0
    scans: list[str] = field(default_factory=list)
    submitted: list[str] = field(default_factory=list)
    repeats: list[str] = field(default_factory=list)

    def press(self) -> None:
        self.presses += 1

    def submit(self) -> None:
        self.submitted.append(self.field_.text())

    def type(self, text: str, *, pause: int) -> None:
        for letter in text:
            self.time[0] += pause
            QTest.keyClicks(QApplication.focusWidget() or self.holder, letter)

    def enter(self, *, pause: int = 5) -> None:
        self.time[0] += pause
        QTest.keyClick(QApplication.focusWidget() or self.holder, Qt.Key.Key_Return)

    def scan(self, code: str = WRISTBAND) -> None:
        self.type(code, pause=5)
        self.enter()


@pytest.fixture
def bench(app: QApplication, qtbot: QtBot) -> Iterator[Bench]:
    holder, time = QWidget(), [10_000]
    column = QVBoxLayout(holder)
    line, button = QLineEdit(), QPushButton("Record")
    column.addWidget(line)
    column.addWidget(button)
    qtbot.addWidget(holder)
    holder.show()
    holder.activateWindow()
    line.setFocus()
    qtbot.waitUntil(line.hasFocus)
    scanner = ScanFilter(app, milliseconds=lambda: time[0])
    made = Bench(scanner, line, button, holder, time)
    scanner.scanned.connect(made.scans.append)
    scanner.repeated.connect(made.repeats.append)
    button.clicked.connect(made.press)
    line.returnPressed.connect(made.submit)
    yield made
    app.removeEventFilter(scanner)
    scanner.setParent(None)


def test_a_wristband_is_read_and_nothing_leaks_into_the_field(bench: Bench) -> None:
    bench.scan()
    assert bench.scans == [WRISTBAND]
    assert bench.field_.text() == ""


def test_a_scan_does_not_press_the_button_that_has_the_focus(bench: Bench) -> None:
    bench.button.setFocus()
    bench.scan("A CODE WITH SPACES")
    assert bench.scans == ["A CODE WITH SPACES"]
    assert bench.presses == 0


def test_what_a_person_types_reaches_the_field(bench: Bench) -> None:
    bench.type("38.4", pause=120)
    bench.enter(pause=120)
    bench.filter.release()
    assert bench.scans == []
    assert bench.field_.text() == "38.4"


def test_the_last_typed_character_is_released_by_the_clock(bench: Bench, qtbot: QtBot) -> None:
    bench.type("7", pause=200)
    qtbot.waitUntil(lambda: bench.field_.text() == "7")


def test_a_pause_in_the_middle_makes_it_typing(bench: Bench) -> None:
    bench.type("P00123", pause=5)
    bench.type("45678", pause=WITHIN_MS)
    bench.enter(pause=5)
    bench.filter.release()
    assert bench.scans == []
    assert bench.field_.text() == "P0012345678"


def test_a_few_fast_characters_are_typing(bench: Bench) -> None:
    bench.type("abc", pause=5)
    bench.enter()
    assert bench.scans == []
    assert bench.submitted == ["abc"]


def test_space_typed_on_a_button_still_presses_it_once(bench: Bench) -> None:
    bench.button.setFocus()
    bench.type(" ", pause=300)
    bench.filter.release()
    assert bench.presses == 1
    assert not bench.button.isDown()


def test_the_same_code_at_once_is_the_same_pull_of_the_trigger(bench: Bench) -> None:
    bench.scan()
    bench.time[0] += REPEAT_MS // 2
    bench.scan()
    assert bench.scans == [WRISTBAND]
    assert bench.repeats == [WRISTBAND]
    bench.time[0] += REPEAT_MS + 1
    bench.scan()
    assert bench.scans == [WRISTBAND, WRISTBAND]


def test_another_code_at_once_is_another_scan(bench: Bench) -> None:
    bench.scan()
    bench.scan("01069012345678901728063010A2604")
    assert len(bench.scans) == 2


def test_capitals_by_shift_do_not_break_a_scan(bench: Bench) -> None:
    for letter in "W0000Z":
        bench.time[0] += 5
        QTest.keyPress(bench.field_, Qt.Key.Key_Shift)
        QTest.keyClicks(bench.field_, letter)
        QTest.keyRelease(bench.field_, Qt.Key.Key_Shift)
    bench.enter()
    assert bench.scans == ["W0000Z"]


def test_a_chord_goes_through_and_ends_what_was_held(bench: Bench) -> None:
    bench.type("abcd", pause=5)
    bench.time[0] += 5
    QTest.keyClick(bench.field_, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert bench.field_.selectedText() == "abcd"
    assert bench.scans == []


def test_an_arrow_key_comes_after_the_characters_before_it(bench: Bench) -> None:
    bench.type("ab", pause=5)
    QTest.keyClick(bench.field_, Qt.Key.Key_Home)
    bench.type("c", pause=200)
    bench.filter.release()
    assert bench.field_.text() == "cab"


def test_chinese_from_an_input_method_is_left_alone(bench: Bench) -> None:
    event = QInputMethodEvent()
    event.setCommitString("王小明")
    QCoreApplication.sendEvent(bench.field_, event)
    assert bench.field_.text() == "王小明"
    assert bench.scans == []


def test_a_key_held_down_is_typing(bench: Bench) -> None:
    for _ in range(6):
        bench.time[0] += 5
        press = QKeyEvent(
            QEvent.Type.KeyPress, Qt.Key.Key_X, Qt.KeyboardModifier.NoModifier, "x", autorep=True
        )
        QCoreApplication.sendEvent(bench.field_, press)
    assert bench.field_.text() == "xxxxxx"


def test_enter_after_a_scan_may_still_be_the_scanners_and_must_not_sign(bench: Bench) -> None:
    assert not bench.filter.just_scanned()
    bench.scan()
    assert bench.filter.just_scanned()
    bench.time[0] += AFTER_SCAN_MS
    assert not bench.filter.just_scanned()


def test_a_running_scan_is_not_taken_as_a_shortcut(bench: Bench) -> None:
    bench.type("abcd", pause=5)
    claim = QKeyEvent(
        QEvent.Type.ShortcutOverride, Qt.Key.Key_E, Qt.KeyboardModifier.NoModifier, "e"
    )
    claim.ignore()
    QCoreApplication.sendEvent(bench.holder, claim)
    assert claim.isAccepted()
    bench.filter.release()
    idle = QKeyEvent(
        QEvent.Type.ShortcutOverride, Qt.Key.Key_F9, Qt.KeyboardModifier.NoModifier, ""
    )
    idle.ignore()
    QCoreApplication.sendEvent(bench.holder, idle)
    assert not idle.isAccepted()
