"""The sample ward with its watch, seen from the alert inbox: what its tests are told with."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from client.desktop.desk import Desk
from client.desktop.pages.alerts import AlertsPage
from client.desktop.widgets.key_button import KeyButton
from client.presenters.alert_inbox import InboxLine
from domain.alerts import Alert
from tests.desktop.open_window import enter, rest, strike
from tests.desktop.ward_sample import Sample

SICK = {
    "respiratory_rate": 26,
    "spo2": 90,
    "supplemental_oxygen": False,
    "systolic_bp": 92,
    "pulse": 125,
    "consciousness": "A",
    "temperature": "36.9",
}
"""NEWS2 is 3 + 3 + 0 + 2 + 2 = 10: an emergency."""


def news(desk: Desk) -> None:
    """The watch looks at the clock, the window at the database."""
    desk.let_time_pass()
    rest(desk)
    desk.poll()
    rest(desk)


def inbox(desk: Desk, user: str = "he.lan") -> AlertsPage:
    """Somebody opens the inbox by its key."""
    if desk.seat.session is None or desk.seat.session.user != user:
        enter(desk, user)
    desk.poll()  # from here on changes are heard of
    rest(desk)
    desk.window.activateWindow()
    strike(desk, Qt.Key.Key_F7)
    return here(desk)


def press(desk: Desk, qtbot: QtBot, button: KeyButton) -> None:
    """Strike the key that is written on a button; a button moves before it acts."""
    with qtbot.waitSignal(button.clicked):
        target = QApplication.focusWidget() or desk.window
        QTest.keySequence(target, QKeySequence(button.key.replace("Enter", "Return")))
    rest(desk)


def here(desk: Desk) -> AlertsPage:
    page = desk.window.page
    assert isinstance(page, AlertsPage)
    return page


def rows(page: AlertsPage) -> list[InboxLine]:
    return [one for one in page.model.rows if isinstance(one, InboxLine)]


def row(page: AlertsPage, bed: str, rule: str) -> InboxLine:
    (found,) = [
        one for one in rows(page) if one.item.row.bed == bed and one.item.alert.key.rule == rule
    ]
    return found


def choose(desk: Desk, bed: str, rule: str) -> str:
    page = here(desk)
    key = row(page, bed, rule).key
    assert page.table.choose(key)
    rest(desk)
    return key


def alert(sample: Sample, key: str) -> Alert:
    found = sample.app.reads.alert(key)
    assert found is not None
    return found


def falls_ill(sample: Sample, bed: str) -> None:
    app = sample.app
    stay = sample.stays[bed]
    app.observe_vitals(user="zhao.min", command=app.new_command(), encounter=stay, entered=SICK)
