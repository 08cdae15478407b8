"""Which fields belong to which act of `step record`: what an act would not keep, it refuses."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from domain.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_OF_AN_ACT: Final = ("step", "exit", "answer", "code", "result", "until", "corrects")
_OF_A_RECORD: Final = ("witness", "co_signer", "scans", "evidence", "override")
_BELONGS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "record": ("step", "exit", "answer", "code", "result"),
        "correct": ("step", "corrects"),
        "amend": ("step", "result"),
        "entered_in_error": (),
        "incident": (),
        "hold": ("until",),
        "release": (),
        "open_child": ("code",),
        "need": (),
    }
)


def require_belonging(act: str, given: Collection[str]) -> None:
    """Refuse the fields that an act has no use for.

    Args:
        act: one of `step_entry.ACTS`.
        given: the names of the fields that are given.

    Raises:
        InvalidInput: names the first of them.
    """
    kept = _BELONGS[act]
    for name in (*_OF_AN_ACT, *(_OF_A_RECORD if act == "need" else ())):
        if name in given and name not in kept:
            raise InvalidInput(name, f"does not belong to the act {act}", right=_right(kept))
    if act != "record":
        return
    if "result" in given and "step" not in given:
        raise InvalidInput("result", "belongs to a step", right="result with a step")
    if "code" in given and "step" in given:
        raise InvalidInput("code", "belongs to an exit or an answer", right="a step without code")


def _right(kept: tuple[str, ...]) -> str:
    return ", ".join(kept) or "the task or order, and what is told of it"
