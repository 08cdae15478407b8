"""From the rows of a loop file, proved, to the definition that the engine runs."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from types import MappingProxyType

from domain.loops.definition import (
    Child,
    CoSigner,
    Exit,
    FieldType,
    Limit,
    LoopDefinition,
    NextTaskAfter,
    NotBefore,
    NotSameAs,
    Return,
    Step,
    Text,
    Together,
    Witness,
)
from rules.loops.rows import (
    ChildRow,
    CoSignerRow,
    ExitRow,
    FieldRow,
    LimitRow,
    LoopRows,
    NotBeforeRow,
    NotSameAsRow,
    ReturnRow,
    StepRow,
    TextRow,
    WitnessRow,
)


def make_definition(rows: LoopRows) -> LoopDefinition:
    """The definition, without its hash."""
    return LoopDefinition(
        id=rows.id,
        prefix=rows.prefix,
        version=rows.version,
        text=_text(rows.text),
        unit=rows.task.unit,
        made_by=rows.task.making,
        order_fields=rows.order_fields,
        task_fields=rows.task_fields,
        common=MappingProxyType({act: row.by for act, row in rows.common.items()}),
        steps=MappingProxyType({row.no: _step(row) for row in rows.steps}),
        limits=tuple(_limit(row) for row in rows.limits),
        exits=tuple(_exit(row) for row in rows.exits),
        returns=tuple(_return(row) for row in rows.returns),
        children=tuple(_child(row) for row in rows.children),
        together=tuple(Together(row.steps, row.when) for row in rows.together),
        next_task_after=tuple(
            NextTaskAfter(row.step, row.after, row.when) for row in rows.next_task_after
        ),
    )


def make_fields(rows: Mapping[str, FieldRow]) -> dict[str, FieldType]:
    """The field types by name."""
    return {
        name: FieldType(name, row.type, _text(row), row.choices, row.unit, row.positive, row.most)
        for name, row in rows.items()
    }


def digest(value: object) -> str:
    """The SHA-256 of a value's canonical form: JSON, keys sorted, no spaces, UTF-8."""
    text = json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value


def _text(row: TextRow) -> Text:
    return Text(en=row.en, zh=row.zh)


def _step(row: StepRow) -> Step:
    short = None
    if row.short_en is not None and row.short_zh is not None:
        short = Text(en=row.short_en, zh=row.short_zh)
    return Step(
        no=row.no,
        id=row.id,
        level=row.at_level,
        by=row.by,
        text=_text(row),
        short=short,
        after=row.after,
        when=row.when,
        required=row.required,
        results=row.results,
        fields=row.fields,
        witness=_witness(row.witness),
        not_same_as=_not_same_as(row.not_same_as),
        co_signer=_co_signer(row.co_signer),
        sign=row.sign,
        activates=row.activates,
        afterwards=row.afterwards,
        starts=row.starts,
        closes=row.closes,
        reports=row.reports,
        per_version=row.per_version,
        valid=row.valid,
        checks=row.checks,
        batch=row.batch,
        repeats_until=row.repeats_until,
        on=row.on,
    )


def _witness(row: WitnessRow | None) -> Witness | None:
    return None if row is None else Witness(row.by, row.when, row.results, row.blind)


def _not_same_as(row: NotSameAsRow | None) -> NotSameAs | None:
    return None if row is None else NotSameAs(row.steps, row.when)


def _co_signer(row: CoSignerRow | None) -> CoSigner | None:
    return None if row is None else CoSigner(row.results)


def _not_before(row: NotBeforeRow | None) -> NotBefore | None:
    return None if row is None else NotBefore(row.origin, row.minutes)


def _limit(row: LimitRow) -> Limit:
    return Limit(
        id=row.id,
        origins=row.origins,
        to=row.to,
        rule=row.rule,
        within=row.within,
        window=row.window,
        per=row.per,
        cases=MappingProxyType(dict(row.cases)),
        at_most=row.at_most,
        or_before_due=row.or_before_due,
        window_class=row.window_class,
        when=row.when,
        answers=row.answers,
        source=row.source,
    )


def _exit(row: ExitRow) -> Exit:
    return Exit(
        code=row.code,
        id=row.id,
        by=row.by,
        text=_text(row),
        at=row.at,
        on=row.on,
        fields=row.fields,
        still=row.still,
        voids=row.voids,
        when=row.when,
        not_before=_not_before(row.not_before),
        witness=_witness(row.witness),
        sources=row.sources,
    )


def _return(row: ReturnRow) -> Return:
    return Return(
        code=row.code,
        on=row.on,
        text=_text(row),
        undo=row.undo,
        asks=row.asks or (),
        answers=row.answers,
        second=row.second or (),
        within=row.within,
        rule=row.rule or "",
        holds=row.holds,
        when=row.when,
    )


def _child(row: ChildRow) -> Child:
    return Child(
        code=row.code,
        on=row.on,
        makes=row.makes.removeprefix("loop:"),
        text=_text(row),
        by=row.by or (),
        blocks=row.blocks,
        when=row.when,
        keeps_clock=row.keeps_clock,
        sets=MappingProxyType(dict(row.sets)),
        due=row.due,
    )
