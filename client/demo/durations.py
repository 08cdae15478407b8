"""How long things last once they have begun: an infusion, an examination, a blood unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from client.demo.content import Content
    from client.demo.moment import Moment

_USUAL: Final = 30
_ITEM_OF: Final = {"examination": "examination", "transfusion": "component"}


def minutes_of(content: Content, moment: Moment) -> int:
    """Minutes from the start of what a task is about until it is over, as planned."""
    row = moment.plan.row
    if row.minutes is not None:
        return row.minutes
    kind = _ITEM_OF.get(moment.loop.id)
    if kind is None:
        return _USUAL
    return int(content.items[kind][row.code]["minutes"])
