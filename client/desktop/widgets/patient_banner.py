"""The patient banner: who this is, in one fixed form, never cut (NHS CUI patient banner)."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from client.desktop.icons import paint_icon
from client.desktop.theme import Theme, current_theme
from client.presenters.banner import BannerView, Fact

_SIDE: Final = 16
_BETWEEN: Final = 24
_LABEL_GAP: Final = 6
_ROW: Final = 28
_MIDDLE: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


class PatientBanner(QWidget):
    """Two lines at the full width of the window; more where the facts need them, never dots."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view: BannerView | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.hide()

    @property
    def view(self) -> BannerView | None:
        """The patient shown, or None."""
        return self._view

    def show_patient(self, view: BannerView | None) -> None:
        """Show a patient, or nobody: the banner then takes no room."""
        self._view = view
        self.setVisible(view is not None)
        if view is None:
            self.setAccessibleName("")
        else:
            facts = (*view.identity, *view.facts, *view.staff)
            said = (f"{fact.label} {fact.value}" for fact in facts)
            self.setAccessibleName(", ".join((view.name.first, view.name.second, *said)))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(600, self.heightForWidth(max(self.width(), 600)))

    def minimumSizeHint(self) -> QSize:
        return QSize(600, self.sizeHint().height())

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        theme = current_theme()
        rows = self.lay_out(theme, width)[1] if self._view else 2
        return theme.px(_ROW) * max(rows, 2) + theme.px(8)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.height() != self.heightForWidth(self.width()):
            self.updateGeometry()

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("banner"))
        if self._view is None:
            painter.end()
            return
        for text, font, token, at in self.lay_out(theme, self.width())[0]:
            if not text:
                side = theme.px(16)
                spot = QRectF(at.x(), at.y() - side / 2, side, side)
                paint_icon(painter, "warning", spot, theme.colour("on-banner"))
                continue
            painter.setFont(font)
            painter.setPen(theme.colour(token))
            room = QRectF(at.x(), at.y() - theme.px(14), self.width(), theme.px(28))
            painter.drawText(room, _MIDDLE, text)
        painter.end()

    def lay_out(self, theme: Theme, width: int) -> tuple[list[Piece], int]:
        """Every piece of text with its place, and how many rows they take."""
        view = self._view
        if view is None:
            return [], 2
        flow = _Flow(theme, width)
        flow.put(view.name.first, theme.font(18, bold=True), "on-banner")
        if view.name.second:
            flow.x += theme.px(10)
            flow.put(view.name.second, theme.font(18), "on-banner")
        flow.x += theme.px(_BETWEEN)
        for fact in view.identity:
            flow.fact(fact)
        flow.from_right(view.staff)
        flow.new_row()
        for fact in view.facts:
            flow.fact(fact, warning=bool(view.warning) and fact.label == view.warning)
        return flow.pieces, flow.row + 1


Piece = tuple[str, QFont, str, QPointF]


class _Flow:
    """Sets pieces one after another and turns to a new row before one would be cut."""

    def __init__(self, theme: Theme, width: int) -> None:
        self.theme = theme
        self.width = width
        self.pieces: list[Piece] = []
        self.row = 0
        self.x = float(_SIDE)

    @property
    def y(self) -> float:
        """The middle of the row."""
        return self.theme.px(4) + self.theme.px(_ROW) * (self.row + 0.5)

    def new_row(self) -> None:
        """Go on at the left of the next row."""
        self.row += 1
        self.x = float(_SIDE)

    def put(self, text: str, font: QFont, token: str) -> None:
        """Set a piece here."""
        self.pieces.append((text, font, token, QPointF(self.x, self.y)))
        self.x += QFontMetricsF(font).horizontalAdvance(text)

    def fact(self, fact: Fact, *, warning: bool = False) -> None:
        """Set a label and its value together."""
        icon = self.theme.px(22) if warning else 0
        if self.x > _SIDE and self.x + icon + self._wide(fact) > self.width - _SIDE:
            self.new_row()
        if warning:
            self.pieces.append(("", self.theme.font(), "on-banner", QPointF(self.x, self.y)))
            self.x += icon
        self._set(fact)
        self.x += self.theme.px(_BETWEEN)

    def from_right(self, facts: tuple[Fact, ...]) -> None:
        """Set facts against the right edge, or after the others where they do not fit."""
        wide = sum(self._wide(fact) for fact in facts)
        wide += self.theme.px(_BETWEEN) * max(len(facts) - 1, 0)
        if self.x + wide <= self.width - _SIDE:
            self.x = self.width - _SIDE - wide
        for fact in facts:
            self.fact(fact)

    def _set(self, fact: Fact) -> None:
        label, value = self.theme.font(13), self.theme.font(14, bold=True, ids=fact.ids)
        self.put(fact.label, label, "banner2")
        self.x += _LABEL_GAP if fact.value else 0
        self.put(fact.value, value, "on-banner")

    def _wide(self, fact: Fact) -> float:
        label, value = self.theme.font(13), self.theme.font(14, bold=True, ids=fact.ids)
        wide = QFontMetricsF(label).horizontalAdvance(fact.label)
        return wide + _LABEL_GAP + QFontMetricsF(value).horizontalAdvance(fact.value)
