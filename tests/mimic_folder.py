"""A tiny folder in the layout of MIMIC-IV, written by hand: one patient, one stay, one story."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import TYPE_CHECKING

from client.gateway.mimic import charting, examinations, laboratory, medication, stays, transfusions
from client.gateway.mimic import orders as poe_table
from client.gateway.mimic.playing import Played, play
from client.gateway.mimic.reading import read_plan
from domain.loops.checks import IDENTITY_CHECKS
from rules.loops.loader import load_loops

if TYPE_CHECKING:
    from pathlib import Path

    from client.gateway.mimic.reading import Plan
    from domain.loops.loops import Loops

ZONE = timezone(timedelta(hours=-5))
SUBJECT = "1"
STAY = "20"
COLUMNS: dict[str, tuple[str, ...]] = {
    stays.PATIENTS: stays.PatientRow._fields,
    stays.ADMISSIONS: stays.AdmissionRow._fields,
    stays.TRANSFERS: stays.TransferRow._fields,
    stays.VITAL_SIGNS: stays.VitalRow._fields,
    poe_table.TABLE: poe_table.PoeRow._fields,
    medication.PHARMACY: (*medication.PharmacyRow._fields, "doses_per_24_hrs"),
    medication.PRESCRIPTIONS: medication.PrescriptionRow._fields,
    charting.EMAR: charting.EmarRow._fields,
    charting.DETAIL: charting.DetailRow._fields,
    laboratory.TABLE: laboratory.LabRow._fields,
    laboratory.DICTIONARY: laboratory.LabItemRow._fields,
    examinations.TABLE: examinations.ProcedureRow._fields,
    transfusions.TABLE: transfusions.InputRow._fields,
    transfusions.DICTIONARY: transfusions.ItemRow._fields,
}


@cache
def loops() -> Loops:
    """The shipped loops."""
    return load_loops(checks=IDENTITY_CHECKS)


def at(clock: str, day: int = 1) -> datetime:
    """The instant of a clock time of the stay, which begins on 1 May 2150 local time."""
    local = datetime.fromisoformat(f"2150-05-{day:02} {clock}:00").replace(tzinfo=ZONE)
    return local.astimezone(UTC)


def local(clock: str, day: int = 1) -> str:
    """The same as the source writes it."""
    return f"2150-05-{day:02} {clock}:00" if clock else ""


class TinyFolder:
    """Rows by table; `write` puts them into files, some compressed and some not."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: dict[str, list[dict[str, str]]] = defaultdict(list)
        self._charted = 0
        self._tested = 0
        self.add(stays.PATIENTS, subject_id=SUBJECT, gender="F")
        self.add(
            stays.ADMISSIONS,
            subject_id=SUBJECT,
            hadm_id=STAY,
            admittime=local("06:00"),
            dischtime=local("12:00", 9),
            discharge_location="HOME",
        )

    def add(self, table: str, **cells: str) -> None:
        """Add a row; cells that are not named are empty."""
        self.rows[table].append(cells)

    def order(
        self,
        number: int,
        kind: str,
        clock: str,
        *,
        subtype: str = "",
        does: str = "New",
        ends: str = "",
        ended_by: str = "",
        day: int = 1,
    ) -> str:
        """Add an order, or what ends one; its `poe_id`."""
        self.add(
            poe_table.TABLE,
            poe_id=f"{SUBJECT}-{number}",
            poe_seq=str(number),
            subject_id=SUBJECT,
            hadm_id=STAY,
            ordertime=local(clock, day),
            order_type=kind,
            order_subtype=subtype,
            transaction_type=does,
            discontinue_of_poe_id=ends,
            discontinued_by_poe_id=ended_by,
            order_provider_id="P1",
        )
        return f"{SUBJECT}-{number}"

    def drug(
        self,
        clock: str = "07:00",
        *,
        verified: str = "07:10",
        frequency: str = "BID",
        daily: str = "2",
    ) -> str:
        """Add a drug order with its pharmacy row."""
        poe = self.order(len(self.rows[poe_table.TABLE]) + 1, "Medications", clock)
        self.add(
            medication.PHARMACY,
            pharmacy_id="9",
            poe_id=poe,
            starttime=local("08:00"),
            medication="Metoprolol",
            verifiedtime=local(verified),
            route="PO",
            frequency=frequency,
            doses_per_24_hrs=daily,
        )
        return poe

    def chart(
        self,
        poe: str,
        event: str,
        clock: str,
        *,
        due: str = "08:00",
        stored: str = "",
        kind: str = "Standard Maintenance Medication",
        pharmacy: str = "",
        **product: str,
    ) -> str:
        """Add an eMAR row with its own detail row; its `emar_id`."""
        self._charted += 1
        emar = f"{SUBJECT}-e{self._charted}"
        self.add(
            charting.EMAR,
            emar_id=emar,
            emar_seq=str(self._charted),
            poe_id=poe,
            pharmacy_id=pharmacy,
            charttime=local(clock),
            medication="Metoprolol",
            event_txt=event,
            scheduletime=local(due),
            storetime=local(stored or clock),
        )
        self.add(charting.DETAIL, emar_id=emar, administration_type=kind)
        if product:
            self.add(charting.DETAIL, emar_id=emar, parent_field_ordinal="1.1", **product)
        return emar

    def tube(
        self, specimen: str, drawn: str, *stored: str, day: int = 1, priority: str = "ROUTINE"
    ) -> None:
        """Add a tube with one result for each store time; an empty one was never stored."""
        for clock in stored:
            self._tested += 1
            self.add(
                laboratory.TABLE,
                labevent_id=str(self._tested),
                hadm_id=STAY,
                specimen_id=specimen,
                itemid="50971",
                charttime=local(drawn, day),
                storetime=local(clock, day),
                value="5.9",
                valueuom="mEq/L",
                flag="abnormal",
                priority=priority,
            )

    def unit(self, link: str, start: str, end: str, *, row: str = "", item: str = "225168") -> None:
        """Add a row of a blood bag."""
        self.add(
            transfusions.TABLE,
            subject_id=SUBJECT,
            hadm_id=STAY,
            caregiver_id="7",
            starttime=local(start),
            endtime=local(end),
            storetime=local(start),
            itemid=item,
            amount="350",
            amountuom="ml",
            rate="175",
            rateuom="mL/hour",
            orderid=row or link,
            linkorderid=link,
        )

    def procedure(self, item: str, start: str, number: str = "1") -> None:
        """Add a procedure of the intensive care unit."""
        self.add(
            examinations.TABLE,
            hadm_id=STAY,
            caregiver_id="7",
            starttime=local(start),
            endtime=local(start),
            storetime=local(start),
            itemid=item,
            orderid=number,
        )

    def write(self) -> Path:
        """Write the tables that have rows, and the three that every copy has."""
        needed = (stays.PATIENTS, stays.ADMISSIONS, poe_table.TABLE)
        for place, table in enumerate(sorted({*needed, *self.rows})):
            names = COLUMNS.get(table) or tuple(self.rows[table][0])
            ending = ".csv.gz" if place % 2 else ".csv"
            file = self.path / f"{table}{ending}"
            file.parent.mkdir(parents=True, exist_ok=True)
            opened = gzip.open if place % 2 else open
            with opened(file, "wt", encoding="utf-8", newline="") as lines:
                writer = csv.DictWriter(lines, names, restval="")
                writer.writeheader()
                writer.writerows(self.rows[table])
        return self.path

    def plan(self) -> Plan:
        """The folder, read."""
        return read_plan(self.write(), ZONE)


def played(plan: Plan) -> dict[str, Played]:
    """Every order of a plan, played, by its `poe_id`."""
    return {
        order.source_id: play(order, loops())
        for patient in plan.patients
        for order in patient.orders
    }


def aside(plan: Plan, table: str) -> dict[str, int]:
    """The rows of a table that were set aside, by reason."""
    return dict(plan.accounts.of(table).aside)
