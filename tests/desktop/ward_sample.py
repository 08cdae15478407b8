"""A small ward in a real SQLite file, played through the use cases: for pages and pictures.

At 08:05 on 24-Nov-2026 something is overdue, something runs, one record is missing, one dose was
refused, one blood unit is running.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from client.settings import Settings
from client.wiring import SeededIds, build
from domain.errors import Refused
from domain.ids import EncounterId, OrderId, PractitionerId, TaskId, WardId
from domain.patients import Sex, Ward
from domain.people import Practitioner, Role
from domain.services.admitting import Admission
from domain.services.drafting import NewOrder
from domain.services.executing import parse_step_entry
from domain.services.people import Shift
from tests.shift import reasons_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from client.app import App
    from domain.tasks import Task

ZONE = ZoneInfo("Asia/Shanghai")
WARD = WardId("7")
FURO = "06911111111117"
INSULIN = "06901234567892"
DIN = "W000026123456"

DRUGS = """code,name,name_zh,route,gtins,high_alert,skin_test,ward_stock,infusion
FURO,furosemide,呋塞米,IV,06911111111117,false,false,*,
INSA,insulin aspart,门冬胰岛素,SC,06901234567892,true,false,*,
VANCO,vancomycin,万古霉素,IV,06922222222227,false,false,,true
BISO,bisoprolol,比索洛尔,PO,06933333333337,false,false,*,
DIGO,digoxin,地高辛,PO,06944444444447,true,false,*,
PARA,paracetamol,对乙酰氨基酚,PO,06955555555557,false,false,*,
"""
TESTS = """code,name,name_zh,specimen_type,container_type,test_class,specimen_class
K,potassium,血钾,serum,gold,chemistry,serum
CREA,creatinine,肌酐,serum,gold,chemistry,serum
CBC,blood count,血常规,whole_blood,lavender,routine,whole_blood
APTT,aPTT,活化部分凝血活酶时间,plasma,blue,routine,plasma
"""
EXAMS = """code,name,name_zh,modality,body_part,contrast,consent_required,checklist
CXR,chest X-ray,胸部X线,XR,chest,false,false,false
ECHO,echocardiogram,超声心动图,US,heart,false,false,true
"""
COMPONENTS = """code,name,name_zh,volume
red_cells,red cells,红细胞,200 mL
"""
STAFF = (
    ("li.na", "LI, Na", "李娜", Role.NURSE),
    ("zhao.min", "ZHAO, Min", "赵敏", Role.NURSE),
    ("qian.wei", "QIAN, Wei", "钱薇", Role.NURSE),
    ("he.lan", "HE, Lan", "何岚", Role.CHARGE_NURSE),
    ("zhou.hao", "ZHOU, Hao", "周浩", Role.PHYSICIAN),
    ("guo.ming", "GUO, Ming", "郭明", Role.SENIOR_PHYSICIAN),
    ("xie.ting", "XIE, Ting", "谢婷", Role.PHARMACIST),
    ("tang.ke", "TANG, Ke", "唐科", Role.PHARMACY_TECHNICIAN),
    ("ma.jun", "MA, Jun", "马俊", Role.PORTER),
    ("gao.lu", "GAO, Lu", "高露", Role.LABORATORY),
    ("deng.yi", "DENG, Yi", "邓毅", Role.IMAGING),
    ("xu.peng", "XU, Peng", "徐鹏", Role.BLOOD_BANK),
    ("lin.jie", "LIN, Jie", "林洁", Role.BLOOD_BANK),
)
PATIENTS = (
    ("1", "0012345581", "HAN, Lixin", "韩立新", Sex.MALE, date(1963, 3, 2)),
    ("2", "0012345590", "LIN, Shufen", "林淑芬", Sex.FEMALE, date(1953, 7, 9)),
    ("3", "0012345598", "WU, Xiuying", "吴秀英", Sex.FEMALE, date(1944, 1, 17)),
    ("5", "0012345612", "ZHENG, Yulan", "郑玉兰", Sex.FEMALE, date(1947, 5, 6)),
    ("8", "0012345640", "LIU, Meihua", "刘美华", Sex.FEMALE, date(1960, 9, 24)),
    ("11", "0012345671", "LUO, Guifang", "罗桂芳", Sex.FEMALE, date(1942, 3, 2)),
    ("12", "0012345678", "WANG, Xiaoming", "王小明", Sex.MALE, date(1961, 8, 14)),
    ("14", "0012345701", "CHEN, Li", "陈立", Sex.FEMALE, date(1975, 5, 3)),
    ("16", "0012345709", "TANG, Desheng", "唐德胜", Sex.MALE, date(1958, 9, 25)),
    ("17", "0012345718", "HUANG, Zhiqiang", "黄志强", Sex.MALE, date(1952, 1, 30)),
    ("19", "0012345725", "HU, Wenbo", "胡文博", Sex.MALE, date(1966, 7, 11)),
    ("21", "0012345733", "SUN, Guohua", "孙国华", Sex.MALE, date(1968, 2, 9)),
)


def local(clock: str, day: int = 24) -> datetime:
    """An instant on the ward's clock in November 2026."""
    hour, minute = clock.split(":")
    return datetime(2026, 11, day, int(hour), int(minute), tzinfo=ZONE).astimezone(UTC)


@dataclass
class MovingClock:
    """A clock that the story moves on."""

    instant: datetime = field(default_factory=lambda: local("20:00", 23))
    simulated: bool = True

    def now(self) -> datetime:
        """Where the story stands."""
        return self.instant


@dataclass
class Sample:
    """The ward with its program."""

    app: App
    clock: MovingClock
    settings: Settings
    stays: dict[str, EncounterId] = field(default_factory=dict)
    orders: dict[str, OrderId] = field(default_factory=dict)

    def at(self, clock: str, day: int = 24) -> None:
        """Move the clock."""
        self.clock.instant = local(clock, day)

    def order(self, name: str, bed: str, kind: str, **fields: object) -> None:
        """Write and sign an order."""
        new = NewOrder(self.stays[bed], kind, {"priority": "ROUTINE"} | fields)
        made = self.app.draft_order(user="zhou.hao", command=self.app.new_command(), new=new)
        self.orders[name] = made.orders[0]
        if kind == "transfusion":
            self.do("zhou.hao", name, "T1", evidence={"indication": "Hb 62 g/L"})
            consent = {"form_id": "C-1", "relation": "patient"}
            self.do(
                "zhou.hao", name, "T2", result="consented", co_signer="HU, Wenbo", evidence=consent
            )
        signed, command = self.orders[name], self.app.new_command
        try:
            self.app.sign_order(user="zhou.hao", command=command(), order=signed)
        except Refused as error:
            told = reasons_for(error)
            self.app.sign_order(user="zhou.hao", command=command(), order=signed, overrides=told)

    def drug(
        self, name: str, bed: str, product: str, dose: str, frequency: str, **more: object
    ) -> None:
        """A drug order, passed by nurse and pharmacist."""
        fields: dict[str, object] = {
            "product": product,
            "dose": dose,
            "frequency": frequency,
            "order_class": "LONG",
        }
        if "start" not in more:
            fields["start"] = self.clock.instant.isoformat()
        self.order(name, bed, "medication", **(fields | more))

    def passed(self, name: str) -> None:
        """Nurse and pharmacist pass a drug order."""
        self.do("qian.wei", name, "M2", result="verified")
        self.do("xie.ting", name, "M3", result="approved")

    def tasks(self, name: str) -> list[Task]:
        """The order's own tasks by time."""
        case = self.app.reads.case(self.orders[name], whole=True)
        assert case is not None
        own = [task for task in case.tasks.values() if task.parent is None]
        return sorted(own, key=lambda task: (task.due_at or task.made_at, task.seq))

    def task(self, name: str, number: int = 0) -> TaskId:
        """One of them."""
        return self.tasks(name)[number].id

    def do(
        self, user: str, name: str, step: str, *, number: int | None = None, **more: object
    ) -> None:
        """Record a step on the order, or on one of its tasks, and say why where a check asks."""
        line: dict[str, object] = {"command_id": self.app.new_command(), "step": step}
        line["order"] = self.orders[name]
        if number is not None:
            line["task"] = self.task(name, number)
        entry = parse_step_entry(line | more)
        try:
            self.app.record_step(user=user, entry=entry)
        except Refused as error:
            told = reasons_for(error)
            if not told:
                raise
            self.app.record_step(user=user, entry=replace(entry, overrides=told))

    def give(
        self, user: str, name: str, dose: str, *, number: int = 0, witness: str | None = None
    ) -> None:
        """Check at the bedside by hand and give."""
        self.check(user, name, number=number, witness=witness)
        amounts = {"dose": dose, "amount": dose}
        self.do(user, name, "M13", number=number, result="complete", evidence=amounts)

    def check(self, user: str, name: str, *, number: int = 0, witness: str | None = None) -> None:
        """Check at the bedside by hand."""
        why = {"noscan_reason": "scanner_down"}
        self.do(user, name, "M10", number=number, evidence=why, witness=witness)


def sample_ward(folder: Path) -> Sample:
    """Found the ward and play it up to 08:05:12 on 24-Nov."""
    settings = Settings(database=f"sqlite:///{folder / 'ward.db'}", workstation="W7-03")
    clock = MovingClock()
    app = build(settings, clock=clock, ids=SeededIds(7, clock))
    sample = Sample(app, clock, settings)
    _found(sample)
    _evening(sample)
    _morning(sample)
    clock.instant = local("08:05") + timedelta(seconds=12)
    return sample


def _found(sample: Sample) -> None:
    app, new = sample.app, sample.app.new_command
    admin = Practitioner(PractitionerId("admin"), "ADMIN", frozenset({Role.ADMINISTRATOR}))
    app.add_user(user="admin", command=new(), practitioner=admin)
    pump = Practitioner(PractitionerId("pump-7"), "Pump 7", frozenset({Role.SYSTEM}))
    app.add_user(user="admin", command=new(), practitioner=pump)
    for user, name, name_zh, role in STAFF:
        person = Practitioner(
            PractitionerId(user), name, frozenset({role}), name_zh, badge=f"U{user}"
        )
        app.add_user(user="admin", command=new(), practitioner=person)
    beds = tuple(str(number) for number in range(1, 23))
    ward = Ward(WARD, "Ward 7 Cardiology", "心内科 7 病区", "Asia/Shanghai", beds)
    app.set_ward(user="admin", command=new(), ward=ward)
    catalogues = (
        ("drug", DRUGS),
        ("test", TESTS),
        ("examination", EXAMS),
        ("component", COMPONENTS),
    )
    for kind, text in catalogues:
        app.import_catalogue(user="admin", command=new(), kind=kind, text=text)
    for bed, mrn, name, name_zh, sex, born in PATIENTS:
        admission = Admission(mrn, WARD, bed, name, name_zh, sex, born)
        made = app.admit(user="qian.wei", command=new(), admission=admission)
        sample.stays[bed] = made.encounters[0]
    nurses = {
        stay: PractitionerId("li.na" if int(bed) >= 11 else "zhao.min")
        for bed, stay in sample.stays.items()
        if bed != "2"
    }
    shift = Shift(WARD, local("20:00", 23), local("20:00", 24))
    app.assign_nurses(user="he.lan", command=new(), shift=shift, nurses=nurses)


def _evening(sample: Sample) -> None:
    """The orders of the day before."""
    sample.at("20:10", 23)
    at = "2026-11-23T22:30:00+08:00"
    morning = "2026-11-24T06:30:00+08:00"
    sample.drug("furosemide", "12", "FURO", "20 mg", "q6h", start=at, route="IV")
    sample.drug("insulin", "12", "INSA", "6 {unit}", "tid", start=morning, route="SC")
    sample.drug("vancomycin", "19", "VANCO", "1 g", "q12h", start=at, route="IV")
    sample.drug("bisoprolol", "16", "BISO", "2.5 mg", "qd", start=morning, route="PO")
    sample.drug("digoxin", "17", "DIGO", "0.125 mg", "qd", start=morning, route="PO")
    sample.drug("paracetamol", "14", "PARA", "500 mg", "q8h", start=at, route="PO")
    sample.drug("insulin2", "14", "INSA", "4 {unit}", "tid", start=morning, route="SC")
    sample.drug("furosemide2", "8", "FURO", "20 mg", "bid", start=morning, route="IV")
    sample.at("20:22", 23)
    for name in sample.orders:
        sample.passed(name)
    sample.at("22:35", 23)
    sample.give("zhao.min", "furosemide", "20 mg")
    sample.give("zhao.min", "paracetamol", "500 mg")


def _morning(sample: Sample) -> None:
    _blood_is_matched(sample)
    sample.at("05:10")
    _by_hand(sample, "tang.ke", ("vancomycin", 0), "M5", {"evidence": {"lot": "V2611A"}})
    _by_hand(sample, "xie.ting", ("vancomycin", 0), "M6", {})
    _blood_is_issued(sample)
    sample.at("06:47")
    _by_hand(sample, "li.na", ("vancomycin", 0), "M8", {"evidence": {"count": 1}})
    _tests_and_exams(sample)
    _blood_is_given(sample)
    _doses(sample)


def _tests_and_exams(sample: Sample) -> None:
    sample.at("06:50")
    sample.order(
        "potassium", "17", "test", tests=["K", "CREA"], specimen_type="serum", timing="random",
        priority="URGENT",
    )  # fmt: skip
    sample.order("count", "21", "test", tests=["CBC"], specimen_type="whole_blood", timing="random")
    sample.order(
        "chest", "11", "examination", exam="CXR", modality="XR", clinical_question="effusion?",
        priority="URGENT",
    )  # fmt: skip
    sample.order(
        "echo", "16", "examination", exam="ECHO", modality="US", clinical_question="LV function?",
        checklist=True,
    )  # fmt: skip
    sample.at("06:55")
    for name, step in (("potassium", "L2"), ("count", "L2"), ("chest", "E2")):
        sample.do("li.na", name, step, result="verified")
    booked = {"slot": "2026-11-24T09:30:00+08:00", "accession": "ACC771"}
    sample.do("deng.yi", "chest", "E3", number=0, result="booked", evidence=booked)
    sample.do("li.na", "count", "L3", number=0, evidence={"container": "123456789012"})
    sample.at("06:58")
    _by_hand(sample, "li.na", ("count", 0), "L4", {"result": "collected"})


def _doses(sample: Sample) -> None:
    sample.at("07:31")
    started = {"dose": "1 g", "pump": "IP-07", "expected_end": "2026-11-24T09:01:00+08:00"}
    sample.do(  # the pump tells of a start; nobody has recorded the bedside check
        "pump-7", "vancomycin", "M11", number=0, evidence=started, source="interface",
        actor="li.na", source_id="pump-1",
    )  # fmt: skip
    sample.at("07:40")
    sample.give("li.na", "bisoprolol", "2.5 mg")
    sample.at("07:46")
    sample.do("li.na", "vancomycin", "M12", number=0, evidence={"reaction": False})
    sample.at("07:52")
    line = {
        "command_id": sample.app.new_command(),
        "task": sample.task("insulin2"),
        "exit": "refused",
        "evidence": {"reason": "feels sick"},
        "reason": "feels sick",
    }
    sample.app.record_step(user="li.na", entry=parse_step_entry(line))


def _blood_is_matched(sample: Sample) -> None:
    sample.at("01:00")
    sample.order(
        "blood", "19", "transfusion", component="red_cells", units=2, indication="Hb 62 g/L",
        order_volume="400 mL", approval_level="senior", priority="URGENT",
    )  # fmt: skip
    tube = {"container": "223456789012"}
    group = {"abo_rhd": "A+", "antibody_screen": "negative"}
    sample.at("01:10")
    sample.do("guo.ming", "blood", "T4", result="approved")
    sample.do("li.na", "blood", "T5", result="verified")
    sample.at("01:25")
    _by_hand(sample, "li.na", ("blood", None), "T6", {"witness": "zhao.min", "evidence": tube})
    sample.at("02:10")
    sample.do("xu.peng", "blood", "T7", result="accepted", evidence=tube)
    sample.at("02:40")
    sample.do("xu.peng", "blood", "T8", result="matched", witness="lin.jie", evidence=group)
    sample.at("02:50")
    sample.do("zhou.hao", "blood", "T9")
    sample.at("03:00")
    for number in (0, 1):
        din = {"din": DIN[:-1] + str(6 + number)}
        sample.do(
            "xu.peng", "blood", "T10", number=number, result="compatible", witness="lin.jie",
            evidence=din,
        )  # fmt: skip


def _blood_is_issued(sample: Sample) -> None:
    sample.at("06:45")
    issued = {"evidence": {"din": DIN, "appearance": "normal"}, "witness": "li.na"}
    _by_hand(sample, "xu.peng", ("blood", 0), "T11", issued)


def _blood_is_given(sample: Sample) -> None:
    sample.at("07:00")
    received = {"evidence": {"condition": "intact"}, "witness": "zhao.min"}
    _by_hand(sample, "li.na", ("blood", 0), "T12", received)
    _by_hand(sample, "li.na", ("blood", 0), "T13", {"evidence": _vitals()})
    sample.at("07:06")
    _by_hand(sample, "li.na", ("blood", 0), "T14", {"witness": "zhao.min"})
    sample.at("07:08")
    sample.do("li.na", "blood", "T15", number=0, evidence={"site": "left forearm"})
    sample.at("07:23")
    quiet = {"reaction": False}
    sample.do("li.na", "blood", "T16", number=0, evidence=_vitals() | quiet)
    sample.at("07:29")
    sample.do("li.na", "blood", "T17", number=0, evidence=quiet)


def _by_hand(
    sample: Sample, user: str, where: tuple[str, int | None], step: str, more: Mapping[str, object]
) -> None:
    """Record a step that scans, by hand because the scanner is down."""
    given = more.get("evidence", {})
    evidence = {"noscan_reason": "scanner_down"} | (given if isinstance(given, dict) else {})
    name, number = where
    sample.do(user, name, step, number=number, **{**more, "evidence": evidence})


def _vitals() -> dict[str, object]:
    return {
        "temperature": "36.8",
        "pulse": 88,
        "respiratory_rate": 18,
        "systolic_bp": 118,
        "diastolic_bp": 70,
    }
