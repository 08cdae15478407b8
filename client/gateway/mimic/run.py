"""`wardloop import mimic-iv`: read, play, write, and say what became of every row."""

from __future__ import annotations

import gc
import re
from contextlib import contextmanager
from datetime import timedelta, timezone
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from client.gateway.mimic import stays
from client.gateway.mimic.closure import Closure
from client.gateway.mimic.identities import MACHINE, command_id
from client.gateway.mimic.playing import play
from client.gateway.mimic.reading import read_plan
from domain.errors import InvalidInput
from domain.loops.outlook import outlooks
from domain.ports import CommandMeta, Kept

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime, tzinfo
    from pathlib import Path

    from client.gateway.mimic.accounting import Accounts
    from client.gateway.mimic.playing import Played
    from client.gateway.mimic.reading import PatientPlan, Plan
    from domain.events import Event
    from domain.services.workplace import Workplace

KIND: Final = "import_mimic_iv"
DEFAULT_TIME_ZONE: Final = timezone(timedelta(hours=-5))
"""The hospital's winter time. The dates are shifted, so that summer time would mean nothing."""


def time_zone_of(text: str) -> tzinfo:
    """The fixed offset of `-05:00` or `+08:00`.

    Raises:
        InvalidInput: it is none.
    """
    match = re.fullmatch(r"([+-])(\d{2}):?([0-5]\d)", text)
    if match is None or int(match[2]) > 14:  # noqa: PLR2004 - no place on earth is further off
        raise InvalidInput("time_zone", f"{text!r} is no offset", right="-05:00")
    minutes = int(match[2]) * 60 + int(match[3])
    return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))


def import_mimic(
    place: Workplace,
    folder: Path,
    *,
    time_zone: tzinfo = DEFAULT_TIME_ZONE,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, object]:
    """Import a folder in the layout of MIMIC-IV; a second time changes nothing and says the same.

    One transaction a patient, so that an interrupted import goes on where it stopped.

    Args:
        place: where it goes; the orders are pinned to the versions of its loops.
        time_zone: of the source's local times.
        progress: told the patients done and the patients in all.

    Returns:
        The answer of `import mimic-iv --json`.

    Raises:
        InvalidInput: a table, column or cell cannot be read; nothing has been written.
        StorageError: the database cannot be written to.
    """
    plan = read_plan(folder, time_zone)
    closure = Closure()
    _write_wards(place, plan, time_zone)
    with _plan_out_of_sight():
        for done, patient in enumerate(plan.patients, start=1):
            played = [play(order, place.loops) for order in patient.orders]
            for one in played:
                closure.add(one)
                _give_back(one, plan.accounts)
            _write_patient(place, plan, patient, played)
            if progress is not None:
                progress(done, len(plan.patients))
    plan.accounts.prove()
    return {
        "tables": plan.accounts.to_json(),
        "taken": closure.taken(),
        "timeliness": dict(plan.timeliness),
        "violations": dict(plan.violations),
        "closure": closure.tasks(),
    }


@contextmanager
def _plan_out_of_sight() -> Iterator[None]:
    """Keep the collector from walking the plan again and again: an eighth of the time."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _give_back(played: Played, accounts: Accounts) -> None:
    """Set the rows aside of what the engine did not accept: it is said, not lost."""
    for act, code in played.refused:
        for table, rows in act.rows:
            accounts.of(table).give_back(f"refused by the loop: {code}", rows)


def _meta(place: Workplace, what: str, identity: str) -> CommandMeta:
    return CommandMeta(
        command_id=command_id(what, identity),
        actor=MACHINE,
        kind=KIND,
        workstation=place.workstation,
        loop_hash=place.loops.sha256,
        config_hash=place.config_hash,
    )


def _write_wards(place: Workplace, plan: Plan, zone: tzinfo) -> None:
    """Each ward under a command of its own, so that another folder's wards are added to these."""
    for happening in stays.wards(plan.stays, zone):
        meta = _meta(place, "ward", happening.stream)
        with place.uow.begin(meta) as transaction:
            if not transaction.seen():
                transaction.tell([happening])
                transaction.commit()


def _write_patient(
    place: Workplace, plan: Plan, patient: PatientPlan, played: Sequence[Played]
) -> None:
    """Everything of one patient, or nothing.

    The stay's own events come first on its chain: an order follows its patient to a ward only once
    it is kept, so that movements cannot stand between an order's events and its projection.
    """
    meta = _meta(place, "patient", patient.row.subject_id)
    encounters = [stay.id for stay in patient.stays]
    with place.uow.begin(meta, encounters=encounters) as transaction:
        if transaction.seen():
            return
        transaction.tell(stays.happenings(patient.row, patient.stays, plan.times))
        transaction.append(in_time_order(played))
        for one in played:
            looks = outlooks(place.loops, one.case)
            transaction.keep(Kept(before=None, after=one.whole, outlooks=looks))
        transaction.commit()


def in_time_order(played: Sequence[Played]) -> list[Event]:
    """The events of all orders by the time they were stored, each order's own in their order.

    A fold needs an order's events as they were decided. An event that was stored earlier than one
    before it on its order therefore stands right after that one.
    """
    placed: list[tuple[datetime, int, int, Event]] = []
    for number, one in enumerate(played):
        latest = one.events[0].recorded_at
        for place, event in enumerate(one.events):
            latest = max(latest, event.recorded_at)
            placed.append((latest, number, place, event))
    placed.sort(key=itemgetter(0, 1, 2))
    return [event for *_, event in placed]
