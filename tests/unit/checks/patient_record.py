"""A patient, their orders and an entry at a step: what checks look at, told in a few words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from typing import TYPE_CHECKING, Any, TypeAlias

from domain.analytes import UNITS
from domain.clinical import ActiveOrder, Allergy, AllergyKind, Clinical
from domain.commands import RecordStep
from domain.conditions import CONDITIONS
from domain.findings import Finding
from domain.ids import EncounterId, OrderId, PatientId, PractitionerId, TaskId
from domain.loops.applies import Place
from domain.loops.case import Case, Facts
from domain.loops.checks import CheckContext, read_scans
from domain.loops.deadlines import limit_minutes
from domain.loops.loops import Loops
from domain.observations import Observation
from domain.orders import Order, OrderState, Priority, Tally
from domain.patients import Sex
from domain.people import Actor, Role
from domain.records import Record
from domain.standing import PREGNANCY, StandingFact
from domain.tasks import Task, TaskState
from rules.checks.drugs import drug_of, drug_of_order
from rules.checks.prescribing import PARTS
from rules.checks.prescription import Prescription
from rules.checks.registry import clinical_checks
from rules.knowledge.loading import load_knowledge
from rules.knowledge.tables import Knowledge, Tables
from rules.loops.loader import load_loops

if TYPE_CHECKING:
    from domain.loops.loops import Check

Free: TypeAlias = Any
"""What a test names freely."""
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
NURSE = PractitionerId("li.na")


@cache
def knowledge() -> Knowledge:
    return load_knowledge()


def tables() -> Tables:
    return knowledge().on(NOW.date())


def value(name: str, number: object, *, hours: float = 1, unit: str | None = None) -> Observation:
    known = unit if unit is not None else UNITS.get(name, "1")
    return Observation(name, str(number), known, NOW - timedelta(hours=hours))


def allergy(
    substance: str, reaction: str = "", *, kind: str = "allergy", certainty: str = "confirmed"
) -> Allergy:
    return Allergy(substance, AllergyKind(kind), reaction, certainty=certainty)


def pregnancy(said: str, *, days: int = 0, **detail: object) -> StandingFact:
    return StandingFact(PREGNANCY, said, NOW - timedelta(days=days), NURSE, detail)


def ill(*entries: str) -> StandingFact:
    """The list of lasting illnesses; without entries the patient was asked and has none."""
    said = "listed" if entries else "none"
    return StandingFact(CONDITIONS, said, NOW, NURSE, {"listed": list(entries)})


def flag(name: str) -> StandingFact:
    return StandingFact(name, value=True, at=NOW, by=NURSE)


def active(
    product: str,
    dose: str = "100 mg",
    frequency: str = "qd",
    *,
    ident: str = "",
    route: str = "PO",
    loop: str = "medication",
    stop: datetime | None = None,
    signed: datetime | None = NOW - timedelta(days=1),
    overridden: Mapping[str, str] | None = None,
    catalogue: Mapping[str, object] | None = None,
    **fields: object,
) -> ActiveOrder:
    return ActiveOrder(
        id=OrderId(ident or f"order of {product}"),
        loop=loop,
        priority=Priority.ROUTINE,
        fields={"product": product, "dose": dose, "frequency": frequency, "route": route} | fields,
        product={"code": product, **(catalogue or {})},
        signed_at=signed,
        stop_at=stop,
        overridden=overridden or {},
    )


def patient(
    *values: Observation,
    orders: tuple[ActiveOrder, ...] = (),
    stopped: tuple[ActiveOrder, ...] = (),
    allergies: tuple[Allergy, ...] | None = (),
    facts: tuple[StandingFact, ...] = (),
    sex: Sex = Sex.MALE,
    born: date | None = date(1970, 5, 1),
    series: Mapping[str, tuple[Observation, ...]] | None = None,
) -> Clinical:
    return Clinical(
        sex=sex,
        birth_date=born,
        latest={one.name: one for one in values},
        series=series or {},
        allergies=allergies,
        orders=orders,
        stopped=stopped,
        facts={one.name: one for one in facts},
    )


def asked(
    product: str,
    dose: str = "100 mg",
    frequency: str = "qd",
    *,
    of: Clinical | None = None,
    route: str = "PO",
    catalogue: Mapping[str, object] | None = None,
    known: Tables | None = None,
    **fields: object,
) -> Prescription:
    """A drug as it is ordered now."""
    clinical = of or patient()
    used = known or tables()
    drug = drug_of(
        used,
        order="new",
        fields={"product": product, "dose": dose, "frequency": frequency, "route": route} | fields,
        product={"code": product, **(catalogue or {})},
    )
    others = tuple(drug_of_order(used, one) for one in clinical.orders if one.loop == "medication")
    return Prescription(drug, others, clinical, used, NOW)


def found(prescription: Prescription, check: str) -> list[Finding]:
    """What every part finds under one name."""
    return [one for part in PARTS for one in part(prescription) if one.check == check]


# ------------------------------------------------------------------ an entry at a step
@cache
def loops() -> Loops:
    return load_loops()


@cache
def checks() -> Mapping[str, Check]:
    return clinical_checks(knowledge)


@dataclass
class At:
    """An entry at a step, as the checks of that step see it."""

    loop: str
    step: str
    fields: Mapping[str, object] = field(default_factory=dict)
    task: Mapping[str, object] | None = field(default_factory=dict)
    records: dict[str, Record] = field(default_factory=dict)
    clinical: Clinical | None = None
    product: Mapping[str, object] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    due: datetime | None = None
    window: str = "none"
    interval: int | None = None
    started: bool = False
    priority: Priority = Priority.ROUTINE
    version: int = 0
    mrn: str = "0012345678"

    def after(
        self, step: str, minutes: float = 10, result: str | None = None, **evidence: object
    ) -> At:
        """An earlier record, so many minutes ago."""
        then = NOW - timedelta(minutes=minutes)
        self.records[step] = Record(step, then, then, NURSE, result, evidence)
        return self

    def context(
        self,
        *,
        scans: tuple[str, ...] = (),
        result: str | None = None,
        role: Role = Role.NURSE,
        at: datetime = NOW,
        **evidence: object,
    ) -> CheckContext:
        loop = loops().get(self.loop)
        of_order = {no: one for no, one in self.records.items() if loop.steps[no].level == "order"}
        order = Order(
            id=OrderId("order-1"),
            loop=self.loop,
            loop_version=1,
            encounter_id=EncounterId("stay-1"),
            patient_id=PatientId("patient-1"),
            author=NURSE,
            priority=self.priority,
            fields=self.fields,
            placed_at=NOW - timedelta(days=1),
            state=OrderState.IN_PROGRESS,
            steps=of_order,
            report_version=self.version,
            tally=self.tally,
        )
        task = None
        if self.task is not None:
            task = Task(
                id=TaskId("task-1"),
                order_id=order.id,
                encounter_id=order.encounter_id,
                loop=self.loop,
                state=TaskState.IN_PROGRESS,
                made_at=NOW - timedelta(days=1),
                due_at=self.due,
                window_class=self.window,
                interval_minutes=self.interval,
                fields=self.task,
                steps={no: one for no, one in self.records.items() if no not in of_order},
                started=self.started,
            )
        place = Place(loop, Case(order, {} if task is None else {task.id: task}), task)
        entry = RecordStep(
            order=order.id,
            actor=Actor(NURSE, frozenset({role})),
            at=at,
            step=self.step,
            result=result,
            scans=scans,
            evidence=evidence,
        )
        read, _ = read_scans(entry, place)
        return CheckContext(
            step=loop.steps[self.step],
            place=place,
            entry=entry,
            facts=Facts(
                order.encounter_id,
                order.patient_id,
                mrn=self.mrn,
                product=self.product,
                clinical=self.clinical,
            ),
            now=at,
            scans=read,
            limit_minutes=partial(limit_minutes, place=place),
        )

    def finds(self, check: str, **entered: object) -> list[Finding]:
        """What a check of this step finds."""
        context = self.context(**entered)  # type: ignore[arg-type]  # a test names fields freely
        said = checks()[check](context)
        if said is None:
            return []
        return [said] if isinstance(said, Finding) else list(said)

    def severities(self, check: str, **entered: object) -> list[str]:
        """How the findings of a check bind."""
        return [one.severity.value for one in self.finds(check, **entered)]
