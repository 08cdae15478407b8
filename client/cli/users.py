"""`user …`: who may act here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.cli import granted, secret_commands
from client.cli.changed import answer_changes
from client.cli.output import table
from client.cli.parser import add_file_option
from client.cli.secret_commands import add_new_secret_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from client.app import App
    from client.cli.call import Call
    from client.cli.parser import Commands
    from domain.grants import Grant
    from domain.people import Role
    from domain.services.own_secrets import NewSecret


def add(commands: Commands) -> None:
    """Put the commands on the command line."""
    group = commands.group("user", "who may act here")
    adding = group.command(
        "add",
        add_user,
        "add a user, or change one",
        more="Fields: user, name, roles; optional name_zh, wards, badge, student,\n"
        "active (true lets a disabled user act again), command_id, actor.\n"
        "The first user of a new database adds themselves, as administrator; with a secret\n"
        "(--secret-file, else the first line of standard input) nobody acts without one from\n"
        "then on. Later users may be given a first secret, which they change before all else.",
    )
    add_file_option(adding)
    add_new_secret_options(adding)
    disabling = group.command(
        "disable", disable, "disable a user; what they did keeps their name", more="Fields: user."
    )
    add_file_option(disabling)
    group.command("list", list_users, "all users, disabled ones too")
    secret_commands.add(group)
    granted.add_to_users(group)


def add_user(call: Call) -> int:
    """`wardloop user add`."""
    from client.cli.entry import Entry
    from domain.errors import InvalidInput
    from domain.ids import PractitionerId, WardId
    from domain.people import Practitioner

    entry = Entry(call, "user", "name", "name_zh", "roles", "wards", "badge", "student", "active")
    person = Practitioner(
        user=PractitionerId(entry.text("user", right="a user name: li.na")),
        name=entry.text("name", right='"LI, Na"'),
        name_zh=entry.words("name_zh"),
        roles=frozenset(_role(at, text) for at, text in enumerate(entry.texts("roles"))),
        wards=frozenset(WardId(ward) for ward in entry.texts("wards")),
        badge=entry.optional_text("badge"),
        student=entry.flag("student"),
    )
    if not entry.flag("active", default=True):
        raise InvalidInput("active", "active: false", right="true, or `wardloop user disable`")
    changes = entry.app.add_user(
        user=entry.user,
        command=entry.command,
        practitioner=person,
        enable=entry.flag("active"),
        secret=_first_secret(call, entry.app, person.user),
    )
    words = f"{person.user} may act here."
    return answer_changes(call, entry.command, changes, words, user=person.user)


def _for_a_time(grants: Sequence[Grant], user: str) -> str:
    """What a user was granted for a time, in a few words: `charge_nurse on 4A`."""
    return ", ".join(
        one.role.value + (f" on {one.ward}" if one.ward else "")
        for one in grants
        if one.user == user and one.role is not None
    )


def _first_secret(call: Call, app: App, user: str) -> NewSecret | None:
    """The first secret of a user who is added; None where none was entered."""
    first = not app.secured and not app.reads.practitioners()
    if not first and not app.secured and call.text_option("new_secret_file") is None:
        return None
    new = secret_commands.new_secret(call, user, own=first)
    return new if new.text else None


def _role(at: int, text: str) -> Role:
    from domain.errors import InvalidInput
    from domain.people import Role

    if text not in {role.value for role in Role}:
        right = ", ".join(role.value for role in Role)
        raise InvalidInput(f"roles.{at}", f"roles: {text!r} is no role", right=right)
    return Role(text)


def disable(call: Call) -> int:
    """`wardloop user disable`."""
    from client.cli.entry import Entry
    from domain.errors import NotFound

    entry = Entry(call, "user")
    name = entry.text("user", right="a user name")
    if name not in {one.user for one in entry.app.list_users(user=entry.user)}:
        raise NotFound("user", name, right="a user that `wardloop user list` names")
    changes = entry.app.disable_user(user=entry.user, command=entry.command, name=name)
    words = f"{name} may not act any more."
    return answer_changes(call, entry.command, changes, words, user=name)


def list_users(call: Call) -> int:
    """`wardloop user list`."""
    app = call.app()
    people, grants = (
        app.list_users(user=call.user()),
        app.list_grants(user=call.user(), now=app.now()),
    )
    words = table(
        ("USER", "NAME", "姓名", "ROLES", "WARDS", "STATE", "FOR A TIME"),
        [
            (
                one.user,
                one.name,
                one.name_zh,
                ", ".join(sorted(role.value for role in one.roles)) + (" (student)" * one.student),
                ", ".join(sorted(one.wards)) or "all",
                "active" if one.active else "disabled",
                _for_a_time(grants, one.user),
            )
            for one in people
        ],
        empty="There is no user yet; the first adds themselves: wardloop user add --file FILE",
    )
    return call.answer(people, words)
