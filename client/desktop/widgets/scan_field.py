"""What the scanner waits for and what it last read, in the status bar."""

from __future__ import annotations

from collections import deque
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from client.desktop.icons import paint_icon
from client.desktop.theme import current_theme
from client.texts import Texts

_REMEMBERED: Final = 3
_OK_STAYS_MS: Final = 2000


class Awaited(StrEnum):
    """What a scan is waited for; the text is `scan.ready_<value>`."""

    ANYTHING = "any"
    WRISTBAND = "wristband"
    ITEM = "item"
    BADGE = "badge"


class ScanField(QWidget):
    """`SCAN ready: anything`; OK goes after two seconds, REFUSED stays until the next scan."""

    def __init__(self, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts = texts
        self._awaited = Awaited.ANYTHING
        self._words = ""
        self._refused = False
        self._last: deque[str] = deque(maxlen=_REMEMBERED)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.settle)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.expect(Awaited.ANYTHING)

    @property
    def words(self) -> str:
        """What it says now, without its label."""
        return self._words

    @property
    def last(self) -> tuple[str, ...]:
        """The last three results, the newest first; also its tool tip."""
        return tuple(self._last)

    def retranslate(self, texts: Texts) -> None:
        """Speak another language; an old result goes, since it is in the former one."""
        self._texts = texts
        self._last.clear()
        self.expect(self._awaited)

    def forget(self) -> None:
        """Forget the last results: they may name a patient."""
        self._last.clear()
        self.expect(Awaited.ANYTHING)

    def expect(self, awaited: Awaited) -> None:
        """Say what is waited for."""
        self._awaited = awaited
        self._say(self._texts(f"scan.ready_{awaited.value}"))

    def reading(self) -> None:
        """Say that a code was read and is looked up."""
        self._say(self._texts("scan.reading"))

    def accept(self, what: str) -> None:
        """Say what was read; after two seconds what is waited for comes back."""
        self._remember(self._texts("scan.ok", what=what))
        self._timer.start(_OK_STAYS_MS)

    def refuse(self, why: str) -> None:
        """Say why a code was refused, until the next scan."""
        self._remember(self._texts("scan.refused", why=why), refused=True)

    @Slot()
    def settle(self) -> None:
        """Go back to what is waited for."""
        if not self._refused:
            self.expect(self._awaited)

    def sizeHint(self) -> QSize:
        theme = current_theme()
        label = QFontMetricsF(theme.font(13, bold=True)).horizontalAdvance(self._label())
        words = QFontMetricsF(theme.font(13, bold=self._refused)).horizontalAdvance(self._words)
        return QSize(round(theme.px(22) + label + 6 + words + 1), theme.px(20))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        side = theme.px(15)
        spot = QRectF(0, (self.height() - side) / 2, side, side)
        paint_icon(painter, "scan", spot, theme.colour("text"))
        left = float(theme.px(22))
        painter.setFont(theme.font(13, bold=True))
        painter.setPen(theme.colour("text"))
        painter.drawText(QRectF(left, 0, self.width(), self.height()), middle, self._label())
        left += QFontMetricsF(painter.font()).horizontalAdvance(self._label()) + 6
        painter.setFont(theme.font(13, bold=self._refused))
        painter.setPen(theme.colour("over" if self._refused else "text"))
        painter.drawText(QRectF(left, 0, self.width(), self.height()), middle, self._words)
        painter.end()

    def _label(self) -> str:
        return self._texts("scan.label")

    def _remember(self, words: str, *, refused: bool = False) -> None:
        self._last.appendleft(words)
        self._say(words, refused=refused)

    def _say(self, words: str, *, refused: bool = False) -> None:
        self._timer.stop()
        self._words, self._refused = words, refused
        self.setAccessibleName(f"{self._label()} {words}")
        self.setToolTip("\n".join(self._last))
        self.updateGeometry()
        self.update()
