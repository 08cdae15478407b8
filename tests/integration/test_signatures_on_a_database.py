"""A signature on a database file: it holds, and what is changed behind the program does not."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, cast

import pytest

from client.app import App
from domain.loops.outlook import outlooks
from domain.services.workplace import Workplace
from storage.rebuild import rebuild
from storage.verify import verify
from tests.busy_day import dumped, raw, tamper
from tests.fake_trust import trust_of
from tests.fakes import FakeClock, SeededIds
from tests.secured import secret_of, secrets, secure, signed_do
from tests.shift import TEAM, WARDS, Shift, real_loops
from tests.stores import new_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from domain.ids import OrderId
    from storage.store import Store

Json = dict[str, object]
SIGNED = "UPDATE journal SET {} WHERE stream = ? AND kind = 'step_recorded' AND stream_seq = 2"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = new_store(tmp_path, FakeClock())
    yield store
    store.close()


@pytest.fixture
def shift(store: Store) -> Shift:
    clock = FakeClock()
    place = Workplace(
        uow=store.units,
        reads=store.reads,
        loops=real_loops(),
        ids=SeededIds(),
        workstation="ws-1",
        config_hash="c" * 64,
        trust=trust_of(store, clock),
        wards=WARDS,
    )
    made = Shift(App(place, clock=clock), clock)
    secure(made.app, TEAM)
    return made


@pytest.fixture
def order(shift: Shift) -> OrderId:
    """A heparin order that Dr Chen signed, its first dose checked by two nurses."""
    order = shift.draft(shift.drug("HEP5000", route="SC", dose="5000 U"))
    shift.app.sign_order(
        user="dr.chen", command=shift.new(), order=order, secrets=secrets("dr.chen")
    )
    shift.verified(order)
    dose, evidence = shift.tasks(order)[0].id, {"noscan_reason": "scanner down"}
    signed_do(
        shift,
        "li.na",
        "zhao.min",
        task=dose,
        step="bedside_verified",
        evidence=evidence,
        witness="zhao.min",
    )
    return order


def signatures(shift: Shift, order: OrderId) -> list[tuple[object, ...]]:
    """All signatures of an order and its doses: who, as what, whether it holds."""
    shown = shift.shown(order)
    steps = [*shown["steps"], *(step for task in shown["tasks"] for step in _steps(task))]
    return [
        (one["signer"], one["meaning"], one["method"], one["holds"])
        for step in steps
        for one in cast("list[Json]", step["signatures"])
    ]


def _steps(task: Json) -> list[Json]:
    return cast("list[Json]", task["steps"])


ORDERED = ("dr.chen", "ordered", "pin")
WITNESSED = ("zhao.min", "witnessed", "pin")


def test_both_signatures_hold_after_a_restart_and_a_rebuild(
    store: Store, shift: Shift, order: OrderId
) -> None:
    assert signatures(shift, order) == [(*ORDERED, True), (*WITNESSED, True)]
    before = dumped(store)
    outlook = partial(outlooks, real_loops())
    assert verify(store, outlook).fault is None
    rebuild(store, outlook)
    assert dumped(store) == before
    assert signatures(shift, order) == [(*ORDERED, True), (*WITNESSED, True)]


def test_no_secret_stands_anywhere_in_the_file(store: Store, order: OrderId) -> None:
    assert order
    store.close()
    content = store.database.file.read_bytes()
    for user in TEAM:
        assert secret_of(user).encode() not in content


def test_a_record_that_was_changed_behind_the_program_is_not_what_was_signed(
    store: Store, shift: Shift, order: OrderId
) -> None:
    tamper(store, SIGNED.format("payload = replace(payload, '\"late_by', '\"later_by')"), order)
    assert signatures(shift, order) == [(*ORDERED, False), (*WITNESSED, True)]


def test_another_dose_in_a_signed_order_breaks_what_was_signed(
    store: Store, shift: Shift, order: OrderId
) -> None:
    change = "payload = replace(payload, '5000', '50000')"
    tamper(store, f"UPDATE journal SET {change} WHERE kind = 'order_placed'")  # noqa: S608 - our own words
    assert signatures(shift, order) == [(*ORDERED, False), (*WITNESSED, False)]


@pytest.mark.parametrize(
    "change",
    [
        {"signer": "dr.wu"},
        {"meaning": "confirmed"},
        {"at": "2026-11-24T06:59:00+08:00"},
        {"method": "password"},
        {"sha256": "0" * 64},
    ],
)
def test_another_name_meaning_or_time_does_not_hold(
    store: Store, shift: Shift, order: OrderId, change: dict[str, str]
) -> None:
    with raw(store) as connection:
        question = "SELECT signature FROM journal WHERE stream = ? AND kind = 'step_recorded'"
        (text,) = connection.execute(f"{question} ORDER BY stream_seq", (order,)).fetchone()
    tamper(store, SIGNED.format("signature = ?2").replace("stream = ?", "stream = ?1"),
           order, json.dumps({**json.loads(text), **change}))  # fmt: skip
    first, second = signatures(shift, order)
    assert first[-1] is False
    assert second == (*WITNESSED, True)


def test_a_signature_that_cannot_be_read_is_shown_as_one_that_does_not_hold(
    store: Store, shift: Shift, order: OrderId
) -> None:
    tamper(store, SIGNED.format("signature = '{}'"), order)
    assert signatures(shift, order)[0] == ("?", "recorded", "password", False)
