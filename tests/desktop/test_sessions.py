"""A workstation that several people share: sign-in, lock, the next person, and what each keeps."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from client.desktop.desk import Desk
from client.desktop.dialogs.step_dialog import StepDialog
from client.desktop.dialogs.stop_dialog import StopDialog
from client.desktop.pages.board import BoardPage
from client.desktop.pages.worklist import WorklistPage
from client.settings import Settings
from client.wiring import build
from domain.barcodes import wristband
from domain.services.own_secrets import NewSecret
from tests.desktop.open_window import CONTROL, rest, strike, subject
from tests.desktop.secured_ward import (
    GIVEN,
    badge,
    cover,
    dialog,
    opened,
    secured_ward,
    sign_in,
)
from tests.desktop.ward_sample import PATIENTS, Sample
from tests.secured import secret_of

BAND = wristband("0012345678", 1)


@pytest.fixture
def sample(tmp_path: Path) -> Iterator[Sample]:
    made = secured_ward(tmp_path)
    yield made
    made.app.close()


@pytest.fixture
def desk(qapp: QApplication, qtbot: QtBot, sample: Sample) -> Iterator[Desk]:
    """A window on the secured ward at which nobody sits."""
    yield from opened(qapp, qtbot, sample)


def said_by(window: QWidget) -> str:
    """Everything that a window says: in sight, in tool tips, and to a screen reader."""
    parts = [window.windowTitle()]
    for widget in (window, *window.findChildren(QWidget)):
        parts += [widget.accessibleName(), widget.accessibleDescription(), widget.toolTip()]
        if isinstance(widget, QLabel):
            parts.append(widget.text())
        if isinstance(widget, QLineEdit):
            parts += [widget.text(), widget.placeholderText()]
        known = QAccessible.queryAccessibleInterface(widget)
        if known is not None:
            parts += [known.text(kind) for kind in (QAccessible.Text.Name, QAccessible.Text.Value)]
    return "\n".join(parts)


def patients_in(words: str) -> list[str]:
    """The patients of the ward of whom some words tell a name or a record number."""
    return [
        mrn
        for _, mrn, name, name_zh, _, _ in PATIENTS
        if any(one in words.replace("\u00a0", "") for one in (mrn, name, name_zh))
    ]


# ---------------------------------------------------------------- signing in
def test_a_badge_and_a_pin_bring_a_nurse_to_her_patients(desk: Desk) -> None:
    page = cover(desk)
    desk.window.take_scan(badge("li.na"))
    assert page.user.text() == "li.na"
    assert page.secret.hasFocus()
    assert page.secret.echoMode() is QLineEdit.EchoMode.Password
    page.secret.setText(secret_of("li.na"))
    strike(desk, Qt.Key.Key_Return)
    assert not desk.window.covered
    assert isinstance(desk.window.page, WorklistPage)


def test_without_the_right_secret_nobody_comes_in(desk: Desk, sample: Sample) -> None:
    page = cover(desk)
    page.user.setText("zhao.min")
    page.sign_in()
    assert page.secret.hasFocus(), "the name alone opens nothing"
    for words in ("Tries left: 2", "Tries left: 1", "Wait 30 s"):
        sign_in(desk, "zhao.min", "000000")
        assert words in page.error.text()
        assert page.secret.text() == ""
    sign_in(desk, "zhao.min")
    assert "Too many wrong tries. Wait" in page.error.text()
    assert desk.window.covered
    assert desk.seat.session is None
    assert sample.app.secured


def test_who_was_given_a_secret_sets_an_own_one_first(desk: Desk) -> None:
    page = cover(desk)
    sign_in(desk, "qian.wei", GIVEN)
    assert page.mode == "change"
    assert page.new.hasFocus()
    page.new.setText("849327")
    page.again.setText("849328")
    page.sign_in()
    assert "not the same" in page.error.text()
    page.new.setText("123456")
    page.again.setText("123456")
    page.sign_in()
    rest(desk)
    assert page.error.text(), "digits in a row are no PIN"
    page.new.setText("849327")
    page.again.setText("849327")
    page.sign_in()
    rest(desk)
    assert desk.seat.session is not None
    desk.sign_out()
    sign_in(desk, "qian.wei", GIVEN)
    assert "Wrong PIN or password" in cover(desk).error.text()
    sign_in(desk, "qian.wei", "849327")
    assert not desk.window.covered


def test_the_first_dialog_makes_the_administrator_and_secures_the_database(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    settings = Settings(database=f"sqlite:///{tmp_path / 'new' / 'ward.db'}")
    app = build(settings)
    for desk in opened(qapp, qtbot, Sample(app, clock=None, settings=settings)):  # type: ignore[arg-type]  # its clock is not asked
        page = cover(desk)
        assert page.mode == "first"
        assert any("OPEN DATABASE" in words for words in page.notices.words)
        page.user.setText("chief")
        page.form.name.edit.setText("WU, Jing")
        page.new.setText("green lamp 81")
        page.again.setText("green lamp 81")
        page.sign_in()
        rest(desk)
        assert app.secured
        assert page.mode == "sign_in"
        assert page.form.secret.isVisible()
        assert "no ward yet" in page.error.text()
        (chief,) = app.reads.practitioners()
        assert (chief.user, chief.name) == ("chief", "WU, Jing")
    app.close()


# ---------------------------------------------------------------- lock and the next person
def test_a_locked_window_tells_nothing_of_a_patient_to_eyes_or_screen_readers(
    desk: Desk, sample: Sample
) -> None:
    sign_in(desk, "li.na")
    for key in ("board", "alerts", "work"):
        desk.window.open(key)
        rest(desk)
    desk.window.open("loop", subject(sample, "vancomycin", ""))
    rest(desk)
    page = dialog(desk, sample, "furosemide", "M10", 1)
    page.take_scan(wristband("0012345701", 1))
    rest(desk)
    assert page.stop is not None
    desk.window.say("WANG, Xiaoming: recorded")
    assert patients_in(said_by(desk.window)), "the test can see names"
    QTest.keyClick(QApplication.focusWidget() or desk.window, Qt.Key.Key_F12)
    assert desk.window.covered, "the lock comes at once, a STOP does not keep it away"
    assert patients_in(said_by(desk.window)) == []
    stops = desk.window.findChildren(StopDialog)
    assert not [one for one in stops if one.isVisible()]
    rest(desk)
    assert patients_in(said_by(desk.window)) == []


def test_what_was_half_filled_waits_for_its_owner_and_nobody_else_sees_it(
    desk: Desk, sample: Sample
) -> None:
    sign_in(desk, "li.na")
    page = dialog(desk, sample, "furosemide", "M10", 1)
    page.take_scan(BAND)
    page.card.view.fields["pump"].put("IP-07")
    strike(desk, Qt.Key.Key_F12)
    rest(desk)
    assert "Draft of LI, Na kept (1)" in cover(desk).left.notes
    sign_in(desk, "zhao.min")
    assert desk.window.page_key == "work"
    hers = dialog(desk, sample, "furosemide", "M10", 1)
    assert hers.card.view.fields["pump"].value == ""
    desk.sign_out()
    sign_in(desk, "li.na")
    again = desk.window.page
    assert isinstance(again, StepDialog), "the page that she left is in front again"
    assert again.card.view.fields["pump"].value == "IP-07"
    assert again.card.problem.text() == "scan the drug first"


def test_a_record_that_was_under_way_at_the_lock_is_no_draft(desk: Desk, sample: Sample) -> None:
    sign_in(desk, "li.na")
    page = dialog(desk, sample, "blood", "T17")
    page.card.view.fields["reaction"].put("no")
    page.card.view.fields["reaction"].changed.emit()
    page.record()
    desk.sign_out()
    rest(desk)
    assert sample.tasks("blood")[0].steps["T17"].count == 2, "recorded in her name"
    assert desk.seat.kept_drafts() == {}
    sign_in(desk, "zhao.min")
    assert desk.window.page_key == "work"


def test_another_badge_takes_over_the_workstation(desk: Desk, sample: Sample) -> None:
    sign_in(desk, "li.na")
    desk.window.take_scan(badge("zhao.min"))
    rest(desk)
    page = cover(desk)
    assert page.user.text() == "zhao.min"
    assert page.secret.hasFocus()
    page.secret.setText(secret_of("zhao.min"))
    page.sign_in()
    rest(desk)
    session = desk.seat.session
    assert session is not None
    assert session.user == "zhao.min"
    dialog(desk, sample, "furosemide", "M10", 1)
    desk.window.take_scan(badge("li.na"))  # no second person is needed here
    rest(desk)
    assert cover(desk).user.text() == "li.na"


# ---------------------------------------------------------------- nobody touches it
def test_a_window_that_nobody_touches_hides_names_warns_and_locks(desk: Desk) -> None:
    sign_in(desk, "li.na")
    desk.window.open("board")
    rest(desk)
    page = desk.window.page
    assert isinstance(page, BoardPage)
    now = [0]
    desk.idle.milliseconds = lambda: now[0]
    desk.idle.begin()
    now[0] = 59_000
    desk.sessions.tick()
    assert patients_in(said_by(desk.window)) or page.model.rows[0].record_no
    now[0] = 61_000
    desk.sessions.tick()
    assert page.model.rows[0].name == "HAN ***"
    assert page.model.rows[0].record_no == ""
    now[0] = 95_000
    desk.sessions.tick()
    assert desk.window.status.lock_words == "Locks in 25 s"
    strike(desk, Qt.Key.Key_Right)
    assert desk.window.status.lock_words == ""
    assert page.model.rows[0].name == "HAN, Lixin", "a touch brings the names back"
    now[0] += 120_000
    desk.sessions.tick()
    assert desk.window.covered


def test_names_on_the_board_are_hidden_by_a_key(desk: Desk) -> None:
    sign_in(desk, "he.lan")
    page = desk.window.page
    assert isinstance(page, BoardPage)
    strike(desk, Qt.Key.Key_H, CONTROL)
    assert all(card.name.endswith("***") for card in page.model.rows)
    assert patients_in(" ".join(card.spoken for card in page.model.rows)) == []
    assert any("Ctrl+H" in words for words in desk.window.notices.words)
    page.go_to_bed("19")
    page.open_current()
    rest(desk)
    assert desk.window.page_key == "work", "a bed is opened all the same"
    strike(desk, Qt.Key.Key_H, CONTROL)
    desk.window.open("board")
    rest(desk)
    assert {card.name for card in page.model.rows} >= {"HU, Wenbo"}


def test_a_pin_under_quick_fingers_is_typed_and_never_shown_as_a_code(desk: Desk) -> None:
    page = cover(desk)
    page.user.setText("li.na")
    page.secret.setFocus()
    QTest.keyClicks(page.secret, secret_of("li.na"))
    QTest.keyClick(page.secret, Qt.Key.Key_Return)
    rest(desk)
    assert not desk.window.covered
    assert secret_of("li.na") not in said_by(desk.window)
    desk.sign_out()
    page = cover(desk)
    rest(desk)
    page.secret.setFocus()
    QTest.keyClicks(page.secret, badge("zhao.min"))
    QTest.keyClick(page.secret, Qt.Key.Key_Return)
    rest(desk)
    assert (page.user.text(), page.secret.text()) == ("zhao.min", "")


def test_who_was_disabled_elsewhere_is_locked_out_at_the_next_reading(
    desk: Desk, sample: Sample
) -> None:
    sign_in(desk, "li.na")
    app = sample.app
    app.sign_in(user="admin", secret=secret_of("admin"))
    given = NewSecret("given after a loss")
    app.give_secret(user="admin", command=app.new_command(), name="li.na", new=given)
    assert not desk.window.covered
    desk.window.open("loop", subject(sample, "vancomycin", ""))
    rest(desk)
    assert desk.seat.session is None
    assert patients_in(said_by(desk.window)) == []
