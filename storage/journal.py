"""The journal: one row per event, each sealed with the hash of the one before it on its chain."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final, cast, get_args

from domain.errors import StorageError
from domain.events import Body, Corrected, Event, Moved, StreamKind
from domain.happenings import Happening, Noun, TellingBody
from domain.ids import EncounterId, OrderId, PractitionerId, WardId
from domain.orders import OrderState
from domain.records import Source
from domain.tasks import TaskState
from domain.worklists import JournalRow
from storage.codec import decode, parsed
from storage.signatures import SIGNATURE, signature_text, stored_signatures
from storage.tables import journal
from storage.types import instant, micros
from storage.written import object_text, quoted, row_writer, written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.ids import CommandId
    from domain.ports import CommandMeta
    from storage.engine import Row, Values

FIRST_HASH: Final = "0" * 64
"""What the first row of a chain is sealed onto."""
COLUMNS: Final = tuple(column.name for column in journal.columns)
_SEALED_TEXT: Final = row_writer(set(COLUMNS) - {"prev_hash", "hash"})


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


_EVENTS: Final[Mapping[str, type]] = {_snake(body.__name__): body for body in get_args(Body)}
_HAPPENINGS: Final[Mapping[str, type]] = {
    _snake(body.__name__): body for body in get_args(TellingBody)
}
_KINDS: Final = {kind: name for name, kind in {**_EVENTS, **_HAPPENINGS}.items()}


def ward_chain(ward: WardId) -> str:
    """The chain of what belongs to a ward and to no encounter."""
    return f"ward:{ward}"


def system_chain(workstation: str) -> str:
    """The chain of what belongs to no ward either."""
    return f"system:{workstation}"


def happening_stream(noun: Noun, stream: str) -> str:
    """The stream of a patient, ward, ...: marked with its noun, so that ids never collide."""
    return f"{noun.value}:{stream}"


def seal(row: Mapping[str, object], prev_hash: str) -> str:
    """The hash of a row: sha256 over the hash before it and the JSON of all other columns."""
    return hashlib.sha256((prev_hash + _SEALED_TEXT(row)).encode()).hexdigest()


def event_values(event: Event, meta: CommandMeta, *, simulated: bool) -> Values:
    """The columns of an order's or task's event, without its places on chain and stream."""
    body = event.body
    corrects = f"{event.stream}#{body.of_seq}" if isinstance(body, Corrected) else None
    payload = {
        "body": written(body),
        "command": quoted(meta.kind),
        "order": quoted(event.order_id),
    }
    if event.raises:
        payload["raises"] = "true"
    return {
        **_meta_values(meta, simulated=simulated),
        "stream": event.stream,
        "actor": event.actor,
        "kind": _KINDS[type(body)],
        "event_at": micros(event.at),
        "recorded_at": micros(event.recorded_at),
        "source": str(event.source),
        "corrects": corrects,
        "payload": object_text(payload),
        "signature": _signature(event, event.stream, payload["body"]),
    }


def happening_values(happening: Happening, meta: CommandMeta, *, simulated: bool) -> Values:
    """The columns of another event, without its places on chain and stream."""
    payload = {"body": written(happening.body), "command": quoted(meta.kind)}
    stream = happening_stream(happening.noun, happening.stream)
    if happening.ward is not None:
        payload["ward"] = quoted(happening.ward)
    return {
        **_meta_values(meta, simulated=simulated),
        "stream": stream,
        "actor": happening.actor,
        "kind": _KINDS[type(happening.body)],
        "event_at": micros(happening.at),
        "recorded_at": micros(happening.recorded_at),
        "source": happening.source.value,
        "corrects": None,
        "payload": object_text(payload),
        "signature": _signature(happening, stream, payload["body"]),
    }


def _meta_values(meta: CommandMeta, *, simulated: bool) -> Values:
    return {
        "command_id": meta.command_id,
        "simulated": int(simulated),
        "loop_hash": meta.loop_hash,
        "config_hash": meta.config_hash,
        "batch_id": meta.batch_id,
    }


def _signature(event: Event | Happening, stream: str, body: str) -> str:
    """The column of an event's signatures."""
    if event.signed is None:
        return SIGNATURE
    return signature_text(
        event.signed,
        kind=_KINDS[type(event.body)],
        stream=stream,
        actor=event.actor,
        at=event.at,
        body=parsed(body),
    )


def named(row: Row) -> Values:
    """A whole row of the journal by column."""
    return dict(zip(COLUMNS, row, strict=True))


def recorded(row: Mapping[str, object]) -> Event | Happening:
    """What a row of the journal says.

    Raises:
        StorageError: a kind that this version does not know, or a payload that is not readable.
    """
    kind = cast("str", row["kind"])
    payload = parsed(cast("str", row["payload"]))
    if kind in _HAPPENINGS:
        return _happening(row, kind, payload)
    if kind not in _EVENTS:
        raise StorageError(
            "UNKNOWN_KIND",
            f"{row['chain']} {row['chain_seq']}: events of kind {kind!r} are not known here; "
            "they were written by a newer Wardloop, update this one",
        )
    stream = cast("str", row["stream"])
    order = OrderId(cast("str", payload["order"]))
    stream_kind = StreamKind.ORDER if stream == order else StreamKind.TASK
    body: object = decode(_EVENTS[kind], cast("Mapping[str, object]", payload["body"]))
    if isinstance(body, Moved):
        # the words of the two enums overlap; the stream tells which one is meant
        state = OrderState if stream_kind is StreamKind.ORDER else TaskState
        body = Moved(state=state(body.state.value), outcome=body.outcome)
    return Event(
        stream_kind=stream_kind,
        stream=stream,
        order_id=order,
        body=cast("Body", body),
        actor=PractitionerId(cast("str", row["actor"])),
        at=instant(cast("int", row["event_at"])),
        recorded_at=instant(cast("int", row["recorded_at"])),
        source=Source(cast("str", row["source"])),
        raises=bool(payload.get("raises", False)),
    )


def _happening(row: Mapping[str, object], kind: str, payload: Mapping[str, object]) -> Happening:
    noun, _, stream = cast("str", row["stream"]).partition(":")
    body: object = decode(_HAPPENINGS[kind], cast("Mapping[str, object]", payload["body"]))
    encounter, ward = row["encounter_id"], payload.get("ward")
    return Happening(
        noun=Noun(noun),
        stream=stream,
        body=cast("TellingBody", body),
        actor=PractitionerId(cast("str", row["actor"])),
        at=instant(cast("int", row["event_at"])),
        recorded_at=instant(cast("int", row["recorded_at"])),
        encounter=None if encounter is None else EncounterId(cast("str", encounter)),
        ward=None if ward is None else WardId(cast("str", ward)),
        source=Source(cast("str", row["source"])),
    )


def journal_row(row: Row) -> JournalRow:
    """A row as it is shown: with the body of its event as payload."""
    values = named(row)
    payload = parsed(cast("str", values["payload"]))
    return JournalRow(
        chain=cast("str", values["chain"]),
        chain_seq=cast("int", values["chain_seq"]),
        stream=cast("str", values["stream"]),
        stream_seq=cast("int", values["stream_seq"]),
        kind=cast("str", values["kind"]),
        actor=PractitionerId(cast("str", values["actor"])),
        event_at=instant(cast("int", values["event_at"])),
        recorded_at=instant(cast("int", values["recorded_at"])),
        source=cast("str", values["source"]),
        payload=cast("Mapping[str, object]", payload["body"]),
        command_id=cast("CommandId", values["command_id"]),
        n=cast("int", values["n"]),
        signatures=stored_signatures(cast("str", values["signature"])),
    )


def said(kind: object, payload: object) -> str:
    """An event in a few words, for the person who came second: `step_recorded M11`."""
    body = cast("Mapping[str, object]", parsed(cast("str", payload))["body"])
    detail = body.get("step") or body.get("act") or body.get("state")
    return f"{kind} {detail}" if isinstance(detail, str) else str(kind)
