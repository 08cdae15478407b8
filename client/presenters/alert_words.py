"""What an alert says, in the language of the settings: what is wrong, about what, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from client.presenters.cells import Weight
from client.presenters.formats import NO_BREAK
from client.presenters.titles import order_line, step_name
from domain.alerts import EVIDENCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from client.presenters.formats import Formats
    from client.presenters.titles import Names
    from domain.alerts import Alert, AlertRule
    from domain.loops.loops import Loops
    from domain.services.alert_lists import AlertItem

MANY_STEPS: Final = frozenset({"X-LATE", "T-13"})
"""Rules that speak for the limits of several steps: they say which one is late."""
_FACTS: Final = ("news2", "last", "score")
"""Numbers of an alert's evidence that have a word: `alert_list.fact_news2`."""


class AlertWords:
    """The words of alerts in one language.

    Attributes:
        formats: of the ward where the patients lie.
        names: what codes of catalogues are called.
    """

    def __init__(self, formats: Formats, names: Names, loops: Loops) -> None:
        self._formats = formats
        self._names = names
        self._loops = loops

    def wrong(self, item: AlertItem) -> str:
        """What is wrong, about what, by which value; and what else this alert stands for."""
        texts = self._formats.texts
        words = self._title(item)
        about = self._about(item)
        if about:
            words = texts("alert_list.about", what=words, about=about)
        facts = "; ".join(self._facts(item.alert))
        if facts:
            words = texts("alert_list.with", what=words, facts=facts)
        others = "; ".join(self.title_of(rule) for rule in item.stands_for)
        return texts("alert_list.also", what=words, others=others) if others else words

    def to_do(self, rule: AlertRule | None) -> str:
        """What to do about it."""
        return "" if rule is None else rule.action[self._formats.texts.language]

    def title_of(self, rule: AlertRule) -> str:
        """The title of a rule."""
        return rule.title[self._formats.texts.language]

    def _title(self, item: AlertItem) -> str:
        alert = item.alert
        title = alert.key.rule if item.rule is None else self.title_of(item.rule)
        if alert.key.rule not in MANY_STEPS or alert.step is None or alert.limit is None:
            return title
        # the step of a sub-loop stands in another file than its order's loop
        found = (loop.find_step(alert.step) for loop in self._loops)
        step = next((one for one in found if one is not None), None)
        name = alert.step if step is None else f"{step.no} {step_name(step, self._formats)}"
        return f"{title} ({name})"

    def _about(self, item: AlertItem) -> str:
        """The order; of a card all of its members, each once, as often as it is there."""
        if item.row.order_fields:
            return self._line(item.row.order_fields)
        lines = [self._line(fields) for fields in item.members]
        return "; ".join(dict.fromkeys(line for line in lines if line))

    def _line(self, fields: Mapping[str, object]) -> str:
        runs = order_line(fields, {}, names=self._names, formats=self._formats)
        said = [run.text for run in runs if run.weight not in {Weight.LABEL, Weight.MUTED}]
        return " ".join(one for one in said if one).replace(NO_BREAK, " ")

    def _facts(self, alert: Alert) -> Iterable[str]:
        texts = self._formats.texts
        for name in _FACTS:
            if name in alert.evidence:
                yield texts(f"alert_list.fact_{name}", n=alert.evidence[name])
        name, _, value = alert.evidence.get(EVIDENCE, "").partition(" ")
        if name:
            key = f"analyte.{name}"
            yield f"{texts(key) if texts.has(key) else name} {value}"
