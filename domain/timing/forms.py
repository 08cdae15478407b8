"""The forms that a frequency without PRN, counts and repeats can have."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from typing import Final

from domain.timing.frequencies import Days, Frequency, Kind, Meal, Relation, WindowClass
from domain.timing.spellings import ALIASES

_DAILY, _SEVERAL = WindowClass.DAILY_OR_RARER, WindowClass.UP_TO_EVERY_4H
_OFTEN = WindowClass.ABOVE_EVERY_4H
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_SOS_VALIDITY = timedelta(hours=12)  # loops.md 7.1 [S6]
_MOST_DAYS = 366  # a longer period is a slip of the pen
_MINUTES_PER_HOUR, _HOURS_PER_DAY, _DAYS_PER_WEEK = 60, 24, 7
_SLOTTED_HOURS: Final = frozenset({4, 6, 8, 12})  # the ward has standard times for these
_LONGEST_ELAPSED = 4  # X13: q1h to q4h go by true hours, slots or not

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


def base_frequency(words: str) -> Frequency | None:
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
    pattern = rf"((?!AT\b)[A-Z]+?)? ?(@|\bAT\b)? ?({_CLOCK}(?:[, ]+{_CLOCK})*)"
    match = re.fullmatch(pattern, code)
    if match is None or (match[1] != "DAILY" and match[2] is None):
        return None
    written = re.findall(r"(\d{1,2}?):?(\d\d)?(?:[, ]+|$)", match[3])
    clock = tuple(sorted({time(int(hour), int(minute or 0)) for hour, minute in written}))
    if match[1] is None:
        found = _at_slot("at", per_day=len(clock), window=_window(len(clock)))
    else:
        code = ALIASES.get(match[1], match[1])
        if code not in _SLOTS or _SLOTS[code][1] != len(clock):
            return None
        slot, per_day, window = _SLOTS[code]
        found = _at_slot(slot, per_day=per_day, window=window)
    return replace(found, slot=None, clock=clock)


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
        # q5h or q36h have no time on the wall to keep: what counts is their distance
        elapsed=hours <= _LONGEST_ELAPSED or hours not in _SLOTTED_HOURS,
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
