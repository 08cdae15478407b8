"""The limit rules of the medication loop in the words of three other rule engines.

Each is asked at its fastest: facts are made and converted before time is taken, programs are
compiled before, and one question answers all rules of a stream where the engine can do that.
"""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from rules.alerts.rule import Rule

    Facts = dict[str, Any]
    Answers = list[str]
    Lane = tuple[Callable[[Facts], object], Callable[[Any], Answers]]

# no dependency of this project: without stubs, and often not there
cel, clips, zen = map(import_module, ("cel", "clips", "zen"))
COLUMNS: Final = ("STAT", "URGENT", "ROUTINE")
LOOP: Final = "medication"


def severities(rule: Rule) -> dict[str, str]:
    """The severity of a rule for each priority; none where it is off."""
    return {
        name: severity.value
        for name, severity in zip(COLUMNS, rule.severity, strict=True)
        if severity is not None
    }


def _held(rule: Rule, both: str) -> str:
    """Five conditions, as an expression that both languages read."""
    rest = '""'
    for priority, severity in severities(rule).items():
        rest = f'(priority == "{priority}" ? "{rule.id} {severity}" : {rest})'
    return (
        f'(process == "{LOOP}" {both} limit == "{rule.id}" {both} running'
        f' {both} now >= at ? {rest} : "")'
    )


def _found(answers: Iterable[str]) -> Answers:
    return [one for one in answers if one]


# ---------------------------------------------------------------- common-expression-language
def cel_lane(rules: Iterable[Rule]) -> Lane:
    """One program for all rules; its facts stand in a context already."""
    program = cel.compile(f"[{', '.join(_held(rule, '&&') for rule in rules)}]")
    return cel.Context, lambda context: _found(program.execute(context))


# ---------------------------------------------------------------- zen-engine
def zen_expression_lane(rules: Iterable[Rule]) -> Lane:
    """One compiled expression for all rules."""
    program = zen.compile_expression(f"[{', '.join(_held(rule, 'and') for rule in rules)}]")
    return dict, lambda facts: _found(program.evaluate(facts))


def zen_table_lane(rules: Iterable[Rule]) -> Lane:
    """One decision table, its content compiled before and given by a loader."""
    content = zen.ZenDecisionContent(json.dumps(_table(rules)))
    engine = zen.ZenEngine({"loader": lambda _key: content})

    def ask(facts: Facts) -> Answers:
        return [row["told"] for row in engine.evaluate("rules", facts)["result"]]

    return dict, ask


def _table(rules: Iterable[Rule]) -> Mapping[str, object]:
    inputs = ("process", "limit", "priority", "running", "now - at")
    columns = [
        {"id": f"i{place}", "name": name, "field": name, "type": "expression"}
        for place, name in enumerate(inputs)
    ]
    rows: list[dict[str, str]] = []
    for rule in rules:
        for priority, severity in severities(rule).items():
            wanted = (f'"{LOOP}"', f'"{rule.id}"', f'"{priority}"', "true", ">= 0")
            row = {f"i{place}": cell for place, cell in enumerate(wanted)}
            rows.append({"_id": f"r{len(rows)}", "o0": f'"{rule.id} {severity}"', **row})
    told = {"id": "o0", "name": "told", "field": "told", "type": "expression"}
    body = {"hitPolicy": "collect", "inputs": columns, "outputs": [told], "rules": rows}
    place = {"x": 0, "y": 0}
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in", "position": place},
        {"id": "t", "type": "decisionTableNode", "name": "t", "position": place, "content": body},
        {"id": "out", "type": "outputNode", "name": "out", "position": place},
    ]
    edges = [
        {"id": "a", "type": "edge", "sourceId": "in", "targetId": "t"},
        {"id": "b", "type": "edge", "sourceId": "t", "targetId": "out"},
    ]
    return {"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges}


# ---------------------------------------------------------------- clipspy
_TEMPLATE: Final = (
    "(deftemplate stream (slot process) (slot limit) (slot priority) (slot running) (slot now)"
    " (slot at))"
)


def clips_lane(rules: Iterable[Rule]) -> Lane:
    """A network of rules: a fact is asserted, the network runs, the fact is retracted."""
    environment = clips.Environment()
    environment.build("(defglobal ?*told* = (create$))")
    environment.build(_TEMPLATE)
    for rule in rules:
        for priority, severity in severities(rule).items():
            environment.build(
                f"(defrule {rule.id}-{priority} (stream (process {LOOP}) (limit {rule.id})"
                f" (priority {priority}) (running TRUE) (now ?now) (at ?at&:(>= ?now ?at)))"
                f' => (bind ?*told* (create$ ?*told* "{rule.id} {severity}")))'
            )
    told = environment.find_global("told")

    def ask(fact: str) -> Answers:
        kept = environment.assert_string(fact)
        answers: Answers = []
        if environment.run():
            answers = list(told.value)
            told.value = ()
        kept.retract()
        return answers

    return _asserted, ask


def _asserted(facts: Facts) -> str:
    slots = (
        f"({name} {str(value).upper() if isinstance(value, bool) else value})"
        for name, value in facts.items()
    )
    return f"(stream {' '.join(slots)})"


LANES: Final = {
    "zen table": zen_table_lane,
    "zen expression": zen_expression_lane,
    "cel": cel_lane,
    "clips": clips_lane,
}
