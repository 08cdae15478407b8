"""Who and what the source names, under ids of ours: derived, so that a second import finds them."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from domain.ids import (
    CommandId,
    EncounterId,
    OrderId,
    PatientId,
    PractitionerId,
    TaskId,
    WardId,
    imported_id,
)
from domain.people import Actor, Role, with_included

SOURCE: Final = "mimic-iv"
MACHINE: Final = PractitionerId("mimic:import")
"""Who speaks where the source names nobody."""


def patient_id(subject: str) -> PatientId:
    """The patient of a `subject_id`."""
    return PatientId(imported_id(f"{SOURCE}/patient", subject))


def encounter_id(admission: str) -> EncounterId:
    """The stay of a `hadm_id`."""
    return EncounterId(imported_id(f"{SOURCE}/admission", admission))


def order_id(poe: str) -> OrderId:
    """The order of a `poe_id`, or of a transfusion that had none."""
    return OrderId(imported_id(f"{SOURCE}/order", poe))


def task_id(kind: str, *parts: str) -> TaskId:
    """The task of what identifies it in the source, such as (poe_id, type, scheduletime, seq)."""
    return TaskId(imported_id(f"{SOURCE}/{kind}", "|".join(parts)))


def command_id(what: str, identity: str) -> CommandId:
    """The one command that imports a patient, or the wards."""
    return CommandId(imported_id(f"{SOURCE}/import-{what}", identity))


@cache
def ward_id(care_unit: str) -> WardId:
    """A readable code of a care unit: `mimic-cardiac-surgery`."""
    code = re.sub(r"[^a-z0-9]+", "-", care_unit.lower()).strip("-")
    return WardId(f"mimic-{code or 'unknown'}")


@cache
def actor(user: str, *roles: Role) -> Actor:
    """Somebody whom the source names by a code, in the role in which they acted."""
    name = PractitionerId(f"mimic:{user}") if user else MACHINE
    return Actor(name, with_included(frozenset(roles)))
