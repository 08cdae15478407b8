"""Every event comes out of the journal exactly as it went in."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import NewType, Union, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.alerts import Alert
from domain.errors import StorageError
from domain.events import Body, Event, Moved, NoteAdded, OrderPlaced, StreamKind
from domain.happenings import Happening, Noun, TellingBody
from domain.ids import CommandId, EncounterId, OrderId, PatientId, PractitionerId
from domain.orders import Order, OrderState, Priority
from domain.ports import CommandMeta
from domain.records import Record, Source
from domain.situation import RiskScore
from domain.tasks import Task, TaskState
from domain.worklists import ReadyStep
from storage.codec import canonical, decode, hints, parsed
from storage.journal import event_values, happening_values, recorded
from storage.written import written, written_changed

META = CommandMeta(CommandId("c1"), PractitionerId("li.na"), "test", "pc-1", "loops-1", "config-1")
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TEXT = st.text(max_size=4)
"""Any characters; that many of them make no other case, and none, one and several of a thing do."""
SEVERAL = 2
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: (
        st.lists(inner, max_size=SEVERAL) | st.dictionaries(TEXT, inner, max_size=SEVERAL)
    ),
    max_leaves=3,
)
PLAIN: Mapping[object, st.SearchStrategy[object]] = {
    object: JSON,
    str: TEXT,
    int: st.integers(-(2**63), 2**63 - 1),
    bool: st.booleans(),
    NoneType: st.none(),
    datetime: st.datetimes(timezones=st.just(UTC)),
    date: st.dates(),
}


@cache
def values_of(hint: object) -> st.SearchStrategy[object]:
    """Anything that a field of this type may hold."""
    while isinstance(hint, NewType):
        hint = hint.__supertype__
    if hint in PLAIN:
        return PLAIN[hint]
    if is_dataclass(hint) and isinstance(hint, type):
        return st.deferred(lambda: instances(hint))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return st.sampled_from(list(hint))
    return nested(get_origin(hint), get_args(hint))


def nested(origin: object, arguments: tuple[object, ...]) -> st.SearchStrategy[object]:
    if origin in (Union, UnionType):
        return st.one_of([values_of(argument) for argument in arguments])
    inner = values_of(arguments[-1 if origin is Mapping else 0])
    if origin is Mapping:
        return st.dictionaries(TEXT, inner, max_size=SEVERAL)
    if origin is frozenset:
        return st.frozensets(inner, max_size=SEVERAL)
    if arguments[-1] is not Ellipsis:
        return st.tuples(*map(values_of, arguments))
    return st.lists(inner, max_size=SEVERAL).map(tuple)


@cache
def instances(kind: type) -> st.SearchStrategy[object]:
    """Any value of a dataclass."""
    return st.builds(kind, **{name: values_of(hint) for name, hint in hints(kind).items()})


AROUND = {
    "actor": TEXT,
    "at": PLAIN[datetime],
    "recorded_at": PLAIN[datetime],
    "source": st.sampled_from(Source),
}
ENVELOPE = {**AROUND, "order_id": TEXT, "raises": st.booleans()}
HAPPENING = {
    **AROUND,
    "noun": st.sampled_from(Noun),
    "stream": TEXT,
    "encounter": st.none() | TEXT,
    "ward": st.none() | TEXT,
}


def row_of(values: dict[str, object], **places: object) -> dict[str, object]:
    return {**values, "chain": "c", "chain_seq": 1, "encounter_id": None, **places}


@pytest.mark.parametrize("kind", get_args(Body), ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_every_event_of_an_order_or_task_comes_back_as_it_went_in(
    kind: type, data: st.DataObject
) -> None:
    body = data.draw(instances(kind))
    stream = data.draw(st.sampled_from(StreamKind))
    if isinstance(body, Moved):
        states = st.sampled_from(OrderState if stream is StreamKind.ORDER else TaskState)
        body = replace(body, state=data.draw(states))
    name = "o" if stream is StreamKind.ORDER else "task of o"
    event = Event(stream, name, OrderId("o"), body, PractitionerId("li.na"), NOON, NOON)  # type: ignore[arg-type]  # drawn by hint
    assert_comes_back(event)


@given(data=st.data())
def test_all_that_stands_around_an_event_comes_back_as_it_went_in(data: st.DataObject) -> None:
    envelope = {name: data.draw(values) for name, values in ENVELOPE.items()}
    order, stream = envelope["order_id"], data.draw(st.sampled_from(StreamKind))
    name = order if stream is StreamKind.ORDER else f"task of {order}"
    note = NoteAdded("kind", "text")
    event = Event(stream_kind=stream, stream=name, body=note, **envelope)
    assert_comes_back(event)


def assert_comes_back(event: Event) -> None:
    values = event_values(event, META, simulated=False)
    found = recorded(row_of(values))
    assert found == event
    assert canonical(parsed(str(values["payload"]))) == values["payload"]
    assert isinstance(found, Event)
    assert type(found.body) is type(event.body)
    if isinstance(found.body, Moved) and isinstance(event.body, Moved):
        assert type(found.body.state) is type(event.body.state)


@pytest.mark.parametrize("kind", get_args(TellingBody), ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_every_other_event_comes_back_as_it_went_in(kind: type, data: st.DataObject) -> None:
    who = PractitionerId("li.na")
    body = data.draw(instances(kind))
    assert_told(Happening(Noun.PATIENT, "p", body, who, NOON, NOON))  # type: ignore[arg-type]  # drawn by hint


@given(data=st.data())
def test_all_that_stands_around_another_event_comes_back_too(data: st.DataObject) -> None:
    drawn = {name: data.draw(values) for name, values in HAPPENING.items()}
    body = data.draw(instances(get_args(TellingBody)[0]))
    assert_told(Happening(body=body, **drawn))  # type: ignore[arg-type]  # drawn by hint


def test_nothing_that_stands_around_an_event_is_left_out() -> None:
    """But for signatures, which have a column and tests of their own."""
    own = {"body", "signed"}
    assert {one.name for one in fields(Event)} == {*ENVELOPE, *own, "stream_kind", "stream"}
    assert {one.name for one in fields(Happening)} == {*HAPPENING, *own}


def assert_told(happening: Happening) -> None:
    values = happening_values(happening, META, simulated=True)
    assert canonical(parsed(str(values["payload"]))) == values["payload"]
    assert values["simulated"] == 1
    assert recorded(row_of(values, encounter_id=happening.encounter)) == happening


@pytest.mark.parametrize("kind", [Order, Task, ReadyStep, Alert, RiskScore])
@given(data=st.data())
def test_what_projections_keep_comes_back_too(kind: type, data: st.DataObject) -> None:
    value = data.draw(instances(kind))
    texts = written_changed(value), written(value)
    assert [canonical(parsed(text)) for text in texts] == list(texts)  # one text for one value
    short, whole = map(parsed, texts)
    found: list[object] = [decode(kind, short), decode(kind, whole)]
    assert found == [value, value]
    assert len(short) <= len(whole)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (0.5, "float"),
        (Decimal("0.5"), "Decimal"),
        (NOON, "datetime"),
        ({"dose": [1.5]}, "float"),
        ({1: "x"}, "dict"),
        ({"a", "b"}, "set"),
    ],
)
def test_a_value_that_json_would_change_is_refused(value: object, says: str) -> None:
    body = OrderPlaced(
        "medication", 1, PatientId("p"), EncounterId("e"), Priority.STAT, {"dose": value}
    )
    event = Event(StreamKind.ORDER, "o", OrderId("o"), body, PractitionerId("li.na"), NOON, NOON)
    with pytest.raises(StorageError, match=says):
        event_values(event, META, simulated=False)


def test_a_time_without_a_zone_is_refused() -> None:
    naive = NOON.replace(tzinfo=None)
    record = Record("M1", naive, NOON, PractitionerId("li.na"))
    with pytest.raises(StorageError, match="no zone"):
        written(record)
    note = NoteAdded("kind", "text")
    event = Event(StreamKind.ORDER, "o", OrderId("o"), note, PractitionerId("li.na"), naive, NOON)
    with pytest.raises(StorageError, match="no zone"):
        event_values(event, META, simulated=False)


def test_a_time_of_another_zone_is_the_same_instant() -> None:
    shanghai = datetime.fromisoformat("2026-11-24T20:00:00+08:00")
    data = parsed(written(Record("M1", shanghai, NOON, PractitionerId("li.na"))))
    assert data["at"] == "2026-11-24T12:00:00+00:00"


def a_row(**changes: object) -> dict[str, object]:
    note = NoteAdded("kind", "text")
    event = Event(StreamKind.ORDER, "o", OrderId("o"), note, PractitionerId("li.na"), NOON, NOON)
    return row_of(event_values(event, META, simulated=False), **changes)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"kind": "teleported"}, "teleported"),
        ({"payload": '{"body":{"kind":"a","text":"b","wings":2},"order":"o"}'}, "NoteAdded.wings"),
        ({"payload": '{"body":{"kind":"a"},"order":"o"}', "kind": "moved"}, "Moved.kind"),
        ({"payload": '{"body":{"state":"flying"},"order":"o"}', "kind": "moved"}, "Moved"),
        ({"payload": '{"body":{"kind":"a","text":0.5},"order":"o"}'}, "0.5"),
    ],
)
def test_what_a_newer_or_broken_program_wrote_is_refused(
    changes: dict[str, object], says: str
) -> None:
    with pytest.raises(StorageError, match=says):
        recorded(a_row(**changes))


def test_a_field_that_was_added_since_takes_its_default() -> None:
    kept = '{"body":{"step":"M1"},"order":"o"}'
    event = recorded(a_row(kind="step_recorded", payload=kept))
    assert isinstance(event, Event)
    assert parsed(written(event.body))["done"] is True


def test_only_values_of_ours_have_a_form() -> None:
    with pytest.raises(StorageError, match="object"):
        written(object())
