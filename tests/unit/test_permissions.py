"""The one table of permissions: every use case, tried with every role, with none, on another ward.

A use case that is bound in `App` and has no case here fails; so does a row that none asks for.
"""

from __future__ import annotations

import runpy
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from domain.alert_events import AlertRaised, AlertSaid
from domain.alerts import AlertKey, AlertSeverity
from domain.auditing import AuditAction
from domain.clinical import Allergy
from domain.errors import NotAuthorised, NotFound, WardloopError
from domain.grants import Verdict
from domain.happenings import Happening, Noun
from domain.ids import PractitionerId
from domain.people import Practitioner, Role, with_included
from domain.ports import CommandMeta
from domain.results import Result
from domain.safety import FollowUpState
from domain.services.admitting import Admission
from domain.services.audit_trail import TrailAsked
from domain.services.drafting import NewOrder
from domain.services.granting import Wanted
from domain.services.own_secrets import NewSecret
from domain.services.people import Shift as Span
from domain.services.permissions import GATES, Where
from domain.services.safety import Sought
from domain.services.stating import Pregnancy
from domain.services.step_entry import parse_step_entry
from tests.fakes import FakeClock, FakeStore
from tests.shift import OTHER_WARD, WARD, Shift, fake_app

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.ids import OrderId, WardId

ROOT = Path(__file__).resolve().parent.parent.parent
LI_NA = PractitionerId("li.na")


class Scene:
    """A ward with a patient, an order and an alert; and two users of every role.

    `nurse.here` works on every ward, `nurse.there` on another than the patient's.
    """

    def __init__(self) -> None:
        clock = FakeClock()
        self.store = FakeStore(clock)
        self.shift = Shift(fake_app(clock, store=self.store), clock)
        self.order: OrderId = self.shift.ordered(self.shift.drug())
        self.alert = self._alert()
        for role in Role:
            self._staff(f"{role.value}.here", role, frozenset())
            self._staff(f"{role.value}.there", role, frozenset({OTHER_WARD}))
        self._state = self.store.state

    def _staff(self, user: str, role: Role, wards: frozenset[WardId]) -> None:
        person = Practitioner(PractitionerId(user), user, frozenset({role}), wards=wards)
        self.shift.app.add_user(user="admin", command=self.shift.new(), practitioner=person)

    def _alert(self) -> str:
        shift, now = self.shift, self.shift.clock.at
        key = AlertKey("M-05", shift.stay, "due")
        said = AlertSaid(AlertSeverity.S3, now, (Role.NURSE,))
        raised = AlertRaised(key, said, now, "rules-1", order=self.order)
        meta = CommandMeta(shift.new(), LI_NA, "test", "ws-1", "l", "c")
        with shift.app.place.uow.begin(meta, encounters=[shift.stay]) as transaction:
            transaction.tell([Happening(Noun.ALERT, key.id, raised, LI_NA, now, now, shift.stay)])
            transaction.commit()
        return key.id

    def tried(self, use_case: str, user: str) -> WardloopError | None:
        """What a user is told who asks for a use case; afterwards all is as it was before."""
        given = CASES[use_case][1](self)
        if use_case in WRITING:
            given = {"command": self.shift.new(), **given}
        try:
            getattr(self.shift.app, use_case)(user=user, **given)
        except WardloopError as error:
            return error
        finally:
            self.store.state = self._state
        return None


@cache
def scene() -> Scene:
    return Scene()


def stay(one: Scene, **more: object) -> dict[str, object]:
    return {"encounter": one.shift.stay, **more}


def order(one: Scene, **more: object) -> dict[str, object]:
    return {"order": one.order, **more}


def alert(one: Scene, **more: object) -> dict[str, object]:
    return {"alert": one.alert, **more}


def now(one: Scene, **more: object) -> dict[str, object]:
    return {"now": one.shift.clock.at, **more}


def span(one: Scene) -> Span:
    return Span(WARD, one.shift.clock.at, one.shift.clock.at + timedelta(hours=8))


def wanted(one: Scene, role: Role) -> dict[str, object]:
    until = one.shift.clock.at + timedelta(hours=8)
    return {"wanted": Wanted("li.na", role, until, "short of staff", WARD)}


def entry(one: Scene) -> dict[str, object]:
    line = {"command_id": one.shift.new(), "order": one.order, "step": "nurse_verified"}
    return {"entry": parse_step_entry({**line, "result": "verified"})}


def sought(one: Scene) -> dict[str, object]:
    at = one.shift.clock.at
    return {"sought": Sought(at - timedelta(days=1), at + timedelta(days=1))}


NEW = Practitioner(PractitionerId("new.one"), "NEW, One", frozenset({Role.NURSE}))
COMING = Admission(mrn="7", ward=WARD, bed="03", name="LIU, Y")
DRUG = {"product": "PARA500"}

CASES: Final[dict[str, tuple[str, Callable[[Scene], dict[str, object]]]]] = {
    "draft_order": (
        "order.draft",
        lambda one: {"new": NewOrder(one.shift.stay, "medication", one.shift.drug())},
    ),
    "sign_order": ("order.sign", order),
    "revise_order": ("order.revise", lambda one: order(one, fields=DRUG)),
    "hold_order": ("order.hold", lambda one: order(one, reason="surgery")),
    "release_order": ("order.release", order),
    "discontinue_order": ("order.discontinue", order),
    "cancel_order": ("order.cancel", order),
    "state_need": ("order.need", order),
    "show_order": ("order.show", lambda one: order(one, **now(one))),
    "record_step": ("step.record", entry),
    "worklist": ("worklist.show", lambda one: now(one, ward=WARD)),
    "ward_board": ("worklist.show", lambda one: now(one, ward=WARD)),
    "admit": ("patient.admit", lambda _: {"admission": COMING}),
    "transfer": ("patient.transfer", lambda one: stay(one, ward=WARD, bed="02")),
    "discharge": ("patient.discharge", stay),
    "record_death": ("patient.death", stay),
    "link_patients": ("patient.link", lambda _: {"mrn": "404", "into": "405"}),
    "replace_band": ("patient.band", stay),
    "list_stays": ("patient.show", lambda _: {"ward": WARD}),
    "show_stay": ("patient.show", stay),
    "show_known": ("patient.show", stay),
    "set_ward": ("ward.set", lambda one: {"ward": one.store.state.wards[WARD]}),
    "list_wards": ("ward.list", lambda _: {}),
    "add_user": ("user.add", lambda _: {"practitioner": NEW}),
    "disable_user": ("user.disable", lambda _: {"name": "li.na"}),
    "list_users": ("user.list", lambda _: {}),
    "give_secret": ("secret.give", lambda _: {"name": "li.na", "new": NewSecret("seven lamps")}),
    "grant_role": ("user.grant", lambda one: wanted(one, Role.NURSE)),
    "delegate": ("user.delegate", lambda one: wanted(one, Role.SYSTEM)),
    "take_back": ("user.take_back", lambda _: {"grant": "no-such-grant"}),
    "list_grants": ("user.list", now),
    "open_stay": ("access.open", lambda one: stay(one, reason="called to help")),
    "opened_stays": ("access.list", lambda _: {}),
    "review_access": (
        "access.review",
        lambda _: {"grant": "no-such-grant", "verdict": Verdict.JUSTIFIED},
    ),
    "assign_nurses": ("staff.assign", lambda one: {"shift": span(one), "nurses": {}}),
    "set_roster": ("staff.roster", lambda one: {"shift": span(one), "duties": []}),
    "assignments": ("staff.show", lambda one: now(one, ward=WARD)),
    "observe_vitals": ("observe.vitals", lambda one: stay(one, entered={"pulse": 80})),
    "observe_result": (
        "observe.result",
        lambda one: stay(one, result=Result(name="potassium", value="4.1", unit="mmol/L")),
    ),
    "withdraw_observations": (
        "observe.withdraw",
        lambda one: stay(one, observed_at=one.shift.clock.at, names=["pulse"], reason="wrong bed"),
    ),
    "record_weight": ("weight.record", lambda one: stay(one, measured={"weight": "60"})),
    "record_allergy": ("allergy.record", lambda one: stay(one, allergy=Allergy("latex"))),
    "review_allergies": ("allergy.record", stay),
    "record_pregnancy": (
        "pregnancy.record",
        lambda one: stay(one, pregnancy=Pregnancy(pregnant="no")),
    ),
    "record_conditions": ("condition.record", lambda one: stay(one, none_known=True)),
    "record_note": ("note.record", lambda one: stay(one, note="slept well")),
    "import_catalogue": ("catalogue.import", lambda _: {"kind": "drug", "text": "code\n"}),
    "list_catalogue": ("catalogue.list", lambda one: now(one, kind="drug")),
    "list_alerts": ("alert.list", lambda one: now(one, ward=WARD)),
    "show_alert": ("alert.list", alert),
    "alert_metrics": (
        "alert.metrics",
        lambda one: {"since": one.shift.clock.at, "until": one.shift.clock.at},
    ),
    "show_risk": ("risk.show", lambda one: stay(one, **now(one))),
    "ward_risks": ("risk.show", lambda one: now(one, ward=WARD)),
    "acknowledge_alert": ("alert.acknowledge", alert),
    "snooze_alert": (
        "alert.snooze",
        lambda one: alert(one, minutes=15, reason="other", note="the doctor is on the way"),
    ),
    "override_alert": (
        "alert.override",
        lambda one: alert(one, reason="other", text="the doctor is on the way"),
    ),
    "review_alert": ("alert.review", lambda one: alert(one, verdict="accepted")),
    "sign_alert": ("alert.sign", alert),
    "show_trail": ("audit.show", lambda _: {"asked": TrailAsked()}),
    "unusual_access": ("audit.show", lambda _: {}),
    "seal_trail": ("audit.seal", lambda _: {}),
    "prove_trail": ("audit.verify", lambda _: {}),
    "opened": ("order.show", lambda one: order(one, what="loop")),
    "stopped": ("order.show", lambda one: order(one, what="step.record", checks=("identity",))),
    "safety_events": ("safety.list", sought),
    "follow_up": (
        "safety.follow_up",
        lambda _: {"subject": "x 1", "state": FollowUpState.CLOSED, "note": "talked"},
    ),
    "approve_configuration": ("site.approve", lambda _: {"name": "site.toml", "content": "x"}),
    "approvals": ("site.show", lambda _: {}),
}
"""Each use case of `App`: its row of the table, and something that may be asked of it."""
READING: Final = frozenset({
    "show_order", "worklist", "ward_board", "list_stays", "show_stay", "show_known", "list_wards",
    "list_users", "list_grants", "opened_stays", "assignments", "list_catalogue", "list_alerts",
    "show_alert", "alert_metrics", "show_risk", "ward_risks", "show_trail", "unusual_access",
    "seal_trail", "prove_trail", "opened", "stopped", "safety_events", "approvals", "record_step",
})  # fmt: skip
"""Those that take no command id of their own."""
WRITING: Final = frozenset(CASES) - READING
PROGRAM: Final = frozenset({"pass_due", "one_pass", "next_instant", "locked"})
"""What the program does by itself, the covering of a window too: nobody asks for it by role."""
ASKING: Final = frozenset({"allowed", "own_name"})
"""What asks the table for a row of `ELSEWHERE`, and what compares two names: no rows themselves."""
ELSEWHERE: Final = frozenset({"watch.pass", "secret.set", "export.deidentified", "import.records"})
"""Rows that are asked for outside the use cases that are bound in `App`."""


def gate_refused(error: WardloopError | None) -> bool:
    return isinstance(error, NotAuthorised) and "may not do" in error.message


def test_every_use_case_has_a_row_and_every_row_a_use_case() -> None:
    bound = {
        name
        for name, value in vars(scene().shift.app).items()
        if callable(value) and not name.startswith("_")
    }
    assert bound - PROGRAM - ASKING == set(CASES)
    assert {row for row, _ in CASES.values()} | ELSEWHERE == set(GATES)


@pytest.mark.parametrize("use_case", CASES)
def test_who_may_ask_is_who_the_table_names(use_case: str) -> None:
    one = scene()
    gate = GATES[CASES[use_case][0]]
    for role in Role:
        allowed = not with_included(frozenset({role})).isdisjoint(gate.roles)
        error = one.tried(use_case, f"{role.value}.here")
        assert gate_refused(error) is not allowed, (role, error)
    for nobody in ("nobody", "system", ""):
        error = one.tried(use_case, nobody)
        assert error is not None, nobody
        assert isinstance(error, NotAuthorised if nobody == "system" else WardloopError), nobody
    assert isinstance(one.tried(use_case, "nobody"), NotFound)


@pytest.mark.parametrize("use_case", CASES)
def test_who_works_on_another_ward_is_refused_where_the_ward_matters(use_case: str) -> None:
    one = scene()
    gate = GATES[CASES[use_case][0]]
    for role in Role:
        if with_included(frozenset({role})).isdisjoint(gate.roles):
            continue
        error = one.tried(use_case, f"{role.value}.there")
        elsewhere = isinstance(error, NotAuthorised) and "does not work on ward" in error.message
        matters = gate.where is not Where.NOWHERE and role is not Role.SYSTEM
        assert elsewhere is matters, (role, error)


def test_lists_leave_out_the_patients_of_other_wards() -> None:
    app, at = scene().shift.app, scene().shift.clock.at
    for user, seen in (("nurse.here", 1), ("nurse.there", 0), ("system.there", 1)):
        assert len(app.list_alerts(user=user, now=at)) == seen, user
        assert len(app.list_stays(user=user)) == seen, user


def test_a_denial_stands_in_the_trail() -> None:
    one = scene()
    one.tried("discharge", "porter.here")
    row = one.shift.app.place.trust.trail.rows(user=PractitionerId("porter.here"))[0]
    assert row.entry.action is AuditAction.DENIED
    assert row.entry.encounter == one.shift.stay


def test_a_disabled_user_may_ask_for_nothing_and_keeps_what_they_did() -> None:
    one = scene()
    one.shift.app.disable_user(user="admin", command=one.shift.new(), name="dr.chen")
    disabled = one.store.state
    for use_case in CASES:
        one.store.state = disabled
        given = CASES[use_case][1](one)
        given |= {"command": one.shift.new()} if use_case in WRITING else {}
        with pytest.raises(WardloopError) as said:
            getattr(one.shift.app, use_case)(user="dr.chen", **given)
        assert said.value.code == "USER_DISABLED", use_case
    one.store.state = disabled
    assert one.shift.case(one.order).order.author == "dr.chen"


def test_the_page_of_permissions_is_current() -> None:
    program = runpy.run_path(str(ROOT / "packaging" / "permissions_page.py"))
    page = (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8")
    assert page == program["page"](), "packaging/permissions_page.py --write brings it up to date"
