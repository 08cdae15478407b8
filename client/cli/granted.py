"""`user grant/delegate/take-back/show`, `access …`: what people may do for a time, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.cli.changed import answer_changes
from client.cli.output import pairs, table
from client.cli.parser import add_file_option

if TYPE_CHECKING:
    from client.cli.call import Call
    from client.cli.entry import Entry
    from client.cli.parser import Commands
    from domain.grants import Grant
    from domain.services.granting import Wanted

_FIELDS = "Fields: user, role, ends_at, reason; optional starts_at (else now), command_id, actor;"


def add_to_users(group: Commands) -> None:
    """Put the commands under `user`."""
    granting = group.command(
        "grant",
        grant_role,
        "let somebody work on a ward for a shift",
        more=f"{_FIELDS}\nward. Who is in charge of the ward lends it roles that the person has;\n"
        "an administrator may give another one. It ends by itself, after 31 days at most.",
    )
    add_file_option(granting)
    delegating = group.command(
        "delegate",
        delegate,
        "hand a role of one's own on for a time",
        more=f"{_FIELDS}\nward (else wherever you work). To somebody of the same profession who\n"
        "is no student; it holds only while you hold the role yourself.",
    )
    add_file_option(delegating)
    ending = group.command(
        "take-back", take_back, "end a grant before its time", more="Fields: grant."
    )
    add_file_option(ending)
    showing = group.command("show", show_user, "one user, with what was granted for a time")
    showing.add_argument("name", metavar="NAME")


def add(commands: Commands) -> None:
    """Put the group `access` on the command line."""
    group = commands.group("access", "a stay opened in need by who does not work on the ward")
    opening = group.command(
        "open",
        open_stay,
        "open a patient's stay for four hours, with a reason that is reviewed",
        more="Fields: encounter or mrn, reason; optional command_id, actor.",
    )
    add_file_option(opening)
    listing = group.command("list", list_opened, "the openings that nobody has reviewed yet")
    listing.add_argument("--all", action="store_true", help="those too that were reviewed")
    reviewing = group.command(
        "review",
        review,
        "say whether an opening was justified; nobody reviews their own",
        more="Fields: grant, verdict (justified, not_justified), text.",
    )
    add_file_option(reviewing)


def grant_role(call: Call) -> int:
    """`wardloop user grant`."""
    from client.cli.entry import Entry

    entry = Entry(call, "user", "role", "ward", "starts_at", "ends_at", "reason")
    wanted = _wanted(entry, ward=entry.text("ward", right="the id of a ward"))
    changes = entry.app.grant_role(user=entry.user, command=entry.command, wanted=wanted)
    words = f"{wanted.name} is {wanted.role.value} on ward {wanted.ward} until then."
    return answer_changes(call, entry.command, changes, words, grant=_id(entry))


def delegate(call: Call) -> int:
    """`wardloop user delegate`."""
    from client.cli.entry import Entry

    entry = Entry(call, "user", "role", "ward", "starts_at", "ends_at", "reason")
    wanted = _wanted(entry, ward=entry.optional_text("ward"))
    changes = entry.app.delegate(user=entry.user, command=entry.command, wanted=wanted)
    words = f"{wanted.name} stands in as {wanted.role.value} until then."
    return answer_changes(call, entry.command, changes, words, grant=_id(entry))


def _wanted(entry: Entry, *, ward: str | None) -> Wanted:
    from domain.errors import InvalidInput
    from domain.ids import WardId
    from domain.people import Role
    from domain.services.granting import Wanted

    named = entry.text("role", right=", ".join(role.value for role in Role))
    if named not in {role.value for role in Role}:
        right = ", ".join(role.value for role in Role)
        raise InvalidInput("role", f"role: {named!r} is no role", right=right)
    return Wanted(
        name=entry.text("user", right="a user name"),
        role=Role(named),
        ends_at=entry.instant("ends_at"),
        reason=entry.text("reason", right="why, in your words"),
        ward=None if ward is None else WardId(ward),
        starts_at=entry.optional_instant("starts_at"),
    )


def _id(entry: Entry) -> str:
    from domain.grants import grant_id

    return grant_id(entry.command)


def take_back(call: Call) -> int:
    """`wardloop user take-back`."""
    from client.cli.entry import Entry

    entry = Entry(call, "grant")
    grant = entry.text("grant", right="a grant that `wardloop user show` names")
    changes = entry.app.take_back(user=entry.user, command=entry.command, grant=grant)
    return answer_changes(call, entry.command, changes, "It holds no more.", grant=grant)


def show_user(call: Call) -> int:
    """`wardloop user show`."""
    from domain.errors import NotFound

    app, user, name = call.app(), call.user(), str(call.options.name)
    found = next((one for one in app.list_users(user=user) if one.user == name), None)
    if found is None:
        raise NotFound("name", name, right="a user that `wardloop user list` names")
    grants = app.list_grants(user=user, name=name, now=app.now())
    kept = app.place.trust.credentials.of(found.user)
    method = None if kept is None else kept.method.value
    lines = pairs(
        [
            ("user", found.user),
            ("name", f"{found.name} {found.name_zh}".strip()),
            ("roles", ", ".join(sorted(role.value for role in found.roles))),
            ("wards", ", ".join(sorted(found.wards)) or "all"),
            ("state", "active" if found.active else "disabled"),
            ("secret", (method or "none") + ("" if not (kept and kept.must_change) else ", given")),
        ]
    )
    if grants:
        lines += "\n\n" + _table(grants)
    given = bool(kept and kept.must_change)
    data = {"user": found, "secret": {"method": method, "given": given}, "grants": grants}
    return call.answer(data, lines)


def _table(grants: tuple[Grant, ...]) -> str:
    return table(
        ("GRANT", "ROLE", "WARD", "FROM", "UNTIL", "BY", "REASON"),
        [
            (
                one.id,
                "" if one.role is None else one.role.value,
                one.ward or "",
                one.starts_at.isoformat(timespec="minutes"),
                one.ends_at.isoformat(timespec="minutes"),
                one.given_by,
                one.reason,
            )
            for one in grants
        ],
    )


def open_stay(call: Call) -> int:
    """`wardloop access open`."""
    from client.cli.entry import Entry
    from domain.errors import InvalidInput
    from domain.ids import EncounterId

    entry = Entry(call, "encounter", "mrn", "reason")
    stay, mrn = entry.optional_text("encounter"), entry.optional_text("mrn")
    if stay is not None and mrn is not None:
        raise InvalidInput("mrn", "mrn stands beside encounter", right="one of them")
    changes = entry.app.open_stay(
        user=entry.user,
        command=entry.command,
        reason=entry.text("reason", right="why, in your words"),
        encounter=None if stay is None else EncounterId(stay),
        mrn=mrn,
    )
    words = "The stay is open to you for four hours; the reason is reviewed."
    return answer_changes(call, entry.command, changes, words, grant=_id(entry))


def list_opened(call: Call) -> int:
    """`wardloop access list`."""
    app = call.app()
    found = app.opened_stays(user=call.user(), reviewed=bool(call.option("all")))
    words = table(
        ("GRANT", "WHO", "STAY", "FROM", "REASON", "REVIEW"),
        [
            (
                one.id,
                one.user,
                one.encounter or "",
                one.starts_at.isoformat(timespec="minutes"),
                one.reason,
                "" if one.review is None else f"{one.review.verdict.value} {one.review.by}",
            )
            for one in found
        ],
        empty="Nothing waits for a review.",
    )
    return call.answer(found, words)


def review(call: Call) -> int:
    """`wardloop access review`."""
    from client.cli.entry import Entry
    from domain.errors import InvalidInput
    from domain.grants import Verdict

    entry = Entry(call, "grant", "verdict", "text")
    grant = entry.text("grant", right="one that `wardloop access list` names")
    said = entry.text("verdict", right="justified or not_justified")
    if said not in {one.value for one in Verdict}:
        raise InvalidInput(
            "verdict", f"verdict: {said!r} is none", right="justified or not_justified"
        )
    changes = entry.app.review_access(
        user=entry.user,
        command=entry.command,
        grant=grant,
        verdict=Verdict(said),
        text=entry.words("text"),
    )
    return answer_changes(call, entry.command, changes, "Reviewed.", grant=grant)
