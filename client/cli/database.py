"""`db …`: the schema, the projections, and whether everything holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.cli import backup_commands
from client.cli.errors import FoundWanting

if TYPE_CHECKING:
    from client.cli.call import Call
    from client.cli.parser import Commands
    from client.configuring import Configuration
    from storage.rebuild import OutlookOf
    from storage.store import Store


def add(commands: Commands) -> None:
    """Put the commands on the command line."""
    group = commands.group("db", "the database")
    group.command("upgrade", upgrade_schema, "bring the schema to this program's; make a new one")
    group.command("rebuild", rebuild_projections, "recompute every projection from the journal")
    group.command(
        "verify",
        verify_all,
        "check every hash and number, compare every projection",
        more="Writes nothing. Names the first record that does not hold.",
    )
    backup_commands.add(group)


def upgrade_schema(call: Call) -> int:
    """`wardloop db upgrade`."""
    from client.databases import database_key, make_database
    from storage.migrate import REVISION, revision_of, upgrade

    settings = call.settings()
    url = settings.database
    key = database_key(settings)
    before = revision_of(url, key=key)
    make_database(settings)
    upgrade(url, key=key)
    done = before != REVISION
    words = f"{url} has schema {REVISION}" + ("." if done else " already.")
    return call.answer({"database": url, "from": before, "to": REVISION, "changed": done}, words)


def rebuild_projections(call: Call) -> int:
    """`wardloop db rebuild`."""
    from storage.rebuild import rebuild

    store, outlook, decides = _opened(call)
    call.say("Every projection is recomputed …")
    done = rebuild(store, outlook, config_hash=decides.sha256, rulebook=decides.rules)
    words = f"Rebuilt from {done.events} events of {done.chains} chains."
    return call.answer({"chains": done.chains, "events": done.events}, words)


def verify_all(call: Call) -> int:
    """`wardloop db verify`."""
    from storage.verify import verify

    store, outlook, decides = _opened(call)
    call.say("Every record is checked …")
    verdict = verify(store, outlook, rulebook=decides.rules)
    if verdict.fault is not None:
        fault = verdict.fault
        where = f"{fault.chain} {fault.seq}" if fault.seq else fault.chain
        raise FoundWanting(
            "DOES_NOT_HOLD",
            f"The database does not hold: {where}: {fault.what}",
            findings=[{"chain": fault.chain, "seq": fault.seq, "what": fault.what}],
        )
    data = {
        "holds": True,
        "chains": verdict.chains,
        "events": verdict.events,
        "commands": verdict.commands,
        "rows": verdict.rows,
    }
    words = (
        f"All holds: {verdict.events} events of {verdict.commands} commands in {verdict.chains} "
        f"chains, {verdict.rows} rows of projections."
    )
    return call.answer(data, words)


def _opened(call: Call) -> tuple[Store, OutlookOf, Configuration]:
    """The database that is there already, what comes next on a case, and by which configuration."""
    from client.approving import agreed
    from client.configuring import configuration, outlook_of
    from client.databases import open_database
    from client.wiring import SystemClock

    settings = call.settings()
    store = open_database(settings, SystemClock())
    call.resources.callback(store.close)
    decides = configuration(agreed(settings, store).settings, call.now())
    return store, outlook_of(decides.loops, store.reads), decides
