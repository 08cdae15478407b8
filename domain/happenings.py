"""Events beside orders and tasks: where patients are, what was observed, who works, what there is.

They stand in the same journal as those of `domain.events`, each on the chain of its encounter, else
of its ward, else of the workstation (decision 20), and every other table is rebuilt from them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from domain.alert_events import AlertBody
from domain.records import Source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from domain.clinical import Allergy
    from domain.credentials import Method
    from domain.grants import Grant, Review
    from domain.ids import EncounterId, PatientId, PractitionerId, WardId
    from domain.patients import Encounter, Patient, Ward
    from domain.people import Practitioner
    from domain.safety import FollowUpState
    from domain.signatures import Signed


class Noun(StrEnum):
    """What such an event is about."""

    PATIENT = "patient"
    ENCOUNTER = "encounter"
    WARD = "ward"
    PRACTITIONER = "practitioner"
    CATALOGUE = "catalogue"
    SITE = "site"
    ALERT = "alert"
    SAFETY = "safety"
    GRANT = "grant"


@dataclass(frozen=True, slots=True)
class PatientRegistered:
    """A patient became known, or their identity was corrected."""

    patient: Patient


@dataclass(frozen=True, slots=True)
class PatientLinked:
    """Two records are one person (ADT A40): `patient` is read as `into` from now on."""

    patient: PatientId
    into: PatientId


@dataclass(frozen=True, slots=True)
class Admitted:
    """A stay began."""

    encounter: Encounter


@dataclass(frozen=True, slots=True)
class MovedTo:
    """The patient lies somewhere else now (ADT A02, or another bed)."""

    ward: WardId
    bed: str


@dataclass(frozen=True, slots=True)
class StayEnded:
    """The stay ended: `discharge` or `death`."""

    how: str
    destination: str = ""


@dataclass(frozen=True, slots=True)
class BandReplaced:
    """A new wristband was printed; older ones are refused."""

    band_instance: int


@dataclass(frozen=True, slots=True)
class Observed:
    """Values observed at one time by one source, together (decision 20b).

    A value is a number as text or a whole number, a word, a truth; or `value` and `unit` with, of
    a laboratory result, `low`, `high`, `flag` and the critical limit that it crosses (`critical`).
    """

    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ObservationsWithdrawn:
    """Values that were entered in error count no more; they stay in the journal.

    Attributes:
        observed_at: when they were said to be observed.
        names: which of that time.
    """

    observed_at: datetime
    names: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class AllergyRecorded:
    """What is known of one allergy or intolerance, from now on; `certainty` may refute it."""

    patient: PatientId
    allergy: Allergy
    note: str = ""


@dataclass(frozen=True, slots=True)
class StandingFactSet:
    """Something that holds of a patient until it is set anew (`domain.standing` has the names).

    Attributes:
        by: whose statement it is, where another writes it down (a prescribed SpO2 scale).
    """

    patient: PatientId
    name: str
    value: str | bool
    by: PractitionerId
    detail: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class WardSet:
    """A ward was made or changed."""

    ward: Ward


@dataclass(frozen=True, slots=True)
class PractitionerSet:
    """A practitioner was added, changed or disabled."""

    practitioner: Practitioner


@dataclass(frozen=True, slots=True)
class CredentialSet:
    """A person's secret was set: by themselves, or by an administrator for them.

    Attributes:
        fingerprint: tells a credential that was exchanged behind the program; nothing of it.
        must_change: given by another: it opens nothing but the setting of an own one.
    """

    user: PractitionerId
    method: Method
    fingerprint: str
    must_change: bool
    by: PractitionerId


@dataclass(frozen=True, slots=True)
class Granted:
    """Somebody was granted a role for a time, or opened a stay in need."""

    grant: Grant


@dataclass(frozen=True, slots=True)
class GrantTakenBack:
    """A grant ends before its time, with this event."""

    grant: str


@dataclass(frozen=True, slots=True)
class AccessReviewed:
    """Somebody looked at why a stay had been opened."""

    grant: str
    review: Review


@dataclass(frozen=True, slots=True)
class Assigned:
    """Who looks after whom in a shift, or who is on duty or on call."""

    kind: str
    """`nurse`, `doctor`, `duty` or `on_call`."""
    practitioner: PractitionerId
    ward: WardId
    encounter: EncounterId | None
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class CatalogueItemSet:
    """Something that can be ordered was added or changed, from a date on."""

    kind: str
    """`drug`, `test`, `examination` or `component`."""
    code: str
    data: Mapping[str, object]
    effective_from: datetime


@dataclass(frozen=True, slots=True)
class ConfigurationTaken:
    """A configuration came into force; the journal names it by its hash."""

    config_hash: str
    loop_hash: str
    summary: str


@dataclass(frozen=True, slots=True)
class ConfigurationApproved:
    """A person agreed to a configuration file; it counts once two did."""

    sha256: str
    name: str
    content: str


@dataclass(frozen=True, slots=True)
class FollowedUp:
    """What was done about a near miss or an incident; the stream names the record it is about."""

    state: FollowUpState
    note: str


@dataclass(frozen=True, slots=True)
class WatchPassed:
    """The watch looked at a stay and found its risk changed by time alone (decision 23)."""

    score: int
    band: str


CareBody = (
    PatientRegistered
    | PatientLinked
    | Admitted
    | MovedTo
    | StayEnded
    | BandReplaced
    | Observed
    | ObservationsWithdrawn
    | AllergyRecorded
    | StandingFactSet
    | WardSet
    | PractitionerSet
    | CredentialSet
    | Granted
    | GrantTakenBack
    | AccessReviewed
    | Assigned
    | CatalogueItemSet
    | ConfigurationTaken
    | ConfigurationApproved
    | FollowedUp
    | WatchPassed
)

TellingBody = CareBody | AlertBody
"""What a happening may say: of care, or of an alert."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One event beside orders and tasks.

    Attributes:
        noun: what it is about.
        stream: the id of that patient, encounter, ward, practitioner or catalogue item.
        encounter: the encounter whose chain it stands on, where there is one.
        ward: the ward whose chain it stands on, where there is no encounter.
        signed: the signatures under it, where it was signed.
    """

    noun: Noun
    stream: str
    body: TellingBody
    actor: PractitionerId
    at: datetime
    recorded_at: datetime
    encounter: EncounterId | None = None
    ward: WardId | None = None
    source: Source = Source.LIVE
    signed: Signed | None = None
