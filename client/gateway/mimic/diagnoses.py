"""Coded diagnoses: the list of lasting illnesses as it stands once a stay has been coded.

The source codes a stay after its end and says no time. So the codes are told at the end of the
stay: during it nobody knew them, and a score that did would know what was found out later. They
count from the next stay on, together with those of earlier ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from domain.conditions import ICD9, ICD10, entries
from domain.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from client.gateway.mimic.accounting import Account
    from client.gateway.mimic.stays import Stay

TABLE: Final = "hosp/diagnoses_icd"
_SYSTEMS: Final = {"9": ICD9, "10": ICD10}


class DiagnosisRow(NamedTuple):
    """The columns that are read."""

    hadm_id: str
    icd_code: str
    icd_version: str


def code(rows: Sequence[DiagnosisRow], *, stays: Mapping[str, Stay], account: Account) -> None:
    """Add the codes to the stays; what is no code of its version is set aside."""
    for row in rows:
        stay = stays.get(row.hadm_id)
        system = _SYSTEMS.get(row.icd_version.strip())
        if stay is None:
            account.set_aside("no admission")
        elif system is None:
            account.set_aside("neither ICD-9 nor ICD-10")
        elif not stay.row.dischtime and not stay.row.deathtime:
            account.set_aside("the stay has no end")
        else:
            try:
                (entry,) = entries(**{system: [row.icd_code]})
            except InvalidInput:
                account.set_aside("no code of its version")
            else:
                account.take()
                stay.coded[entry] = None
