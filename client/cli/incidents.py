"""`incident …`: near misses and incidents, for those who follow them up."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from client.cli.changed import answer_changes
from client.cli.output import moment, table
from client.cli.parser import add_file_option
from domain.safety import FollowUpState, SafetyKind

if TYPE_CHECKING:
    from datetime import datetime

    from client.cli.call import Call
    from client.cli.parser import Commands
    from domain.safety import SafetyEvent

_DAYS: Final = 30
"""The list looks back so many days unless a span is said."""


def add(commands: Commands) -> None:
    """Put the commands on the command line."""
    group = commands.group("incident", "near misses and incidents, and what is done about them")
    listing = group.command(
        "list",
        list_incidents,
        "every stop, mismatch, override, correction and reported incident, the latest first",
        more="For medical_affairs, nursing_manager, department_head and pharmacy_lead.\n"
        "Nothing is entered for it: it is read from the journal and the audit trail.",
    )
    listing.add_argument("--from", dest="since", metavar="INSTANT", help="ISO 8601 with zone")
    listing.add_argument("--to", dest="until", metavar="INSTANT", help="ISO 8601 with zone")
    listing.add_argument("--kind", choices=[kind.value for kind in SafetyKind])
    listing.add_argument("--state", choices=[state.value for state in FollowUpState])
    following = group.command(
        "follow-up",
        follow_up,
        "say what was found and done, and how far that has come",
        more="Fields: subject (as the list names it), state (open, reviewing, closed), note;\n"
        "optional command_id, actor.",
    )
    add_file_option(following)


def list_incidents(call: Call) -> int:
    """`wardloop incident list`."""
    from domain.services.safety import Sought

    user, app = call.user(), call.app()
    now, true = app.read_at(), app.place.trust.clock.now()  # stops are told by the true clock
    kind, state = call.text_option("kind"), call.text_option("state")
    sought = Sought(
        since=_instant(call, "since") or min(now, true) - timedelta(days=_DAYS),
        # what is recorded in this very second belongs to it
        until=_instant(call, "until") or max(now, true) + timedelta(seconds=1),
        kinds=None if kind is None else frozenset({SafetyKind(kind)}),
        states=None if state is None else frozenset({FollowUpState(state)}),
    )
    found = app.safety_events(user=user, sought=sought)
    zone = ZoneInfo(call.settings().time_zone)
    rows = [
        (
            moment(one.at, zone),
            one.kind.value,
            one.state.value,
            one.by,
            " ".join(one.what),
            one.text,
            one.subject,
        )
        for one in found
    ]
    words = table(
        ("WHEN", "KIND", "STATE", "BY", "WHAT", "IN WORDS", "SUBJECT"),
        rows,
        empty="Nothing of the kind was recorded in this span.",
    )
    return call.answer([_data(one) for one in found], words)


def _data(one: SafetyEvent) -> dict[str, object]:
    return {
        "subject": one.subject,
        "kind": one.kind,
        "state": one.state,
        "at": one.at,
        "by": one.by,
        "encounter": one.encounter,
        "order": one.order,
        "what": one.what,
        "text": one.text,
        "follow_ups": [
            {"state": note.state, "note": note.note, "by": note.by, "at": note.at}
            for note in one.follow_ups
        ],
    }


def _instant(call: Call, name: str) -> datetime | None:
    from domain.entered import parse_instant

    text = call.text_option(name)
    return None if text is None else parse_instant("from" if name == "since" else "to", text)


def follow_up(call: Call) -> int:
    """`wardloop incident follow-up --file FILE`."""
    from client.cli.entry import Entry

    entry = Entry(call, "subject", "state", "note")
    subject = entry.text("subject", right="a subject that `wardloop incident list` names")
    entry.text("state", right=", ".join(state.value for state in FollowUpState))
    state = entry.word("state", FollowUpState, default=FollowUpState.REVIEWING)
    note = entry.text("note", right="what was found and done, in words")
    changes = entry.app.follow_up(
        user=entry.user, command=entry.command, subject=subject, state=state, note=note
    )
    words = f"{subject} is {state.value}."
    return answer_changes(call, entry.command, changes, words, subject=subject)
