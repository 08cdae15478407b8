"""A page over data that others change: it reads anew when something moved, and no row jumps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import Slot

from client.desktop.changes import Change
from client.desktop.page import Page

Data = TypeVar("Data")


class LivePage(Page, Generic[Data]):
    """The ward board, the worklist, the alert inbox: what they read comes and comes again."""

    _data: Data

    def _read(self, done: Callable[[Data], None]) -> None:
        """Read off the screen's thread, then call `done`."""

    def _lay_out(self, *, fresh: bool) -> None:
        """Show what was read, at this instant; without `fresh` every row keeps its place."""

    @Slot(object)
    def _show_fresh(self, data: Data) -> None:
        self._data = data
        self._lay_out(fresh=True)

    @Slot(object)
    def _show_live(self, data: Data) -> None:
        self._data = data
        self._lay_out(fresh=False)

    @Slot(object)
    def _changed(self, change: object) -> None:
        echo = isinstance(change, Change) and change.is_echo_for(self)
        if self.isVisible() and not echo:
            self._read(self._show_live)
