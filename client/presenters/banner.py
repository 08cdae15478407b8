"""The patient banner as a value: the identity in its one fixed form, and the facts under it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from client.presenters.formats import PersonName, record_number

if TYPE_CHECKING:
    from datetime import date

    from client.presenters.formats import Formats
    from domain.patients import Patient


@dataclass(frozen=True, slots=True)
class Fact:
    """A label, weaker, and its value: `Born` `14-Aug-1961 (65y)`."""

    label: str
    value: str
    ids: bool = False


@dataclass(frozen=True, slots=True)
class BannerView:
    """What the banner shows.

    Attributes:
        name: the patient's name.
        identity: born, gender, record number, bed: always all of them, in this order.
        facts: the second line: allergies, weight, isolation and so on.
        staff: doctor and nurse, at the right of the first line.
        warning: the label of the allergy fact, shown with a warning sign; empty for none.
    """

    name: PersonName
    identity: tuple[Fact, ...]
    facts: tuple[Fact, ...] = ()
    staff: tuple[Fact, ...] = ()
    warning: str = ""


def banner_of(
    patient: Patient,
    *,
    bed: str,
    today: date,
    formats: Formats,
    facts: tuple[Fact, ...] = (),
    staff: tuple[Fact, ...] = (),
    warning: str = "",
) -> BannerView:
    """The banner of a patient; the bed is shown as a place, never as identity."""
    texts = formats.texts
    identity = (
        Fact(texts("identity.born"), formats.born(patient.birth_date, today=today)),
        Fact(texts("identity.gender"), formats.sex(patient.sex)),
        Fact(texts("identity.record_no"), record_number(patient.mrn), ids=True),
        Fact(texts("identity.bed"), bed),
    )
    name = formats.name(patient.name, patient.name_zh)
    return BannerView(name, identity, facts=facts, staff=staff, warning=warning)
