"""The numbers of CLORS: read from a file, proved against the shipped one, and laid out for speed.

A hospital may edit the weights within half to one and a half times what is shipped; caps, the
NEWS2 table, band floors and all else under `[locked]` stay (rules specification 2.5). So every
model keeps what the properties promise: NEWS2 of 7 is Critical, the baseline alone is Low.
"""

import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Context, Decimal
from functools import cache
from hashlib import sha256
from itertools import accumulate, pairwise
from operator import attrgetter
from pathlib import Path
from typing import Final, cast

from pydantic import BaseModel, ConfigDict

from rules.loops.document import Document, Fault, read_document, read_rows
from rules.loops.lines import KeyPath
from rules.risk_values import Band, Weight

SHIPPED: Final = Path(__file__).parent / "knowledge" / "clors_1_0.toml"
HIGHEST: Final = 99
_PER_MILLE: Final = 1000
_WORST_NEWS2: Final = 20
_RISING: Final = (
    ("acute", "change_2", "change_3"),
    ("acute", "aki_1", "aki_2", "aki_3"),
    ("orders", "high_alert_c", "high_alert_b", "high_alert_a"),
    ("orders", "dose_over_100", "dose_over_150"),
    ("orders", "renal_adjust", "renal_contraindicated"),
    ("orders", "duplicate", "duplicate_critical"),
    ("orders", "ddi_moderate", "ddi_major", "ddi_contraindicated"),
    ("orders", "allergy_s3", "allergy_s2", "allergy_s1"),
    ("orders", "qtc_470", "qtc_500"),
    ("orders", "potassium_moderate", "potassium_severe"),
    ("orders", "transfusion_running", "reaction_open"),
    ("loops", *Weight),
    ("baseline", "age_65", "age_75", "age_85"),
    ("baseline", "charlson_1", "charlson_3", "charlson_5"),
)
"""Rows of one kind, the lighter first: what grows graver never counts less."""


class _Locked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    news2: list[int]
    news2_red: int
    caps: dict[str, int]
    scale: int
    bands: dict[str, int]
    rank_per_mille: int
    override_per_mille: dict[str, int]
    shortest_limit_seconds: int
    late_quarters: list[int]
    late_percent: list[int]
    deteriorating_percent: dict[str, int]


class Settings(BaseModel):
    """The file as it stands; hazards in milli-units."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    model: str
    locked: _Locked
    acute: dict[str, int]
    orders: dict[str, int]
    loops: dict[str, int]
    baseline: dict[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class RiskModel:
    """The numbers of one file, laid out so that a score is looked up, not computed.

    Attributes:
        thresholds: the least hazard of each score from 1 to 99.
        bands: of each score from 0 to 99.
        news2: hazard of each NEWS2 from 0 to 20.
        orders: hazard by kind and override.
        late: by deterioration (none, NEWS2 5-6, 7 and more) and severity: its row in the file, and
            the hazard at each whole quarter of the limit, up to 7 limits.
        ranks: per mille of each rank, until nothing is left.
        least_late: what so many steps would count together if each were just late and of the
            lightest severity.
    """

    id: str
    config_sha256: str
    caps: tuple[int, int, int, int]
    thresholds: tuple[int, ...]
    bands: tuple[Band, ...]
    news2: tuple[int, ...]
    news2_red: int
    acute: Mapping[str, int]
    orders: Mapping[tuple[str, str], int]
    late: tuple[Mapping[Weight, tuple[str, tuple[int, ...]]], ...]
    late_quarters: tuple[int, ...]
    shortest_limit: int
    ranks: tuple[int, ...]
    least_late: tuple[int, ...]
    on_time: int
    on_time_cap: int
    baseline: Mapping[str, int]

    def score(self, hazard: int) -> int:
        """The score of a hazard in milli-units: the thresholds that it reaches."""
        return bisect_right(self.thresholds, hazard)


@cache
def shipped_model() -> RiskModel:
    """`clors@1.0` as it is shipped."""
    return _model(_shipped())


def read_model(path: Path) -> RiskModel:
    """The model of a hospital's own file.

    Raises:
        DefinitionError: it cannot be read, changes what is locked, goes beyond half or one and a
            half times of what is shipped, or lets a graver row count less than a lighter one.
            Names file, line and reason.
    """
    document = read_document(path)
    settings = read_rows(document, Settings, document.data)
    _prove(document, settings, _shipped())
    return _model(settings)


def changed_model(changes: Sequence[Document]) -> RiskModel:
    """The shipped model as the tables `clors` of site files change it; the later file wins.

    Raises:
        DefinitionError: as `read_model`; names the line of the site's file that changed a weight.
    """
    if not any(one.data.get("clors") for one in changes):
        return shipped_model()
    document = read_document(SHIPPED)
    for site in changes:
        document = _overlaid(document, site)
    settings = read_rows(document, Settings, document.data)
    _prove(document, settings, _shipped())
    return _model(settings)


def _overlaid(document: Document, site: Document) -> Document:
    """The file of numbers with a site's in their places, table by table."""
    tables = site.data.get("clors", {})
    if not isinstance(tables, dict):
        raise site.error(Fault(("clors",), "right would be a table, such as [clors.orders]"))
    data, places = dict(document.data), document.places
    for name, given in tables.items():
        usual = data.get(name, {})
        if isinstance(given, dict) and isinstance(usual, dict):
            data[name] = {**usual, **given}
            for key in given:
                places = places.replaced((name, key), site.places, ("clors", name, key))
        else:
            data[name] = given
            places = places.replaced((name,), site.places, ("clors", name))
    return Document(document.file, data, places)


@cache
def _shipped() -> Settings:
    document = read_document(SHIPPED)
    return read_rows(document, Settings, document.data)


# ---------------------------------------------------------------------- what may be edited


def _prove(document: Document, settings: Settings, shipped: Settings) -> None:
    """Raise the first fault of the file; a misspelt key is unknown rather than missing."""
    found, usual = settings.model_dump(), shipped.model_dump()
    for faults in (_differences((), found, usual), _missing((), found, usual), _falling(found)):
        errors = [document.error(fault) for fault in faults]
        if errors:
            raise min(errors, key=attrgetter("line", "reason"))


def _differences(path: KeyPath, found: object, shipped: object) -> Iterator[Fault]:
    """What the file may not say. Both are of one shape: Pydantic has read both."""
    if isinstance(found, dict):
        usual = cast("dict[str, object]", shipped)
        for key, value in found.items():
            if key in usual:
                yield from _differences((*path, key), value, usual[key])
            else:
                known = ", ".join(usual)
                yield Fault((*path, key), f"unknown key {key!r}; right would be one of {known}")
    elif path[0] in {"model", "locked"}:
        if found != shipped:
            yield Fault(path, f"{path[-1]}: {found!r} is locked; right would be {shipped!r}")
    else:
        number, usually = cast("int", found), cast("int", shipped)
        if abs(number - usually) * 2 > usually:
            least, most = (usually + 1) // 2, usually * 3 // 2
            yield Fault(path, f"{path[-1]}: {number} is out of reach; right: {least} to {most}")


def _missing(path: KeyPath, found: object, shipped: object) -> Iterator[Fault]:
    if isinstance(shipped, dict) and isinstance(found, dict):
        for key, value in shipped.items():
            if key in found:
                yield from _missing((*path, key), found[key], value)
            else:
                yield Fault((*path, key), f"the key {key!r} is missing; it has no default")


def _falling(data: Mapping[str, Mapping[str, int]]) -> Iterator[Fault]:
    """Graver rows that count less than lighter ones."""
    for table, *keys in _RISING:
        rows = [(key, data[table][key]) for key in keys]
        for (lighter, less), (graver, more) in pairwise(rows):
            if more < less:
                yield Fault(
                    (table, graver),
                    f"{graver}: {more} is less than {lighter}; right would be {less} or more",
                )


# ---------------------------------------------------------------------- laid out


def _model(settings: Settings) -> RiskModel:
    locked = settings.locked
    caps = locked.caps
    ranks = _ranks(locked.rank_per_mille)
    least = settings.loops[Weight.INFO]
    return RiskModel(
        id=settings.model,
        config_sha256=_sha256(settings),
        caps=(caps["acute"], caps["orders"], caps["loops"], caps["baseline"]),
        thresholds=_thresholds(locked.scale),
        bands=_bands(locked.bands),
        news2=_filled(locked.news2, _WORST_NEWS2),
        news2_red=locked.news2_red,
        acute=settings.acute,
        orders={
            (kind, override): hazard * share // _PER_MILLE
            for kind, hazard in settings.orders.items()
            for override, share in locked.override_per_mille.items()
        },
        late=tuple(
            _late(settings, factor) for factor in (100, *locked.deteriorating_percent.values())
        ),
        late_quarters=tuple(locked.late_quarters),
        shortest_limit=locked.shortest_limit_seconds,
        ranks=ranks,
        least_late=tuple(accumulate((least * rank // _PER_MILLE for rank in ranks), initial=0)),
        on_time=settings.loops["on_time"],
        on_time_cap=caps["on_time"],
        baseline=settings.baseline,
    )


def _sha256(settings: Settings) -> str:
    """Of the numbers, not of the file's bytes: a comment makes no other model."""
    text = json.dumps(settings.model_dump(), sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def _thresholds(scale: int) -> tuple[int, ...]:
    """The least hazard of each score: ceil(-scale ln(1 - (s - 0.5) / 100)).

    Decimal logarithms are rounded correctly, so that the table is the same on every machine.
    """
    exact = Context(prec=40)
    return tuple(
        int(
            exact.multiply(-scale, exact.ln(1 - (s - Decimal("0.5")) / 100)).to_integral_value(
                ROUND_CEILING
            )
        )
        for s in range(1, HIGHEST + 1)
    )


def _bands(floors: Mapping[str, int]) -> tuple[Band, ...]:
    ordered = sorted((floor, Band(name)) for name, floor in floors.items())
    edges = [floor for floor, _ in ordered]
    names = (Band.LOW, *(band for _, band in ordered))
    return tuple(names[bisect_right(edges, score)] for score in range(HIGHEST + 1))


def _filled(table: list[int], last: int) -> tuple[int, ...]:
    return tuple(table[min(value, len(table) - 1)] for value in range(last + 1))


def _ranks(per_mille: int) -> tuple[int, ...]:
    """1000, 800, 640, 512, 409, 327, ...: each rank is rounded down from the one before."""
    ranks = [_PER_MILLE]
    while (rank := ranks[-1] * per_mille // _PER_MILLE) > 0:
        ranks.append(rank)
    return tuple(ranks)


def _late(settings: Settings, factor: int) -> dict[Weight, tuple[str, tuple[int, ...]]]:
    """Weight by lateness by deterioration, at each whole quarter of the limit."""
    locked = settings.locked
    quarters = range(locked.late_quarters[-1] + 1)
    steps = [locked.late_percent[bisect_right(locked.late_quarters, q) - 1] for q in quarters]
    return {
        severity: (
            f"loops.{severity}",
            tuple(settings.loops[severity] * step * factor // 10_000 for step in steps),
        )
        for severity in Weight
    }
