"""The one place where use cases are audited: who looked, who was denied, what a check stopped.

What was changed stands in the journal. Of a reading the entry is on the disk before the answer is
handed out: where it cannot be written, nothing is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Concatenate, Final, ParamSpec, TypeVar

from domain.auditing import AuditAction, AuditEntry
from domain.errors import NotAuthorised, NotFound, Refused
from domain.findings import Severity
from domain.ids import EncounterId, OrderId, PractitionerId, TaskId, WardId

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.errors import WardloopError
    from domain.ids import PatientId
    from domain.services.workplace import Workplace

_P = ParamSpec("_P")
_R = TypeVar("_R")

_NOUNS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ordering": "order",
        "revising": "order",
        "needing": "order",
        "showing": "order",
        "executing": "step",
        "admitting": "patient",
        "care": "patient",
        "whereabouts": "patient",
        "stating": "patient",
        "observing": "patient",
        "allergies": "patient",
        "diagnosing": "patient",
        "alerting": "alert",
        "alert_lists": "alert",
        "alert_metrics": "alert",
        "worklists": "work",
        "people": "user",
        "own_secrets": "user",
        "catalogues": "catalogue",
        "watching": "watch",
        "opening": "access",
        "presence": "access",
    }
)
"""What a module of use cases is about; one that is not named here is about what its name says."""
_READINGS: Final = frozenset(
    {
        "order.show_order",
        "patient.show_stay",
        "patient.show_known",
        "patient.list_stays",
        "alert.show_alert",
        "alert.show_risk",
        "alert.list_alerts",
        "alert.ward_risks",
        "work.worklist",
        "safety.safety_events",
    }
)
"""The use cases that show patients' records, by `name_of`. The ward board is read by windows, again
and again: they say once that it was opened (`opening.opened`)."""
_SHUT_OUT: Final = frozenset(
    {"USER_DISABLED", "NOT_SIGNED_IN", "NO_SECRET", "LOCKED_OUT", "CREDENTIAL_CHANGED"}
)
"""Refusals that deny a person; a wrong secret is written where it is counted (`proving`)."""


def name_of(use_case: Callable[..., object]) -> str:
    """What the trail calls a use case: `order.show_order`, `step.record`."""
    module = use_case.__module__.rpartition(".")[2]
    return f"{_NOUNS.get(module, module)}.{use_case.__name__}"


@dataclass(frozen=True, slots=True)
class About:
    """Whose record something was about."""

    encounter: EncounterId | None = None
    patient: PatientId | None = None
    ward: WardId | None = None
    target: str = ""


NOBODY: Final = About()
"""No patient's."""


def carried_out(
    place: Workplace,
    use_case: Callable[Concatenate[Workplace, _P], _R],
    let_in: Callable[[object], Workplace],
    /,
    *args: _P.args,
    **kwargs: _P.kwargs,
) -> _R:
    """Carry a use case out, and keep in the trail what must stand there.

    Args:
        let_in: gives the place to whoever has proved who they are; refuses all others.

    Raises:
        StorageError: the trail cannot be written.
    """
    what = name_of(use_case)
    try:
        answer = use_case(let_in(kwargs.get("user")), *args, **kwargs)
    except (Refused, NotFound) as refusal:
        _note_refusal(place, what, kwargs, refusal)
        raise
    if what in _READINGS and place.audits_reading:
        about = _about(place, kwargs, answer)
        action = AuditAction.READ if about.patient is not None else AuditAction.SEARCH
        detail = {"rows": len(answer)} if isinstance(answer, tuple) else {}
        user = kwargs.get("user")
        note(place, user=user, action=action, what=what, about=about, detail=detail)
    return answer


def _note_refusal(
    place: Workplace, what: str, kwargs: Mapping[str, object], refusal: Refused | NotFound
) -> None:
    """A denial, or an act that a check stopped; other refusals are no business of the trail."""
    detail: dict[str, object] = {"code": refusal.code}
    if isinstance(gate := kwargs.get("use_case"), str):
        detail["use_case"] = gate
    if _denies(refusal, kwargs):
        if isinstance(refusal, NotAuthorised):
            detail["needs"] = refusal.needs
        action = AuditAction.DENIED
    elif checks := stops_of(refusal):
        detail["checks"] = list(checks)
        action = AuditAction.STOPPED
    else:
        return
    note(
        place,
        user=kwargs.get("user"),
        action=action,
        what=what,
        about=_about(place, kwargs),
        outcome="refused",
        detail=detail,
    )


def _denies(refusal: Refused | NotFound, kwargs: Mapping[str, object]) -> bool:
    if isinstance(refusal, NotFound):
        return refusal.field == "actor" and refusal.value == kwargs.get("user")
    return isinstance(refusal, NotAuthorised) or refusal.code in _SHUT_OUT


def stops_of(error: WardloopError) -> tuple[str, ...]:
    """The checks that stopped an act; empty where none did."""
    findings = error.findings if isinstance(error, Refused) else ()
    stops = (finding for finding in findings if finding.severity is Severity.STOP)
    return tuple(dict.fromkeys(finding.check for finding in stops))


def note(
    place: Workplace,
    *,
    user: object,
    action: AuditAction,
    what: str,
    about: About = NOBODY,
    outcome: str = "done",
    detail: Mapping[str, object] = MappingProxyType({}),
) -> None:
    """Put one entry into the trail: it is on the disk when this returns.

    Args:
        user: who; the name that was given, also where nobody bears it.
        what: the use case or the page.
        detail: codes and counts; never a value of a patient's record.

    Raises:
        StorageError: it cannot be written; then nothing may be shown either.
    """
    entry = AuditEntry(
        action,
        PractitionerId(str(user or "")),
        place.trust.clock.now(),
        what,
        patient=about.patient,
        encounter=about.encounter,
        ward=about.ward,
        target=about.target,
        outcome=outcome,
        detail=MappingProxyType(dict(detail)),
    )
    place.trust.trail.write([entry])


# ---------------------------------------------------------------- whose record it was
def _about(place: Workplace, asked: Mapping[str, object], answer: object = None) -> About:
    """Whose record a use case was about: from what it was asked, else from what it answered."""
    order, task, alert = (_named(asked, name) for name in ("order", "task", "alert"))
    target = next((one for one in (task, order, alert) if one), "")
    encounter = _named(asked, "encounter") or _encounter_of(place, order, task, alert)
    if not encounter:
        found = getattr(answer, "encounter", None)
        encounter = str(getattr(found, "id", found or ""))
    if encounter:
        return about_stay(place, EncounterId(encounter), target=target)
    ward = asked.get("ward")
    return About(ward=WardId(ward) if isinstance(ward, str) else None, target=target)


def _named(asked: Mapping[str, object], name: str) -> str:
    """An id that was given by itself, or inside an entry: its order, the first of its tasks."""
    for part in (asked, *asked.values()):
        found = part.get(name) if isinstance(part, Mapping) else getattr(part, name, None)
        several = getattr(part, f"{name}s", None)
        if isinstance(several, tuple) and several:
            found = found or several[0]
        if isinstance(found, str):
            return found
    return ""


def _encounter_of(place: Workplace, order: str, task: str, alert: str) -> str:
    reads = place.reads
    if alert:
        raised = reads.alert(alert)
        return "" if raised is None else raised.encounter
    if task:
        home = reads.home_of_task(TaskId(task))
        return "" if home is None else home[1]
    return (reads.encounter_of_order(OrderId(order)) or "") if order else ""


def about_stay(place: Workplace, encounter: EncounterId, *, target: str = "") -> About:
    """Whose stay it is, and where they lie now."""
    stay = place.reads.encounter(encounter)
    if stay is None:
        return About(encounter, target=target)
    return About(encounter, stay.patient_id, stay.ward, target)
