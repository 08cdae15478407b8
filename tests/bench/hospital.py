"""A hospital of 300 patients at eight in the morning, told through the use cases themselves."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from client.settings import Settings
from domain.barcodes import wristband
from domain.errors import Refused
from domain.ids import CommandId, EncounterId, OrderId, PractitionerId, WardId
from domain.patients import Ward
from domain.people import Practitioner, Role
from domain.services.admitting import Admission
from domain.services.drafting import NewOrder
from domain.services.step_entry import StepEntry, parse_step_entry
from tests.shift import TEAM, local, reasons_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from client.app import App
    from domain.tasks import Task
    from tests.fakes import FakeClock

ENCOUNTERS: Final = 300
OPEN_TASKS: Final = (20, 80)
WARDS: Final = tuple(WardId(f"{floor}A") for floor in range(1, 9))
EIGHT: Final = local("08:00")
NINE: Final = local("09:00")
PACK: Final = "010690123456789217271231"
"""A scanned pack: its GTIN, its expiry at the end of 2027."""
DRUGS: Final = """code,name,name_zh,route,gtins,high_alert,controlled,skin_test,time_critical,\
ward_stock,infusion
PARA500,Paracetamol 500 mg,对乙酰氨基酚,PO,06901234567892,false,false,false,,*,
INS,Insulin aspart,门冬胰岛素,SC,06901234567892,true,false,false,true,*,
HEP5000,Heparin,肝素,SC,06901234567892,false,false,false,,*,
NACL,Sodium chloride 0.9 %,氯化钠,IV,06901234567892,false,false,false,,*,true
CEF1G,Ceftriaxone 1 g,头孢曲松,IV,06901234567892,false,false,false,,,true
"""
TESTS: Final = """code,name,name_zh,specimen_type,container_type,test_class,specimen_class
K,Potassium,钾,serum,gold,chemistry,serum
CBC,Blood count,血常规,blood,lavender,routine,whole_blood
"""
PLANS: Final = (
    {"product": "PARA500", "dose": "500 mg", "route": "PO", "frequency": "q6h"},
    {"product": "PARA500", "dose": "500 mg", "route": "PO", "frequency": "q8h"},
    {"product": "INS", "dose": "4 [iU]", "route": "SC", "frequency": "tid"},
    {"product": "HEP5000", "dose": "5000 [iU]", "route": "SC", "frequency": "q12h"},
    {"product": "NACL", "dose": "100 mL", "route": "IV", "frequency": "q4h"},
    {"product": "CEF1G", "dose": "1 g", "route": "IV", "frequency": "q12h"},
)
"""What is ordered: tablets, injections, infusions, drugs that the pharmacy prepares."""
PANEL: Final = {"tests": ["K", "CBC"], "specimen_type": "blood", "timing": "random"}


@dataclass(frozen=True)
class Act:
    """One step that somebody records."""

    at: datetime
    user: str
    entry: StepEntry


@dataclass
class Bed:
    """A patient, and what was ordered."""

    stay: EncounterId
    mrn: str
    orders: list[OrderId] = field(default_factory=list)


def settings(database: str) -> Settings:
    """The site: eight wards with transport."""
    ward = {"transported": True, "care_level": "II"}
    return Settings(database=database, wards=dict.fromkeys(WARDS, ward))


class Hospital:
    """Fills a database through the program, and says what is recorded next at each bed."""

    def __init__(self, app: App, clock: FakeClock) -> None:
        self.app = app
        self.clock = clock
        self.beds: list[Bed] = []
        self._chance = random.Random(20261124)
        self._count = 0

    def new(self) -> CommandId:
        """A command id."""
        self._count += 1
        return CommandId(f"bench-{self._count:08}")

    def found(self) -> None:
        """People, wards, catalogues, patients in their beds."""
        self.clock.at = local("06:00")
        admin = Practitioner(PractitionerId("admin"), "Admin", frozenset({Role.ADMINISTRATOR}))
        self.app.add_user(user="admin", command=self.new(), practitioner=admin)
        for name, role in TEAM.items():
            person = Practitioner(PractitionerId(name), name.upper(), frozenset({role}))
            self.app.add_user(user="admin", command=self.new(), practitioner=person)
        beds = tuple(f"{bed:02}" for bed in range(1, 41))
        for name in WARDS:
            made = Ward(name, f"Ward {name}", f"{name}病区", "Asia/Shanghai", beds)
            self.app.set_ward(user="admin", command=self.new(), ward=made)
        for kind, text in (("drug", DRUGS), ("test", TESTS)):
            self.app.import_catalogue(user="admin", command=self.new(), kind=kind, text=text)
        for number in range(ENCOUNTERS):
            mrn = f"{number:010}"
            ward, bed = WARDS[number % len(WARDS)], beds[number // len(WARDS)]
            admission = Admission(mrn=mrn, ward=ward, bed=bed, name=f"WANG, {number}")
            changes = self.app.admit(user="li.na", command=self.new(), admission=admission)
            self.beds.append(Bed(changes.encounters[0], mrn))

    def order(self) -> None:
        """Between 20 and 80 open tasks at each bed, of several orders, verified."""
        self.clock.at = local("07:30")
        for bed in self.beds:
            wanted = self._chance.randint(*OPEN_TASKS)
            bed.orders.append(self._ordered(bed, "test", PANEL | {"priority": "URGENT"}))
            made = 2
            while True:
                plan = self._chance.choice(PLANS)
                doses = {"q4h": 12, "q6h": 8, "q8h": 6, "tid": 6, "q12h": 4}[plan["frequency"]]
                if made + doses > wanted:
                    break
                made += doses
                more = {"start": EIGHT.isoformat(), "priority": "ROUTINE", "order_class": "LONG"}
                order = self._ordered(bed, "medication", plan | more)
                self._do("li.na", order=order, step="nurse_verified", result="verified")
                self._do("ph.qian", order=order, step="pharm_reviewed", result="approved")
                bed.orders.append(order)

    def _ordered(self, bed: Bed, kind: str, fields: Mapping[str, object]) -> OrderId:
        new = NewOrder(bed.stay, kind, fields)
        order = self.app.draft_order(user="dr.chen", command=self.new(), new=new).orders[0]
        try:
            self.app.sign_order(user="dr.chen", command=self.new(), order=order)
        except Refused as error:  # the same drug twice: the bench counts doses, not sense
            told = reasons_for(error)
            self.app.sign_order(user="dr.chen", command=self.new(), order=order, overrides=told)
        return order

    def _do(self, user: str, **line: object) -> None:
        entry = parse_step_entry({"command_id": self.new(), **line})
        try:
            self.app.record_step(user=user, entry=entry)
        except Refused as error:
            told = reasons_for(error)
            self.app.record_step(user=user, entry=replace(entry, overrides=told))

    # ------------------------------------------------------------ what is recorded next
    def acts(self) -> list[Act]:
        """The round from eight on: what is done at each bed in its order, the beds mixed."""
        lines = [list(self._at(bed)) for bed in self.beds]
        self._chance.shuffle(lines)
        mixed = [one for turn in zip_longest(*lines) for one in turn if one is not None]
        found = []
        at = EIGHT
        for user, line in mixed:
            at += timedelta(milliseconds=300)  # a bedside check holds for five minutes
            entry = parse_step_entry({"command_id": self.new(), **line})
            found.append(Act(at, user, entry))
        return found

    def _at(self, bed: Bed) -> Iterator[tuple[str, dict[str, object]]]:
        """What is done for one patient: tubes are drawn, the doses of eight o'clock are given."""
        scans = [wristband(bed.mrn, 1)]
        orders = list(bed.orders)
        self._chance.shuffle(orders)
        for order in orders:
            case = self.app.reads.case(order)
            assert case is not None
            first = min(
                case.tasks.values(), key=lambda task: (task.due_at or task.made_at, task.id)
            )
            if case.order.loop == "test":
                yield from _drawn(order, list(case.tasks.values()), scans)
            elif case.order.fields["product"] == "CEF1G":
                yield from _prepared(first)
            elif first.due_at is not None and first.due_at <= NINE:  # no window is open before
                yield from _given(first, [*scans, PACK], str(case.order.fields["product"]))


Line = tuple[str, dict[str, object]]


def _drawn(order: OrderId, tubes: list[Task], scans: list[str]) -> Iterator[Line]:
    yield "li.na", {"order": order, "step": "nurse_verified", "result": "verified"}
    for tube in tubes:
        container = {"container": f"C{tube.id[:10]}"}
        yield "li.na", {"task": tube.id, "step": "label_printed", "evidence": container}
        seen = {"noscan_reason": "scanner down"}
        yield (
            "li.na",
            {
                "task": tube.id,
                "step": "collected",
                "result": "collected",
                "scans": scans,
                "evidence": seen,
            },
        )


def _given(dose: Task, scans: list[str], product: str) -> Iterator[Line]:
    second: dict[str, object] = {"witness": "zhao.min"} if product in ("INS", "HEP5000") else {}
    amounts: dict[str, object] = {"dose": "1 mg", "amount": "1 mg"}
    yield "li.na", {"task": dose.id, "step": "bedside_verified", "scans": scans, **second}
    if product == "NACL":
        started: dict[str, object] = {"dose": "100 mL", "rate": "50 mL/h", "site": "left arm"}
        yield "li.na", {"task": dose.id, "step": "admin_started", "evidence": started}
        round_: dict[str, object] = {"rate": "50 mL/h", "reaction": False}
        yield "li.na", {"task": dose.id, "step": "monitored", "evidence": round_}
    end: dict[str, object] = {"step": "admin_completed", "result": "complete"}
    yield "li.na", {"task": dose.id, "evidence": amounts, **end}


def _prepared(dose: Task) -> Iterator[Line]:
    yield "tech.tang", {"task": dose.id, "step": "prepared", "scans": [PACK]}
    yield "ph.he", {"task": dose.id, "step": "dispense_checked", "scans": [PACK]}
    yield "porter.ma", {"task": dose.id, "step": "dispatched"}
    yield "li.na", {"task": dose.id, "step": "received", "evidence": {"count": 1}}
