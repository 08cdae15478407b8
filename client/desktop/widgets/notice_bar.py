"""A bar that cannot be closed: training, an open database, hidden names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from client.desktop.icons import paint_icon
from client.desktop.theme import current_theme

_HIGH: Final = 24
_MARGIN: Final = 16
_ICON: Final = 16
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
    """Notices side by side as far as they fit, the rest below; none takes no room."""

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
        return QSize(200, current_theme().px(_HIGH) * len(self._rows(self.width())))

    def minimumSizeHint(self) -> QSize:
        return QSize(100, self.sizeHint().height())

    def resizeEvent(self, _event: QResizeEvent) -> None:
        self.updateGeometry()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        high = current_theme().px(_HIGH)
        for place, row in enumerate(self._rows(self.width())):
            left = 0.0
            for notice in row:
                last = notice is row[-1]
                right = self.width() if last else left + self._wide(notice)
                self._paint(painter, notice, QRectF(left, place * high, right - left, high))
                left = right
        painter.end()

    def _rows(self, width: int) -> list[list[Notice]]:
        """The notices line by line; each line fills the bar."""
        rows: list[list[Notice]] = []
        room = 0.0
        for notice in self._notices:
            wide = self._wide(notice)
            if not rows or wide > room:
                rows.append([])
                room = float(width)
            rows[-1].append(notice)
            room -= wide
        return rows

    @staticmethod
    def _wide(notice: Notice) -> float:
        theme = current_theme()
        words = QFontMetricsF(theme.font(13, bold=True)).horizontalAdvance(notice.words)
        return words + theme.px(_ICON) + 8 + 2 * _MARGIN

    @staticmethod
    def _paint(painter: QPainter, notice: Notice, box: QRectF) -> None:
        theme = current_theme()
        side, ink = theme.px(_ICON), theme.colour(notice.ink)
        painter.fillRect(box, theme.colour(notice.ground))
        spot = QRectF(box.left() + _MARGIN, box.center().y() - side / 2, side, side)
        paint_icon(painter, notice.icon, spot, ink)
        painter.setPen(ink)
        painter.setFont(theme.font(13, bold=True))
        words = QRectF(spot.right() + 8, box.top(), box.right() - spot.right() - 8, box.height())
        painter.drawText(words, _FLAGS, notice.words)
