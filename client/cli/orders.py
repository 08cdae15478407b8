"""`order …`: writing, signing, changing, holding and ending orders, and showing one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.cli.changed import answer_changes, first
from client.cli.parser import add_file_option

if TYPE_CHECKING:
    from collections.abc import Mapping

    from client.cli.call import Call
    from client.cli.entry import Entry
    from client.cli.parser import Commands
    from domain.ids import OrderId
    from domain.people import Actor
    from domain.services.step_entry import StepEntry


def add(commands: Commands) -> None:
    """Put the commands on the command line."""
    group = commands.group("order", "orders")
    for name, run, meaning, fields in (
        (
            "draft",
            draft,
            "write an order",
            "encounter or mrn, kind, fields; optional verbal, replaces, order (its id), at, source",
        ),
        (
            "sign",
            sign,
            "sign an order; its first tasks are made",
            "order; optional at, evidence, override, witness, reason, source, signature",
        ),
        (
            "revise",
            revise,
            "change a draft, or replace a signed order by a new one",
            "order, fields (null takes one away); optional new_order (its id), sign",
        ),
        ("hold", hold, "hold an order", "order, reason; optional until, at"),
        ("release", release, "end a hold", "order; optional reason, at, missed_are_held"),
        ("discontinue", discontinue, "stop an order", "order; optional reason, stop_at, at"),
        ("cancel", cancel, "cancel an order without effect", "order; optional reason, at"),
    ):
        parser = group.command(
            name, run, meaning, more=f"Fields: {fields};\noptional command_id, actor."
        )
        add_file_option(parser)
    show = group.command("show", show_order, "an order with all that was recorded")
    show.add_argument("order", metavar="ID", help="the id of an order")


def draft(call: Call) -> int:
    """`wardloop order draft`."""
    from client.cli.entry import Entry
    from domain.ids import OrderId
    from domain.records import Source
    from domain.services.drafting import NewOrder

    entry = Entry(
        call,
        *("encounter", "mrn", "kind", "fields", "verbal", "replaces", "order", "at", "source"),
    )
    kind = entry.text("kind", right=", ".join(_kinds(entry)))
    replaces, chosen = entry.optional_text("replaces"), entry.optional_text("order")
    new = NewOrder(
        encounter=entry.stay(),
        kind=kind,
        fields=entry.table("fields", required=True),
        verbal=entry.flag("verbal"),
        replaces=None if replaces is None else OrderId(replaces),
        order=None if chosen is None else OrderId(chosen),
        at=entry.optional_instant("at"),
        source=entry.word("source", Source, default=Source.LIVE),
    )
    changes = entry.app.draft_order(user=entry.user, command=entry.command, new=new)
    order = first(changes.orders)
    words = "Written down." if new.verbal else "Drafted: sign it next."
    return answer_changes(call, entry.command, changes, words, order=order)


def _kinds(entry: Entry) -> list[str]:
    """The loops that have orders."""
    return [loop.id for loop in entry.app.loops if loop.activating is not None]


def sign(call: Call) -> int:
    """`wardloop order sign`."""
    from client.cli.entry import Entry
    from domain.services.authorising import second_person
    from domain.signatures import Secrets

    entry = Entry(
        call,
        *("order", "at", "evidence", "override", "witness", "reason", "source", "source_id"),
        "signature",
    )
    order, said = _order(entry), _as_step(entry)
    reads, witness = entry.app.reads, said.witness
    secrets = Secrets(call.secrets(witness, *(one.second for one in said.overrides)))
    changes = entry.app.sign_order(
        user=entry.user,
        command=entry.command,
        order=order,
        at=said.at,
        evidence=said.evidence,
        overrides=said.overrides,
        seconds=_seconds(entry, said),
        witness=None if witness is None else second_person(reads, witness, field="witness"),
        reason=said.reason,
        source=said.source,
        source_id=said.source_id,
        secrets=secrets,
    )
    return answer_changes(call, entry.command, changes, "Signed.", order=first(changes.orders))


def _as_step(entry: Entry) -> StepEntry:
    """The fields that signing shares with `step record`."""
    from domain.services.step_entry import parse_step_entry

    shared = entry.raw("command_id", "actor")
    return parse_step_entry({**shared, "command_id": entry.command, "step": "signature"})


def _seconds(entry: Entry, said: StepEntry) -> Mapping[str, Actor]:
    """The second persons that overrides name."""
    from domain.services.authorising import second_person

    return {
        one.second: second_person(entry.app.reads, one.second, field="override.second")
        for one in said.overrides
        if one.second is not None
    }


def revise(call: Call) -> int:
    """`wardloop order revise`."""
    from client.cli.entry import Entry
    from domain.ids import OrderId
    from domain.signatures import Secrets

    entry = Entry(call, "order", "fields", "new_order", "sign")
    order, chosen = _order(entry), entry.optional_text("new_order")
    changes = entry.app.revise_order(
        user=entry.user,
        command=entry.command,
        order=order,
        fields=entry.table("fields", required=True),
        new_order=None if chosen is None else OrderId(chosen),
        sign_too=entry.flag("sign"),
        secrets=Secrets(call.secrets()),
    )
    now = next((one for one in changes.orders if one != order), first(changes.orders))
    words = "Changed." if now == order else f"A new order replaces {order}."
    return answer_changes(call, entry.command, changes, words, order=now)


def hold(call: Call) -> int:
    """`wardloop order hold`."""
    from client.cli.entry import Entry

    entry = Entry(call, "order", "reason", "until", "at")
    changes = entry.app.hold_order(
        user=entry.user,
        command=entry.command,
        order=_order(entry),
        reason=entry.text("reason", right="why the order is held"),
        until=entry.optional_instant("until"),
        at=entry.optional_instant("at"),
    )
    return answer_changes(call, entry.command, changes, "On hold.", order=first(changes.orders))


def release(call: Call) -> int:
    """`wardloop order release`."""
    from client.cli.entry import Entry

    entry = Entry(call, "order", "reason", "at", "missed_are_held")
    changes = entry.app.release_order(
        user=entry.user,
        command=entry.command,
        order=_order(entry),
        reason=entry.optional_text("reason"),
        at=entry.optional_instant("at"),
        missed_are_held=entry.flag("missed_are_held", default=True),
    )
    return answer_changes(call, entry.command, changes, "Released.", order=first(changes.orders))


def discontinue(call: Call) -> int:
    """`wardloop order discontinue`."""
    from client.cli.entry import Entry

    entry = Entry(call, "order", "reason", "stop_at", "at")
    changes = entry.app.discontinue_order(
        user=entry.user,
        command=entry.command,
        order=_order(entry),
        reason=entry.optional_text("reason"),
        stop_at=entry.optional_instant("stop_at"),
        at=entry.optional_instant("at"),
    )
    return answer_changes(call, entry.command, changes, "Stopped.", order=first(changes.orders))


def cancel(call: Call) -> int:
    """`wardloop order cancel`."""
    from client.cli.entry import Entry

    entry = Entry(call, "order", "reason", "at")
    changes = entry.app.cancel_order(
        user=entry.user,
        command=entry.command,
        order=_order(entry),
        reason=entry.optional_text("reason"),
        at=entry.optional_instant("at"),
    )
    return answer_changes(call, entry.command, changes, "Cancelled.", order=first(changes.orders))


def _order(entry: Entry) -> OrderId:
    from domain.ids import OrderId

    return OrderId(entry.text("order", right="the id of an order"))


def show_order(call: Call) -> int:
    """`wardloop order show ID`."""
    from client.cli.order_tables import order_in_words, with_step_ids
    from client.cli.ward_time import zone_of_order
    from domain.ids import OrderId

    user, app = call.user(), call.app()
    order = OrderId(call.options.order)
    now = app.read_at(app.reads.encounter_of_order(order))
    found = app.show_order(user=user, order=order, now=now)
    encounter = found["order"]["encounter"]  # type: ignore[index]  # the shape of commands.md
    shown = with_step_ids(found, app.loops)
    return call.answer(shown, order_in_words(shown, app.loops, zone_of_order(app, encounter)))
