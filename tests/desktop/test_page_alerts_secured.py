"""The alert inbox where everybody has a secret: who agrees, and who signs, enters their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from client.desktop.desk import Desk
from client.presenters.alert_pane import Act
from domain.credentials import Method
from domain.services.own_secrets import NewSecret
from domain.signatures import Meaning
from tests.desktop.alert_ward import alert, choose, falls_ill, here, news, rows
from tests.desktop.open_window import rest
from tests.desktop.secured_ward import PEOPLE, badge, secured_ward, sign_in
from tests.desktop.ward_sample import Sample
from tests.secured import secret_of


@pytest.fixture
def secured(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[tuple[Desk, Sample]]:
    sample = secured_ward(tmp_path)
    for user in ("guo.ming", "zhao.min"):
        if user not in PEOPLE:
            give_pin(sample, user)
        sample.app.sign_in(user=user, secret=secret_of(user))
    made = Desk(qapp, sample.app, sample.settings)
    qtbot.addWidget(made.window)
    made.window.resize(1366, 768)
    made.window.show()
    made.window.activateWindow()
    qtbot.waitUntil(made.window.isActiveWindow)
    yield made, sample
    made.close()
    sample.app.close()


def give_pin(sample: Sample, user: str) -> None:
    app, given = sample.app, NewSecret("given for the test 1")
    app.sign_in(user="admin", secret=secret_of("admin"))
    app.give_secret(user="admin", command=app.new_command(), name=user, new=given)
    pin = NewSecret(secret_of(user), Method.PIN)
    app.set_secret(user=user, command=app.new_command(), old=given.text, new=pin)


def test_who_agrees_enters_their_own_secret_and_signs(secured: tuple[Desk, Sample]) -> None:
    desk, sample = secured
    falls_ill(sample, "21")
    news(desk)
    sign_in(desk, "li.na")
    desk.window.open("alerts")
    rest(desk)
    page = here(desk)
    key = choose(desk, "21", "X-NEWS-EMER")
    page.acting.begin(Act.OVERRIDE)
    form = page.panel.form
    form.reason.setCurrentIndex(form.reason.findData("comfort_care"))
    form.second.setText("guo.ming")
    form.second_secret.setText("000000")
    form.hand_in()
    rest(desk)
    assert form.problem.text().startswith("Wrong PIN or password")
    assert form.second_secret.text() == ""
    assert alert(sample, key).override is None
    form.second_secret.setText(secret_of("guo.ming"))
    form.hand_in()
    rest(desk)
    assert alert(sample, key).override is not None
    signed = sample.app.reads.alert_trail(key)[-1].signatures
    assert [(one.signature.signer, one.signature.meaning) for one in signed] == [
        ("guo.ming", Meaning.OVERRIDDEN)
    ]


def test_a_badge_names_who_agrees_and_one_s_own_does_not(secured: tuple[Desk, Sample]) -> None:
    desk, sample = secured
    falls_ill(sample, "21")
    news(desk)
    sign_in(desk, "li.na")
    desk.window.open("alerts")
    rest(desk)
    choose(desk, "21", "X-NEWS-EMER")
    page = here(desk)
    page.acting.begin(Act.OVERRIDE)
    desk.window.take_scan(badge("li.na"))
    rest(desk)
    assert page.panel.form.second.text() == ""
    desk.window.take_scan(badge("zhao.min"))
    rest(desk)
    assert page.panel.form.second.text() == "zhao.min"
    assert not desk.window.covered


def test_a_physician_signs_for_an_emergency_that_outlived_the_stay(
    secured: tuple[Desk, Sample],
) -> None:
    desk, sample = secured
    app = sample.app
    falls_ill(sample, "21")
    news(desk)
    for user in ("zhou.hao",):
        app.sign_in(user=user, secret=secret_of(user))
    app.discharge(user="zhou.hao", command=app.new_command(), encounter=sample.stays["21"])
    sign_in(desk, "zhou.hao")
    desk.window.open("alerts")
    rest(desk)
    page = here(desk)
    page.views.choose("ward")
    page.refresh()
    rest(desk)
    key = choose(desk, "21", "X-NEWS-EMER")
    pane = page.panel.pane
    assert pane is not None
    assert [one.act for one in pane.acts] == [Act.SIGN]
    page.acting.begin(Act.SIGN)
    page.panel.form.own_secret.setText(secret_of("zhou.hao"))
    page.panel.form.hand_in()
    rest(desk)
    found = alert(sample, key)
    assert found.resolved_at is not None
    signed = sample.app.reads.alert_trail(key)[-1].signatures
    assert [one.signature.signer for one in signed] == ["zhou.hao"]
    assert key not in {one.key for one in rows(page)}
