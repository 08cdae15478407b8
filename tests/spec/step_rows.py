"""What a row of a table of steps says, and the case in which its step is next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.commands import RecordStep
from domain.tasks import PendingExit
from tests.spec.cases import NOW, OWN, Standing, conditions, example, minutes, refs, roles, somebody

if TYPE_CHECKING:
    from domain.events import Event
    from domain.people import Role
    from tests.story import Story


@dataclass(frozen=True, slots=True)
class Step:
    """One row: who records it, when it may be, and what it asks for.

    Attributes:
        by: the roles, by their short codes.
        after: what it waits for; for an order's closing step also the other required steps.
        when: the conditions under which it is part of the way.
        results: its results.
        fields: what it asks for; those with `?` may be left out.
        witness: who may be the second person; `witness_when` and `witness_for` say when one is
            needed, by conditions or results.
        co_signed: the patient signs too: for these results, or `always`.
        other_than: the step whose actor may not be this one's, `other_when` a condition holds.
        afterwards: where these hold, it may be done later and nothing waits for it.
        marks: sign, starts, closes, activates, reports, per_version, optional, blind, automatic.
        until: it repeats until this step.
        valid: the limit for which it counts.
        given: conditions that the case needs beside `when`.
        wait: minutes since what it waits for.
        also: other order steps that the order's closing step waits for.
        elsewhere: steps of `after` that need not be there in this row's case.
        outcome: the exit by whose `still` it is due.
    """

    no: str
    id: str
    by: str
    after: str = ""
    when: str = ""
    results: str = ""
    fields: str = ""
    witness: str = ""
    witness_when: str = ""
    witness_for: str = ""
    co_signed: str = ""
    other_than: str = ""
    other_when: str = ""
    afterwards: str = ""
    marks: str = ""
    until: str = ""
    valid: str = ""
    batch: str = ""
    checks: str = ""
    given: str = ""
    wait: int = 2
    also: str = ""
    elsewhere: str = ""
    outcome: str = ""
    level: str = "task"

    @property
    def first_result(self) -> str | None:
        """The result of a usual day."""
        return self.results.split()[0] if self.results else None

    @property
    def name(self) -> str:
        """The row's name: its number and the case it is about."""
        return f"{self.no} {self.given}".strip() if self.elsewhere else self.no


def standing(loop: str, row: Step) -> Standing:
    """A case in which the step is next."""
    found = Standing(loop, recorded_at=NOW - minutes(row.wait))
    found.where(conditions(row.given)).where(conditions(row.when))
    found.before(row.no)
    found.upto(*refs(row.also))
    found.where(one for one in conditions(row.when) if ":" in str(one))
    found.done.pop(row.no, None)
    active = found.definition.activating
    if active is not None and row.level == "task":
        found.done.setdefault(active.no, None)
    if row.outcome:
        found.exit = PendingExit(row.outcome, row.outcome, (row.no,), NOW - minutes(row.wait))
    return found


def record(
    story: Story,
    row: Step,
    *,
    role: Role | None = None,
    user: str = "actor",
    result: str | None = None,
    witness: Role | None = None,
    co_signer: str | None = "the patient",
    second: str = "second",
    without: str | None = None,
) -> tuple[Event, ...]:
    """Record the step as a good team would, but for what is said otherwise."""
    asked = {name: example(name) for name in row.fields.split() if not name.endswith("?")}
    left_out = {} if without is None else {without: None}
    usual = {"noscan_reason": "scanner down", "reject_reason": example("reject_reason")}
    needed = witness or (roles(row.witness)[0] if row.witness else None)
    return story.do(
        RecordStep(
            order=story.order.id,
            actor=somebody(role or roles(row.by)[0], user),
            at=NOW,
            task=OWN if row.level == "task" else None,
            step=row.no,
            result=result or row.first_result,
            witness=None if needed is None else somebody(needed, second),
            co_signer=co_signer,
            reason="said so",
            evidence={**usual, **asked, **left_out},
        )
    )
