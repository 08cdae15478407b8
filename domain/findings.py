"""What a check found: how bad, what exactly, what would be right."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Severity(StrEnum):
    """How a finding binds the person (the mismatch severities of the loop specification, 1.5)."""

    STOP = "stop"
    """Blocked, no override: a new correct scan or a new order."""
    SECOND_PERSON = "second_person"
    """Blocked until a reason is given and a second authorised person agrees."""
    REASON = "reason"
    """Blocked until the acting person gives a reason."""
    WARNING = "warning"
    """Shown, goes on."""
    INFO = "info"
    """Told, goes on."""


_ORDER: Final = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check found.

    Attributes:
        check: the name of the check, as the loop file names it; where one check looks for many
            things (`prescribing`), the name of the one it found (`allergy`). An override names it.
        severity: how it binds.
        message: what was found, in one English sentence without patient data.
        right: what would be right, or what to do.
        source: where the rule comes from, empty for rules of identity.
        params: values for a translated message; ids and codes only.
        risk: what it means for the risk score (`allergy_s1`); empty where nothing.
        draft: the rule behind it waits for its review: it asks for a reason at most (decision 37).
    """

    check: str
    severity: Severity
    message: str
    right: str = ""
    source: str = ""
    params: tuple[tuple[str, str], ...] = ()
    risk: str = ""
    draft: bool = False

    @property
    def blocks(self) -> bool:
        """Whether it stops the record unless it is overridden."""
        return self.severity in (Severity.STOP, Severity.SECOND_PERSON, Severity.REASON)


def worst_first(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings with the gravest first, otherwise in the order found."""
    return tuple(sorted(findings, key=lambda finding: _ORDER[finding.severity]))
