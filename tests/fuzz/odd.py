"""Odd input: what programs, slips of the hand and torn files send."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random
    from types import FrameType

ODD: tuple[object, ...] = (
    *(None, True, False, 0, -1, 1, 10**30, -(10**30), 1.5, 1e308, [], {}, [[]], [None], {"": ""}),
    *("", " ", "0", "-1", "NaN", "1e999999", "Infinity", "\x00", "\ud800", "\u202e", "\u001d"),
    *("\U0001d7dc", "\u0663", "\ufb01", "A" * 5_000, ["a"] * 300, "STAT", "q8h", "mg", "5 mg"),
    *("-5 mg", {"value": None}, {"unit": "mg"}, {"value": "1e999", "unit": "mg"}),
    *({"value": "5", "unit": "\u00b5g"}, "24:00", "%s%n", "${x}", "<b>", "../../etc/passwd"),
    *("9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "2026-02-30T08:00:00+08:00"),
    *("2026-11-24T08:00:00", "'; DROP TABLE journal; --"),
)
_LETTERS = "0123456789ABCXYZabcxyz=&(){}[]<>|~^+-*/\\.,:;!?\"'#%$ \t\n\r\x00\x1d\x1e"
_LETTERS += "\u4e2d\u00e9\ud800"


def mutated(rng: Random, value: object, *, names: Sequence[str] = ()) -> object:
    """A value of JSON with something odd in it: a field gone, added, renamed or of another kind."""
    if isinstance(value, dict) and value and rng.random() < 0.85:
        changed = dict(value)
        name = rng.choice(list(changed))
        turn = rng.random()
        if turn < 0.15:
            del changed[name]
        elif turn < 0.3:
            changed[rng.choice(names) if names else torn(rng, name)] = rng.choice(ODD)
        else:
            changed[name] = mutated(rng, changed[name])
        return changed
    if isinstance(value, list) and value and rng.random() < 0.6:
        at = rng.randrange(len(value))
        return [*value[:at], mutated(rng, value[at]), *value[at + 1 :]]
    if isinstance(value, str) and rng.random() < 0.5:
        return torn(rng, value)
    return rng.choice(ODD)


def torn(rng: Random, text: str) -> str:
    """A text with some characters gone, doubled, exchanged or put in."""
    chars = list(text)
    for _ in range(rng.randint(1, 3)):
        at = rng.randint(0, len(chars))
        turn = rng.randrange(4)
        if turn == 0 and at < len(chars):
            del chars[at]
        elif turn == 1:
            chars.insert(at, rng.choice(_LETTERS))
        elif turn == 2 and at < len(chars):
            chars[at] = rng.choice(_LETTERS)
        else:
            end = min(len(chars), at + rng.randint(1, 20))
            chars[at:at] = chars[at:end]
    return "".join(chars)


def broken_lines(rng: Random, text: str) -> str:
    """A file with a line gone, doubled, cut off or torn."""
    lines = text.splitlines(keepends=True)
    at = rng.randrange(len(lines))
    turn = rng.randrange(4)
    if turn == 0:
        del lines[at]
    elif turn == 1:
        lines.insert(at, lines[at])
    elif turn == 2:
        return "".join(lines[:at]) + lines[at][: rng.randrange(len(lines[at]))]
    else:
        lines[at] = torn(rng, lines[at])
    return "".join(lines)


class Hung(Exception):
    """Something took more than its second of processor time."""


@contextmanager
def within_a_second(what: object) -> Iterator[None]:
    """Interrupt what takes more than one second of processor time, however loaded the machine."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise Hung(repr(what)[:500])

    before = signal.signal(signal.SIGVTALRM, interrupt)
    signal.setitimer(signal.ITIMER_VIRTUAL, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
