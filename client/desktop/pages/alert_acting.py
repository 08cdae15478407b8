"""From a button of the alert inbox to the record: acknowledging at once, all else by a form."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QApplication, QWidget

from client.desktop.background import run_in_background
from client.desktop.pages.alert_panel import AlertPanel
from client.desktop.pages.seat import Seat
from client.presenters.alert_acts import Said, carry_out, done_words
from client.presenters.alert_pane import Act
from client.presenters.secrets import secret_words
from client.presenters.tone import Tone
from domain.ids import CommandId
from domain.signatures import NO_SECRETS, Secrets


class AlertActing(QObject):
    """What persons do about the alert in the pane. The form is about its own alert, always.

    Signals:
        said(words, tone): a toast is wanted.
        done(): something was recorded; the list is read again.
        left(): the form is closed; the list has the keyboard again.
    """

    said = Signal(str, object)
    done = Signal()
    left = Signal()

    def __init__(self, page: QWidget, seat: Seat, panel: AlertPanel) -> None:
        super().__init__(page)
        self._page = page
        self._seat = seat
        self._panel = panel
        self._command: CommandId | None = None
        self._recording: Said | None = None
        panel.act_wanted.connect(self.begin)
        panel.form.handed_in.connect(self.record)
        panel.form.closed.connect(self.close)

    @Slot(object)
    def begin(self, act: object) -> None:
        """Acknowledge at once; for all else open the form."""
        pane = self._panel.pane
        view = None if pane is None or not isinstance(act, Act) else pane.act(act)
        if pane is None or view is None or not view.allowed or self._recording is not None:
            return
        self._command = self._seat.app.new_command()
        if view.act is Act.ACKNOWLEDGE:
            self.record(Said(Act.ACKNOWLEDGE, pane.id))
        else:
            self._panel.ask(view.act, secured=self._seat.secured)

    @Slot(object)
    def record(self, said: object) -> None:
        """Record what was entered; never in the wake of a scan, whose Enter is no signature."""
        session, app, command = self._seat.session, self._seat.app, self._command
        busy = self._recording is not None or self._seat.just_scanned()
        if session is None or command is None or busy or not isinstance(said, Said):
            return
        given = self._panel.form.secrets(session.user)
        self._recording = said
        operation = partial(
            carry_out,
            app,
            said,
            user=session.user,
            command=command,
            secrets=Secrets(given) if given else NO_SECRETS,
        )
        run_in_background(self, operation, done=self._recorded, failed=self._refused)

    @Slot()
    def close(self) -> None:
        """Think again: nothing is recorded."""
        self.stop()
        self.left.emit()

    def stop(self) -> None:
        """Close the form: another alert was chosen, or somebody else sits here."""
        form, focus = self._panel.form, QApplication.focusWidget()
        if form.act is None:
            return
        inside = focus is not None and form.isAncestorOf(focus)
        self._panel.close_form()
        if inside:  # else the next button would have the keyboard, and Space would press it
            self.left.emit()

    def drop_unless(self, known: Collection[str]) -> None:
        """Close the form where its alert has ended meanwhile, and say so."""
        form = self._panel.form
        if form.act is not None and form.alert not in known:
            self.said.emit(form.texts("alert_page.ended"), Tone.DUE_SOON)
            self.stop()

    @Slot(object)
    def _recorded(self, changes: object) -> None:
        said, self._recording = self._recording, None
        pane, texts = self._panel.pane, self._panel.form.texts
        if said is None:
            return
        about = pane if pane is not None and pane.id == said.alert else None
        self.said.emit(done_words(said, about, texts), Tone.DONE)
        self.stop()
        self._seat.feed.announce(changes, initiator=self._page)
        self.done.emit()
        self.left.emit()

    @Slot(object)
    def _refused(self, error: Exception) -> None:
        said, self._recording = self._recording, None
        form = self._panel.form
        words = secret_words(error, form.texts)
        if said is not None and form.act is said.act and form.alert == said.alert:
            form.say(words)
            form.begin_again()
        else:
            self.said.emit(words, Tone.FAILED)
            self.done.emit()  # somebody else was first: show how it stands
