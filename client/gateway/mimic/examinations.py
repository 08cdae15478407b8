"""`icu/procedureevents`: the only source of performed examinations, matched by modality and time.

No report is in the source, so that every examination stays open at E12 (I7).
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from client.gateway.mimic.acts import Act, Occurrence, Step
from client.gateway.mimic.amounts import code, whole
from client.gateway.mimic.identities import actor, encounter_id, task_id
from domain.people import Role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from client.gateway.mimic.accounting import Account
    from client.gateway.mimic.acts import PlannedOrder
    from client.gateway.mimic.tables import LocalTimes

TABLE: Final = "icu/procedureevents"
BEFORE: Final = timedelta(hours=1)
AFTER: Final = timedelta(hours=72)
STARTED: Final = Step("E8", "started")
COMPLETED: Final = Step("E9", "complete")


class ProcedureRow(NamedTuple):
    """The columns that are read."""

    hadm_id: str
    caregiver_id: str
    starttime: str
    endtime: str
    storetime: str
    itemid: str
    orderid: str


# What was ordered, and what was done, under one name for matching and as the loop's modality.
ORDERED: Final = {
    "General Xray": "xray",
    "CT Scan": "ct",
    "MRI": "mri",
    "Ultrasound": "ultrasound",
    "Noninvasive Vascular": "ultrasound",
    "Interventional Radiology": "interventional",
    "ECG": "ecg",
    "Echo": "echo",
    "EEG": "eeg",
}
PERFORMED: Final = {
    "225459": "xray",  # Chest X-Ray
    "221216": "xray",  # X-ray
    "229581": "xray",  # Portable Chest X-Ray
    "221214": "ct",  # CT scan
    "223253": "mri",  # Magnetic Resonance Imaging
    "221217": "ultrasound",  # Ultrasound
    "225462": "interventional",  # Interventional Radiology
    "225402": "ecg",  # EKG
    "225432": "echo",  # Transthoracic Echo
    "221255": "echo",  # Trans Esophageal Echo
    "221223": "eeg",  # EEG
}
_MODALITIES: Final = {
    "xray": "XR",
    "ct": "CT",
    "mri": "MR",
    "ultrasound": "US",
    "interventional": "XA",
    "ecg": "ECG",
    "echo": "US",
}


def perform(
    rows: Sequence[ProcedureRow],
    *,
    orders: Mapping[str, PlannedOrder],
    account: Account,
    times: LocalTimes,
) -> None:
    """Give each examination to the latest order that none has answered yet; count every row."""
    waiting: dict[tuple[str, str], list[PlannedOrder]] = defaultdict(list)
    for order in sorted(orders.values(), key=lambda order: order.rank):
        if order.kind != "examination":
            continue
        name = ORDERED.get(order.subtype, "")
        order.fields["exam"] = code(order.subtype)
        order.fields["modality"] = _MODALITIES.get(name, "OTHER")
        waiting[order.encounter, name].append(order)
    for row in sorted(rows, key=lambda row: (row.starttime, row.orderid)):
        name = PERFORMED.get(row.itemid, "")
        if not name:
            account.set_aside("no examination")
            continue
        ordered = _take(waiting[encounter_id(row.hadm_id), name], row, times)
        if ordered is None:
            account.set_aside("no order of that modality from 1 h after to 72 h before")
            continue
        account.take()
        _add(ordered, row, times)


def _take(waiting: list[PlannedOrder], row: ProcedureRow, times: LocalTimes) -> PlannedOrder | None:
    at = times.at(row.starttime, f"{TABLE}.starttime")
    fitting = [order for order in waiting if order.at - BEFORE <= at <= order.at + AFTER]
    if not fitting:
        return None
    waiting.remove(fitting[-1])
    return fitting[-1]


def _add(order: PlannedOrder, row: ProcedureRow, times: LocalTimes) -> None:
    started = times.at(row.starttime, f"{TABLE}.starttime")
    ended = times.or_none(row.endtime, f"{TABLE}.endtime") or started
    stored = times.or_none(row.storetime, f"{TABLE}.storetime") or ended
    task = Occurrence(id=task_id("visit", order.source_id, row.orderid))
    for step, at, counted in ((STARTED, started, 1), (COMPLETED, ended, 0)):
        order.acts.append(
            Act(
                at=at,
                stored=stored,
                number=whole(row.orderid, f"{TABLE}.orderid"),
                actor=actor(f"caregiver-{row.caregiver_id}", Role.IMAGING),
                what=step,
                source_id=f"procedure {row.orderid}",
                task=task,
                rows=((TABLE, 1),) if counted else (),
            )
        )
