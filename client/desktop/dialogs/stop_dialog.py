"""STOP: what was scanned does not belong here. It lies over the window; only Close leaves it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from client.desktop.pages.parts import RunsLabel, card, label, row_of
from client.desktop.theme import current_theme
from client.desktop.widgets.glyph import paint_glyph
from client.desktop.widgets.key_button import ButtonKind, KeyButton
from client.presenters.stop import StopView
from client.presenters.tone import Tone
from client.texts import Texts

_WIDTH: Final = 940
_HEAD: Final = 88


class _Head(QWidget):
    """The red head: an octagon, the title, and what was not recorded."""

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title, self._text = title, text
        self.setFixedHeight(current_theme().px(_HEAD))
        self.setAccessibleName(f"{title}. {text}")

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme.colour("over-fill"))
        side = theme.px(40)
        spot = QRectF(theme.px(26), (self.height() - side) / 2, side, side)
        paint_glyph(painter, Tone.FAILED, spot, theme, inverted=True)
        painter.setPen(theme.colour("on-over"))
        left = theme.px(86)
        painter.setFont(theme.font(28, bold=True))
        painter.drawText(QPointF(left, theme.px(42)), self._title)
        painter.setFont(theme.font(15))
        painter.drawText(QPointF(left, theme.px(68)), self._text)
        painter.end()


class StopDialog(QWidget):
    """Covers the window. Close has the focus; Enter is not heard just after a scan.

    Signals:
        closed(): the person has read it.
    """

    closed = Signal()

    def __init__(
        self,
        window: QWidget,
        view: StopView,
        texts: Texts,
        *,
        just_scanned: Callable[[], bool],
    ) -> None:
        super().__init__(window)
        self._just_scanned = just_scanned
        self.close_button = KeyButton(
            texts("stop.close"), key="Enter", kind=ButtonKind.PRIMARY, height=44
        )
        self.close_button.setShortcut("")
        self.close_button.clicked.connect(self.dismiss)
        self.close_button.installEventFilter(self)
        self._box = QFrame()
        self._box.setProperty("card", "alarm")
        self._box.setAccessibleName(view.title)
        self._build(view, texts)
        window.installEventFilter(self)
        self.setGeometry(window.rect())
        self.show()
        self.raise_()
        self.close_button.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def dismiss(self) -> None:
        """Go away; what lies below has the keyboard again."""
        parent = self.parentWidget()
        if parent is not None:
            parent.removeEventFilter(self)
        self.hide()
        self.setParent(None)  # at once: nothing of a patient may stay in a window that is locked
        self.closed.emit()
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        parent = self.parentWidget()
        if parent is not None and watched is parent and event.type() is QEvent.Type.Resize:
            self.setGeometry(parent.rect())
            return False
        if watched is not self.close_button:
            return False
        if event.type() is QEvent.Type.ShortcutOverride:
            lock = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_F12
            if not lock:
                event.accept()  # no key may act on the page below; to lock is always possible
            return not lock
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            enter = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}
            if enter and not self._just_scanned():
                self.dismiss()
            return True
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        scrim = QColor(theme.colour("text" if theme.name == "light" else "bg"))
        scrim.setAlphaF(0.45 if theme.name == "light" else 0.72)
        painter.fillRect(self.rect(), scrim)
        painter.end()

    # ------------------------------------------------------------------ made once
    def _build(self, view: StopView, texts: Texts) -> None:
        theme = current_theme()
        self._box.setFixedWidth(theme.px(_WIDTH))
        column = QVBoxLayout(self._box)
        column.setContentsMargins(2, 2, 2, 2)
        column.setSpacing(0)
        column.addWidget(_Head(view.title, view.text))
        body = QVBoxLayout()
        body.setContentsMargins(24, 20, 24, 16)
        body.setSpacing(10)
        if view.order is not None:
            body.addLayout(self._identities(view, texts))
        else:
            body.addWidget(label(view.found, "drug", wrap=True))
        body.addWidget(label(texts("stop.what_to_do"), "title"))
        for line in view.advice:
            body.addWidget(label(line, wrap=True))
        column.addLayout(body)
        foot = QWidget()
        foot.setProperty("ground", "surface2")
        foot.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        last = row_of(label(texts("stop.no_override"), "muted"), 1, self.close_button)
        last.setContentsMargins(24, 12, 24, 12)
        foot.setLayout(last)
        column.addWidget(foot)
        outer = QVBoxLayout(self)
        outer.addStretch(1)
        outer.addLayout(row_of(1, self._box, 1))
        outer.addStretch(1)

    def _identities(self, view: StopView, texts: Texts) -> QHBoxLayout:
        """Both persons side by side, what differs bold."""
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(_person(view, texts("stop.order_for"), ours=True), 1)
        row.addWidget(label("≠", "clock"))
        row.addWidget(_person(view, texts("stop.band_says"), ours=False), 1)
        return row


def _person(view: StopView, title: str, *, ours: bool) -> QFrame:
    frame = card("true" if ours else "alarm")
    grid = QGridLayout(frame)
    grid.setContentsMargins(16, 12, 16, 14)
    grid.setVerticalSpacing(6)
    grid.addWidget(label(title, "strong"), 0, 0)
    right = Qt.AlignmentFlag.AlignRight
    grid.addWidget(label("" if ours else view.scanned, "label"), 0, 1, right)
    lines = view.order if ours else view.band
    if not lines:
        grid.addWidget(label(view.found, wrap=True), 1, 0, 1, 2)
    for place, (name, runs) in enumerate(lines or (), start=1):
        if name:
            grid.addWidget(label(name, "label"), place, 0)
        value = RunsLabel(18 if not name else 16, joint="")
        value.show_runs(runs)
        grid.addWidget(value, place, 1 if name else 0, 1, 1 if name else 2)
    grid.setColumnStretch(1, 1)
    return frame
