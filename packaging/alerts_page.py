"""What each alert rule says: `docs/alerts.md`, written from the rule files and the loop files.

Usage: `python packaging/alerts_page.py` checks; `--write` writes the page.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from domain.alerts import AlertSeverity  # noqa: E402 - the program is found by the line above
from domain.people import ALIASES, Role  # noqa: E402 - as above
from rules.alerts.loader import load_rules  # noqa: E402 - as above
from rules.alerts.registry import CONDITIONS, LimitCondition  # noqa: E402 - as above
from rules.loops.loader import load_loops  # noqa: E402 - as above

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from domain.alerts import AlertRule, Rung
    from rules.alerts.rule import Rule

PAGE: Final = ROOT / "docs" / "alerts.md"
SHORT: Final[Mapping[Role, str]] = {role: code for code, role in ALIASES.items()}
SETTLED: Final = ROOT / "packaging" / "alerts_settled.toml"
"""Where the specification left something open, and how it was settled."""


def page() -> str:
    """The page as it should stand."""
    rules = load_rules().rules
    lines = [
        "# Alert rules",
        "",
        "Written by `packaging/alerts_page.py --write` from `rules/alerts/*.toml`.",
        "The minutes of limits stand in the loop files; this page names them.",
        "",
        f"{len(rules)} rules. A rule is raised when one of its conditions holds, and resolved",
        "when none does. Severities stand as STAT / URGENT / ROUTINE.",
        "",
        *_table(
            "rule | says | severity | first | climbs | holds by | hidden by | source",
            (_row(rule) for rule in rules.values()),
        ),
        *_section("When an alert speaks again"),
        "Nobody closes an alert: what it asks for resolves it. Who acknowledges it, puts it off or",
        "lets it be makes it quiet for a time. Before that time it comes back once it is twice as",
        "late, when it grows graver, and when a new result bears on its cause.",
        "",
        *_table(
            "severity | acknowledged: minutes | put off: minutes, times | let be: hours",
            (_quiet(one, rules["X-LATE"].definition) for one in AlertSeverity),
        ),
        *_section("Silent: no source yet"),
        "Raised and counted where their facts are given, shown to nobody.",
        "",
        *_table("rule | why", (_silent(one) for one in rules.values() if one.silent)),
        *_section("Limits and their rules"),
        *_table("rule | limits", ((rule, ", ".join(row)) for rule, row in _limits().items())),
        *_section("Conditions and the facts that they read"),
        *_table("condition | facts", (_facts(name) for name in sorted(CONDITIONS))),
        *_section("What was left open, and how it is settled"),
        *_table("matter | settled", ((row["matter"], row["how"]) for row in _settled())),
    ]
    return "\n".join(lines) + "\n"


def _section(title: str) -> tuple[str, ...]:
    return ("", f"## {title}", "")


def _table(head: str, rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {head} |"
    yield "|" + " --- |" * (head.count("|") + 1)
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _quiet(severity: AlertSeverity, rule: AlertRule) -> tuple[str, ...]:
    longest, times = rule.snooze_minutes[severity], rule.snooze_times[severity]
    return (
        severity.value,
        str(rule.action_minutes[severity]),
        f"{longest}, {times}" if times else "never",
        f"{rule.override_hours}{', by two' if severity is AlertSeverity.S1 else ''}",
    )


def _silent(rule: Rule) -> tuple[str, ...]:
    return rule.id, rule.definition.silent


def _facts(name: str) -> tuple[str, ...]:
    return name, ", ".join(CONDITIONS[name].facts)


def _settled() -> list[dict[str, str]]:
    rows: list[dict[str, str]] = tomllib.loads(SETTLED.read_text(encoding="utf-8"))["settled"]
    return rows


def _row(rule: Rule) -> tuple[str, ...]:
    words = rule.definition
    return (
        rule.id,
        f"{words.title['en']}. {words.action['en']}<br>{words.title['zh']}。{words.action['zh']}",
        _severity(rule),
        _roles(rule.roles),
        _ladder(rule),
        _conditions(rule),
        ", ".join(rule.suppressed_by) or "–",
        words.source,
    )


def _severity(rule: Rule) -> str:
    steps = [one.value if one else "off" for one in rule.severity]
    found = steps[0] if len(set(steps)) == 1 else " / ".join(steps)
    stages = ", ".join(f"{one.severity.value} at {one.minutes}" for one in rule.stages)
    return f"{found} ({stages})" if stages else found


def _ladder(rule: Rule) -> str:
    used = dict.fromkeys(one for one in rule.severity if one is not None)
    used |= dict.fromkeys(one.severity for one in rule.stages)
    found = [_rungs(one, rule.definition.ladder[one]) for one in used]
    return "; ".join(one for one in found if one) or "–"


def _rungs(severity: AlertSeverity, rungs: Iterable[Rung]) -> str:
    later = [f"{rung.after_minutes} {_roles(rung.roles)}" for rung in rungs if rung.after_minutes]
    return f"{severity.value}: {' → '.join(later)}" if later else ""


def _conditions(rule: Rule) -> str:
    params = [f"{name} {value}" for name, value in rule.params.items()]
    grouped = [f"one per {rule.grouped}"] if rule.grouped else []
    return "; ".join([*(f"`{name}`" for name in rule.conditions), *params, *grouped])


def _roles(roles: Iterable[Role]) -> str:
    return " ".join(SHORT[role] for role in roles)


def _limits() -> dict[str, list[str]]:
    """The limits and questions of all loops by the rules that read them."""
    readers: dict[str, list[str]] = {}
    for rule in load_rules().rules.values():
        for name in rule.conditions:
            condition = CONDITIONS[name]
            if isinstance(condition, LimitCondition):
                for named in condition.of or (rule.id,):
                    readers.setdefault(named, []).append(rule.id)
    found: dict[str, list[str]] = {}
    for loop in load_loops():
        rows = [(one.rule, one.id) for one in loop.limits]
        rows += [(one.rule, one.code) for one in loop.returns if one.rule]
        for named, limit in rows:
            for reader in readers[named]:
                found.setdefault(reader, []).append(limit)
    return dict(sorted(found.items()))


def main() -> int:
    """Check or write the page; 1 where it is not current."""
    if "--write" in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == page():
        return 0
    sys.stderr.write("docs/alerts.md is not current: packaging/alerts_page.py --write\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
