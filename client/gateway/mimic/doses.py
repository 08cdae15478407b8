"""Single doses by key (I3), what was not given (I4, I5), patches put on, assessed, taken off."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from client.gateway.mimic.acts import Act, Ending, Note, Occurrence, Step
from client.gateway.mimic.charting import Verb
from client.gateway.mimic.identities import task_id
from client.gateway.mimic.medication import Schedule, schedule_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from client.gateway.mimic.charted import Charted

DONE: Final = Step("M11", "complete")
PARTLY: Final = Step("M11", "partial")
ASSESSED: Final = Step("M14")
NOT_GIVEN: Final = Ending("not_given", "MX23")
HELD: Final = Ending("held", "MX08")

_ENDINGS: Final = {Verb.NOT_GIVEN: NOT_GIVEN, Verb.HELD: HELD}
_PUT_ON: Final = (Verb.APPLIED, Verb.RENEWED)
_TAKEN_OFF: Final = (Verb.REMOVED, Verb.RENEWED)
_AS_CHARTED: Final = Schedule()


def doses(charted: Sequence[Charted], schedule: Schedule) -> Iterator[Act]:
    """The acts of the single doses and patches of one order, from its rows in time order.

    A key is (administration type, due time), for patches also which side: on or off (X8). Each
    given row of a key is a task of its own. Its window is that of the pharmacy's row that it names:
    one order may have several (insulin at meals beside a sliding scale).

    Args:
        schedule: of the order, for rows that name none.
    """
    assessed = _assessments(charted)
    groups: dict[tuple[str, str, bool], list[Charted]] = defaultdict(list)
    for one in charted:
        if one.verb is not Verb.ASSESSED:
            for off in _sides(one):
                groups[(*one.key, off)].append(one)
    first = True
    for (kind, due, off), group in groups.items():
        given = [one for one in group if one.verb not in _ENDINGS]
        tasks = [
            _occurrence(
                one,
                seq,
                ("off" if off else kind, due),
                schedule=_AS_CHARTED if first else _schedule(one, schedule),
                fields=_fields(
                    first=first and not seq,
                    assessed=not off and one.row.emar_id in assessed,
                ),
            )
            for seq, one in enumerate(given or group[:1])
        ]
        first = False
        yield from _group_acts(group, given, tasks, off=off)
        for one, task in zip(given, tasks, strict=False):
            if not off:
                yield from _assessment_acts(assessed.get(one.row.emar_id, ()), task)
    yield from _unfounded(assessed)


def _sides(one: Charted) -> tuple[bool, ...]:
    if one.verb is Verb.RENEWED:
        return (True, False)
    return (one.verb is Verb.REMOVED or one.said.text == "Not Removed",)


def _schedule(one: Charted, of_order: Schedule) -> Schedule:
    return schedule_of(one.frequency) if one.frequency else of_order


def _fields(*, first: bool, assessed: bool) -> dict[str, object]:
    fields: dict[str, object] = {}
    if first:
        fields["first_task"] = True
    if assessed:
        fields["effect_required"] = True
    return fields


def _occurrence(
    one: Charted,
    seq: int,
    key: tuple[str, str],
    *,
    schedule: Schedule,
    fields: dict[str, object],
) -> Occurrence:
    return Occurrence(
        id=task_id("dose", one.row.poe_id, *key, str(seq)),
        due_at=one.due,
        seq=seq,
        window_class=schedule.window_class,
        interval_minutes=schedule.interval_minutes,
        fields=fields,
    )


def _group_acts(
    group: Sequence[Charted], given: Sequence[Charted], tasks: Sequence[Occurrence], *, off: bool
) -> Iterator[Act]:
    """Within one key a given row wins; what was not given before it is a note (I5)."""
    for one, task in zip(given, tasks, strict=False):
        second = one.verb is Verb.RENEWED and not off
        yield one.act(PARTLY if one.verb is Verb.PARTLY else DONE, task, counts=not second)
    ended = [one for one in group if one.verb in _ENDINGS]
    for number, one in enumerate(ended):
        if given:
            yield one.act(Note("deferred", one.said.text), tasks[0])
        elif number:
            yield one.act(Note("repeated", one.said.text), tasks[0])
        else:
            yield one.act(_ENDINGS[one.verb], tasks[0])


def _assessments(charted: Sequence[Charted]) -> dict[str, list[Charted]]:
    """The assessments of each application, by its `emar_id`; empty where none was charted."""
    found: dict[str, list[Charted]] = defaultdict(list)
    last = ""
    for one in charted:
        if one.verb in _PUT_ON:
            last = one.row.emar_id
        elif one.verb is Verb.ASSESSED:
            found[last].append(one)
    return dict(found)


def _assessment_acts(assessed: Sequence[Charted], task: Occurrence) -> Iterator[Act]:
    """The first assessment closes the patch; a later one of the same patch is a note."""
    for number, one in enumerate(assessed):
        yield one.act(Note("assessed", one.said.text) if number else ASSESSED, task)


def _unfounded(assessed: dict[str, list[Charted]]) -> Iterator[Act]:
    """Assessments of a patch that nobody put on: one task, which begins with a gap."""
    rows = assessed.get("", [])
    if rows:
        first = rows[0]
        task = Occurrence(
            id=task_id("patch", first.row.poe_id, first.row.emar_id),
            due_at=first.due,
            fields={"effect_required": True},
        )
        yield from _assessment_acts(rows, task)
