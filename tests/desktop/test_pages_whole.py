"""What holds for every page of the window: names, room, mishaps, age, pictures."""

import logging
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from client.desktop.desk import Desk
from client.desktop.dialogs.step_dialog import StepDialog
from client.desktop.main import Mishap
from client.desktop.shots import screenshots
from client.desktop.widgets.key_button import KeyButton
from client.texts import LANGUAGES
from domain.barcodes import wristband
from tests.desktop.open_window import rest, subject
from tests.desktop.ward_sample import Sample

CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
BAND = wristband("0012345678", 1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_control_has_a_name_and_speaks_the_language(
    desk: Desk, sample: Sample, language: str
) -> None:
    if desk.window.texts.language != language:
        desk.window.switch_language()
    for key, parameter in (
        ("board", None),
        ("work", None),
        ("loop", subject(sample, "blood", "")),
        ("step", subject(sample, "blood", "T17")),
    ):
        desk.window.open(key, parameter)
        rest(desk)
        for widget in desk.window.findChildren(QWidget):
            if widget.isVisible() and widget.focusPolicy() is not Qt.FocusPolicy.NoFocus:
                named = widget.accessibleName() or isinstance(widget, StepDialog)
                assert named, (key, widget, widget.objectName())
        shown = " ".join(label.text() for label in desk.window.findChildren(QLabel))
        assert ("WANG, Xiaoming" in shown or "HU, Wenbo" in shown) is False or language == "en"


def test_no_button_is_squeezed_and_nothing_needs_a_sideways_scroll(
    desk: Desk, sample: Sample
) -> None:
    for language, size in (("en", (1366, 768)), ("zh", (1366, 768)), ("en", (1920, 1080))):
        if desk.window.texts.language != language:
            desk.window.switch_language()
        desk.window.resize(*size)
        for key, parameter in (
            ("board", None),
            ("work", None),
            ("loop", subject(sample, "vancomycin", "")),
            ("step", subject(sample, "insulin", "M10")),
        ):
            desk.window.open(key, parameter)
            rest(desk)
            assert desk.window.width() == size[0]
            for button in desk.window.findChildren(KeyButton):
                if button.isVisible():
                    assert button.width() >= button.sizeHint().width(), (key, button.text())


@pytest.mark.expected_logs(r"^unexpected [0-9A-F]{8}: RuntimeError at unknown place$")
def test_a_mishap_gives_a_code_and_logs_no_word_of_it(
    desk: Desk, caplog: pytest.LogCaptureFixture, qtbot: QtBot
) -> None:
    mishap = Mishap(desk.window)
    error = RuntimeError("WANG, Xiaoming 0012345678")
    with caplog.at_level(logging.ERROR):
        mishap.caught(RuntimeError, error, None)
    qtbot.waitUntil(lambda: "Something in the program failed" in desk.window.toast.words)
    code = desk.window.toast.words.rsplit(" ", 1)[1]
    assert code in caplog.text
    assert "RuntimeError" in caplog.text
    assert "WANG" not in caplog.text
    before = threading.excepthook
    mishap.install()
    assert threading.excepthook is not before
    mishap.remove()


def test_the_connection_is_told_with_its_age(desk: Desk) -> None:
    desk.poll()
    rest(desk)
    shown = {label.text() for label in desk.window.status.findChildren(QLabel)}
    assert any(words.startswith("LIVE, checked") for words in shown)


def test_the_screens_are_drawn_into_a_folder(
    sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("client.desktop.shots.LOOKS", (("zh", "dark", (1366, 768)),))
    paths = screenshots(sample.app, tmp_path / "shots", settings=sample.settings, user="li.na")
    names = [Path(path).name for path in paths]
    assert names[:3] == [
        "1_sign_in_1366x768_dark_zh.png",
        "2_board_1366x768_dark_zh.png",
        "3_worklist_1366x768_dark_zh.png",
    ]
    assert names[-1] in {"9_alerts_1366x768_dark_zh.png", "10_vital_signs_1366x768_dark_zh.png"}
    assert all(Path(path).stat().st_size > 10_000 for path in paths)
    again = screenshots(sample.app, tmp_path / "again", settings=sample.settings, user="li.na")
    first, second = (Path(run[0]).read_bytes() for run in (paths, again))
    assert first == second, "no caret blinks in the picture of the sign-in"
