"""Reads the alert rule files, proves them, and puts them together for a site and its wards."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from domain.alerts import AlertRule, AlertSeverity, Rung
from domain.errors import DefinitionError
from rules.alerts.overlay import check_known, with_overlay
from rules.alerts.rows import DefaultRows, RuleRow, RuleRows
from rules.alerts.rule import LATE, Rule, Stage
from rules.loops.definitions import digest
from rules.loops.document import Document, Fault, read_document, read_rows
from rules.loops.overlay import Overlay, read_overlay

SHIPPED: Final = Path(__file__).parent
"""The folder of the rules that Wardloop ships."""

DEFAULTS_FILE: Final = "defaults.toml"
FILES: Final = ("medication", "laboratory", "examination", "transfusion", "cross")
"""The files of rules, in the order of the page."""


@dataclass(frozen=True, slots=True)
class RuleTable:
    """All rules of a site, or of one ward of it.

    Attributes:
        rules: by id, in the order of the files.
        sha256: over all rules of this site or ward.
        wards: the rules of wards that have an overlay of their own.
    """

    rules: Mapping[str, Rule]
    sha256: str
    wards: Mapping[str, "RuleTable"] = field(default_factory=lambda: MappingProxyType({}))

    def for_ward(self, ward: str) -> "RuleTable":
        """The rules as they hold on a ward: its own where it has an overlay, else the site's."""
        return self.wards.get(ward, self)


def load_rules(*, overlays: Sequence[Path | Overlay] = (), shipped: Path = SHIPPED) -> RuleTable:
    """Every alert rule, for the site and for each ward that changes some.

    Args:
        overlays: a file with `ward` changes that ward's rules only, after the site's changes.
        shipped: the folder of the rule files.

    Raises:
        DefinitionError: names file, line and reason; nothing is loaded.
    """
    defaults = _read_defaults(shipped / DEFAULTS_FILE)
    documents = [read_document(shipped / f"{name}.toml") for name in FILES]
    known = _prove(documents, defaults)
    changes = [one if isinstance(one, Overlay) else read_overlay(one) for one in overlays]
    for change in changes:
        check_known(change, known)
    site = [change for change in changes if not change.wards]

    def build(used: list[Overlay], wards: Mapping[str, RuleTable]) -> RuleTable:
        rules = known if not used else _prove([_changed(one, used) for one in documents], defaults)
        sha256 = digest(_hashed(rules))
        return RuleTable(rules, digest((sha256, _wards(wards))), wards)

    names = sorted({ward for change in changes for ward in change.wards})
    by_ward = {
        ward: build([*site, *(change for change in changes if ward in change.wards)], {})
        for ward in names
    }
    return build(site, MappingProxyType(by_ward))


def _wards(wards: Mapping[str, RuleTable]) -> dict[str, str]:
    return {ward: table.sha256 for ward, table in wards.items()}


def _hashed(rules: Mapping[str, Rule]) -> tuple[object, ...]:
    """The rules as values that a hash can be made of: amounts as text."""
    return tuple(
        (replace(rule, params={}), {name: str(value) for name, value in rule.params.items()})
        for rule in rules.values()
    )


def _changed(document: Document, overlays: Iterable[Overlay]) -> Document:
    shipped = document
    for overlay in overlays:
        document = with_overlay(document, overlay, shipped=shipped)
    return document


@dataclass(frozen=True, slots=True)
class Defaults:
    """Ladders and timers that hold unless a rule says otherwise."""

    ladder: Mapping[AlertSeverity, tuple[Rung, ...]]
    action: Mapping[AlertSeverity, int]
    snooze: Mapping[AlertSeverity, int]
    snoozes: Mapping[AlertSeverity, int]
    override_hours: int


def _read_defaults(path: Path) -> Defaults:
    document = read_document(path)
    rows = read_rows(document, DefaultRows, document.data)
    for name, given in (("action", rows.action), ("snooze", rows.snooze)):
        if set(given) != set(AlertSeverity.__members__):
            raise document.error(Fault((name, ""), "right would be one line for each of S1 to S5"))
    if set(rows.ladder) != set(AlertSeverity):
        raise document.error(Fault(("ladder", ""), "right would be one line for each of S1 to S5"))
    return Defaults(
        rows.ladder,
        MappingProxyType({one: rows.action[one] for one in AlertSeverity}),
        MappingProxyType({one: rows.snooze[one][0] for one in AlertSeverity}),
        MappingProxyType({one: rows.snooze[one][1] for one in AlertSeverity}),
        rows.override.hours,
    )


def _prove(documents: Iterable[Document], defaults: Defaults) -> Mapping[str, Rule]:
    found: dict[str, Rule] = {}
    seen: list[tuple[Document, int, RuleRow]] = []
    for document in documents:
        rows = read_rows(document, RuleRows, document.data)
        for place, row in enumerate(rows.rules):
            if row.id in found:
                raise _error(document, place, "id", f"{row.id} stands twice")
            found[row.id] = _rule(row, defaults)
            seen.append((document, place, row))
    if LATE not in found:
        raise DefinitionError(seen[-1][0].file, 0, f"no rule is {LATE}: late limits need it")
    for document, place, row in seen:
        fault = _hiding_fault(row, found)
        if fault:
            raise _error(document, place, "suppressed_by", fault)
    return MappingProxyType(found)


def _hiding_fault(row: RuleRow, found: Mapping[str, Rule]) -> str:
    """What is wrong with the rules that hide one; empty where nothing is."""
    for upstream in row.suppressed_by:
        if upstream not in found or upstream == row.id:
            return f"{upstream!r} is no other rule's id"
    above, waiting = set[str](), list(row.suppressed_by)
    while waiting:
        one = waiting.pop()
        if one == row.id:
            return f"{row.id} and what hides it hide each other"
        if one in found and one not in above:
            above.add(one)
            waiting += found[one].suppressed_by
    return ""


def _rule(row: RuleRow, defaults: Defaults) -> Rule:
    return Rule(
        id=row.id,
        conditions=row.condition,
        severity=row.severity,
        roles=row.roles,
        stages=tuple(Stage(one.minutes, one.severity) for one in row.stages),
        params=MappingProxyType({name: one.value for name, one in row.params.items()}),
        suppressed_by=row.suppressed_by,
        grouped=row.grouped,
        definition=AlertRule(
            id=row.id,
            title=MappingProxyType({"en": row.title.en, "zh": row.title.zh}),
            action=MappingProxyType({"en": row.action.en, "zh": row.action.zh}),
            ladder=_ladder(row, defaults),
            action_minutes=defaults.action,
            snooze_minutes=defaults.snooze,
            snooze_times=defaults.snoozes,
            override_hours=defaults.override_hours,
            silent=row.silent,
            source=row.source,
        ),
    )


def _ladder(row: RuleRow, defaults: Defaults) -> Mapping[AlertSeverity, tuple[Rung, ...]]:
    first = Rung(0, row.roles)
    rungs = {**defaults.ladder, **row.ladder}
    return MappingProxyType({severity: (first, *rungs[severity]) for severity in AlertSeverity})


def _error(document: Document, place: int, key: str, reason: str) -> DefinitionError:
    return document.error(Fault(("rules", place, key), f"{key}: {reason}"))
