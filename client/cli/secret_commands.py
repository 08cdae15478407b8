"""`user secret`: one's own secret, and a first one for another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.cli.changed import answer_changes

if TYPE_CHECKING:
    from client.app import App
    from client.cli.call import Call
    from client.cli.parser import Commands, Parser
    from domain.services.own_secrets import NewSecret


def add(group: Commands) -> None:
    """Put the command under `user`."""
    setting = group.command(
        "secret",
        set_secret,
        "set one's own secret, or give another user a first one",
        more="Your own: the present one comes first (--secret-file, else the first line of\n"
        "standard input), then the new one (--new-secret-file, else the next line).\n"
        "With --for: your secret, then the one you give; it opens nothing but the setting of\n"
        "an own one, and ends a lock-out. An administrator's first secret secures the database:\n"
        "from then on nobody acts without one, so give the others theirs at once.",
    )
    setting.add_argument("--for", dest="whom", metavar="USER", help="another user, who changes it")
    add_new_secret_options(setting)


def add_new_secret_options(parser: Parser) -> None:
    """Where a new secret comes from, and of which kind it is."""
    parser.add_argument("--pin", action="store_true", help="six digits instead of a password")
    parser.add_argument(
        "--new-secret-file", metavar="FILE", help="the new secret; else a line of standard input"
    )


def set_secret(call: Call) -> int:
    """`wardloop user secret`."""
    whom = call.text_option("whom")
    if whom is not None:
        return _give(call, whom)
    user, app = call.named_user(), call.app()
    old = call.secret_of(user) if app.secured else None
    new = new_secret(call, f"{user}, the new one")
    command = app.new_command()
    changes = app.set_secret(user=user, command=command, old=old, new=new)
    without = _without(app, user)
    words = f"The secret of {user} is set."
    if without:
        words += f"\nNobody acts without one; give these theirs: {', '.join(without)}."
    more = {"without": without} if call.json else {}
    return answer_changes(call, command, changes, words, user=user, **more)


def _give(call: Call, whom: str) -> int:
    user, app = call.user(), call.app()
    command = app.new_command()
    new = new_secret(call, whom)
    changes = app.give_secret(user=user, command=command, name=whom, new=new)
    words = f"{whom} has a secret, and sets an own one with it before anything else."
    return answer_changes(call, command, changes, words, user=whom)


def new_secret(call: Call, whose: str, *, own: bool = False) -> NewSecret:
    """The new secret that was entered.

    Args:
        own: the first of all, which `--secret-file` names: there is none before it.
    """
    from domain.credentials import Method
    from domain.services.own_secrets import NewSecret

    option = "secret_file" if own and not call.option("new_secret_file") else "new_secret_file"
    method = Method.PIN if call.option("pin") else Method.PASSWORD
    return NewSecret(call.secret_of(whose, option=option), method)


def _without(app: App, user: str) -> list[str]:
    """For an administrator: who may act no more until they are given a secret."""
    from domain.people import Role

    credentials = app.place.trust.credentials
    people = app.list_users(user=user)
    if not any(one.user == user and Role.ADMINISTRATOR in one.roles for one in people):
        return []
    return [str(one.user) for one in people if one.active and credentials.of(one.user) is None]
