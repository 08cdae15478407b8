"""Why an alert is put off or let be: the codes, and who may agree (rules specification 3.1)."""

from __future__ import annotations

from typing import Final

from domain.errors import InvalidInput
from domain.people import Role

SNOOZE_REASONS: Final = (
    "emergency_elsewhere",
    "patient_away",
    "waiting_for_person",
    "waiting_for_result",
    "other",
)
OVERRIDE_REASONS: Final = (
    "benefit_outweighs_risk_monitored",
    "tolerated_before",
    "already_adjusted",
    "alternative_unavailable",
    "inaccurate_data",
    "patient_refused",
    "comfort_care",
    "not_clinically_relevant",
    "duplicate",
    "other",
)
"""Reason codes of an override (rules specification 3.1)."""
VERDICTS: Final = ("accepted", "commented", "escalated")
OWN_WORDS: Final = 10
"""Letters that a reason in one's own words has at least (rules specification 3.1)."""
SECONDS: Final = (Role.PHARMACIST, Role.SENIOR_PHYSICIAN)
"""Who may be the second person of an overridden S1 (rules specification 3.1)."""


def require_reason(field: str, reason: str, codes: tuple[str, ...], words: str) -> None:
    """Refuse what is no reason code, and `other` without words of one's own.

    Raises:
        InvalidInput: names the field.
    """
    if reason not in codes:
        raise InvalidInput(field, f"{reason!r} is no reason code", right=", ".join(codes))
    if reason == "other" and len(words.strip()) < OWN_WORDS:
        raise InvalidInput(
            "text", "the reason is not said", right=f"at least {OWN_WORDS} letters in your words"
        )
