"""From an order as the data files write it to the fields that its loop asks for."""

from __future__ import annotations

from typing import Any, Final

from client.demo.rows import OrderRow, Turn

_OF_THE_ROW: Final = ("at", "due", "slot", "minutes", "needs", "turns", "start")
_PRN: Final = "prn"
_AT_ONCE: Final = "st"


def turn_of(row: dict[str, Any]) -> Turn:
    """A turn, with those that follow it."""
    following = turn_of({"minutes": 0, **row["next"]}) if "next" in row else None
    return Turn(**{**row, "yes": tuple(row.get("yes", ())), "next": following})


def order_of(row: dict[str, Any]) -> OrderRow:
    """An order of any of the four kinds; which, the row says by `drug`, `tests`, `exam`, `blood`.

    Raises:
        KeyError: it names none of them.
    """
    said = {name: value for name, value in row.items() if name not in _OF_THE_ROW}
    write = next((make for name, make in _KINDS if name in row), None)
    if write is None:
        raise KeyError(", ".join(row))
    kind, code, fields = write(said)
    return OrderRow(
        kind=kind,
        code=code,
        fields=fields,
        turns=tuple(turn_of(one) for one in row.get("turns", ())),
        at=row.get("at"),
        start=row.get("due") or row.get("start"),
        slot=row.get("slot"),
        minutes=row.get("minutes"),
        needs=tuple(row.get("needs", ())),
    )


def _drug(said: dict[str, Any]) -> tuple[str, str, dict[str, object]]:
    code = str(said.pop("drug"))
    frequency = str(said["frequency"])
    if frequency.endswith(_PRN):
        usual = {"priority": "PRN", "order_class": "PRN_LONG"}
    elif frequency == _AT_ONCE:
        usual = {"priority": "STAT", "order_class": "STAT"}
    elif frequency == "once":
        usual = {"priority": "URGENT", "order_class": "TEMP"}
    else:
        usual = {"priority": "ROUTINE", "order_class": "LONG"}
    return "medication", code, {"product": code, **usual, **said}


def _tests(said: dict[str, Any]) -> tuple[str, str, dict[str, object]]:
    usual = {"timing": "random", "priority": "ROUTINE"}
    return "test", said["tests"][0], {**usual, **said}


def _exam(said: dict[str, Any]) -> tuple[str, str, dict[str, object]]:
    code = str(said["exam"])
    question = {"clinical_question": said.pop("question")}
    return "examination", code, {"priority": "ROUTINE", **question, **said}


def _blood(said: dict[str, Any]) -> tuple[str, str, dict[str, object]]:
    code = str(said.pop("blood"))
    usual = {
        "component": code,
        "order_volume": said.pop("volume"),
        "abo_rhd": said.pop("group"),
        "approval_level": "senior",
        "recent_exposure": "no",
        "priority": "ROUTINE",
    }
    return "transfusion", code, {**usual, **said}


_KINDS: Final = (("drug", _drug), ("tests", _tests), ("exam", _exam), ("blood", _blood))
