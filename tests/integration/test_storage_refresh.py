"""A limit or a role that the hospital changes reaches the work that is open, at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from client.configuring import configuration, outlook_of
from client.settings import Settings
from client.wiring import build
from domain.people import Role
from storage.rebuild import rebuild, refresh
from storage.store import open_store
from storage.verify import verify
from tests.fakes import FakeClock
from tests.shift import WARD, Shift, local

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from domain.ids import OrderId
    from domain.services.worklists import WorkItem
    from storage.store import Store
    from storage.verify import Verdict

FIVE_MINUTES = "[loops.medication.limits.TM01]\nwithin = [1, 2, 5]\n"
BY_PHYSICIANS = '[loops.medication.steps.M2]\nby = ["PHY"]\n'


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(database=f"sqlite:///{tmp_path / 'ward.db'}")


@pytest.fixture
def shift(settings: Settings) -> Iterator[Shift]:
    clock = FakeClock(at=local("07:00"))
    app = build(settings, clock=clock)
    yield Shift(app, clock)
    app.close()


def changed(settings: Settings, tmp_path: Path, overlay: str) -> Settings:
    """The hospital's settings with one more site file."""
    site = tmp_path / "site.toml"
    head = 'format = 1\nversion = "1"\napproved_by = ["pharm.lead", "medical.affairs"]\n'
    site.write_text(head + overlay, encoding="utf-8")
    return settings.model_copy(update={"site": (site,)})


def worklist(settings: Settings, order: OrderId, role: Role) -> list[WorkItem]:
    """What a role sees of an order after the program was started anew with some settings."""
    app = build(settings, clock=FakeClock(at=local("07:10")))
    rows = app.worklist(user="li.na", now=local("07:10"), ward=WARD, role=role)
    app.close()
    return [row for row in rows if row.order == order and row.task is None]


def opened(settings: Settings) -> Store:
    return open_store(settings.database, clock=FakeClock(at=local("07:10")))


def verdict_of(settings: Settings) -> Verdict:
    store = opened(settings)
    decides = configuration(settings, local("07:10"))
    verdict = verify(store, outlook_of(decides.loops, store.reads), rulebook=decides.rules)
    store.close()
    return verdict


def test_a_shorter_limit_shows_on_the_worklist_of_the_next_start(
    shift: Shift, settings: Settings, tmp_path: Path
) -> None:
    order = shift.ordered(shift.drug())
    (row,) = worklist(settings, order, Role.NURSE)
    assert (row.step, row.deadline) == ("M2", local("08:00"))
    events = len(shift.app.reads.journal(order=order))
    (row,) = worklist(changed(settings, tmp_path, FIVE_MINUTES), order, Role.NURSE)
    assert (row.step, row.deadline) == ("M2", local("07:05"))
    assert len(shift.app.reads.journal(order=order)) == events
    (row,) = worklist(settings, order, Role.NURSE)
    assert row.deadline == local("08:00")


def test_a_step_that_is_given_to_another_role_goes_to_its_worklist(
    shift: Shift, settings: Settings, tmp_path: Path
) -> None:
    order = shift.ordered(shift.drug())
    assert worklist(settings, order, Role.NURSE)
    given = changed(settings, tmp_path, BY_PHYSICIANS)
    assert worklist(given, order, Role.PHYSICIAN)
    assert worklist(given, order, Role.NURSE) == []


def test_an_open_window_is_told_which_patient_to_read_anew(
    shift: Shift, settings: Settings, tmp_path: Path
) -> None:
    shift.ordered(shift.drug())
    store = opened(settings)
    before = store.feed.here()
    build(changed(settings, tmp_path, FIVE_MINUTES), clock=shift.clock).close()
    news = store.feed.since(before)
    assert [change.encounter for change in news.changes] == [shift.stay]
    build(changed(settings, tmp_path, FIVE_MINUTES), clock=shift.clock).close()
    assert store.feed.since(news.cursor).changes == ()
    store.close()


def test_verify_compares_with_the_present_configuration_and_rebuild_brings_it(
    shift: Shift, settings: Settings, tmp_path: Path
) -> None:
    shift.verified(shift.ordered(shift.drug()))
    order = shift.ordered(shift.drug())
    assert verdict_of(settings).holds
    short = changed(settings, tmp_path, FIVE_MINUTES)
    fault = verdict_of(short).fault
    assert fault is not None
    assert "under this configuration; run db rebuild" in fault.what
    store = opened(short)
    decides = configuration(short, local("07:10"))
    outlook, sha256, rules = outlook_of(decides.loops, store.reads), decides.sha256, decides.rules
    rebuild(store, outlook, config_hash=sha256, rulebook=rules)
    assert verdict_of(short).holds
    assert refresh(store, outlook, sha256, rulebook=rules) == 0
    store.close()
    (row,) = worklist(short, order, Role.NURSE)
    assert row.deadline == local("07:05")
    assert verdict_of(short).holds


def test_ended_work_keeps_the_configuration_it_ended_under(
    shift: Shift, settings: Settings, tmp_path: Path
) -> None:
    order = shift.ordered(shift.drug())
    shift.verified(order)
    shift.at("08:05")
    shift.give(shift.tasks(order)[0].id)
    short = changed(settings, tmp_path, FIVE_MINUTES)
    build(short, clock=shift.clock).close()
    assert verdict_of(short).holds
