"""What an order is about, in words: the drug line, the test, the examination, the blood."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from client.presenters.cells import LoopKind, Run, Weight
from client.presenters.formats import NO_BREAK
from domain.errors import InvalidInput
from domain.quantities import parse_quantity
from domain.services.catalogues import CATALOGUE_OF

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from client.presenters.formats import Formats
    from client.texts import Texts
    from domain.loops.definition import LoopDefinition, Step, Text
    from domain.loops.loops import Loops
    from domain.ports import Reads

_EVERY: Final = re.compile(r"q(\d+)(h|min)", re.IGNORECASE)
_CLOCK: Final = re.compile(r"(?:daily )?at (\d{1,2}:\d{2})", re.IGNORECASE)
_NEEDED: Final = re.compile(r"(.+) prn", re.IGNORECASE)
_MANNER: Final = ("route", "body_part", "side", "specimen_type", "site")
_PACE: Final = ("frequency", "timing")
_NO_NAME: Final[tuple[str, str]] = ("", "")
_DASH: Final = Run("—", Weight.MUTED)


@dataclass(frozen=True, slots=True)
class Names:
    """The names behind codes: catalogue items by (catalogue, code), staff by user name."""

    items: Mapping[tuple[str, str], tuple[str, str]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    staff: Mapping[str, tuple[str, str]] = field(default_factory=lambda: MappingProxyType({}))

    def item(self, name: str, code: str, formats: Formats) -> str:
        """What an order field's code is called; the code itself where no catalogue knows it."""
        english, chinese = self.items.get((CATALOGUE_OF.get(name, ""), code), _NO_NAME)
        known = formats.name(english, chinese).first
        return known or choice_word(name, code, formats.texts)

    def person(self, user: str | None, formats: Formats) -> str:
        """A member of staff by name; the user name where nobody is known by it."""
        english, chinese = self.staff.get(user or "", _NO_NAME)
        return formats.name(english, chinese).first or user or ""

    def family(self, user: str | None, formats: Formats) -> str:
        """A name short enough for a narrow column: the family name, in Chinese the whole name."""
        return self.person(user, formats).partition(",")[0]


def read_names(reads: Reads, *, at: datetime) -> Names:
    """All names that titles need. Four catalogues and the staff: one query each."""
    items = {
        (kind, code): (str(data.get("name") or ""), str(data.get("name_zh") or ""))
        for kind in CATALOGUE_OF.values()
        for code, data in reads.catalogue(kind, at=at)
    }
    staff = {str(one.user): (one.name, one.name_zh) for one in reads.practitioners()}
    return Names(MappingProxyType(items), MappingProxyType(staff))


def said(text: Text, formats: Formats) -> str:
    """A text of a loop file in the language of the screen."""
    return text.zh if formats.chinese else text.en


def step_name(step: Step, formats: Formats, *, short: bool = False) -> str:
    """The name of a step; the short one where it has one and space is short."""
    return said(step.short if short and step.short is not None else step.text, formats)


def family_of(loops: Loops, loop: str) -> str:
    """The loop under whose tag a loop is listed: a sub-loop stands under the one that opens it."""
    if loop in set(LoopKind) or loop not in loops.loops:
        return loop
    parents = (one.id for one in loops if any(child.makes == loop for child in one.children))
    return next((one for one in parents if one in set(LoopKind)), loop)


def tag_of(loops: Loops, loop: str, formats: Formats) -> str:
    """The type tag: `Rx`, `药`; of a loop that has none, the beginning of its name."""
    family = family_of(loops, loop)
    if formats.texts.has(f"tag.{family}"):
        return formats.texts(f"tag.{family}")
    name = said(loops.get(loop).text, formats) if loop in loops.loops else loop
    return name[:1] if formats.chinese else name[:3].upper()


def words_of(definition: LoopDefinition, part: str, loops: Loops, texts: Texts) -> str:
    """A word that differs by loop (`loop_page.task_medication`), else the one for any other."""
    key = f"{part}_{family_of(loops, definition.id)}"
    return texts(key) if texts.has(key) else texts(f"{part}_other")


def choice_word(name: str, code: str, texts: Texts) -> str:
    """A choice of a field in words; a code that has none is shown as it stands."""
    for key in (f"choice.{name}.{code}", f"choice.{code}"):
        if texts.has(key):
            return texts(key)
    return code


def result_word(result: str, texts: Texts) -> str:
    """A result in words."""
    return texts(f"result.{result}") if texts.has(f"result.{result}") else result.replace("_", " ")


def exit_word(outcome: str, texts: Texts) -> str:
    """An exit's outcome in words."""
    key = f"exit_word.{outcome}"
    return texts(key) if texts.has(key) else outcome.replace("_", " ")


def order_line(
    order_fields: Mapping[str, object],
    task_fields: Mapping[str, object],
    *,
    names: Names,
    formats: Formats,
) -> tuple[Run, ...]:
    """The whole line, never shortened: generic name bold, then dose, route and frequency."""
    fields = {**order_fields, **task_fields}
    runs = [Run(subject_of(fields, names=names, formats=formats), Weight.BOLD)]
    amount = amount_of(fields, formats)
    if amount:
        runs.append(_DASH)
        if fields.get("dose") is not None:
            runs.append(Run(formats.texts("order.dose"), Weight.LABEL))
        runs.append(Run(amount))
    for part in (*_manner(fields, formats), *_pace(fields, formats)):
        runs += [_DASH, Run(part.replace(" ", NO_BREAK))]
    if fields.get("high_alert") is True:
        runs.append(Run(formats.texts("order.high_alert"), Weight.MARK))
    return tuple(runs)


def short_line(
    order_fields: Mapping[str, object],
    task_fields: Mapping[str, object],
    *,
    names: Names,
    formats: Formats,
) -> str:
    """Name and amount alone, for a card; of several tests the first and how many more."""
    fields = {**order_fields, **task_fields}
    tests = fields.get("tests")
    if isinstance(tests, (list, tuple)) and len(tests) > 1:
        return f"{names.item('tests', str(tests[0]), formats)} +{len(tests) - 1}"
    parts = (subject_of(fields, names=names, formats=formats), amount_of(fields, formats))
    return " ".join(part for part in parts if part)


def subject_of(fields: Mapping[str, object], *, names: Names, formats: Formats) -> str:
    """What is given, taken or done."""
    for name in ("product", "exam", "tests", "component", "critical_item"):
        value = fields.get(name)
        codes = value if isinstance(value, (list, tuple)) else (value,)
        known = [names.item(name, str(code), formats) for code in codes if code not in (None, "")]
        if known:
            return ("、" if formats.chinese else ", ").join(known)
    return ""


def amount_of(fields: Mapping[str, object], formats: Formats) -> str:
    """How much: `20 mg`, `2 units`; empty where the order says none."""
    for name in ("dose", "rate"):
        value = fields.get(name)
        if value is not None:
            return quantity_words(value, formats)
    units = fields.get("units")
    if not isinstance(units, int):
        return ""
    return formats.texts("order.one_unit" if units == 1 else "order.units", n=units)


def quantity_words(value: object, formats: Formats) -> str:
    """A quantity of an order as it is written; text that is none is shown as it stands."""
    try:
        return formats.dose(parse_quantity("quantity", value))
    except InvalidInput:
        return str(value)


def frequency_words(code: str, texts: Texts) -> str:
    """`q8h` as `every 8 hours`; a code without a safe word is shown as it stands."""
    every = _EVERY.fullmatch(code)
    if every is not None and every[2].lower() == "h":
        n = int(every[1])
        return texts("frequency.every_hour") if n == 1 else texts("frequency.every_hours", n=n)
    if every is not None:
        return texts("frequency.every_minutes", n=int(every[1]))
    clock = _CLOCK.fullmatch(code)
    if clock is not None:
        return texts("frequency.daily_at", time=clock[1])
    needed = _NEEDED.fullmatch(code)
    if needed is not None:
        often = frequency_words(needed[1], texts)
        return code if often == needed[1] else texts("frequency.as_needed", often=often)
    key = f"frequency.{code.lower()}"
    return texts(key) if texts.has(key) else code


def _manner(fields: Mapping[str, object], formats: Formats) -> list[str]:
    words = []
    for name in _MANNER:
        value = fields.get(name)
        if not isinstance(value, str) or not value or value == "none":
            continue
        key = f"route.{value}"
        if name == "route" and formats.texts.has(key):
            words.append(formats.texts(key))
        elif name != "body_part" or formats.texts.has(f"choice.{value}"):
            words.append(choice_word(name, value, formats.texts))
    return words


def _pace(fields: Mapping[str, object], formats: Formats) -> list[str]:
    values = (fields.get(name) for name in _PACE)
    return [frequency_words(value, formats.texts) for value in values if isinstance(value, str)]
