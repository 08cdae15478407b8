"""What a site and a ward change of the alert rules.

In an overlay file (`rules.loops.overlay`), beside its changes of loops::

    format = 1
    ward = "7A"                                # or a list; without it: the whole site

    [rules.M-05]
    severity = ["S1", "S1", "S2"]              # at most one grade from the shipped one; false: off
    roles = ["RN", "CN"]
    ladder = { S2 = [[10, "CN"]] }

    [rules.T-13]
    params = { fever = "38.5" }                # within the row's bounds

    [rules.L-12]
    on = false                                 # never where the shipped rule is S1
    silent = "trial until January"             # raised and counted, shown to nobody; "": live

It may change titles and actions too. It adds no rule and no other key.
"""

import copy
from collections.abc import Mapping
from typing import Any, Final

from domain.alerts import AlertSeverity
from domain.errors import DefinitionError
from rules.alerts.rows import number, three_severities
from rules.loops.document import Document, Fault
from rules.loops.lines import KeyPath
from rules.loops.overlay import Overlay

MAY_CHANGE: Final = (
    "severity",
    "roles",
    "ladder",
    "params",
    "on",
    "silent",
    "title",
    "action",
)


def changes_of(overlay: Overlay) -> Mapping[str, object]:
    """The changes by rule.

    Raises:
        DefinitionError: `rules` is no table.
    """
    return _table(overlay, ("rules",), overlay.document.data.get("rules", {}))


def with_overlay(
    document: Document, overlay: Overlay, *, shipped: Document | None = None
) -> Document:
    """A file of rules as an overlay changes it; what it says of other files' rules is left alone.

    Args:
        document: as the overlays before this one have changed it.
        shipped: as it is shipped: the bounds count from there, however many overlays there are.

    Raises:
        DefinitionError: names the overlay's line.
    """
    data: dict[str, Any] = copy.deepcopy(document.data)
    places = document.places
    changes = changes_of(overlay)
    rows: Any = (shipped or document).data["rules"]
    usual = {row["id"]: row for row in rows}
    for place, row in enumerate(data["rules"]):
        if row["id"] not in changes:
            continue
        at: KeyPath = ("rules", row["id"])
        for key, value in _table(overlay, at, changes[row["id"]]).items():
            _change(overlay, (*at, key), row, value, usual[row["id"]]["severity"])
            changed = "severity" if key == "on" else key
            places = places.replaced(("rules", place, changed), overlay.document.places, (*at, key))
    return Document(document.file, data, places)


def check_known(overlay: Overlay, known: Mapping[str, object]) -> None:
    """Refuse changes to a rule that there is not.

    Raises:
        DefinitionError: names the line of the rule's table.
    """
    for name in changes_of(overlay):
        if name not in known:
            raise overlay.document.error(
                Fault(
                    ("rules", name, "on"),
                    f"an overlay adds no rule, and none is {name!r}; right would be one of"
                    f" {', '.join(sorted(known))}",
                )
            )


def _change(
    overlay: Overlay, at: KeyPath, row: dict[str, Any], value: object, usual: object
) -> None:
    key = str(at[-1])
    shipped = three_severities(usual)
    gravest = AlertSeverity.S1 in shipped
    match key:
        case "severity":
            _check_severity(overlay, at, shipped, value)
            row["severity"] = value
        case "on":
            row["severity"] = _switched(overlay, at, value, row["severity"], usual)
        case "silent":
            if gravest and value:
                raise _error(overlay, at, "a rule that is S1 cannot be made silent")
            row["silent"] = value
        case "params":
            _set_params(overlay, at, row, value)
        case _ if key in MAY_CHANGE:
            row[key] = value
        case _:
            right = ", ".join(MAY_CHANGE)
            raise _error(overlay, at, f"an overlay cannot change it; right would be one of {right}")


def _switched(
    overlay: Overlay, at: KeyPath, value: object, now: list[object], usual: object
) -> object:
    """The severities of a rule that is switched off, or on again as it is shipped."""
    if not isinstance(value, bool):
        raise _error(overlay, at, "right would be true or false")
    if value:
        return now if any(now) else usual
    if AlertSeverity.S1 in three_severities(usual):
        raise _error(overlay, at, "a rule that is S1 cannot be switched off")
    return [False] * len(now)


def _check_severity(
    overlay: Overlay,
    at: KeyPath,
    shipped: tuple[AlertSeverity | None, ...],
    value: object,
) -> None:
    try:
        wanted = three_severities(value)
    except ValueError as error:
        raise _error(overlay, at, str(error)) from None
    for before, after in zip(shipped, wanted, strict=True):
        if after is None and AlertSeverity.S1 in shipped:
            raise _error(overlay, at, "a rule that is S1 cannot be switched off")
        if before is not None and after is not None and abs(after.rank - before.rank) > 1:
            raise _error(overlay, at, f"{before} may become one grade graver or milder, no more")


def _set_params(overlay: Overlay, at: KeyPath, row: dict[str, Any], value: object) -> None:
    known = row.get("params", {})
    for name, one in _table(overlay, at, value).items():
        if name not in known:
            right = ", ".join(known) or "none: it has no parameters"
            raise _error(overlay, (*at, name), f"no parameter; right would be {right}")
        try:
            wanted = number(one)
        except ValueError as error:
            raise _error(overlay, (*at, name), str(error)) from None
        least, most = number(known[name]["min"]), number(known[name]["max"])
        if not least <= wanted <= most:
            raise _error(overlay, (*at, name), f"{wanted} is not within {least} to {most}")
        known[name]["is"] = one


def _table(overlay: Overlay, at: KeyPath, value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise _error(overlay, at, "right would be a table")
    return value


def _error(overlay: Overlay, at: KeyPath, reason: str) -> DefinitionError:
    return overlay.document.error(Fault((*at, ""), f"{at[-1]}: {reason}"))
