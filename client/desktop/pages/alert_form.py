"""What an act about an alert asks for: minutes, a reason, words, a second person, a verdict."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QFrame, QLineEdit, QVBoxLayout, QWidget

from client.desktop.dialogs.secret_field import SecretField
from client.desktop.pages.parts import ChoiceRow, label, row_of
from client.desktop.theme import current_theme
from client.desktop.widgets.key_button import ButtonKind, KeyButton
from client.presenters.alert_acts import Said
from client.presenters.alert_pane import Act, AlertPane
from client.texts import Texts
from domain.services.alert_reasons import (
    OVERRIDE_REASONS,
    OWN_WORDS,
    SNOOZE_REASONS,
    VERDICTS,
)

_REASONS: Final = {Act.SNOOZE: SNOOZE_REASONS, Act.OVERRIDE: OVERRIDE_REASONS}
_WITH_WORDS: Final = frozenset({Act.SNOOZE, Act.OVERRIDE, Act.REVIEW})


class AlertForm(QFrame):
    """Asks for what one act needs. Ctrl+Enter records, Esc closes.

    Signals:
        handed_in(Said): it is filled and is to be recorded.
        closed(): the person thinks again.
    """

    handed_in = Signal(object)
    closed = Signal()

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self.setProperty("card", "due")
        self._texts = texts
        self._pane: AlertPane | None = None
        self._act: Act | None = None
        self._secured = False
        self.title = label("", "title", wrap=True)
        self.minutes = ChoiceRow(height=32)
        self.reason = QComboBox()
        self.verdict = ChoiceRow(height=32)
        self.words = QLineEdit()
        self.second = QLineEdit()
        self.second_secret = SecretField(parent=self)
        self.own_secret = SecretField(parent=self)
        self.problem = label("", "over", wrap=True)
        self.record = KeyButton("", key="Ctrl+Enter", kind=ButtonKind.PRIMARY, height=32)
        self.close_button = KeyButton("", key="Esc", height=32)
        self._build()
        self.retranslate(texts)
        self.hide()

    @property
    def texts(self) -> Texts:
        """The language that it speaks."""
        return self._texts

    @property
    def act(self) -> Act | None:
        """What it asks for; None while it is closed."""
        return self._act

    @property
    def alert(self) -> str:
        """The alert that it is about; empty while it is closed."""
        return "" if self._act is None or self._pane is None else self._pane.id

    @property
    def wants_second(self) -> bool:
        """Whether a badge that is scanned now names who agrees."""
        return self._act is Act.OVERRIDE and self._pane is not None and self._pane.two

    def retranslate(self, texts: Texts) -> None:
        """Speak another language; what was entered stays."""
        self._texts = texts
        self.close_button.set_text(texts("alert_page.close"))
        self.second.setPlaceholderText(texts("alert_page.second"))
        self.second.setAccessibleName(texts("alert_page.second"))
        self.second_secret.name(texts("session.second_pin"))
        self.own_secret.name(texts("session.your_pin"))
        self.reason.setAccessibleName(texts("alert_page.reason"))
        if self._act is not None and self._pane is not None:
            self._fill(self._act, self._pane)

    def ask(self, act: Act, pane: AlertPane, *, secured: bool) -> None:
        """Open for an act about an alert; nothing is filled in but the longest time."""
        self._act, self._pane, self._secured = act, pane, secured
        self._empty()
        self.minutes.choose("")
        self._fill(act, pane)
        if pane.minutes:
            self.minutes.choose(str(pane.minutes[-1]))
        self.show()
        self.begin_again()

    def begin_again(self) -> None:
        """Put the keyboard where something is to be entered."""
        asked = (self.second_secret, self.own_secret)
        empty = (one for one in asked if one.isVisible() and not one.text())
        refused = bool(self.problem.text())
        field = next(empty, None) if refused else None
        (field or self._first()).setFocus(Qt.FocusReason.OtherFocusReason)

    def close_up(self) -> None:
        """Close and forget what was entered."""
        self._act = self._pane = None
        self._empty()
        self.hide()

    def say(self, words: str) -> None:
        """Say what is missing or was refused."""
        self.problem.setText(words)
        self.problem.setVisible(bool(words))

    def secrets(self, user: str) -> dict[str, str]:
        """The secrets as entered, by who enters them; then they are no longer in the form."""
        found = {}
        if self._secured and self._act is Act.SIGN:
            found[user] = self.own_secret.text()
        if self._secured and self.wants_second:
            found[self.second.text().strip()] = self.second_secret.text()
        self.own_secret.clear()
        self.second_secret.clear()
        return found

    def name_second(self, user: str) -> None:
        """Somebody's badge was scanned: they agree, once their secret is entered."""
        self.second.setText(user)
        if self._secured:
            self.second_secret.setFocus(Qt.FocusReason.OtherFocusReason)

    def missing(self) -> str:
        """What is missing still, in words; empty when it can be recorded."""
        texts, words = self._texts, self.words.text().strip()
        reason = self.reason.currentData()
        if self._act in _REASONS and not reason:
            return texts("alert_page.missing_reason")
        if self._act in _REASONS and reason == "other" and len(words) < OWN_WORDS:
            return texts("alert_page.missing_words")
        if self._act is Act.REVIEW and not self.verdict.value:
            return texts("alert_page.missing_verdict")
        if self._act is Act.REVIEW and self.verdict.value == "commented" and not words:
            return texts("alert_page.missing_comment")
        if self.wants_second and not self.second.text().strip():
            return texts("alert_page.missing_second")
        return ""

    @Slot()
    def hand_in(self) -> None:
        """Record, if nothing is missing (Ctrl+Enter)."""
        if self._act is None:
            return
        missing = self.missing()
        self.say(missing)
        if missing:
            return
        self.handed_in.emit(
            Said(
                self._act,
                self.alert,
                minutes=int(self.minutes.value or 0),
                reason=str(self.reason.currentData() or ""),
                text=self.words.text().strip(),
                second=self.second.text().strip(),
                verdict=self.verdict.value,
            )
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.hand_in()
        elif event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    # ------------------------------------------------------------------ inside
    def _first(self) -> QWidget:
        """The field that has the keyboard first."""
        if self._act in _REASONS:
            return self.reason
        if self._act is Act.REVIEW:
            return self.verdict.button(VERDICTS[0])
        return self.own_secret if self._secured else self.record

    def _fill(self, act: Act, pane: AlertPane) -> None:
        texts = self._texts
        name = texts("alert_page.two", name=pane.name) if self.wants_second else pane.name
        self.title.setText(texts("alert_page.sign_text") if act is Act.SIGN else name)
        self.minutes.show_choices(
            [(str(n), texts("alert_page.minutes_choice", n=n)) for n in pane.minutes]
        )
        self.verdict.show_choices([(one, texts(f"alert_page.verdict_{one}")) for one in VERDICTS])
        self._fill_reasons(act)
        comment = "alert_page.comment" if act is Act.REVIEW else "alert_page.note"
        self.words.setPlaceholderText(texts(comment))
        self.words.setAccessibleName(texts(comment))
        self.record.set_text(texts(f"alert_page.record_{act.value}"))
        self.minutes.setVisible(act is Act.SNOOZE)
        self.reason.setVisible(act in _REASONS)
        self.verdict.setVisible(act is Act.REVIEW)
        self.words.setVisible(act in _WITH_WORDS)
        self.second.setVisible(self.wants_second)
        self.second_secret.setVisible(self.wants_second and self._secured)
        self.own_secret.setVisible(act is Act.SIGN and self._secured)

    def _fill_reasons(self, act: Act) -> None:
        chosen = self.reason.currentData()
        self.reason.clear()
        self.reason.addItem(self._texts("alert_page.reason_choose"), "")
        for code in _REASONS.get(act, ()):
            self.reason.addItem(self._texts(f"{act.value}_reason.{code}"), code)
        self.reason.setCurrentIndex(max(self.reason.findData(chosen), 0))

    def _empty(self) -> None:
        for line in (self.words, self.second, self.second_secret, self.own_secret):
            line.clear()
        self.reason.clear()
        self.verdict.choose("")
        self.say("")

    def _build(self) -> None:
        self.second.setMinimumWidth(current_theme().px(180))
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(6)
        column.addWidget(self.title)
        for widget in (self.minutes, self.verdict):
            column.addWidget(widget)
        why = row_of(self.reason, self.words)
        why.setStretch(0, 2)
        why.setStretch(1, 3)
        column.addLayout(why)
        second = row_of(self.second, self.second_secret)
        second.setStretch(0, 1)
        column.addLayout(second)
        column.addWidget(self.own_secret)
        column.addWidget(self.problem)
        column.addLayout(row_of(self.record, self.close_button, 1))
        self.record.clicked.connect(self.hand_in)
        self.close_button.clicked.connect(self.closed)
