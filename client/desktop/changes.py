"""One feed for everything that changed, from this window or from another workstation."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal


@dataclass(frozen=True)
class Change:
    """Something changed.

    Attributes:
        what: the `Changes` value of the use case or of the storage's feed.
        initiator: who in this window caused it and has already shown it; None from elsewhere.
    """

    what: object
    initiator: QObject | None = None

    def is_echo_for(self, page: QObject) -> bool:
        """Whether the page caused it itself."""
        return self.initiator is page


class ChangeFeed(QObject):
    """Where pages hear that something changed; `announce` may be called from any thread.

    Signals:
        changed(Change): a page skips its own (`change.is_echo_for(self)`), else refreshes the rows
            that it names.
    """

    changed = Signal(object)

    def announce(self, what: object, *, initiator: QObject | None = None) -> None:
        """Tell every page."""
        self.changed.emit(Change(what, initiator))
