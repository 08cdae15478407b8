"""The incidents page: near misses and incidents as rows, and one of them with its follow-up."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from client.presenters.cells import Cell, bold, muted, plain, state
from client.presenters.formats import record_number
from client.presenters.titles import Names, read_names
from client.presenters.tone import Tone
from domain.safety import FollowUpState, SafetyKind
from domain.services.safety import Sought

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from client.app import App
    from client.presenters.formats import Formats
    from domain.ids import EncounterId
    from domain.patients import Encounter, Patient
    from domain.safety import SafetyEvent


class IncidentView(StrEnum):
    """Which lines are shown."""

    OPEN = "open"
    """Nobody has closed them yet."""
    NEAR = "near"
    """Stopped before anything happened."""
    ALL = "all"


class IncidentSpan(StrEnum):
    """How far back."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


_BACK: Final = {
    IncidentSpan.DAY: timedelta(days=1),
    IncidentSpan.WEEK: timedelta(days=7),
    IncidentSpan.MONTH: timedelta(days=30),
}
_NEAR: Final = frozenset({SafetyKind.STOP, SafetyKind.MISMATCH})
_UNFINISHED: Final = frozenset({FollowUpState.OPEN, FollowUpState.REVIEWING})
_TONES: Final = {
    FollowUpState.OPEN: Tone.DUE_SOON,
    FollowUpState.REVIEWING: Tone.RUNNING,
    FollowUpState.CLOSED: Tone.DONE,
}


@dataclass(frozen=True, slots=True)
class IncidentData:
    """What was read."""

    events: tuple[SafetyEvent, ...] = ()
    stays: Mapping[EncounterId, tuple[Encounter, Patient]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    names: Names = field(default_factory=Names)


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """A row of the page."""

    event: SafetyEvent
    cells: Mapping[str, Cell]

    @property
    def key(self) -> str:
        """The record that it is about."""
        return self.event.subject


@dataclass(frozen=True, slots=True)
class IncidentDetail:
    """One of them, in words: title, what was written, and what was done about it."""

    title: str
    about: str
    text: str
    notes: tuple[str, ...]
    state: FollowUpState


def read_incidents(
    app: App, view: IncidentView, span: IncidentSpan, *, user: str, now: datetime
) -> IncidentData:
    """What stands on the list.

    Raises:
        NotAuthorised: the user does not follow incidents up.
    """
    true = app.place.trust.clock.now()  # by which stops are told, whatever clock was set
    sought = Sought(
        since=min(now, true) - _BACK[span],
        until=max(now, true) + timedelta(seconds=1),  # what was recorded just now belongs to it
        kinds=_NEAR if view is IncidentView.NEAR else None,
        states=_UNFINISHED if view is IncidentView.OPEN else None,
    )
    events = app.safety_events(user=user, sought=sought)
    stays: dict[EncounterId, tuple[Encounter, Patient]] = {}
    for key in {one.encounter for one in events}:
        stay = None if key is None else app.reads.encounter(key)
        patient = None if stay is None else app.reads.patient(stay.patient_id)
        if key is not None and stay is not None and patient is not None:
            stays[key] = (stay, patient)
    return IncidentData(events, MappingProxyType(stays), read_names(app.reads, at=now))


def incident_lines(
    data: IncidentData, *, now: datetime, formats: Formats
) -> tuple[IncidentLine, ...]:
    """The rows, the latest first."""
    return tuple(_line(one, data, now, formats) for one in data.events)


def _line(one: SafetyEvent, data: IncidentData, now: datetime, formats: Formats) -> IncidentLine:
    texts = formats.texts
    name, record_no, place = _patient(one, data, formats)
    cells = {
        "when": bold(formats.moment(one.at, now=now)),
        "kind": plain(texts(f"incident_kind.{one.kind}")),
        "state": state(_TONES[one.state], texts(f"incident_state.{one.state}")),
        "who": plain(data.names.person(one.by, formats)),
        "patient": plain(name),
        "record_no": muted(record_no, ids=True),
        "place": muted(place),
        "what": plain(what_in_words(one, formats)),
    }
    return IncidentLine(one, MappingProxyType(cells))


def _patient(one: SafetyEvent, data: IncidentData, formats: Formats) -> tuple[str, str, str]:
    found = None if one.encounter is None else data.stays.get(one.encounter)
    if found is None:
        return "", "", ""
    stay, patient = found
    name = formats.name(patient.name, patient.name_zh).first
    return name, record_number(patient.mrn), f"{stay.ward} {stay.bed}"


def what_in_words(one: SafetyEvent, formats: Formats) -> str:
    """The step and the checks, in words where they have any, then what was written."""
    texts = formats.texts
    codes = [
        texts(f"check_name.{code}") if texts.has(f"check_name.{code}") else code
        for code in one.what
    ]
    return ": ".join(part for part in (", ".join(codes), one.text) if part)


def incident_detail(
    one: SafetyEvent, data: IncidentData, *, now: datetime, formats: Formats
) -> IncidentDetail:
    """One of them with all that was written of it."""
    texts = formats.texts
    when = formats.moment(one.at, now=now)
    about = [when, data.names.person(one.by, formats), *_patient(one, data, formats)]
    notes = tuple(
        f"{formats.moment(note.at, now=now)}  {data.names.person(note.by, formats)}  "
        f"{texts(f'incident_state.{note.state}')}: {note.note}"
        for note in one.follow_ups
    )
    title = texts(f"incident_kind.{one.kind}")
    said = what_in_words(one, formats)
    return IncidentDetail(
        title, "  ·  ".join(part for part in about if part), said, notes, one.state
    )
