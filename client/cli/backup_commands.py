"""`db backup`, `db restore`, `db copy`: nothing of the database is lost with its workstation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from client.cli.errors import UsageError
from client.cli.output import counted

if TYPE_CHECKING:
    from client.cli.call import Call
    from client.cli.parser import Commands
    from client.settings import Settings
    from storage.backup import Backup
    from storage.restore import Restored


def add(group: Commands) -> None:
    """Put the commands below `db`."""
    backup = group.command(
        "backup",
        back_up,
        "copy the database while it is in use, and prove the copy by restoring it",
        more="`db backup list` shows the backups that held. Where none is named by --out, the\n"
        "folder is that of the settings ([backup] folder); there the watch makes them, too.",
    )
    backup.add_argument(
        "what", nargs="?", choices=("now", "list"), default="now", help="list: show what is there"
    )
    backup.add_argument("--out", metavar="DIR", help="the folder of the backups")
    backup.add_argument(
        "--encrypt", action="store_true", help="only the key 'backup' opens it (wardloop keys)"
    )
    restore = group.command(
        "restore",
        put_back,
        "put the database of a backup in its place, once it is proved",
        more="Close every window, watch and gateway on the database first. What stood there\n"
        "is kept beside it, and what the backup does not have is said.",
    )
    restore.add_argument("backup", metavar="FILE", help="one of `wardloop db backup list`")
    copy = group.command(
        "copy", copy_database, "copy the database to another file, encrypted there or not"
    )
    kind = copy.add_mutually_exclusive_group()
    kind.add_argument("--encrypted", action="store_true", help="the copy is encrypted on its disk")
    kind.add_argument("--plain", action="store_true", help="the copy is not encrypted")
    for command, required in ((restore, False), (copy, True)):
        command.add_argument(
            "--to", metavar="DB", required=required, help="a file, or sqlite:///FILE"
        )
        command.add_argument(
            "--replace", action="store_true", help="put aside the database that stands there"
        )


def back_up(call: Call) -> int:
    """`wardloop db backup`."""
    from client import backups
    from client.wiring import SystemClock

    settings, folder = call.settings(), _folder(call)
    if call.options.what == "list":
        return list_all(call, settings, folder)
    call.say("The database is copied, and the copy is proved …")
    made = backups.back_up(
        settings,
        SystemClock(),
        folder=folder,
        encrypted=True if call.options.encrypt else None,
        by=_proved(call),
    )
    words = f"{made.file} holds: it was restored into a scratch place and proved there."
    if made.key_id is not None:
        words += (
            f"\nOnly the key 'backup' ({made.key_id}) opens it. Keep a copy of the key away from"
            " this workstation: wardloop keys export backup --out FILE"
        )
    return call.answer(_backup_data(made), words)


def list_all(call: Call, settings: Settings, folder: Path | None) -> int:
    """`wardloop db backup list`."""
    from client import backups

    found = backups.list_backups(settings, folder)
    lines = [
        f"{one.made_at:%Y-%m-%d %H:%M:%SZ}  {one.size / 1e6:8.1f} MB  "
        f"{'key ' + one.key_id if one.key_id else 'not sealed'}  {one.file}"
        for one in found
    ]
    return call.answer(
        [_backup_data(one) for one in found], "\n".join(lines) or "There is no backup."
    )


def put_back(call: Call) -> int:
    """`wardloop db restore`."""
    from client import backups
    from client.wiring import SystemClock

    settings = call.settings()
    call.say("The backup is restored beside the database, and proved …")
    done = backups.restore(
        settings,
        SystemClock(),
        backup=Path(call.options.backup),
        to=_target(call) or backups.database_file(settings),
        replace=bool(call.options.replace),
        by=_asked_by(call),
    )
    return call.answer(_as_data(done), _in_words(done))


def copy_database(call: Call) -> int:
    """`wardloop db copy`."""
    from client import backups
    from client.wiring import SystemClock

    settings, to = call.settings(), _target(call)
    if to is None:
        raise UsageError("--to DB is missing", field="to")
    encrypted = settings.encrypted or bool(call.options.encrypted)
    call.say("The database is copied, and the copy is proved …")
    done = backups.copy_database(
        settings,
        SystemClock(),
        to=to,
        encrypted=encrypted and not call.options.plain,
        replace=bool(call.options.replace),
        by=_proved(call),
    )
    words = f"{to} is a copy that holds, with {counted(done.extent.entries, 'record')}."
    return call.answer(_as_data(done), words)


def _folder(call: Call) -> Path | None:
    out = call.text_option("out")
    return None if out is None else Path(out)


def _target(call: Call) -> Path | None:
    text = call.text_option("to")
    if text is None:
        return None
    if "://" in text and not text.startswith("sqlite:///"):
        raise UsageError(f"--to {text}: right would be a file, or sqlite:///FILE", field="to")
    return Path(text.removeprefix("sqlite:///"))


def _proved(call: Call) -> str:
    """Who asks, where anybody is named: in a secured database they prove it, as everywhere."""
    from client.databases import file_of

    name, file = _asked_by(call), file_of(call.settings().database)
    if not name or file is None or not file.exists():
        return name
    call.app()
    return call.user()


def _asked_by(call: Call) -> str:
    return call.text_option("user") or call.environ.get("WARDLOOP_USER", "")


def _backup_data(one: Backup) -> dict[str, object]:
    return {
        "file": str(one.file),
        "made_at": one.made_at,
        "size": one.size,
        "key": one.key_id,
    }


def _as_data(done: Restored) -> dict[str, object]:
    return {
        "entries": done.extent.entries,
        "last_at": done.extent.last_at,
        "lost": done.lost,
        "replaced": done.replaced,
        "kept": None if done.kept is None else str(done.kept),
        "upgraded": done.upgraded,
    }


def _in_words(done: Restored) -> str:
    last = "" if done.extent.last_at is None else f", the last of {_moment(done.extent.last_at)}"
    lines = [f"The backup is in place: {counted(done.extent.entries, 'record')}{last}."]
    if done.upgraded:
        lines.append("Its schema was an older one and was brought to this program's.")
    if done.kept is not None:
        lines.append(f"What stood there before is kept as {done.kept}.")
        lines.append(_lost_in_words(done))
    return "\n".join(lines)


def _lost_in_words(done: Restored) -> str:
    before = done.replaced
    if before is None:
        return "It cannot be read: whatever was recorded after the backup is lost; use the paper."
    if not done.lost or before.last_at is None:
        return "It had nothing that the backup has not."
    return (
        f"It had {counted(done.lost, 'record')} more, the last of {_moment(before.last_at)}:"
        " they are not in the database now; enter them again as after a downtime."
    )


def _moment(at: object) -> str:
    return f"{at:%Y-%m-%d %H:%M:%SZ}"
