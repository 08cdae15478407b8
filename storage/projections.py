"""What the journal means for the tables that are read, for live writes and `db rebuild` alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never, cast

from domain.alert_events import AlertBody
from domain.happenings import (
    AccessReviewed,
    Admitted,
    AllergyRecorded,
    Assigned,
    BandReplaced,
    CatalogueItemSet,
    ConfigurationApproved,
    ConfigurationTaken,
    CredentialSet,
    FollowedUp,
    Granted,
    GrantTakenBack,
    MovedTo,
    ObservationsWithdrawn,
    Observed,
    PatientLinked,
    PatientRegistered,
    PractitionerSet,
    StandingFactSet,
    StayEnded,
    WardSet,
    WatchPassed,
)
from domain.patients import EncounterState
from storage import statements as sql
from storage.alert_mapping import ALERT, carry_alerts, project_alert
from storage.care_mapping import encounter_row, patient_row, practitioner_row, ward_row
from storage.clinical_projection import (
    project_allergy,
    project_fact,
    project_observed,
    withdraw,
)
from storage.codec import canonical, json_value
from storage.grants import project_grant
from storage.mapping import (
    NO_OUTLOOK,
    order_row,
    outlook_row,
    task_row,
    written_order,
    written_task,
)
from storage.types import micros

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.happenings import Happening
    from domain.ids import EncounterId
    from domain.loops.case import Case
    from domain.orders import Order
    from domain.tasks import Task
    from storage.engine import Driver, Values


_NO_OUTLOOK: Final = outlook_row(NO_OUTLOOK)


class MovedMeanwhileError(Exception):
    """The stored version of an order or task is not the one that was decided on."""

    def __init__(self, stream: str, *, is_order: bool) -> None:
        super().__init__(stream)
        self.stream = stream
        self.is_order = is_order


# ---------------------------------------------------------------- orders and tasks
def project_case(
    driver: Driver,
    before: Case | None,
    after: Case,
    *,
    outlooks: Mapping[str, Values],
    config_hash: str,
) -> None:
    """Write what changed of a case, and the columns of outlooks that were worked out anew.

    The configuration's hash beside an outlook is that of the last command which moved its stream:
    so it follows from the journal alone.

    Raises:
        MovedMeanwhileError: the stored version is not that of `before`.
    """
    case = _CaseWriter(driver, outlooks, config_hash)
    case.write_order(None if before is None else before.order, after.order)
    known = {} if before is None else before.tasks
    for key, task in after.tasks.items():
        old = known.get(key)
        if old is not task or key in outlooks:
            case.write_task(old, task)


class _CaseWriter:
    def __init__(self, driver: Driver, outlooks: Mapping[str, Values], config_hash: str) -> None:
        self._driver = driver
        self._outlooks = outlooks
        self._config_hash = config_hash

    def write_order(self, before: Order | None, order: Order) -> None:
        outlook = _NO_OUTLOOK if order.state.terminal else self._outlooks.get(order.id)
        if before is None:
            values = order_row(order) | (outlook or _NO_OUTLOOK)
            values["ward_id"] = ward_of(self._driver, order.encounter_id)
            self._driver.write(sql.ADD_ORDER, values | {"config_hash": self._config_hash})
        elif before is not order:
            values = order_row(order) | {"key": order.id, "seen": before.version}
            values |= {"own_seq": order.seq, "config": self._config_hash}
            statement = sql.MOVE_ORDER_ONLY
            if outlook is not None:
                statement, values = sql.MOVE_ORDER, values | outlook
            if self._driver.write(statement, values) != 1:
                raise MovedMeanwhileError(order.id, is_order=True)
            written_order(order, values)
            if before.state.terminal and not order.state.terminal:
                ward = ward_of(self._driver, order.encounter_id)
                self._driver.write(sql.CARRY_ORDER, {"ward_id": ward, "key": order.id})
        elif outlook is not None and not order.state.terminal:
            self._driver.write(sql.ORDER_OUTLOOK, outlook | {"key": order.id})

    def write_task(self, before: Task | None, task: Task) -> None:
        outlook = _NO_OUTLOOK if task.state.terminal else self._outlooks.get(task.id)
        if before is None:
            values = task_row(task) | (outlook or _NO_OUTLOOK)
            values["ward_id"] = ward_of(self._driver, task.encounter_id)
            self._driver.write(sql.ADD_TASK, values | {"config_hash": self._config_hash})
        elif before is not task:
            values = task_row(task) | {"key": task.id, "seen": before.version}
            values |= {"own_seq": task.version, "config": self._config_hash}
            statement = sql.MOVE_TASK_ONLY
            if outlook is not None:
                statement, values = sql.MOVE_TASK, values | outlook
            if self._driver.write(statement, values) != 1:
                raise MovedMeanwhileError(task.id, is_order=False)
            written_task(task, values)
        elif outlook is not None and not task.state.terminal:
            self._driver.write(sql.TASK_OUTLOOK, outlook | {"key": task.id})


def ward_of(driver: Driver, encounter: EncounterId) -> str:
    """Where the patient of a stay lies now; empty for a stay that is not known."""
    found = driver.row(sql.WARD_OF, id=encounter)
    return "" if found is None else str(found[0])


# ---------------------------------------------------------------- everything else
def project_happening(driver: Driver, happening: Happening, *, row: Values) -> None:
    """Write what an event beside orders and tasks changes.

    Args:
        row: the event's row of the journal.
    """
    body = happening.body
    if isinstance(body, AlertBody):
        project_alert(driver, happening, body, driver.row(ALERT, id=happening.stream))
        return
    match body:
        case PatientRegistered():
            driver.write(sql.PUT_PATIENT, patient_row(body.patient))
        case PatientLinked():
            linked: Values = {"key": body.patient, "merged_into": body.into}
            driver.write(sql.LINK_PATIENT, linked)
        case WardSet():
            driver.write(sql.PUT_WARD, ward_row(body.ward))
        case PractitionerSet():
            driver.write(sql.PUT_PRACTITIONER, practitioner_row(body.practitioner))
        case Assigned():
            _assign(driver, body)
        case CatalogueItemSet():
            _set_item(driver, body)
        case Granted() | GrantTakenBack() | AccessReviewed():
            project_grant(driver, happening, body)
        case (
            ConfigurationTaken()
            | ConfigurationApproved()
            | CredentialSet()
            | FollowedUp()
            | WatchPassed()
        ):
            pass  # named in the journal; nothing is read from it
        case _:
            _project_stay(driver, happening, body, row)


def _project_stay(
    driver: Driver,
    happening: Happening,
    body: Admitted
    | MovedTo
    | StayEnded
    | BandReplaced
    | Observed
    | ObservationsWithdrawn
    | AllergyRecorded
    | StandingFactSet,
    row: Values,
) -> None:
    stream_seq = cast("int", row["stream_seq"])
    match body:
        case Admitted():
            driver.write(sql.ADD_ENCOUNTER, encounter_row(body.encounter))
            _add_movement(driver, happening, body.encounter.ward, body.encounter.bed, stream_seq)
        case MovedTo():
            _move(driver, happening, body, stream_seq)
        case StayEnded():
            state = EncounterState.DIED if body.how == "death" else EncounterState.DISCHARGED
            values = {"key": happening.stream, "state": state.value}
            driver.write(sql.END_ENCOUNTER, values | {"ended_at": micros(happening.at)})
        case BandReplaced():
            key = happening.stream
            driver.write(sql.BAND, {"key": key, "band_instance": body.band_instance})
        case Observed():
            project_observed(driver, happening, body, row)
        case ObservationsWithdrawn():
            withdraw(driver, body, row)
        case AllergyRecorded():
            project_allergy(driver, body, row)
        case StandingFactSet():
            project_fact(driver, body, row)
        case _:
            assert_never(body)


def _move(driver: Driver, happening: Happening, body: MovedTo, stream_seq: int) -> None:
    stay = happening.stream
    driver.write(sql.MOVE_ENCOUNTER, {"key": stay, "ward_id": body.ward, "bed": body.bed})
    _add_movement(driver, happening, body.ward, body.bed, stream_seq)
    driver.write(sql.CARRY_ORDERS, {"stay": stay, "ward_id": body.ward})
    driver.write(sql.CARRY_TASKS, {"stay": stay, "ward_id": body.ward})
    carry_alerts(driver, stay, body.ward)


def _add_movement(driver: Driver, happening: Happening, ward: str, bed: str, n: int) -> None:
    values: dict[str, object] = {"encounter_id": happening.stream, "n": n, "ward_id": ward}
    driver.write(sql.ADD_MOVEMENT, values | {"bed": bed, "moved_at": micros(happening.at)})


def _assign(driver: Driver, body: Assigned) -> None:
    # one nurse per patient and start; of those on duty or on call there may be many
    of_patient = body.kind in ("nurse", "doctor") and body.encounter is not None
    driver.write(
        sql.PUT_ASSIGNMENT,
        {
            "kind": body.kind,
            "ward_id": body.ward,
            "subject": body.encounter if of_patient else body.practitioner,
            "starts_at": micros(body.starts_at),
            "ends_at": micros(body.ends_at),
            "practitioner_id": body.practitioner,
            "encounter_id": body.encounter,
        },
    )


def _set_item(driver: Driver, body: CatalogueItemSet) -> None:
    driver.write(
        sql.PUT_CATALOGUE_ITEM,
        {
            "kind": body.kind,
            "code": body.code,
            "effective_from": micros(body.effective_from),
            "data": canonical(json_value(body.data)),
        },
    )
