"""What was sealed last, kept outside the database: so that an older copy put in its place is told.

One small file beside the keys, for all databases that this workstation seals. It holds no secret
and no patient's data, only numbers, instants and codes.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Final

from domain.errors import StorageError

if TYPE_CHECKING:
    from pathlib import Path

NAME: Final = "seals.json"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is known outside of a database.

    Attributes:
        seq: of its last seal.
        mac: of its last seal.
        proved_seq: of the last seal under which all was found to hold; 0: never.
        proved_mac: of that seal.
        proved_at: when, in microseconds since 1970 UTC.
        fully_at: when all was read last, likewise.
    """

    seq: int = 0
    mac: str = ""
    proved_seq: int = 0
    proved_mac: str = ""
    proved_at: int = 0
    fully_at: int = 0


class Receipts:
    """The receipts of one workstation, by the place of the database."""

    def __init__(self, folder: Path) -> None:
        self._file: Final = folder / NAME

    def of(self, place: str) -> Receipt | None:
        """What is known of the database at a place; None where it was never sealed from here.

        Raises:
            StorageError: the file cannot be read.
        """
        return self._read().get(place)

    def keep_seal(self, place: str, *, seq: int, mac: str, anew: bool = False) -> None:
        """Remember the last seal; a later one that another process made meanwhile stays.

        Args:
            anew: forget what was known of the database that was here before.

        Raises:
            StorageError: it cannot be written.
        """
        known = Receipt() if anew else self.of(place) or Receipt()
        if seq >= known.seq:
            self._keep(place, replace(known, seq=seq, mac=mac))

    def keep_proof(self, place: str, *, seq: int, mac: str, at: int, fully: bool) -> None:
        """Remember under which seal all was found to hold.

        Raises:
            StorageError: it cannot be written.
        """
        known = self.of(place) or Receipt()
        changed = replace(known, proved_seq=seq, proved_mac=mac, proved_at=at)
        self._keep(place, replace(changed, fully_at=at) if fully else changed)

    def _read(self) -> dict[str, Receipt]:
        try:
            found = json.loads(self._file.read_text("utf-8"))
            return {place: Receipt(**kept) for place, kept in found.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise StorageError(
                "RECEIPTS", f"{self._file} cannot be read: {type(error).__name__}; put it back"
            ) from None

    def _keep(self, place: str, receipt: Receipt) -> None:
        kept = {name: asdict(one) for name, one in {**self._read(), place: receipt}.items()}
        text = json.dumps(kept, indent=1, sort_keys=True)
        part = self._file.with_name(f".{NAME}.{secrets.token_hex(4)}")
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            part.write_text(text + "\n", "utf-8")
            os.replace(part, self._file)  # noqa: PTH105 - whole or not at all
        except OSError as error:
            raise StorageError(
                "RECEIPTS", f"{self._file} cannot be written: {error.strerror or error}"
            ) from None
