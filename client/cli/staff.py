"""`staff …`: who looks after whom, and who is on duty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.cli.changed import answer_changes
from client.cli.output import counted
from client.cli.parser import add_file_option

if TYPE_CHECKING:
    from client.cli.call import Call
    from client.cli.entry import Entry
    from client.cli.parser import Commands
    from domain.services.people import Shift


def add(commands: Commands) -> None:
    """Put the commands on the command line."""
    group = commands.group("staff", "who looks after whom")
    assigning = group.command(
        "assign",
        assign,
        "give patients to nurses for a shift",
        more='Fields: ward, starts_at, ends_at, nurses ({"ENCOUNTER": "USER"}).',
    )
    add_file_option(assigning)
    rostering = group.command(
        "roster",
        roster,
        "say who is on duty and on call in a shift",
        more='Fields: ward, starts_at, ends_at, duties ([{"kind": "doctor", "practitioner": …}]).\n'
        "Kinds: nurse, doctor, duty, on_call.",
    )
    add_file_option(rostering)


def assign(call: Call) -> int:
    """`wardloop staff assign`."""
    from client.cli.entry import Entry
    from domain.ids import EncounterId, PractitionerId

    entry = Entry(call, "ward", "starts_at", "ends_at", "nurses")
    nurses = {
        EncounterId(stay): PractitionerId(nurse)
        for stay, nurse in entry.texts_by_name("nurses").items()
    }
    changes = entry.app.assign_nurses(
        user=entry.user, command=entry.command, shift=_shift(entry), nurses=nurses
    )
    return answer_changes(call, entry.command, changes, f"{counted(len(nurses), 'patient')} given.")


def roster(call: Call) -> int:
    """`wardloop staff roster`."""
    from client.cli.entry import Entry
    from domain.ids import PractitionerId
    from domain.services.people import Duty

    entry = Entry(call, "ward", "starts_at", "ends_at", "duties")
    duties = [
        Duty(row["kind"], PractitionerId(row["practitioner"]))
        for row in entry.tables("duties", "kind", "practitioner")
    ]
    changes = entry.app.set_roster(
        user=entry.user, command=entry.command, shift=_shift(entry), duties=duties
    )
    return answer_changes(
        call, entry.command, changes, f"{counted(len(duties), 'duty', 'duties')} set."
    )


def _shift(entry: Entry) -> Shift:
    from domain.errors import NotFound
    from domain.ids import WardId
    from domain.services.people import Shift

    ward = entry.text("ward", right="the id of a ward")
    known = sorted(one.id for one in entry.app.list_wards(user=entry.user))
    if ward not in known:
        raise NotFound("ward", ward, right=f"one of {', '.join(known)}")
    return Shift(WardId(ward), entry.instant("starts_at"), entry.instant("ends_at"))
