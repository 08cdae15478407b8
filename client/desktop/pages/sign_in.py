"""Sign-in and lock: badge or user name, then PIN. It covers everything; no patient is seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from client.desktop.background import run_in_background
from client.desktop.pages.parts import label, row_of
from client.desktop.pages.seat import Seat
from client.desktop.pages.sign_in_form import SignInForm
from client.desktop.pages.sign_in_parts import TimeAndPlace
from client.desktop.theme import current_theme
from client.desktop.widgets.app_bar import Icon
from client.desktop.widgets.key_button import KeyButton
from client.desktop.widgets.notice_bar import Notice, NoticeBar
from client.presenters.judging import refusal_words
from client.presenters.secrets import alert_count_words, kept_words, new_secret, secret_words
from client.presenters.sign_in import (
    Session,
    SignInError,
    Staff,
    read_staff,
    session_of,
    user_of_badge,
    wards_of,
)
from client.texts import Texts
from domain.errors import Refused
from domain.ids import PractitionerId, WardId
from domain.people import Practitioner, Role

_TICK_MS: Final = 1000
_COUNT_EVERY: Final = 20


class SignInPage(QWidget):
    """The cover of the window while nobody works here, or while it is locked.

    It asks for the user name or badge; in a secured database for the secret too; for an own secret
    where the present one was given by somebody else; in an empty database for its administrator.

    Signals:
        signed_in(Session): somebody may work.
        language_wanted(): the other language (Ctrl+L does the same).
    """

    signed_in = Signal(object)
    language_wanted = Signal()

    def __init__(
        self, texts: Texts, seat: Seat, *, workstation: str, shared: bool, ward: str = ""
    ) -> None:
        """Build it.

        Args:
            ward: the one of who locked the window; empty where nobody worked here.
        """
        super().__init__()
        self._texts = texts
        self._seat = seat
        self._staff = Staff((), ())
        self._workstation, self._shared, self._locked_ward = workstation, shared, ward
        self._busy = False
        self._badge = ""
        self._session: Session | None = None
        self._ticks = 0
        self.setProperty("ground", "bg")
        self.notices = NoticeBar()
        self.left = TimeAndPlace()
        self.form = SignInForm()
        self.user, self.secret = self.form.user.edit, self.form.secret.edit
        self.new, self.again = self.form.new.edit, self.form.again.edit
        self.ward, self.error, self.button = self.form.ward, self.form.error, self.form.button
        self.language = KeyButton("", key="Ctrl+L", icon="language", height=32)
        self.language.setShortcut("")  # the window itself answers Ctrl+L
        self._build()
        self.retranslate(texts)
        self._connect()
        self.setFocusProxy(self.user)
        self.startTimer(_TICK_MS)
        self._read_again()

    def retranslate(self, texts: Texts) -> None:
        """Speak another language."""
        self._texts = texts
        self.form.retranslate(texts)
        self.language.set_text("English" if texts.language == "zh" else "中文")
        self.show_mode(self.mode)
        self._show_wards()

    def show_notices(self, notices: Sequence[Notice]) -> None:
        """Show what everybody must know."""
        self.notices.show_notices(notices)

    @property
    def mode(self) -> str:
        """What it asks for: `sign_in`, `change` (an own secret), `first` (the administrator)."""
        return self.form.mode

    def take_badge(self, code: str) -> bool:
        """A scanned badge names the user; False says that the code was none."""
        if not self._staff.people:
            self._badge = code  # everybody is still being read
            return True
        user = user_of_badge(self._staff, code)
        if user is None:
            self._say(self._texts("sign_in.no_badge"))
            return False
        self.await_secret(user)
        return True

    def await_secret(self, user: str) -> None:
        """Ask for the secret of a user; where none is asked for, they are signed in."""
        if self._busy:
            return
        self.show_mode("sign_in")
        self.user.setText(user)
        self.secret.clear()
        if self._staff.people and not self._staff.secured:
            self.sign_in()
        else:
            self.secret.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def sign_in(self) -> None:
        """Try what was entered (Enter)."""
        if self._busy:
            return
        if self.mode == "first":
            self._make_first()
            return
        try:
            ward = str(self.ward.currentData() or "")
            self._session = session_of(self._staff, self.user.text(), ward, texts=self._texts)
        except SignInError as error:
            self._say(str(error))
            return
        self.error.setText("")
        if not self._staff.secured:
            self.signed_in.emit(self._session)
        elif self.mode == "change":
            self._change()
        elif not self.secret.text():
            self.secret.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            app, user = self._seat.app, self._session.user
            self._ask(partial(app.sign_in, user=user, secret=self.secret.text()))

    def timerEvent(self, _event: object) -> None:
        if not self.isVisible():  # a window that is closed asks nothing any more
            return
        self._ticks += 1
        if self._ticks % _COUNT_EVERY == 0:
            self._read_again()
        self._tick()

    # ------------------------------------------------------------------ asking the database
    def _read_again(self) -> None:
        ward = WardId(self._locked_ward) if self._locked_ward else None
        operation = partial(read_staff, self._seat.app, ward)
        run_in_background(self, operation, done=self._read, failed=self._failed)

    @Slot(object)
    def _read(self, staff: Staff) -> None:
        first = not self._staff.people
        self._staff = staff
        if first:
            self.show_mode("sign_in" if staff.people else "first")
            self._show_wards()
        if staff.people and not staff.wards:
            self._say(self._texts("sign_in.no_ward"))
        self.show_mode(self.mode)
        self._tick()
        badge, self._badge = self._badge, ""
        if badge and staff.people:
            self.take_badge(badge)

    def _ask(self, operation: Callable[[], object]) -> None:
        """Hash and prove off the screen's thread: it takes longer than a frame."""
        self._busy = True
        self.button.setEnabled(False)
        self.error.setText(self._texts("session.checking"))
        run_in_background(self, operation, done=self._proved, failed=self._refused)

    @Slot(object)
    def _proved(self, _method: object) -> None:
        self._rest()
        if self.mode == "first":
            self._staff = Staff((), ())
            self._read_again()
            return
        session, self._session = self._session, None
        if session is not None:
            self.signed_in.emit(session)

    @Slot(object)
    def _refused(self, error: Exception) -> None:
        given = isinstance(error, Refused) and error.code == "SECRET_EXPIRED"
        if given and self.mode == "sign_in":
            self._busy = False
            self.button.setEnabled(True)
            self.show_mode("change")
            self.new.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        line = self.form.secret if self.mode == "sign_in" else self.form.new
        self._rest()
        self.error.setText(secret_words(error, self._texts))
        line.refuse()

    def _rest(self) -> None:
        """Nothing is asked any more: no secret stays, but one that is to be changed."""
        self._busy = False
        self.button.setEnabled(True)
        self.error.setText("")
        given = self.secret.text() if self.mode == "change" else ""
        self.form.forget()
        self.secret.setText(given)

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self._say(refusal_words(error, self._texts))

    # ------------------------------------------------------------------ an own secret, a first user
    def _change(self) -> None:
        """Set the own secret in place of the given one."""
        session = self._session
        if session is None or not self._same_twice():
            return
        app = self._seat.app
        self._ask(
            partial(
                app.set_secret,
                user=session.user,
                command=app.new_command(),
                old=self.secret.text(),
                new=new_secret(self.new.text()),
            )
        )

    def _make_first(self) -> None:
        """Make the first administrator, with a secret: the database is secured from then on."""
        for line in (self.form.user, self.form.name):
            if not line.text.strip():
                line.refuse()
                return
        if not self._same_twice():
            return
        app, user = self._seat.app, PractitionerId(self.user.text().strip())
        person = Practitioner(
            user,
            self.form.name.text.strip(),
            frozenset({Role.ADMINISTRATOR}),
            name_zh=self.form.name_zh.text.strip(),
        )
        secret = new_secret(self.new.text())
        command = app.new_command()
        self._ask(
            partial(app.add_user, user=user, command=command, practitioner=person, secret=secret)
        )

    def _same_twice(self) -> bool:
        if self.new.text() and self.new.text() == self.again.text():
            return True
        if self.new.text() and self.again.text():
            self.new.clear()
            self.again.clear()
            self.error.setText(self._texts("session.differ"))
        (self.form.again if self.new.text() else self.form.new).refuse()
        return False

    # ------------------------------------------------------------------ showing
    def show_mode(self, mode: str) -> None:
        """Ask for other things: `sign_in`, `change` or `first`."""
        self.form.show_mode(mode, secured=self._staff.secured, texts=self._texts)

    @Slot(str)
    def _typed(self, _text: str) -> None:
        if not self._busy:
            self.error.setText("")
        for line in self.form.lines:
            line.mark(refused=False)
        if self.sender() is self.user:
            self._show_wards()

    def _say(self, words: str) -> None:
        self.error.setText(words)
        self.form.user.refuse()

    def _show_wards(self) -> None:
        chosen = self.ward.currentData() or self._locked_ward or None
        formats = self._seat.formats(self._texts)
        self.ward.clear()
        for ward in wards_of(self._staff, self.user.text().strip()):
            self.ward.addItem(formats.name(ward.name, ward.name_zh).first, str(ward.id))
        place = self.ward.findData(chosen)
        self.ward.setCurrentIndex(max(place, 0) if self.ward.count() else -1)
        self._tick()

    def _tick(self) -> None:
        texts, formats = self._texts, self._seat.formats(self._texts)
        now, left = self._seat.app.now(), self.left
        left.clock, left.date = formats.clock(now), formats.weekday_date(now)
        left.ward = self.ward.currentText()
        left.notes = ()
        if self._locked_ward:
            kept = kept_words(self._seat.kept_drafts(), self._staff.people, formats)
            counts = alert_count_words(self._staff.alerts, texts)
            left.notes = (texts("session.locked"), *kept, counts)
        left.place = texts("sign_in.workstation", name=self._workstation)
        left.store = texts("sign_in.shared" if self._shared else "sign_in.local")
        left.speak()

    # ------------------------------------------------------------------ made once
    def _connect(self) -> None:
        for line in self.form.lines:
            line.edit.returnPressed.connect(self.sign_in)
            line.edit.textChanged.connect(self._typed)
        self.button.clicked.connect(self.sign_in)
        self.language.clicked.connect(self.language_wanted)

    def _build(self) -> None:
        theme = current_theme()
        box = QFrame()
        box.setProperty("card", "true")
        halves = QGridLayout(box)
        halves.setContentsMargins(0, 0, 0, 0)
        halves.setSpacing(0)
        self.left.setFixedWidth(theme.px(440))
        self.form.setFixedWidth(theme.px(480))
        halves.addWidget(self.left, 0, 0)
        halves.addWidget(self.form, 0, 1)
        box.setMinimumHeight(theme.px(560))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 16)
        outer.addWidget(self.notices)
        name = label("Wardloop", "title")
        head = row_of(Icon("mark", 28), name, 1, self.language)
        head.setContentsMargins(24, 10, 24, 0)
        outer.addLayout(head)
        outer.addStretch(1)
        outer.addLayout(row_of(1, box, 1))
        outer.addStretch(1)
