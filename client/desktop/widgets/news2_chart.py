"""The NEWS2 chart in the form of the Royal College of Physicians: bands, sets as columns, dots."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from client.desktop.theme import current_theme
from client.presenters.formats import Formats
from client.presenters.news2_bands import OXYGEN, Parameter, chart_rows
from client.presenters.vitals import ChartColumn, score_words
from domain.vital_signs import FLOW

_ROW: Final = 16
_HEAD: Final = 60
_NAMES: Final = 118
_BANDS: Final = 76
_COLUMN: Final = 52
_POINTS: Final = 22
_FILLS: Final = ("n0", "n1", "n2", "n3")
"""The chart keeps the colours of the RCP in every theme."""
_TOTALS: Final = ((7, "n3"), (5, "n2"))
_CENTRE: Final = Qt.AlignmentFlag.AlignCenter
_LEFT: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


class News2Chart(QWidget):
    """Only shows; Left and Right walk the sets, Home and End go to the first and the last.

    Signals:
        chosen(at): the frame moved to the set of an instant, or to none.
    """

    chosen = Signal(object)

    def __init__(self, formats: Formats) -> None:
        super().__init__()
        self._formats = formats
        self._columns: tuple[ChartColumn, ...] = ()
        self._rows = chart_rows(1)
        self._scale = 1
        self._at = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def column(self) -> ChartColumn | None:
        """The set under the frame."""
        return self._columns[self._at] if 0 <= self._at < len(self._columns) else None

    @property
    def columns(self) -> tuple[ChartColumn, ...]:
        """All sets, the earliest first."""
        return self._columns

    def show_sets(self, sets: tuple[ChartColumn, ...], *, scale: int, formats: Formats) -> None:
        """Show other sets; the frame stays on its set, else it goes to the last one."""
        kept = self.column
        self._columns, self._formats, self._scale = sets, formats, scale
        self._rows = chart_rows(scale)
        found = [at for at, one in enumerate(sets) if kept is not None and one.at == kept.at]
        self._at = found[0] if found else len(sets) - 1
        self._tell()
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        theme = current_theme()
        rows = sum(len(one.bands) for one in self._rows)
        return QSize(theme.px(640), theme.px(_HEAD) + rows * theme.px(_ROW) + 2)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self._columns) - 1
        to = {
            Qt.Key.Key_Left: self._at - 1,
            Qt.Key.Key_Right: self._at + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }.get(Qt.Key(event.key()))
        if to is None or event.modifiers():
            super().keyPressEvent(event)
        else:
            self._go(min(max(to, 0), last))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        theme = current_theme()
        place = int((event.position().x() - theme.px(_NAMES + _BANDS)) // theme.px(_COLUMN))
        shown = self._shown()
        if 0 <= place < len(shown):
            self._go(shown[place])

    def _go(self, at: int) -> None:
        if at != self._at:
            self._at = at
            self._tell()
            self.update()

    def _tell(self) -> None:
        one = self.column
        texts = self._formats.texts
        said = texts("vitals.chart")
        if one is not None:
            box, _ = score_words(one.score, self._formats)
            said = f"{said}: {self._formats.clock(one.at)}, NEWS2 {box}"
        self.setAccessibleName(said)
        self.chosen.emit(None if one is None else one.at)

    def _shown(self) -> range:
        """The sets that fit: the newest ones, or those that end with the frame."""
        theme = current_theme()
        room = (self.width() - theme.px(_NAMES + _BANDS + _POINTS)) // theme.px(_COLUMN)
        end = len(self._columns)
        room = max(room, 1)
        first = max(end - room, 0)
        if 0 <= self._at < first:
            first = self._at
        return range(first, min(first + room, end))

    # ------------------------------------------------------------------ painting
    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = float(current_theme().px(_HEAD))
        for parameter in self._rows:
            self._paint_rows(painter, parameter, top)
            self._paint_values(painter, parameter, top)
            top += len(parameter.bands) * current_theme().px(_ROW)
        self._paint_head(painter)
        painter.end()

    def _paint_rows(self, painter: QPainter, parameter: Parameter, top: float) -> None:
        theme, texts = current_theme(), self._formats.texts
        row, names, bands = theme.px(_ROW), theme.px(_NAMES), theme.px(_BANDS)
        high = row * len(parameter.bands)
        painter.setFont(theme.font(13))
        for at, band in enumerate(parameter.bands):
            box = QRectF(names, top + at * row, self.width() - names, row)
            painter.fillRect(box, theme.colour(_FILLS[band.points]))
            painter.setPen(QPen(theme.colour("border"), 0.4))
            painter.drawLine(box.topLeft(), box.topRight())
            painter.setPen(theme.colour("on-n"))
            words = band.label or texts(f"vitals.row_{band.word}")
            if band.oxygen is not None:
                words += " " + texts("vitals.with_oxygen" if band.oxygen else "vitals.on_air")
            painter.drawText(QRectF(names + 4, box.top(), bands - 4, row), _LEFT, words)
            if band.points:
                right = QRectF(self.width() - theme.px(_POINTS), box.top(), theme.px(_POINTS), row)
                painter.drawText(right, _CENTRE, str(band.points))
        painter.setPen(QPen(theme.colour("border"), 1))
        painter.drawLine(QPointF(0, top), QPointF(self.width(), top))
        painter.setPen(theme.colour("text"))
        painter.setFont(theme.font(13, bold=True))
        name = texts(f"vital.{parameter.name}")
        if parameter.name == "spo2":
            name = texts("vitals.spo2_on_scale", n=self._scale)
        box = QRectF(4, top, names - 8, min(high, 3 * row))
        top_left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        painter.drawText(box, top_left | Qt.TextFlag.TextWordWrap, name)

    def _paint_values(self, painter: QPainter, parameter: Parameter, top: float) -> None:
        theme = current_theme()
        row, left = theme.px(_ROW), theme.px(_NAMES + _BANDS)
        before: QPointF | None = None
        for place, at in enumerate(self._shown()):
            values = self._columns[at].values
            value = values.get(parameter.name)
            on = {"oxygen": True, "air": False}.get(str(values.get(OXYGEN)))
            found = parameter.row_of(value, on_oxygen=on)
            x = left + (place + 0.5) * theme.px(_COLUMN)
            if value is None:
                continue
            spot = QPointF(x, top + ((found or 0) + 0.5) * row)
            ink = theme.colour("on-n")
            painter.setPen(QPen(ink, 1.4))
            if isinstance(value, Decimal) and before is not None:
                painter.drawLine(before, spot)
            if isinstance(value, Decimal):
                painter.setBrush(ink)
                painter.drawEllipse(spot, 3, 3)
                before = spot
            else:
                painter.setFont(theme.font(13, bold=True))
                box = QRectF(x - theme.px(_COLUMN) / 2, spot.y() - row / 2, theme.px(_COLUMN), row)
                painter.drawText(box, _CENTRE, self._word(parameter.name, value, values.get(FLOW)))

    def _word(self, name: str, value: object, flow: object) -> str:
        texts = self._formats.texts
        if name == OXYGEN and value == "oxygen":
            return f"{flow} L" if flow is not None else "O₂"
        if name == OXYGEN:
            return texts("vitals.air_mark")
        return str(value)

    def _paint_head(self, painter: QPainter) -> None:
        theme, formats = current_theme(), self._formats
        third = theme.px(_HEAD) / 3
        left, wide = theme.px(_NAMES + _BANDS), theme.px(_COLUMN)
        painter.setPen(theme.colour("text"))
        painter.setFont(theme.font(13, bold=True))
        painter.drawText(
            QRectF(4, third * 1.6, left, third * 1.4), _LEFT, formats.texts("vitals.total")
        )
        day = ""
        for place, at in enumerate(self._shown()):
            one = self._columns[at]
            x = left + place * wide
            local = one.at.astimezone(formats.zone).date()
            named = formats.short_date(local, today=local)
            painter.setPen(theme.colour("text"))
            if named != day:
                painter.setFont(theme.font(13, bold=True))
                painter.drawText(QRectF(x + 2, 0, wide * 2, third), _LEFT, named)
            day = named
            painter.setFont(theme.font(13, bold=at == self._at))
            painter.drawText(QRectF(x, third, wide, third), _CENTRE, formats.clock(one.at))
            self._paint_total(painter, one, QRectF(x + 1, 2 * third, wide - 2, third))
            if at == self._at:
                painter.setPen(QPen(theme.colour("focus"), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(QRectF(x, third, wide, self.height() - third - 2))

    def _paint_total(self, painter: QPainter, one: ChartColumn, box: QRectF) -> None:
        theme = current_theme()
        words, _ = score_words(one.score, self._formats)
        least = None if one.score is None else one.score.partial_min
        fill = next((token for edge, token in _TOTALS if (least or 0) >= edge), "n0")
        if fill == "n0" and one.score is not None and one.score.red_parameter:
            words += "!"
        painter.fillRect(box, theme.colour(fill))
        painter.setPen(theme.colour("on-n"))
        painter.setFont(theme.font(14, bold=True))
        painter.drawText(box, _CENTRE, words)
