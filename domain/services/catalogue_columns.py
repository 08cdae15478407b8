"""The columns of each catalogue, as they are imported from CSV (UTF-8, first line = names).

A list is written with semicolons. A yes/no cell is `true`, `false` or empty (not said). In `drug`,
`ward_stock` is a list of wards, or `*` for all wards.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from domain.errors import InvalidInput
from domain.quantities import parse_decimal, parse_quantity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, how a cell is read, and whether it may be empty."""

    name: str
    read: Callable[[str, str], object]
    required: bool = False


def _text(_name: str, cell: str) -> object:
    return cell


def _yes_no(name: str, cell: str) -> object:
    known = {"true": True, "false": False}
    if cell.lower() not in known:
        raise InvalidInput(name, f"{cell!r} is neither", right="true or false")
    return known[cell.lower()]


def _whole(name: str, cell: str) -> object:
    if not cell.isdecimal():
        raise InvalidInput(name, f"{cell!r} is not a whole number", right="1440")
    return int(cell)


def _list(_name: str, cell: str) -> object:
    return [part.strip() for part in cell.split(";") if part.strip()]


def _wards(name: str, cell: str) -> object:
    return True if cell == "*" else _list(name, cell)


def _amount(name: str, cell: str) -> object:
    return parse_quantity(name, cell).to_json()


def _number(name: str, cell: str) -> object:
    return format(parse_decimal(name, cell), "f")


_NAMES: Final = (
    Column("code", _text, required=True),
    Column("name", _text, required=True),
    Column("name_zh", _text, required=True),
)

COLUMNS: Final[Mapping[str, tuple[Column, ...]]] = MappingProxyType(
    {
        "drug": (
            *_NAMES,
            Column("initials", _text),
            Column("form", _text),
            Column("strength", _amount),
            Column("route", _text),
            Column("gtins", _list),
            Column("codes", _list),
            Column("ingredients", _list),
            Column("excipients", _list),
            Column("atc", _text),
            Column("recalled_lots", _list),
            Column("cold_chain", _yes_no),
            Column("high_alert", _yes_no),
            Column("controlled", _yes_no),
            Column("skin_test", _yes_no),
            Column("time_critical", _yes_no),
            Column("ward_stock", _wards),
            Column("ward_mixed", _yes_no),
            Column("infusion", _yes_no),
            Column("transported", _yes_no),
            Column("take_home", _yes_no),
            Column("effect_required", _yes_no),
            Column("container_minutes", _whole),
            Column("worn_minutes", _whole),
        ),
        "test": (
            *_NAMES,
            Column("initials", _text),
            Column("specimen_type", _text),
            Column("container_type", _text),
            Column("test_class", _text),
            Column("specimen_class", _text),
            Column("point_of_care", _yes_no),
            Column("stability_minutes", _whole),
            Column("turnaround_minutes", _whole),
            Column("volume_ml", _number),
        ),
        "examination": (
            *_NAMES,
            Column("initials", _text),
            Column("modality", _text),
            Column("body_part", _text),
            Column("preparation", _text),
            Column("contrast", _yes_no),
            Column("invasive", _yes_no),
            Column("sedation", _yes_no),
            Column("consent_required", _yes_no),
            Column("checklist", _yes_no),
            Column("bedside", _yes_no),
        ),
        "component": (
            *_NAMES,
            Column("volume", _amount),
            Column("product_codes", _list),
            Column("storage", _text),
        ),
    }
)
"""The kinds of catalogue, with their columns in order."""
