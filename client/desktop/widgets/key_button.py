"""A button with its key written on it: `Give: scan wristband [F8]`."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import (
    QEnterEvent,
    QFont,
    QFontMetricsF,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QPushButton, QWidget

from client.desktop.icons import paint_icon
from client.desktop.theme import Theme, current_theme

_PAD: Final = 12
_GAP: Final = 8
_MIDDLE: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


class ButtonKind(StrEnum):
    """One PRIMARY in each place; DANGER is the outlined `Stop: reaction`, never a filled red."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    DANGER = "danger"


class KeyButton(QPushButton):
    """A button that shows its key and presses itself when the key is struck.

    A checkable button shows that it is checked as a primary one does. A disabled button keeps its
    place; why it is disabled stands beside it (`set_reason` tells it to screen readers).
    """

    def __init__(
        self,
        text: str,
        *,
        key: str = "",
        kind: ButtonKind = ButtonKind.SECONDARY,
        icon: str = "",
        height: int = 36,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._kind = kind
        self._icon = icon
        self._key = ""
        self._high = height
        self._over = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.set_key(key)
        self.set_text(text)

    def set_text(self, text: str) -> None:
        """Change the words; an ampersand underlines the letter of an Alt key."""
        key = self.shortcut()
        self.setText(text)
        self.setShortcut(key)  # setText makes a shortcut of the ampersand's letter
        self.setAccessibleName(text.replace("&", ""))
        self.updateGeometry()

    def set_key(self, key: str) -> None:
        """Change the key, written as `Alt+N`, `F8`, `Ctrl+Enter`; empty for none."""
        self._key = key
        self.setShortcut(QKeySequence(key.replace("Enter", "Return")) if key else QKeySequence())
        self.updateGeometry()

    def set_kind(self, kind: ButtonKind) -> None:
        """Change the look."""
        self._kind = kind
        self.update()

    def set_reason(self, reason: str) -> None:
        """Say why the button is disabled; empty for no reason."""
        self.setToolTip(reason)
        self.setAccessibleDescription(reason)

    @property
    def key(self) -> str:
        """The key as written on the button."""
        return self._key

    def sizeHint(self) -> QSize:
        theme = current_theme()
        width = QFontMetricsF(self._words_font(theme)).horizontalAdvance(self._bare()) + 2 * _PAD
        if self._key:
            width += _GAP + self._key_width(theme)
        if self._icon:
            width += theme.px(18) + (_GAP if self._bare() else 0)
        return QSize(round(width + 1), theme.px(self._high))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._over = True
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._over = False
        super().leaveEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground, edge, ink = self._look()
        painter.setPen(QPen(theme.colour(edge), 1))
        painter.setBrush(theme.colour(ground))
        box = QRectF(self.rect())
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        hint = self.sizeHint().width()
        left = _PAD + max((box.width() - hint) / 2, 0)
        if self._icon:
            side = theme.px(18)
            spot = QRectF(left, box.center().y() - side / 2, side, side)
            paint_icon(painter, self._icon, spot, theme.colour(ink))
            left += side + (_GAP if self._bare() else 0)
        painter.setPen(theme.colour(ink))
        painter.setFont(self._words_font(theme))
        flags = _MIDDLE | Qt.TextFlag.TextShowMnemonic
        painter.drawText(box.adjusted(left, 0, 0, 0), flags, self.text())
        if self._key:
            words = QFontMetricsF(painter.font()).horizontalAdvance(self._bare())
            self._paint_key(painter, left + words + (_GAP if words else 0), ink, theme)
        painter.end()

    def _paint_key(self, painter: QPainter, left: float, ink: str, theme: Theme) -> None:
        high = theme.px(20)
        spot = QRectF(left, (self.height() - high) / 2, self._key_width(theme), high)
        outlined = ink == "on-primary"
        edge, ground = (ink, "primary") if outlined else ("line", "surface2")
        paint_key(painter, self._key, spot, theme, edge=edge, ground=ground, ink=ink)

    def _look(self) -> tuple[str, str, str]:
        """The tokens of ground, edge and words."""
        if not self.isEnabled():
            return "surface2", "line", "text2"
        if self._kind is ButtonKind.PRIMARY or self.isChecked():
            return "primary", "primary", "on-primary"
        ground = "surface2" if self.isDown() else "hover" if self._over else "surface"
        if self._kind is ButtonKind.DANGER:
            return ground, "over", "over"
        return ground, "border", "text"

    def _bare(self) -> str:
        return self.text().replace("&", "")

    def _words_font(self, theme: Theme) -> QFont:
        strong = self._kind is ButtonKind.PRIMARY or self.isChecked()
        return theme.font(15 if self._high >= 48 else 14, bold=strong)

    def _key_width(self, theme: Theme) -> float:
        return QFontMetricsF(theme.font(13)).horizontalAdvance(self._key) + 12


def paint_key(
    painter: QPainter,
    key: str,
    box: QRectF,
    theme: Theme,
    *,
    edge: str = "line",
    ground: str = "surface2",
    ink: str = "text2",
) -> None:
    """Draw a key cap: the words of a key in a small box."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.colour(edge), 1))
    painter.setBrush(theme.colour(ground))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
    painter.setPen(theme.colour("text2" if ink == "text" else ink))
    painter.setFont(theme.font(13))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, key)
    painter.restore()
