"""One line of `wardloop timing expand`: a JSON object in, a JSON object out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from domain.errors import InvalidInput
from domain.timing.expanding import expand
from domain.timing.reading import parse_frequency
from domain.timing.site_times import DEFAULT_TIMES, SiteTimes
from domain.timing.wall_clock import instant

_FIELDS: Final = (
    "frequency",
    "start",
    "until",
    "time_zone",
    "first_dose_now",
    "stop",
    "duration",
    "count",
    "site_times",
)
_RIGHT_DURATION: Final = '"P3D", "PT48H", "3 d", "48 h" or {"value": 3, "unit": "d"}'
_UNITS: Final = {
    **dict.fromkeys(("min", "minute", "minutes"), timedelta(minutes=1)),
    **dict.fromkeys(("h", "hour", "hours"), timedelta(hours=1)),
    **dict.fromkeys(("d", "day", "days"), timedelta(days=1)),
    **dict.fromkeys(("wk", "week", "weeks"), timedelta(weeks=1)),
}
_ISO_DURATION: Final = re.compile(
    r"P(?=.)(?:(\d{1,3})W)?(?:(\d{1,4})D)?(?:T(?=.)(?:(\d{1,5})H)?(?:(\d{1,6})M)?)?"
)


def expand_line(line: Mapping[str, object]) -> dict[str, object]:
    """The due times of an order.

    In: `frequency`, `start`, `until` (ISO 8601, local or with zone), `time_zone` (IANA name or
    offset); optional `first_dose_now`, `stop`, `duration`, `count`, `site_times`; null is absent.
    Out: `due` (ISO 8601 with offset, on the ward's clock), `window_class`, `as_needed`.

    Raises:
        InvalidInput: names the field and what would be right.
    """
    for name in line:
        if name not in _FIELDS:
            raise InvalidInput(name, "no field of timing expand", right=", ".join(_FIELDS))
    frequency = parse_frequency(_text(line, "frequency"))
    zone = _zone(_text(line, "time_zone"))
    start, until = _moment(line, "start", zone), _moment(line, "until", zone)
    stop = None if line.get("stop") is None else _moment(line, "stop", zone)
    for name, moment in (("until", until), ("stop", stop)):
        if moment is not None and moment < start:
            raise InvalidInput(name, "it lies before start", right="a time from start on")
    found = expand(
        frequency,
        start=start,
        until=until,
        zone=zone,
        first_dose_now=_flag(line, "first_dose_now"),
        stop=stop,
        duration=_duration(line),
        count=_count(line),
        site_times=_site_times(line),
    )
    return {
        "due": [occurrence.due_at.astimezone(zone).isoformat() for occurrence in found.due],
        "window_class": found.window_class.value,
        "as_needed": found.as_needed,
    }


def _text(line: Mapping[str, object], name: str) -> str:
    value = line.get(name)
    if value is None:
        raise InvalidInput(name, "missing", right="text")
    if not isinstance(value, str):
        raise InvalidInput(name, f"{value!r} is not text", right="text")
    return value


def _zone(text: str) -> tzinfo:
    offset = re.fullmatch(r"([+-])(\d\d):?([0-5]\d)", text)
    if offset is not None and int(offset[2]) < 24:  # noqa: PLR2004 - hours of a day
        length = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return timezone(-length if offset[1] == "-" else length)
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise InvalidInput(
            "time_zone", f"{text!r} is not a time zone", right="Asia/Shanghai or +08:00"
        ) from None


def _moment(line: Mapping[str, object], name: str, zone: tzinfo) -> datetime:
    text = _text(line, name)
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        read = None
    if read is None or not re.search(r"\d[T ]\d", text):
        raise InvalidInput(name, f"{text!r} is not a time", right="2026-03-02T09:10 or with +08:00")
    if read.tzinfo is not None:
        return read
    try:
        return instant(read.date(), read.time(), zone)
    except OverflowError:
        raise InvalidInput(name, f"the year {read.year} cannot be meant") from None


def _flag(line: Mapping[str, object], name: str) -> bool:
    value = line.get(name)
    if value is None or isinstance(value, bool):
        return bool(value)
    raise InvalidInput(name, f"{value!r} is neither", right="true or false")


def _count(line: Mapping[str, object]) -> int | None:
    value = line.get("count")
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise InvalidInput("count", f"{value!r} is not a number of doses", right="a whole number")


def _duration(line: Mapping[str, object]) -> timedelta | None:
    value = line.get("duration")
    if value is None:
        return None
    if isinstance(value, Mapping) and set(value) == {"value", "unit"}:
        value = f"{value['value']} {value['unit']}"
    if isinstance(value, str):
        iso = _ISO_DURATION.fullmatch(value)
        if iso is not None:
            weeks, days, hours, minutes = (int(part or 0) for part in iso.groups())
            return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)
        plain = re.fullmatch(r"(\d{1,6}) ?([a-z]+)", value.strip())
        if plain is not None and plain[2] in _UNITS:
            return int(plain[1]) * _UNITS[plain[2]]
    raise InvalidInput("duration", f"{value!r} is not a length of time", right=_RIGHT_DURATION)


def _site_times(line: Mapping[str, object]) -> SiteTimes:
    value = line.get("site_times")
    if value is None:
        return DEFAULT_TIMES
    if isinstance(value, Mapping):
        return DEFAULT_TIMES.changed(value)
    raise InvalidInput("site_times", f"{value!r} is not a table", right='{"hs": "22:00"}')
