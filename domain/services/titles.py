"""What an order is about, in parts: product, dose, route, frequency; a test; an examination."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

_SUBJECT: Final = ("product", "exam", "tests", "component", "critical_item")
_AMOUNT: Final = ("dose", "rate", "units", "order_volume")
_MANNER: Final = ("route", "body_part", "side", "specimen_type", "site")
_PACE: Final = ("frequency", "timing")


@dataclass(frozen=True, slots=True)
class Title:
    """The parts of a title, in the order in which they are read; codes as they stand in the order.

    Attributes:
        subject: what is given, taken or done: codes of a catalogue.
        amount: how much.
        manner: by which way, at which place.
        pace: how often.
        question: the code of what was asked about it, and the question as the loop file words it.
    """

    subject: tuple[str, ...] = ()
    amount: tuple[str, ...] = ()
    manner: tuple[str, ...] = ()
    pace: tuple[str, ...] = ()
    question: tuple[str, ...] = ()

    def text(self) -> str:
        """The drug line: product dose route frequency; a question about it stands before it."""
        line = " ".join((*self.subject, *self.amount, *self.manner, *self.pace))
        return ": ".join(part for part in (" ".join(self.question), line) if part)


_Fields: TypeAlias = "Mapping[str, object]"
_REMEMBERED: Final = 8192
_TITLES: Final[dict[tuple[int, int], tuple[_Fields, _Fields, Title]]] = {}


def title_of(order_fields: _Fields, task_fields: _Fields) -> Title:
    """The title of a task or order; what the task froze wins over what the order says.

    Frozen fields are known by identity, and kept with their title: a worklist is shown often.
    """
    key = (id(order_fields), id(task_fields))
    known = _TITLES.get(key)
    if known is None:
        if len(_TITLES) >= _REMEMBERED:
            _TITLES.clear()
        title = _new_title(order_fields, task_fields)
        known = _TITLES[key] = (order_fields, task_fields, title)
    return known[2]


def _new_title(order_fields: _Fields, task_fields: _Fields) -> Title:
    fields = {**order_fields, **task_fields}

    def parts(names: tuple[str, ...]) -> tuple[str, ...]:
        found: tuple[str, ...] = ()
        for name in names:
            value = fields.get(name)
            if value is not None:
                found += _said(value)
        return found

    return Title(parts(_SUBJECT), parts(_AMOUNT), parts(_MANNER), parts(_PACE))


def _said(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, (list, tuple)):
        return tuple(str(one) for one in value)
    if isinstance(value, dict):
        return (f"{value.get('value')} {value.get('unit')}",)
    return (str(value),)
