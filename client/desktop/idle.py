"""How long nobody has touched the window: keys, clicks, the wheel, a moving mouse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal

_TOUCHED: Final = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
    }
)
_MEANT: Final = frozenset({QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress})


class IdleWatch(QObject):
    """An eye on the whole application.

    Signals:
        touched(): somebody struck a key or pressed a button of the mouse.
    """

    touched = Signal()

    def __init__(self, app: QCoreApplication, *, milliseconds: Callable[[], int]) -> None:
        """Begin now.

        Args:
            milliseconds: a clock that only runs forward.
        """
        super().__init__(app)
        self.milliseconds = milliseconds
        self._last = milliseconds()
        app.installEventFilter(self)

    def seconds(self) -> int:
        """How long nobody touched anything."""
        return (self.milliseconds() - self._last) // 1000

    def begin(self) -> None:
        """Count from now."""
        self._last = self.milliseconds()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in _TOUCHED:
            self._last = self.milliseconds()
            if kind in _MEANT:
                self.touched.emit()
        return False
