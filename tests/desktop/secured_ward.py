"""The sample ward with its database secured: everybody has a PIN, one was given theirs today."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from client.desktop.desk import Desk
from client.desktop.dialogs.step_dialog import StepDialog
from client.desktop.pages.sign_in import SignInPage
from domain.barcodes.local import staff_badge
from domain.ids import PractitionerId
from domain.services.own_secrets import NewSecret
from tests.desktop.open_window import rest, subject
from tests.desktop.ward import copied, own_ward
from tests.desktop.ward_sample import Sample
from tests.secured import secret_of, secure

PEOPLE = ("li.na", "zhao.min", "he.lan", "zhou.hao")
BADGES = {user: str(7001 + at) for at, user in enumerate((*PEOPLE, "qian.wei"))}
GIVEN = "given this morning"
"""What an administrator gave to qian.wei: it opens nothing but the setting of an own one."""


@cache
def _secured() -> Sample:
    sample = own_ward(Path(tempfile.mkdtemp(prefix="wardloop-secured-")))
    app = sample.app
    for user, number in BADGES.items():
        person = app.reads.practitioner(PractitionerId(user))
        assert person is not None
        badged = replace(person, badge=number)
        app.add_user(user="admin", command=app.new_command(), practitioner=badged)
    secure(app, PEOPLE)
    given = NewSecret(GIVEN)
    app.give_secret(user="admin", command=app.new_command(), name="qian.wei", new=given)
    return sample


def secured_ward(folder: Path) -> Sample:
    """A copy of it, in which nobody has signed in yet."""
    return copied(_secured(), folder)


def badge(user: str) -> str:
    """What the scanner reads from somebody's badge."""
    return staff_badge(BADGES[user])


def cover(desk: Desk) -> SignInPage:
    """The page that covers the window."""
    page = desk.sign_in_page
    assert page is not None
    assert desk.window.covered
    return page


def sign_in(desk: Desk, user: str, secret: str | None = None) -> None:
    """Badge, then PIN."""
    page = cover(desk)
    rest(desk)
    page.take_badge(badge(user))
    page.secret.setText(secret_of(user) if secret is None else secret)
    page.sign_in()
    rest(desk)


def opened(qapp: QApplication, qtbot: QtBot, sample: Sample) -> Iterator[Desk]:
    """A window on a ward at which nobody sits, for as long as a test lasts."""
    made = Desk(qapp, sample.app, sample.settings)
    qtbot.addWidget(made.window)
    try:
        made.window.resize(1366, 768)
        made.window.show()
        made.window.activateWindow()
        qtbot.waitUntil(made.window.isActiveWindow)
        rest(made)
        yield made
    finally:
        made.close()


def dialog(desk: Desk, sample: Sample, name: str, step: str, number: int = 0) -> StepDialog:
    """The step dialog of a step of an order."""
    desk.window.open("step", subject(sample, name, step, number))
    rest(desk)
    page = desk.window.page
    assert isinstance(page, StepDialog)
    return page
