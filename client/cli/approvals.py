"""`site approve`, `site approvals`: two persons agree to a change of limits or rules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from client.cli.errors import UsageError
from client.cli.output import moment, table

if TYPE_CHECKING:
    from client.cli.call import Call
    from client.cli.parser import Commands
    from client.settings import Settings
    from domain.safety import Approval


def add(site: Commands) -> None:
    """Put the commands under `site`."""
    approving = site.command(
        "approve",
        approve,
        "agree to a site file or loop file; in a secured database it counts once two have",
        more="For administrator, medical_affairs, nursing_manager, department_head and\n"
        "pharmacy_lead. The file is proved first. A file that is changed afterwards counts as it\n"
        "was agreed to; one that nobody agreed to is left out, and `wardloop doctor` says so.\n"
        "A loop of your own is agreed to before the first order of its kind.",
    )
    approving.add_argument(
        "site_file", metavar="FILE", help="a site file, or one of a folder of the setting loops"
    )
    site.command("approvals", list_approvals, "the files that somebody agreed to, and who")


def approve(call: Call) -> int:
    """`wardloop site approve FILE`."""
    path = Path(call.options.site_file)
    if not path.is_file():
        raise UsageError(f"{path} is not there", field="FILE")
    user, app = call.user(), call.app()
    _prove(path, call.settings())
    content = path.read_bytes().decode("utf-8")
    found = app.approve_configuration(
        user=user, command=app.new_command(), name=path.name, content=content
    )
    if found.approved:
        words = f"{path.name} is approved by {' and '.join(found.by)}."
    else:
        words = f"{path.name} is proposed by {found.by[0]}; another person agrees to it."
    return call.answer(_data(found), words)


def _prove(path: Path, settings: Settings) -> None:
    """Refuse a file with faults: a site file, or one of the site's own loops with all others."""
    from client.cli.site import proved
    from rules.site_faults import read_shipped_parts

    if path.resolve().parent in {folder.resolve() for folder in settings.loops}:
        read_shipped_parts(profile=settings.profile, folders=settings.loops)
    else:
        proved(path, settings)


def list_approvals(call: Call) -> int:
    """`wardloop site approvals`."""
    user, app = call.user(), call.app()
    found = app.approvals(user=user)
    zone = ZoneInfo(call.settings().time_zone)
    rows = [
        (
            moment(one.at, zone),
            one.name,
            "approved" if one.approved else "proposed",
            ", ".join(one.by),
            one.sha256[:16],
        )
        for one in found
    ]
    words = table(
        ("WHEN", "FILE", "STATE", "BY", "SHA-256"), rows, empty="Nobody agreed to a file yet."
    )
    return call.answer([_data(one) for one in found], words)


def _data(one: Approval) -> dict[str, object]:
    return {
        "file": one.name,
        "sha256": one.sha256,
        "state": "approved" if one.approved else "proposed",
        "by": one.by,
        "at": one.at,
    }
