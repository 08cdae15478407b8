"""The tag that names the loop (`Rx EX LAB BLD OBS`, 药查验血征), and the mark of a `HA` drug."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from client.desktop.theme import Theme, current_theme


def tag_size(text: str, theme: Theme) -> QSizeF:
    """The room that a tag needs; Latin tags are equally wide, so that texts after them align."""
    width = QFontMetricsF(theme.font(13, bold=True)).horizontalAdvance(text) + 10
    least = theme.px(20) if len(text) == 1 else theme.px(38)
    return QSizeF(max(width, least), theme.px(20))


def paint_tag(
    painter: QPainter, text: str, at: QPointF, theme: Theme, *, filled: bool = False
) -> QRectF:
    """Draw a tag whose left middle is at a point; filled = the mark of a high-alert drug."""
    room = tag_size(text, theme)
    box = QRectF(at.x(), at.y() - room.height() / 2, room.width(), room.height())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.colour("text" if filled else "border"), 1))
    painter.setBrush(theme.colour("text" if filled else "surface"))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
    painter.setPen(theme.colour("surface" if filled else "text"))
    painter.setFont(theme.font(13, bold=True))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()
    return box


class TypeTag(QWidget):
    """A tag as a widget."""

    def __init__(self, text: str, *, filled: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = text
        self._filled = filled
        self.setAccessibleName(text)

    def set_text(self, text: str) -> None:
        """Show another tag."""
        self._text = text
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return tag_size(self._text, current_theme()).toSize() + QSize(1, 1)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        middle = QPointF(0, self.height() / 2)
        paint_tag(painter, self._text, middle, current_theme(), filled=self._filled)
        painter.end()
