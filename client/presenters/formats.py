"""How names, dates, times, spans, amounts and record numbers are written on every screen.

Fixed forms, whatever the workstation's regional setting says (`screens.md` 1 rows 2 to 4, 4.3):
24-hour clock, `24-Nov-2026`, family name in capitals, a leading and no trailing zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from domain.patients import Sex

if TYPE_CHECKING:
    from client.presenters.tone import Tone
    from client.texts import Texts
    from domain.quantities import Quantity

NO_BREAK: Final = "\u00a0"
DASH: Final = " — "
# fmt: off
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# fmt: on
_GROUP: Final = 3
_SHORT_PART: Final = 28
_DAYS_AS_DAYS: Final = 28
_YEARS_AS_YEARS: Final = 2


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name in the one fixed form.

    Attributes:
        first: what stands first, `WANG, Xiaoming` in English, `王小明` in Chinese.
        second: the other script, weaker beside it; empty where there is none or none is wanted.
    """

    first: str
    second: str = ""


@dataclass(frozen=True, slots=True)
class Formats:
    """The formatters of one language and one ward's time zone. Instants are aware."""

    texts: Texts
    zone: tzinfo

    @property
    def chinese(self) -> bool:
        """Whether the screen is in Chinese."""
        return self.texts.language == "zh"

    def full_date(self, day: date) -> str:
        """A date in full: `24-Nov-2026`, in Chinese `2026-11-24`."""
        if self.chinese:
            return day.isoformat()
        return f"{day.day:02d}-{MONTHS[day.month - 1]}-{day.year:04d}"

    def short_date(self, day: date, *, today: date) -> str:
        """A date without its year, `24-Nov` or `11-24`; in full if the year is not today's."""
        if day.year != today.year:
            return self.full_date(day)
        if self.chinese:
            return f"{day.month:02d}-{day.day:02d}"
        return f"{day.day:02d}-{MONTHS[day.month - 1]}"

    def weekday_date(self, instant: datetime) -> str:
        """`Tue 24-Nov-2026`, in Chinese `2026-11-24 周二`: for the clock in the window's head."""
        local = instant.astimezone(self.zone)
        name = self.texts(f"weekday.{local.isoweekday()}")
        written = self.full_date(local.date())
        return f"{written} {name}" if self.chinese else f"{name} {written}"

    def clock(self, instant: datetime, *, seconds: bool = False) -> str:
        """`08:05` or `08:05:12` in the ward's time."""
        local = instant.astimezone(self.zone)
        return f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"

    def moment(self, instant: datetime, *, now: datetime) -> str:
        """`08:05`, with its date in front as soon as that is not today's: `23-Nov 18:05`."""
        local, today = instant.astimezone(self.zone), now.astimezone(self.zone).date()
        clock = self.clock(instant)
        if local.date() == today:
            return clock
        return f"{self.short_date(local.date(), today=today)} {clock}"

    def duration(self, span: timedelta) -> str:
        """`12 min`, `1 h 12 min`, `2 days 3 h`: whole minutes, rounded down, without a sign."""
        minutes = int(abs(span).total_seconds()) // 60
        hours, rest = divmod(minutes, 60)
        days, day_hours = divmod(hours, 24)
        if not hours:
            return self.texts("time.minutes", n=rest)
        if not days:
            whole = self.texts("time.hours", n=hours)
            return f"{whole} {self.texts('time.short_minutes', n=rest)}" if rest else whole
        whole = self.texts("time.day" if days == 1 else "time.days", n=days)
        return f"{whole} {self.texts('time.hours', n=day_hours)}" if day_hours else whole

    def state(self, tone: Tone, *, span: timedelta | None = None, time: str = "") -> str:
        """A state in words with its span or time: `OVERDUE 35 min`, `done 08:04`; else its word.

        Args:
            tone: the state.
            span: how late, how long still, or how long already, as the state asks.
            time: when it was done, as written.
        """
        key = f"state.{'overdue' if tone.tier else tone.value}"
        wanted = bool(time) if tone.value == "done" else span is not None
        if not wanted or not self.texts.has(key):
            return tone.word(self.texts)
        said = "" if span is None else self.duration(span)
        return self.texts(key, span=said, time=time)

    def used_of_limit(self, used: timedelta, limit: timedelta) -> str:
        """`12/30 min`: what an interval took of what it may take, in minutes."""
        taken, allowed = (int(span.total_seconds()) // 60 for span in (used, limit))
        return self.texts("time.minutes", n=f"{taken}/{allowed}")

    def age(self, birth: date, *, today: date) -> str:
        """Years from two on, months from four weeks on, else days: `65y`, `14m`, `12d`."""
        months = (today.year - birth.year) * 12 + today.month - birth.month
        months -= today.day < birth.day
        if months >= _YEARS_AS_YEARS * 12:
            return self.texts("age.years", n=months // 12)
        days = (today - birth).days
        if days >= _DAYS_AS_DAYS:
            return self.texts("age.months", n=max(months, 0))
        return self.texts("age.days", n=days)

    def born(self, birth: date | None, *, today: date) -> str:
        """`14-Aug-1961 (65y)`; an unknown birth date is said in words."""
        if birth is None:
            return self.texts("identity.birth_unknown")
        return f"{self.full_date(birth)}{NO_BREAK}({self.age(birth, today=today)})"

    def sex(self, sex: Sex | str, *, short: bool = False) -> str:
        """`Male`, or `M` where space is short; in Chinese the same word for both."""
        return self.texts(f"{'sex_short' if short else 'sex'}.{Sex(sex).value}")

    def name(self, name: str, name_zh: str = "") -> PersonName:
        """Latin first with the characters beside it; in Chinese the characters alone, in full."""
        if self.chinese:
            return PersonName(name_zh or name)
        return PersonName(name, name_zh)

    def dose(self, quantity: Quantity) -> str:
        """`0.5 mg`, `5,000 units`: number, no-break space, unit."""
        return f"{number(quantity.value)}{NO_BREAK}{self.unit(quantity.unit)}"

    def unit(self, ucum: str) -> str:
        """A UCUM unit in the words that are safe to read: microgram, units; `per` spelled.

        A unit without a safe word is shown as it stands, never guessed.
        """
        if self.texts.has(f"unit.{ucum}"):
            return self.texts(f"unit.{ucum}")
        above, slash, below = ucum.partition("/")
        if slash and self.texts.has(f"per.{below}"):
            return self.texts("time.per", amount=self.unit(above), each=self.texts(f"per.{below}"))
        return ucum


def number(value: Decimal) -> str:
    """A number as ISMP asks: leading zero, no trailing zero, comma from a thousand on."""
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def record_number(mrn: str) -> str:
    """Digits in groups of three from the right, a single first digit joined: `0012 345 678`.

    A number with other characters in it is left as it stands.
    """
    if not mrn.isdigit() or len(mrn) <= _GROUP + 1:
        return mrn
    first = len(mrn) % _GROUP or _GROUP
    first += _GROUP if first == 1 else 0
    groups = [mrn[:first], *(mrn[at : at + _GROUP] for at in range(first, len(mrn), _GROUP))]
    return NO_BREAK.join(groups)


def drug_line(*parts: str) -> str:
    """The parts of a drug line, joined so that a line breaks between parts.

    A short part (a name, a dose with its label and unit) never breaks inside; a long one may, or it
    would be cut. The generic name comes first; empty parts are left out (`screens.md` 1 row 4).
    """
    return DASH.join(
        part.replace(" ", NO_BREAK) if len(part) <= _SHORT_PART else part for part in parts if part
    )
