"""Time passes by itself: the doses of the day after tomorrow are there, and a failure is told."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from client.desktop.desk import Desk
from client.settings import load_settings
from client.wiring import build
from tests.desktop.ward_sample import MovingClock
from tests.end_to_end import hospital
from tests.end_to_end.command_line import MORNING, Wardloop
from tests.end_to_end.test_window import rest


@pytest.fixture
def wardloop(tmp_path: Path) -> Wardloop:
    return hospital.told_hospital(tmp_path)


def without_end(wardloop: Wardloop, **patient: str) -> str:
    """A patient with an order that goes on until it is stopped."""
    stay = hospital.admitted(wardloop, **patient)
    fields = {name: one for name, one in hospital.DOSE.items() if name != "dose_count"}
    given = {"encounter": stay, "kind": "medication", "fields": fields}
    order = str(wardloop.does("order", "draft", given=given, user="chen.wei")["order"])
    wardloop.does("order", "sign", given={"order": order}, user="chen.wei")
    return order


def last_due(wardloop: Wardloop, order: str) -> str:
    shown = wardloop.does("order", "show", order, user="chen.wei")
    return max(str(task["due_at"]) for task in shown["tasks"])


def damage(wardloop: Wardloop, order: str) -> None:
    """A frequency that nobody reads any more, as after a fault of the disk."""
    with closing(sqlite3.connect(wardloop.file)) as disk, disk:
        disk.execute(
            "UPDATE orders SET fields = replace(fields, '\"TID\"', '\"whenever\"') WHERE id = ?",
            (order,),
        )


def test_the_pass_goes_on_where_one_stay_fails_and_says_which(wardloop: Wardloop) -> None:
    broken = without_end(wardloop)
    whole = without_end(wardloop, mrn="0099", bed="02", name="LI, Hua")
    damage(wardloop, broken)
    before = last_due(wardloop, whole)
    wardloop.now = "2026-11-25T08:00:00+08:00"
    said = wardloop("watch", "--once")
    assert said.code == 1
    assert "1 stay" in said.err
    assert "UNKNOWN_FREQUENCY" in said.err
    assert last_due(wardloop, whole) > before
    assert wardloop("watch", "--once", "--json").error["code"] == "PASS_FAILED"


@pytest.mark.expected_logs(r"^no pass of time for stay \S+: UNKNOWN_FREQUENCY$")
def test_the_window_makes_the_doses_to_come_and_tells_when_it_cannot(
    qapp: QApplication, qtbot: QtBot, wardloop: Wardloop
) -> None:
    order = without_end(wardloop)
    before = last_due(wardloop, order)
    clock = MovingClock(datetime.fromisoformat(MORNING) + timedelta(hours=24))
    settings = load_settings(wardloop.settings, environ={}, changes={"database": wardloop.url})
    app = build(settings, clock=clock)
    desk = Desk(qapp, app, settings)
    qtbot.addWidget(desk.window)
    try:
        rest(desk)
        wardloop.now = "2026-11-25T08:00:00+08:00"
        after = last_due(wardloop, order)
        assert after > before, "the window has made them when it opened"
        damage(wardloop, order)
        clock.instant += timedelta(hours=24)
        desk.let_time_pass()
        rest(desk)
        words = [label.text() for label in desk.window.status.findChildren(QLabel)]
        assert "NEW TASKS NOT MADE, patients: 1. Call support" in words
    finally:
        desk.close()
        app.close()
