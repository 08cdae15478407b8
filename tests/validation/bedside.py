"""A stay as it was at an instant: its open work and what was known of the patient by then."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from domain.clinical import Clinical
from domain.events import StepRecorded
from domain.happenings import Admitted, MovedTo, Observed, StayEnded
from domain.ids import OrderId, WardId
from domain.loops.deadlines import order_deadlines, task_deadlines
from domain.loops.evolve import evolve_case
from domain.loops.streams import order_stream, task_stream
from domain.observations import Observation
from domain.situation import Situation
from domain.told import of_evidence, of_observed
from rules.scores.gcs import acvpu

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from domain.events import Event
    from domain.loops.case import Case
    from domain.loops.deadlines import Deadline
    from domain.loops.loops import Loops
    from domain.situation import Stream
    from domain.told import Told
    from tests.validation.journal import Story

LOOKED_BACK: Final = timedelta(days=8)
DEVICE: Final = "oxygen_device"
GCS: Final = "gcs_total"


class Bedside:
    """One stay that is walked through from its beginning to its end."""

    def __init__(self, story: Story, loops: Loops, *, unrecorded: frozenset[str]) -> None:
        """Begin before the stay.

        Args:
            unrecorded: steps whose limits are left out, since the source never records them.
        """
        self._unrecorded = unrecorded
        self._story = story
        self._loops = loops
        self._events: list[Event] = list(story.events[::-1])
        self._cases: dict[OrderId, Case] = {}
        self._streams: dict[OrderId, tuple[Case, tuple[Stream, ...]]] = {}
        self._told = sorted(_told(story), key=lambda one: one[0])[::-1]
        self._values: dict[str, list[Observation]] = defaultdict(list)
        self.wards = tuple(_wards(story))
        self.ended_at, self.died = _end(story)

    def ward_at(self, now: datetime) -> str:
        """Where the patient lay."""
        return [ward for at, ward in self.wards if at <= now][-1]

    def at(self, now: datetime) -> Situation:
        """The stay at an instant, no earlier than the last one that was asked for."""
        while self._events and self._events[-1].at <= now:
            event = self._events.pop()
            self._cases[event.order_id] = evolve_case(self._cases.get(event.order_id), event)
        while self._told and self._told[-1][0] <= now:
            self._take(self._told.pop()[1])
        return Situation(
            encounter=self._story.encounter,
            patient=self._story.patient,
            ward=WardId(self.ward_at(now)),
            active=True,
            streams=tuple(stream for key in self._cases for stream in self._of(key)),
            clinical=self._clinical(now),
        )

    def _of(self, key: OrderId) -> tuple[Stream, ...]:
        case = self._cases[key]
        known = self._streams.get(key)
        if known is None or known[0] is not case:
            known = self._streams[key] = (case, tuple(self._made(case)))
        return known[1]

    def _made(self, case: Case) -> Iterator[Stream]:
        order = case.order
        if not order.state.terminal:
            yield order_stream(order, self._without(order_deadlines(self._loops, case)))
        for task in case.tasks.values():
            if not task.state.terminal:
                running = self._without(task_deadlines(self._loops, case, task))
                yield task_stream(task, order.priority, running)

    def _without(self, running: tuple[Deadline, ...]) -> tuple[Deadline, ...]:
        return tuple(one for one in running if one.step not in self._unrecorded)

    def _take(self, told: Told) -> None:
        row = self._values[told.name]
        if told.name == GCS and str(told.value).isdigit():
            self._take_consciousness(told)
        elif told.name == DEVICE:
            # the source charts a device and never room air: without one it is not known
            oxygen = Observation("supplemental_oxygen", value=True, unit="", at=told.at)
            self._values["supplemental_oxygen"].append(oxygen)
        row.append(told.observation("import"))

    def _take_consciousness(self, told: Told) -> None:
        """ACVPU was not charted here: by the Glasgow total (rules specification 1.2)."""
        total = int(str(told.value))
        before = self._values[GCS][-1:]
        reduced = bool(before) and total < int(str(before[0].value))
        found = Observation("consciousness", acvpu(total, newly_reduced=reduced), "", told.at)
        self._values["consciousness"].append(found)

    def _clinical(self, now: datetime) -> Clinical:
        series = {
            name: tuple(
                sorted(
                    (one for one in row if one.at >= now - LOOKED_BACK),
                    key=lambda one: one.at,
                    reverse=True,
                )
            )
            for name, row in self._values.items()
        }
        latest = {name: max(row, key=lambda one: one.at) for name, row in self._values.items()}
        return Clinical(
            sex=self._story.sex,
            latest=MappingProxyType(latest),
            series=MappingProxyType(series),
        )


def _told(story: Story) -> Iterator[tuple[datetime, Told]]:
    """Every value, with when it was known."""
    for one in story.happenings:
        if isinstance(one.body, Observed):
            yield from ((one.at, told) for told in of_observed(one.body.values, one.at))
    for event in story.events:
        if isinstance(event.body, StepRecorded) and event.body.done:
            yield from ((event.at, told) for told in of_evidence(event.body.evidence, event.at))


def _wards(story: Story) -> Iterator[tuple[datetime, str]]:
    for one in story.happenings:
        if isinstance(one.body, Admitted):
            yield one.at, one.body.encounter.ward
        elif isinstance(one.body, MovedTo):
            yield one.at, one.body.ward


def _end(story: Story) -> tuple[datetime | None, bool]:
    for one in story.happenings:
        if isinstance(one.body, StayEnded):
            return one.at, one.body.how == "death"
    return None, False
