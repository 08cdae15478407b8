"""Every group of commands, in the order in which help tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.cli import (
    alerts,
    audit,
    bedside,
    catalogues,
    database,
    demonstration,
    exporting,
    granted,
    importing,
    incidents,
    key_commands,
    loop_commands,
    observing,
    opening,
    orders,
    patients,
    pure,
    risks,
    site,
    staff,
    users,
    wards,
    watching,
    work,
    workstation,
)
from client.cli.parser import Commands

if TYPE_CHECKING:
    from client.cli.parser import Parser


def add_all(parser: Parser) -> None:
    """Put every command on the command line; without one the desktop opens."""
    parser.set_defaults(run=opening.desktop, shown=parser)
    commands = Commands(parser, title="commands")
    for module in (
        patients,
        wards,
        observing,
        bedside,
        staff,
        users,
        granted,
        catalogues,
        orders,
        work,
        alerts,
        incidents,
        audit,
        risks,
        watching,
        loop_commands,
        site,
        pure,
        demonstration,
        importing,
        exporting,
        database,
        key_commands,
        workstation,
    ):
        module.add(commands)
