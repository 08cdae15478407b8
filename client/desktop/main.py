"""The program's window: `run(app, settings)` opens it and returns when it is closed."""

from __future__ import annotations

import gc
import logging
import sys
import threading
import uuid
from types import TracebackType
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from client.app import App
from client.desktop.desk import Desk
from client.desktop.window import MainWindow
from client.presenters.tone import Tone
from client.settings import Settings

_log = logging.getLogger(__name__)
_CODE: Final = 8


class Mishap(QObject):
    """What is done about an error that nobody expected: a code for the person and for the log.

    The log gets the code, the kind of error and where it arose; never its words, which may name a
    patient.
    """

    _struck = Signal(str)

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._struck.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Hear of errors on every thread."""
        sys.excepthook = self.caught
        threading.excepthook = self._caught_in_thread

    @staticmethod
    def remove() -> None:
        """Give both hooks back."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__

    def caught(
        self, kind: type[BaseException], _error: BaseException, trace: TracebackType | None
    ) -> None:
        """An error reached the top."""
        code = uuid.uuid4().hex[:_CODE].upper()
        _log.error("unexpected %s: %s at %s", code, kind.__name__, _place(trace))
        self._struck.emit(code)

    def _caught_in_thread(self, told: threading.ExceptHookArgs) -> None:
        if told.exc_value is not None:
            self.caught(told.exc_type, told.exc_value, told.exc_traceback)

    @Slot(str)
    def _tell(self, code: str) -> None:
        texts = self._window.texts
        next_step = texts("error.unexpected_what_next", code=code)
        self._window.say(f"{texts('error.unexpected')}. {next_step}", Tone.FAILED)


def _place(trace: TracebackType | None) -> str:
    """Where it arose: file and line of our own, without values."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "unknown place"
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"


def run(app: App, settings: Settings) -> int:
    """Show the window until it is closed.

    The program that is handed in is closed by whoever made it.

    Returns:
        the exit code of Qt's loop.
    """
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
    known = QApplication.instance()
    qt = known if isinstance(known, QApplication) else QApplication(sys.argv[:1])
    qt.setApplicationName("Wardloop")
    qt.setQuitOnLastWindowClosed(True)
    desk = Desk(qt, app, settings)
    mishap = Mishap(desk.window)
    mishap.install()
    try:
        # a screen without a window manager maximises nothing: be as large as the screen anyway
        desk.window.resize(desk.window.screen().availableSize())
        desk.window.showMaximized()
        desk.watch.start()
        gc.collect()
        gc.freeze()  # what was made at the start stays: later collections need not look at it
        return qt.exec()
    finally:
        mishap.remove()
        desk.close()
        gc.unfreeze()
