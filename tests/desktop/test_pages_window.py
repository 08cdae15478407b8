"""The pages in the real window: by keyboard, in both languages, with nothing hidden or nameless."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from client.desktop.desk import Desk
from client.desktop.dialogs.keys_dialog import KeysDialog
from client.desktop.dialogs.step_dialog import StepDialog
from client.desktop.pages.board import BoardPage
from client.desktop.pages.loop_page import LoopPage
from client.presenters.keys import key_groups
from client.presenters.tone import Tone
from client.presenters.worklist import Band
from client.texts import LANGUAGES, Texts
from domain.barcodes import wristband
from tests.desktop.open_window import enter, lines, rest, strike, subject, work
from tests.desktop.ward_sample import INSULIN, ZONE, Sample

CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
BAND = wristband("0012345678", 1)


def dialog(desk: Desk, sample: Sample, name: str, step: str, number: int = 0) -> StepDialog:
    desk.window.open("step", subject(sample, name, step, number))
    rest(desk)
    page = desk.window.page
    assert isinstance(page, StepDialog)
    return page


# ---------------------------------------------------------------- worklist
def test_the_worklist_begins_with_my_patients_and_the_keyboard_in_the_list(desk: Desk) -> None:
    page = work(desk)
    assert page.head.mine.isChecked()
    assert page.head.title.text() == "My patients, next 2 hours"
    assert page.table.hasFocus()
    assert page.table.current_key == lines(page)[0].key
    strike(desk, Qt.Key.Key_Down)
    assert page.table.current_key == lines(page)[1].key
    assert page.panel.pane is not None
    assert page.panel.pane.who.name.first == "HUANG, Zhiqiang"


def test_enter_opens_the_loop_picture_and_alt_left_comes_back_to_the_row(desk: Desk) -> None:
    page = work(desk)
    strike(desk, Qt.Key.Key_Down)
    chosen = page.table.current_key
    strike(desk, Qt.Key.Key_Return)
    assert desk.window.page_key == "loop"
    assert desk.window.banner.isVisible()
    strike(desk, Qt.Key.Key_Left, ALT)
    assert desk.window.page is page
    assert page.table.current_key == chosen


def test_words_and_loops_narrow_the_list_and_the_keys_clear_it(desk: Desk) -> None:
    page = work(desk)
    strike(desk, Qt.Key.Key_F, CONTROL)
    assert page.head.search.hasFocus()
    page.head.search.setText("hu, wenbo")
    assert {line.row.bed for line in lines(page)} == {"19"}
    page.head.kinds.button("transfusion").click()
    assert {line.family for line in lines(page)} == {"transfusion"}
    page.head.search.setText("nobody of this name")
    assert page.empty.isVisible()
    assert "No open tasks" in page.empty.text()
    strike(desk, Qt.Key.Key_F, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert len(lines(page)) > 5
    page.head.soon.click()
    assert any(line.band is Band.LATER for line in lines(page))


def test_a_section_is_folded_from_its_heading_and_from_the_tools(desk: Desk) -> None:
    page = work(desk)
    before = len(lines(page))
    page.head.bands[Band.OVERDUE].click()
    assert not any(line.band is Band.OVERDUE for line in lines(page))
    page.table.section_toggled.emit("section Overdue")
    assert len(lines(page)) == before


def test_a_wristband_on_the_list_goes_to_that_patient(desk: Desk) -> None:
    page = work(desk)
    desk.window.take_scan(wristband("0012345725", 1))
    rest(desk)
    assert page.table.current_key in {line.key for line in lines(page) if line.row.bed == "19"}
    assert desk.window.status.scan.words == "OK: HU, Wenbo"
    desk.window.take_scan(wristband("0099999999", 1))
    rest(desk)
    assert desk.window.status.scan.words.startswith("REFUSED")
    desk.window.take_scan(INSULIN)
    assert desk.window.status.scan.words == "REFUSED: scan the wristband first"


def test_the_pane_lies_below_in_a_narrow_window_and_beside_in_a_wide_one(desk: Desk) -> None:
    page = work(desk)
    assert page.panel.y() > page.table.y()
    desk.window.resize(1920, 1080)
    rest(desk)
    assert page.panel.x() > page.table.x()
    assert page.panel.recorded.isVisible()


# ---------------------------------------------------------------- board
def test_the_board_is_walked_by_digits_and_opens_a_patients_work(desk: Desk) -> None:
    strike(desk, Qt.Key.Key_F2)
    page = desk.window.page
    assert isinstance(page, BoardPage)
    assert not desk.window.banner.isVisible()
    page.go_to_bed("19")
    page.open_current()
    rest(desk)
    assert {line.row.bed for line in lines(work(desk))} == {"19"}


def test_the_board_shows_who_filters_it(desk: Desk) -> None:
    strike(desk, Qt.Key.Key_F2)
    page = desk.window.page
    assert isinstance(page, BoardPage)
    assert len(page.model.rows) == 12  # the empty beds are named in the tools
    desk.window.resize(1920, 1080)
    rest(desk)
    assert len(page.model.rows) == 22
    page.filter.button("unassigned").click()
    assert [card.bed for card in page.model.rows] == ["2"]
    page.sort.button("overdue").click()
    page.filter.button("all").click()
    assert page.model.rows[0].bed in {"12", "17", "19"}
    desk.window.take_scan(BAND)
    rest(desk)
    assert {line.row.bed for line in lines(work(desk))} == {"12"}


def test_a_wide_board_lists_what_is_late_and_opens_it(desk: Desk) -> None:
    desk.window.resize(1920, 1080)
    strike(desk, Qt.Key.Key_F2)
    page = desk.window.page
    assert isinstance(page, BoardPage)
    assert page.late.isVisible()
    page.late.choose(page.late_model.rows[0].key)
    page.late.setFocus()
    strike(desk, Qt.Key.Key_Return)
    assert isinstance(desk.window.page, LoopPage)


# ---------------------------------------------------------------- loop picture
def test_the_picture_is_walked_and_enter_opens_the_step_that_is_missing(
    desk: Desk, sample: Sample
) -> None:
    desk.window.open("loop", subject(sample, "vancomycin", ""))
    rest(desk)
    page = desk.window.page
    assert isinstance(page, LoopPage)
    assert page.view.selected_id.endswith("/M10")
    strike(desk, Qt.Key.Key_Right)
    assert page.view.selected_id.endswith("/M11")
    strike(desk, Qt.Key.Key_Left)
    strike(desk, Qt.Key.Key_Return)
    step = desk.window.page
    assert isinstance(step, StepDialog)
    step.park()
    rest(desk)
    assert desk.window.page is page  # it goes back to where it came from


def test_another_dose_is_chosen_among_the_beads(desk: Desk, sample: Sample) -> None:
    desk.window.open("loop", subject(sample, "furosemide", "", 1))
    rest(desk)
    page = desk.window.page
    assert isinstance(page, LoopPage)
    other = sample.task("furosemide", 2)
    page.view.bead_chosen.emit(other)
    assert page.view.picture.chosen_bead == other
    tones = {node.code: node.tone for node in page.view.picture.nodes()}
    assert tones["M10"] is Tone.PLANNED


def test_the_evidence_takes_the_place_of_the_picture_in_a_low_window(
    desk: Desk, sample: Sample
) -> None:
    desk.window.open("loop", subject(sample, "vancomycin", ""))
    rest(desk)
    page = desk.window.page
    assert isinstance(page, LoopPage)
    assert not page.evidence.isVisible()
    page.table_button.click()
    assert page.evidence.isVisible()
    assert not page.view.isVisible()
    page.table_button.click()
    assert page.view.isVisible()


# ---------------------------------------------------------------- step dialog
def say_why_late(page: StepDialog) -> None:
    """The window of the dose at 04:30 has closed: a nurse says why before it is recorded."""
    assert page.card.problem.text().startswith("give a reason: ")
    assert "min too late" in page.card.problem.text()
    (asked,) = page.card.view.blocks
    asked.reason.setText("the patient was at the scanner")


def test_a_dose_is_refused_by_keys_with_its_reason(desk: Desk, sample: Sample) -> None:
    page = dialog(desk, sample, "furosemide", "", 1)
    reasons = [button.accessibleDescription() for button in page.card.exit_buttons]
    assert reasons == ["", "", "needs charge nurse", ""]
    page.card.exit_buttons[0].click()
    assert page.card.problem.text() == "enter: Reason"
    page.card.view.fields["reason"].put("feels sick")
    page.record()
    rest(desk)
    assert desk.window.toast.words.endswith("refused recorded")
    task = sample.tasks("furosemide")[1]
    assert task.exit is not None
    assert task.exit.outcome == "refused"


def test_what_cannot_be_scanned_needs_a_reason_and_is_recorded_with_it(
    desk: Desk, sample: Sample
) -> None:
    page = dialog(desk, sample, "furosemide", "M10", 1)
    page.card.cannot.click()
    page.card.view.noscan.button("label_damaged").click()
    say_why_late(page)
    assert page.card.problem.text() == ""
    page.record()
    rest(desk)
    record = sample.tasks("furosemide")[1].steps["M10"]
    assert record.evidence["noscan_reason"] == "label_damaged"


def test_the_second_nurse_is_named_and_must_be_another(desk: Desk, sample: Sample) -> None:
    page = dialog(desk, sample, "insulin", "M10")
    for code in (BAND, INSULIN):
        page.take_scan(code)
    assert page.card.problem.text() == "needs the witness"
    assert page.card.view.witness is not None
    page.card.view.witness.user.setText("li.na")
    page.record()
    rest(desk)
    assert page.card.message.text() == "Not recorded: The second person must be somebody else"
    assert sample.tasks("insulin")[0].steps == {}
    page.card.view.witness.user.setText("zhao.min")
    page.record()
    rest(desk)
    assert sample.tasks("insulin")[0].steps["M10"].witness == "zhao.min"


def test_what_is_parked_is_there_again_and_nobody_else_sees_it(desk: Desk, sample: Sample) -> None:
    page = dialog(desk, sample, "furosemide", "M10", 1)
    page.take_scan(BAND)
    page.card.view.fields["pump"].put("IP-07")
    strike(desk, Qt.Key.Key_F3)
    again = dialog(desk, sample, "furosemide", "M10", 1)
    assert again.card.view.fields["pump"].value == "IP-07"
    assert again.card.problem.text() == "scan the drug first"
    desk.sign_out()
    enter(desk, "zhao.min")
    fresh = dialog(desk, sample, "furosemide", "M10", 1)
    assert fresh.card.view.fields["pump"].value == ""


def test_a_step_that_somebody_else_recorded_meanwhile_is_told(desk: Desk, sample: Sample) -> None:
    page = dialog(desk, sample, "furosemide", "M10", 1)
    page.take_scan(BAND)
    page.take_scan("06911111111117")
    say_why_late(page)
    sample.check("zhao.min", "furosemide", number=1)
    page.record()
    rest(desk)
    said = page.card.message.text()
    assert said.startswith("Not recorded: This step is already recorded")
    assert said.endswith(f". Recorded by zhao.min, {sample.clock.instant.astimezone(ZONE):%H:%M}")
    page.refresh()
    rest(desk)
    assert "no longer open" in page.card.facts.text()


def test_the_rounds_of_an_infusion_are_entered_by_fields_and_buttons(
    desk: Desk, sample: Sample
) -> None:
    page = dialog(desk, sample, "blood", "T17")
    assert page.card.problem.text() == "enter: Reaction"
    assert page.card.view.fields["temperature"].input.unit_words == "°C"
    page.card.view.fields["reaction"].put("no")
    page.card.view.fields["temperature"].put("hot")
    page.card.view.fields["temperature"].changed.emit()
    assert page.card.problem.text() == "Temperature (if any): a number such as 2.5"
    page.card.view.fields["temperature"].put("36.9")
    page.record()
    rest(desk)
    record = sample.tasks("blood")[0].steps["T17"]
    assert (record.evidence["reaction"], record.evidence["temperature"]) == (False, "36.9")
    assert record.count == 2


def test_the_stop_keeps_every_key_from_the_page_below(desk: Desk, sample: Sample) -> None:
    page = dialog(desk, sample, "furosemide", "M10", 1)
    scanning = [True]
    desk.seat.just_scanned = lambda: scanning[0]
    page.take_scan(wristband("0012345701", 1))
    rest(desk)
    stop = page.stop
    assert stop is not None
    assert stop.close_button.hasFocus()
    for key, modifier in ((Qt.Key.Key_F3, None), (Qt.Key.Key_Escape, None), (Qt.Key.Key_N, ALT)):
        strike(desk, key, modifier)
    assert desk.window.page is page
    strike(desk, Qt.Key.Key_Return)  # it may be the suffix of a scan
    assert page.stop is not None
    scanning[0] = False
    strike(desk, Qt.Key.Key_Return)
    rest(desk)
    assert page.stop is None


def test_f1_names_the_keys_of_the_page_and_goes_away_again(desk: Desk) -> None:
    enter(desk, "li.na")
    strike(desk, Qt.Key.Key_F1)
    sheet = desk.window.findChild(KeysDialog)
    assert sheet is not None
    words = [each.text() for each in sheet.findChildren(QLabel)]
    assert {"F8", "Alt+N", "F12"} <= set(words)
    assert "Record the task's next step" in words
    strike(desk, Qt.Key.Key_F3)  # nothing below hears a key
    assert sheet.isVisible()
    strike(desk, Qt.Key.Key_F1)
    assert desk.window.findChild(KeysDialog) is None


def test_f1_on_every_page_names_only_keys_that_have_words() -> None:
    for language in LANGUAGES:
        for page in ("work", "board", "loop", "step", ""):
            groups = key_groups(page, Texts.load(language))
            assert all(words for group in groups for _, words in group.rows)


# ---------------------------------------------------------------- all of it
