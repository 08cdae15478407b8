"""The step dialog as values: what a person entered, what is missing, and the command it means."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from domain.errors import InvalidInput
from domain.quantities import parse_decimal, parse_quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from client.presenters.formats import Formats
    from client.presenters.step_form import Input, StepForm
    from client.texts import Texts
    from domain.findings import Finding
    from domain.ids import CommandId

RETRO_AFTER: Final = timedelta(minutes=15)
"""What is entered later than this after it happened needs a reason (screens.md 3.6)."""
NOSCAN: Final = (
    "band_damaged",
    "band_missing",
    "label_damaged",
    "no_code",
    "scanner_down",
    "emergency",
)
_TIME: Final = 2


@dataclass(frozen=True, slots=True)
class Scanned:
    """A code that was read and passed: what it is, as shown."""

    code: str
    band: bool
    at: datetime
    words: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person has entered so far.

    Attributes:
        values: field -> text as typed or code as chosen; `yes`, `no` for a bool.
        clock: the time as typed, `08:05`; empty for now.
        overrides: check -> reason; `seconds`: check -> user name.
    """

    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    result: str = ""
    witness: str = ""
    co_signer: str = ""
    clock: str = ""
    reason: str = ""
    noscan: str = ""
    scans: tuple[Scanned, ...] = ()
    overrides: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    seconds: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def scan(self, *, band: bool) -> Scanned | None:
        """The last wristband, or the last item, that was scanned."""
        return next((one for one in reversed(self.scans) if one.band is band), None)


def first_draft(form: StepForm) -> Draft:
    """What stands in a form when it opens: the amounts that were ordered."""
    return Draft(MappingProxyType({one.name: one.value for one in form.inputs if one.value}))


# ---------------------------------------------------------------- the command
def event_time(draft: Draft, *, now: datetime, formats: Formats) -> datetime | None:
    """When it happened: now, or a clock time of the last 24 hours; None where none can be read."""
    if not draft.clock.strip():
        return now
    parts = draft.clock.strip().replace("：", ":").split(":")
    if len(parts) != _TIME or not all(part.isdigit() for part in parts):
        return None
    hour, minute = (int(part) for part in parts)
    if hour > 23 or minute > 59:  # noqa: PLR2004 - a clock has 24 hours
        return None
    local = now.astimezone(formats.zone).replace(hour=hour, minute=minute, second=0, microsecond=0)
    if local > now:
        local -= timedelta(days=1)
    return local.astimezone(UTC)


def is_retro(draft: Draft, *, now: datetime, formats: Formats) -> bool:
    """Whether it is entered so late that it needs a reason."""
    at = event_time(draft, now=now, formats=formats)
    return at is not None and now - at > RETRO_AFTER


def command_line(
    form: StepForm, draft: Draft, *, command: CommandId, now: datetime, formats: Formats
) -> dict[str, object]:
    """The JSON object of `step record` that a form and a draft mean.

    Raises:
        InvalidInput: a field cannot be read; `problem` says so before.
    """
    line: dict[str, object] = {"command_id": command, "order": form.order}
    if form.task is not None:
        line["task"] = form.task
    line |= {"exit": form.exit_id, "code": form.exit_code} if form.is_exit else {"step": form.step}
    if draft.result:
        line["result"] = draft.result
    evidence = {
        one.name: read_value(one, draft.values[one.name], now=now, formats=formats)
        for one in form.inputs
        if draft.values.get(one.name, "").strip()
    }
    if draft.noscan:
        evidence["noscan_reason"] = draft.noscan
    at = event_time(draft, now=now, formats=formats)
    if draft.clock.strip() and at is not None:
        line["at"] = at.isoformat()
    if is_retro(draft, now=now, formats=formats):
        line["source"] = "retro"
    said_reason = draft.reason or str(evidence.get("reason", ""))
    people = {"reason": said_reason, "witness": draft.witness, "co_signer": draft.co_signer}
    line |= {name: value.strip() for name, value in people.items() if value.strip()}
    line |= {"evidence": evidence, "scans": [one.code for one in draft.scans]}
    line["override"] = [_override(check, draft) for check in draft.overrides]
    return line


def _override(check: str, draft: Draft) -> dict[str, str]:
    second = draft.seconds.get(check, "").strip()
    given = {"check": check, "reason": draft.overrides[check].strip()}
    return given | ({"second": second} if second else {})


def read_value(  # noqa: PLR0911 - one arm a type
    one: Input, text: str, *, now: datetime, formats: Formats
) -> object:
    """What was typed or chosen, as the journal keeps it.

    Raises:
        InvalidInput: it cannot be read; the message is in the language of the screen.
    """
    text = text.strip()
    match one.kind:
        case "bool":
            return text == "yes"
        case "integer":
            return _whole(one, text, formats.texts)
        case "decimal":
            return _number(one, text, formats.texts)
        case "quantity":
            return _amount(one, text, formats.texts)
        case "codes":
            return [part.strip() for part in text.replace("，", ",").split(",") if part.strip()]
        case "date":
            return _day(one, text, formats.texts)
        case "instant":
            return _instant(one, text, now, formats)
        case _:
            return text


def _wrong(one: Input, right: str, texts: Texts) -> InvalidInput:
    return InvalidInput(one.name, texts(f"step.right_{right}"))


def _whole(one: Input, text: str, texts: Texts) -> int:
    if not text.isdecimal():
        raise _wrong(one, "whole", texts)
    return int(text)


def _number(one: Input, text: str, texts: Texts) -> str:
    try:
        return format(parse_decimal(one.name, text.replace(",", "")), "f")
    except InvalidInput:
        raise _wrong(one, "number", texts) from None


def _amount(one: Input, text: str, texts: Texts) -> dict[str, str]:
    """A number in the unit of the field; where it has none, the unit is typed too."""
    if one.unit:
        return {"value": _number(one, text, texts), "unit": one.unit}
    try:
        return parse_quantity(one.name, text).to_json()
    except InvalidInput:
        raise _wrong(one, "amount", texts) from None


def _day(one: Input, text: str, texts: Texts) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise _wrong(one, "date", texts) from None


def _instant(one: Input, text: str, now: datetime, formats: Formats) -> str:
    """`14:05` of today, or `2026-11-30 14:05`, on the ward's clock."""
    day, _, clock = text.rpartition(" ")
    today = now.astimezone(formats.zone).date().isoformat()
    try:
        local = datetime.fromisoformat(f"{day or today} {clock}").replace(tzinfo=formats.zone)
    except ValueError:
        raise _wrong(one, "time", formats.texts) from None
    return local.isoformat()


# ---------------------------------------------------------------- what is still missing
def problem(
    form: StepForm,
    draft: Draft,
    findings: Iterable[Finding],
    *,
    now: datetime,
    formats: Formats,
) -> str:
    """The first thing that still keeps the form from being recorded; empty where nothing does."""
    texts = formats.texts
    steps = (
        _unscanned(form, draft, texts),
        _unread(form, draft, now, formats),
        _unanswered(findings, draft, texts),
        _late_unsaid(draft, now, formats),
        _persons(form, draft, texts),
    )
    return next((one for one in steps if one), "")


def _unscanned(form: StepForm, draft: Draft, texts: Texts) -> str:
    if draft.noscan:
        return ""
    if form.band and draft.scan(band=True) is None:
        return texts("step.need_band")
    if form.item and draft.scan(band=False) is None:
        return texts("step.need_item", item=form.item_word)
    return ""


def _unread(form: StepForm, draft: Draft, now: datetime, formats: Formats) -> str:
    texts = formats.texts
    if form.results and not draft.result:
        return texts("step.need_result")
    for one in form.inputs:
        text = draft.values.get(one.name, "").strip()
        if not text and one.required:
            return texts("step.need_field", label=one.label)
        try:
            if text:
                read_value(one, text, now=now, formats=formats)
        except InvalidInput as error:
            return texts("step.wrong_field", label=one.label, right=error.message)
    return ""


def _unanswered(findings: Iterable[Finding], draft: Draft, texts: Texts) -> str:
    for finding in findings:
        what = finding_words(finding, texts)
        if finding.severity.value == "stop":
            return texts("step.need_stop", what=what)
        if not finding.blocks:
            continue
        if not draft.overrides.get(finding.check, "").strip():
            return texts("step.need_reason", what=what)
        if finding.severity.value == "second_person" and not draft.seconds.get(finding.check):
            return texts("step.need_second", what=what)
    return ""


def _late_unsaid(draft: Draft, now: datetime, formats: Formats) -> str:
    if event_time(draft, now=now, formats=formats) is None:
        return formats.texts("step.wrong_time")
    if is_retro(draft, now=now, formats=formats) and not draft.reason.strip():
        return formats.texts("step.need_retro")
    return ""


def _persons(form: StepForm, draft: Draft, texts: Texts) -> str:
    if form.needs_co_signer(draft.result) and not draft.co_signer.strip():
        return texts("step.need_co_signer")
    if form.needs_witness(draft.result) and not draft.witness.strip():
        return texts("step.need_witness")
    return ""


_NOT_SAID: Final[Mapping[str, str]] = dict.fromkeys(
    ("drug", "other", "substance", "most", "per", "advice_zh", "rule_zh", "limit_zh", "ordered",
     "minutes", "observation", "signs", "values", "level", "route", "days", "taken", "version",
     "stopped_zh", "when_zh"),
    "",
)  # fmt: skip
"""What a text may name and a finding need not say."""


def finding_words(finding: Finding, texts: Texts) -> str:
    """What was found, in the language of the screen where it has words there.

    A check's own sentence is English and says most; other languages say it by its name and values.
    """
    key = f"finding.{finding.check}.{finding.severity.value}"
    if texts.has(key):
        return texts(key)
    general = f"finding.{finding.check}"
    if texts.language == "en" or not texts.has(general):
        return finding.message
    words = texts(general, **{**_NOT_SAID, **dict(finding.params)}).strip(" :,")
    if finding.message.startswith("not checked"):
        words = texts("finding.not_checked", what=words)
    return texts("finding.draft_rule", what=words) if finding.draft else words
