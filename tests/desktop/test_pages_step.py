"""Forms of steps and exits, what is missing, what may be done and why not, the command meant."""

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

import pytest

from client.presenters.judging import (
    Bedside,
    ScanClass,
    badge_holder,
    band_holder,
    judge,
    refusal_words,
    scan_class,
)
from client.presenters.sign_in import SignInError, read_staff, session_of, shown_role, wards_of
from client.presenters.step_actions import exit_actions, step_actions
from client.presenters.step_dialog import (
    Draft,
    Scanned,
    command_line,
    event_time,
    first_draft,
    is_retro,
    problem,
    read_value,
)
from client.presenters.step_form import Input, StepForm, exit_form, step_form
from client.presenters.stepper import check_lines, scan_prompt, step_facts, step_marks
from client.presenters.stop import stop_view
from client.presenters.tone import Tone
from client.texts import Texts
from domain.barcodes import wristband
from domain.errors import InvalidInput, NotAuthorised, Refused
from domain.findings import Finding, Severity
from domain.ids import CommandId
from domain.people import Role
from domain.services.step_entry import parse_step_entry
from tests.desktop.ward import bedside, formats, loop, task, ward
from tests.desktop.ward_sample import FURO, INSULIN, local

BAND = wristband("0012345678", 1)
OTHER = wristband("0012345701", 1)
NOW = local("08:05") + timedelta(seconds=12)


def form(name: str, step: str, number: int = 0, *, order: bool = False) -> StepForm:
    at = bedside(name)
    one = None if order else task(name, number).id
    return step_form(at.loops, at.case, one, step, formats=formats())


def scanned(*codes: str) -> tuple[Scanned, ...]:
    return tuple(Scanned(code, scan_class(code) is ScanClass.BAND, NOW) for code in codes)


def missing(asked: StepForm, draft: Draft, *findings: Finding) -> str:
    return problem(asked, draft, findings, now=NOW, formats=formats())


def test_a_bedside_check_asks_for_both_scans_and_a_second_nurse_for_a_high_alert_drug() -> None:
    insulin, furosemide = form("insulin", "M10"), form("furosemide", "M10", 1)
    assert (insulin.band, insulin.item, insulin.item_word) == (True, True, "drug")
    assert insulin.needs_witness("")
    assert insulin.witness_roles == "nurse"
    assert not furosemide.needs_witness("")
    draft = Draft()
    assert missing(insulin, draft) == "scan the wristband first"
    draft = replace(draft, scans=scanned(BAND))
    assert missing(insulin, draft) == "scan the drug first"
    draft = replace(draft, scans=scanned(BAND, INSULIN))
    assert missing(insulin, draft) == "needs the witness"
    assert missing(insulin, replace(draft, witness="zhao.min")) == ""
    assert missing(furosemide, Draft(noscan="label_damaged")) == ""


def test_start_and_end_of_a_tablet_are_one_form_filled_from_the_order() -> None:
    at = bedside("paracetamol")
    asked = step_form(at.loops, at.case, task("paracetamol", 1).id, "M11", formats=formats())
    assert asked.step == "M13"
    assert {"dose", "amount"} <= {one.name for one in asked.inputs}
    assert [one.value for one in asked.results] == ["complete", "partial", "stopped_reaction"]
    draft = first_draft(asked)
    assert (draft.values["dose"], draft.values["amount"]) == ("500", "500")
    assert "rate" not in draft.values
    assert missing(asked, draft) == "choose the result"
    draft = replace(draft, result="complete")
    line = command_line(asked, draft, command=CommandId("c"), now=NOW, formats=formats())
    assert line["step"] == "M13"
    assert line["evidence"] == {
        "dose": {"value": "500", "unit": "mg"},
        "amount": {"value": "500", "unit": "mg"},
    }
    parse_step_entry(line)


def test_every_step_of_every_loop_has_a_form_whose_fields_can_be_told() -> None:
    loops = ward().app.loops
    for name in ("vancomycin", "blood", "count", "chest"):
        case = bedside(name).case
        definition = loops.get(case.order.loop)
        for step in definition.steps.values():
            one = None if step.level.value == "order" else task(name).id
            asked = step_form(loops, case, one, step.no, formats=formats("zh"))
            assert asked.title
            assert all(entry.label for entry in asked.inputs)
            assert all(choice.label for entry in asked.inputs for choice in entry.choices)


def test_every_result_choice_and_exit_has_words_in_both_languages() -> None:
    loops, lost = ward().app.loops, []
    for texts in (Texts.load("en"), Texts.load("zh")):
        for one in loops:
            results = {result for step in one.steps.values() for result in step.results}
            lost += [word for word in results if not texts.has(f"result.{word}")]
            lost += [row.id for row in one.exits if not texts.has(f"exit_word.{row.id}")]
        used = {
            use.name
            for one in loops
            for use in (
                *(use for step in one.steps.values() for use in step.fields),
                *(use for row in one.exits for use in row.fields),
            )
        }
        for name in used:
            for word in loops.fields[name].choices:
                known = texts.has(f"choice.{word}") or texts.has(f"choice.{name}.{word}")
                lost += [] if known or "+" in word or word.endswith("-") else [f"{name}.{word}"]
    assert lost == []


def test_findings_come_from_the_domains_own_checks() -> None:
    at, asked = bedside("furosemide"), form("furosemide", "M10", 1)

    def found(*codes: str) -> list[tuple[str, Severity]]:
        findings = judge(at, asked, scans=codes, evidence={}, when=NOW, now=NOW)
        return [(one.check, one.severity) for one in findings]

    late = ("window", Severity.REASON)
    assert found() == [late]  # that nothing was scanned yet is asked for, not blamed
    assert found(BAND, FURO) == [late]
    assert found(OTHER) == [("right_patient", Severity.STOP), late]
    assert found(wristband("0012345678", 2)) == [("right_patient", Severity.STOP), late]
    assert found(BAND, INSULIN) == [("right_item", Severity.STOP), late]
    assert found("????")[0] == ("scan_readable", Severity.STOP)


def test_a_finding_is_answered_by_a_reason_and_where_asked_by_a_second_person() -> None:
    asked = form("furosemide", "M10", 1)
    draft = Draft(scans=scanned(BAND, FURO))
    late = Finding("window", Severity.REASON, "too early")
    grave = Finding("dose", Severity.SECOND_PERSON, "twice the usual dose")
    assert missing(asked, draft, late).startswith("give a reason: too early")
    answered = replace(draft, overrides=MappingProxyType({"window": "surgeon waits"}))
    assert missing(asked, answered, late) == ""
    alone = replace(draft, overrides=MappingProxyType({"dose": "as discussed"}))
    assert "second person" in missing(asked, alone, grave)
    both = replace(alone, seconds=MappingProxyType({"dose": "zhou.hao"}))
    assert missing(asked, both, grave) == ""
    stop = Finding("expiry", Severity.STOP, "it has expired")
    assert missing(asked, both, stop).startswith("stopped: It has expired")
    line = command_line(asked, both, command=CommandId("c"), now=NOW, formats=formats())
    assert line["override"] == [{"check": "dose", "reason": "as discussed", "second": "zhou.hao"}]


def test_the_time_may_be_set_back_and_then_asks_why() -> None:
    asked = form("furosemide", "M10", 1)
    draft = Draft(scans=scanned(BAND, FURO), clock="07:30")
    assert is_retro(draft, now=NOW, formats=formats())
    assert missing(asked, draft) == "say why it is entered later"
    draft = replace(draft, reason="pump alarm next door")
    line = command_line(asked, draft, command=CommandId("c"), now=NOW, formats=formats())
    assert line["source"] == "retro"
    assert line["at"] == local("07:30").isoformat()
    near = replace(draft, clock="08：00")
    assert not is_retro(near, now=NOW, formats=formats())
    assert "source" not in command_line(
        asked, near, command=CommandId("c"), now=NOW, formats=formats()
    )
    night = event_time(Draft(clock="23:50"), now=NOW, formats=formats())
    assert night == local("23:50", 23)  # never the future
    for wrong in ("7", "25:00", "ab:cd", "07:61"):
        assert missing(asked, replace(draft, clock=wrong)) == "the time is written 14:05"


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("integer", "88", 88),
        ("decimal", "36.8", "36.8"),
        ("bool", "no", False),
        ("codes", "A, B，C", ["A", "B", "C"]),
        ("date", "2026-11-30", "2026-11-30"),
        ("instant", "14:05", "2026-11-24T14:05:00+08:00"),
        ("instant", "2026-11-30 14:05", "2026-11-30T14:05:00+08:00"),
        ("quantity", "2.5 mg", {"value": "2.5", "unit": "mg"}),
        ("text", " left arm ", "left arm"),
    ],
)
def test_what_is_typed_becomes_what_the_journal_keeps(kind: str, text: str, value: object) -> None:
    one = Input("x", "X", kind, required=False)
    assert read_value(one, text, now=NOW, formats=formats()) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("integer", "8.5"),
        ("decimal", "warm"),
        ("date", "30.11.2026"),
        ("instant", "noon"),
        ("quantity", "2.5"),
    ],
)
def test_what_cannot_be_read_says_what_would_be_right(kind: str, text: str) -> None:
    one = Input("x", "X", kind, required=False)
    with pytest.raises(InvalidInput, match=r"such as|whole"):
        read_value(one, text, now=NOW, formats=formats())
    asked = StepForm(ward().orders["count"], None, "L2", "x", inputs=(one,))
    draft = Draft(MappingProxyType({"x": text}))
    assert missing(asked, draft).startswith("X: ")


def test_a_quantity_is_typed_in_the_unit_of_the_order() -> None:
    one = Input("dose", "Dose", "quantity", required=True, unit="mg")
    assert read_value(one, "1,000", now=NOW, formats=formats()) == {"value": "1000", "unit": "mg"}


# ---------------------------------------------------------------- who may do what
def test_a_person_sees_which_steps_are_open_and_which_role_may() -> None:
    nurse, doctor = bedside("furosemide"), bedside("furosemide", "zhou.hao")
    one = task("furosemide", 1).id

    def steps(who: Bedside) -> dict[str, str]:
        found = step_actions(who.loops, who.case, one, actor=who.actor, now=NOW, formats=formats())
        return {action.step: action.reason for action in found}

    assert steps(nurse)["M10"] == ""
    assert steps(doctor)["M10"] == "needs nurse"


def test_an_exit_says_who_may_take_it_and_from_when() -> None:
    def exits(name: str, number: int) -> dict[str, str]:
        at = bedside(name)
        found = exit_actions(
            at.loops,
            at.case,
            task(name, number).id,
            actor=at.actor,
            now=NOW,
            formats=formats(),
        )
        return {one.id: one.reason for one in found}

    late = exits("furosemide", 1)
    assert late == {"refused": "", "held": "", "missed": "needs charge nurse", "patient_absent": ""}
    early = exits("paracetamol", 1)
    assert early["patient_absent"] == "from 09:00"
    assert exits("vancomycin", 0) == {}  # it runs: it is ended, not skipped


def test_an_exit_needs_its_reason_and_becomes_a_command() -> None:
    at, one = bedside("furosemide"), task("furosemide", 1).id
    asked = exit_form(at.loops, at.case, one, "MX07", formats=formats())
    assert asked.is_exit
    assert missing(asked, Draft()) == "enter: Reason"
    draft = Draft(MappingProxyType({"reason": "feels sick"}))
    assert missing(asked, draft) == ""
    line = command_line(asked, draft, command=CommandId("c"), now=NOW, formats=formats())
    assert (line["exit"], line["code"], line["reason"]) == ("refused", "MX07", "feels sick")
    parse_step_entry(line)
    assert judge(at, asked, scans=(), evidence={}, when=NOW, now=NOW) == ()


def test_consent_asks_for_the_patients_own_signature() -> None:
    asked = form("blood", "T2", order=True)
    draft = Draft(MappingProxyType({"form_id": "C-1"}), result="consented")
    assert missing(asked, draft) == "enter who signed"
    assert missing(asked, replace(draft, co_signer="HU, Wenbo")) == ""


# ---------------------------------------------------------------- what the dialog tells
def test_the_steps_of_the_dialog_show_what_is_done_and_what_is_next() -> None:
    asked = form("insulin", "M10")
    empty = step_marks(asked, Draft(), (), "x", formats=formats())
    assert [mark.title for mark in empty] == [
        "1 Patient", "2 Drug", "3 Check", "4 Witness", "5 Record",
    ]  # fmt: skip
    assert [mark.tone for mark in empty][:2] == [Tone.RUNNING, Tone.PENDING]
    draft = Draft(scans=scanned(BAND, INSULIN), witness="zhao.min")
    full = step_marks(asked, draft, (), "", formats=formats())
    assert [mark.tone for mark in full] == [*[Tone.DONE] * 4, Tone.RUNNING]
    assert full[0].detail == "scanned 08:05:12"
    by_hand = step_marks(asked, Draft(noscan="emergency"), (), "", formats=formats())
    assert by_hand[0].detail == "not scanned: emergency"
    assert [line.title for line in check_lines(asked, draft, formats=formats())] == [
        "Wristband", "Drug",
    ]  # fmt: skip
    assert scan_prompt(asked, Draft(), Texts.load("en")) == "Scan the wristband now"
    assert scan_prompt(asked, draft, Texts.load("en")) == ""


def test_the_head_names_due_time_limit_and_the_last_dose() -> None:
    facts = step_facts(loop("furosemide"), form("furosemide", "M10", 1), now=NOW, formats=formats())
    said = {fact.label: fact.value for fact in facts}
    assert (said["Due"], said["Limit"], said["Last"]) == ("06:00", "07:00", "23-Nov 22:35")


def test_a_stop_shows_both_persons_with_what_differs() -> None:
    at = bedside("furosemide")
    finding = Finding("right_patient", Severity.STOP, "wrong patient")
    other = band_holder(ward().app, OTHER)
    assert other is not None
    view = stop_view(finding, patient=at.patient, other=other, now=NOW, formats=formats())
    assert view.title == "STOP: wrong patient"
    assert view.order is not None
    assert [label for label, _ in view.band] == ["", "Born", "Gender", "Record no."]
    record = dict(view.band)["Record no."]
    assert "".join(run.text for run in record if run.weight.value == "bold") == "01"
    unknown = stop_view(finding, patient=at.patient, other=None, now=NOW, formats=formats("zh"))
    assert unknown.band == ()
    assert unknown.title == "禁止：患者不符"
    item = Finding("right_item", Severity.STOP, "wrong item")
    assert stop_view(item, patient=at.patient, other=None, now=NOW, formats=formats()).order is None


def test_refusals_are_said_in_the_language_of_the_screen() -> None:
    zh, en = Texts.load("zh"), Texts.load("en")
    refused = Refused("WITNESS_MISSING", "M10 needs a second person", next_step="Ask one")
    assert refusal_words(refused, zh) == "需要第二人核对"
    assert refusal_words(NotAuthorised("x may not", needs="nurse"), en) == (
        "Your role may not record this"
    )
    found = Finding("expiry", Severity.STOP, "it has expired")
    told = Refused("FINDINGS", "it has expired", next_step="Take another", findings=(found,))
    assert refusal_words(told, zh) == "已过期：请更换"
    strange = Refused("NEW_CODE", "Something new", next_step="Do this")
    assert refusal_words(strange, zh) == "Something new. Do this"
    assert "Nothing was recorded" in refusal_words(OSError("disk"), en)


# ---------------------------------------------------------------- signing in
def test_a_user_name_or_a_badge_opens_a_session() -> None:
    staff, texts = read_staff(ward().app), Texts.load("en")
    session = session_of(staff, " li.na ", "", texts=texts)
    assert (session.name, session.ward.id, session.landing) == ("LI, Na", "7", "work")
    assert session_of(staff, "he.lan", "7", texts=texts).landing == "board"
    with pytest.raises(SignInError, match="Nobody has the user name nobody"):
        session_of(staff, "nobody", "", texts=texts)
    with pytest.raises(SignInError, match="no ward"):
        session_of(replace(staff, wards=()), "li.na", "", texts=texts)
    disabled = replace(staff, people=tuple(replace(one, active=False) for one in staff.people))
    with pytest.raises(SignInError, match="disabled"):
        session_of(disabled, "li.na", "", texts=texts)


def test_a_member_of_staff_works_on_their_own_wards() -> None:
    staff = read_staff(ward().app)
    ward7 = staff.wards[0]
    other = replace(ward7, id=type(ward7.id)("9"))
    people = tuple(replace(one, wards=frozenset({ward7.id})) for one in staff.people)
    both = replace(staff, wards=(other, ward7), people=people)
    assert [one.id for one in wards_of(both, "li.na")] == ["7"]
    assert [one.id for one in wards_of(both, "who")] == ["9", "7"]
    assert shown_role(frozenset({Role.NURSE, Role.CHARGE_NURSE})) is Role.CHARGE_NURSE
    assert shown_role(frozenset({Role.PORTER})) is Role.PORTER


def test_a_badge_of_nobody_is_nobodys() -> None:
    people = ward().app.reads.practitioners()
    assert badge_holder(people, BAND) is None
    assert badge_holder(people, "????") is None
    assert band_holder(ward().app, "????") is None
    assert band_holder(ward().app, FURO) is None
