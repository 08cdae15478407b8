"""One eMAR row with what stands beside it, ready to be placed on a task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from client.gateway.mimic.acts import Act, Ending
from client.gateway.mimic.amounts import whole
from client.gateway.mimic.charting import DETAIL, EMAR, PATCH, Beside, Verb
from client.gateway.mimic.identities import actor
from domain.people import Role

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from client.gateway.mimic.acts import Note, Occurrence, Step
    from client.gateway.mimic.charting import EmarRow, Said
    from client.gateway.mimic.tables import LocalTimes

_NOTHING: Final = Beside()
_OF_RUNS: Final = (Verb.STARTED, Verb.STOPPED, Verb.ROUND)


@dataclass(frozen=True, slots=True)
class Charted:
    """One eMAR row, read.

    Attributes:
        frequency: of the pharmacy's row that it names; empty where it names none.
    """

    row: EmarRow
    said: Said
    verb: Verb
    beside: Beside
    at: datetime
    stored: datetime
    due: datetime | None
    number: int
    frequency: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What tells doses of one order apart: the kind of administration and the due time (I3)."""
        return self.beside.type, self.row.scheduletime

    @property
    def of_run(self) -> bool:
        """Whether it belongs to an infusion; a pump's assessment does, a patch's does not."""
        return self.verb in _OF_RUNS or (self.verb is Verb.ASSESSED and self.beside.type != PATCH)

    def act(self, what: Step | Ending | Note, task: Occurrence, *, counts: bool = True) -> Act:
        """The row as an act on a task; `counts` is off for the second act of one row."""
        evidence = dict(self.beside.evidence)
        evidence["event"] = self.said.text
        if self.said.elsewhere:
            evidence["place"] = "other location"
        # the exit "not given" is the source's word, not a nurse's: MX23 is taken by SYS (I4)
        roles = (Role.NURSE, Role.SYSTEM) if isinstance(what, Ending) else (Role.NURSE,)
        return Act(
            at=self.at,
            stored=self.stored,
            number=self.number,
            actor=actor(self.row.enter_provider_id, *roles),
            what=what,
            source_id=self.row.emar_id,
            task=task,
            evidence=evidence,
            reason="Delayed, as the source says" if self.said.delayed else None,
            rows=((EMAR, 1), (DETAIL, self.beside.rows)) if counts else (),
        )


def read_charted(
    row: EmarRow,
    said: Said,
    verb: Verb,
    *,
    details: Mapping[str, Beside],
    frequencies: Mapping[str, str],
    times: LocalTimes,
) -> Charted:
    """The row with its times; a row that was never stored counts as stored when it happened."""
    at = times.at(row.charttime, f"{EMAR}.charttime")
    return Charted(
        row=row,
        said=said,
        verb=verb,
        beside=details.get(row.emar_id, _NOTHING),
        at=at,
        stored=times.or_none(row.storetime, f"{EMAR}.storetime") or at,
        due=times.or_none(row.scheduletime, f"{EMAR}.scheduletime"),
        number=whole(row.emar_seq, f"{EMAR}.emar_seq"),
        frequency=frequencies.get(row.pharmacy_id, ""),
    )
