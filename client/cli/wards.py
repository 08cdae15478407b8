"""`ward …`: wards and their beds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.cli.changed import answer_changes
from client.cli.output import counted, table
from client.cli.parser import add_file_option

if TYPE_CHECKING:
    from client.cli.call import Call
    from client.cli.parser import Commands


def add(commands: Commands) -> None:
    """Put the commands on the command line."""
    group = commands.group("ward", "wards and their beds")
    setting = group.command(
        "set",
        set_ward,
        "make or change a ward",
        more="Fields: ward, name, name_zh, time_zone, beds; optional command_id, actor.",
    )
    add_file_option(setting)
    group.command("list", list_wards, "all wards")


def set_ward(call: Call) -> int:
    """`wardloop ward set`."""
    from client.cli.entry import Entry
    from domain.ids import WardId
    from domain.patients import Ward

    entry = Entry(call, "ward", "name", "name_zh", "time_zone", "beds")
    zone = entry.optional_text("time_zone") or entry.app.place.time_zone
    _check_zone(zone)
    ward = Ward(
        id=WardId(entry.text("ward", right='"3A"')),
        name=entry.text("name", right='"Respiratory"'),
        name_zh=entry.words("name_zh"),
        time_zone=zone,
        beds=entry.texts("beds"),
    )
    changes = entry.app.set_ward(user=entry.user, command=entry.command, ward=ward)
    words = f"Ward {ward.id} has {counted(len(ward.beds), 'bed')}."
    return answer_changes(call, entry.command, changes, words, ward=ward.id)


def _check_zone(name: str) -> None:
    from zoneinfo import ZoneInfo

    from domain.errors import InvalidInput

    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise InvalidInput(
            "time_zone", f"time_zone: {name!r} is no time zone", right='"Asia/Shanghai"'
        ) from None


def list_wards(call: Call) -> int:
    """`wardloop ward list`."""
    wards = call.app().list_wards(user=call.user())
    words = table(
        ("WARD", "NAME", "名称", "TIME ZONE", "BEDS"),
        [(ward.id, ward.name, ward.name_zh, ward.time_zone, " ".join(ward.beds)) for ward in wards],
        empty="There is no ward yet; make one: wardloop ward set --file FILE",
    )
    return call.answer(
        [
            {
                "ward": ward.id,
                "name": ward.name,
                "name_zh": ward.name_zh,
                "time_zone": ward.time_zone,
                "beds": ward.beds,
            }
            for ward in wards
        ],
        words,
    )
