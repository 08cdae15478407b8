"""A workstation that dies: a child process that works, and is killed at a random instant."""

from __future__ import annotations

import os
import random
import select
import signal
from typing import TYPE_CHECKING

from domain.errors import WardloopError

if TYPE_CHECKING:
    from collections.abc import Callable

    Confirm = Callable[[str], None]

FIRST_WAIT_MS = 4
"""About as long as a commit and what comes before it take."""


def killed_at_random(
    work: Callable[[Confirm], None], *, seed: int, most: int = 40, wait_ms: float = FIRST_WAIT_MS
) -> list[str]:
    """Let a child work, kill it at a random instant.

    Args:
        work: what the child does, without an end; it confirms each act once that is committed.
        most: before how many confirmations it is let go on at least; a random number below.
        wait_ms: up to how long it is let go on after them.

    Returns:
        What it had confirmed.
    """
    chance = random.Random(seed)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(reader)
            work(lambda act: _confirm(writer, act))
        except (OSError, WardloopError):
            code = 2
        finally:
            os._exit(code)  # no teardown of the parent's test run in the child
    os.close(writer)
    heard = b""
    wanted = chance.randrange(most)
    while heard.count(b"\n") < wanted and (piece := os.read(reader, 4096)):
        heard += piece
    poll = select.poll()
    poll.register(reader, select.POLLERR)  # never comes: it only ends after a part of a commit
    poll.poll(chance.random() * wait_ms)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    while piece := os.read(reader, 4096):
        heard += piece
    os.close(reader)
    assert os.WIFSIGNALED(status), f"the child ended by itself: {os.waitstatus_to_exitcode(status)}"
    return heard.decode().split("\n")[:-1]


def _confirm(pipe: int, act: str) -> None:
    os.write(pipe, f"{act}\n".encode())
