"""A store with its seals, and somebody who looks at a patient."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from client.keys import Keys
from domain.auditing import AuditAction, AuditEntry
from domain.ids import PatientId, PractitionerId
from storage.receipts import Receipts
from storage.seals import SqlSeals
from storage.store import Store

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def seals_of(store: Store, folder: Path) -> SqlSeals:
    """The seals of a store, under a key in a folder."""
    keys = Keys(folder, keyring=False)
    return store.seals("ws-1", key=lambda: keys.make("site"), receipts=Receipts(folder))


def look(store: Store, workstation: str, *, minute: int, who: str = "li.na") -> None:
    """Open a patient's record."""
    entry = AuditEntry(
        AuditAction.READ,
        PractitionerId(who),
        NOON + timedelta(minutes=minute),
        "order.show",
        patient=PatientId("patient-zhao"),
        detail={"rows": minute},
    )
    store.trail(workstation).write([entry])
