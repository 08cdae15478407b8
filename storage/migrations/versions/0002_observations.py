"""Observations with their history, allergies, standing facts. It stands by itself."""

from alembic import op
from sqlalchemy import BigInteger, Column, MetaData, PrimaryKeyConstraint, Table, Text

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

metadata = MetaData(naming_convention={"pk": "pk_%(table_name)s"})


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


# Each table is filled from the journal by `storage.migrate` in the same transaction.
# seq: the place on the encounter's chain, so that two values of one time are both kept. stream and
# stream_seq: the event that says it, which a correction names.
observations = Table(
    "observations",
    metadata,
    _text("encounter_id"),
    _text("name"),
    _number("observed_at"),
    _number("seq"),
    _text("stream"),
    _number("stream_seq"),
    _text("value"),
    _text("unit"),
    _text("source"),
    _text("detail"),
    PrimaryKeyConstraint("encounter_id", "name", "observed_at", "seq"),
    sqlite_with_rowid=False,
)
# A patient's allergies and standing facts outlive the stay in which they were recorded: each stay
# keeps what it last said, and readers take the latest of all stays.
allergies = Table(
    "allergies",
    metadata,
    _text("patient_id"),
    _text("encounter_id"),
    _text("substance"),
    _text("kind"),
    _number("stated_at"),
    _number("seq"),
    _text("reaction"),
    _text("severity"),
    _text("certainty"),
    _text("verified_by"),
    _number("recorded_at"),
    PrimaryKeyConstraint("patient_id", "encounter_id", "substance", "kind"),
    sqlite_with_rowid=False,
)
standing_facts = Table(
    "standing_facts",
    metadata,
    _text("patient_id"),
    _text("encounter_id"),
    _text("name"),
    _number("stated_at"),
    _number("seq"),
    _text("value"),
    _text("detail"),
    _text("stated_by"),
    _number("recorded_at"),
    PrimaryKeyConstraint("patient_id", "encounter_id", "name"),
    sqlite_with_rowid=False,
)


def upgrade() -> None:
    """Make the tables; what was the latest of each name follows from them."""
    metadata.create_all(op.get_bind())
    op.drop_table("observation_latest")
    op.create_index("ix_patients_merged_into", "patients", ["merged_into"])
    op.create_index("ix_assignments_ward_id_ends_at", "assignments", ["ward_id", "ends_at"])


def downgrade() -> None:
    """Back to the first schema: only ever done in a test."""
    op.drop_index("ix_assignments_ward_id_ends_at", "assignments")
    op.drop_index("ix_patients_merged_into", "patients")
    metadata.drop_all(op.get_bind())
    Table(
        "observation_latest",
        MetaData(naming_convention={"pk": "pk_%(table_name)s"}),
        _text("encounter_id"),
        _text("name"),
        _number("observed_at"),
        _text("value"),
        _text("source"),
        PrimaryKeyConstraint("encounter_id", "name"),
    ).create(op.get_bind())
