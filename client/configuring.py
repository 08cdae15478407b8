"""What decides, and its hash: profile, wards, and the site's files that are in force at an instant.

Of a site file with `effective_from` in the future only the head is read; it takes no part until
then. The hash covers all that decides: loops, alert rules, the model of risk, knowledge, the
hospital's lists, wards and time zone; not where the database is. It stands in the journal
(`ConfigurationTaken`) and on every event, score and alert.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from domain.errors import InvalidInput
from domain.loops.checks import IDENTITY_CHECKS
from domain.loops.outlook import outlooks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from client.settings import Settings
    from domain.clinical import Clinical
    from domain.loops.case import Case
    from domain.loops.loops import Loops
    from domain.ports import Reads
    from domain.worklists import Outlook
    from rules.alerts.loader import RuleTable
    from rules.knowledge.tables import Knowledge
    from rules.order_risks import FindRisks, Risks
    from rules.risk_table import RiskModel
    from rules.rulebook import Rules
    from rules.site import ListRows, Site


@dataclass(frozen=True, slots=True)
class Configuration:
    """All that decides, at an instant.

    Attributes:
        settings: with those of its site files that are in force, and no others.
        sha256: of all that decides.
        table: the alert rules as they were read, for the site and its wards.
        summary: what the journal says of it to a reader.
        until: when another site file comes into force; None: none is waiting.
    """

    settings: Settings
    loops: Loops
    rules: Rules
    table: RuleTable
    lists: ListRows
    sha256: str
    summary: str
    until: datetime | None

    def knowledge(self) -> Knowledge:
        """The clinical knowledge; read when it is asked for: most commands ask for none."""
        return read_knowledge(self.settings)


def configuration(settings: Settings, now: datetime) -> Configuration:
    """What decides at an instant.

    Raises:
        InvalidInput: a file or folder that the settings name is not there.
        DefinitionError: a loop, rule or site file is wrong, in force or not: file, line, reason.
    """
    from rules.rulebook import Rules
    from rules.site import in_force, lists_of, next_change
    from rules.site_handover import quiet_of

    sites = read_sites(settings)
    held = in_force(sites, now)
    used = settings.model_copy(update={"site": tuple(site.path for site in held)})
    loops = read_loops(used)
    table, model = _rules(held)
    sha256 = _hash(used, loops, table, model, held)
    return Configuration(
        settings=used,
        loops=loops,
        rules=Rules(
            table,
            loops=loops,
            model=model,
            quiet=quiet_of(held, settings.time_zone),
            risks=_risks(used),
            sha256=sha256,
        ),
        table=table,
        lists=lists_of(held),
        sha256=sha256,
        summary="; ".join((f"profile {settings.profile}", *(f"[{one.summary}]" for one in held))),
        until=next_change(sites, now),
    )


def _risks(settings: Settings) -> FindRisks:
    """What prescribing checks say of active orders; knowledge is read when there is one."""
    knowledge = cache(lambda: read_knowledge(settings))

    def found(clinical: Clinical, now: datetime) -> Risks:
        from rules.checks.order_risks import order_risks

        return order_risks(clinical, now, knowledge())

    return found


def settings_in_force(settings: Settings, now: datetime) -> Settings:
    """The settings with those of its site files that are in force at an instant, and no others.

    Raises:
        InvalidInput: a file that the settings name is not there.
        DefinitionError: a site file's head is wrong: file, line, reason.
    """
    from rules.site import in_force

    held = in_force(read_sites(settings), now)
    return settings.model_copy(update={"site": tuple(site.path for site in held)})


def read_sites(settings: Settings) -> tuple[Site, ...]:
    """The site files that the settings name, in their order, in force or not yet.

    Raises:
        InvalidInput: a file is not there.
        DefinitionError: a file's head is wrong: file, line, reason.
    """
    _require("site", settings.site)
    if not settings.site:
        return ()
    from rules.site import read_site

    return tuple(read_site(path) for path in settings.site)


def read_loops(settings: Settings) -> Loops:
    """The loops of a site, with every check that they name.

    Raises:
        InvalidInput: a file or folder that the settings name is not there.
        DefinitionError: a file is wrong: file, line, reason.
    """
    from rules.checks.registry import CLINICAL, clinical_checks
    from rules.loops.loader import load_loops
    from rules.site import lists_of

    _require("site", settings.site)
    _require("loops", settings.loops)
    policy = lists_of(read_sites(settings)).blood_policy or ""
    knowledge = cache(lambda: read_knowledge(settings))
    return load_loops(
        profile=settings.profile,
        folders=settings.loops,
        overlays=settings.site,
        checks={**IDENTITY_CHECKS, **clinical_checks(knowledge, blood_policy=policy)},
        clinical_checks=CLINICAL,
    )


def read_knowledge(settings: Settings) -> Knowledge:
    """The clinical knowledge, as the site changes it.

    Raises:
        DefinitionError: a file is wrong: file, line, reason.
    """
    from rules.knowledge.loading import load_knowledge

    return load_knowledge(overlays=settings.site)


def outlook_of(loops: Loops, reads: Reads) -> Callable[[Case], Mapping[str, Outlook]]:
    """What comes next on a case, by the loops as they hold where its patient lies."""

    def found(case: Case) -> Mapping[str, Outlook]:
        stay = reads.encounter(case.order.encounter_id) if loops.wards else None
        return outlooks(loops if stay is None else loops.for_ward(stay.ward), case)

    return found


def hash_of(settings: Settings, loops: Loops) -> str:
    """The hash of all that decides. Not of where the database is.

    Raises:
        DefinitionError: a rule or site file is wrong: file, line, reason.
    """
    sites = read_sites(settings)
    table, model = _rules(sites)
    return _hash(settings, loops, table, model, sites)


def _rules(sites: Sequence[Site]) -> tuple[RuleTable, RiskModel]:
    """The alert rules and the model of risk, as site files change them."""
    from rules.alerts.loader import load_rules
    from rules.risk_table import changed_model

    return (
        load_rules(overlays=[site.overlay for site in sites]),
        changed_model([site.document for site in sites]),
    )


def _hash(
    settings: Settings, loops: Loops, table: RuleTable, model: RiskModel, sites: Sequence[Site]
) -> str:
    from rules.site import lists_of
    from rules.site_handover import handovers_of

    said = {
        "profile": settings.profile,
        "time_zone": settings.time_zone,
        "wards": settings.wards,
        "loops": loops.sha256,
        "overlaid": {ward: own.sha256 for ward, own in sorted(loops.wards.items())},
        "rules": table.sha256,
        "risk": model.config_sha256,
        "knowledge": _knowledge_hash(sites),
        "lists": lists_of(sites).model_dump(),
        "handover": {ward: row.said for ward, row in sorted(handovers_of(sites).items())},
    }
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _knowledge_hash(sites: Iterable[Site]) -> str:
    """Of the shipped files' bytes and the sites' changes: reading the tables takes far longer."""
    from rules.knowledge.loading import SHIPPED
    from rules.knowledge.tables import MODELS

    said = hashlib.sha256()
    for name in MODELS:
        said.update((SHIPPED / f"{name}.toml").read_bytes())
    for site in sites:
        changes = site.document.data.get("knowledge", [])
        said.update(json.dumps(changes, sort_keys=True, default=str).encode())
    return said.hexdigest()


def _require(name: str, paths: Iterable[Path]) -> None:
    for path in paths:
        if not path.exists():
            raise InvalidInput(name, f"{path} is not there", right="a path that exists")
