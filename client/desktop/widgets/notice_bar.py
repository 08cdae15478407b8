"""A bar over the whole window that cannot be closed: training, an open database, hidden names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from client.desktop.icons import paint_icon
from client.desktop.theme import current_theme

_HIGH: Final = 28
_MARGIN: Final = 16
_ICON: Final = 18
_FLAGS: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that everybody at this window must know.

    Attributes:
        ground: the token of its colour; `ink`: of its words.
    """

    words: str
    ground: str
    ink: str
    icon: str = "warning"


class NoticeBar(QWidget):
    """One line for each notice; none takes no room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notices: tuple[Notice, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.hide()

    @property
    def words(self) -> tuple[str, ...]:
        """What is shown."""
        return tuple(one.words for one in self._notices)

    def show_notices(self, notices: Sequence[Notice]) -> None:
        """Show these, and no others."""
        self._notices = tuple(notices)
        self.setAccessibleName(". ".join(self.words))
        self.setVisible(bool(notices))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, current_theme().px(_HIGH) * len(self._notices))

    def minimumSizeHint(self) -> QSize:
        return QSize(100, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        high, side = theme.px(_HIGH), theme.px(_ICON)
        for place, notice in enumerate(self._notices):
            box = QRectF(0, place * high, self.width(), high)
            painter.fillRect(box, theme.colour(notice.ground))
            ink = theme.colour(notice.ink)
            spot = QRectF(_MARGIN, box.center().y() - side / 2, side, side)
            paint_icon(painter, notice.icon, spot, ink)
            painter.setPen(ink)
            words = box.adjusted(_MARGIN + side + 8, 0, -_MARGIN, 0)
            font = theme.font(14, bold=True)
            if QFontMetricsF(font).horizontalAdvance(notice.words) > words.width():
                font = theme.font(13)
            painter.setFont(font)
            painter.drawText(words, _FLAGS, notice.words)
        painter.end()
