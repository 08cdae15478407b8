"""What a page is opened on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domain.ids import EncounterId, OrderId, PatientId, TaskId


@dataclass(frozen=True, slots=True)
class Subject:
    """What a page is opened on: an order, one of its tasks, and the step that was meant."""

    order: OrderId
    encounter: EncounterId
    patient: PatientId
    task: TaskId | None = None
    step: str = ""
    came_from: str = "work"
