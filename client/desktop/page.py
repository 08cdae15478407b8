"""What the window asks of a page, and what a page may ask of the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from client.presenters.banner import BannerView
from client.texts import Texts
from domain.people import Role


class Page(QWidget):
    """A screen in the window's frame. Override what applies.

    Signals:
        banner_changed(): `banner()` gives another patient, or none.
        open_requested(key, parameter): another page is wanted.
        said(words, tone): a toast is wanted; `tone` is a `Tone`.
        scan_settled(accepted, words): what a scan led to, for the status bar.
        expected(awaited): what the next scan should be; an `Awaited`.
        badge_offered(code): a badge of no use to the page: somebody else wants to work here.
    """

    banner_changed = Signal()
    open_requested = Signal(str, object)
    said = Signal(str, object)
    scan_settled = Signal(bool, str)
    expected = Signal(object)
    badge_offered = Signal(str)

    def retranslate(self, texts: Texts) -> None:
        """Show every text in another language."""

    def enter(self, parameter: object) -> None:
        """The page comes to the front; `parameter` is what it was opened with."""

    def leave(self) -> None:
        """Another page comes to the front."""

    def refresh(self) -> None:
        """F5: read anew."""

    def banner(self) -> BannerView | None:
        """The one patient of this page; None on pages of several patients."""
        return None

    def take_scan(self, code: str) -> bool:
        """Act on a scanned code; False says that the page has no use for it."""
        del code
        return False


@dataclass(frozen=True, slots=True)
class PageSpec:
    """A page as the window knows it.

    Attributes:
        key: its name in the program: `board`.
        title: the key of its name in the texts.
        icon: its icon on the rail.
        roles: who sees it; empty means everybody.
        factory: makes the page; called once, when it is first opened.
        shortcut: `F2`; empty for none.
        on_rail: False for pages that are opened from others (a loop picture).
    """

    key: str
    title: str
    icon: str
    factory: Callable[[Texts], Page]
    roles: frozenset[Role] = frozenset()
    shortcut: str = ""
    on_rail: bool = True

    def open_to(self, roles: frozenset[Role]) -> bool:
        """Whether somebody with these roles sees it."""
        return not self.roles or not self.roles.isdisjoint(roles)
