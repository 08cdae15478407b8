"""Signing in the step dialog of a secured ward: each with their own PIN, the session goes on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from client.desktop.desk import Desk
from client.desktop.dialogs.step_dialog import StepDialog
from client.presenters.subject import Subject
from client.presenters.tone import Tone
from domain.barcodes import wristband
from domain.signatures import Meaning
from tests.desktop.open_window import rest
from tests.desktop.secured_ward import badge, dialog, opened, secured_ward, sign_in
from tests.desktop.ward_sample import Sample
from tests.secured import secret_of

BAND = wristband("0012345678", 1)


@pytest.fixture
def sample(tmp_path: Path) -> Iterator[Sample]:
    made = secured_ward(tmp_path)
    yield made
    made.app.close()


@pytest.fixture
def desk(qapp: QApplication, qtbot: QtBot, sample: Sample) -> Iterator[Desk]:
    """A window on the secured ward at which nobody sits."""
    yield from opened(qapp, qtbot, sample)


def test_a_witness_enters_her_own_pin_in_the_dialog(desk: Desk, sample: Sample) -> None:
    sign_in(desk, "li.na")
    page = dialog(desk, sample, "insulin", "M10")
    page.take_scan(BAND)
    page.take_scan("06901234567892")
    assert page.card.view.witness is not None
    for block in page.card.view.blocks:
        block.reason.setText("the patient was at the scanner")
    assert page.card.problem.text() == "needs the witness"
    page.take_scan(badge("zhao.min"))
    rest(desk)
    witness = page.card.view.witness
    assert witness.user.text() == "zhao.min"
    assert witness.pin.hasFocus()
    seen = witness.pin.visibleRegion().boundingRect()
    assert seen == witness.pin.rect(), "the line that she types in is not cut off"
    assert page.card.problem.text() == "the second person enters their PIN or password"
    assert page.card.stepper.marks[3].tone is Tone.RUNNING, "a name alone is no witness"
    witness.pin.setText(secret_of("li.na"))
    page.record()
    assert witness.pin.text() == "", "it does not stay in the window"
    rest(desk)
    assert "Wrong PIN or password. Tries left: 2" in page.card.message.text()
    assert witness.pin.hasFocus()
    assert sample.tasks("insulin")[0].steps == {}
    witness.pin.setText(secret_of("zhao.min"))
    page.record()
    rest(desk)
    assert sample.tasks("insulin")[0].steps["M10"].witness == "zhao.min"
    session = desk.seat.session
    assert session is not None
    assert session.user == "li.na", "her session goes on"
    signed = [
        (one.signature.signer, one.signature.meaning)
        for row in sample.app.reads.journal(order=sample.orders["insulin"])
        for one in row.signatures
    ]
    assert signed == [("zhao.min", Meaning.WITNESSED)]


def test_a_step_that_is_signed_asks_for_the_pin_beside_the_button(
    desk: Desk, sample: Sample
) -> None:
    app, order = sample.app, sample.orders["bisoprolol"]
    for user in ("zhou.hao", "li.na"):
        app.sign_in(user=user, secret=secret_of(user))
    app.discontinue_order(
        user="zhou.hao", command=app.new_command(), order=order, reason="slow pulse"
    )
    sample.do("li.na", "bisoprolol", "M17")
    sign_in(desk, "zhou.hao")
    case = app.reads.case(order)
    assert case is not None
    patient = case.order.patient_id
    desk.window.open("step", Subject(order, case.order.encounter_id, patient, None, "M16"))
    rest(desk)
    page = desk.window.page
    assert isinstance(page, StepDialog)
    assert page.card.sign_as.text() == "You sign: confirmed"
    page.card.view.fields["exceptions_seen"].put("0")
    page.card.view.fields["exceptions_seen"].changed.emit()
    assert page.card.problem.text() == "enter your PIN or password: you sign this"
    page.card.pin.setText("000000")
    page.record()
    rest(desk)
    assert "Wrong PIN or password. Tries left: 2" in page.card.message.text()
    assert page.card.pin.hasFocus()
    page.card.pin.setText(secret_of("zhou.hao"))
    page.record()
    rest(desk)
    (*_, last) = (row for row in app.reads.journal(order=order) if row.signatures)
    (signed,) = last.signatures
    assert (signed.signature.signer, signed.signature.meaning) == ("zhou.hao", Meaning.CONFIRMED)


def test_what_a_step_dialog_keeps_is_no_secret(desk: Desk, sample: Sample) -> None:
    sign_in(desk, "li.na")
    page = dialog(desk, sample, "insulin", "M10")
    assert page.card.view.witness is not None
    page.card.view.witness.user.setText("zhao.min")
    page.card.view.witness.pin.setText(secret_of("zhao.min"))
    desk.sign_out()
    sign_in(desk, "li.na")
    again = desk.window.page
    assert isinstance(again, StepDialog)
    assert again.card.view.witness is not None
    assert again.card.view.witness.user.text() == "zhao.min"
    assert again.card.view.witness.pin.text() == ""
