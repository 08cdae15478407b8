"""Trust: secrets, the audit trail, seals, grants, follow-ups, approvals. It stands by itself."""

from alembic import op
from sqlalchemy import BigInteger, Column, Index, MetaData, PrimaryKeyConstraint, Table, Text, text

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

metadata = MetaData(naming_convention={"pk": "pk_%(table_name)s"})
_MERGED = text("merged_into IS NOT NULL")
_SECRETS = text("kind = 'credential_set'")
_NOTABLE = text(
    "kind IN ('incident_reported','corrected','amended','nullified','alert_overridden')"
    """ OR payload LIKE '%"overrides":[{%' OR payload LIKE '%"severity":"stop"%'"""
)
_RULED = text("kind IN ('followed_up','configuration_approved')")


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
    Index("ix_audit_patient_id_at", "patient_id", "at"),
    Index("ix_audit_user_id_at", "user_id", "at"),
    Index("ix_audit_at", "at"),
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
    Index("ix_grants_user_id_ends_at", "user_id", "ends_at"),
    Index("ix_grants_encounter_id", "encounter_id"),
)

_APPENDED = {"audit": "chain = NEW.chain AND chain_seq = NEW.chain_seq", "seals": "seq = NEW.seq"}


def _guards() -> list[str]:
    """Triggers that refuse to change, remove or replace a row, as those of the journal do."""
    made = []
    for table, same in _APPENDED.items():
        no = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        there = f"EXISTS (SELECT 1 FROM {table} WHERE {same} OR rowid = NEW.rowid)"  # noqa: S608 - our own names
        made += [
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {no}",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {no}",
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {there} {no}",
        ]
    return made


def upgrade() -> None:
    """Make the tables and their guards; few patients are merged, so their index is partial."""
    connection = op.get_bind()
    metadata.create_all(connection)
    if connection.dialect.name == "sqlite":
        for guard in _guards():
            op.execute(guard)
    for name, where in (("notable", _NOTABLE), ("ruled", _RULED)):
        op.create_index(
            f"ix_journal_{name}", "journal", ["recorded_at"],
            sqlite_where=where, postgresql_where=where,
        )  # fmt: skip
    op.create_index(
        "ix_journal_credential_set", "journal", ["kind"],
        sqlite_where=_SECRETS, postgresql_where=_SECRETS,
    )  # fmt: skip
    op.drop_index("ix_patients_merged_into", "patients")
    op.create_index(
        "ix_patients_merged_into", "patients", ["merged_into"],
        sqlite_where=_MERGED, postgresql_where=_MERGED,
    )  # fmt: skip


def downgrade() -> None:
    """Back to the schema before: only ever done in a test."""
    for name in ("credential_set", "notable", "ruled"):
        op.drop_index(f"ix_journal_{name}", "journal")
    op.drop_index("ix_patients_merged_into", "patients")
    op.create_index("ix_patients_merged_into", "patients", ["merged_into"])
    metadata.drop_all(op.get_bind())
