"""The safety officer's list, on the store in memory and on SQLite alike."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from client.app import App
from domain.auditing import AuditAction, AuditEntry
from domain.barcodes import wristband
from domain.errors import InvalidInput, NotAuthorised, NotFound, Refused
from domain.ids import PractitionerId
from domain.people import Practitioner, Role
from domain.safety import FollowUpState, SafetyEvent, SafetyKind
from domain.services.safety import Sought
from domain.services.workplace import Workplace
from tests.fake_trust import trust_of
from tests.fakes import FakeClock, SeededIds
from tests.shift import WARDS, Shift, fake_app, real_loops
from tests.stores import new_store

if TYPE_CHECKING:
    from domain.safety import Approval

OFFICER, MATRON = "ma.feng", "nm.lu"


@pytest.fixture(params=["memory", "sqlite"])
def shift(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shift]:
    clock = FakeClock()
    if request.param == "memory":
        yield _with_officers(Shift(fake_app(clock), clock))
        return
    store = new_store(tmp_path, clock)
    place = Workplace(
        uow=store.units,
        reads=store.reads,
        loops=real_loops(),
        ids=SeededIds(),
        workstation="ws-1",
        config_hash="c" * 64,
        trust=trust_of(store, clock),
        wards=WARDS,
    )
    yield _with_officers(Shift(App(place, clock=clock), clock))
    store.close()


def _with_officers(shift: Shift) -> Shift:
    for name, role in ((OFFICER, Role.MEDICAL_AFFAIRS), (MATRON, Role.NURSING_MANAGER)):
        person = Practitioner(PractitionerId(name), name.upper(), frozenset({role}))
        shift.app.add_user(user="admin", command=shift.new(), practitioner=person)
    return shift


def _listed(shift: Shift, **only: object) -> list[SafetyEvent]:
    day = timedelta(days=1)
    sought = Sought(shift.clock.at - day, shift.clock.at + day, **only)  # type: ignore[arg-type]  # the fields of Sought
    return list(shift.app.safety_events(user=OFFICER, sought=sought))


def _bad_morning(shift: Shift) -> None:
    order = shift.ordered(shift.drug(dose_count=1))
    shift.verified(order)
    (dose,) = (task.id for task in shift.tasks(order))
    shift.at("11:30")
    shift.check(dose, override=[{"check": "window", "reason": "at the scanner"}])
    shift.at("11:35")
    shift.do("li.na", act="incident", task=dose, reason="the cup fell and was filled again")
    shift.at("11:40")
    shift.app.place.trust.trail.write(
        [
            AuditEntry(
                AuditAction.STOPPED,
                PractitionerId("zhao.min"),
                shift.clock.at,
                "step.record",
                encounter=shift.stay,
                target=dose,
                outcome="refused",
                detail={"checks": ["right_patient"]},
            )
        ]
    )


def test_near_misses_overrides_and_incidents_stand_in_one_list(shift: Shift) -> None:
    _bad_morning(shift)
    mismatch, incident, override = _listed(shift)

    assert mismatch.kind is SafetyKind.MISMATCH
    assert (mismatch.by, mismatch.what, mismatch.text) == ("zhao.min", ("right_patient",), "")
    assert incident.kind is SafetyKind.INCIDENT
    assert incident.text == "the cup fell and was filled again"
    assert incident.encounter == mismatch.encounter == shift.stay
    assert override.kind is SafetyKind.OVERRIDE
    assert set(override.what) >= {"M10", "window"}
    assert "at the scanner" in override.text
    assert {one.state for one in (mismatch, incident, override)} == {FollowUpState.OPEN}


def test_a_correction_and_a_record_in_error_are_on_the_list(shift: Shift) -> None:
    order = shift.ordered(shift.drug(dose_count=1))
    shift.verified(order)
    (dose,) = (task.id for task in shift.tasks(order))
    shift.at("08:05")
    shift.check(dose)
    shift.do("li.na", act="correct", task=dose, step="M10", reason="clock read wrongly",
             at=shift.at("08:04").isoformat())  # fmt: skip
    shift.do("li.na", act="entered_in_error", task=dose, reason="wrong bed")
    kinds = [one.kind for one in _listed(shift)]
    assert SafetyKind.CORRECTION in kinds
    assert SafetyKind.ENTERED_IN_ERROR in kinds
    assert _listed(shift, kinds=frozenset({SafetyKind.INCIDENT})) == []


def test_the_officer_follows_one_up_until_it_is_closed(shift: Shift) -> None:
    _bad_morning(shift)
    incident = _listed(shift, kinds=frozenset({SafetyKind.INCIDENT}))[0]
    for state, note in (
        (FollowUpState.REVIEWING, "asked the nurse"),
        (FollowUpState.CLOSED, "cups with lids were ordered"),
    ):
        shift.clock.tick(minutes=5)
        shift.app.follow_up(
            user=OFFICER, command=shift.new(), subject=incident.subject, state=state, note=note
        )
    (again,) = _listed(shift, kinds=frozenset({SafetyKind.INCIDENT}))
    assert again.state is FollowUpState.CLOSED
    assert [one.note for one in again.follow_ups] == [
        "asked the nurse",
        "cups with lids were ordered",
    ]
    still = frozenset({FollowUpState.OPEN})
    assert incident.subject not in {one.subject for one in _listed(shift, states=still)}


def test_a_follow_up_names_a_record_says_something_and_is_not_everybodys(shift: Shift) -> None:
    _bad_morning(shift)
    subject = _listed(shift)[0].subject

    def follow(user: str = OFFICER, of: str = subject, note: str = "seen") -> None:
        shift.app.follow_up(
            user=user, command=shift.new(), subject=of, state=FollowUpState.CLOSED, note=note
        )

    for nothing in ("nonsense", "ward#1", f"{shift.stay}#99999", f"{shift.stay}#x"):
        with pytest.raises(NotFound):
            follow(of=nothing)
    with pytest.raises(InvalidInput, match="missing"):
        follow(note="  ")
    with pytest.raises(InvalidInput, match="long"):
        follow(note="x" * 2001)
    with pytest.raises(NotAuthorised):
        follow(user="li.na")
    with pytest.raises(NotAuthorised):
        shift.app.safety_events(
            user="li.na", sought=Sought(shift.clock.at, shift.clock.at + timedelta(days=1))
        )
    with pytest.raises(InvalidInput, match="before"):
        shift.app.safety_events(user=OFFICER, sought=Sought(shift.clock.at, shift.clock.at))
    follow()
    follow(note="seen again")


def test_a_change_of_limits_counts_once_a_second_person_agrees(shift: Shift) -> None:
    def agree(user: str, content: str = "format = 1") -> Approval:
        return shift.app.approve_configuration(
            user=user, command=shift.new(), name="site.toml", content=content
        )

    assert not agree("admin").approved
    with pytest.raises(Refused, match="Another person") as refused:
        agree("admin")
    assert refused.value.code == "SECOND_APPROVER"
    assert agree(OFFICER).approved
    assert agree(MATRON).by == ("admin", OFFICER), "what was approved needs nobody more"
    assert not agree(OFFICER, "format = 1 # changed").approved, "other bytes, another decision"
    with pytest.raises(NotAuthorised):
        agree("li.na")
    assert [one.approved for one in shift.app.approvals(user="li.na")] == [True, False]


def test_a_wrong_wristband_that_is_told_afterwards_is_a_mismatch(shift: Shift) -> None:
    order = shift.ordered(shift.drug(dose_count=1))
    shift.verified(order)
    (dose,) = (task.id for task in shift.tasks(order))
    at = shift.at("08:05").isoformat()
    shift.at("09:00")
    shift.do(
        "li.na",
        task=dose,
        step="bedside_verified",
        source="retro",
        at=at,
        reason="the computer was down",
        scans=[wristband("0099999999", 1)],
        evidence={"noscan_reason": "loose tablet"},
    )
    (found,) = _listed(shift, kinds=frozenset({SafetyKind.MISMATCH}))
    assert found.by == "li.na"
    assert "right_patient" in found.what
    assert found.text == "the computer was down"
