"""How a command says no: the exit code, and the words or the JSON on standard error."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from domain.errors import DefinitionError, InvalidInput, NotFound, Refused, WardloopError

if TYPE_CHECKING:
    from collections.abc import Sequence

DONE: Final = 0
REFUSED: Final = 1
"""Refused or found wanting: the command was understood."""
USAGE: Final = 2
"""Wrong usage: the command line itself is not right."""


class UsageError(WardloopError):
    """The command line is wrong. `usage` shows what would be right, where the parser knows."""

    def __init__(self, message: str, *, usage: str = "", field: str | None = None) -> None:
        super().__init__("USAGE", message, field=field)
        self.usage = usage


class FoundWanting(WardloopError):
    """What was checked does not hold; each finding says where and why."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        findings: Sequence[dict[str, object]],
        field: str | None = None,
    ) -> None:
        super().__init__(code, message, field=field)
        self.findings = tuple(findings)


def exit_code(error: WardloopError) -> int:
    """The exit code of an error."""
    return USAGE if isinstance(error, UsageError) else REFUSED


def in_words(error: WardloopError) -> str:
    """The error for a person: what is wrong, in which field, and each finding on a line."""
    lines = [f"wardloop: {message_of(error)}", *(f"  task: {note[5:]}" for note in _notes(error))]
    lines += ["  " + _finding_in_words(finding) for finding in _findings(error)]
    if isinstance(error, UsageError) and error.usage:
        lines.append(error.usage.rstrip())
    return "\n".join(lines)


def in_json(error: WardloopError) -> str:
    """`{"error": {"code", "message", "field", "findings": [...]}}`."""
    told = {
        "code": error.code,
        "message": message_of(error),
        "field": error.field,
        "findings": _findings(error),
    }
    if isinstance(error, NotFound):
        told["value"] = error.value
    for note in _notes(error):
        told["task"] = note[5:]
    return json.dumps({"error": told}, ensure_ascii=False)


def message_of(error: WardloopError) -> str:
    """The message; of a wrong input it always names the field."""
    if isinstance(error, InvalidInput) and error.field not in error.message:
        return f"{error.field}: {error.message}"
    return error.message


def _notes(error: WardloopError) -> list[str]:
    """Which of several tasks refused (`task ID`, added where they are recorded)."""
    return [note for note in getattr(error, "__notes__", []) if note.startswith("task ")]


def _findings(error: WardloopError) -> list[dict[str, object]]:
    if isinstance(error, FoundWanting):
        return list(error.findings)
    if isinstance(error, DefinitionError):
        return [{"file": error.file, "line": error.line, "reason": error.reason}]
    if not isinstance(error, Refused):
        return []
    return [
        {
            "check": finding.check,
            "severity": finding.severity.value,
            "message": finding.message,
            "right": finding.right,
            "source": finding.source,
            "params": dict(finding.params),
        }
        for finding in error.findings
    ]


def _finding_in_words(finding: dict[str, object]) -> str:
    if "what" in finding:
        return f"{finding['chain']} {finding['seq']}: {finding['what']}"
    if "encounter" in finding:
        return f"{finding['encounter']} {finding['code']}: {finding['message']}"
    if "file" in finding:
        return f"{finding['file']}:{finding['line']}: {finding['reason']}"
    right = f" (right would be: {finding['right']})" if finding.get("right") else ""
    return f"{finding['severity']} {finding['check']}: {finding['message']}{right}"
