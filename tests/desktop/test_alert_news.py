"""What the window says of alerts by itself: the strip's counts, and the toast for a grave one."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from client.desktop.desk import Desk
from client.presenters.tone import Tone
from domain.alerts import AlertSeverity
from tests.desktop.alert_ward import alert, falls_ill, here, inbox, news, rows
from tests.desktop.open_window import enter, lines, rest, strike, subject, work
from tests.desktop.ward_sample import PATIENTS, Sample


def listening(desk: Desk, user: str) -> None:
    """Somebody sits down; from here on the window hears of changes."""
    enter(desk, user)
    desk.poll()
    rest(desk)


def counts(desk: Desk) -> dict[AlertSeverity, int]:
    return {one.severity: one.count for one in desk.window.strip.view.parts}


def test_the_strip_counts_by_severity_in_words_and_names_nobody(desk: Desk, sample: Sample) -> None:
    listening(desk, "he.lan")
    assert desk.window.strip.isVisible()
    assert counts(desk) == {AlertSeverity.S2: 3, AlertSeverity.S3: 8, AlertSeverity.S4: 1}
    falls_ill(sample, "21")
    news(desk)
    assert counts(desk)[AlertSeverity.S1] == 1
    said = desk.window.strip.accessibleName()
    assert said.startswith("Open alerts: 1 critical, 4 high, 8 medium, 1 low.")
    assert "14 not acknowledged" in said
    for _bed, mrn, name, name_zh, *_ in PATIENTS:
        assert not any(one in said for one in (mrn, name, name_zh))


def test_what_is_put_aside_is_not_counted_and_the_strip_opens_the_inbox(
    desk: Desk, sample: Sample
) -> None:
    page = inbox(desk)
    key = next(one.key for one in rows(page) if one.item.alert.severity is AlertSeverity.S2)
    app = sample.app
    app.override_alert(
        user="he.lan", command=app.new_command(), alert=key, reason="patient_refused"
    )
    news(desk)
    assert counts(desk)[AlertSeverity.S2] == 2
    desk.window.open("board")
    rest(desk)
    QTest.mouseClick(desk.window.strip, Qt.MouseButton.LeftButton)
    rest(desk)
    assert here(desk) is page


def test_the_strip_speaks_chinese_and_is_gone_with_the_person(desk: Desk) -> None:
    listening(desk, "he.lan")
    desk.window.switch_language()
    assert [one.word for one in desk.window.strip.view.parts] == ["高", "中", "低"]
    desk.sign_out()
    assert not desk.window.strip.isVisible()
    assert desk.window.strip.view.parts == ()


def test_a_grave_alert_is_said_with_its_action_but_what_was_open_before_is_not(
    desk: Desk, sample: Sample
) -> None:
    listening(desk, "zhao.min")
    news(desk)
    assert desk.window.toast.words == ""
    falls_ill(sample, "5")
    news(desk)
    said = desk.window.toast.words
    assert said.startswith("New alert, critical: bed 5, NEWS2 is 7 or more: emergency")
    assert "Call the senior physician and the rapid response team" in said
    assert "ZHENG" not in said
    desk.window.toast.silence()
    news(desk)
    assert desk.window.toast.words == "", "it is said once"


def test_an_alert_of_another_nurse_s_patient_is_not_said(desk: Desk, sample: Sample) -> None:
    listening(desk, "li.na")
    falls_ill(sample, "5")
    news(desk)
    assert desk.window.toast.words == ""
    assert counts(desk)[AlertSeverity.S1] == 1


def test_nothing_is_said_over_a_step_until_it_is_left(desk: Desk, sample: Sample) -> None:
    listening(desk, "li.na")
    desk.window.open("step", subject(sample, "insulin", "M10"))
    rest(desk)
    falls_ill(sample, "21")
    news(desk)
    assert desk.window.toast.words == ""
    strike(desk, Qt.Key.Key_F2)
    assert "bed 21" in desk.window.toast.words


def test_an_emergency_of_the_same_patient_is_said_over_the_step(desk: Desk, sample: Sample) -> None:
    listening(desk, "li.na")
    desk.window.open("step", subject(sample, "insulin", "M10"))
    rest(desk)
    falls_ill(sample, "12")
    news(desk)
    assert desk.window.page_key == "step"
    assert "critical: bed 12" in desk.window.toast.words


def test_an_alert_that_climbs_to_somebody_is_news_to_them(desk: Desk, sample: Sample) -> None:
    listening(desk, "zhou.hao")
    assert desk.window.toast.words == ""
    sample.at("08:25")
    news(desk)
    assert "New alert, high" in desk.window.toast.words
    assert "And 2 more" in desk.window.toast.words


def test_the_bars_of_a_late_dose_count_how_far_its_alert_has_climbed(
    desk: Desk, sample: Sample
) -> None:
    def late() -> Tone:
        (line,) = [
            one
            for one in lines(work(desk))
            if one.row.bed == "12" and "insulin" in one.cell("task").text
        ]
        return line.tone

    listening(desk, "li.na")
    assert late() is Tone.OVERDUE_1
    sample.at("08:25")
    news(desk)
    assert late() is Tone.OVERDUE_2
    sample.at("08:45")
    news(desk)
    assert late() is Tone.OVERDUE_3


def test_an_alert_is_found_by_its_id(desk: Desk, sample: Sample) -> None:
    page = inbox(desk)
    key = rows(page)[-1].key
    desk.window.open("board")
    desk.window.open("alerts", key)
    rest(desk)
    assert here(desk).table.current_key == key
    assert alert(sample, key).open
