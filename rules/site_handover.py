"""When shifts hand over: small alerts wait until the handover is done (rules specification 3.1).

::

    [handover]
    times = ["07:30", "15:30", "23:30"]        # when a shift begins, on the ward's clock
    time_zone = "Asia/Shanghai"                # without it: that of the settings
"""

from collections.abc import Iterable, Mapping
from datetime import time
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Final
from zoneinfo import ZoneInfo

from rules.alerts.quiet import EVERYWHERE, Quiet
from rules.loops.rows import Read, Row

if TYPE_CHECKING:
    from rules.site import Site

_CLOCK: Final = "%H:%M"


def _times(value: object) -> tuple[time, ...]:
    """Clock times, the earliest first."""
    found = [_clock(one) for one in value] if isinstance(value, list) else [time(), time()]
    if len(set(found)) < len(found):
        raise ValueError('right would be a list of different times, such as ["07:30", "15:30"]')
    return tuple(sorted(found))


def _clock(value: object) -> time:
    try:
        read = time.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        read = None
    if read is None or read.strftime(_CLOCK) != value:
        raise ValueError(f'{value!s} is no time of day; right would be "07:30"')
    return read


def _zone(value: object) -> str:
    try:
        return str(ZoneInfo(str(value)))
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{value!r} is no time zone; right would be Asia/Shanghai") from None


class HandoverRow(Row):
    """When the shifts of a site or ward begin.

    Attributes:
        times: on the clock of `time_zone`; none: nothing waits.
        time_zone: an IANA name; empty: that of the settings.
    """

    times: Annotated[tuple[time, ...], Read(_times)]
    time_zone: Annotated[str, Read(_zone)] = ""

    @property
    def said(self) -> str:
        """As a person would write it."""
        listed = ", ".join(one.strftime(_CLOCK) for one in self.times) or "none"
        return f"{listed} {self.time_zone}".strip()


def handovers_of(sites: "Iterable[Site]") -> Mapping[str, HandoverRow]:
    """The handovers by ward, the later file wins; under `EVERYWHERE` those of all other wards."""
    found: dict[str, HandoverRow] = {}
    for site in sites:
        if site.handover is not None:
            found.update(dict.fromkeys(site.wards or (EVERYWHERE,), site.handover))
    return MappingProxyType(found)


def quiet_of(sites: "Iterable[Site]", time_zone: str) -> Mapping[str, Quiet]:
    """When small alerts wait, by ward.

    Args:
        time_zone: of those that name none.
    """
    return MappingProxyType(
        {
            ward: Quiet(row.times, ZoneInfo(row.time_zone or time_zone))
            for ward, row in handovers_of(sites).items()
        }
    )
