"""A heading inside a list: `v Overdue 4  worst first`."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from client.desktop.icons import paint_icon
from client.desktop.theme import Theme, current_theme
from client.presenters.cells import Section


def paint_section(painter: QPainter, section: Section, box: QRectF, theme: Theme) -> None:
    """Draw a heading over a whole row."""
    painter.save()
    painter.fillRect(box, theme.colour("hover"))
    painter.setPen(theme.colour("line"))
    painter.drawLine(box.bottomLeft(), box.bottomRight())
    side = theme.px(14)
    middle = box.center().y()
    painter.save()
    painter.translate(box.left() + theme.px(10) + side / 2, middle)
    if section.collapsed:
        painter.rotate(-90)
    arrow = QRectF(-side / 2, -side / 2, side, side)
    paint_icon(painter, "chevron", arrow, theme.colour("text2"))
    painter.restore()
    left = box.left() + theme.px(28)
    flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
    painter.setFont(theme.font(14, bold=True))
    painter.setPen(theme.colour("text"))
    title = f"{section.title} {section.count}"
    painter.drawText(QRectF(left, box.top(), box.width(), box.height()), flags, title)
    left += QFontMetricsF(painter.font()).horizontalAdvance(title) + theme.px(8)
    painter.setFont(theme.font(13))
    painter.setPen(theme.colour("text2"))
    painter.drawText(QRectF(left, box.top(), box.width(), box.height()), flags, section.note)
    painter.restore()


class SectionHeader(QWidget):
    """A heading as a widget, for lists that are no tables; a click, Space or Enter folds it."""

    toggled = Signal(bool)

    def __init__(self, section: Section, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._section = section
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_section(section)

    def set_section(self, section: Section) -> None:
        """Show another heading."""
        self._section = section
        self.setAccessibleName(f"{section.title} {section.count}")
        self.setAccessibleDescription(section.note)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, current_theme().px(30))

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        self.toggled.emit(not self._section.collapsed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.toggled.emit(not self._section.collapsed)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_section(painter, self._section, QRectF(self.rect()), current_theme())
        painter.end()
