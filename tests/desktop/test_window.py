"""The frame: who sees which page, one banner, two languages, a cover that hides every patient."""

from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from client.desktop.page import Page, PageSpec
from client.desktop.theme import apply_theme, current_theme
from client.desktop.window import MainWindow, SignedIn
from client.presenters.banner import BannerView
from client.presenters.tone import Tone
from client.texts import Texts
from domain.people import Role
from tests.desktop.conftest import FrozenClock
from tests.desktop.gallery import banner

NURSE = SignedIn("LI, Na", frozenset({Role.NURSE}), Role.NURSE, "李娜")
ACCEPTED, REFUSED = (True,), (False,)
MANAGER = SignedIn("HE, Lan", frozenset({Role.NURSE, Role.CHARGE_NURSE}), Role.CHARGE_NURSE)


class Notes(Page):
    """A page that writes down what the window does with it."""

    patient = False

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self.texts = texts
        self.told: list[object] = []

    def enter(self, parameter: object) -> None:
        self.told.append(("enter", parameter))

    def leave(self) -> None:
        self.told.append("leave")

    def refresh(self) -> None:
        self.told.append("refresh")

    def retranslate(self, texts: Texts) -> None:
        self.texts = texts

    def take_scan(self, code: str) -> bool:
        self.told.append(code)
        return code.startswith("P")

    def banner(self) -> BannerView | None:
        return banner(self.texts) if self.patient else None


class PatientNotes(Notes):
    patient = True


SPECS = (
    PageSpec("board", "board.empty", "board", Notes, shortcut="F2"),
    PageSpec("work", "tag_long.medication", "work", Notes, frozenset({Role.NURSE}), "F3"),
    PageSpec("pharmacy", "tag_long.test", "work", Notes, frozenset({Role.PHARMACIST}), "F6"),
    PageSpec("patient", "loop.picture", "patient", PatientNotes, on_rail=False),
)


@pytest.fixture
def window(app: QApplication, qtbot: QtBot, texts: Texts, clock: FrozenClock) -> MainWindow:
    apply_theme(app, "light")
    made = MainWindow(
        texts=texts, clock=clock, zone=ZoneInfo("Asia/Shanghai"), pages=SPECS, version="0.1"
    )
    qtbot.addWidget(made)
    made.resize(1366, 768)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    made.show_ward("Ward 7 Cardiology", "心内科 7 病区")
    made.sign_in(NURSE, landing="board")
    return made


def notes(window: MainWindow) -> Notes:
    assert isinstance(window.page, Notes)
    return window.page


def labels(window: MainWindow) -> set[str]:
    return {label.text() for label in window.findChildren(QLabel) if label.isVisible()}


def test_the_rail_shows_the_pages_of_the_persons_roles(window: MainWindow) -> None:
    assert window.rail.keys == ("board", "work")
    pharmacist = SignedIn("XIE, Ting", frozenset({Role.PHARMACIST}), Role.PHARMACIST)
    window.sign_in(pharmacist, landing="pharmacy")
    assert window.rail.keys == ("board", "pharmacy")
    assert window.page_key == "pharmacy"
    assert {"XIE, Ting", "pharmacist"} <= labels(window)


def test_the_head_names_ward_time_and_person(window: MainWindow) -> None:
    wanted = {"Ward 7 Cardiology", "Tue 24-Nov-2026", "08:05:12", "LI, Na", "nurse"}
    assert wanted <= labels(window)
    assert window.windowTitle() == "Wardloop"


def test_function_keys_open_pages_that_the_person_may_see(window: MainWindow) -> None:
    QTest.keyClick(window, Qt.Key.Key_F3)
    assert window.page_key == "work"
    QTest.keyClick(window, Qt.Key.Key_F6)  # the pharmacist's
    assert window.page_key == "work"
    QTest.keyClick(window, Qt.Key.Key_F5)
    assert notes(window).told == [("enter", None), "refresh"]


def test_back_returns_to_the_page_before_with_what_it_was_opened_with(window: MainWindow) -> None:
    notes(window).open_requested.emit("patient", "p12")
    assert notes(window).told == [("enter", "p12")]
    window.open("patient", "p14")
    QTest.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert notes(window).told[-1] == ("enter", "p12")
    window.back()
    assert window.page_key == "board"
    window.back()
    assert window.page_key == "board"


def test_the_banner_stands_on_pages_of_one_patient_only(window: MainWindow) -> None:
    assert not window.banner.isVisible()
    window.open("patient", "p12")
    assert window.banner.isVisible()
    assert window.banner.height() >= 64
    PatientNotes.patient = False
    try:
        notes(window).banner_changed.emit()
        assert not window.banner.isVisible()
    finally:
        PatientNotes.patient = True


def test_a_page_is_made_once_and_told_when_it_goes(window: MainWindow) -> None:
    board = notes(window)
    window.open("work")
    window.open("board")
    assert window.page is board
    assert board.told == [("enter", None), "leave", ("enter", None)]


def test_an_unknown_page_is_an_error(window: MainWindow) -> None:
    with pytest.raises(KeyError):
        window.open("nowhere")
    assert window.page_key == "board"


def test_a_scan_goes_to_the_page_in_front_and_else_is_offered(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.take_scan("P0012345678")
    assert notes(window).told[-1] == "P0012345678"
    with qtbot.waitSignal(window.scan_offered) as offered:
        window.take_scan("X1")
    assert offered.args == ["X1"]
    notes(window).scan_settled.emit(*REFUSED, "unknown code")
    assert window.status.scan.words == "REFUSED: unknown code"
    notes(window).scan_settled.emit(*ACCEPTED, "WANG, bed 12")
    assert window.status.scan.words == "OK: WANG, bed 12"
    notes(window).expected.emit("wristband")
    assert window.status.scan.words == "ready: wristband"


def test_the_language_changes_everywhere_at_once(window: MainWindow, qtbot: QtBot) -> None:
    window.open("patient", "p12")
    with qtbot.waitSignal(window.language_changed):
        QTest.keyClick(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    shown = labels(window)
    assert {"心内科 7 病区", "2026-11-24 周二", "李娜", "护士"} <= shown
    assert notes(window).texts.language == "zh"
    assert window.banner.view is not None
    assert window.banner.view.name.first == "王小明"
    assert window.status.scan.words == "就绪：可扫任意条码"
    assert window.bar.language.text() == "English"
    window.switch_language()
    assert "Ward 7 Cardiology" in labels(window)


def test_the_theme_changes_round_and_keeps_the_scale(window: MainWindow) -> None:
    window.set_theme("light", scale=1.25)
    bar = window.bar.height()
    names = []
    for _ in range(3):
        window.switch_theme()
        names.append(current_theme().name)
        window.grab()
    assert names == ["dark", "contrast", "light"]
    assert current_theme().scale == 1.25
    assert window.bar.height() == bar == 50


def test_a_cover_hides_every_patient_and_gives_back_what_was_open(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.open("patient", "p12")
    with qtbot.waitSignal(window.lock_requested):
        window.bar.lock.click()
    first = QWidget()
    window.cover(first)
    window.cover(QLabel("locked"))
    assert window.covered
    assert not window.banner.isVisible()
    assert labels(window) == {"locked"}
    QTest.keyClick(window, Qt.Key.Key_F3)
    QTest.keyClick(window, Qt.Key.Key_F5)
    with qtbot.waitSignal(window.scan_offered):
        window.take_scan("P0012345678")
    window.uncover()
    assert window.page_key == "patient"
    assert window.banner.isVisible()
    assert "refresh" not in notes(window).told


def test_a_page_may_say_a_word(window: MainWindow) -> None:
    notes(window).said.emit("Recorded 08:04", Tone.DONE)
    assert window.toast.words == "Recorded 08:04"


def test_the_rail_is_pressed(window: MainWindow) -> None:
    window.rail.button("work").click()
    assert window.page_key == "work"
    window.sign_in(MANAGER, landing="board")
    assert {"HE, Lan", "charge nurse"} <= labels(window)


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080)])
def test_the_content_has_the_room_that_the_design_gives_it(
    window: MainWindow, size: tuple[int, int]
) -> None:
    window.resize(*size)
    QApplication.processEvents()
    assert window.page is not None
    assert window.page.width() == size[0] - 72
    assert window.page.height() == size[1] - 40 - 28


def test_the_connection_is_told_with_shape_and_word(window: MainWindow) -> None:
    window.status.show_connection(Tone.DONE, "LIVE, updated 3 s ago")
    assert "LIVE, updated 3 s ago" in labels(window)


def test_every_control_of_the_frame_has_a_name(window: MainWindow) -> None:
    for widget in window.findChildren(QWidget):
        if widget.isVisible() and widget.focusPolicy() is not Qt.FocusPolicy.NoFocus:
            assert widget.accessibleName(), widget
