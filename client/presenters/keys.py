"""The keys that work: everywhere, and on each page. What F1 shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from client.texts import Texts

_EVERYWHERE: Final = (
    ("F1", "help"), ("F2", "board"), ("F3", "work"), ("F5", "refresh"), ("F7", "alerts"),
    ("F11", "full_screen"), ("F12", "lock"), ("Ctrl+H", "hide_names"), ("Alt+←", "back"),
    ("Ctrl+L", "language"), ("Ctrl+T", "theme"), ("Tab", "next_field"),
)  # fmt: skip
_ON_PAGE: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "work": (
        ("↑ ↓", "rows"), ("F8", "record"), ("Alt+N", "not_done"), ("Enter", "picture"),
        ("Ctrl+F", "search"), ("Ctrl+Shift+F", "clear"), ("Alt+M", "vitals"),
    ),
    "vitals": (("Ctrl+Enter", "confirm"), ("← →", "sets")),
    "alerts": (
        ("↑ ↓", "alert_rows"), ("F8", "alert_task"), ("Enter", "picture"),
        ("Alt+K", "acknowledge"), ("Alt+Z", "snooze"), ("Alt+J", "override"), ("Alt+V", "review"),
        ("Alt+C", "sign_alert"), ("Ctrl+Enter", "confirm"), ("Alt+1-3", "alert_views"),
    ),
    "board": (("← → ↑ ↓", "cards"), ("0-9", "bed"), ("Enter", "open_bed"),
              ("Alt+M", "vitals")),
    "loop": (("← →", "nodes"), ("↑ ↓", "lanes"), ("Enter", "details"), ("F8", "record_node"),
             ("Alt+T", "evidence")),
    "step": (
        ("Ctrl+Enter", "confirm"), ("Shift+F8", "cannot_scan"), ("Alt+N", "not_done"),
        ("Alt+1-9", "exits"), ("Esc", "park"),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class KeyGroup:
    """A heading and its keys, each with what it does."""

    title: str
    rows: tuple[tuple[str, str], ...]


def key_groups(page: str, texts: Texts) -> tuple[KeyGroup, ...]:
    """The keys of a page first, then those that work everywhere."""
    groups = [KeyGroup(texts("keys.everywhere"), _rows(_EVERYWHERE, texts))]
    if page in _ON_PAGE:
        groups.insert(0, KeyGroup(texts("keys.on_page"), _rows(_ON_PAGE[page], texts)))
    return tuple(groups)


def _rows(rows: tuple[tuple[str, str], ...], texts: Texts) -> tuple[tuple[str, str], ...]:
    return tuple((key, texts(f"keys.{what}")) for key, what in rows)
