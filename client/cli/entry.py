"""The JSON object of a command, read field by field: unknown, missing and wrong ones are named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar, cast

from domain.entered import parse_day, parse_instant
from domain.errors import InvalidInput
from domain.ids import CommandId, EncounterId

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from enum import StrEnum

    from client.app import App
    from client.cli.call import Call

    E = TypeVar("E", bound=StrEnum)

COMMON: Final = ("command_id", "actor")
_WHO: Final = ("encounter", "mrn")


class Entry:
    """What a command was given.

    Attributes:
        user: who acts.
        command: the id that makes a second sending harmless; a new one where none is given.
    """

    def __init__(self, call: Call, *known: str) -> None:
        """Read `--file` and check that it names nothing but the known fields.

        Raises:
            InvalidInput: a field is unknown.
            NotAuthorised: the actor is not the user (decision 48).
        """
        self.user: Final = call.user()
        self._given: Mapping[str, object] = {
            name: value for name, value in call.input().items() if value is not None
        }
        for name in self._given:
            if name not in (*COMMON, *known):
                right = f"one of {', '.join((*known, *COMMON))}"
                raise InvalidInput(name, f"{name} is no field of this command", right=right)
        actor = self.optional_text("actor")
        self.app: App = call.app()
        if actor is not None:
            self.app.own_name(user=self.user, actor=actor)
        given = self.optional_text("command_id")
        self.command: Final = CommandId(given) if given else self.app.new_command()

    def text(self, name: str, *, right: str = "text") -> str:
        """A text that must be there."""
        if name not in self._given:
            raise InvalidInput(name, f"{name} is missing", right=right)
        value = self._given[name]
        if not isinstance(value, str) or not value:
            raise InvalidInput(name, f"{name}: {said(value)} is not text", right=right)
        return value

    def optional_text(self, name: str) -> str | None:
        """A text, or None."""
        return self.text(name) if name in self._given else None

    def words(self, name: str) -> str:
        """A text that may be empty or absent."""
        return "" if self._given.get(name) == "" else self.optional_text(name) or ""

    def word(self, name: str, words: type[E], *, default: E) -> E:
        """One of some words."""
        text = self.optional_text(name)
        if text is None:
            return default
        if text not in {one.value for one in words}:
            right = f"one of {', '.join(one.value for one in words)}"
            raise InvalidInput(name, f"{name}: {text!r} is not known", right=right)
        return words(text)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Yes or no."""
        value = self._given.get(name, default)
        if not isinstance(value, bool):
            raise InvalidInput(name, f"{name}: {said(value)} is neither", right="true or false")
        return value

    def whole_number(self, name: str) -> int:
        """A whole number that must be there."""
        if name not in self._given:
            raise InvalidInput(name, f"{name} is missing", right="a whole number")
        value = self._given[name]
        if not isinstance(value, int) or isinstance(value, bool):
            raise InvalidInput(name, f"{name}: {said(value)} is none", right="a whole number")
        return value

    def instant(self, name: str) -> datetime:
        """An instant that must be there."""
        return parse_instant(name, self.text(name, right="2026-11-24T08:05:00+08:00"))

    def optional_instant(self, name: str) -> datetime | None:
        """An instant, or None."""
        return self.instant(name) if name in self._given else None

    def day(self, name: str) -> date | None:
        """A date, or None."""
        text = self.optional_text(name)
        return None if text is None else parse_day(name, text)

    def table(self, name: str, *, required: bool = False) -> dict[str, object]:
        """An object; empty where it is not given."""
        if required and name not in self._given:
            raise InvalidInput(name, f"{name} is missing", right='{"…": "…"}')
        value = self._given.get(name, {})
        if not isinstance(value, dict):
            raise InvalidInput(name, f"{name}: {said(value)} is no object", right='{"…": "…"}')
        return cast("dict[str, object]", value)

    def texts_by_name(self, name: str) -> dict[str, str]:
        """An object whose values are texts."""
        return {
            key: _text_in(f"{name}.{key}", value)
            for key, value in self.table(name, required=True).items()
        }

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; empty where it is not given."""
        return tuple(_text_in(f"{name}.{at}", value) for at, value in enumerate(self._listed(name)))

    def tables(self, name: str, *keys: str) -> tuple[dict[str, str], ...]:
        """A list of objects, each with exactly these keys, its values texts."""
        found = []
        for at, value in enumerate(self._listed(name)):
            if not isinstance(value, dict) or set(value) != set(keys):
                right = f"an object with {' and '.join(keys)}"
                raise InvalidInput(f"{name}.{at}", f"{name}.{at} is not right", right=right)
            found.append({key: _text_in(f"{name}.{at}.{key}", one) for key, one in value.items()})
        return tuple(found)

    def _listed(self, name: str) -> list[object]:
        value = self._given.get(name, [])
        if not isinstance(value, list):
            raise InvalidInput(name, f"{name}: {said(value)} is no list", right='["…", "…"]')
        return value

    def raw(self, *without: str) -> dict[str, object]:
        """All that was given but for some fields, for readers of their own."""
        return {name: value for name, value in self._given.items() if name not in without}

    def stay(self) -> EncounterId:
        """The stay that is meant: by its id, or the present one of a record number."""
        encounter = self.optional_text("encounter")
        if encounter is not None and "mrn" in self._given:
            raise InvalidInput("mrn", "mrn stands beside encounter", right="one of them")
        if encounter is not None:
            return EncounterId(encounter)
        if "mrn" not in self._given:
            raise InvalidInput(
                "encounter", "encounter is missing", right="the id of a stay, or mrn"
            )
        found = self.app.show_stay(user=self.user, mrn=self.text("mrn"))
        return found.encounter.id


def said(value: object) -> str:
    """A value as it stands in the file."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return f'"{value}"' if isinstance(value, str) else str(value)


def _text_in(name: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise InvalidInput(name, f"{name}: {said(value)} is not text", right="text")
    return value
