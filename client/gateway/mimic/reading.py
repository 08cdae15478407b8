"""From a folder to planned orders and stays: every table in its turn, every row counted."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from client.gateway.mimic import (
    charting,
    diagnoses,
    examinations,
    laboratory,
    medication,
    orders,
    stays,
    transfusions,
)
from client.gateway.mimic.accounting import Accounts
from client.gateway.mimic.administrations import chart
from client.gateway.mimic.figures import timeliness, violations
from client.gateway.mimic.tables import Folder, LocalTimes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo
    from pathlib import Path

    from client.gateway.mimic.acts import PlannedOrder
    from client.gateway.mimic.stays import PatientRow, Stay

DICTIONARIES = frozenset({laboratory.DICTIONARY, transfusions.DICTIONARY})


@dataclass(frozen=True, slots=True)
class PatientPlan:
    """All that the source has of one patient."""

    row: PatientRow
    stays: tuple[Stay, ...]
    orders: tuple[PlannedOrder, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A folder, read."""

    accounts: Accounts
    times: LocalTimes
    patients: tuple[PatientPlan, ...]
    timeliness: Mapping[str, int]
    violations: Mapping[str, int]

    @property
    def stays(self) -> tuple[Stay, ...]:
        """All stays."""
        return tuple(stay for patient in self.patients for stay in patient.stays)


def read_plan(path: Path, zone: tzinfo) -> Plan:
    """Read a folder; nothing is written anywhere.

    Raises:
        InvalidInput: no such folder, a table or column is missing, or a cell cannot be read.
    """
    accounts = Accounts()
    folder = Folder(path, accounts)
    times = LocalTimes(zone)
    reader = _Reader(folder, accounts, times)
    plan = reader.plan()
    folder.account_for_rest(DICTIONARIES)
    accounts.prove()
    return plan


class _Reader:
    def __init__(self, folder: Folder, accounts: Accounts, times: LocalTimes) -> None:
        self._folder = folder
        self._accounts = accounts
        self._times = times

    def plan(self) -> Plan:
        people = self._folder.read(stays.PATIENTS, stays.PatientRow, needed=True)
        known = self._stays(people)
        poe = self._folder.read(orders.TABLE, orders.PoeRow, needed=True)
        planned = orders.plan_orders(
            poe, admissions=known, account=self._accounts.of(orders.TABLE), times=self._times
        )
        emar = self._medication(planned)
        admissions = frozenset(known)
        self._laboratory(planned, admissions)
        self._examinations(planned)
        inputs = self._transfusions(planned, admissions)
        return Plan(
            accounts=self._accounts,
            times=self._times,
            patients=_by_patient(people, known, planned),
            timeliness=timeliness(emar, self._times),
            violations=violations(poe, emar, inputs, self._times),
        )

    def _stays(self, people: list[PatientRow]) -> dict[str, Stay]:
        known = stays.read_stays(
            people,
            self._folder.read(stays.ADMISSIONS, stays.AdmissionRow, needed=True),
            accounts=(self._accounts.of(stays.PATIENTS), self._accounts.of(stays.ADMISSIONS)),
            times=self._times,
        )
        stays.move(
            self._folder.read(stays.TRANSFERS, stays.TransferRow),
            stays=known,
            account=self._accounts.of(stays.TRANSFERS),
            times=self._times,
        )
        stays.observe(
            self._folder.read(stays.VITAL_SIGNS, stays.VitalRow),
            stays=known,
            account=self._accounts.of(stays.VITAL_SIGNS),
            times=self._times,
        )
        diagnoses.code(
            self._folder.read(diagnoses.TABLE, diagnoses.DiagnosisRow),
            stays=known,
            account=self._accounts.of(diagnoses.TABLE),
        )
        return known

    def _medication(self, planned: Mapping[str, PlannedOrder]) -> list[charting.EmarRow]:
        accounts = self._accounts
        pharmacy = self._folder.read(medication.PHARMACY, medication.PharmacyRow)
        emar = self._folder.read(charting.EMAR, charting.EmarRow)
        medication.fill_orders(
            planned,
            pharmacy=pharmacy,
            prescriptions=self._folder.read(medication.PRESCRIPTIONS, medication.PrescriptionRow),
            named=medication.first_named(pharmacy, emar),
            accounts=(accounts.of(medication.PHARMACY), accounts.of(medication.PRESCRIPTIONS)),
            times=self._times,
        )
        details = charting.read_details(self._folder.read(charting.DETAIL, charting.DetailRow))
        taken = chart(
            emar,
            orders=planned,
            details=details,
            frequencies={row.pharmacy_id: row.frequency for row in pharmacy},
            account=accounts.of(charting.EMAR),
            times=self._times,
        )
        charting.account_for_details(
            details,
            charted={row.emar_id for row in emar},
            taken=taken,
            account=accounts.of(charting.DETAIL),
        )
        return emar

    def _laboratory(self, planned: Mapping[str, PlannedOrder], admissions: frozenset[str]) -> None:
        items = self._folder.read(laboratory.DICTIONARY, laboratory.LabItemRow)
        laboratory.collect(
            self._folder.read(laboratory.TABLE, laboratory.LabRow),
            items={row.itemid: row for row in items},
            orders=planned,
            admissions=admissions,
            account=self._accounts.of(laboratory.TABLE),
            times=self._times,
        )

    def _examinations(self, planned: Mapping[str, PlannedOrder]) -> None:
        examinations.perform(
            self._folder.read(examinations.TABLE, examinations.ProcedureRow),
            orders=planned,
            account=self._accounts.of(examinations.TABLE),
            times=self._times,
        )

    def _transfusions(
        self, planned: dict[str, PlannedOrder], admissions: frozenset[str]
    ) -> list[transfusions.InputRow]:
        items = self._folder.read(transfusions.DICTIONARY, transfusions.ItemRow)
        inputs = self._folder.read(transfusions.TABLE, transfusions.InputRow)
        transfusions.transfuse(
            inputs,
            items={row.itemid: row for row in items},
            orders=planned,
            admissions=admissions,
            account=self._accounts.of(transfusions.TABLE),
            times=self._times,
        )
        return inputs


def _by_patient(
    people: list[PatientRow], known: Mapping[str, Stay], planned: Mapping[str, PlannedOrder]
) -> tuple[PatientPlan, ...]:
    mine: dict[str, list[Stay]] = defaultdict(list)
    for stay in known.values():
        mine[stay.row.subject_id].append(stay)
    ordered: dict[str, list[PlannedOrder]] = defaultdict(list)
    for order in sorted(planned.values(), key=lambda order: order.rank):
        ordered[order.encounter].append(order)
    return tuple(
        PatientPlan(
            row=row,
            stays=tuple(mine[row.subject_id]),
            orders=tuple(order for stay in mine[row.subject_id] for order in ordered[stay.id]),
        )
        for row in people
        if row.subject_id in mine
    )
