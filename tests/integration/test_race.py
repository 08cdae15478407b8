"""Two nurses at two workstations record the same step at once: one has, the other hears who has."""

from __future__ import annotations

import json
import os
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, BinaryIO

import pytest

from client.backups import proving
from client.settings import Settings
from client.wiring import build
from domain.errors import Forestalled, Refused
from domain.services.executing import parse_step_entry
from tests.fakes import FakeClock
from tests.shift import Shift, local

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from client.app import App

NURSES = ("li.na", "zhao.min")


def verifies(app: App, nurse: str, order: str) -> dict[str, object]:
    """The nurse passes an order; what she is told."""
    entry = parse_step_entry(
        {
            "command_id": app.new_command(),
            "order": order,
            "step": "nurse_verified",
            "result": "verified",
        }
    )
    try:
        app.record_step(user=nurse, entry=entry)
    except Forestalled as late:
        when = None if late.when is None else late.when.isoformat()
        return {"won": False, "who": late.who, "when": when, "message": late.message}
    except Refused as other:
        return {"won": False, "who": "", "when": None, "message": other.message}
    return {"won": True}


@contextmanager
def at_a_workstation(settings: Settings, nurse: str) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """A nurse in a process of her own: orders go in, what she is told comes out."""
    to_her, orders = os.pipe()
    told, from_her = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(orders)
            os.close(told)
            app = build(settings, clock=FakeClock(at=local("07:10")))
            with os.fdopen(to_her, "rb") as inbox, os.fdopen(from_her, "wb") as outbox:
                for line in iter(inbox.readline, b""):
                    said = verifies(app, nurse, line.decode().strip())
                    outbox.write(json.dumps(said).encode() + b"\n")
                    outbox.flush()
            app.close()
            code = 0
        finally:
            os._exit(code)  # no teardown of the parent's test run in the child
    os.close(to_her)
    os.close(from_her)
    with os.fdopen(orders, "wb") as inbox, os.fdopen(told, "rb") as outbox:
        yield inbox, outbox
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0


def one_round(shift: Shift, both: Sequence[tuple[BinaryIO, BinaryIO]]) -> str:
    """One order, verified by both at once; who was first."""
    tubes = {"tests": ["K"], "timing": "random", "priority": "STAT"}
    order = shift.ordered(tubes, kind="test")
    for inbox, _ in both:
        inbox.write(f"{order}\n".encode())
    for inbox, _ in both:
        inbox.flush()
    told = [json.loads(outbox.readline()) for _, outbox in both]
    (winner,) = (nurse for nurse, one in zip(NURSES, told, strict=True) if one["won"])
    (loser,) = (one for one in told if not one["won"])
    record = shift.case(order).order.steps["L2"]
    assert (record.actor, record.count) == (winner, 1), "it is recorded once"
    assert loser["who"] == winner, loser
    assert loser["when"] == record.at.isoformat()
    assert f"by {winner} at " in str(loser["message"])
    shift.app.cancel_order(user="dr.chen", command=shift.new(), order=order, reason="done")
    return winner


def raced(folder: Path, rounds: int) -> dict[str, int]:
    """So many orders, each verified by both at once; how often each was first."""
    settings = Settings(database=f"sqlite:///{folder / 'ward.db'}", keys=folder / "keys")
    clock = FakeClock(at=local("07:00"))
    app = build(settings, clock=clock)
    shift = Shift(app, clock)
    shift.at("07:10")
    won = dict.fromkeys(NURSES, 0)
    with ExitStack() as stack:
        both = [
            stack.enter_context(
                at_a_workstation(settings.model_copy(update={"workstation": f"ws-{nurse}"}), nurse)
            )
            for nurse in NURSES
        ]
        for _ in range(rounds):
            winner = one_round(shift, both)
            won[winner] += 1
    app.close()
    return won


def holds(folder: Path) -> bool:
    settings = Settings(database=f"sqlite:///{folder / 'ward.db'}", keys=folder / "keys")
    clock = FakeClock(at=local("07:20"))
    prove = proving(settings, clock, None)
    prove(settings.database)
    return True


def test_of_two_nurses_one_has_recorded_it_and_the_other_hears_who_and_when(tmp_path: Path) -> None:
    won = raced(tmp_path, 200)
    assert sum(won.values()) == 200
    assert holds(tmp_path)


@pytest.mark.long
def test_of_two_nurses_one_is_first_ten_thousand_times(tmp_path: Path) -> None:
    won = raced(tmp_path, 10_000)
    assert min(won.values()) > 100, "it was a race"
    assert holds(tmp_path)
