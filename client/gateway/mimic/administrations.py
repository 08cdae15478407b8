"""`hosp/emar`: which rows say what happened to a dose of a known order, and why others do not."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from client.gateway.mimic.charted import read_charted
from client.gateway.mimic.charting import Verb, said
from client.gateway.mimic.doses import doses
from client.gateway.mimic.infusions import runs
from client.gateway.mimic.medication import schedule_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from client.gateway.mimic.accounting import Account
    from client.gateway.mimic.acts import PlannedOrder
    from client.gateway.mimic.charted import Charted
    from client.gateway.mimic.charting import Beside, EmarRow, Said
    from client.gateway.mimic.tables import LocalTimes


def chart(
    rows: Sequence[EmarRow],
    *,
    orders: Mapping[str, PlannedOrder],
    details: Mapping[str, Beside],
    frequencies: Mapping[str, str],
    account: Account,
    times: LocalTimes,
) -> set[str]:
    """Add what was charted to the orders, and count every row.

    Args:
        frequencies: of the pharmacy's rows, by `pharmacy_id`.

    Returns:
        The `emar_id` that were taken.
    """
    by_order: dict[str, list[Charted]] = defaultdict(list)
    taken: set[str] = set()
    for row in rows:
        what = said(row.event_txt)
        verb = what.verb
        again = row.emar_id in taken
        reason = "the same row again" if again else _set_aside(row, what, orders)
        if verb is None or reason is not None:
            account.set_aside(reason or f"event text {row.event_txt!r} is not known")
            continue
        account.take()
        taken.add(row.emar_id)
        charted = read_charted(
            row, what, verb, details=details, frequencies=frequencies, times=times
        )
        by_order[row.poe_id].append(charted)
    for poe, found in by_order.items():
        found.sort(key=lambda one: (one.at, one.number))
        _add(orders[poe], found)
    return taken


def _set_aside(row: EmarRow, what: Said, orders: Mapping[str, PlannedOrder]) -> str | None:
    order = orders.get(row.poe_id)
    if order is None or order.kind != "medication":
        return "order not in poe"
    if not what.text:
        return "no act: the event text is empty"
    if what.verb is Verb.NO_RECORD:
        return f"{what.text}: nothing was done and no task ends"
    return None


def _add(order: PlannedOrder, charted: Sequence[Charted]) -> None:
    if order.fields.get("product") == order.subtype and charted[0].row.medication:
        order.fields["product"] = charted[0].row.medication
    schedule = schedule_of(str(order.fields.get("frequency", "")))
    order.acts.extend(runs([one for one in charted if one.of_run]))
    order.acts.extend(doses([one for one in charted if not one.of_run], schedule))
