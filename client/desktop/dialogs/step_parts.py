"""The parts of the step dialog: its head, its steps, its fields, its blocks of findings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from client.desktop.dialogs.secret_field import SecretField
from client.desktop.pages.parts import ChoiceRow, label, row_of
from client.desktop.theme import current_theme
from client.desktop.widgets.app_bar import Icon
from client.desktop.widgets.glyph import Glyph, paint_glyph
from client.presenters.banner import BannerView
from client.presenters.step_dialog import finding_words
from client.presenters.step_form import Input
from client.presenters.stepper import CheckLine, StepMark
from client.presenters.tone import Tone
from client.texts import Texts
from domain.findings import Finding, Severity

_HEAD: Final = 46
_STEPS: Final = 62
_FEW: Final = 5
_WITNESS: Final = 280
_LEFT: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


class DialogHead(QWidget):
    """What is done, and for whom: the identity again, never the bed."""

    def __init__(self) -> None:
        super().__init__()
        self._title = ""
        self._who: BannerView | None = None
        self.setFixedHeight(current_theme().px(_HEAD))

    def show_who(self, title: str, who: BannerView | None) -> None:
        """Show a title and a patient."""
        self._title, self._who = title, who
        if who is None:
            return
        said = (f"{fact.label} {fact.value}" for fact in who.identity[:3])
        self.setAccessibleName(", ".join((title, who.name.first, *said)))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, who = current_theme(), self._who
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("banner"))
        box = QRectF(self.rect())
        painter.drawRoundedRect(box.adjusted(0, 0, 0, 8), 6, 6)
        painter.setPen(theme.colour("on-banner"))
        painter.setFont(theme.font(16, bold=True))
        painter.drawText(box.adjusted(20, 0, -20, 0), _LEFT, self._title)
        if who is not None:
            self._identity(painter, who, box.adjusted(20, 0, -20, 0))
        painter.end()

    def _identity(self, painter: QPainter, who: BannerView, box: QRectF) -> None:
        """From the right: record number, born, name."""
        theme = current_theme()
        right = box.right()
        born, record = who.identity[0], who.identity[2]
        for text, size, bold, token, gap, ids in (
            (record.value, 14, True, "on-banner", 6, True),
            (record.label, 13, False, "banner2", 20, False),
            (born.value, 14, True, "on-banner", 6, False),
            (born.label, 13, False, "banner2", 24, False),
            (who.name.first, 16, True, "on-banner", 0, False),
        ):
            font = theme.font(size, bold=bold, ids=ids)
            painter.setFont(font)
            painter.setPen(theme.colour(token))
            room = QRectF(box.left(), box.top(), right - box.left(), box.height())
            painter.drawText(room, _RIGHT, text)
            right -= QFontMetricsF(font).horizontalAdvance(text) + gap


class Stepper(QWidget):
    """The steps of the dialog, by shape and word."""

    def __init__(self) -> None:
        super().__init__()
        self._marks: tuple[StepMark, ...] = ()
        self.setFixedHeight(current_theme().px(_STEPS))

    @property
    def marks(self) -> tuple[StepMark, ...]:
        """What is shown."""
        return self._marks

    def show_marks(self, marks: Sequence[StepMark]) -> None:
        """Show where things stand."""
        self._marks = tuple(marks)
        self.setAccessibleName(", ".join(f"{one.title} {one.detail}" for one in marks))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._marks:
            return
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        wide = self.width() / len(self._marks)
        for place, mark in enumerate(self._marks):
            box = QRectF(place * wide, 0, wide, self.height())
            here = mark.tone is Tone.RUNNING
            if here:
                painter.fillRect(box, theme.colour("due-tint"))
                bar = QRectF(box.left(), box.bottom() - 3, box.width(), 3)
                painter.fillRect(bar, theme.colour("due-fill"))
            painter.setPen(theme.colour("line"))
            painter.drawLine(box.topRight(), box.bottomRight())
            side = theme.px(22)
            spot = QRectF(box.left() + 16, box.center().y() - side / 2, side, side)
            paint_glyph(painter, mark.tone, spot, theme)
            words = QRectF(spot.right() + 10, box.top() + 8, box.right() - spot.right() - 14, 23)
            painter.setPen(theme.colour("text"))
            painter.setFont(theme.font(14, bold=True))
            painter.drawText(words, _LEFT, mark.title)
            painter.setPen(theme.colour("text2"))
            painter.setFont(theme.font(13))
            fits = QFontMetricsF(painter.font()).horizontalAdvance(mark.detail) <= words.width()
            if fits:
                painter.drawText(words.translated(0, 22), _LEFT, mark.detail)
        painter.setPen(theme.colour("line"))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        painter.end()


class Field(QWidget):
    """One field of a form, with its label above it.

    Signals:
        changed(): something else stands in it.
    """

    changed = Signal()

    def __init__(self, one: Input, texts: Texts) -> None:
        super().__init__()
        self.input = one
        self._line: QLineEdit | None = None
        self._box: QComboBox | None = None
        self._row: ChoiceRow | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(label(one.label, "label"))
        if 0 < len(one.choices) < _FEW:
            self._row = ChoiceRow(may_clear=not one.required)
            self._row.show_choices([(one_.value, one_.label) for one_ in one.choices])
            self._row.chosen.connect(self.changed)
            column.addWidget(self._row)
        elif one.choices:
            self._box = QComboBox()
            self._box.addItem("", "")
            for choice in one.choices:
                self._box.addItem(choice.label, choice.value)
            self._box.currentIndexChanged.connect(self.changed)
            self._box.setAccessibleName(one.label)
            column.addWidget(self._box)
        else:
            column.addLayout(self._typed(one, texts))

    def _typed(self, one: Input, texts: Texts) -> QHBoxLayout:
        self._line = QLineEdit()
        self._line.setAccessibleName(f"{one.label} {one.unit_words}".strip())
        hint = {"date": "date", "instant": "time", "codes": "codes", "user": "user"}.get(one.kind)
        if hint:
            self._line.setPlaceholderText(texts(f"step.hint_{hint}"))
        self._line.textChanged.connect(self.changed)
        row = row_of(self._line)
        if one.unit_words:
            row.addWidget(label(one.unit_words, "muted"))
        return row

    @property
    def editor(self) -> QWidget:
        """What takes the keyboard."""
        if self._row is not None:
            return self._row.button(self._row.values[0])
        return self._box or self._line or self

    @property
    def value(self) -> str:
        """What stands in it."""
        if self._row is not None:
            return self._row.value
        if self._box is not None:
            return str(self._box.currentData() or "")
        return "" if self._line is None else self._line.text()

    def put(self, value: str) -> None:
        """Fill it."""
        if self._row is not None:
            self._row.choose(value)
        elif self._box is not None:
            self._box.setCurrentIndex(max(self._box.findData(value), 0))
        elif self._line is not None and self._line.text() != value:
            self._line.setText(value)


class FindingBlock(QFrame):
    """A finding with the reason, and the second person, that it asks for.

    Signals:
        changed(): something was typed.
    """

    changed = Signal()

    def __init__(self, finding: Finding, texts: Texts, *, secured: bool = False) -> None:
        super().__init__()
        self.check = finding.check
        grave = finding.severity in (Severity.STOP, Severity.SECOND_PERSON)
        self.setProperty("card", "over" if grave else "soon")
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 10)
        column.setSpacing(8)
        mark = Glyph(Tone.FAILED if grave else Tone.DUE_SOON, 18)
        words = label(finding_words(finding, texts), "strong", wrap=True)
        kind = label(texts(f"step.severity_{finding.severity.value}"), "label")
        head = row_of(mark, words, kind)
        head.setStretch(1, 1)
        column.addLayout(head)
        self.reason = QLineEdit()
        self.second = QLineEdit()
        self.reason.setPlaceholderText(texts("step.reason_for"))
        self.reason.setAccessibleName(texts("step.reason_for"))
        self.second.setPlaceholderText(texts("step.second_for"))
        self.second.setAccessibleName(texts("step.second_for"))
        self.pin = SecretField(parent=self)
        self.pin.name(texts("session.second_pin"))
        self.pin.hide()
        asks = finding.severity in (Severity.REASON, Severity.SECOND_PERSON)
        if asks:
            fields = row_of(self.reason)
            fields.setStretch(0, 2)
            if finding.severity is Severity.SECOND_PERSON:
                fields.addWidget(self.second, 1)
                self.pin.setVisible(secured)
                if secured:
                    fields.addWidget(self.pin)
            column.addLayout(fields)
        for line in (self.reason, self.second, self.pin):
            line.textChanged.connect(self._typed)

    @Slot(str)
    def _typed(self, _text: str) -> None:
        self.changed.emit()


class CheckRows(QWidget):
    """Quiet lines of what passed."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[CheckLine, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_lines(self, lines: Sequence[CheckLine]) -> None:
        """Show them; none takes no room."""
        self._lines = tuple(lines)
        self.setAccessibleName(", ".join(f"{one.title} {one.words}" for one in lines))
        self.setVisible(bool(lines))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(300, current_theme().px(28) * len(self._lines))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        high, side = theme.px(28), theme.px(16)
        for place, line in enumerate(self._lines):
            box = QRectF(0, place * high, self.width(), high)
            spot = QRectF(0, box.center().y() - side / 2, side, side)
            paint_glyph(painter, Tone.DONE, spot, theme)
            painter.setPen(theme.colour("text"))
            painter.setFont(theme.font(14, bold=True))
            painter.drawText(box.adjusted(side + 10, 0, 0, 0), _LEFT, line.title)
            painter.setFont(theme.font(14))
            painter.drawText(box.adjusted(theme.px(180), 0, 0, 0), _LEFT, line.words)
            painter.setPen(theme.colour("text2"))
            painter.setFont(theme.font(13))
            painter.drawText(box, _RIGHT, line.how)
        painter.end()


class WitnessBlock(QFrame):
    """The second person names themselves: a badge, or their user name.

    Signals:
        changed(): something was typed.
    """

    changed = Signal()

    def __init__(self, texts: Texts, roles: str, *, secured: bool = False) -> None:
        super().__init__()
        self.setProperty("card", "due")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label(texts("step.witness_title"), "title"))
        words.addWidget(label(texts("step.witness_text", roles=roles), "label", wrap=True))
        self.user = QLineEdit()
        self.user.setPlaceholderText(texts("step.hint_user"))
        self.user.setAccessibleName(texts("step.witness_user"))
        self.user.setFixedWidth(current_theme().px(_WITNESS))
        self.user.textChanged.connect(self._typed)
        self.pin = SecretField(wide=_WITNESS, parent=self)
        self.pin.name(texts("session.witness_pin"))
        self.pin.textChanged.connect(self._typed)
        self.pin.setVisible(secured)
        row = QHBoxLayout(self)
        row.setContentsMargins(18, 12, 18, 12)
        row.setSpacing(16)
        row.addWidget(Icon("badge", 32))
        row.addLayout(words, 1)
        who = QVBoxLayout()
        who.setSpacing(6)
        who.addWidget(self.user)
        who.addWidget(self.pin)
        row.addLayout(who)

    @Slot(str)
    def _typed(self, _text: str) -> None:
        self.changed.emit()
