"""The loop picture as a widget: painted, walked with the arrow keys, told to screen readers."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from client.desktop.theme import current_theme
from client.desktop.widgets.focus_ring import OWN_RING
from client.desktop.widgets.loop_layout import LoopLayout
from client.desktop.widgets.loop_paint import legend_height, paint_legend, paint_loop
from client.presenters.loop_picture import Bead, LoopPicture, Node, spoken
from client.texts import Texts

_EMPTY: Final = LoopPicture(())
_NARROWEST: Final = 900
_STEPS: Final = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_LANES: Final = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class LoopPictureView(QWidget):
    """Shows a `LoopPicture`.

    Signals:
        selected(id): the frame moved to a node or bead.
        details_requested(id): Enter or a double click on a node.
        bead_chosen(id): a dose was chosen (Enter or a click): its steps are to be drawn below.
    """

    selected = Signal(str)
    details_requested = Signal(str)
    bead_chosen = Signal(str)

    def __init__(self, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts = texts
        self._picture = _EMPTY
        self._at = ""
        self._layout: LoopLayout | None = None
        self._laid_at = QSize()
        self.setProperty(OWN_RING, True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(texts("loop.picture"))

    @property
    def picture(self) -> LoopPicture:
        """What is shown."""
        return self._picture

    @property
    def selected_id(self) -> str:
        """The node or bead under the frame, empty for none."""
        return self._at

    def show_picture(self, picture: LoopPicture) -> None:
        """Show a picture; the frame stays on its node if that is still there."""
        self._picture = picture
        self._layout = None
        if self._at not in self._steps():
            first = next((node.id for node in picture.nodes()), "")
            self._at = picture.selected or first
        self._tell()
        self.updateGeometry()
        self.update()

    def retranslate(self, texts: Texts) -> None:
        """Speak another language; the picture itself is shown anew by whoever made it."""
        self._texts = texts
        self.setAccessibleName(texts("loop.picture"))
        self._tell()

    def select(self, step: str) -> None:
        """Move the frame.

        Raises:
            KeyError: the picture has no such node or bead.
        """
        if step not in self._steps():
            raise KeyError(step)
        if step == self._at:
            return
        self._at = step
        self._tell()
        self.selected.emit(step)
        self.update()

    def accessible_text(self, step: str) -> str:
        """A node or bead in words."""
        return spoken(self._steps()[step], self._texts)

    # ------------------------------------------------------------------ keys and pointer
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        elif key in _STEPS:
            self._step(_STEPS[key])
        elif key in _LANES:
            self._change_lane(_LANES[key])
        elif key in {Qt.Key.Key_Home, Qt.Key.Key_End}:
            self._step(-len(self._row()) if key == Qt.Key.Key_Home else len(self._row()))
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self._at:
            self._open(self._at)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        step = self.laid_out().at(event.position() - QPointF(1, 1))
        if step:
            self.select(step)
            if isinstance(self._steps()[step], Bead):
                self._open(step)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        step = self.laid_out().at(event.position() - QPointF(1, 1))
        if step and isinstance(self._steps()[step], Node):
            self._open(step)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._tell()
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            step = self.laid_out().at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self.accessible_text(step) if step else "", self)
            return True
        if event.type() in {QEvent.Type.StyleChange, QEvent.Type.PaletteChange}:
            self._layout = None
        return super().event(event)

    # ------------------------------------------------------------------ size and paint
    def sizeHint(self) -> QSize:
        return QSize(_NARROWEST, self._needed(max(self.width(), _NARROWEST)))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._needed(width)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, layout = current_theme(), self.laid_out()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(0.5, 0.5, self.width() - 1, layout.height + 1)
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.setBrush(theme.colour("surface"))
        painter.drawRoundedRect(frame, 6, 6)
        painter.save()
        painter.translate(1, 1)
        chosen = self._picture.chosen_bead
        paint_loop(painter, layout, selected=self._at, chosen=chosen, focused=self.hasFocus())
        painter.restore()
        top = frame.bottom() + theme.px(5)
        rest = QRectF(4, top, self.width() - 8, self.height() - top)
        paint_legend(painter, self._picture.legend, rest, theme)
        painter.end()

    def _needed(self, width: int) -> int:
        theme = current_theme()
        layout = LoopLayout(self._picture, theme, width=width - 2, height=0)
        legend = legend_height(self._picture.legend, width - 8, theme)
        return round(layout.natural_height) + 3 + legend + (theme.px(5) if legend else 0)

    def laid_out(self) -> LoopLayout:
        """Where everything stands at the present size."""
        theme = current_theme()
        legend = legend_height(self._picture.legend, self.width() - 8, theme)
        room = QSize(self.width() - 2, self.height() - legend - 3 - theme.px(5))
        known = self._layout
        if known is None or known.theme is not theme or self._laid_at != room:
            earlier = self._texts.entries["loop.earlier"]
            known = LoopLayout(
                self._picture, theme, width=room.width(), height=room.height(), earlier=earlier
            )
            self._layout, self._laid_at = known, room
        return known

    # ------------------------------------------------------------------ walking
    def _steps(self) -> dict[str, Node | Bead]:
        steps: dict[str, Node | Bead] = {node.id: node for node in self._picture.nodes()}
        steps.update({bead.id: bead for bead in self._picture.beads()})
        return steps

    def _rows(self) -> list[list[str]]:
        """The ids lane by lane, each in the order of its columns."""
        rows = []
        for lane in self._picture.lanes:
            nodes = sorted(lane.nodes, key=lambda node: node.column)
            beads = [bead for day in lane.days for bead in day.beads]
            shown = self.laid_out().beads
            rows.append([n.id for n in nodes] + [b.id for b in beads if b.id in shown])
        return [row for row in rows if row]

    def _row(self) -> list[str]:
        return next((row for row in self._rows() if self._at in row), [])

    def _step(self, way: int) -> None:
        row = self._row()
        if row:
            place = row.index(self._at) + way
            self.select(row[min(max(place, 0), len(row) - 1)])

    def _change_lane(self, way: int) -> None:
        """Go to the step of the next lane that stands nearest above or below."""
        rows = self._rows()
        here = next((at for at, row in enumerate(rows) if self._at in row), -1)
        if here < 0 or not 0 <= here + way < len(rows):
            return
        across = self._x(self._at)
        self.select(min(rows[here + way], key=lambda step: abs(self._x(step) - across)))

    def _x(self, step: str) -> float:
        layout = self.laid_out()
        if step in layout.nodes:
            return layout.nodes[step].centre.x()
        return layout.beads[step].box.center().x() if step in layout.beads else 0.0

    def _open(self, step: str) -> None:
        if isinstance(self._steps()[step], Bead):
            self.bead_chosen.emit(step)
        else:
            self.details_requested.emit(step)

    def _tell(self) -> None:
        """Tell a screen reader what lies under the frame."""
        words = self.accessible_text(self._at) if self._at in self._steps() else ""
        self.setAccessibleDescription(words)
        if self.hasFocus():
            event = QAccessibleEvent(self, QAccessible.Event.DescriptionChanged)
            QAccessible.updateAccessibility(event)
