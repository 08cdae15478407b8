"""The demo's files say what the loops understand; its staff, times and clock are as they should."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest

from client.demo.agenda import Agenda
from client.demo.clock import DemoClock
from client.demo.content import Content, catalogue_csv, content
from client.demo.crew import Crew
from client.demo.order_rows import order_of, turn_of
from client.demo.rows import OrderRow, Turn
from domain.barcodes import gs1_check_holds
from domain.people import Role, with_included
from domain.services.catalogues import CATALOGUE_OF, parse_catalogue
from domain.timing import parse_frequency
from tests.shift import real_loops

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.loops.definition import Step


@pytest.fixture
def told() -> Content:
    return content()


def steps() -> dict[str, Step]:
    """Every step of every loop by its number; no number stands in two loops."""
    found: dict[str, Step] = {}
    for loop in real_loops():
        assert not found.keys() & loop.steps.keys()
        found.update(loop.steps)
    return found


def all_orders(told: Content) -> Iterator[OrderRow]:
    for patient in told.patients:
        yield from patient.orders
    yield from (event.order for event in told.story if event.order is not None)


def all_turns(told: Content) -> Iterator[Turn]:
    turns = [turn for order in all_orders(told) for turn in order.turns]
    turns += [one.turn for one in told.now_and_then]
    while turns:
        turn = turns.pop()
        yield turn
        if turn.next is not None:
            turns.append(turn.next)


# ---------------------------------------------------------------- the files
def test_thirty_two_people_in_thirty_two_beds(told: Content) -> None:
    assert [row.bed for row in told.patients] == [str(bed) for bed in range(1, 33)]
    assert len({row.mrn for row in told.patients}) == 32
    assert all(row.name and row.name_zh and row.born < told.day for row in told.patients)
    assert told.wards[0].beds == 32


def test_whoever_a_loop_asks_for_works_here(told: Content) -> None:
    here = {role for one in told.people for role in with_included(frozenset(one.roles))}
    asked = {role for step in steps().values() for role in step.by} - {Role.SYSTEM}
    assert asked <= here
    users = {one.user for one in told.people}
    assert all({row.nurse, row.doctor} <= users for row in told.patients)
    assert all(one.name and one.name_zh for one in told.people)


@pytest.mark.parametrize("kind", ["drug", "test", "examination", "component"])
def test_each_catalogue_is_what_the_import_takes(told: Content, kind: str) -> None:
    items = told.items[kind]
    parsed = dict(parse_catalogue(kind, catalogue_csv(items)))
    assert parsed.keys() == items.keys()
    assert all(item["name_zh"] for item in items.values())


def test_the_numbers_on_packs_are_sound_and_of_no_pack_in_the_world(told: Content) -> None:
    gtins = [gtin for drug in told.items["drug"].values() for gtin in drug["gtins"]]
    assert len(set(gtins)) == len(told.items["drug"])
    assert all(gs1_check_holds(gtin) and gtin.startswith("029") for gtin in gtins)


def test_every_order_names_what_the_catalogues_have(told: Content) -> None:
    for row in all_orders(told):
        names = {name: row.fields.get(name) for name in CATALOGUE_OF}
        for name, value in names.items():
            codes = value if isinstance(value, list) else [value] if value else []
            assert all(code in told.items[CATALOGUE_OF[name]] for code in codes), row
        if row.kind == "medication":
            assert parse_frequency(str(row.fields["frequency"])).text
    kinds = {row.kind for row in all_orders(told)}
    assert kinds == {"medication", "test", "examination", "transfusion"}


def test_every_turn_names_a_step_a_result_and_an_exit_that_there_are(told: Content) -> None:
    known, exits = steps(), {row.code: row.id for loop in real_loops() for row in loop.exits}
    for turn in all_turns(told):
        step = known[turn.step]
        assert turn.result is None or turn.result in step.results, turn
        assert turn.exit is None or exits[turn.code or ""] == turn.exit, turn
        assert turn.retro is None or turn.retro in known, turn
        if turn.clock is not None:
            assert told.instant(turn.clock) <= told.instant("08:00"), turn


def test_pace_and_answers_are_for_what_there_is(told: Content) -> None:
    assert told.pace.keys() <= steps().keys()
    answers = {row.code: row.answers for loop in real_loops() for row in loop.returns}
    assert all(answer in answers[code] for code, answer in told.answers.items())
    assert {code for code, words in answers.items() if words} == set(told.answers)


def test_the_story_is_about_orders_that_are_written(told: Content) -> None:
    codes = {(row.bed, order.code) for row in told.patients for order in row.orders}
    assert all((one.bed, one.code) in codes for one in told.story if one.code)


def test_times_from_sixteen_hours_on_are_of_the_evening_before(told: Content) -> None:
    assert told.instant("23:30") == datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
    assert told.instant("07:02") == datetime(2026, 11, 23, 23, 2, tzinfo=UTC)
    assert told.instant("07:02") > told.instant("23:30")


# ---------------------------------------------------------------- rows of the files
@pytest.mark.parametrize(
    ("frequency", "priority", "order_class"),
    [
        ("q8h", "ROUTINE", "LONG"),
        ("q6h prn", "PRN", "PRN_LONG"),
        ("st", "STAT", "STAT"),
        ("once", "URGENT", "TEMP"),
    ],
)
def test_a_frequency_says_what_kind_of_drug_order_it_is(
    frequency: str, priority: str, order_class: str
) -> None:
    row = order_of({"drug": "PARA500", "dose": "500 mg", "frequency": frequency})
    assert row.fields["priority"] == priority
    assert row.fields["order_class"] == order_class


def test_what_only_the_simulation_reads_is_no_field_of_the_order() -> None:
    row = order_of({"tests": ["K"], "due": "06:00", "turns": [{"step": "L4", "leave": True}]})
    assert row.fields == {"tests": ["K"], "timing": "random", "priority": "ROUTINE"}
    assert row.start == "06:00"
    assert row.turns[0].leave


def test_an_order_of_no_kind_is_a_slip() -> None:
    with pytest.raises(KeyError):
        order_of({"dose": "500 mg"})


def test_a_turn_that_follows_comes_at_once_unless_it_says_when() -> None:
    turn = turn_of({"step": "T16", "yes": ["reaction"], "next": {"step": "T18"}})
    assert turn.next is not None
    assert (turn.next.step, turn.next.minutes) == ("T18", 0)


# ---------------------------------------------------------------- clock, agenda, crew
def test_the_clock_never_goes_back() -> None:
    start = datetime(2026, 11, 24, tzinfo=UTC)
    clock = DemoClock(start)
    clock.move(start + timedelta(hours=1))
    clock.move(start)
    assert clock.now() == start + timedelta(hours=1)
    assert clock.simulated


def test_the_agenda_keeps_time_and_then_turn() -> None:
    start, done = datetime(2026, 11, 24, tzinfo=UTC), list[str]()
    agenda = Agenda()
    agenda.put(start + timedelta(minutes=9), lambda: done.append("after the end"))
    agenda.put(start + timedelta(minutes=2), lambda: done.append("second"))
    agenda.put(start, lambda: agenda.put(start, lambda: done.append("put meanwhile")))
    agenda.put(start + timedelta(minutes=2), lambda: done.append("third"))
    for _, act in agenda.until(start + timedelta(minutes=5)):
        act()
    assert done == ["put meanwhile", "second", "third"]


def test_who_comes_depends_on_the_hour(told: Content) -> None:
    crew, patient = Crew(told, Random(1)), told.patients[11]
    night, evening = told.instant("03:00"), told.instant("20:00")
    assert crew.nurse(patient, night) == "li.na"
    assert crew.nurse(patient, evening) == "shi.ying"
    assert crew.doctor(patient, night) == "jin.yue"
    assert crew.doctor(patient, evening) == "zhou.hao"


def test_a_second_person_is_another_one_and_no_student(told: Content) -> None:
    crew, patient = Crew(told, Random(1)), told.patients[11]
    at = told.instant("03:00")
    seen = {crew.pick((Role.NURSE,), patient, at, avoid=("li.na",)) for _ in range(60)}
    assert seen == {"zhao.min", "qian.wei"}
    senior = crew.pick((Role.SENIOR_PHYSICIAN,), patient, at, avoid=("shen.rui",))
    assert senior == "qin.shaohua", "whose role includes it"


def test_nobody_for_a_role_is_said(told: Content) -> None:
    with pytest.raises(LookupError):
        Crew(told, Random(1)).pick((Role.SYSTEM,), told.patients[0], told.instant("03:00"))
