"""What a step or an exit asks for, from the loop file: fields, results, scans, second persons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from client.presenters.step_actions import act_of, place_of, role_words
from client.presenters.titles import choice_word, result_word, said, step_name, words_of
from domain.errors import InvalidInput
from domain.loops.meanings import meaning_of
from domain.loops.persons import witness_needed
from domain.quantities import parse_quantity

if TYPE_CHECKING:
    from client.presenters.formats import Formats
    from client.texts import Texts
    from domain.ids import OrderId, TaskId
    from domain.loops.applies import Place
    from domain.loops.case import Case
    from domain.loops.definition import FieldType, FieldUse, Step
    from domain.loops.loops import Loops
    from domain.quantities import Quantity

_BAND: Final = "right_patient"
_ITEM: Final = "right_item"
_PREFILLED: Final = ("dose", "rate", "amount")


@dataclass(frozen=True, slots=True)
class Choice:
    """A word to choose: its code and how it reads."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Input:
    """One field of a form.

    Attributes:
        kind: the field's type, as `fields.toml` names it.
        choices: the codes that are right; empty: typed.
        unit: the UCUM unit that a quantity is entered in; empty where it is part of what is typed.
        value: what stands in it at first, from the order.
    """

    name: str
    label: str
    kind: str
    required: bool
    choices: tuple[Choice, ...] = ()
    unit: str = ""
    unit_words: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class StepForm:
    """What a step (or an exit) asks for.

    Attributes:
        step: the number that is recorded; empty for an exit.
        exit_code: the row of an exit; empty for a step.
        witness: for which results a second person is needed; None for never, empty for all.
        blind: the second person does not see what the first one entered.
        co_signer: as `witness`, for a patient or relative.
        band: whether the wristband is scanned; `item`: whether the item is.
        meaning: what a signature under it stands for; empty where it is not signed.
    """

    order: OrderId
    task: TaskId | None
    step: str
    title: str
    inputs: tuple[Input, ...] = ()
    results: tuple[Choice, ...] = ()
    witness: tuple[str, ...] | None = None
    witness_roles: str = ""
    blind: bool = False
    co_signer: tuple[str, ...] | None = None
    band: bool = False
    item: bool = False
    item_word: str = ""
    exit_code: str = ""
    exit_id: str = ""
    meaning: str = ""

    @property
    def is_exit(self) -> bool:
        """Whether it ends the task without its normal close."""
        return bool(self.exit_code)

    def needs_witness(self, result: str) -> bool:
        """Whether a second person is needed for a result."""
        return self.witness is not None and (not self.witness or result in self.witness)

    def needs_co_signer(self, result: str) -> bool:
        """Whether a patient or relative signs too."""
        return self.co_signer is not None and (not self.co_signer or result in self.co_signer)


def step_form(
    loops: Loops, case: Case, task: TaskId | None, no: str, *, formats: Formats
) -> StepForm:
    """The form of a step, with those that are one act with it.

    Raises:
        KeyError: the loop has no such step.
    """
    place = place_of(loops, case, task)
    steps = tuple(place.loop.steps[one] for one in act_of(place, no))
    shown = place.loop.steps[no]
    main = next((step for step in steps if step.results), shown)
    names = {name for step in steps for name in step.checks}
    witness = _witness(steps[0], place)
    signer = steps[0].co_signer
    meanings = (meaning_of(step) for step in steps)
    meaning = next((one.value for one in meanings if one is not None), "")
    return StepForm(
        order=case.order.id,
        task=None if place.task is None else place.task.id,
        step=main.no,
        title=step_name(shown, formats),
        inputs=_inputs(steps, place, loops, formats),
        results=tuple(Choice(one, result_word(one, formats.texts)) for one in main.results),
        witness=witness,
        witness_roles=_roles(steps[0], formats.texts) if witness is not None else "",
        blind=steps[0].witness is not None and steps[0].witness.blind,
        co_signer=None if signer is None else signer.results,
        band=_BAND in names,
        item=_ITEM in names,
        item_word=words_of(place.loop, "step.item", loops, formats.texts),
        meaning=meaning,
    )


def exit_form(loops: Loops, case: Case, task: TaskId, code: str, *, formats: Formats) -> StepForm:
    """The form of an exit.

    Raises:
        StopIteration: the loop has no exit of this code.
    """
    place = place_of(loops, case, task)
    row = next(one for one in place.loop.exits if one.code == code)
    needed = row.witness is not None and witness_needed(row.witness, place, None)
    return StepForm(
        order=case.order.id,
        task=task,
        step="",
        title=said(row.text, formats),
        inputs=tuple(_input(use, loops.fields[use.name], place, formats) for use in row.fields),
        witness=() if needed else None,
        witness_roles="" if row.witness is None else role_words(row.witness.by, formats.texts),
        exit_code=row.code,
        exit_id=row.id,
    )


def _witness(step: Step, place: Place) -> tuple[str, ...] | None:
    if step.witness is None:
        return None
    always = witness_needed(step.witness, place, None)
    if step.witness.results:
        needed = any(witness_needed(step.witness, place, one) for one in step.witness.results)
        return step.witness.results if needed else None
    return () if always else None


def _roles(step: Step, texts: Texts) -> str:
    return "" if step.witness is None else role_words(step.witness.by, texts)


def _inputs(
    steps: tuple[Step, ...], place: Place, loops: Loops, formats: Formats
) -> tuple[Input, ...]:
    uses: dict[str, FieldUse] = {}
    for use in (use for step in steps for use in step.fields):
        known = uses.get(use.name)
        uses[use.name] = use if known is None or known.optional else known
    return tuple(_input(use, loops.fields[name], place, formats) for name, use in uses.items())


def _input(use: FieldUse, kind: FieldType, place: Place, formats: Formats) -> Input:
    texts = formats.texts
    label = said(kind.text, formats)
    choices = tuple(Choice(one, choice_word(kind.name, one, texts)) for one in kind.choices)
    if kind.type == "bool":
        choices = (Choice("yes", texts("choice.yes")), Choice("no", texts("choice.no")))
    unit, value = kind.unit, ""
    ordered = _ordered(use.name, place) if kind.type == "quantity" and not unit else None
    if ordered is not None:
        unit = ordered.unit
        value = format(ordered.value, "f") if use.name in _PREFILLED else ""
    return Input(
        name=use.name,
        label=label if not use.optional else texts("step.optional", label=label),
        kind=kind.type,
        required=not use.optional,
        choices=choices,
        unit=unit,
        unit_words=formats.unit(unit) if unit else "",
        value="" if use.optional and use.name != "rate" else value,
    )


def _ordered(name: str, place: Place) -> Quantity | None:
    """The amount that was ordered: the rate for a rate, the dose for everything else."""
    fields = dict(place.order.fields) | ({} if place.task is None else dict(place.task.fields))
    value = fields.get("rate" if name == "rate" else "dose")
    try:
        return None if value is None else parse_quantity(name, value)
    except InvalidInput:
        return None
