"""A shift on a ward, played through the use cases only: the same on fakes and on a database."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

from client.app import App
from domain.errors import Refused
from domain.events import Override
from domain.findings import Severity
from domain.ids import CommandId, EncounterId, OrderId, PractitionerId, TaskId, WardId
from domain.loops.checks import IDENTITY_CHECKS
from domain.patients import Sex, Ward
from domain.people import Practitioner, Role
from domain.services.admitting import Admission
from domain.services.drafting import NewOrder
from domain.services.executing import parse_step_entry
from domain.services.workplace import WardSettings, Workplace
from rules.loops.loader import load_loops
from tests.fakes import FakeClock, FakeStore, SeededIds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.loops.case import Case
    from domain.loops.loops import Loops
    from domain.ports import Rulebook
    from domain.services.workplace import Changes
    from domain.tasks import Task

ZONE = ZoneInfo("Asia/Shanghai")
WARD = WardId("4A")
OTHER_WARD = WardId("5B")

DRUGS = (
    "code,name,name_zh,route,gtins,high_alert,controlled,skin_test,time_critical,ward_stock,"
    "infusion,effect_required"
    """
PARA500,Paracetamol 500 mg,对乙酰氨基酚,PO,06901234567892,false,false,false,,4A,,
CEF1G,Ceftriaxone 1 g,头孢曲松,IV,,false,false,false,,,true,
HEP5000,Heparin,肝素,SC,,true,false,false,,*,,
MORPH10,Morphine 10 mg,吗啡,IV,,true,true,false,,4A;5B,,true
INS,Insulin aspart,门冬胰岛素,SC,,true,false,false,true,*,,
NACL,Sodium chloride 0.9 %,氯化钠,IV,,false,false,false,,*,true,
PENG,Penicillin G,青霉素,IV,,false,false,true,,*,true,
"""
)
TESTS = """code,name,name_zh,specimen_type,container_type,test_class,specimen_class
K,Potassium,钾,serum,gold,chemistry,serum
NA,Sodium,钠,serum,gold,chemistry,serum
CBC,Blood count,血常规,blood,lavender,routine,whole_blood
GLUPOC,Bedside glucose,床旁血糖,blood,,routine,whole_blood
"""
EXAMS = """code,name,name_zh,modality,body_part,contrast,consent_required,checklist
CXR,Chest film,胸片,XR,chest,false,false,false
CTABDC,CT abdomen with contrast,腹部增强CT,CT,abdomen,true,true,true
"""
COMPONENTS = """code,name,name_zh,volume
red_cells,Red cells,红细胞,200 mL
"""

TEAM = {
    "dr.chen": Role.PHYSICIAN,
    "dr.wu": Role.SENIOR_PHYSICIAN,
    "li.na": Role.NURSE,
    "zhao.min": Role.NURSE,
    "sun.li": Role.CHARGE_NURSE,
    "ph.qian": Role.PHARMACIST,
    "ph.he": Role.PHARMACIST,
    "tech.tang": Role.PHARMACY_TECHNICIAN,
    "porter.ma": Role.PORTER,
    "lab.xu": Role.LABORATORY,
    "lab.gao": Role.LABORATORY_VERIFIER,
    "img.deng": Role.IMAGING,
    "img.fang": Role.IMAGING_PHYSICIAN,
    "bb.cao": Role.BLOOD_BANK,
}


@cache
def real_loops() -> Loops:
    """The shipped loop files, with the checks of identity."""
    return load_loops(checks=IDENTITY_CHECKS)


def local(clock: str, day: int = 0) -> datetime:
    """An instant on the ward's wall clock: `09:10` on the first day (a Tuesday), or later."""
    hours, minutes = clock.split(":")
    first = datetime(2026, 11, 24, int(hours), int(minutes), tzinfo=ZONE)
    return first + timedelta(days=day)


WARDS: Mapping[WardId, WardSettings] = {
    WARD: WardSettings({"transported": True, "care_level": "II"})
}


def fake_app(
    clock: FakeClock,
    *,
    loops: Loops | None = None,
    wards: Mapping[WardId, WardSettings] = WARDS,
    rulebook: Rulebook | None = None,
    store: FakeStore | None = None,
) -> App:
    """The program on a store in memory."""
    store = store or FakeStore(clock)
    place = Workplace(
        uow=store.units,
        reads=store.reads,
        loops=loops or real_loops(),
        ids=SeededIds(),
        workstation="ws-1",
        config_hash="c" * 64,
        trust=store.trust,
        wards=wards,
        rulebook=rulebook,
    )
    return App(place, clock=clock)


@dataclass
class Shift:
    """A ward with its team, its catalogues and one patient in bed 01."""

    app: App
    clock: FakeClock
    stay: EncounterId = field(init=False)
    count: int = 0

    def __post_init__(self) -> None:
        self.at("07:00")
        admin = Practitioner(PractitionerId("admin"), "Admin", frozenset({Role.ADMINISTRATOR}))
        self.app.add_user(user="admin", command=self.new(), practitioner=admin)
        for name, role in TEAM.items():
            person = Practitioner(PractitionerId(name), name.upper(), frozenset({role}))
            self.app.add_user(user="admin", command=self.new(), practitioner=person)
        for ward in (WARD, OTHER_WARD):
            beds = ("01", "02", "03", "04")
            made = Ward(ward, f"Ward {ward}", f"{ward}病区", "Asia/Shanghai", beds)
            self.app.set_ward(user="admin", command=self.new(), ward=made)
        for kind, text in (
            ("drug", DRUGS),
            ("test", TESTS),
            ("examination", EXAMS),
            ("component", COMPONENTS),
        ):
            self.app.import_catalogue(user="admin", command=self.new(), kind=kind, text=text)
        self.stay = self.admit("0012345678", "01")

    # ------------------------------------------------------------ time and ids
    def at(self, clock: str, day: int = 0) -> datetime:
        """Put the clock to a wall time of the ward."""
        self.clock.at = local(clock, day)
        return self.clock.at

    def new(self) -> CommandId:
        """A command id that nobody has used."""
        self.count += 1
        return CommandId(f"command-{self.count}")

    def machine(self, user: str) -> None:
        """An interface account."""
        account = Practitioner(PractitionerId(user), user, frozenset({Role.SYSTEM}))
        self.app.add_user(user="admin", command=self.new(), practitioner=account)

    # ------------------------------------------------------------ patients
    def admit(self, mrn: str, bed: str, *, ward: WardId = WARD) -> EncounterId:
        """A patient comes in."""
        admission = Admission(
            mrn=mrn,
            ward=ward,
            bed=bed,
            name=f"WANG, {mrn}",
            name_zh="王某",
            sex=Sex.FEMALE,
            birth_date=date(1950, 5, 1),
        )
        return self.app.admit(user="li.na", command=self.new(), admission=admission).encounters[0]

    # ------------------------------------------------------------ orders
    def drug(self, product: str = "PARA500", /, **fields: object) -> dict[str, object]:
        """The fields of a drug order: a tablet by mouth every 8 hours unless it says otherwise."""
        plain = {
            "product": product,
            "dose": "500 mg",
            "route": "PO",
            "frequency": "q8h",
            "start": self.clock.at.isoformat(),
            "priority": "ROUTINE",
            "order_class": "LONG",
        }
        return plain | fields

    def draft(
        self,
        fields: Mapping[str, object],
        *,
        kind: str = "medication",
        by: str = "dr.chen",
        stay: EncounterId | None = None,
        verbal: bool = False,
    ) -> OrderId:
        """Write an order."""
        new = NewOrder(stay or self.stay, kind, fields, verbal=verbal)
        return self.app.draft_order(user=by, command=self.new(), new=new).orders[0]

    def sign(self, order: OrderId, *, by: str = "dr.chen") -> Changes:
        """Sign an order, and say why where a check asks for it."""
        try:
            return self.app.sign_order(user=by, command=self.new(), order=order)
        except Refused as error:
            told = reasons_for(error)
            if not told:
                raise
        return self.app.sign_order(user=by, command=self.new(), order=order, overrides=told)

    def ordered(
        self,
        fields: Mapping[str, object],
        *,
        kind: str = "medication",
        stay: EncounterId | None = None,
    ) -> OrderId:
        """Write an order and sign it."""
        order = self.draft(fields, kind=kind, stay=stay)
        self.sign(order)
        return order

    # ------------------------------------------------------------ steps
    def do(self, user: str, **line: object) -> Changes:
        """Record a step as the command line would."""
        command = line.pop("command_id", None) or self.new()
        if line.get("step") == "physician_confirmed" and "evidence" not in line:
            exceptions = self.shown(cast("OrderId", line["order"]))["exceptions"]
            line["evidence"] = {"exceptions_seen": len(cast("list[object]", exceptions))}
        entry = parse_step_entry({"command_id": command, **line})
        try:
            return self.app.record_step(user=user, entry=entry)
        except Refused as error:
            told = reasons_for(error)
            if line.get("step") != "pharm_reviewed" or not told:
                raise
        return self.app.record_step(user=user, entry=replace(entry, overrides=told))

    def verified(self, order: OrderId) -> None:
        """Nurse and pharmacist have passed a drug order."""
        self.do("li.na", order=order, step="nurse_verified", result="verified")
        self.do("ph.qian", order=order, step="pharm_reviewed", result="approved")

    def check(self, task: TaskId, *, by: str = "li.na", **more: object) -> Changes:
        """Check a dose at the bedside, by hand because the scanner is down."""
        evidence = {"noscan_reason": "scanner down"}
        return self.do(by, task=task, step="bedside_verified", evidence=evidence, **more)

    def give(self, task: TaskId, *, by: str = "li.na") -> None:
        """Check a tablet at the bedside and give it."""
        self.check(task, by=by)
        amounts = {"dose": "500 mg", "amount": "500 mg"}
        self.do(by, task=task, step="admin_completed", result="complete", evidence=amounts)

    # ------------------------------------------------------------ looking
    def case(self, order: OrderId) -> Case:
        """An order with all its tasks."""
        found = self.app.reads.case(order, whole=True)
        assert found is not None
        return found

    def tasks(self, order: OrderId) -> list[Task]:
        """Its own tasks in the order in which they are due."""
        own = [task for task in self.case(order).tasks.values() if task.parent is None]
        return sorted(own, key=lambda task: (task.due_at or task.made_at, task.seq))

    def due(self, order: OrderId) -> list[str]:
        """When its open tasks are due, on the ward's clock: `24 16:00`."""
        return [
            task.due_at.astimezone(ZONE).strftime("%d %H:%M")
            for task in self.tasks(order)
            if task.due_at is not None and not task.state.terminal
        ]

    def states(self, order: OrderId) -> list[str]:
        """The states of its tasks, with their outcomes where they have one."""
        return [
            task.state.value + (f":{task.outcome}" if task.outcome else "")
            for task in self.tasks(order)
        ]

    def order_state(self, order: OrderId) -> str:
        """The state of an order."""
        return self.case(order).order.state.value

    def shown(self, order: OrderId) -> dict[str, list[dict[str, object]]]:
        """The value of `order show --json`."""
        found = self.app.show_order(user="li.na", order=order, now=self.app.now())
        return cast("dict[str, list[dict[str, object]]]", found)


def fake_shift() -> Shift:
    """A shift in memory."""
    clock = FakeClock()
    return Shift(fake_app(clock), clock)


def reasons_for(error: Refused) -> tuple[Override, ...]:
    """A reason for each finding that asks for one; none where something graver stands there."""
    blocking = [one for one in error.findings if one.blocks]
    if any(one.severity is not Severity.REASON for one in blocking):
        return ()
    return tuple(Override(check, "thought over") for check in {one.check for one in blocking})


def steps_of(task: Mapping[str, object]) -> list[object]:
    """The numbers of the steps recorded on a task, as `order show` lists them."""
    return [step["step"] for step in cast("list[dict[str, object]]", task["steps"])]


def limits_of(task: Mapping[str, object]) -> list[object]:
    """The limits that run on a task, as `order show` lists them."""
    return [row["limit"] for row in cast("list[dict[str, object]]", task["deadlines"])]
