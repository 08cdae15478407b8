"""A ward's standard clock times. Every number here is the ward's to change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Final

from domain.errors import InvalidInput
from domain.timing.frequencies import Frequency, Meal, Relation

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ANY_DAY: Final = date(2000, 1, 1)  # only the time of day is used
_NEXT_MEAL: Final = {Meal.BREAKFAST: Meal.LUNCH, Meal.LUNCH: Meal.DINNER}


def _hours(*hours: int) -> tuple[time, ...]:
    return tuple(time(hour) for hour in hours)


@dataclass(frozen=True, slots=True)
class SiteTimes:
    """The clock times that stand behind `bid`, `hs`, `ac` … on one ward.

    Attributes:
        slots: clock times by name (`qd`, `bid`, `q6h`, `hs` …), ascending.
        meals: when meals are served.
        before_meal: how long before a meal `ac` is due.
        after_meal: how long after a meal `pc` is due.
        weekdays: which weekdays "n times a week" means, by n; Monday is 0.
        day_start: where the ward's day begins (X14).
    """

    slots: Mapping[str, tuple[time, ...]]
    meals: Mapping[Meal, time]
    before_meal: timedelta
    after_meal: timedelta
    weekdays: Mapping[int, tuple[int, ...]]
    day_start: time

    def times_of(self, frequency: Frequency) -> tuple[time, ...]:
        """The clock times of one day, ascending.

        Raises:
            InvalidInput: the ward has set no clock times for this frequency.
        """
        if frequency.clock:
            return frequency.clock
        times = {self._meal_time(meal, relation) for meal, relation in frequency.meals}
        if frequency.slot is not None:
            if frequency.slot not in self.slots:
                raise InvalidInput(
                    "site_times",
                    f"the ward has set no clock times for {frequency.slot}",
                    right=f'{{"{frequency.slot}": ["06:00", "10:00", …]}}',
                )
            times.update(self.slots[frequency.slot])
        return tuple(sorted(times))

    def weekdays_of(self, frequency: Frequency) -> tuple[int, ...]:
        """The weekdays of a frequency that goes by the week; empty for all others."""
        per_week = frequency.days.per_week
        return frequency.days.weekdays if per_week is None else self.weekdays[per_week]

    def _meal_time(self, meal: Meal, relation: Relation) -> time:
        served = datetime.combine(_ANY_DAY, self.meals[meal], UTC)
        if relation is Relation.BEFORE:
            return (served - self.before_meal).time()
        if relation is Relation.AFTER:
            return (served + self.after_meal).time()
        if relation is Relation.WITH:
            return served.time()
        following = _NEXT_MEAL.get(meal)
        end = self.slots["hs"][0] if following is None else self.meals[following]
        return (served + (datetime.combine(_ANY_DAY, end, UTC) - served) / 2).time()

    def changed(self, changes: Mapping[str, object]) -> SiteTimes:
        """These times with a ward's own in their place.

        Args:
            changes: a slot (`{"bid": ["08:00", "20:00"], "hs": "22:00"}`), `meals`
                (`{"lunch": "12:00"}`), `before_meal_minutes`, `after_meal_minutes`, `weekdays`
                (`{"3": ["mon", "wed", "fri"]}`), `day_start`.

        Raises:
            InvalidInput: names the entry that is wrong.
        """
        result = self
        for key, value in changes.items():
            result = result._with(key, value)
        return result

    def _with(self, key: str, value: object) -> SiteTimes:
        name = f"site_times.{key}"
        if key == "meals":
            return replace(self, meals=MappingProxyType({**self.meals, **_meals(name, value)}))
        if key == "before_meal_minutes":
            return replace(self, before_meal=_minutes(name, value))
        if key == "after_meal_minutes":
            return replace(self, after_meal=_minutes(name, value))
        if key == "weekdays":
            days = {**self.weekdays, **_weekdays(name, value)}
            return replace(self, weekdays=MappingProxyType(days))
        if key == "day_start":
            return replace(self, day_start=_clock(name, value))
        slots = {**self.slots, _slot(key): _clocks(name, value)}
        return replace(self, slots=MappingProxyType(slots))


def _mapping(name: str, value: object, right: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise InvalidInput(name, f"{value!r} is not a table", right=right)
    return value


def _clock(name: str, value: object) -> time:
    if isinstance(value, str):
        try:
            read = time.fromisoformat(value)
        except ValueError:
            read = None
        if read is not None and read.tzinfo is None:
            return read
    raise InvalidInput(name, f"{value!r} is not a clock time", right='"08:00"')


def _clocks(name: str, value: object) -> tuple[time, ...]:
    listed = value if isinstance(value, (list, tuple)) else [value]
    times = {_clock(name, entry) for entry in listed}
    if not times or len(times) != len(listed):
        raise InvalidInput(name, "clock times are missing or twice the same", right='["08:00"]')
    return tuple(sorted(times))


def _minutes(name: str, value: object) -> timedelta:
    most = 180  # farther from a meal than this it is a clock time of its own
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most:
        return timedelta(minutes=value)
    raise InvalidInput(name, f"{value!r} is not so many minutes", right="0 to 180")


def _meals(name: str, value: object) -> dict[Meal, time]:
    known = {meal.value: meal for meal in Meal}
    meals = {}
    for key, clock in _mapping(name, value, '{"lunch": "12:00"}').items():
        if key not in known:
            raise InvalidInput(f"{name}.{key}", "not a meal", right=", ".join(known))
        meals[known[key]] = _clock(f"{name}.{key}", clock)
    return meals


def _weekdays(name: str, value: object) -> dict[int, tuple[int, ...]]:
    right = '{"3": ["mon", "wed", "fri"]}'
    table = {}
    for key, listed in _mapping(name, value, right).items():
        days = listed if isinstance(listed, (list, tuple)) else ()
        numbers = {WEEKDAYS.index(day) for day in days if day in WEEKDAYS}
        if not numbers or str(len(numbers)) != key or len(days) != len(numbers):
            raise InvalidInput(f"{name}.{key}", "needs as many weekdays as it says", right=right)
        table[int(key)] = tuple(sorted(numbers))
    return table


def _slot(key: str) -> str:
    slot = key.lower()
    by_number = slot.removesuffix("id")  # 5id, 6id …: named by the ward alone (HL7 xID)
    if slot not in DEFAULT_TIMES.slots and not (slot != by_number and by_number.isdecimal()):
        known = ", ".join(DEFAULT_TIMES.slots)
        raise InvalidInput(f"site_times.{key}", "not a name for clock times", right=known)
    return slot


# loops.md 7.2. What it does not name (noon, qam, qpm, qshift, days a week beyond biw) is [D]:
# the ward's nearest named time.
DEFAULT_TIMES: Final = SiteTimes(
    slots=MappingProxyType(
        {
            "qd": _hours(8),
            "bid": _hours(8, 16),
            "tid": _hours(8, 12, 16),
            "qid": _hours(8, 12, 16, 20),
            "q4h": _hours(0, 4, 8, 12, 16, 20),
            "q6h": _hours(0, 6, 12, 18),
            "q8h": _hours(0, 8, 16),
            "q12h": _hours(8, 20),
            "qn": _hours(20),
            "hs": _hours(21),
            "qam": _hours(8),
            "noon": _hours(12),
            "qpm": _hours(20),
            "qshift": _hours(0, 8, 16),
        }
    ),
    meals=MappingProxyType(
        {Meal.BREAKFAST: time(7), Meal.LUNCH: time(11, 30), Meal.DINNER: time(17, 30)}
    ),
    before_meal=timedelta(minutes=30),
    after_meal=timedelta(minutes=30),
    weekdays=MappingProxyType(
        {2: (0, 3), 3: (0, 2, 4), 4: (0, 1, 3, 4), 5: (0, 1, 2, 3, 4), 6: (0, 1, 2, 3, 4, 5)}
    ),
    day_start=time(8),
)

# The clock times of the hospital behind MIMIC-IV, as its data show them (shared/data/README.md;
# meals and qpm counted from the scheduled times of its eMAR).
MIMIC_TIMES: Final = DEFAULT_TIMES.changed(
    {
        "bid": ["08:00", "20:00"],
        "tid": ["08:00", "14:00", "20:00"],
        "hs": "22:00",
        "meals": {"breakfast": "08:00", "lunch": "12:00", "dinner": "17:00"},
    }
)
