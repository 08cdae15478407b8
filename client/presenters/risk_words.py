"""Why a patient has points, in words: each cause of the score by what a nurse would call it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from client.presenters.titles import short_line, step_name

if TYPE_CHECKING:
    from client.presenters.formats import Formats
    from client.presenters.titles import Names
    from client.texts import Texts
    from domain.alerts import AlertRule
    from domain.loops.loops import Loops
    from domain.ports import Reads, Rulebook
    from domain.situation import RiskCause, RiskScore, Stream

ANY_LIMIT: Final = "X-LATE"
"""The rule of limits that have none of their own: the step says what is late."""


def cause_words(
    risk: RiskScore,
    cause: RiskCause,
    *,
    about: About,
    rulebook: Rulebook | None,
    formats: Formats,
    ward: str = "",
) -> str:
    """One cause: what it is, and what it is about; of a late step what is late.

    Args:
        ward: where the patient lies: its own words of a rule.
    """
    texts = formats.texts
    book = rulebook if cause.domain == "L" else None
    rule = None if book is None else book.rule(cause.rule or "", ward)
    words = _late(cause, about, rule, formats) or _named(risk, cause, texts)
    subject = about.subject(cause.subject, formats)
    return texts("risk_cause.about", what=words, about=subject) if subject else words


def missing_words(risk: RiskScore, texts: Texts) -> str:
    """What is not known, in one sentence; empty where nothing is missing."""
    if not risk.missing:
        return ""
    names = texts("risk_cause.and").join(texts(f"risk_missing.{one}") for one in risk.missing)
    return texts("risk_cause.at_least", missing=names)


def _named(risk: RiskScore, cause: RiskCause, texts: Texts) -> str:
    key = f"risk_cause.{cause.cause}"
    if not texts.has(key):
        return cause.cause.replace("_", " ")
    score = risk.news2.get("score")
    n = (cause.rule or "").rpartition("_")[2]
    return texts(key, score="?" if score is None else score, n=n)


def _late(cause: RiskCause, about: About, rule: AlertRule | None, formats: Formats) -> str:
    if rule is None:
        return ""
    title = rule.title[formats.texts.language]
    step = about.late_step(cause, formats) if rule.id == ANY_LIMIT else ""
    words = f"{title} ({step})" if step else title
    worse = cause.cause == "open_step_deteriorating"
    return formats.texts("risk_cause.while_worse", what=words) if worse else words


class About:
    """What the causes of one stay are about: its open orders and tasks, by the names of things."""

    def __init__(
        self, reads: Reads, loops: Loops, streams: tuple[Stream, ...], names: Names
    ) -> None:
        self._reads = reads
        self._loops = loops
        self._streams = {one.id: one for one in streams}
        self._names = names

    def subject(self, subject: str | None, formats: Formats) -> str:
        """The product and its dose, the test, the examination; empty where nothing is known."""
        stream = self._streams.get(subject or "")
        if stream is None:
            return ""
        order = self._streams.get(stream.order)
        case = self._reads.case(stream.order) if order is None else None
        fields = order.fields if order is not None else {} if case is None else case.order.fields
        own = {} if stream.task is None else stream.fields
        return short_line(fields, own, names=self._names, formats=formats)

    def late_step(self, cause: RiskCause, formats: Formats) -> str:
        """The step whose limit has run out."""
        stream = self._streams.get(cause.subject or "")
        if stream is None:
            return ""
        loop = self._loops.get(stream.loop)
        found = (one.step for one in stream.deadlines if one.at == cause.since)
        step = loop.steps.get(next(found, ""))
        return "" if step is None else step_name(step, formats)
