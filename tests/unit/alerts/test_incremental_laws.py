"""P13: alerts and scores that are kept by each act equal those worked out anew from all there is.

Random days of two patients over the use cases, with the shipped rules. What a command settles of
one order, the watch settles of a whole stay, and what stands beside a stay in the end must be what
somebody would find who looks at it for the first time. Two more laws ride along: one alert for one
key, and P9, by which acknowledging and putting off change no score.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from domain.clinical import Allergy
from domain.errors import InvalidInput, Refused
from domain.loops.active import MONITORED
from domain.reconciling import reconcile
from domain.results import Result
from domain.settled import settled, whole
from tests.checked_ward import a_first_look, checked_shift
from tests.shift import TEAM, reasons_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.alerts import Alert
    from domain.ids import EncounterId, OrderId
    from domain.situation import Situation
    from domain.tasks import Task

RULES = a_first_look()
WELL = {
    "respiratory_rate": 16,
    "spo2": 97,
    "supplemental_oxygen": False,
    "systolic_bp": 124,
    "pulse": 76,
    "consciousness": "A",
    "temperature": Decimal("36.8"),
}
SIGNS = (
    WELL,
    WELL | {"pulse": 134},
    WELL | {"respiratory_rate": 22, "spo2": 94, "pulse": 104, "temperature": Decimal("38.6")},
    WELL | {"respiratory_rate": 26, "spo2": 91, "systolic_bp": 92, "pulse": 122},
    {"pulse": 40},
    {"spo2": 84, "supplemental_oxygen": True},
)
RESULTS = (
    Result(name="potassium", value="4.1", unit="mmol/L"),
    Result(name="potassium", value="6.8", unit="mmol/L"),
    Result(name="creatinine", value="88", unit="umol/L"),
    Result(name="creatinine", value="310", unit="umol/L"),
    Result(name="haemoglobin", value="64", unit="g/L"),
)
DRUGS = (
    ("PARA500", "500 mg", "PO"),
    ("PARA500", "2 g", "PO"),
    ("MORPH10", "10 mg", "IV"),
    ("HEP5000", "5000 [iU]", "SC"),
    ("PENG", "1 g", "IV"),
)
STEPS = (
    ("order", "li.na", "nurse_verified", "verified"),
    ("order", "li.na", "nurse_verified", "returned"),
    ("order", "ph.qian", "pharm_reviewed", "approved"),
    ("task", "tech.tang", "dispensed", None),
    ("task", "li.na", "bedside_verified", None),
    ("task", "li.na", "admin_started", None),
    ("task", "li.na", "collected", "collected"),
    ("task", "lab.xu", "received", "accepted"),
)
MANY = st.integers(0, 99)
Said = dict[str, Any]
"""What a use case is told."""


class Days(RuleBasedStateMachine):
    """Two patients, their orders, and whoever is told of something."""

    def __init__(self) -> None:
        super().__init__()
        self.shift = checked_shift(RULES)
        self.clock = self.shift.clock
        self.app = self.shift.app
        self.stays = [self.shift.stay, self.shift.admit("0012345679", "02")]
        self.orders: list[OrderId] = []

    # ------------------------------------------------------------ what people do
    @rule(
        stay=MANY,
        what=st.sampled_from(DRUGS),
        frequency=st.sampled_from(("q4h", "q8h", "qd", "once", "q6h prn")),
        priority=st.sampled_from(("ROUTINE", "URGENT", "STAT")),
        why=st.sampled_from(("", "thought over", MONITORED)),
    )
    def write(
        self, stay: int, what: tuple[str, str, str], frequency: str, priority: str, why: str
    ) -> None:
        """Written, and signed where a reason is given for what the checks find."""
        usual = {"q6h prn": ("PRN", "PRN_LONG"), "once": (priority, "TEMP")}
        said, order_class = usual.get(frequency, (priority, "LONG"))
        product, dose, route = what
        fields = self.shift.drug(
            product,
            dose=dose,
            route=route,
            frequency=frequency,
            priority=said,
            order_class=order_class,
        )
        self._try(lambda: self._written(fields, "medication", stay, why=why))

    @rule(stay=MANY, priority=st.sampled_from(("ROUTINE", "STAT")))
    def ask_for_a_test(self, stay: int, priority: str) -> None:
        fields = {"tests": ["K"], "priority": priority, "timing": "random"}
        self._try(lambda: self._written(fields, "test", stay, why="thought over"))

    @precondition(lambda self: self.orders)
    @rule(which=MANY, task=MANY, step=st.sampled_from(STEPS))
    def record(self, which: int, task: int, step: tuple[str, str, str, str | None]) -> None:
        level, user, name, result = step
        order = self.orders[which % len(self.orders)]
        found = self._open(order)
        if level == "task" and not found:
            return
        about = {"order": order} if level == "order" else {"task": found[task % len(found)].id}
        evidence = {"noscan_reason": "scanner down"}
        self._try(lambda: self.shift.do(user, **about, step=name, result=result, evidence=evidence))

    @precondition(lambda self: self.orders)
    @rule(which=MANY, given=st.booleans())
    def see_to_a_dose(self, which: int, *, given: bool) -> None:
        order = self.orders[which % len(self.orders)]
        for task in self._open(order)[:1]:
            with suppress(InvalidInput, Refused):
                self.shift.verified(order)
            with suppress(InvalidInput, Refused):
                self._ended(task, given=given)

    @rule(stay=MANY, signs=st.sampled_from(SIGNS))
    def measure(self, stay: int, signs: Said) -> None:
        self._observe(stay, lambda at: self.app.observe_vitals(**at, entered=signs))

    @rule(stay=MANY, result=st.sampled_from(RESULTS))
    def hear_of_a_result(self, stay: int, result: Result) -> None:
        self._observe(stay, lambda at: self.app.observe_result(**at, result=result))

    @rule(stay=MANY, substance=st.sampled_from(("paracetamol", "penicillins")))
    def hear_of_an_allergy(self, stay: int, substance: str) -> None:
        allergy = Allergy(substance=substance)
        self._observe(stay, lambda at: self.app.record_allergy(**at, allergy=allergy))

    @rule(stay=MANY, condition=st.sampled_from(("", "chf", "aids", "icd10:E119")))
    def hear_of_an_illness(self, stay: int, condition: str) -> None:
        said: Said = {"add": (condition,)} if condition else {"none_known": True}
        self._observe(stay, lambda at: self.app.record_conditions(**at, **said))

    @precondition(lambda self: self.orders)
    @rule(which=MANY)
    def stop(self, which: int) -> None:
        order = self.orders[which % len(self.orders)]
        said: Said = {"user": "dr.chen", "command": self.shift.new(), "reason": "not needed"}
        self._try(lambda: self.app.discontinue_order(**said, order=order))

    @rule(rarely=st.integers(0, 9))
    def send_home(self, rarely: int) -> None:
        if rarely == 0:
            said: Said = {"user": "dr.chen", "command": self.shift.new(), "destination": "home"}
            self._try(lambda: self.app.discharge(**said, encounter=self.stays[1]))

    # ------------------------------------------------------------ alerts
    @rule(which=MANY, reason=st.sampled_from(("waiting_for_person", "")))
    def answer(self, which: int, reason: str) -> None:
        """P9: who acknowledges or puts off has done nothing about it yet."""
        said = self._told(which)
        if said is None:
            return
        before = self._scores()
        if reason:
            self._try(lambda: self.app.snooze_alert(**said, minutes=10, reason=reason))
        else:
            self._try(lambda: self.app.acknowledge_alert(**said))
        assert self._scores() == before

    @rule(which=MANY)
    def let_be(self, which: int) -> None:
        said = self._told(which)
        if said is None:
            return
        second = "ph.he" if said["user"] != "ph.he" else "dr.wu"
        said |= {"reason": "tolerated_before", "second": second}
        self._try(lambda: self.app.override_alert(**said))

    # ------------------------------------------------------------ time
    @rule(minutes=st.sampled_from((1, 6, 16, 31, 61, 125, 480)), watched=st.booleans())
    def wait(self, minutes: int, *, watched: bool) -> None:
        """Time passes; sometimes nobody watches for a while."""
        until = self.clock.at + timedelta(minutes=minutes)
        while watched and (due := self.app.next_instant(now=self.clock.at)) and due <= until:
            if due <= self.clock.at:
                break
            self.clock.at = due
            assert self.app.pass_due(now=due).failures == {}
        self.clock.at = until
        if watched:
            self._full_pass()

    def _full_pass(self) -> None:
        """After a full pass there is nothing that a first look would find otherwise."""
        now = self.clock.at
        assert self.app.pass_due(now=now).failures == {}
        assert self.app.reads.wakes(until=now) == ()
        for stay in self.stays:
            situation = self.app.reads.situation(stay, now=now)
            wanted = RULES.assess(situation, now).wanted
            occasion = whole(situation, now, ladders=True)
            left = reconcile(wanted, situation.alerts, rule=RULES.rule, occasion=occasion)
            assert left == (), "no ladder, timer or alert is behind"
            asked = {one.key: one.severity for one in wanted}
            is_open = {one.key: one.severity for one in situation.alerts}
            lasting = {one.key for one in situation.alerts if one.lasting or one.awaits_signature}
            assert asked.items() <= is_open.items()
            assert is_open.keys() - asked.keys() <= lasting

    # ------------------------------------------------------------ the laws
    @invariant()
    def nothing_alarms_twice(self) -> None:
        keys = [one.key for one in self._alerts()]
        assert len(keys) == len(set(keys))

    @invariant()
    def what_is_kept_is_what_a_first_look_finds(self) -> None:
        for stay in self.stays:
            kept = self.app.reads.risk(stay)
            if kept is None or not self.app.reads.encounter(stay).active:  # type: ignore[union-attr]  # admitted above
                continue
            found = settled(a_first_look(), self._situation(stay), kept.as_of)
            assert kept.risk == found.risk, "score, band, and the cause of every point"
            assert kept.wake_at == found.wake_at

    # ------------------------------------------------------------ parts
    def _situation(self, stay: EncounterId) -> Situation:
        """The stay as it was when it was settled last: nothing has been written since."""
        kept = self.app.reads.risk(stay)
        assert kept is not None
        return self.app.reads.situation(stay, now=kept.as_of)

    def _written(self, fields: Said, kind: str, stay: int, *, why: str) -> None:
        where = self.stays[stay % len(self.stays)]
        order = self.shift.draft(fields, kind=kind, stay=where)
        self.orders.append(order)
        if not why:
            return
        said: Said = {"user": "dr.chen", "order": order}
        try:
            self.app.sign_order(**said, command=self.shift.new())
        except Refused as error:
            told = tuple(replace(one, reason=why) for one in reasons_for(error))
            self.app.sign_order(**said, command=self.shift.new(), overrides=told)

    def _ended(self, task: Task, *, given: bool) -> None:
        if given:
            self.shift.give(task.id)
            return
        said: Said = {"exit": "refused", "code": "MX07", "reason": "does not want it"}
        self.shift.do("li.na", task=task.id, **said)

    def _open(self, order: OrderId) -> list[Task]:
        return [task for task in self.shift.tasks(order) if not task.state.terminal]

    def _observe(self, stay: int, act: Callable[[Said], object]) -> None:
        where = self.stays[stay % len(self.stays)]
        at: Said = {"user": "dr.chen", "command": self.shift.new(), "encounter": where}
        self._try(lambda: act(at))

    def _alerts(self) -> list[Alert]:
        return [row.alert for row in self.app.reads.alerts(silent=True, limit=9999)]

    def _told(self, which: int) -> Said | None:
        """One open alert and somebody who was told of it; None where there is none."""
        found = self._alerts()
        if not found:
            return None
        alert = found[which % len(found)]
        users = [user for user, role in TEAM.items() if role in alert.audience]
        if not users:
            return None
        user = users[which % len(users)]
        return {"user": user, "command": self.shift.new(), "alert": alert.id}

    def _scores(self) -> list[object]:
        now = self.clock.at
        return [self.app.show_risk(user="li.na", encounter=one, now=now).risk for one in self.stays]

    @staticmethod
    def _try(act: Callable[[], object]) -> None:
        """What people try is often not the time for it; a refusal changes nothing."""
        with suppress(InvalidInput, Refused):
            act()


TestDays = Days.TestCase
TestDays.settings = settings(
    max_examples=max(5, settings().max_examples // 2),  # a day is long
    stateful_step_count=25,
)
