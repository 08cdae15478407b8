"""Reading a frequency: HL7 0335 codes, the codes of `loops.md` 7.2 and real orders' free text."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import Final

from domain.timing.forms import base_frequency
from domain.timing.frequencies import Frequency, Kind, UnknownFrequency, WindowClass
from domain.timing.spellings import normalised, why_refused

_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)


@lru_cache(maxsize=4096)  # a hospital writes a few hundred; each order asks for its own again
def parse_frequency(text: str) -> Frequency:
    """What a frequency means.

    Raises:
        UnknownFrequency: it is not understood for certain; says why and what would be right.
    """
    words = normalised(text)
    if not words:
        raise UnknownFrequency(text, "no frequency is given")
    as_needed, words = _without_as_needed(words)
    repeats, words = _without_repeats(words)
    count, duration, words = _without_bounds(words)
    if repeats and not words:
        # "MR X1" alone: the first dose is another order's, so only the repeats are ordered here
        words, repeats, count = "PRN", 0, repeats
    found = base_frequency(words)
    if found is None:
        raise UnknownFrequency(text, why_refused(normalised(text)))
    found = _bounded(text, replace(found, text=text), count=count, duration=duration)
    if repeats and found.kind is not Kind.ONCE:
        raise UnknownFrequency(text, "'may repeat' belongs to a single dose")
    found = replace(found, may_repeat=repeats)
    return _on_need(text, found) if as_needed else found


def _without_as_needed(words: str) -> tuple[bool, str]:
    match = re.fullmatch(r"PRN[ :,]*(?P<a>.+)|(?P<b>.+?)[ :,]*\b(?:PRN|AS NEEDED|必要时)", words)
    if match is None:
        return False, words
    return True, (match["a"] or match["b"]).strip()


def _without_repeats(words: str) -> tuple[int, str]:
    match = re.fullmatch(r"(.*?) ?\b(?:MR|MAY REPEAT) ?X? ?([1-9])", words)
    return (0, words) if match is None else (int(match[2]), match[1])


def _without_bounds(words: str) -> tuple[int | None, timedelta | None, str]:
    match = re.fullmatch(
        r"(.+?) ?(?:\bX|FOR) ?(\d{1,3}) ?(DOSES?|D(?:AYS?)?|H(?:OURS?|RS?)?)?", words
    )
    if match is None or int(match[2]) == 0 or (match[3] is None and "FOR" in words):
        return None, None, words
    number, unit = int(match[2]), match[3] or "DOSES"
    if unit.startswith("DO"):
        return number, None, match[1]
    return None, number * (_DAY if unit.startswith("D") else _HOUR), match[1]


def _bounded(
    text: str, found: Frequency, *, count: int | None, duration: timedelta | None
) -> Frequency:
    if count is None and duration is None:
        return found
    if found.kind is Kind.ONCE and count == 1:
        return found  # "NOW X1" says once twice
    if found.kind is Kind.ONCE or found.valid_for is not None:
        raise UnknownFrequency(text, "a single dose, and yet a number of doses or a time")
    return replace(found, count=count, duration=duration)


def _on_need(text: str, found: Frequency) -> Frequency:
    """The frequency as a bound on giving on need: a least interval, or a number in 24 h (X6)."""
    least, most, count = None, None, found.count
    if found.kind is Kind.AS_NEEDED:
        return found
    if found.kind is Kind.EVERY or (found.kind is Kind.DAYS and found.days.every > 1):
        least = found.interval
    elif found.kind is Kind.ONCE:
        count = 1 + found.may_repeat
    elif found.kind in {Kind.AT_TIMES, Kind.MEALS} and found.interval is not None:
        most = round(_DAY / found.interval)
    else:
        raise UnknownFrequency(text, "as needed, and yet on set days or without a break")
    return replace(
        found,
        kind=Kind.AS_NEEDED,
        window_class=WindowClass.NONE,
        count=count,
        may_repeat=0,
        min_interval=least,
        most_per_24h=most,
    )
