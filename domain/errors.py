"""Every way in which Wardloop says no.

::

    WardloopError
    ├── InvalidInput          the input itself is wrong: names the field and what would be right
    │   └── NotFound          an id or name that nothing bears
    ├── Refused               understood, and not allowed now: says what to do next
    │   ├── NotAuthorised     this role may not do this
    │   ├── Forestalled       it is recorded already: by whom, when
    │   └── Conflict          somebody else was first: who did what, when
    ├── DefinitionError       a loop, rule or site file is wrong: file, line, reason
    └── StorageError          the database cannot be used, or does not hold what it should

An expected refusal is a typed value, never a traceback. Anything else that is raised is a bug.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from domain.findings import Finding


class WardloopError(Exception):
    """Root of all errors that Wardloop raises on purpose.

    Attributes:
        code: a stable word for programs (`STEP_NOT_READY`), never translated.
        message: one sentence for a person, in English; screens translate by code.
        field: the input field that is wrong, when one is.
    """

    def __init__(self, code: str, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field


class InvalidInput(WardloopError):
    """The input is wrong. `field` names it; `right` says what would be right."""

    def __init__(
        self, field: str, message: str, *, right: str | None = None, code: str = "INVALID_INPUT"
    ) -> None:
        text = message if right is None else f"{message}; right would be: {right}"
        super().__init__(code, text, field=field)
        self.field: str = field
        self.right = right


class NotFound(InvalidInput):
    """Nothing bears this id or name."""

    def __init__(self, field: str, value: str, *, right: str | None = None) -> None:
        super().__init__(
            field, f"{field}: nothing is known as {value!r}", right=right, code="NOT_FOUND"
        )
        self.value = value


class Refused(WardloopError):
    """Understood, and not allowed now.

    Attributes:
        findings: what the checks found, worst first; empty where a rule of the loop refused.
        next_step: what the person may do instead, in words.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        next_step: str,
        field: str | None = None,
        findings: tuple[Finding, ...] = (),
    ) -> None:
        super().__init__(code, f"{message}. {next_step}", field=field)
        self.next_step = next_step
        self.findings = findings


class NotAuthorised(Refused):
    """The actor's role may not do this."""

    def __init__(self, message: str, *, needs: str, field: str = "actor") -> None:
        super().__init__("NOT_AUTHORISED", message, next_step=f"Needs: {needs}", field=field)
        self.needs = needs


class Forestalled(Refused):
    """It is recorded already, and that record stands. Nothing of this command was written.

    Attributes:
        who: whose record it is; empty where it is not known.
        when: the instant that it tells of.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        next_step: str,
        field: str,
        who: str = "",
        when: datetime | None = None,
    ) -> None:
        by = "" if when is None else f", by {who} at {when.isoformat(timespec='minutes')}"
        super().__init__(code, message + by, next_step=next_step, field=field)
        self.who = who
        self.when = when


class Conflict(Refused):
    """Somebody else was first, and their record stands. Nothing of this command was written."""

    def __init__(self, *, who: str, what: str, when: datetime) -> None:
        super().__init__(
            "CONFLICT",
            f"{who} recorded {what} at {when.isoformat(timespec='minutes')}; nothing was written",
            next_step="Read their record, then decide again",
        )
        self.who = who
        self.what = what
        self.when = when


class DefinitionError(WardloopError):
    """A definition file is wrong. Nothing of it is used.

    Attributes:
        file: the name of the file.
        line: counted from 1; 0 where the fault is that something is missing altogether.
        reason: what is wrong and what would be right.
    """

    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__("DEFINITION", f"{file}:{line}: {reason}", field=file)
        self.file = file
        self.line = line
        self.reason = reason


class StorageError(WardloopError):
    """The database cannot be used, or does not hold what it should."""
