"""What a row of `hosp/emar` says: its verb, without the qualifiers, and what stands beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from client.gateway.mimic.amounts import quantity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from client.gateway.mimic.accounting import Account

EMAR: Final = "hosp/emar"
DETAIL: Final = "hosp/emar_detail"
PATCH: Final = "Transdermal Patch"
DELAYED: Final = "Delayed "
ELSEWHERE: Final = " in Other Location"


class EmarRow(NamedTuple):
    """The columns that are read."""

    emar_id: str
    emar_seq: str
    poe_id: str
    pharmacy_id: str
    enter_provider_id: str
    charttime: str
    medication: str
    event_txt: str
    scheduletime: str
    storetime: str


class DetailRow(NamedTuple):
    """The columns that are read. A row without `parent_field_ordinal` is its eMAR row's own."""

    emar_id: str
    parent_field_ordinal: str
    administration_type: str
    barcode_type: str
    reason_for_no_barcode: str
    dose_due: str
    dose_due_unit: str
    dose_given: str
    dose_given_unit: str
    product_amount_given: str
    product_unit: str
    product_code: str
    product_description: str
    infusion_rate: str
    infusion_rate_unit: str
    route: str
    site: str


class Verb(StrEnum):
    """What a row can say. A text that is not in the table below says nothing we know."""

    GIVEN = "given"
    PARTLY = "partly"
    NOT_GIVEN = "not_given"
    HELD = "held"
    STARTED = "started"
    STOPPED = "stopped"
    ROUND = "round"
    ASSESSED = "assessed"
    APPLIED = "applied"
    REMOVED = "removed"
    RENEWED = "renewed"
    NO_RECORD = "no_record"


# Closed on purpose: an earlier reading by parts of the text swallowed words it had never seen.
VERBS: Final[Mapping[str, Verb]] = {
    "Administered": Verb.GIVEN,
    "Flushed": Verb.GIVEN,
    "Administered Bolus from IV Drip": Verb.GIVEN,
    "Partial Administered": Verb.PARTLY,
    "Not Given": Verb.NOT_GIVEN,
    "Not Flushed": Verb.NOT_GIVEN,
    "Not Applied": Verb.NOT_GIVEN,
    "Not Started": Verb.NOT_GIVEN,
    "Not Removed": Verb.NOT_GIVEN,
    "Hold Dose": Verb.HELD,
    "Not Given per Sliding Scale": Verb.HELD,
    "Started": Verb.STARTED,
    "Stopped": Verb.STOPPED,
    "Stopped As Directed": Verb.STOPPED,
    "Stopped - Unscheduled": Verb.STOPPED,
    "Confirmed": Verb.ROUND,
    "Infusion Reconciliation": Verb.ROUND,
    "Restarted": Verb.ROUND,
    "Rate Change": Verb.ROUND,
    "Assessed": Verb.ASSESSED,
    "Applied": Verb.APPLIED,
    "Removed": Verb.REMOVED,
    "Removed Existing / Applied New": Verb.RENEWED,
    "Not Confirmed": Verb.NO_RECORD,
    "Not Assessed": Verb.NO_RECORD,
    "Not Stopped": Verb.NO_RECORD,
    "Infusion Reconciliation Not Done": Verb.NO_RECORD,
}


@dataclass(frozen=True, slots=True)
class Said:
    """An event text taken apart: `[Delayed ]VERB[ in Other Location]`."""

    text: str
    delayed: bool
    elsewhere: bool

    @property
    def verb(self) -> Verb | None:
        """What it says; None for a text that nobody has seen yet."""
        return VERBS.get(self.text)


def said(event_txt: str) -> Said:
    """An event text without its qualifiers."""
    text = event_txt.removeprefix(DELAYED)
    plain = text.removesuffix(ELSEWHERE)
    return Said(plain.strip(), text != event_txt, plain != text)


@dataclass(slots=True)
class Beside:
    """What `emar_detail` says beside an eMAR row."""

    type: str = ""
    evidence: dict[str, object] = field(default_factory=dict)
    rows: int = 0


def read_details(rows: Sequence[DetailRow]) -> dict[str, Beside]:
    """The details by `emar_id`."""
    found: dict[str, Beside] = {}
    for row in rows:
        beside = found.get(row.emar_id)
        if beside is None:
            beside = found[row.emar_id] = Beside()
        beside.rows += 1
        if row.parent_field_ordinal:
            _add_product(beside.evidence, row)
        else:
            beside.type = row.administration_type
            _add_parent(beside.evidence, row)
    return found


def _add_parent(evidence: dict[str, object], row: DetailRow) -> None:
    due = quantity(row.dose_due, row.dose_due_unit)
    if due is not None:
        evidence["dose_due"] = due
    rate = quantity(row.infusion_rate, row.infusion_rate_unit)
    if rate is not None:
        evidence["rate"] = rate
    said_of = {
        "noscan_reason": row.reason_for_no_barcode,
        "site": row.site,
        "given_route": row.route,
    }
    evidence.update({name: value for name, value in said_of.items() if value})


def _add_product(evidence: dict[str, object], row: DetailRow) -> None:
    given = quantity(row.dose_given, row.dose_given_unit)
    if given is not None and "dose" not in evidence:
        evidence["dose"] = given
    amount = quantity(row.product_amount_given, row.product_unit)
    product = {
        "code": row.product_code,
        "name": row.product_description,
        "barcode": row.barcode_type,
        "amount": "" if amount is None else f"{amount['value']} {amount['unit']}",
    }
    scanned = {name: value for name, value in product.items() if value}
    products = evidence.setdefault("products", [])
    if scanned and isinstance(products, list):
        products.append(scanned)


def account_for_details(
    details: Mapping[str, Beside], *, charted: set[str], taken: set[str], account: Account
) -> None:
    """Count each detail with its eMAR row.

    Args:
        charted: the `emar_id` that the eMAR table has.
        taken: those of them that were taken.
    """
    for emar, beside in details.items():
        if emar in taken:
            account.take(beside.rows)
        elif emar in charted:
            account.set_aside("its eMAR row is set aside", beside.rows)
        else:
            account.set_aside("no eMAR row", beside.rows)
