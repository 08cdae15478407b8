"""How a row of knowledge becomes a finding: severity, source, and what a draft may ask for."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.alerts import AlertSeverity
from domain.findings import Finding, Severity
from rules.knowledge.rows import KnowledgeRow

BINDS: Final[Mapping[AlertSeverity, Severity]] = MappingProxyType(
    {
        AlertSeverity.S1: Severity.STOP,
        AlertSeverity.S2: Severity.REASON,
        AlertSeverity.S3: Severity.WARNING,
        AlertSeverity.S4: Severity.INFO,
        AlertSeverity.S5: Severity.INFO,
    }
)
"""How grave a rule is, and how that binds the person."""


def bound(grade: AlertSeverity, *, draft: bool) -> Severity:
    """How a finding binds: what waits for its review asks for a reason at most (decision 37)."""
    binds = BINDS[grade]
    return Severity.REASON if draft and binds is Severity.STOP else binds


def of_row(
    row: KnowledgeRow,
    *,
    check: str,
    message: str,
    right: str,
    grade: AlertSeverity | None = None,
    risk: str = "",
    params: tuple[tuple[str, str], ...] = (),
) -> Finding:
    """A finding by a row of knowledge.

    Args:
        grade: where it is not the row's own.
    """
    said = grade or row.grade or AlertSeverity.S2
    return Finding(
        check,
        bound(said, draft=row.draft),
        f"{message} (draft rule)" if row.draft else message,
        right,
        source=f"{row.source}; {row.id} {row.version}",
        params=(("rule", row.id), *params),
        risk=risk,
        draft=row.draft,
    )


def not_checked(check: str, why: str, right: str = "") -> Finding:
    """That a check had nothing to look at: said, never taken for normal, and never in the way."""
    return Finding(check, Severity.INFO, f"not checked: {why}", right)
