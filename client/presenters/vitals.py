"""The vital signs page: what was read of a patient, the chart's columns, and the entry's score."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from client.presenters.banner import Fact, banner_of
from client.presenters.formats import NO_BREAK
from client.presenters.news2_bands import AWAKE, OXYGEN
from client.presenters.risk_words import About, cause_words
from client.presenters.titles import Names, read_names
from domain.observations import VITALS, Observation
from domain.people import Role
from domain.situation import Situation
from domain.standing import SPO2_SCALE
from domain.vital_signs import FLOW
from rules.alerts.vital_sets import newest_set

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from client.app import App
    from client.presenters.banner import BannerView
    from client.presenters.formats import Formats
    from domain.clinical import Clinical
    from domain.ids import EncounterId, PractitionerId
    from domain.patients import Encounter, Patient
    from domain.people import Practitioner
    from domain.situation import RiskStanding
    from rules.scores.news2 import News2Result

CHARTED: Final = (*VITALS, OXYGEN, FLOW, AWAKE)
"""What a set may hold."""


_NUMBER: Final = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?")
_MOST_FLOW: Final = 100
_TARGET_SCALE: Final = 2
_RED: Final = 3
_URGENT: Final = 5


class Span(StrEnum):
    """How far back the chart shows."""

    DAY = "day"
    THREE_DAYS = "three_days"
    STAY = "stay"


_BACK: Final = {
    Span.DAY: timedelta(hours=24),
    Span.THREE_DAYS: timedelta(hours=72),
    Span.STAY: timedelta(days=8),  # as far back as earlier values are read (`Clinical.series`)
}


@dataclass(frozen=True, slots=True)
class VitalsData:
    """What was read: the patient, what is known of them, the risk with what it is about."""

    patient: Patient
    stay: Encounter
    clinical: Clinical
    risk: RiskStanding | None
    about: About
    names: Names
    physicians: tuple[Practitioner, ...]

    @property
    def scale(self) -> int:
        """The SpO2 scale that counts."""
        fact = self.clinical.facts.get(SPO2_SCALE)
        return 2 if fact is not None and fact.value == "2" else 1


@dataclass(frozen=True, slots=True)
class ChartColumn:
    """One set of the chart.

    Attributes:
        values: exact numbers as `Decimal`, words, truths; what a device could only bound as text.
        score: NEWS2 of this set with what was observed in the hour before it.
    """

    at: datetime
    values: Mapping[str, object]
    score: News2Result | None
    source: str


def read_vitals(
    app: App, stay: EncounterId, *, user: PractitionerId, opening: bool
) -> VitalsData | None:
    """What the page shows of a stay; None where the stay is not known.

    Args:
        opening: the page comes to the front: the audit trail hears of it before it is shown.

    Raises:
        NotAuthorised: the patient lies where the user does not work.
        StorageError: the trail cannot be written; then nothing is shown.
    """
    reads = app.reads
    found = reads.encounter(stay)
    patient = None if found is None else reads.patient(found.patient_id)
    clinical = reads.clinical(stay)
    if found is None or patient is None:
        return None
    if opening:
        app.opened(user=user, what="vitals", encounter=stay)
    now = app.now()
    names = read_names(reads, at=now)
    risk = None
    if app.place.rulebook is not None:
        risk = app.show_risk(user=user, encounter=stay, now=now)
    streams = reads.situation(stay, now=now).streams
    about = About(reads, app.loops.for_ward(found.ward), streams, names)
    physicians = tuple(one for one in reads.practitioners() if Role.PHYSICIAN in one.roles)
    return VitalsData(patient, found, clinical, risk, about, names, physicians)


def vitals_banner(data: VitalsData, *, now: datetime, formats: Formats) -> BannerView:
    """The banner of the patient."""
    allergies = _allergies(data.clinical, formats)
    return banner_of(
        data.patient,
        bed=data.stay.bed,
        today=now.astimezone(formats.zone).date(),
        formats=formats,
        facts=(allergies,),
        warning="" if data.clinical.allergies == () else allergies.label,
    )


def _allergies(clinical: Clinical, formats: Formats) -> Fact:
    texts, known = formats.texts, clinical.allergies
    if known is None:
        return Fact(texts("identity.allergies_not_recorded"), NO_BREAK)
    if not known:
        return Fact(texts("identity.no_known_allergies"), NO_BREAK)
    said = (f"{one.substance} ({one.reaction})" if one.reaction else one.substance for one in known)
    return Fact(texts("identity.known_allergies"), ", ".join(said))


# ---------------------------------------------------------------- the chart
def columns(data: VitalsData, span: Span, *, now: datetime) -> tuple[ChartColumn, ...]:
    """The sets of a span, the earliest first."""
    since = now - _BACK[span]
    at: defaultdict[datetime, dict[str, Observation]] = defaultdict(dict)
    for name in CHARTED:
        for one in data.clinical.series.get(name, ()):
            if one.at >= since:
                at[one.at].setdefault(name, one)
    made: list[ChartColumn] = []
    for instant in sorted(at):
        values = MappingProxyType({name: _value(one) for name, one in at[instant].items()})
        source = next(iter(at[instant].values())).source
        made.append(ChartColumn(instant, values, _score_at(data, instant), source))
    return tuple(made)


def _value(one: Observation) -> object:
    if one.name == OXYGEN:
        return "oxygen" if one.value is True or one.value == "true" else "air"
    number = one.number
    return one.value if number is None else number


def _score_at(data: VitalsData, at: datetime) -> News2Result | None:
    latest: dict[str, Observation] = {}
    for name, row in data.clinical.series.items():
        known = next((one for one in row if one.at <= at), None)
        if known is not None:
            latest[name] = known
    return _scored(data, latest, at)


def _scored(
    data: VitalsData, latest: Mapping[str, Observation], at: datetime, *, scale: int | None = None
) -> News2Result | None:
    """NEWS2 as the rules see it: the newest values with those of the hour before."""
    flags = set(data.clinical.flags(at))
    if (scale or _scale_at(data, at)) == _TARGET_SCALE:
        flags.add("spo2_scale_2")
    else:
        flags.discard("spo2_scale_2")
    situation = Situation(
        encounter=data.stay.id,
        patient=data.patient.id,
        ward=data.stay.ward,
        active=data.stay.active,
        clinical=replace(data.clinical, latest=MappingProxyType(dict(latest))),
        flags=frozenset(flags),
    )
    found = newest_set(situation)
    return None if found is None else found.score


def _scale_at(data: VitalsData, at: datetime) -> int:
    """The scale of an instant; only a change is an event: before the last one it was the other."""
    fact = data.clinical.facts.get(SPO2_SCALE)
    if fact is None or fact.at <= at:
        return data.scale
    return 3 - data.scale


# ---------------------------------------------------------------- the entry
@dataclass(frozen=True, slots=True)
class EntryState:
    """What an entry amounts to while it is typed.

    Attributes:
        entered: as `observe_vitals` takes it.
        wrong: the fields that cannot be true.
        points: of each field that has some, or none.
        kept: what counts with it from the hour before.
    """

    entered: Mapping[str, object]
    wrong: tuple[str, ...]
    points: Mapping[str, int]
    score: News2Result | None
    kept: tuple[str, ...] = ()


def typed_value(name: str, text: str) -> object:
    """What was typed in a field as it is recorded; a temperature of `384` is 38.4.

    Raises:
        ValueError: it cannot be true.
    """
    written = text.strip().replace(",", ".")
    if name == AWAKE:
        if written.upper() not in {"A", "C", "V", "P", "U"}:
            raise ValueError(name)
        return written.upper()
    if _NUMBER.fullmatch(written) is None:
        raise ValueError(name)
    number, measure = Decimal(written), VITALS[name]
    if name == "temperature" and "." not in written and number >= 10 * measure.low:
        number = number / 10
    if not measure.low <= number <= measure.high or (measure.whole and number % 1):
        raise ValueError(name)
    return format(number, "f")


def typed_oxygen(text: str) -> dict[str, object]:
    """Air (`A`, `0`), oxygen (`O2`) or its flow in L/min.

    Raises:
        ValueError: it is none of them.
    """
    written = text.strip().upper().replace(",", ".")
    if written in {"A", "0", "AIR"}:
        return {OXYGEN: False}
    if written in {"O", "O2"}:
        return {OXYGEN: True}
    if _NUMBER.fullmatch(written) is None or not 0 < Decimal(written) <= _MOST_FLOW:
        raise ValueError(OXYGEN)
    return {OXYGEN: True, FLOW: written}


def entry_state(
    data: VitalsData, typed: Mapping[str, str], *, scale: int, now: datetime
) -> EntryState:
    """The entry so far: what would be recorded, what is wrong in it, and the score it gives."""
    entered: dict[str, object] = {}
    wrong: list[str] = []
    for name, text in typed.items():
        if not text.strip():
            continue
        try:
            found = typed_oxygen(text) if name == OXYGEN else {name: typed_value(name, text)}
        except ValueError:
            wrong.append(name)
        else:
            entered |= found
    high, low = entered.get("systolic_bp"), entered.get("diastolic_bp")
    if high is not None and low is not None and int(str(low)) > int(str(high)):
        wrong.append("diastolic_bp")
    new = {
        name: Observation(
            name,
            value if isinstance(value, bool) else str(value),
            VITALS[name].unit if name in VITALS else "",
            now,
        )
        for name, value in entered.items()
    }
    if not new:
        return EntryState(MappingProxyType({}), tuple(wrong), MappingProxyType({}), None)
    score = _scored(data, {**data.clinical.latest, **new}, now, scale=scale)
    points = {} if score is None else {one.name: one.points for one in score.components}
    kept = tuple(name for name in points if name not in entered)
    own = {name: one for name, one in points.items() if name in entered}
    return EntryState(MappingProxyType(entered), tuple(wrong), MappingProxyType(own), score, kept)


# ---------------------------------------------------------------- in words
def listed(names: Iterable[str], formats: Formats) -> str:
    """Vital signs by their names."""
    texts = formats.texts
    return texts("vitals.and").join(texts(f"vital.{name}") for name in names)


def score_words(score: News2Result | None, formats: Formats) -> tuple[str, str]:
    """The score in a box, and its sentence: never a number where something is missing."""
    texts = formats.texts
    if score is None:
        return "", texts("vitals.nothing_yet")
    if score.excluded_reason is not None:
        return texts("vitals.no_score"), texts(f"vitals.excluded_{_reason(score)}")
    if score.value is None:
        words = texts(
            "vitals.partial",
            low=score.partial_min,
            high=score.partial_max,
            missing=listed(score.missing, formats),
        )
        return f"≥{score.partial_min}", words
    return str(score.value), texts(f"vitals.band_{score.band}")


def _reason(score: News2Result) -> str:
    return "child" if "PAED" in str(score.excluded_reason).upper() else "pregnancy"


def asks(score: News2Result | None, *, at: datetime, formats: Formats) -> tuple[str, ...]:
    """What the score asks for: who is told, and when the next set is due (RCP 2017)."""
    texts = formats.texts
    if score is None or score.excluded_reason is not None:
        return ()
    said: list[str] = []
    if score.red_parameter:
        red = [one.name for one in score.components if one.points == _RED]
        said.append(texts("vitals.red", name=listed(red, formats)))
    band = score.band or ("partial_urgent" if (score.partial_min or 0) >= _URGENT else "")
    if band:
        said.append(texts(f"vitals.asks_{band}"))
    minutes = score.observe_every_minutes
    if minutes is None:
        said.append(texts("vitals.next_when_whole"))
    elif minutes == 0:
        said.append(texts("vitals.next_continuous"))
    else:
        due = formats.moment(at + timedelta(minutes=minutes), now=at)
        said.append(texts("vitals.next_due", time=due, hours=minutes // 60))
    return tuple(said)


def risk_lines(data: VitalsData, app: App, formats: Formats) -> tuple[str, tuple[str, ...]]:
    """CLORS with its band in words, and each cause with its points."""
    if data.risk is None:
        return "", ()
    risk = data.risk.risk
    head = formats.texts(
        "vitals.clors", score=risk.score, band=formats.texts(f"vitals.clors_{risk.band}")
    )
    book, ward = app.place.rulebook, str(data.stay.ward)
    lines = tuple(
        f"{one.points}  "
        + cause_words(risk, one, about=data.about, rulebook=book, formats=formats, ward=ward)
        for one in sorted(risk.causes, key=lambda cause: -cause.points)
    )
    return head, lines
