"""What is typed on the cover: name, secret, ward; an own secret; the first administrator."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QFrame, QVBoxLayout

from client.desktop.pages.parts import label, row_of
from client.desktop.pages.sign_in_parts import Line
from client.desktop.widgets.app_bar import Icon
from client.desktop.widgets.key_button import ButtonKind, KeyButton
from client.texts import Texts


class SignInForm(QFrame):
    """Only shows; the page decides what. Its mode is `sign_in`, `change` or `first`."""

    def __init__(self) -> None:
        super().__init__()
        self.mode = "sign_in"
        self._title = label("", "page")
        self._note = label("", "muted", wrap=True)
        self._badge = QFrame()
        self._badge_title = label("", "title")
        self._badge_more = label("", "label")
        self.user, self.name, self.name_zh = Line(), Line(), Line()
        self.secret, self.new, self.again = (Line(secret=True) for _ in range(3))
        self._ward_label = label("", "label")
        self.ward = QComboBox()
        self.error = label("", "over", wrap=True)
        self.button = KeyButton("", key="Enter", kind=ButtonKind.PRIMARY, height=44)
        self.button.setShortcut("")
        self._build()

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every line to type into, from the top."""
        return (self.user, self.name, self.name_zh, self.secret, self.new, self.again)

    def retranslate(self, texts: Texts) -> None:
        """Speak another language."""
        self._badge_title.setText(texts("sign_in.badge"))
        self._badge_more.setText(texts("sign_in.badge_more"))
        self.user.name(texts("sign_in.user"), texts("sign_in.user_hint"))
        self.name.name(texts("session.first_name"), texts("session.first_name_hint"))
        self.name_zh.name(texts("session.first_name_zh"))
        self.secret.name(texts("session.secret"))
        self.again.name(texts("session.again"))
        self._ward_label.setText(texts("sign_in.ward"))
        self.ward.setAccessibleName(texts("sign_in.ward"))
        self.error.setText("")

    def show_mode(self, mode: str, *, secured: bool, texts: Texts) -> None:
        """Ask for other things.

        Args:
            secured: whether a secret is asked for.
        """
        if mode != self.mode:
            self.mode = mode
            self.error.setText("")
        first, change = mode == "first", mode == "change"
        titles = {"first": "session.first_title", "change": "session.change_title"}
        buttons = {"first": "session.make", "change": "session.set"}
        self._title.setText(texts(titles.get(mode, "sign_in.title")))
        self.button.set_text(texts(buttons.get(mode, "sign_in.enter")))
        if first or change:
            self._note.setText(texts(f"session.{mode}_more"))
        self.new.name(texts("session.password" if first else "session.new_secret"))
        self._note.setVisible(first or change)
        self._badge.setVisible(not (first or change))
        self.user.edit.setReadOnly(change)
        for line in (self.name, self.name_zh):
            line.setVisible(first)
        for line in (self.new, self.again):
            line.setVisible(first or change)
        self.secret.setVisible(secured and mode == "sign_in")
        for widget in (self._ward_label, self.ward):
            widget.setVisible(not (first or change))

    def forget(self) -> None:
        """Empty every line with a secret."""
        for line in (self.secret, self.new, self.again):
            line.edit.clear()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(44, 24, 44, 20)
        column.setSpacing(6)
        column.addWidget(self._title)
        column.addWidget(self._note)
        column.addSpacing(8)
        self._badge.setProperty("card", "due")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._badge_title)
        words.addWidget(self._badge_more)
        inner = row_of(Icon("badge", 36), spacing=20)
        inner.setContentsMargins(28, 24, 28, 24)
        inner.addLayout(words, 1)
        self._badge.setLayout(inner)
        column.addWidget(self._badge)
        column.addSpacing(8)
        for widget in (*self.lines, self.error, self._ward_label, self.ward):
            column.addWidget(widget)
        column.addSpacing(12)
        column.addLayout(row_of(self.button, 1))
        column.addStretch(1)
