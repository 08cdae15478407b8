"""An order's drug as the checks see it: its ingredients, its route, and how much of it in a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from domain.clinical import ActiveOrder
from domain.errors import InvalidInput
from domain.quantities import Quantity, parse_quantity
from domain.timing import Frequency, Kind, parse_frequency
from rules.knowledge.tables import Tables, normal

_DAY: Final = timedelta(hours=24)
_MILLIGRAMS: Final[Mapping[str, Decimal]] = {
    "kg": Decimal(1_000_000),
    "g": Decimal(1000),
    "mg": Decimal(1),
    "ug": Decimal("0.001"),
    "mcg": Decimal("0.001"),
    "ng": Decimal("0.000001"),
}
_VEIN: Final = ("IV", "IVD", "IVP", "IVPB", "IVGTT", "IV_PUSH", "IV PUSH", "CIV")
_ONE_OFF: Final = ("STAT", "PREOP")
_PROLONGED: Final = ("sustained", "extended", "prolonged", "retard", "缓释", "控释")
_PROLONGED_WORDS: Final = frozenset({"sr", "er", "xr", "cr", "mr"})


@dataclass(frozen=True, slots=True)
class Drug:
    """What an order gives.

    Attributes:
        order: its id.
        ingredients: known ones; empty where the catalogue says nothing that is understood.
        amounts: of one unit of the product, by ingredient, where the catalogue says so.
        fields: of the order.
        stop_at: from when nothing more is due.
        since: when it was signed; None while it is not.
    """

    order: str
    ingredients: frozenset[str]
    amounts: Mapping[str, Quantity]
    product: Mapping[str, object]
    fields: Mapping[str, object]
    stop_at: datetime | None = None
    since: datetime | None = None

    @property
    def route(self) -> str:
        """As the order says it, in capitals."""
        return str(self.fields.get("route") or self.product.get("route") or "").upper()

    @property
    def in_vein(self) -> bool:
        """Whether it goes into a vein."""
        return self.route in _VEIN

    @property
    def atc(self) -> str:
        """Its ATC code, where the catalogue row bears one; else empty."""
        return str(self.product.get("atc") or "")

    @property
    def one_off(self) -> bool:
        """Whether it is a single dose: STAT, before surgery, once."""
        if self.fields.get("order_class") in _ONE_OFF or self.fields.get("dose_count") == 1:
            return True
        frequency = self.frequency
        return frequency is not None and frequency.kind is Kind.ONCE

    @property
    def prolonged(self) -> bool:
        """Whether its name or form says that it releases slowly."""
        text = f"{self.product.get('name', '')} {self.product.get('form', '')} " + str(
            self.product.get("name_zh", "")
        )
        words = set(normal(text).split("_"))
        return bool(words & _PROLONGED_WORDS) or any(word in text.lower() for word in _PROLONGED)

    @property
    def frequency(self) -> Frequency | None:
        """Its frequency; None where it has none that is understood."""
        text = self.fields.get("frequency")
        if not isinstance(text, str):
            return None
        try:
            return parse_frequency(text)
        except InvalidInput:
            return None

    @property
    def dose(self) -> Quantity | None:
        """One dose, as it was ordered."""
        return quantity(self.fields.get("dose"))

    def runs(self, at: datetime, *, washout: timedelta = timedelta(0)) -> bool:
        """Whether it is given, or was stopped so shortly before that it still counts."""
        return self.stop_at is None or at < self.stop_at + washout

    def per_dose(self, ingredient: str, unit: str, equals: Mapping[str, Decimal]) -> Decimal | None:
        """How much of an ingredient one dose has, in a unit; None where that cannot be said."""
        dose = self.dose
        if dose is None:
            return None
        if ingredient in self.amounts:
            count = self._count(dose)
            each = in_unit(self.amounts[ingredient], unit, equals)
            return None if count is None or each is None else count * each
        if dose.unit.startswith("{"):
            strength = quantity(self.product.get("strength"))
            each = None if strength is None else in_unit(strength, unit, equals)
            return None if each is None else dose.value * each
        return in_unit(dose, unit, equals)

    def per_day(self, ingredient: str, unit: str, equals: Mapping[str, Decimal]) -> Decimal | None:
        """How much of an ingredient it gives in 24 hours at most."""
        each, times = self.per_dose(ingredient, unit, equals), self.times_per_day
        return None if each is None or times is None else each * times

    def _count(self, dose: Quantity) -> Decimal | None:
        """How many units of the product one dose is."""
        if dose.unit.startswith("{"):
            return dose.value
        strength = quantity(self.product.get("strength"))
        if strength is None or strength.value == 0:
            return None
        each = in_unit(dose, strength.unit, {})
        return None if each is None else each / strength.value

    @property
    def times_per_day(self) -> Decimal | None:
        """The most doses in 24 hours; None where the frequency does not say."""
        found = self.frequency
        if found is None:
            return None
        if found.as_needed:
            return self._on_need(found)
        if found.kind is Kind.ONCE:
            return Decimal(1 + found.may_repeat)
        if found.kind is Kind.CONTINUOUS:
            minutes = self.product.get("container_minutes")
            return Decimal(1440) / minutes if isinstance(minutes, int) and minutes else None
        written = len(found.clock) or len(found.meals)
        if written:
            return Decimal(written)
        return None if found.interval is None else _times(found.interval)

    def _on_need(self, found: Frequency) -> Decimal | None:
        most, least = self.fields.get("max_per_day"), self.fields.get("min_interval")
        said = most if isinstance(most, int) and most else found.most_per_24h or found.count
        if said:
            return Decimal(said)
        if isinstance(least, int) and least:
            return _times(timedelta(minutes=least))
        return None if found.min_interval is None else _times(found.min_interval)


def _times(interval: timedelta) -> Decimal:
    """How often in a day; never less than once on the days on which it is given."""
    seconds = max(int(interval.total_seconds()), 1)
    return max(Decimal(1), Decimal(86_400) / seconds)


def in_unit(amount: Quantity, unit: str, equals: Mapping[str, Decimal]) -> Decimal | None:
    """An amount in another unit; None where they cannot be compared."""
    if amount.unit == unit:
        return amount.value
    if amount.unit in equals:
        return amount.value * equals[amount.unit]
    if amount.unit in _MILLIGRAMS and unit in _MILLIGRAMS:
        return amount.value * _MILLIGRAMS[amount.unit] / _MILLIGRAMS[unit]
    return None


def quantity(value: object) -> Quantity | None:
    """A quantity as it stands in fields and catalogues; None where there is none to be read."""
    if value is None:
        return None
    try:
        return parse_quantity("value", value)
    except InvalidInput:
        return None


def drug_of(
    tables: Tables,
    *,
    order: str,
    fields: Mapping[str, object],
    product: Mapping[str, object],
    stop_at: datetime | None = None,
    since: datetime | None = None,
) -> Drug:
    """The drug of an order.

    Its ingredients are those that the catalogue row lists (`paracetamol 325 mg`); where it lists
    none, those that its name or code names.
    """
    listed = product.get("ingredients")
    found: dict[str, Quantity | None] = {}
    if isinstance(listed, (list, tuple)) and listed:
        for text in listed:
            name, amount = _listed(str(text))
            found[tables.names.get(normal(name), normal(name))] = amount
    else:
        code = product.get("code") or fields.get("product")
        for text in (code, product.get("name"), product.get("name_zh")):
            found.update(dict.fromkeys(tables.ingredients_in(str(text or ""))))
    amounts = {name: amount for name, amount in found.items() if amount is not None}
    return Drug(order, frozenset(found), amounts, product, fields, stop_at, since)


def _listed(text: str) -> tuple[str, Quantity | None]:
    """`paracetamol 325 mg` in its two parts."""
    words = text.split()
    if len(words) > _WITH_AMOUNT and words[-2].replace(".", "", 1).isdigit():
        return " ".join(words[:-2]), quantity(" ".join(words[-2:]))
    return text, None


_WITH_AMOUNT: Final = 2


def drug_of_order(tables: Tables, order: ActiveOrder) -> Drug:
    """The drug of an active order."""
    return drug_of(
        tables,
        order=order.id,
        fields=order.fields,
        product=order.product,
        stop_at=order.stop_at,
        since=order.signed_at,
    )
