"""The pane of the alert inbox: at the right of a wide window, below the list in a narrow one."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QBoxLayout, QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from client.desktop.pages.alert_form import AlertForm
from client.desktop.pages.parts import label, row_of, set_role
from client.desktop.theme import current_theme
from client.desktop.widgets.key_button import ButtonKind, KeyButton
from client.desktop.widgets.severity_mark import SeverityMark
from client.presenters.alert_pane import Act, AlertPane
from client.texts import Texts

_RIGHT: Final = 540
_BELOW: Final = 248
_ACTS: Final = 340
_KEYS: Final = {
    Act.ACKNOWLEDGE: "Alt+K",
    Act.SNOOZE: "Alt+Z",
    Act.OVERRIDE: "Alt+J",
    Act.REVIEW: "Alt+V",
    Act.SIGN: "Alt+C",
}
_WORDS: Final = {Act.REVIEW: "alert_page.review_act"}


class AlertPanel(QFrame):
    """Shows an `AlertPane` with its acts.

    Signals:
        act_wanted(Act): one of the buttons.
        task_wanted(): the task that would end the alert (F8).
        loop_wanted(): the loop picture (Enter in the list).
    """

    act_wanted = Signal(object)
    task_wanted = Signal()
    loop_wanted = Signal()

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self.setProperty("card", "true")
        self._texts = texts
        self._pane: AlertPane | None = None
        self._empty = label("", "muted", wrap=True)
        self._mark = SeverityMark(28)
        self.what = label("", "page", wrap=True)
        self.about = label("", "muted", wrap=True)
        self.name = label("", "title", wrap=True)
        self.identity = label("", "label", wrap=True)
        self.to_do = label("", "strong", wrap=True)
        self.facts = label("", wrap=True)
        self.told = label("", "muted", wrap=True)
        self._trail_title = label("", "title")
        self._trail = QGridLayout()
        self._trail_box = QScrollArea()
        self.form = AlertForm(texts)
        self.task = KeyButton("", key="F8", kind=ButtonKind.PRIMARY)
        self.loop = KeyButton("", key="Enter")
        self.loop.setShortcut("")  # Enter is the list's own key
        self.acts = {act: KeyButton("", key=key) for act, key in _KEYS.items()}
        self._why = label("", "label", wrap=True)
        self._about = QWidget()
        self._middle = QWidget()
        self._buttons = QWidget()
        self._build()
        self.retranslate(texts)
        self.show_pane(None)
        self._connect()

    @property
    def pane(self) -> AlertPane | None:
        """What is shown."""
        return self._pane

    def retranslate(self, texts: Texts) -> None:
        """Speak another language; the pane itself is shown anew by the page."""
        self._texts = texts
        self.form.retranslate(texts)
        self._trail_title.setText(texts("alert_page.trail_title"))
        self.loop.set_text(texts("alert_page.loop"))
        for act, button in self.acts.items():
            button.set_text(texts(_WORDS.get(act, f"alert_page.{act.value}")))

    def lie(self, *, right: bool) -> None:
        """Stand at the right of the list, or below it."""
        theme, layout = current_theme(), self.layout()
        if not isinstance(layout, QBoxLayout):
            return
        down, across = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        layout.setDirection(down if right else across)
        most = 16777215
        self._about.setMaximumWidth(most if right else theme.px(390))
        self._about.setMinimumWidth(0 if right else theme.px(390))
        self._buttons.setMaximumWidth(most if right else theme.px(_ACTS))
        self._buttons.setMinimumWidth(0 if right else theme.px(_ACTS))
        self.setMaximumSize(most, most)
        self.setMinimumSize(0, 0)
        set_role(self.what, "page" if right else "title")
        if right:
            self.setFixedWidth(theme.px(_RIGHT))
        else:
            self.setFixedHeight(theme.px(_BELOW))

    def show_pane(self, pane: AlertPane | None, empty: str = "") -> None:
        """Show an alert, or why none is shown."""
        self._pane = pane
        for widget in (self._about, self._middle, self._buttons):
            widget.setVisible(pane is not None)
        self._empty.setVisible(pane is None)
        self._empty.setText(empty)
        if pane is None:
            return
        self._mark.show_severity(pane.severity, pane.severity_word)
        self.what.setText(pane.what)
        self.about.setText(pane.about)
        self.name.setText(pane.name)
        self.identity.setText(pane.identity)
        self.to_do.setText(pane.to_do)
        self.to_do.setVisible(bool(pane.to_do))
        self.facts.setText("  ·  ".join(pane.facts))
        self.facts.setVisible(bool(pane.facts))
        self.told.setText("\n".join(one for one in (pane.told, pane.next_rung) if one))
        self._show_trail(pane)
        self._show_acts(pane)

    def ask(self, act: Act, *, secured: bool) -> None:
        """Open the form of an act."""
        if self._pane is not None:
            self.form.ask(act, self._pane, secured=secured)
            self._trail_box.hide()
            self._trail_title.hide()

    def close_form(self) -> None:
        """Show what happened again."""
        self.form.close_up()
        self._trail_box.show()
        self._trail_title.show()

    # ------------------------------------------------------------------ inside
    def _show_trail(self, pane: AlertPane) -> None:
        while (item := self._trail.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        for row, line in enumerate(pane.trail):
            shown = (label(line.time, "strong"), label(line.what, wrap=True),
                     label(line.who, "muted"))  # fmt: skip
            for column, widget in enumerate(shown):
                self._trail.addWidget(widget, row, column, Qt.AlignmentFlag.AlignTop)
        self._trail.setColumnStretch(1, 1)

    def _show_acts(self, pane: AlertPane) -> None:
        reasons: dict[str, list[str]] = {}
        for act, button in self.acts.items():
            view = pane.act(act)
            button.setVisible(view is not None)
            button.setEnabled(view is not None and view.allowed)
            button.set_reason("" if view is None else view.reason)
            if view is not None and view.reason:
                reasons.setdefault(view.reason, []).append(button.text().rstrip(" …"))
        said = (f"{', '.join(names)}: {reason}" for reason, names in reasons.items())
        self._why.setText("\n".join(said))
        self._why.setVisible(bool(reasons))
        one = pane.subject is not None
        self.task.set_text(self._texts("alert_page.task" if one else "alert_page.patient"))
        self.loop.setEnabled(one)
        self.loop.set_reason("" if one else self._texts("alert_page.why_no_task"))

    def _build(self) -> None:
        head = row_of(self._mark, self.what, spacing=10)
        head.setStretch(1, 1)
        head.setAlignment(self._mark, Qt.AlignmentFlag.AlignTop)
        about = QVBoxLayout(self._about)
        about.setContentsMargins(14, 10, 10, 8)
        about.setSpacing(4)
        about.addLayout(head)
        for widget in (self.about, self.name, self.identity, self.to_do, self.facts, self.told):
            about.addWidget(widget)
        about.addStretch(1)
        inside = QWidget()
        trail = QVBoxLayout(inside)
        trail.setContentsMargins(0, 0, 6, 0)
        self._trail.setHorizontalSpacing(10)
        self._trail.setVerticalSpacing(4)
        trail.addLayout(self._trail)
        trail.addStretch(1)
        self._trail_box.setWidget(inside)
        self._trail_box.setWidgetResizable(True)
        self._trail_box.setFrameShape(QFrame.Shape.NoFrame)
        self._trail_box.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for ground in (inside, self._trail_box.viewport()):
            ground.setAutoFillBackground(False)
        self._trail_box.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        middle = QVBoxLayout(self._middle)
        middle.setContentsMargins(14, 10, 10, 8)
        middle.setSpacing(6)
        for part, stretch in ((self._trail_title, 0), (self._trail_box, 1), (self.form, 0)):
            middle.addWidget(part, stretch)
        middle.addStretch(0)
        self._build_acts()
        layout = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for place, stretch in (
            (self._empty, 1), (self._about, 0), (self._middle, 1), (self._buttons, 0),
        ):  # fmt: skip
            layout.addWidget(place, stretch)

    def _build_acts(self) -> None:
        grid = QGridLayout(self._buttons)
        grid.setContentsMargins(14, 10, 14, 10)
        grid.setSpacing(6)
        for row, button in enumerate((self.task, self.loop)):
            grid.addWidget(button, row, 0, 1, 2)
        for place, button in enumerate(self.acts.values()):
            grid.addWidget(button, 2 + place // 2, place % 2)
        last = 2 + (len(self.acts) + 1) // 2
        grid.addWidget(self._why, last, 0, 1, 2)
        grid.setRowStretch(last + 1, 1)

    def _connect(self) -> None:
        self.task.clicked.connect(self.task_wanted)
        self.loop.clicked.connect(self.loop_wanted)
        for act, button in self.acts.items():
            button.setObjectName(act.value)
            button.clicked.connect(self._pressed)

    @Slot()
    def _pressed(self) -> None:
        self.act_wanted.emit(Act(self.sender().objectName()))
