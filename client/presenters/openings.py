"""Which pages were opened on whom: told to the audit trail once, before the first answer is shown.

A page reads again whenever something changes; that is no new opening.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from client.presenters.judging import band_holder

if TYPE_CHECKING:
    from collections.abc import Callable

    from client.app import App
    from domain.findings import Finding
    from domain.ids import EncounterId, OrderId, TaskId, WardId
    from domain.patients import Patient

_R = TypeVar("_R")


class Openings:
    """The openings of one window; its readings ask here one after the other."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._told: dict[str, tuple[str, str]] = {}

    def begin(self, *pages: str) -> None:
        """These pages come to the front: their next reading is an opening."""
        for page in pages:
            self._told.pop(page, None)

    def clear(self) -> None:
        """Somebody else sits here, or nobody."""
        self._told.clear()

    def read(
        self,
        page: str,
        operation: Callable[[], _R],
        *,
        user: str,
        ward: WardId | None = None,
        order: OrderId | None = None,
        encounter: EncounterId | None = None,
    ) -> _R:
        """Read for a page; of another order, or after `begin`, that is told before it is shown.

        Raises:
            NotAuthorised: the user may not see it.
            StorageError: the trail cannot be written; then nothing is shown.
        """
        answer = operation()
        about = (user, str(order or encounter or ward))
        if answer is not None and self._told.get(page) != about:
            self._app.opened(user=user, what=page, ward=ward, order=order, encounter=encounter)
            self._told[page] = about
        return answer


def near_miss(
    app: App, finding: Finding, code: str, *, user: str, order: OrderId, task: TaskId | None
) -> Patient | None:
    """Tell the audit trail that a check stopped an act; whose wristband was scanned.

    Raises:
        StorageError: the trail cannot be written; it is a STOP all the same.
    """
    app.stopped(user=user, what="step.record", checks=(finding.check,), order=order, task=task)
    return band_holder(app, code)
