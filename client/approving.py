"""Which site files count: in a secured database, those that two persons agreed to.

A file that was changed after it was agreed to counts as it was agreed to; one that nobody agreed to
is left out. Both are told by `doctor` and in the journal's summary of the configuration.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

if TYPE_CHECKING:
    from client.settings import Settings
    from domain.safety import Approval
    from storage.store import Store


@dataclass(frozen=True, slots=True)
class Agreed:
    """The settings with the site files that count.

    Attributes:
        changed: files that were changed since; their approved text is used.
        left_out: files that two persons never agreed to.
    """

    settings: Settings
    changed: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def agreed(settings: Settings, store: Store, *, folder: Path | None = None) -> Agreed:
    """The settings with those of their site files that count in this database.

    Args:
        folder: where approved texts are laid for reading; in the user's cache if not given.

    Raises:
        InvalidInput (later, by whoever reads it): a file is not there; it is passed on as it is.
    """
    if not settings.site or not store.credentials.secured():
        return Agreed(settings)
    approved = [one for one in store.safety.approvals() if one.approved]
    hashes = {one.sha256 for one in approved}
    by_name = {one.name: one for one in approved}  # the latest of a name wins
    used: list[Path] = []
    changed: list[str] = []
    left_out: list[str] = []
    for path in settings.site:
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() in hashes:
            used.append(path)
        elif path.name in by_name:
            used.append(_laid_out(by_name[path.name], folder or _cache()))
            changed.append(path.name)
        else:
            left_out.append(path.name)
    chosen = settings.model_copy(update={"site": tuple(used)})
    return Agreed(chosen, tuple(changed), tuple(left_out))


def _cache() -> Path:
    return Path(platformdirs.user_cache_dir("wardloop", appauthor=False)) / "approved"


def _laid_out(approval: Approval, folder: Path) -> Path:
    """The approved text as a file of its name; written anew unless it is there to the byte."""
    path = folder / approval.sha256[:16] / approval.name
    text = approval.content.encode()
    if not path.is_file() or path.read_bytes() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.part")
        beside.write_bytes(text)
        beside.replace(path)
    return path

