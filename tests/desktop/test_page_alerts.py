"""The alert inbox: what a ward has open, and what its people do about it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from client.desktop.desk import Desk
from client.presenters.alert_pane import Act
from client.presenters.cells import Section
from client.settings import Language
from client.texts import LANGUAGES, Texts
from domain.auditing import AuditAction
from domain.barcodes import wristband
from domain.services.alert_reasons import OVERRIDE_REASONS, SNOOZE_REASONS
from tests.desktop.alert_ward import alert, choose, falls_ill, here, inbox, news, press, row, rows
from tests.desktop.open_window import ALT, rest, strike
from tests.desktop.ward_sample import Sample


# ---------------------------------------------------------------- what is seen
def test_the_ward_stands_under_its_patients_the_gravest_first(desk: Desk, sample: Sample) -> None:
    falls_ill(sample, "21")
    news(desk)
    page = inbox(desk)
    heads = [one for one in page.model.rows if isinstance(one, Section)]
    assert heads[0].title.startswith("Bed 21"), "an emergency stands before a late dose"
    assert "SUN, Guohua" in heads[0].title
    assert "Born 09-Feb-1968" in heads[0].note
    worst = rows(page)[0]
    assert worst.cells["severity"].text == "critical"
    assert "NEWS2 is 7 or more" in worst.cells["what"].text
    assert worst.cells["told"].text == "1: nurse"
    assert worst.cells["state"].text == "not acknowledged"
    late = row(page, "12", "M-05")
    said = late.cells["what"].text.replace("\u00a0", " ")
    assert "insulin aspart 6 units" in said
    assert late.cells["since"].text.replace("\u00a0", " ") == "08:00 5 min"

    page.table.choose(late.key)
    rest(desk)
    pane = page.panel.pane
    assert pane is not None
    assert pane.to_do == "Give it now, or record why not"
    assert pane.next_rung == "08:20 next: physician, charge nurse"
    assert [one.what for one in pane.trail] == ["alert raised"]
    assert "WANG, Xiaoming" in page.panel.name.text()


def test_a_nurse_sees_her_own_patients_and_the_ward_by_one_key(desk: Desk, qtbot: QtBot) -> None:
    page = inbox(desk, "zhao.min")
    assert {one.item.row.bed for one in rows(page)} == {"8"}
    press(desk, qtbot, page.views.button("ward"))
    assert len({one.item.row.bed for one in rows(page)}) > 4
    press(desk, qtbot, page.views.button("medication"))
    assert {one.cells["what"].tag for one in rows(page)} <= {"Rx", ""}


def test_a_wristband_chooses_its_patients_alert(desk: Desk, sample: Sample) -> None:
    page = inbox(desk)
    desk.window.take_scan(wristband("0012345718", 1))
    rest(desk)
    assert page.panel.pane is not None
    assert "HUANG, Zhiqiang" in page.panel.pane.name
    desk.window.take_scan(wristband("0012345581", 1))
    rest(desk)
    assert "HAN, Lixin: no open alert here" in desk.window.status.scan.accessibleName()
    assert "HUANG, Zhiqiang" in page.panel.pane.name
    assert sample.app.reads.alerts()


def test_a_heading_folds_its_patient_away_and_keeps_the_count(desk: Desk) -> None:
    page = inbox(desk)
    before = rows(page)
    head = next(one for one in page.model.rows if isinstance(one, Section) and "WANG" in one.title)
    page.table.section_toggled.emit(f"section {head.title} {head.note}")
    assert "12" not in {one.item.row.bed for one in rows(page)}
    folded = next(
        one for one in page.model.rows if isinstance(one, Section) and "WANG" in one.title
    )
    assert folded.collapsed
    assert folded.count == head.count
    page.table.section_toggled.emit(f"section {head.title} {head.note}")
    assert [one.key for one in rows(page)] == [one.key for one in before]


def test_the_trail_hears_of_the_inbox_once_for_each_opening(desk: Desk, sample: Sample) -> None:
    inbox(desk)
    news(desk)
    desk.window.open("board")
    rest(desk)
    inbox(desk)
    rows_of = sample.app.place.trust.trail.rows(actions=frozenset({AuditAction.SEARCH}))
    assert [row.entry.what for row in rows_of].count("alert_inbox") == 2


# ---------------------------------------------------------------- what is done about it
def test_the_charge_nurse_acknowledges_and_is_told_that_it_is_not_done(
    desk: Desk, qtbot: QtBot, sample: Sample
) -> None:
    page = inbox(desk)
    key = choose(desk, "12", "M-05")
    press(desk, qtbot, page.panel.acts[Act.ACKNOWLEDGE])
    assert alert(sample, key).acknowledged_by == "he.lan"
    assert "not done yet: Give it now" in desk.window.toast.words
    assert row(page, "12", "M-05").cells["state"].text == "seen 08:05 HE"
    assert "act by 09:05" in page.panel.facts.text()
    assert page.table.current_key == key
    button = page.panel.acts[Act.ACKNOWLEDGE]
    assert not button.isEnabled()
    assert button.accessibleDescription() == "seen already"


def test_a_nurse_puts_a_late_dose_off_with_a_reason_and_only_once(
    desk: Desk, qtbot: QtBot, sample: Sample
) -> None:
    page = inbox(desk, "li.na")
    key = choose(desk, "12", "M-05")
    press(desk, qtbot, page.panel.acts[Act.SNOOZE])
    form = page.panel.form
    assert form.minutes.values == ("5", "10", "15"), "S2 is put off for a quarter of an hour"
    press(desk, qtbot, page.panel.form.record)
    assert form.problem.text() == "Choose a reason"
    form.reason.setFocus(Qt.FocusReason.OtherFocusReason)
    for _ in range(2):
        strike(desk, Qt.Key.Key_Down)
    form.minutes.choose("10")
    press(desk, qtbot, page.panel.form.record)
    rest(desk)
    found = alert(sample, key)
    assert found.snoozed_until is not None
    assert (found.snoozed_until - sample.clock.now()).total_seconds() == 600
    assert row(page, "12", "M-05").cells["state"].text == "put off until 08:15"
    assert page.panel.pane is not None
    assert "Patient is away" in page.panel.pane.trail[-1].what
    assert page.panel.pane.trail[-1].who == "LI, Na"
    again = page.panel.pane.act(Act.SNOOZE)
    assert again is not None
    assert again.reason == "put off often enough"


def test_an_emergency_cannot_be_put_off_and_is_let_be_by_two(
    desk: Desk, qtbot: QtBot, sample: Sample
) -> None:
    falls_ill(sample, "21")
    news(desk)
    page = inbox(desk, "li.na")
    key = choose(desk, "21", "X-NEWS-EMER")
    pane = page.panel.pane
    assert pane is not None
    snooze = pane.act(Act.SNOOZE)
    assert snooze is not None
    assert snooze.reason == "a critical alert cannot be put off"
    press(desk, qtbot, page.panel.acts[Act.OVERRIDE])
    form = page.panel.form
    form.reason.setCurrentIndex(form.reason.findData("comfort_care"))
    form.hand_in()
    assert "Somebody else must agree" in form.problem.text()
    form.second.setText("zhao.min")
    form.hand_in()
    rest(desk)
    assert form.problem.text(), "a nurse may not agree"
    assert alert(sample, key).override is None
    form.second.setText("guo.ming")
    form.hand_in()
    rest(desk)
    found = alert(sample, key).override
    assert found is not None
    assert (found.by, found.second, found.reason) == ("li.na", "guo.ming", "comfort_care")
    assert form.act is None


def test_a_reason_in_own_words_needs_words(desk: Desk, sample: Sample) -> None:
    page = inbox(desk)
    key = choose(desk, "12", "M-07")
    page.acting.begin(Act.OVERRIDE)
    form = page.panel.form
    form.reason.setCurrentIndex(form.reason.findData("other"))
    form.words.setText("no")
    form.hand_in()
    assert form.problem.text() == "Say the reason in at least 10 letters"
    form.words.setText("stopped by the physician on the round")
    form.hand_in()
    rest(desk)
    found = alert(sample, key).override
    assert found is not None
    assert found.text == "stopped by the physician on the round"


def test_the_pharmacist_works_through_a_queue(desk: Desk, qtbot: QtBot, sample: Sample) -> None:
    page = inbox(desk, "xie.ting")
    assert page.views.button("medication").text().startswith("To review")
    before = len(rows(page))
    key = choose(desk, "12", "M-05")
    press(desk, qtbot, page.panel.acts[Act.REVIEW])
    form = page.panel.form
    form.hand_in()
    assert form.problem.text() == "Choose a verdict"
    form.verdict.choose("commented")
    form.hand_in()
    assert form.problem.text() == "A comment needs words"
    form.words.setText("give with the meal")
    form.hand_in()
    rest(desk)
    assert alert(sample, key).reviewed_by == "xie.ting"
    assert len(rows(page)) == before - 1
    press(desk, qtbot, page.views.button("ward"))
    page.table.choose(key)
    rest(desk)
    assert page.panel.pane is not None
    assert "give with the meal" in page.panel.pane.trail[-1].what


def test_f8_opens_the_step_that_would_end_it_and_enter_the_picture(
    desk: Desk, qtbot: QtBot
) -> None:
    page = inbox(desk, "li.na")
    choose(desk, "12", "M-05")
    page.table.setFocus()
    strike(desk, Qt.Key.Key_Return)
    assert desk.window.page_key == "loop"
    desk.window.back()
    rest(desk)
    assert here(desk).table.current_key is not None
    choose(desk, "17", "L-01")
    press(desk, qtbot, page.panel.task)
    assert desk.window.page_key == "step"
    desk.window.back()
    rest(desk)
    choose(desk, "12", "M-07")
    press(desk, qtbot, page.panel.task)
    assert desk.window.page_key == "work", "several late doses: the patient's work"


# ---------------------------------------------------------------- while others work
def test_what_others_do_is_shown_and_the_chosen_row_and_the_form_stay(
    desk: Desk, sample: Sample
) -> None:
    page = inbox(desk)
    key = choose(desk, "17", "M-05")
    page.acting.begin(Act.OVERRIDE)
    page.panel.form.words.setText("half a sentence")
    other = row(page, "12", "M-05").key
    app = sample.app
    app.acknowledge_alert(user="li.na", command=app.new_command(), alert=other)
    falls_ill(sample, "21")
    news(desk)
    assert page.table.current_key == key
    assert page.panel.form.words.text() == "half a sentence"
    assert "seen 08:05" in row(page, "12", "M-05").cells["state"].text
    assert rows(page)[0].item.row.bed != "21", "nothing moves under the hand"
    assert "F5" in page.count.text()
    strike(desk, Qt.Key.Key_F5)
    assert rows(page)[0].item.row.bed == "21"
    assert page.table.current_key == key


def test_an_alert_that_ends_is_not_replaced_by_another_under_the_hand(
    desk: Desk, sample: Sample
) -> None:
    page = inbox(desk)
    key = choose(desk, "17", "L-01")
    page.acting.begin(Act.OVERRIDE)
    tube = {"container": "323456789012"}
    sample.do("li.na", "potassium", "L3", number=0, evidence=tube)
    sample.do(
        "li.na", "potassium", "L4", number=0, result="collected",
        evidence=tube | {"noscan_reason": "scanner_down"},
    )  # fmt: skip
    news(desk)
    assert not alert(sample, key).open
    assert page.table.current_key is None
    assert page.panel.pane is None
    assert page.panel.form.act is None
    assert page.table.hasFocus(), "no button has the keyboard in the form's place"
    strike(desk, Qt.Key.Key_K, ALT)
    assert {row.alert.acknowledged_at for row in sample.app.reads.alerts()} == {None}


def test_nothing_is_left_for_who_sits_down_next(desk: Desk) -> None:
    inbox(desk)
    desk.sign_out()
    assert desk.window.page is None
    page = inbox(desk, "zhao.min")
    assert {one.item.row.bed for one in rows(page)} == {"8"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_words(language: Language) -> None:
    texts = Texts.load(language)
    keys = [f"override_reason.{one}" for one in OVERRIDE_REASONS]
    keys += [f"snooze_reason.{one}" for one in SNOOZE_REASONS]
    assert [key for key in keys if not texts.has(key)] == []
