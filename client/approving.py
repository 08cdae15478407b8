"""Which files of a site count: in a secured database, those that two persons agreed to.

A site file or a loop of the site's own that was changed after it was agreed to counts as it was
agreed to; one that nobody agreed to is left out. Both are told by `doctor`; the journal's summary
of the configuration names the site files.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from client.settings import Settings
    from domain.safety import Approval
    from storage.store import Store


@dataclass(frozen=True, slots=True)
class Agreed:
    """The settings with the files that count.

    Attributes:
        changed: files that were changed since; their approved text is used.
        left_out: files that two persons never agreed to.
    """

    settings: Settings
    changed: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def agreed(settings: Settings, store: Store, *, folder: Path | None = None) -> Agreed:
    """The settings with those of their site files and loops that count in this database.

    Args:
        folder: where approved texts are laid for reading; in the user's cache if not given.

    Raises:
        InvalidInput (later, by whoever reads it): a file is not there; it is passed on as it is.
    """
    if not (settings.site or settings.loops) or not store.credentials.secured():
        return Agreed(settings)
    approved = [one for one in store.safety.approvals() if one.approved]
    sorting = _Sorting(approved, folder or _cache())
    site = tuple(sorting.counting(settings.site))
    loops = tuple(found for one in settings.loops for found in sorting.folder(one))
    chosen = settings.model_copy(update={"site": site, "loops": loops})
    return Agreed(chosen, tuple(sorting.changed), tuple(sorting.left_out))


@dataclass(slots=True)
class _Sorting:
    """Sorts files by whether two persons agreed to them."""

    approved: Sequence[Approval]
    cache: Path
    changed: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def counting(self, paths: Sequence[Path]) -> Iterator[Path]:
        """Those that count, each as it was agreed to; a path where nothing is stays."""
        hashes = {one.sha256 for one in self.approved}
        by_name = {one.name: one for one in self.approved}  # the latest of a name wins
        for path in paths:
            # a pipe says something else each time it is read: nobody can agree to that
            same = path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() in hashes
            if same or not path.exists():
                yield path
            elif path.name in by_name:
                self.changed.append(path.name)
                yield _laid_out(by_name[path.name], self.cache)
            else:
                self.left_out.append(path.name)

    def folder(self, path: Path) -> Iterator[Path]:
        """A folder of loops; in its place one with those that count, where not all do."""
        files = sorted(path.glob("*.toml"))
        used = list(self.counting(files))
        if used == files:
            yield path
        elif used:
            yield self._folder_of({one.name: one.read_bytes() for one in used})

    def _folder_of(self, texts: dict[str, bytes]) -> Path:
        """A folder of these loops and no others."""
        said = hashlib.sha256(b"\0".join(texts.values())).hexdigest()
        folder = self.cache / f"loops-{said[:16]}"
        for name, text in texts.items():
            _written(folder / name, text)
        for slipped_in in {one.name for one in folder.glob("*.toml")} - texts.keys():
            (folder / slipped_in).unlink()
        return folder


def _cache() -> Path:
    return Path(platformdirs.user_cache_dir("wardloop", appauthor=False)) / "approved"


def _laid_out(approval: Approval, folder: Path) -> Path:
    """The approved text as a file of its name."""
    return _written(
        folder / approval.sha256[:16] / Path(approval.name).name, approval.content.encode()
    )


def _written(path: Path, text: bytes) -> Path:
    """A file of this text; written anew unless it is there to the byte."""
    if not path.is_file() or path.read_bytes() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.part")
        beside.write_bytes(text)
        beside.replace(path)
    return path
