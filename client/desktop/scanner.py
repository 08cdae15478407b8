"""The wedge scanner: a keyboard that types fast. Its codes are caught before any widget sees them.

Characters less than 50 ms apart that end with Enter are a scan; anything else is typing and goes
on to the widget that has the focus, a blink late. Focus never decides where a scan goes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimerEvent, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit

WITHIN_MS: Final = 50
"""The longest pause between two characters of a scanner (loop specification 11.4)."""
REPEAT_MS: Final = 2000
"""The same code again within this time is the same pull of the trigger."""
SHORTEST: Final = 4
"""A code has at least this many characters; fewer are typing."""
AFTER_SCAN_MS: Final = 400
"""So long after a scan an Enter may still be the scanner's suffix."""
_SUFFIXES: Final = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
_SHIFTS: Final = frozenset({Qt.Key.Key_Shift, Qt.Key.Key_CapsLock})
_CHORDS: Final = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)
_KEYS: Final = frozenset(
    {QEvent.Type.KeyPress, QEvent.Type.KeyRelease, QEvent.Type.ShortcutOverride}
)


class ScanFilter(QObject):
    """Install it on the application: `ScanFilter(app, milliseconds=clock)`.

    Signals:
        scanned(str): a code was read.
        repeated(str): the same code again within two seconds; nothing is to be done.
    """

    scanned = Signal(str)
    repeated = Signal(str)

    def __init__(self, app: QApplication, *, milliseconds: Callable[[], int]) -> None:
        """Watch the application's keys; `milliseconds` is a clock that never goes back."""
        super().__init__(app)
        self._milliseconds = milliseconds
        self._held: list[tuple[QObject, QKeyEvent]] = []
        self._text = ""
        self._last_key = 0
        self._last_scan = ("", -REPEAT_MS)
        self._releasing = False
        self._timer = 0
        self.may_interrupt: Callable[[str], bool] = _always
        """Whether fast characters are a scan although a secret is being typed: a badge is."""
        app.installEventFilter(self)

    def just_scanned(self) -> bool:
        """Whether an Enter now may still belong to a scan: a signing key is then ignored."""
        return self._milliseconds() - self._last_scan[1] < AFTER_SCAN_MS

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._releasing or event.type() not in _KEYS or not isinstance(event, QKeyEvent):
            if event.type() is QEvent.Type.InputMethod and not self._releasing:
                self.release()
            return False
        if event.type() is QEvent.Type.ShortcutOverride:
            return self._claim(event)
        if event.type() is QEvent.Type.KeyRelease:
            return self._hold_release(watched, event)
        return self._press(watched, event)

    def timerEvent(self, event: QTimerEvent) -> None:
        if event.timerId() == self._timer:
            self.release()

    def release(self) -> None:
        """Hand what was held to the widgets it was meant for: it was typing."""
        held, self._held, self._text = self._held, [], ""
        self._stop()
        self._releasing = True
        try:
            for target, event in held:
                QCoreApplication.sendEvent(self._receiver(target), event)
        finally:
            self._releasing = False

    def _press(self, watched: QObject, event: QKeyEvent) -> bool:
        now = self._milliseconds()
        if self._held and now - self._last_key >= WITHIN_MS:
            self.release()
        if event.key() in _SUFFIXES and self._text:
            return self._end(now)
        if event.key() in _SHIFTS:
            if self._held:
                self._hold(watched, event)
            return bool(self._held)
        if not _is_character(event) or event.isAutoRepeat():
            self.release()
            return False
        self._last_key = now
        self._text += event.text()
        self._hold(watched, event)
        self._stop()
        self._timer = self.startTimer(WITHIN_MS)
        return True

    def _end(self, now: int) -> bool:
        """Enter after fast characters: a scan if they are enough, else typing."""
        if len(self._text) < SHORTEST:
            self.release()
            return False
        code = self._text
        if _types_secret() and not self.may_interrupt(code):
            self.release()  # a PIN under quick fingers: it must not be shown as a code
            return False
        self._held, self._text = [], ""
        self._stop()
        before, at = self._last_scan
        self._last_scan = (code, now)
        if code == before and now - at < REPEAT_MS:
            self.repeated.emit(code)
        else:
            self.scanned.emit(code)
        return True

    def _claim(self, event: QKeyEvent) -> bool:
        """Keep a character of a running scan from being taken as a shortcut."""
        if (
            self._text
            and not event.modifiers() & _CHORDS
            and (event.key() in _SUFFIXES or _is_character(event))
        ):
            event.accept()
            return True
        return False

    def _hold_release(self, watched: QObject, event: QKeyEvent) -> bool:
        if self._held:
            self._hold(watched, event)
        return bool(self._held)

    def _hold(self, watched: QObject, event: QKeyEvent) -> None:
        copy = event.clone()
        if isinstance(copy, QKeyEvent):
            self._held.append((watched, copy))

    def _stop(self) -> None:
        if self._timer:
            self.killTimer(self._timer)
            self._timer = 0

    @staticmethod
    def _receiver(target: QObject) -> QObject:
        """The widget that has the focus if the key came by the window, else its own target."""
        return (QApplication.focusWidget() or target) if target.isWindowType() else target


def _always(_code: str) -> bool:
    return True


def _types_secret() -> bool:
    """Whether the keyboard is in a line that shows dots."""
    line = QApplication.focusWidget()
    return isinstance(line, QLineEdit) and line.echoMode() is not QLineEdit.EchoMode.Normal


def _is_character(event: QKeyEvent) -> bool:
    text = event.text()
    return len(text) == 1 and text.isprintable() and not event.modifiers() & _CHORDS
