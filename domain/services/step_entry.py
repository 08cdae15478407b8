"""The JSON shape of `step record` (commands.md), read into a frozen value."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from domain.credentials import Method
from domain.entered import parse_instant, require_text
from domain.errors import InvalidInput
from domain.events import Override
from domain.ids import CommandId, OrderId, PractitionerId, TaskId
from domain.records import Source
from domain.services.entry_form import require_belonging

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

ACTS: Final = (
    "record",
    "correct",
    "amend",
    "entered_in_error",
    "incident",
    "hold",
    "release",
    "open_child",
    "need",
)
_TEXTS: Final = (
    "act",
    "task",
    "container",
    "order",
    "step",
    "exit",
    "code",
    "answer",
    "result",
    "source",
    "source_id",
    "actor",
    "witness",
    "co_signer",
    "at",
    "until",
    "reason",
)
_FIELDS: Final = (
    "command_id",
    *_TEXTS,
    "tasks",
    "scans",
    "evidence",
    "override",
    "corrects",
    "signature",
)
_EMPTY: Final[Mapping[str, object]] = MappingProxyType({})
_UNSIGNED: Final = {"method": "none"}


@dataclass(frozen=True, slots=True)
class StepEntry:
    """One `step record`, its form checked and nothing decided.

    Attributes:
        tasks: the tasks that it names; several are recorded all or not at all.
        container: or all open tasks of a tube or box.
        at: when it happened; now when not given. For `correct`: the true time of the record.
        corrects: the `seq` of the record that is corrected, where the caller names it.
        signature: by which kind of secret it is signed, where it says so. The secrets themselves
            never stand here: they travel beside the entry.
    """

    command: CommandId
    act: str = "record"
    tasks: tuple[TaskId, ...] = ()
    container: str | None = None
    order: OrderId | None = None
    step: str | None = None
    exit: str | None = None
    code: str | None = None
    answer: str | None = None
    result: str | None = None
    source: Source = Source.LIVE
    source_id: str | None = None
    actor: str | None = None
    witness: str | None = None
    co_signer: str | None = None
    at: datetime | None = None
    until: datetime | None = None
    scans: tuple[str, ...] = ()
    evidence: Mapping[str, object] = field(default_factory=lambda: _EMPTY)
    reason: str | None = None
    overrides: tuple[Override, ...] = ()
    corrects: int | None = None
    signature: Method | None = None


def parse_step_entry(line: Mapping[str, object]) -> StepEntry:
    """The entry of a JSON object; null counts as absent.

    Raises:
        InvalidInput: names the field that is unknown, missing or wrong, and what would be right.
    """
    given = {name: value for name, value in line.items() if value is not None}
    for name in given:
        if name not in _FIELDS:
            raise InvalidInput(name, "is no field of step record", right=", ".join(_FIELDS))
    texts = {name: _text(name, given[name]) for name in _TEXTS if name in given}
    if "command_id" not in given:
        raise InvalidInput("command_id", "is missing", right="an id that no other command bears")
    evidence = given.get("evidence", {})
    if not isinstance(evidence, dict):
        raise InvalidInput("evidence", "is no object", right='{"dose": "2.5 mg"}')
    refuse_floats("evidence", evidence)
    entry = StepEntry(
        command=CommandId(_text("command_id", given["command_id"])),
        act=_one_of("act", texts.get("act", "record"), ACTS),
        tasks=_tasks(texts.get("task"), given.get("tasks")),
        container=texts.get("container"),
        order=OrderId(texts["order"]) if "order" in texts else None,
        step=texts.get("step"),
        exit=texts.get("exit"),
        code=texts.get("code"),
        answer=texts.get("answer"),
        result=texts.get("result"),
        source=Source(_one_of("source", texts.get("source", "live"), tuple(Source))),
        source_id=texts.get("source_id"),
        actor=texts.get("actor"),
        witness=texts.get("witness"),
        co_signer=texts.get("co_signer"),
        at=parse_instant("at", texts["at"]) if "at" in texts else None,
        until=parse_instant("until", texts["until"]) if "until" in texts else None,
        scans=_list_of_text("scans", given.get("scans", [])),
        evidence=MappingProxyType(evidence),
        reason=texts.get("reason"),
        overrides=_overrides(given.get("override", [])),
        corrects=_seq(given.get("corrects")),
        signature=_signature(given.get("signature", _UNSIGNED)),
    )
    _check_form(entry)
    require_belonging(entry.act, given)
    return entry


def refuse_floats(name: str, value: object) -> None:
    """Refuse a float anywhere inside a value: it has lost digits already.

    Raises:
        InvalidInput: names the place.
    """
    if isinstance(value, float):
        raise InvalidInput(name, f"{value!r} is a float", right=f'text: "{value}"')
    if isinstance(value, dict):
        for key, one in value.items():
            refuse_floats(f"{name}.{key}", one)
    if isinstance(value, (list, tuple)):
        for number, one in enumerate(value):
            refuse_floats(f"{name}.{number}", one)


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise InvalidInput(name, f"{value!r} is not text", right="text")
    require_text(name, value)
    return value


def _one_of(name: str, value: str, words: tuple[str, ...]) -> str:
    if value not in words:
        raise InvalidInput(name, f"{value!r} is not known", right=f"one of {', '.join(words)}")
    return value


def _list_of_text(name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)):
        raise InvalidInput(name, f"{value!r} is not a list", right='["…", "…"]')
    return tuple(_text(f"{name}.{number}", one) for number, one in enumerate(value))


def _tasks(one: str | None, several: object) -> tuple[TaskId, ...]:
    if several is None:
        return () if one is None else (TaskId(one),)
    if one is not None:
        raise InvalidInput("tasks", "stands beside task", right="task or tasks")
    tasks = tuple(TaskId(task) for task in _list_of_text("tasks", several))
    if not tasks or len(set(tasks)) != len(tasks):
        raise InvalidInput("tasks", "none, or one twice", right="each task once")
    return tasks


def _seq(value: object) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise InvalidInput("corrects", f"{value!r} is no number", right="the seq of the record: 7")


def _overrides(value: object) -> tuple[Override, ...]:
    right = '[{"check": "right_item", "reason": "…", "second": "user"}]'
    if not isinstance(value, (list, tuple)):
        raise InvalidInput("override", "is no list", right=right)
    found = []
    for number, one in enumerate(value):
        name = f"override.{number}"
        if not isinstance(one, dict) or not {"check", "reason"} <= one.keys():
            raise InvalidInput(name, "names no check or no reason", right=right)
        unknown = [key for key in one if key not in ("check", "reason", "second")]
        if unknown:
            raise InvalidInput(f"{name}.{unknown[0]}", "is not known", right=right)
        second = one.get("second")
        found.append(
            Override(
                check=_text(f"{name}.check", one["check"]),
                reason=_text(f"{name}.reason", one["reason"]),
                second=None if second is None else PractitionerId(_text(f"{name}.second", second)),
            )
        )
    return tuple(found)


def _signature(value: object) -> Method | None:
    """Which kind of secret an entry says that it is signed by; a secret has no place in it."""
    if value == _UNSIGNED:
        return None
    known = tuple(method.value for method in Method)  # what is sent may not even have a hash
    if not isinstance(value, dict) or set(value) != {"method"} or value["method"] not in known:
        words = " or ".join(f'{{"method": "{word}"}}' for word in ("none", *sorted(known)))
        raise InvalidInput("signature", "names no method, or more than that", right=words)
    return Method(value["method"])


def _check_form(entry: StepEntry) -> None:
    said = [name for name in ("step", "exit", "answer") if getattr(entry, name) is not None]
    if entry.act == "record" and len(said) != 1 and not (not said and entry.code):
        raise InvalidInput("step", f"{len(said)} of step, exit, answer", right="exactly one")
    if entry.answer is not None and entry.code is None:
        raise InvalidInput("code", "an answer names what asked", right="MX02")
    if entry.act in ("correct", "amend") and entry.step is None:
        raise InvalidInput("step", f"{entry.act} names a step", right="its id or number")
    if entry.act == "open_child" and entry.code is None:
        raise InvalidInput("code", "a sub-loop is named by its code", right="MX11")
    if entry.tasks and entry.container is not None:
        raise InvalidInput("container", "stands beside tasks", right="tasks or container")
    if not entry.tasks and entry.container is None and entry.order is None:
        raise InvalidInput("task", "nothing is named", right="task, tasks, container or order")
