"""The one way off the screen's thread: values in, values out, answers in the main thread.

Two lanes: `database` (one worker, in order) and `free` (reports, printing). A plain thread pool and
one relay object in the main thread: no QThread subclass, no moveToThread, no lambda across threads.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from inspect import ismethod
from typing import Any, Final, Literal, TypeVar
from weakref import WeakMethod

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal, Slot

from client.desktop.lifetime import alive

Lane = Literal["database", "free"]
Value = TypeVar("Value")
_FREE_WORKERS: Final = 2
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Answer:
    """What came back, and to whom it goes."""

    owner: WeakMethod[Callable[[Any], None]] | None
    value: object
    error: BaseException | None = None


class Background(QObject):
    """The two lanes. One for a process, a child of the application; `close` it before the end.

    Signals:
        refused(error): an operation failed; who asked is told too.
    """

    refused = Signal(object)
    _answered = Signal(object)

    def __init__(self, app: QCoreApplication) -> None:
        super().__init__(app)
        self._lanes: dict[Lane, ThreadPoolExecutor] = {
            "database": ThreadPoolExecutor(1, thread_name_prefix="database"),
            "free": ThreadPoolExecutor(_FREE_WORKERS, thread_name_prefix="free"),
        }
        self._closed = False
        # queued, so that an answer comes after the call that asked, even from a ready operation
        self._answered.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        owner: QObject,
        operation: Callable[[], Value],
        *,
        done: Callable[[Value], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        lane: Lane = "database",
    ) -> None:
        """Do an operation elsewhere; see `run_in_background`."""
        if self._closed:
            raise RuntimeError("the background is closed: the program is ending")
        told_done, told_failed = _weak(owner, done), _weak(owner, failed)

        def settle(future: Future[Value]) -> None:
            if future.cancelled():
                return
            error = future.exception()
            if error is None:
                self._answered.emit(_Answer(told_done, future.result()))
            else:
                self._answered.emit(_Answer(told_failed, error, error))

        self._lanes[lane].submit(operation).add_done_callback(settle)

    def close(self) -> None:
        """Take no more, finish what the database lane holds, drop what waits in the free lane."""
        self._closed = True
        self._lanes["free"].shutdown(wait=True, cancel_futures=True)
        self._lanes["database"].shutdown(wait=True)

    @Slot(object)
    def _deliver(self, answer: object) -> None:
        if self._closed or not isinstance(answer, _Answer):
            return
        if answer.error is not None:
            self.refused.emit(answer.error)
        slot = answer.owner() if answer.owner is not None else None
        owner = getattr(slot, "__self__", None)
        if slot is not None and isinstance(owner, QObject) and alive(owner):
            slot(answer.value)
        elif answer.error is not None and answer.owner is None:
            raise answer.error  # nobody asked to be told: the program's excepthook is
        elif answer.error is not None:
            _log.warning("failed after its page was closed: %s", type(answer.error).__name__)


def run_in_background(
    owner: QObject,
    operation: Callable[[], Value],
    *,
    done: Callable[[Value], None] | None = None,
    failed: Callable[[Exception], None] | None = None,
    lane: Lane = "database",
) -> None:
    """Do an operation off the screen's thread and hand its value to `done` in the main thread.

    If the owner is gone by then, nothing is called. Without `failed`, the excepthook is told.

    Args:
        owner: the QObject that asks.
        operation: takes nothing, touches no widget, gives a value.
        done: a bound method of the owner, called with the value.
        failed: a bound method of the owner, called with the exception.
        lane: `database` (one worker, in order) or `free`.

    Raises:
        TypeError: `done` or `failed` is not a bound method of the owner.
        RuntimeError: there is no `Background`, or it is closed.
    """
    app = QCoreApplication.instance()
    background = app.findChild(Background) if app is not None else None
    if background is None:
        raise RuntimeError("no background yet: make Background(app) before the first page")
    background.run(owner, operation, done=done, failed=failed, lane=lane)


def _weak(
    owner: QObject, slot: Callable[[Any], None] | None
) -> WeakMethod[Callable[[Any], None]] | None:
    """A weak hold on a bound method of the owner: a lambda would keep its page alive."""
    if slot is None:
        return None
    if not ismethod(slot) or slot.__self__ is not owner:
        raise TypeError("done and failed must be bound methods of the owner")
    return WeakMethod(slot)
