"""Working an open window in tests: sign in, let it rest, strike keys."""

from PySide6.QtCore import QCoreApplication, QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from client.desktop.desk import Desk, Mark
from client.desktop.pages.worklist import WorklistPage
from client.presenters.sign_in import read_staff, session_of
from client.presenters.subject import Subject
from client.presenters.worklist import WorkLine
from client.texts import Texts
from domain.barcodes import wristband
from tests.desktop.ward_sample import Sample

CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
BAND = wristband("0012345678", 1)
HANGS_MS = 120_000
"""When a window that does not rest is given up: far more than a busy machine needs."""


def rest(desk: Desk) -> None:
    for _ in range(4):
        loop = QEventLoop()
        mark = Mark(desk)
        mark.reached.connect(loop.quit)
        QTimer.singleShot(HANGS_MS, loop, loop.quit)
        loop.exec()
        assert mark.passed
    for _ in range(3):
        QCoreApplication.processEvents()


def enter(desk: Desk, user: str) -> None:
    session = session_of(read_staff(desk.app), user, "", texts=Texts.load("en"))
    desk.sign_in(session)
    rest(desk)


def strike(desk: Desk, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    target = QApplication.focusWidget() or desk.window
    QTest.keyClick(target, key, modifier or Qt.KeyboardModifier.NoModifier)
    rest(desk)


def work(desk: Desk) -> WorklistPage:
    page = desk.window.page
    assert isinstance(page, WorklistPage)
    return page


def lines(page: WorklistPage) -> list[WorkLine]:
    return [line for line in page.model.rows if isinstance(line, WorkLine)]


def subject(sample: Sample, name: str, step: str, number: int = 0) -> Subject:
    case = sample.app.reads.case(sample.orders[name])
    assert case is not None
    order = case.order
    task = sample.task(name, number)
    return Subject(order.id, order.encounter_id, order.patient_id, task, step)
