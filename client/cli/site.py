"""`site check`: what a hospital's site file changes, and all that is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from client.cli import approvals
from client.cli.errors import FoundWanting, UsageError
from client.cli.output import counted, moment, pairs, table
from domain.errors import DefinitionError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from client.cli.call import Call
    from client.cli.parser import Commands
    from client.cli.site_preview import Preview
    from client.settings import Settings
    from rules.site import Site
    from rules.site_changes import Change
    from rules.site_faults import Shipped


def add(commands: Commands) -> None:
    """Put the commands on the command line."""
    site = commands.group("site", "what the hospital changes")
    check = site.command(
        "check",
        check_file,
        "prove a site file and say what it changes",
        more="Every fault is told as file:line: reason. docs/site.md has a whole example.\n"
        "--preview replays the last 30 days of the database under the limits and rules as they\n"
        "are and as they would be.",
    )
    check.add_argument("site_file", metavar="FILE", help="a site file (TOML)")
    check.add_argument(
        "--preview",
        action="store_true",
        help="what would have been late and told on the last 30 days",
    )
    approvals.add(site)


def check_file(call: Call) -> int:
    """`wardloop site check FILE`."""
    from client.configuring import configuration
    from rules.site import read_site
    from rules.site_changes import changes_of

    path, settings = Path(call.options.site_file), call.settings()
    if not path.is_file():
        raise UsageError(f"{path} is not there", field="FILE")
    shipped = proved(path, settings)
    site = read_site(path)
    now = call.now()
    at = max(now, site.effective_from or now)
    try:
        decides = configuration(_with(settings, path), at)
    except DefinitionError as error:  # right alone, wrong with the site's other files
        raise _wanting(path, [error]) from None
    changes = changes_of(site, shipped)
    answer: dict[str, object] = {
        "file": str(path),
        "holds": True,
        "version": site.version,
        "wards": list(site.wards),
        "effective_from": site.effective_from,
        "in_force": site.in_force(now),
        "approved_by": list(site.approved_by),
        "note": site.note,
        "config_sha256": decides.sha256,
        "changes": changes,
        "faults": [],
    }
    zone = ZoneInfo(settings.time_zone)
    words = _in_words(site, changes, decides.sha256, in_force=site.in_force(now), zone=zone)
    if call.options.preview:
        preview = _preview(call, settings, path)
        answer["preview"] = preview.data
        words += f"\n\n{preview.words}"
    return call.answer(answer, words)


def proved(path: Path, settings: Settings) -> Shipped:
    """What is shipped, for a file that stands every proof.

    Raises:
        FoundWanting: it has faults; all of them.
    """
    from rules.site_faults import faults_of, read_shipped_parts

    shipped = read_shipped_parts(profile=settings.profile, folders=settings.loops)
    faults = faults_of(path, shipped)
    if faults:
        raise _wanting(path, faults)
    return shipped


def _with(settings: Settings, path: Path) -> Settings:
    """The settings with the file after their own, unless it is one of them."""
    if path.resolve() in {one.resolve() for one in settings.site}:
        return settings
    return settings.model_copy(update={"site": (*settings.site, path)})


def _preview(call: Call, settings: Settings, path: Path) -> Preview:
    from client.cli.site_preview import preview
    from client.databases import open_database
    from client.wiring import SystemClock

    others = tuple(one for one in settings.site if one.resolve() != path.resolve())
    store = open_database(settings, SystemClock())
    call.resources.callback(store.close)
    call.say("The last 30 days are replayed …")
    return preview(
        store,
        before=settings.model_copy(update={"site": others}),
        after=_with(settings, path),
        now=call.now(),
    )


def _in_words(
    site: Site, changes: Sequence[Change], sha256: str, *, in_force: bool, zone: tzinfo
) -> str:
    begins = "always" if site.effective_from is None else moment(site.effective_from, zone)
    head = pairs(
        (
            ("file", str(site.path)),
            ("version", site.version),
            ("wards", ", ".join(site.wards) or "the whole site"),
            ("in force from", f"{begins}{'' if in_force else ' (not yet)'}"),
            ("approved by", ", ".join(site.approved_by)),
            ("note", site.note),
            ("configuration", sha256),
        )
    )
    rows = [(one.what, one.before, one.after) for one in changes]
    shown = table(("WHAT", "SHIPPED", "AFTER"), rows, empty="It changes nothing that is shipped.")
    return f"{site.path.name} holds. {counted(len(changes), 'change')}.\n\n{head}\n\n{shown}"


def _wanting(path: Path, faults: Sequence[DefinitionError]) -> FoundWanting:
    return FoundWanting(
        "DEFINITION",
        f"{path}: {counted(len(faults), 'fault')}",
        field="FILE",
        findings=[
            {"file": fault.file, "line": fault.line, "reason": fault.reason} for fault in faults
        ],
    )
