"""The tables of trust: secrets, the audit trail, seals, and what people were granted for a time."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, PrimaryKeyConstraint, Table, Text, text

from domain.safety import APPROVED, BY_KIND, FOLLOWED_UP
from storage.tables import journal, metadata


def _text(name: str, *, null: bool = False) -> Column[str]:
    return Column(name, Text, nullable=null)


def _number(name: str, *, null: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=null)


# No projection: hashes of secrets do not stand in the journal, only their fingerprints.
credentials = Table(
    "credentials",
    metadata,
    Column("user_id", Text, primary_key=True),
    _text("method"),
    _text("encoded"),
    _number("changed_at"),
    _number("must_change"),
    _number("failures"),
    _number("locked_until", null=True),
)
# The trail of who looked: append-only, one chain per workstation.
audit = Table(
    "audit",
    metadata,
    _text("chain"),
    _number("chain_seq"),
    _number("at"),
    _text("user_id"),
    _text("workstation"),
    _text("action"),
    _text("what"),
    _text("patient_id", null=True),
    _text("encounter_id", null=True),
    _text("ward_id", null=True),
    _text("target"),
    _text("outcome"),
    _text("detail"),
    _text("prev_hash"),
    _text("hash"),
    PrimaryKeyConstraint("chain", "chain_seq"),
    Index(None, "patient_id", "at"),
    Index(None, "user_id", "at"),
    Index(None, "at"),
)
# Chain heads and counts under the site key: append-only.
seals = Table(
    "seals",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    _number("sealed_at"),
    _text("workstation"),
    _text("heads"),
    _text("counts"),
    _text("prev_mac"),
    _text("mac"),
)
# A role for a time (a shift, a delegation), and a stay opened by breaking the glass.
grants = Table(
    "grants",
    metadata,
    Column("id", Text, primary_key=True),
    _text("kind"),
    _text("user_id"),
    _text("role", null=True),
    _text("ward_id", null=True),
    _text("encounter_id", null=True),
    _number("starts_at"),
    _number("ends_at"),
    _text("given_by"),
    _text("reason"),
    _text("reviewed_by", null=True),
    _number("reviewed_at", null=True),
    _text("verdict", null=True),
    _text("note", null=True),
    Index(None, "user_id", "ends_at"),
    Index(None, "encounter_id"),
)
# ---------------------------------------------------------------- rare rows of the journal
_BY_KIND: Final = ",".join(f"'{kind}'" for kind in BY_KIND)
NOTABLE: Final = (
    f"kind IN ({_BY_KIND})"
    """ OR payload LIKE '%"overrides":[{%' OR payload LIKE '%"severity":"stop"%'"""
)
"""What the safety officer's list looks at: said the same in its index and in its question."""
RULED: Final = f"kind IN ('{FOLLOWED_UP}','{APPROVED}')"

_SECRETS: Final = text("kind = 'credential_set'")

for _name, _column, _where in (
    ("credential_set", journal.c.kind, _SECRETS),  # asked before every act: is it secured?
    ("notable", journal.c.recorded_at, text(NOTABLE)),
    ("ruled", journal.c.recorded_at, text(RULED)),
):
    Index(f"ix_journal_{_name}", _column, sqlite_where=_where, postgresql_where=_where)

TRUST_PROJECTIONS: Final = (grants,)
"""What of these can be rebuilt from the journal."""
