"""`step record`, `worklist`: the work itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from client.cli.changed import answer_changes, first
from client.cli.errors import UsageError
from client.cli.output import minutes, moment, table
from client.cli.parser import add_file_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from client.app import App
    from client.cli.call import Call
    from client.cli.parser import Commands
    from domain.people import Role
    from domain.services.worklists import WorkItem

_MOST_ROWS: Final = 10_000
_SHOWN: Final = 200
"""Lines of the table unless a limit is said; JSON has all."""


def add(commands: Commands) -> None:
    """Put the commands on the command line."""
    step = commands.group("step", "steps and exits")
    record = step.command(
        "record",
        record_step,
        "record a step, an exit or an answer",
        more="Fields: command_id; act (record, correct, amend, entered_in_error, incident, hold,\n"
        "release, open_child, need); task, tasks, container or order; step, exit or answer\n"
        "(+ code); result, source, actor, witness, co_signer, at, scans, evidence, reason,\n"
        'override, corrects, signature ({"method": none, password or pin}; secrets never stand\n'
        "in the file: --secret-file, --witness-secret-file, or lines of standard input).",
    )
    add_file_option(record)
    worklist = commands.command("worklist", list_work, "what a role has to do, in order")
    worklist.add_argument("--role", metavar="ROLE", help="such as nurse; else the roles of --user")
    worklist.add_argument("--ward", metavar="WARD", help="of one ward only")
    worklist.add_argument("--mine", action="store_true", help="only patients given to --user")
    worklist.add_argument("--limit", metavar="N", type=_limit, help="at most so many")


def _limit(text: str) -> int:
    """How many rows: 1 to 10000."""
    number = int(text) if text.isdecimal() and len(text) <= len(str(_MOST_ROWS)) else 0
    if not 1 <= number <= _MOST_ROWS:
        raise UsageError(
            f"--limit: {text!r} cannot be meant; right would be 1 to {_MOST_ROWS}", field="limit"
        )
    return number


def record_step(call: Call) -> int:
    """`wardloop step record`."""
    from domain.services.step_entry import parse_step_entry
    from domain.signatures import Secrets

    user = call.user()
    entry = parse_step_entry(call.input())
    seconds = (one.second for one in entry.overrides)
    secrets = Secrets(call.secrets(entry.witness, *seconds))
    changes = call.app().record_step(user=user, entry=entry, secrets=secrets)
    order = first(changes.orders)
    return answer_changes(call, entry.command, changes, "Recorded.", order=order)


def list_work(call: Call) -> int:
    """`wardloop worklist`."""
    from client.cli.order_tables import step_id
    from domain.errors import NotFound
    from domain.ids import WardId
    from domain.services.worklists import ALL

    user, ward, named = call.user(), call.text_option("ward"), call.text_option("role")
    role = None if named is None else role_of(named)
    app = call.app()
    known = sorted(one.id for one in app.list_wards(user=user))
    if ward is not None and ward not in known:
        raise NotFound("ward", ward, right=f"one of {', '.join(known)}")
    items = app.worklist(
        user=user,
        now=app.read_at(),
        role=role,
        ward=None if ward is None else WardId(ward),
        mine=call.options.mine,
        limit=call.options.limit or ALL,
    )
    rows = [{**item.to_json(), "step": step_id(item.step, item.kind, app.loops)} for item in items]
    return call.answer(rows, _worklist_words(call, app, items))


def _worklist_words(call: Call, app: App, items: Sequence[WorkItem]) -> str:
    """The worklist for people: so many rows, and how many there are in all."""
    from client.cli.order_tables import step_name
    from client.cli.ward_time import zone_of

    words = table(
        ("BED", "PATIENT", "WHAT", "NEXT", "BY", "LATE", "PRIORITY", "TASK OR ORDER"),
        [
            (
                f"{item.ward} {item.bed}",
                f"{item.patient_name} {item.patient_name_zh}".strip(),
                item.title.text(),
                step_name(item.step, item.kind, app.loops),
                moment(item.deadline or item.due_at, zone_of(app, item.ward)),
                minutes(item.overdue_minutes) if item.overdue_minutes else "",
                item.priority.value,
                item.task or item.order,
            )
            for item in items[: call.options.limit or _SHOWN]
        ],
        empty="Nothing waits.",
    )
    if call.options.limit is None and len(items) > _SHOWN:
        words += f"\n\nThe first {_SHOWN} of {len(items)}; --limit {len(items)} shows all."
    return words


def role_of(text: str) -> Role:
    """The role of an option.

    Raises:
        UsageError: there is none of this name.
    """
    from domain.people import Role

    if text not in {role.value for role in Role}:
        right = ", ".join(role.value for role in Role)
        raise UsageError(
            f"--role: {text!r} is no role; right would be one of {right}", field="role"
        )
    return Role(text)
