"""The part of `docs/commands.md` about backups, encryption and keys."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tests.end_to_end.documented import Page

_STAMP: Final = re.compile(r"\d{8}T\d{6}Z")
_TIME: Final = re.compile(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\dZ")
_KEY: Final = re.compile(r"\b[0-9a-f]{12}\b")


def add_keeping(page: Page) -> None:
    """Make a backup, list it, put it back; copy the database; carry a key away."""
    page.title(
        "db backup, db restore, db copy, keys",
        "`db backup` copies the database while it is in use and counts only what it restored into "
        "a scratch place and proved; `--encrypt`\nseals it, so that only the key `backup` opens "
        "it. `db restore` proves before it takes a place, keeps what stood there and says what is "
        "lost.\n`db copy --encrypted`, `--plain` change whether the file is encrypted. "
        "[administration.md](administration.md) says when to use which.",
    )
    folder = page.wardloop.folder
    out = str(folder / "backups")
    page.wardloop.environ["WARDLOOP_KEYS"] = str(folder / "keys")
    _shows(page, "db", "backup", "--encrypt", "--out", out)
    _shows(page, "db", "backup", "list", "--out", out)
    backup = page.wardloop.does("db", "backup", "list", "--out", out)[0]["file"]
    _shows(page, "db", "restore", backup)
    _shows(page, "db", "restore", backup, "--replace")
    _shows(page, "db", "copy", "--to", str(folder / "secret.db"), "--encrypted")
    _shows(page, "keys", "list")
    _shows(page, "keys", "export", "backup", "--out", str(folder / "backup.key"))
    del page.wardloop.environ["WARDLOOP_KEYS"]


def _shows(page: Page, *argv: str) -> None:
    """Run a command; this machine's folder, the true time and ids of keys stand as words."""
    page.runs(*argv)
    shown = page.parts[-1].replace(f"{page.wardloop.folder}/", "")
    shown = _STAMP.sub("20261124T000500Z", shown)
    shown = _TIME.sub("2026-11-24 00:05:00Z", shown)
    page.parts[-1] = _KEY.sub("0123456789ab", shown)
