"""The strip of alerts under the head of the window: mark, number and word; no name stands in it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from client.desktop.theme import Theme, current_theme
from client.desktop.widgets.severity_mark import MARK, paint_severity
from client.desktop.widgets.type_tag import paint_tag, tag_size
from client.presenters.alert_strip import StripPart, StripView
from domain.alerts import AlertSeverity

HEIGHT: Final = 32
_MARGIN: Final = 16
_GAP: Final = 6
_LEFT: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


class AlertStrip(QAbstractButton):
    """A button as wide as the window: pressed, it opens the inbox. Hidden until it has a view."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = StripView((), "", "")
        self._open = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.hide()

    @property
    def view(self) -> StripView:
        """What it shows."""
        return self._view

    def show_view(self, view: StripView | None, words: str = "") -> None:
        """Show counts, or nothing at all.

        Args:
            words: what pressing it does, beside its key.
        """
        self._view = view or StripView((), "", "")
        self._open = words
        self.setAccessibleName(f"{self._view.said}. {self._view.note}")
        self.setToolTip(f"{words}  F7")
        self.setVisible(view is not None)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, current_theme().px(HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(100, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect())
        painter.fillRect(box, theme.colour("hover" if self.underMouse() else "surface"))
        left = box.left()
        for part in self._view.parts:
            left = self._paint_part(painter, part, left, theme)
        painter.setPen(theme.colour("text"))
        painter.setFont(theme.font(14))
        painter.drawText(box.adjusted(left + _MARGIN, 0, -160, 0), _LEFT, self._view.note)
        self._paint_key(painter, box, theme)
        painter.setPen(theme.colour("line"))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        painter.end()

    def _paint_part(self, painter: QPainter, part: StripPart, left: float, theme: Theme) -> float:
        """Draw one count; gives where the next begins. The gravest has a filled ground."""
        font = theme.font(14, bold=True)
        words, side = f"{part.count} {part.word}", theme.px(MARK)
        wide = QFontMetricsF(font).horizontalAdvance(words) + side + _GAP + 2 * _MARGIN
        box = QRectF(left, 0, wide, self.height() - 1)
        filled = part.severity is AlertSeverity.S1
        if filled:
            painter.fillRect(box, theme.colour("al-high"))
        spot = QRectF(left + _MARGIN, box.center().y() - side / 2, side, side)
        paint_severity(painter, part.severity, spot, theme, inverted=filled)
        painter.setPen(theme.colour("on-high" if filled else "text"))
        painter.setFont(font)
        painter.drawText(box.adjusted(_MARGIN + side + _GAP, 0, 0, 0), _LEFT, words)
        painter.setPen(theme.colour("line"))
        painter.drawLine(box.topRight(), box.bottomRight())
        return box.right()

    def _paint_key(self, painter: QPainter, box: QRectF, theme: Theme) -> None:
        size = tag_size("F7", theme)
        at = box.adjusted(0, 0, -_MARGIN - size.width() - _GAP, 0)
        painter.setPen(theme.colour("text2"))
        painter.setFont(theme.font(13))
        painter.drawText(at, _RIGHT, self._open)
        spot = box.center()
        spot.setX(box.right() - _MARGIN - size.width())
        paint_tag(painter, "F7", spot, theme)
