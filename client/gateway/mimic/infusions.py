"""Infusions by run (I6): opened by the first row after a stop, ended by a stop, nothing filled in.

The source lacks most starts and stops. A run whose start is missing is a gap; it stays open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from client.gateway.mimic.acts import Act, Occurrence, Step
from client.gateway.mimic.charting import Verb
from client.gateway.mimic.identities import task_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from client.gateway.mimic.charted import Charted

STARTED: Final = Step("M11")
ROUND: Final = Step("M12")
STOPPED: Final = Step("M13", "complete")


@dataclass(slots=True)
class _Run:
    task: Occurrence
    started: bool = False


def runs(charted: Sequence[Charted]) -> Iterator[Act]:
    """The acts of the runs of one order, from its rows in the order of their times."""
    running: dict[str, _Run] = {}
    for one in charted:
        kind = one.beside.type
        run = running.get(kind)
        if run is None or (one.verb is Verb.STARTED and run.started):
            run = running[kind] = _Run(_occurrence(one))
        if one.verb is Verb.STARTED:
            run.started = True
            yield one.act(STARTED, run.task)
        elif one.verb is Verb.STOPPED:
            yield one.act(STOPPED, run.task)
            del running[kind]
        else:
            yield one.act(ROUND, run.task)


def _occurrence(first: Charted) -> Occurrence:
    return Occurrence(
        id=task_id("run", first.row.poe_id, first.beside.type, first.row.emar_id),
        due_at=first.due,
        fields={"infusion": True},
    )
