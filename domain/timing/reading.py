"""Reading a frequency: HL7 0335 codes, the codes of `loops.md` 7.2 and real orders' free text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from typing import Final

from domain.timing.frequencies import (
    Days,
    Frequency,
    Kind,
    Meal,
    Relation,
    UnknownFrequency,
    WindowClass,
)
from domain.timing.spellings import ALIASES, normalised, why_refused

_DAILY, _SEVERAL = WindowClass.DAILY_OR_RARER, WindowClass.UP_TO_EVERY_4H
_OFTEN = WindowClass.ABOVE_EVERY_4H
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_SOS_VALIDITY = timedelta(hours=12)  # loops.md 7.1 [S6]
_MOST_DAYS = 366  # a longer period is a slip of the pen
_MINUTES_PER_HOUR, _HOURS_PER_DAY, _DAYS_PER_WEEK = 60, 24, 7
_SLOTTED_HOURS: Final = frozenset({4, 6, 8, 12})  # the ward has standard times for these
_LONGEST_ELAPSED = 4  # X13: q1h to q4h go by true hours

# slot, doses a day, window class: the rows of loops.md 7.2
_SLOTS: Final = {
    "QD": ("qd", 1, _DAILY),
    "BID": ("bid", 2, _SEVERAL),
    "TID": ("tid", 3, _SEVERAL),
    "QID": ("qid", 4, _SEVERAL),
    "QN": ("qn", 1, _SEVERAL),
    "HS": ("hs", 1, _SEVERAL),
    "QPM": ("qpm", 1, _SEVERAL),  # stands to qn as qam to qd
    "QAM": ("qam", 1, _DAILY),
    "NOON": ("noon", 1, _DAILY),
    "QSHIFT": ("qshift", 3, _SEVERAL),
}
_ALL_MEALS = (Meal.BREAKFAST, Meal.LUNCH, Meal.DINNER)
_MEAL_LETTERS: Final = {"M": Meal.BREAKFAST, "D": Meal.LUNCH, "V": Meal.DINNER}
_RELATION_LETTERS: Final = {
    "A": Relation.BEFORE,
    "": Relation.WITH,
    "P": Relation.AFTER,
    "I": Relation.BETWEEN,
}
_EVERY_MEAL: Final = {
    "AC": Relation.BEFORE,
    "PC": Relation.AFTER,
    "W/MEALS": Relation.WITH,
    "ACHS": Relation.BEFORE,
}
_WEEKDAY = (
    r"(?:MON?(?:DAY)?|TUE?S?(?:DAY)?|WED?(?:NESDAY)?|THU?R?S?(?:DAY)?|FRI?(?:DAY)?"
    r"|SAT?(?:URDAY)?|SUN?(?:DAY)?)"
)
_WEEKDAY_STARTS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_CLOCK = r"(?:[01]?\d|2[0-3])(?::?[0-5]\d)?"


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
        as_needed, words, repeats, count = True, "ONCE", 0, repeats
    found = _base(words)
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


def _base(words: str) -> Frequency | None:
    """The frequency of a normalised text without PRN, counts and repeats."""
    code = ALIASES.get(words, words)
    for read in (_fixed, _timed, _meal):
        found = read(code)
        if found is not None:
            return found
    for pattern, build in _FORMS:
        match = re.fullmatch(pattern, code)
        if match is not None:
            return build(match)
    return None


def _fixed(code: str) -> Frequency | None:
    if code in _SLOTS:
        slot, per_day, window = _SLOTS[code]
        return _at_slot(slot, per_day=per_day, window=window)
    return {
        "ONCE": Frequency(text=code, kind=Kind.ONCE),
        "SOS": Frequency(text=code, kind=Kind.AS_NEEDED, count=1, valid_for=_SOS_VALIDITY),
        "PRN": Frequency(text=code, kind=Kind.AS_NEEDED),
        # the call is the need: "on call / PRN within 1 h of need" [S5]
        "ON CALL": Frequency(text=code, kind=Kind.AS_NEEDED, count=1),
        "CONT": Frequency(text=code, kind=Kind.CONTINUOUS, elapsed=True),
        "QOD": _every_days(2),
        "QW": _every_days(_DAYS_PER_WEEK),
        "BIW": _per_week(2),
        "TIW": _per_week(3),
        "QH": _every_hours(1),
    }.get(code)


def _at_slot(slot: str, *, per_day: int, window: WindowClass) -> Frequency:
    interval = _DAY / per_day
    return Frequency(
        text=slot, kind=Kind.AT_TIMES, window_class=window, interval=interval, slot=slot
    )


def _timed(code: str) -> Frequency | None:
    """`DAILY16`, `QD @ 0800`, `BID AT 08:00,20:00`: the order names its own clock times."""
    pattern = rf"([A-Z]+?)? ?(@|\bAT\b)? ?({_CLOCK}(?:[, ]+{_CLOCK})*)"
    match = re.fullmatch(pattern, code)
    if match is None or (match[1] != "DAILY" and match[2] is None):
        return None
    clock = tuple(sorted({_clock(part) for part in re.split(r"[, ]+", match[3])}))
    if match[1] is None:
        found = _at_slot("at", per_day=len(clock), window=_window(len(clock)))
    else:
        code = ALIASES.get(match[1], match[1])
        if code not in _SLOTS or _SLOTS[code][1] != len(clock):
            return None
        slot, per_day, window = _SLOTS[code]
        found = _at_slot(slot, per_day=per_day, window=window)
    return replace(found, slot=None, clock=clock)


def _clock(part: str) -> time:
    digits = part.replace(":", "")
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")  # noqa: PLR2004 - HH
    return time(int(hours), int(minutes))


def _meal(code: str) -> Frequency | None:
    """`AC`, `QIDACHS`, `TID W/MEALS`, and HL7's `ACM`, `PCV`, `CD`, `ICM`."""
    if code in _EVERY_MEAL:
        meals = tuple((meal, _EVERY_MEAL[code]) for meal in _ALL_MEALS)
        return _with_meals(meals, slot="hs" if code == "ACHS" else None)
    if code == "BID WITH MEALS":  # the two main meals, half a day apart [K]
        return _with_meals(
            ((Meal.BREAKFAST, Relation.WITH), (Meal.DINNER, Relation.WITH)), slot=None
        )
    match = re.fullmatch(r"([API]?)C([MDV])", code)
    if match is None:
        return None
    return _with_meals(((_MEAL_LETTERS[match[2]], _RELATION_LETTERS[match[1]]),), slot=None)


def _with_meals(meals: tuple[tuple[Meal, Relation], ...], *, slot: str | None) -> Frequency:
    interval = _DAY / (len(meals) + (slot is not None))
    return Frequency(
        text="meals",
        kind=Kind.MEALS,
        window_class=_SEVERAL,
        interval=interval,
        meals=meals,
        slot=slot,
    )


def _every_minutes(minutes: int) -> Frequency | None:
    if minutes % _MINUTES_PER_HOUR == 0:
        return _every_hours(minutes // _MINUTES_PER_HOUR)
    interval = timedelta(minutes=minutes)
    often = interval < _LONGEST_ELAPSED * _HOUR
    return Frequency(
        text=f"Q{minutes}MIN",
        kind=Kind.EVERY,
        window_class=_OFTEN if often else _SEVERAL,
        interval=interval,
        elapsed=True,
    )


def _every_hours(hours: int) -> Frequency | None:
    if hours == 0:
        return None
    if hours % _HOURS_PER_DAY == 0:
        return _every_days(hours // _HOURS_PER_DAY)
    window = _SEVERAL if hours < _HOURS_PER_DAY else _DAILY
    return Frequency(
        text=f"Q{hours}H",
        kind=Kind.EVERY,
        window_class=_OFTEN if hours < _LONGEST_ELAPSED else window,
        interval=hours * _HOUR,
        slot=f"q{hours}h" if hours in _SLOTTED_HOURS else None,
        elapsed=hours <= _LONGEST_ELAPSED,
    )


def _every_days(days: int) -> Frequency | None:
    if not 0 < days <= _MOST_DAYS:
        return None
    if days == 1:
        return _at_slot("qd", per_day=1, window=_DAILY)
    return _on_days(
        Days(every=days, from_start_day=days % _DAYS_PER_WEEK == 0), interval=days * _DAY
    )


def _on_days(days: Days, *, interval: timedelta | None, kind: Kind = Kind.DAYS) -> Frequency:
    return Frequency(
        text="days", kind=kind, window_class=_DAILY, interval=interval, slot="qd", days=days
    )


def _per_day(number: int) -> Frequency | None:
    named = {1: "QD", 2: "BID", 3: "TID", 4: "QID"}.get(number)
    if named is not None:
        return _fixed(named)
    if not 0 < number <= _HOURS_PER_DAY:
        return None
    return _at_slot(f"{number}id", per_day=number, window=_window(number))


def _window(per_day: int) -> WindowClass:
    if per_day == 1:
        return _DAILY
    return _OFTEN if _DAY / per_day < _LONGEST_ELAPSED * _HOUR else _SEVERAL


def _per_week(number: int) -> Frequency | None:
    if number == 1:
        return _every_days(_DAYS_PER_WEEK)
    if number == _DAYS_PER_WEEK:
        return _every_days(1)
    if not 0 < number < _DAYS_PER_WEEK:
        return None
    return _on_days(Days(per_week=number), interval=_DAYS_PER_WEEK * _DAY / number)


def _on_weekdays(weekdays: tuple[int, ...], weeks: int) -> Frequency | None:
    if not 0 < weeks <= _MOST_DAYS // _DAYS_PER_WEEK:
        return None
    days = tuple(sorted(set(weekdays)))
    interval = weeks * _DAYS_PER_WEEK * _DAY / len(days)
    return _on_days(Days(weekdays=days, weeks=weeks), interval=interval)


def _named_weekdays(match: re.Match[str]) -> Frequency | None:
    names = re.findall(_WEEKDAY, match[1])
    return _on_weekdays(tuple(_WEEKDAY_STARTS.index(name[:2]) for name in names), 1)


def _numbered_weekday(match: re.Match[str]) -> Frequency | None:
    # HL7 0335: from 1 = Monday to 7 = Sunday; without a number every week
    return _on_weekdays(tuple(int(day) - 1 for day in match[2]), int(match[1] or 1))


def _cycle(match: re.Match[str]) -> Frequency | None:
    """`Q21D1`, `Q28D1,8,15`, `Q21D1-5`: days of a cycle (chemotherapy), day 1 the first."""
    length, listed = int(match[1]), set[int]()
    for part in match[2].split(","):
        first, _, last = part.partition("-")
        listed.update(range(int(first), int(last or first) + 1))
    if not listed or not 1 <= min(listed) <= max(listed) <= length <= _MOST_DAYS:
        return None
    days = Days(every=length, only=tuple(sorted(listed)))
    return _on_days(days, interval=None, kind=Kind.CYCLIC)


_FORMS: Final[tuple[tuple[str, Callable[[re.Match[str]], Frequency | None]], ...]] = (
    (r"(?:Q|EVERY) ?(\d{1,3}) ?M(?:IN(?:UTE)?S?)?", lambda m: _every_minutes(int(m[1]))),
    (r"(?:Q|EVERY) ?(\d{1,3}) ?H(?:R|OUR)?S?", lambda m: _every_hours(int(m[1]))),
    (r"(?:Q|EVERY) ?(\d{1,3}) ?D(?:AYS?)?", lambda m: _every_days(int(m[1]))),
    (r"(?:Q|EVERY) ?(\d{1,2}) ?W(?:K|EEK)?S?", lambda m: _every_days(7 * int(m[1]))),
    (r"EVERY HOUR|HOURLY|Q1HR?|QHR", lambda _: _every_hours(1)),
    (r"Q(\d{0,2})J([1-7]+)", _numbered_weekday),
    (r"Q(\d{1,3})D(\d{1,3}(?:[-,]\d{1,3})*)", _cycle),
    (r"(\d{1,2})ID", lambda m: _per_day(int(m[1]))),
    (r"(\d{1,2}) ?(?:X|TIMES) ?(?:/|A|PER)? ?(?:DAY|DAILY|D)", lambda m: _per_day(int(m[1]))),
    (r"(\d{1,2}) ?(?:X|TIMES) ?(?:/|A|PER)? ?(?:WEEK|WEEKLY|WK)", lambda m: _per_week(int(m[1]))),
    # no hyphen between weekdays: MON-FRI may mean two days or five
    (rf"(?:Q|EVERY|ON) ?({_WEEKDAY}(?:[ ,/&]*{_WEEKDAY})*)", _named_weekdays),
)
