"""The loop picture of real orders: lanes, states, limits, gaps, exits, doses, evidence."""

from datetime import timedelta

from client.presenters.evidence import evidence_rows
from client.presenters.loop_details import node_details, order_state, streams_shown
from client.presenters.loop_page import picture_of, read_loop, strip_of
from client.presenters.loop_picture import LinkStyle, LoopPicture, Node
from client.presenters.task_pane import task_pane
from client.presenters.tone import Tone
from client.presenters.worklist import read_work, work_lines
from client.texts import Language
from domain.ids import PractitionerId
from domain.people import Role
from tests.desktop.ward import formats, loop, task, ward
from tests.desktop.ward_sample import WARD, local

NOW = local("08:05") + timedelta(seconds=12)


def picture(name: str, number: int = 0, language: Language = "en") -> LoopPicture:
    return picture_of(
        loop(name), task=task(name, number).id, step="", now=NOW, formats=formats(language)
    )


def node(shown: LoopPicture, code: str) -> Node:
    return next(one for one in shown.nodes() if one.code == code)


def words(one: Node) -> list[str]:
    return [line.text for line in one.lines]


def test_a_medication_has_lanes_of_order_batch_doses_and_this_dose() -> None:
    shown = picture("vancomycin")
    assert [lane.id for lane in shown.lanes] == ["order", "batch", "beads", "task"]
    assert [one.code for one in shown.lanes[1].nodes] == ["M5", "M6", "M7", "M8"]
    assert [one.title for one in shown.lanes[2].days] == ["24-Nov today", "25-Nov"]
    assert shown.chosen_bead == task("vancomycin").id


def test_a_missing_record_is_a_gap_with_a_broken_link_and_the_frame_stands_on_it() -> None:
    shown = picture("vancomycin")
    gap = node(shown, "M10")
    assert gap.tone is Tone.INCOMPLETE
    assert words(gap) == ["RECORD MISSING"]
    assert shown.selected == gap.id
    assert next(link for link in shown.links if link.target == gap.id).style is LinkStyle.GAP


def test_links_say_what_an_interval_took_of_what_it_may_take() -> None:
    shown = picture("vancomycin")
    labels = {link.target.partition("/")[2]: link.label for link in shown.links}
    assert labels["M2"] == "12/60 min"
    assert labels["M8"] == "97/60 min"
    assert node(shown, "M8").tone is Tone.DONE_LATE
    assert words(node(shown, "M8"))[-1] == "+37 min late"
    assert labels["M10"] == ""


def test_what_does_not_apply_is_skipped_and_what_waits_is_locked() -> None:
    shown = picture("vancomycin")
    assert (node(shown, "M4").tone, node(shown, "M4").conditional) == (Tone.SKIPPED, True)
    assert node(shown, "M16").tone is Tone.LOCKED
    assert words(node(shown, "M16")) == ["locked: 4 open"]


def test_a_running_infusion_and_a_round_that_is_late() -> None:
    round_ = node(picture("vancomycin"), "M12")
    assert (round_.tone, round_.repeated) == (Tone.RUNNING, 1)
    assert words(round_)[-1] == "again by 08:46"
    late = node(picture("blood"), "T17")
    assert late.tone is Tone.OVERDUE_1
    assert words(late)[-1] == "again by 07:59"


def test_a_refused_dose_shows_the_exit_and_the_rest_as_not_done() -> None:
    shown = picture("insulin2")
    exited = node(shown, "M10")
    assert exited.tone is Tone.EXIT
    assert words(exited) == ["07:52", "refused"]
    assert words(node(shown, "M11")) == ["not done"]
    assert node(shown, "M18").tone is Tone.DUE


def test_an_overdue_dose_names_its_limit() -> None:
    late = node(picture("furosemide", 1), "M10")
    assert late.tone is Tone.OVERDUE_1
    assert words(late) == ["limit 07:00", "OVERDUE 1 h 5 min"]
    planned = node(picture("furosemide", 2), "M10")
    assert planned.tone is Tone.PLANNED
    assert words(planned)[0] == "due 12:00"


def test_badges_tell_what_was_entered_by_hand() -> None:
    assert node(picture("blood"), "T14").badges == ("m",)
    assert node(picture("blood"), "T15").badges == ()


def test_a_transfusion_fits_twelve_columns_with_its_units_as_beads() -> None:
    shown = picture("blood", language="zh")
    assert shown.columns <= 12
    units = next(lane for lane in shown.lanes if lane.id == "beads")
    assert units.title == "各袋血液"
    assert [bead.text for day in units.days for bead in day.beads] == ["1", "2"]


def test_the_legend_explains_only_what_is_shown() -> None:
    shown = picture("count")
    tones = {one.tone for one in shown.nodes()} | {bead.tone for bead in shown.beads()}
    assert {item.tone for item in shown.legend if item.tone is not None} <= tones


def test_an_order_that_nobody_knows_is_none() -> None:
    assert read_loop(ward().app, "nothing", user=PractitionerId("li.na")) is None


def test_the_strip_goes_from_the_order_through_the_task_and_back() -> None:
    codes = [one.code for one, _ in strip_of(picture("furosemide", 1))]
    assert codes == ["M1", "M2", "M3", "M10", "M11", "M13", "M15", "M16"]


def test_evidence_tells_who_when_and_how() -> None:
    data = loop("vancomycin")
    shown = picture("vancomycin")
    streams = streams_shown(data, shown, task("vancomycin").id)
    rows = evidence_rows(data, streams, now=NOW, formats=formats())
    by_step = {row.cell("step").text.split()[0]: row for row in rows}
    start = by_step["M11"]
    assert start.cell("how").text == "interface"
    assert "Dose 1\u00a0g" in start.cell("evidence").text
    assert "Expected end 09:01" in start.cell("evidence").text
    assert by_step["M2"].cell("by").text == "QIAN, Wei"
    assert by_step["M2"].cell("evidence").text == "verified"


def test_the_node_under_the_frame_says_what_may_be_done_by_whom() -> None:
    data, shown = loop("vancomycin"), picture("vancomycin")
    details = node_details(data, shown, shown.selected, now=NOW, formats=formats())
    assert details is not None
    assert details.action is not None
    assert details.action.missing
    assert details.action.allowed
    assert "charge nurse" in details.text
    assert details.subject is not None
    assert details.subject.step == "M10"
    by_doctor = node_details(
        loop("vancomycin", "zhou.hao"), shown, shown.selected, now=NOW, formats=formats()
    )
    assert by_doctor is not None
    assert by_doctor.action is not None
    assert by_doctor.action.reason == "needs nurse"
    done = node_details(data, shown, node(shown, "M1").id, now=NOW, formats=formats())
    assert done is not None
    assert done.action is None
    assert node_details(data, shown, "nowhere", now=NOW, formats=formats()) is None


def test_the_head_says_the_worst_state_and_how_many_are_closed() -> None:
    state = order_state(loop("furosemide"), picture("furosemide", 1), formats=formats())
    assert state.tone is Tone.OVERDUE_1
    assert state.counts.startswith("1 of ")


def test_the_pane_names_the_patient_and_offers_the_step_first() -> None:
    app = ward().app
    found = read_work(app, roles=frozenset({Role.NURSE}), ward=WARD, nurse=None)
    line = work_lines(found, loops=app.loops, now=NOW, formats=formats())[0]
    pane = task_pane(loop("furosemide"), line, now=NOW, formats=formats())
    assert pane.who.name.first == "WANG, Xiaoming"
    assert pane.main is not None
    assert pane.main.step == "M10"
    assert pane.span is not None
    assert pane.span.late
    assert pane.note == "priority routine · due 06:00 · limit 07:00"
    assert [one.id for one in pane.exits if one.allowed] == ["refused", "held", "patient_absent"]
