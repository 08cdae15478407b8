"""The focus ring: 2 px, 2 px away from whatever has the keyboard, above the layout."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget

from client.desktop.lifetime import alive
from client.desktop.theme import current_theme

OWN_RING: Final = "own_ring"
"""A widget with this dynamic property paints its focus itself (a card, a node)."""
_REACH: Final = 4
_FOLLOWED: Final = frozenset(
    {QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide}
)


class FocusRing(QWidget):
    """One ring for a window; it follows the focus. Style sheets have no outline with an offset."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._target: QWidget | None = None
        self._watched: list[QWidget] = []
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self.follow)

    @Slot(QWidget, QWidget)
    def follow(self, _before: QWidget | None, now: QWidget | None) -> None:
        """Lie round the widget that has the keyboard now."""
        for watched in self._watched:
            if alive(watched):
                watched.removeEventFilter(self)
        self._watched = []
        self._target = now if now is not None and self._wants_ring(now) else None
        if self._target is None:
            self.hide()
            return
        widget: QWidget | None = self._target
        while widget is not None and widget is not self.parentWidget():
            widget.installEventFilter(self)
            self._watched.append(widget)
            widget = widget.parentWidget()
        self._place()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in _FOLLOWED:
            self._place()
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(current_theme().colour("focus"), 2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        painter.end()

    def _wants_ring(self, widget: QWidget) -> bool:
        if widget.property(OWN_RING) or isinstance(widget, QAbstractItemView):
            return False
        if widget.focusPolicy() == Qt.FocusPolicy.NoFocus:
            return False  # a page that holds the keyboard for its parts
        return widget.window() is self.parentWidget() and widget is not self.parentWidget()

    def _place(self) -> None:
        target, window = self._target, self.parentWidget()
        if target is None or window is None or not alive(target) or not target.isVisible():
            self.hide()
            return
        seen = QRect(target.mapTo(window, QPoint(0, 0)), target.size())
        holder = target.parentWidget()
        clip = QRect(QPoint(0, 0), window.size())
        while holder is not None and holder is not window:
            if holder.objectName() == "qt_scrollarea_viewport":
                clip &= QRect(holder.mapTo(window, QPoint(0, 0)), holder.size())
            holder = holder.parentWidget()
        if not clip.intersects(seen):
            self.hide()
            return
        self.setGeometry(seen.adjusted(-_REACH, -_REACH, _REACH, _REACH))
        self.raise_()
        self.show()
