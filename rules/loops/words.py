"""The values of a loop file's keys, read into the domain's own words.

Each function takes what TOML gave and raises ValueError with what would be right.
"""

import re
from typing import Final

from domain.loops.definition import Bound, Bounds, CommonAct, FieldUse, Origin, OriginKind, Window
from domain.loops.grammar import (
    ACTS,
    TASKS_ENDED,
    Condition,
    StepRef,
    Trigger,
    TriggerKind,
    parse_condition,
    parse_ref,
    parse_trigger,
)
from domain.people import ALIASES, Role, parse_role

WORD: Final = re.compile(r"[a-z][a-z0-9_]*")
_USE: Final = re.compile(r"(?P<name>[a-z][a-z0-9_]*)(?P<optional>\??)")
_PERCENT: Final = re.compile(r"-?[0-9]+%")
_PER: Final = re.compile(r"(order|task)\.([a-z][a-z0-9_]*)")
_PLAIN_ORIGINS: Final = tuple(
    kind for kind in OriginKind if kind not in (OriginKind.STEP, OriginKind.FIELD)
)
_COLUMNS: Final = 3
_BOUNDS_RIGHT: Final = (
    'right would be three bounds [STAT, URGENT, ROUTINE], each minutes from 0, "due" or false'
)


def strings(value: object) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError('right would be a list of texts, such as ["a", "b"]')
    if len(set(value)) < len(value):
        raise ValueError("a text stands twice; right would be each once")
    return tuple(value)


def string_or_list(value: object) -> tuple[str, ...]:
    """One text, or a list of texts."""
    return (value,) if isinstance(value, str) else strings(value)


def words(value: object) -> tuple[str, ...]:
    """A list of plain words."""
    found = strings(value)
    for word in found:
        if not WORD.fullmatch(word):
            raise ValueError(f"{word!r} is no word; right would be lower case such as ward_stock")
    return found


def roles(value: object) -> tuple[Role, ...]:
    """A list of roles, at least one."""
    found = strings(value)
    if not found:
        raise ValueError('no role is named; right would be at least one, such as ["RN"]')
    return tuple(_role(text) for text in found)


def _role(text: str) -> Role:
    role = parse_role(text)
    if role is None:
        known = ", ".join([*ALIASES, *(one.value for one in Role)])
        raise ValueError(f"unknown role {text!r}; right would be one of {known}")
    return role


def common_by(value: object) -> CommonAct:
    """Who may do a common act: roles, `author` or `anyone`."""
    if value == "author":
        return CommonAct(author=True)
    if value == "anyone":
        return CommonAct(anyone=True)
    if not isinstance(value, str):
        return CommonAct(by=roles(value))
    raise ValueError(f'unknown word {value!r}; right would be "author", "anyone" or roles')


def conditions(value: object) -> tuple[Condition, ...]:
    """A list of conditions, all of which must hold."""
    return tuple(_condition(text) for text in strings(value))


def _condition(text: str) -> Condition:
    found = parse_condition(text)
    if found is None:
        raise ValueError(
            f"{text!r} is no condition; right would be order.field=VALUE, task_field or M3:result,"
            " with ! for the opposite"
        )
    return found


def references(value: object) -> tuple[StepRef, ...]:
    """A list of steps with their results."""
    return tuple(_reference(text) for text in strings(value))


def _reference(text: str) -> StepRef:
    found = parse_ref(text)
    if found is None:
        raise ValueError(f"{text!r} names no step; right would be M3, M3:approved or {TASKS_ENDED}")
    return found


def triggers(value: object) -> tuple[Trigger, ...]:
    """What a row follows: one text, or a list."""
    return tuple(_trigger(text) for text in string_or_list(value))


def _trigger(text: str) -> Trigger:
    found = parse_trigger(text)
    if found is None:
        raise ValueError(
            f"{text!r} is nothing to follow; right would be M3:result, M8.field, exit, exit:word"
            f" or an act ({', '.join(ACTS)})"
        )
    return found


def field_uses(value: object) -> tuple[FieldUse, ...]:
    """A list of field names; `?` marks an optional one."""
    found = []
    for text in strings(value):
        use = _USE.fullmatch(text)
        if use is None:
            raise ValueError(f"{text!r} is no field; right would be dose, or stop? if optional")
        found.append(FieldUse(use["name"], optional=bool(use["optional"])))
    return tuple(found)


def three_bounds(value: object) -> Bounds:
    """A bound for each priority column."""
    if not isinstance(value, list) or len(value) != _COLUMNS:
        raise ValueError(f"not three bounds; {_BOUNDS_RIGHT}")
    return Bounds(*(_bound(one) for one in value))


def one_or_three_bounds(value: object) -> Bounds:
    """A bound for each priority column, or one for all three."""
    return three_bounds(value if isinstance(value, list) else [value] * _COLUMNS)


def _bound(value: object) -> Bound:
    if value is False:
        return None
    if value == "due":
        return "due"
    if isinstance(value, int) and not isinstance(value, bool):
        if value >= 0:
            return value
        raise ValueError(f"the bound {value} is negative; {_BOUNDS_RIGHT}")
    raise ValueError(f"{value!r} is no bound; {_BOUNDS_RIGHT}")


def window(value: object) -> Window:
    """The lowest and the highest minute, or percent of the interval."""
    right = 'right would be [low, high] in minutes or ["-25%", "25%"]'
    if not isinstance(value, list) or len(value) != len(("low", "high")):
        raise ValueError(f"a window has two ends; {right}")
    if all(isinstance(end, str) and _PERCENT.fullmatch(end) for end in value):
        low, high = (int(end.removesuffix("%")) for end in value)
        found = Window(low, high, percent=True)
    elif all(isinstance(end, int) and not isinstance(end, bool) for end in value):
        found = Window(*value)
    else:
        raise ValueError(f"{value!r} is no window; {right}")
    if found.low > found.high:
        raise ValueError(f"the window's low end {found.low} is above its high end {found.high}")
    return found


def origins(value: object) -> tuple[Origin, ...]:
    """From where a limit's clock runs: the latest of these."""
    found = tuple(_origin(text) for text in string_or_list(value))
    if not found:
        raise ValueError("a limit starts somewhere; right would be a step, due, need, ...")
    return found


def _origin(text: str) -> Origin:
    if text in {kind.value for kind in _PLAIN_ORIGINS}:
        return Origin(OriginKind(text))
    found = parse_trigger(text)
    if found is None or found.kind not in (TriggerKind.RESULT, TriggerKind.FIELD):
        known = ", ".join(kind.value for kind in _PLAIN_ORIGINS)
        raise ValueError(
            f"{text!r} starts no clock; right would be M3, M3:result, M8.field, {known}"
        )
    if found.kind is TriggerKind.FIELD:
        return Origin(OriginKind.FIELD, found.step, field=found.words[0])
    return Origin(OriginKind.STEP, found.step, results=found.words)


def per(value: object) -> tuple[str, str]:
    """The field that picks a limit's case, as (scope, name)."""
    found = _PER.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"{value!r} picks no case; right would be order.FIELD or task.FIELD")
    return found[1], found[2]
