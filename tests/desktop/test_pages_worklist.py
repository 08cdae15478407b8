"""The worklist and the board as values: what is late stands first and keeps its place."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

from client.presenters.board import (
    BoardFilter,
    BoardSort,
    bed_cards,
    choose_cards,
    filter_count,
    loop_sums,
    read_board,
    ward_lines,
)
from client.presenters.cells import Section
from client.presenters.titles import frequency_words, order_line, tag_of
from client.presenters.tone import Tone
from client.presenters.worklist import (
    SOON,
    Band,
    WorkFilter,
    WorkLine,
    counts,
    in_sections,
    keep_places,
    read_work,
    subject_of_line,
    work_lines,
)
from client.texts import Language, Texts
from domain.ids import PractitionerId
from domain.people import Role
from domain.worklists import Outlook, ReadyStep
from tests.desktop.ward import formats, ward
from tests.desktop.ward_sample import WARD

LI_NA = PractitionerId("li.na")


def lines(
    *, now: datetime | None = None, role: Role = Role.NURSE, language: Language = "en"
) -> tuple[WorkLine, ...]:
    app = ward().app
    data = read_work(app, roles=frozenset({role}), ward=WARD, nurse=None)
    return work_lines(data, loops=app.loops, now=now or app.now(), formats=formats(language))


def about(found: tuple[WorkLine, ...], words: str) -> WorkLine:
    return next(line for line in found if words in line.cell("task").text)


def test_what_is_longest_overdue_stands_first_with_its_span_and_limit() -> None:
    first = lines()[0]
    assert first.cell("state").text == "OVERDUE 1 h 5 min"
    assert first.cell("limit").text == "07:00"
    assert first.cell("patient").text == "WANG, Xiaoming"
    assert first.cell("record_no").text.replace("\u00a0", " ") == "0012 345 678"
    said = first.cell("task").text.replace("\u00a0", " ")
    assert "furosemide — DOSE 20 mg — IV — every 6 hours" in said
    assert said.endswith("→ Bedside check")


def test_a_missing_record_stands_among_the_overdue_though_nothing_is_late() -> None:
    line = about(lines(), "vancomycin")
    assert line.tone is Tone.INCOMPLETE
    assert line.band is Band.OVERDUE


def test_a_high_alert_drug_is_marked_and_the_same_row_reads_in_chinese() -> None:
    assert "HA" in [run.text for run in about(lines(), "digoxin").cell("task").runs]
    line = about(lines(language="zh"), "地高辛")
    assert line.cell("patient").text == "黄志强"
    assert line.cell("state").text.startswith("超时")


def test_an_hour_later_what_was_due_is_overdue() -> None:
    now = ward().app.now()
    assert about(lines(), "paracetamol").band is Band.DUE
    later = about(lines(now=now + timedelta(hours=1)), "paracetamol")
    assert later.band is Band.OVERDUE


def test_an_optional_step_without_a_limit_is_no_work() -> None:
    steps = {line.step for line in lines() if "insulin" not in line.cell("task").text}
    assert "M18" not in steps
    assert about(lines(), "insulin aspart — DOSE 4").step == "M18"  # after a refusal it has a limit


def test_each_role_sees_what_waits_for_it() -> None:
    kinds = {role: {line.step for line in lines(role=role)} for role in (Role.IMAGING, Role.PORTER)}
    assert kinds[Role.IMAGING] == {"E3", "E7"}
    assert kinds[Role.PORTER] == {"L5"}


def test_sections_count_what_they_hide() -> None:
    found, now = lines(), ward().app.now()
    chosen = WorkFilter(until=now + SOON, collapsed=frozenset({Band.OVERDUE}))
    shown = in_sections(found, chosen, now=now, formats=formats())
    first = shown[0]
    assert isinstance(first, Section)
    assert (first.title, first.count, first.collapsed) == ("Overdue", 9, True)
    assert not any(isinstance(one, WorkLine) and one.band is Band.OVERDUE for one in shown)
    assert counts(found, chosen)[Band.OVERDUE] == 9
    assert counts(found, chosen)[Band.LATER] == 0
    assert counts(found, WorkFilter())[Band.LATER] > 10


def test_the_filters_of_loop_and_words_leave_only_what_they_name() -> None:
    found = lines()
    only = [one for one in found if WorkFilter(family="transfusion").passes(one)]
    assert {one.row.loop for one in only} == {"transfusion"}
    named = [one for one in found if WorkFilter(words="wang furo").passes(one)]
    assert {one.row.bed for one in named} == {"12"}
    assert not [one for one in found if WorkFilter(words="wang zzz").passes(one)]


def test_a_critical_potassium_stands_under_the_laboratory() -> None:
    app = ward().app
    data = read_work(app, roles=frozenset({Role.NURSE}), ward=WARD, nurse=None)
    told = Outlook(ready=(ReadyStep("C5", (Role.NURSE,)),))
    for kind, tag in (("test", "LAB"), ("examination", "EX")):
        row = replace(data.rows[0], loop="critical_value", order_loop=kind, outlook=told)
        found = work_lines(
            replace(data, rows=(row,)), loops=app.loops, now=app.now(), formats=formats()
        )
        assert [one.cell("task").tag for one in found] == [tag]
        assert [WorkFilter(family=kind).passes(one) for one in found] == [True]


def test_rows_keep_their_place_until_asked_and_say_how_many_would_move() -> None:
    now = ward().app.now()
    shown = lines()
    later = lines(now=now + timedelta(hours=1))
    kept, moved = keep_places(shown, later)
    assert [line.key for line in kept] == [line.key for line in shown]
    assert moved > 0
    paracetamol = about(kept, "paracetamol")
    assert paracetamol.tone is Tone.OVERDUE_1  # its state is told at once
    assert paracetamol.band is Band.DUE  # its place waits for F5
    gone, _ = keep_places(shown, shown[1:])
    assert [line.key for line in gone] == [line.key for line in shown[1:]]
    new, count = keep_places(shown[1:], shown)
    assert new[-1].key != shown[0].key
    assert {line.key for line in new} == {line.key for line in shown}
    assert count == 1


def test_a_held_task_says_so() -> None:
    app = ward().app
    data = read_work(app, roles=frozenset({Role.NURSE}), ward=WARD, nurse=None)
    held = replace(data, rows=tuple(replace(row, state="on_hold") for row in data.rows))
    found = work_lines(held, loops=app.loops, now=app.now(), formats=formats())
    assert found[0].tone is Tone.ON_HOLD


def test_a_question_and_a_hold_are_lines_of_their_own_in_both_languages() -> None:
    app = ward().app
    physician = frozenset({Role.PHYSICIAN})
    data = read_work(app, roles=frozenset({Role.NURSE}), ward=WARD, nurse=None)
    row = next(one for one in data.rows if one.loop == "medication" and one.task is not None)
    acts = tuple(
        ReadyStep(step, (Role.PHYSICIAN,), code=code)
        for step, code in (("answer", "MX02"), ("release", None))
    )
    asked = replace(row, outlook=Outlook(acts=acts))
    for language, words in (
        ("en", ("answer: Pharmacist intervention", "end the hold")),
        ("zh", ("答复:药师干预", "解除暂停")),
    ):
        found = work_lines(
            replace(data, rows=(asked,), roles=physician),
            loops=app.loops,
            now=app.now(),
            formats=formats(cast("Language", language)),
        )
        assert {line.waits for line in found} == set(words)
        assert len({line.key for line in found}) == 2
        assert {subject_of_line(line).step for line in found} == {""}, "Enter opens the loop page"


def test_frequencies_are_said_in_words_and_unknown_ones_as_they_stand() -> None:
    texts = Texts.load("en")
    said = [frequency_words(code, texts) for code in ("q8h", "q1h", "q15min", "BID", "Q1J2")]
    wanted = ["every 8 hours", "every hour", "every 15 minutes", "twice a day", "Q1J2"]
    assert said == wanted


def test_times_of_the_day_and_as_needed_are_said_in_both_languages() -> None:
    codes = ("at 06:30", "daily at 09:00", "q6h prn", "Q4H PRN")
    english = [frequency_words(code, Texts.load("en")) for code in codes]
    assert english == [
        "daily at 06:30",
        "daily at 09:00",
        "every 6 hours, when needed",
        "every 4 hours, when needed",
    ]
    chinese = [frequency_words(code, Texts.load("zh")) for code in codes]
    assert chinese == ["每日 06:30", "每日 09:00", "每 6 小时，必要时", "每 4 小时，必要时"]
    odd = "Q1J2 prn"
    assert frequency_words(odd, Texts.load("zh")) == odd, "half a translation would mislead"


def test_a_sub_loop_stands_under_the_tag_of_the_loop_that_opens_it() -> None:
    loops = ward().app.loops
    assert tag_of(loops, "transfusion_reaction", formats()) == "BLD"
    assert tag_of(loops, "unheard", formats()) == "UNH"


def test_a_code_without_a_name_is_shown_as_it_stands() -> None:
    from client.presenters.titles import Names

    line = order_line({"product": "X9", "dose": "many"}, {}, names=Names(), formats=formats())
    assert [run.text for run in line] == ["X9", "—", "DOSE", "many"]


# ---------------------------------------------------------------- the board
def test_the_board_shows_every_bed_and_counts_what_is_late() -> None:
    app = ward().app
    data = read_board(app, user="li.na", ward=app.reads.wards()[0])
    found = ward_lines(data, loops=app.loops, now=app.now(), formats=formats())
    cards = bed_cards(data, found, loops=app.loops, now=app.now(), formats=formats())
    assert [card.bed for card in cards] == [str(number) for number in range(1, 23)]
    by_bed = {card.bed: card for card in cards}
    assert by_bed["4"].note == "empty"
    twelve = by_bed["12"]
    assert (twelve.name, twelve.about) == ("WANG, Xiaoming", "65y M")
    assert [(count.tag, count.tone, count.count) for count in twelve.counts] == [
        ("Rx", Tone.OVERDUE_1, 2),
        ("EX", None, 0),
        ("LAB", None, 0),
        ("BLD", None, 0),
    ]
    assert (twelve.next_time, twelve.next_task) == ("06:00", "furosemide 20\u00a0mg")
    blood = by_bed["19"]
    assert blood.running == ("until 10:45", "2 h 39 min")
    assert blood.flags == ("gap",)
    assert by_bed["2"].staff == "no nurse"
    assert sum(one.overdue for one in loop_sums(data, loops=app.loops, formats=formats())) == 8


def test_the_board_is_filtered_and_sorted() -> None:
    app = ward().app
    data = read_board(app, user="li.na", ward=app.reads.wards()[0])
    found = ward_lines(data, loops=app.loops, now=app.now(), formats=formats())
    cards = bed_cards(data, found, loops=app.loops, now=app.now(), formats=formats())

    def beds(chosen: BoardFilter, sort: BoardSort = BoardSort.BED) -> list[str]:
        kept = choose_cards(cards, data, sort=sort, chosen=chosen, user=LI_NA)
        return [card.bed for card in kept]

    assert beds(BoardFilter.UNASSIGNED) == ["2"]
    without = choose_cards(
        cards, data, sort=BoardSort.BED, chosen=BoardFilter.ALL, user=LI_NA, empty=False
    )
    assert len(without) == 12
    assert beds(BoardFilter.MINE) == ["11", "12", "14", "16", "17", "19", "21"]
    assert set(beds(BoardFilter.OVERDUE)) == {"8", "12", "16", "17", "19", "21"}
    assert beds(BoardFilter.ALL, BoardSort.OVERDUE)[0] in {"12", "17", "19"}
    assert filter_count(data, BoardFilter.OVERDUE, LI_NA) == 6
