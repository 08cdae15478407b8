"""Results that rules look at, by the source's item: their name and unit here.

Every other item stays in words beside them. Where the source withheld the text (`___`), its number
stands in a column of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from client.gateway.mimic.amounts import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from client.gateway.mimic.laboratory import LabRow

_MILLIGRAMS: Final = ("mg/dL", "mg/dL")
_EQUIVALENTS: Final = ("mEq/L", "meq/L")
_PRESSURE: Final = ("mm Hg", "mm[Hg]")
_THOUSANDS: Final = ("K/uL", "10*3/uL")
_GRAMS: Final = ("g/dL", "g/dL")
ITEMS: Final[Mapping[str, tuple[str, str, str]]] = {
    "50809": ("glucose", *_MILLIGRAMS),
    "50811": ("haemoglobin", *_GRAMS),
    "50813": ("lactate", "mmol/L", "mmol/L"),
    "50818": ("pco2", *_PRESSURE),
    "50820": ("ph", "units", "[pH]"),
    "50821": ("po2", *_PRESSURE),
    "50822": ("potassium", *_EQUIVALENTS),
    "50824": ("sodium", *_EQUIVALENTS),
    "50862": ("albumin", *_GRAMS),
    "50885": ("bilirubin", *_MILLIGRAMS),
    "50893": ("calcium", *_MILLIGRAMS),
    "50912": ("creatinine", *_MILLIGRAMS),
    "50931": ("glucose", *_MILLIGRAMS),
    "50960": ("magnesium", *_MILLIGRAMS),
    "50970": ("phosphate", *_MILLIGRAMS),
    "50971": ("potassium", *_EQUIVALENTS),
    "50983": ("sodium", *_EQUIVALENTS),
    "51006": ("urea", *_MILLIGRAMS),
    "51214": ("fibrinogen", *_MILLIGRAMS),
    "51222": ("haemoglobin", *_GRAMS),
    "51237": ("inr", "", "1"),
    "51265": ("platelets", *_THOUSANDS),
    "51275": ("aptt", "sec", "s"),
    "51300": ("white_cells", *_THOUSANDS),
    "51301": ("white_cells", *_THOUSANDS),
}
"""Item to name, unit as the source writes it, unit in UCUM."""


def named_results(rows: Iterable[LabRow]) -> dict[str, dict[str, str]]:
    """The numbers of a tube under the names that rules know; a name once, its first value."""
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        name, written, unit = ITEMS.get(row.itemid, ("", "", ""))
        if not name or row.valueuom != written:
            continue
        exact = number(row.value) or number(row.valuenum)
        if exact is not None and name not in found:
            found[name] = {"value": exact, "unit": unit}
    return found
