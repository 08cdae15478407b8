"""Work leaves the screen's thread and comes back to it, unless nobody waits for it any more."""

import gc
import threading
from collections.abc import Callable, Iterator
from functools import partial

import pytest
import shiboken6
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from client.desktop.background import Background, run_in_background


class Asker(QObject):
    answered = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.values: list[object] = []
        self.errors: list[Exception] = []
        self.threads: list[threading.Thread] = []

    @Slot(object)
    def done(self, value: object) -> None:
        self.threads.append(threading.current_thread())
        self.values.append(value)
        self.answered.emit()

    @Slot(object)
    def failed(self, error: Exception) -> None:
        self.errors.append(error)
        self.answered.emit()


@pytest.fixture
def background(app: QApplication) -> Iterator[Background]:
    made = Background(app)
    yield made
    made.close()
    made.setParent(None)


def fail() -> int:
    raise ValueError("no such bed")


@pytest.mark.usefixtures("background")
def test_the_work_is_done_elsewhere_and_the_answer_comes_home(qtbot: QtBot) -> None:
    asker = Asker()
    workers: list[threading.Thread] = []

    def operation() -> int:
        workers.append(threading.current_thread())
        return 42

    with qtbot.waitSignal(asker.answered):
        run_in_background(asker, operation, done=asker.done)
    assert asker.values == [42]
    assert asker.threads == [threading.main_thread()]
    assert workers[0] is not threading.main_thread()


@pytest.mark.usefixtures("background")
def test_an_answer_never_comes_before_the_call_has_returned(qtbot: QtBot) -> None:
    asker = Asker()
    with qtbot.waitSignal(asker.answered):
        run_in_background(asker, lambda: 1, done=asker.done)
        assert asker.values == []


@pytest.mark.usefixtures("background")
def test_the_database_lane_answers_in_order(qtbot: QtBot) -> None:
    asker = Asker()
    for number in range(20):
        run_in_background(asker, partial(int, number), done=asker.done)
    qtbot.waitUntil(lambda: len(asker.values) == 20)
    assert asker.values == list(range(20))


@pytest.mark.usefixtures("background")
def test_a_slow_report_does_not_hold_up_the_database(qtbot: QtBot) -> None:
    asker, go = Asker(), threading.Event()
    run_in_background(asker, go.wait, done=asker.done, lane="free")
    with qtbot.waitSignal(asker.answered):
        run_in_background(asker, lambda: "row", done=asker.done)
    assert asker.values == ["row"]
    go.set()
    qtbot.waitUntil(lambda: len(asker.values) == 2)


@pytest.mark.usefixtures("background")
def test_a_failure_is_handed_to_failed(qtbot: QtBot) -> None:
    asker = Asker()
    with qtbot.waitSignal(asker.answered):
        run_in_background(asker, fail, done=asker.done, failed=asker.failed)
    assert [str(error) for error in asker.errors] == ["no such bed"]
    assert asker.values == []


@pytest.mark.usefixtures("background")
def test_a_failure_that_nobody_asked_about_reaches_the_excepthook(qtbot: QtBot) -> None:
    asker = Asker()
    with qtbot.captureExceptions() as caught:
        run_in_background(asker, fail, done=asker.done)
        qtbot.waitUntil(lambda: bool(caught))
    assert isinstance(caught[0][1], ValueError)


@pytest.mark.usefixtures("background")
@pytest.mark.parametrize("how", ["python", "qt"])
def test_an_answer_to_a_page_that_is_gone_is_dropped(qtbot: QtBot, how: str) -> None:
    asker, other, go = Asker(), Asker(), threading.Event()
    values = asker.values
    run_in_background(asker, go.wait, done=asker.done)
    if how == "qt":  # its window was closed, somebody still holds the name
        destroy: Callable[[QObject], None] = shiboken6.delete
        destroy(asker)
    else:
        del asker
        gc.collect()
    go.set()
    with qtbot.waitSignal(other.answered):
        run_in_background(other, lambda: 1, done=other.done)
    assert values == []


@pytest.mark.usefixtures("background")
@pytest.mark.expected_logs("failed after its page was closed: ValueError")
def test_a_failure_after_its_page_was_closed_is_logged(qtbot: QtBot) -> None:
    asker, other, go = Asker(), Asker(), threading.Event()

    def operation() -> int:
        go.wait()
        return fail()

    run_in_background(asker, operation, done=asker.done, failed=asker.failed)
    del asker
    gc.collect()
    go.set()
    with qtbot.waitSignal(other.answered):
        run_in_background(other, lambda: 1, done=other.done)


def test_only_a_method_of_the_asker_may_be_told(background: Background) -> None:
    asker, other = Asker(), Asker()
    with pytest.raises(TypeError, match="bound methods"):
        background.run(asker, lambda: 1, done=lambda _value: None)
    with pytest.raises(TypeError, match="bound methods"):
        background.run(asker, lambda: 1, done=other.done)


def test_closing_finishes_writes_and_drops_reports_that_wait(app: QApplication) -> None:
    background, asker, go = Background(app), Asker(), threading.Event()
    written: list[int] = []
    for number in range(5):
        background.run(asker, partial(written.append, number))
    for _ in range(2):
        background.run(asker, go.wait, lane="free")
    background.run(asker, lambda: written.append(99), lane="free")
    go.set()
    background.close()
    assert [number for number in written if number != 99] == [0, 1, 2, 3, 4]
    with pytest.raises(RuntimeError, match="closed"):
        background.run(asker, lambda: 1)
    background.setParent(None)


def test_without_a_background_the_call_says_what_is_missing(app: QApplication) -> None:
    assert app.findChild(Background) is None
    asker = Asker()
    with pytest.raises(RuntimeError, match="make Background"):
        run_in_background(asker, lambda: 1)
