"""Conditions of examinations beside their limits: findings by category (ACR actionable reporting).

No step records a category yet: the rules that name these conditions are silent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.alerts.registry import on_stream
from rules.alerts.view import MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.situation import Stream
    from rules.alerts.claims import Claim
    from rules.alerts.rule import Rule
    from rules.alerts.view import View


@on_stream("finding_category", "marks.finding", loops=("examination",), marked=True)
def finding_category(view: View, stream: Stream, rule: Rule) -> Iterable[Claim]:
    """A finding of the rule's category was reported, and nobody has taken it up since."""
    claims: list[Claim] = []
    wanted = f"category_{rule.params['category']}"
    for mark in stream.marks:
        if mark.what == "finding" and view.test("marks.finding", "is", wanted, mark.value):
            allowed = rule.minutes("minutes")
            claims += view.of_stream(
                rule,
                stream,
                mark.at + allowed,
                cause=f"{stream.id}:{mark.seq}",
                starts_at=mark.at,
                minutes=allowed // MINUTE,
            )
    return claims
