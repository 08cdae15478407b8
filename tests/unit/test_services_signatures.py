"""Signatures in a secured database: nobody signs for another, and content cannot be swapped."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest

from domain.alerts import AlertSeverity
from domain.errors import InvalidInput, Refused
from domain.events import Override
from domain.loops.meanings import meaning_of
from domain.services.own_secrets import NewSecret
from domain.services.step_entry import parse_step_entry
from domain.services.undersigning import holds
from domain.signatures import Meaning, Secrets
from tests.fakes import FakeClock
from tests.secured import secret_of, secrets, secure, signed_do
from tests.shift import TEAM, WARD, Shift, fake_app, fake_shift, local, real_loops
from tests.small_rulebook import SmallRulebook

if TYPE_CHECKING:
    from domain.ids import OrderId

Json = dict[str, object]
INTERFACE = "quiet analyser 9"


@pytest.fixture
def shift() -> Shift:
    """Everybody on the ward has a PIN and has signed in."""
    made = fake_shift()
    secure(made.app, TEAM)
    return made


def signed_order(shift: Shift, product: str = "PARA500", /, **fields: object) -> OrderId:
    order = shift.draft(shift.drug(product, **fields))
    shift.app.sign_order(
        user="dr.chen", command=shift.new(), order=order, secrets=secrets("dr.chen")
    )
    return order


def signatures_of(steps: list[Json], step: str) -> list[tuple[object, ...]]:
    """Who signed a step: name, meaning, whether it holds."""
    return [
        (one["signer"], one["meaning"], one["holds"])
        for row in steps
        if row["step"] == step
        for one in cast("list[Json]", row["signatures"])
    ]


def test_an_order_counts_only_with_the_prescribers_own_secret(shift: Shift) -> None:
    order = shift.draft(shift.drug())
    with pytest.raises(Refused) as nothing:
        shift.app.sign_order(user="dr.chen", command=shift.new(), order=order)
    assert (nothing.value.code, nothing.value.field) == ("SECRET_NEEDED", "secret")
    another = Secrets({"dr.chen": secret_of("li.na")})
    with pytest.raises(Refused) as wrong:
        shift.app.sign_order(user="dr.chen", command=shift.new(), order=order, secrets=another)
    assert wrong.value.code == "SECRET_WRONG"
    assert shift.order_state(order) == "draft", "nothing was written"
    shift.app.sign_order(
        user="dr.chen", command=shift.new(), order=order, secrets=secrets("dr.chen")
    )
    assert signatures_of(shift.shown(order)["steps"], "M1") == [("dr.chen", "ordered", True)]


def test_a_draft_that_was_changed_is_signed_as_it_stands_then(shift: Shift) -> None:
    order = shift.draft(shift.drug())
    shift.app.revise_order(user="dr.chen", command=shift.new(), order=order, fields={"dose": "1 g"})
    shift.app.sign_order(
        user="dr.chen", command=shift.new(), order=order, secrets=secrets("dr.chen")
    )
    assert signatures_of(shift.shown(order)["steps"], "M1") == [("dr.chen", "ordered", True)]


def test_a_step_that_nobody_signs_asks_for_no_secret(shift: Shift) -> None:
    order = signed_order(shift)
    shift.do("li.na", order=order, step="nurse_verified", result="verified")
    assert signatures_of(shift.shown(order)["steps"], "M2") == []


def test_a_new_order_in_place_of_a_signed_one_is_signed_too(shift: Shift) -> None:
    order = signed_order(shift)
    change = {"user": "dr.chen", "order": order, "fields": {"frequency": "q6h"}, "sign_too": True}
    with pytest.raises(Refused, match=r"secret of dr\.chen is missing"):
        shift.app.revise_order(**change, command=shift.new())  # type: ignore[arg-type]  # as below
    done = shift.app.revise_order(**change, command=shift.new(), secrets=secrets("dr.chen"))  # type: ignore[arg-type]  # names and values of one call
    (new,) = (one for one in done.orders if one != order)
    assert signatures_of(shift.shown(new)["steps"], "M1") == [("dr.chen", "ordered", True)]


def test_a_witness_signs_with_her_own_pin_and_nobody_signs_for_her(shift: Shift) -> None:
    order = signed_order(shift, "HEP5000", route="SC", dose="5000 U")
    shift.verified(order)
    dose = shift.tasks(order)[0].id
    evidence = {"noscan_reason": "scanner down"}
    line = {"task": dose, "step": "bedside_verified", "evidence": evidence, "witness": "zhao.min"}
    with pytest.raises(Refused) as missing:
        signed_do(shift, "li.na", **line)
    assert (missing.value.code, missing.value.field) == ("SECRET_NEEDED", "witness_secret")
    entry = parse_step_entry({"command_id": shift.new(), **line})
    hers = Secrets({"zhao.min": secret_of("li.na")})
    with pytest.raises(Refused, match=r"not the PIN of zhao\.min"):
        shift.app.record_step(user="li.na", entry=entry, secrets=hers)
    signed_do(shift, "li.na", "zhao.min", **line)
    (task, *_) = shift.shown(order)["tasks"]
    steps = cast("list[Json]", task["steps"])
    assert signatures_of(steps, "M10") == [("zhao.min", "witnessed", True)]


def test_the_physician_confirms_and_signs_that_the_order_is_done(shift: Shift) -> None:
    order = signed_order(shift, dose_count=1)
    shift.verified(order)
    shift.at("08:05")
    shift.give(shift.tasks(order)[0].id)
    seen = {"exceptions_seen": len(shift.shown(order)["exceptions"])}
    with pytest.raises(Refused, match=r"secret of dr\.chen is missing"):
        shift.do("dr.chen", order=order, step="physician_confirmed")
    signed_do(shift, "dr.chen", order=order, step="physician_confirmed", evidence=seen)
    assert signatures_of(shift.shown(order)["steps"], "M16") == [("dr.chen", "confirmed", True)]


def test_the_pharmacist_signs_that_a_physician_insists(shift: Shift) -> None:
    order = signed_order(shift)
    shift.do("li.na", order=order, step="nurse_verified", result="verified")
    shift.do("ph.qian", order=order, step="pharm_reviewed", result="intervened", reason="renal?")
    line = {"order": order, "answer": "insist", "code": "MX02", "reason": "dose is right"}
    with pytest.raises(Refused, match=r"secret of ph\.he is missing"):
        signed_do(shift, "dr.chen", **line, witness="ph.he")
    signed_do(shift, "dr.chen", "ph.he", **line, witness="ph.he")
    (answered,) = (row for row in shift.app.reads.journal(order=order) if row.kind == "answered")
    signers = [(one.signature.signer, one.signature.meaning) for one in answered.signatures]
    assert signers == [("dr.chen", Meaning.OVERRIDDEN), ("ph.he", Meaning.OVERRIDDEN)]


def test_a_second_person_of_an_override_needs_their_own_secret(shift: Shift) -> None:
    order = shift.draft(shift.drug())
    told = (Override("prescribing", "thought over", "ph.qian"),)  # type: ignore[arg-type]  # a user name
    seconds = {"ph.qian": shift.app.reads.practitioner("ph.qian").actor()}  # type: ignore[arg-type, union-attr]  # is there
    with pytest.raises(Refused) as missing:
        shift.app.sign_order(
            user="dr.chen",
            command=shift.new(),
            order=order,
            overrides=told,
            seconds=seconds,
            secrets=secrets("dr.chen"),
        )
    assert missing.value.field == "witness_secret"
    shift.app.sign_order(
        user="dr.chen",
        command=shift.new(),
        order=order,
        overrides=told,
        seconds=seconds,
        secrets=secrets("dr.chen", "ph.qian"),
    )
    assert signatures_of(shift.shown(order)["steps"], "M1") == [
        ("dr.chen", "ordered", True),
        ("ph.qian", "overridden", True),
    ]


def test_a_corrected_report_keeps_the_old_signature_with_the_old_content(shift: Shift) -> None:
    order = signed_order(shift, dose_count=1)
    shift.verified(order)
    shift.at("08:05")
    shift.give(shift.tasks(order)[0].id)
    seen = {"exceptions_seen": len(shift.shown(order)["exceptions"]), "comment": "no fever"}
    shift.at("09:00")
    signed_do(shift, "dr.chen", order=order, step="physician_confirmed", evidence=seen)
    correction = {
        "order": order,
        "act": "correct",
        "step": "physician_confirmed",
        "reason": "clock",
    }
    evidence = {**seen, "comment": "no fever since 06:00"}
    with pytest.raises(Refused, match=r"secret of dr\.chen is missing"):
        shift.do("dr.chen", **correction, evidence=evidence)
    signed_do(shift, "dr.chen", **correction, evidence=evidence)
    old, new = (row for row in shift.shown(order)["steps"] if row["step"] == "M16")
    assert cast("Json", old["evidence"])["comment"] == "no fever"
    assert cast("Json", new["evidence"])["comment"] == "no fever since 06:00"
    for row in (old, new):
        assert [one["holds"] for one in cast("list[Json]", row["signatures"])] == [True]
    assert new["corrects"] == old["seq"]


def test_an_entry_may_say_by_which_secret_it_is_signed(shift: Shift) -> None:
    order = signed_order(shift)
    line: Json = {"order": order, "step": "nurse_verified", "result": "verified"}
    with pytest.raises(InvalidInput, match="not signed by a password") as wrong:
        signed_do(shift, "li.na", **line, signature={"method": "password"})
    assert wrong.value.field == "signature"
    signed_do(shift, "li.na", **line, signature={"method": "pin"})


@pytest.mark.parametrize(
    "said", [{"method": "fingerprint"}, {"method": "pin", "secret": "482915"}, "pin"]
)
def test_a_secret_has_no_place_in_an_entry(said: object) -> None:
    line = {"command_id": "c", "order": "o", "step": "M1", "signature": said}
    with pytest.raises(InvalidInput) as wrong:
        parse_step_entry(line)
    assert wrong.value.field == "signature"
    assert "482915" not in str(wrong.value)


def test_a_machine_tells_of_what_was_signed_elsewhere(shift: Shift) -> None:
    order = signed_order(shift)
    shift.machine("lis")
    shift.app.give_secret(user="admin", command=shift.new(), name="lis", new=NewSecret(INTERFACE))
    shift.app.sign_in(user="lis", secret=INTERFACE)
    line = {"order": order, "step": "nurse_verified", "result": "verified", "actor": "li.na"}
    shift.do("lis", **line, source="interface", source_id="m1")
    assert signatures_of(shift.shown(order)["steps"], "M2") == []


def test_in_an_open_database_nobody_signs_and_no_secret_is_asked_for() -> None:
    shift = fake_shift()
    order = shift.ordered(shift.drug())
    assert signatures_of(shift.shown(order)["steps"], "M1") == []
    entry = parse_step_entry(
        {
            "command_id": shift.new(),
            "order": order,
            "step": "nurse_verified",
            "result": "verified",
            "signature": {"method": "pin"},
        }
    )
    with pytest.raises(InvalidInput, match="none in an open database"):
        shift.app.record_step(user="li.na", entry=entry, secrets=secrets("li.na"))


def test_secrets_show_in_no_message() -> None:
    assert "482915" not in repr(Secrets({"li.na": "482915"}))


def test_every_signed_step_of_the_shipped_loops_says_what_its_signature_means() -> None:
    found = {
        f"{step.no} {step.id}": meaning.value
        for loop in real_loops()
        for step in loop.steps.values()
        if (meaning := meaning_of(step)) is not None
    }
    assert found == {
        "M1 prescribed": "ordered",
        "M16 physician_confirmed": "confirmed",
        "E1 ordered": "ordered",
        "E4 consented": "recorded",
        "E12 report_verified": "verified",
        "E14 physician_confirmed": "confirmed",
        "L1 ordered": "ordered",
        "L9 report_verified": "verified",
        "L11 physician_confirmed": "confirmed",
        "T2 consented": "recorded",
        "T3 ordered": "ordered",
        "T11e emergency_released": "ordered",
        "T11 issued": "recorded",
        "T22 physician_confirmed": "confirmed",
        "C2 verified": "verified",
        "C6 phy_ack": "confirmed",
        "A3 assessed": "recorded",
    }


# ---------------------------------------------------------------- alerts
@pytest.fixture
def alerted() -> Shift:
    """A STAT order that no nurse has verified for an hour: an S1, on a secured ward."""
    clock = FakeClock(at=local("07:00"))
    made = Shift(fake_app(clock, rulebook=SmallRulebook()), clock)
    made.ordered(made.drug(frequency="st", order_class="STAT", priority="STAT"))
    secure(made.app, TEAM)
    made.at("08:00")
    made.app.one_pass(now=made.clock.at)
    return made


def s1(shift: Shift) -> str:
    rows = shift.app.list_alerts(user="li.na", now=shift.clock.at, ward=WARD)
    return next(one.alert.id for one in rows if one.alert.severity is AlertSeverity.S1)


def signed_acts(shift: Shift, alert: str) -> list[tuple[str, str, bool]]:
    """Who signed what about an alert, and whether it holds."""
    return [
        (one.signature.signer, one.signature.meaning.value, holds(one, row, {}))
        for row in shift.app.show_alert(user="dr.chen", alert=alert).trail
        for one in row.signatures
    ]


def test_who_agrees_that_an_s1_is_let_be_signs_it(alerted: Shift) -> None:
    alert = s1(alerted)
    act = {"alert": alert, "reason": "comfort_care", "second": "ph.qian", "user": "li.na"}
    with pytest.raises(Refused) as missing:
        alerted.app.override_alert(**act, command=alerted.new())  # type: ignore[arg-type]  # as below
    assert (missing.value.code, missing.value.field) == ("SECRET_NEEDED", "witness_secret")
    alerted.app.override_alert(**act, command=alerted.new(), secrets=secrets("ph.qian"))
    assert signed_acts(alerted, alert) == [("ph.qian", "overridden", True)]


def test_the_physician_signs_off_an_s1_of_a_stay_that_ended(alerted: Shift) -> None:
    alert = s1(alerted)
    alerted.app.record_death(user="dr.chen", command=alerted.new(), encounter=alerted.stay)
    with pytest.raises(Refused, match=r"secret of dr\.chen is missing"):
        alerted.app.sign_alert(user="dr.chen", command=alerted.new(), alert=alert)
    alerted.app.sign_alert(
        user="dr.chen", command=alerted.new(), alert=alert, secrets=secrets("dr.chen")
    )
    assert signed_acts(alerted, alert) == [("dr.chen", "confirmed", True)]


# ---------------------------------------------------------------- a hospital's own loop
def test_a_loop_of_the_hospital_gets_its_meanings_from_what_its_steps_do() -> None:
    loop = next(one for one in real_loops() if one.id == "medication")
    given = replace(loop.steps["M11"], sign=True)
    assert meaning_of(given) is Meaning.ADMINISTERED
    counted = replace(loop.steps["M13"], sign=True, starts=False)
    assert meaning_of(counted) is Meaning.RECORDED


def test_a_name_that_is_its_own_second_is_asked_once(shift: Shift) -> None:
    order = signed_order(shift)
    with pytest.raises(Refused, match="must be another person"):
        signed_do(
            shift, "li.na", order=order, step="nurse_verified", result="verified", witness="li.na"
        )
