"""Alerts, what the watch wakes for, and who holds the watch. It stands by itself."""

from alembic import op
from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

metadata = MetaData(naming_convention={"pk": "pk_%(table_name)s"})
_NEVER = "253402300799999999"
_OPEN = text("is_open = 1")


def _text(name: str, *, null: bool = False) -> Column[str]:
    return Column(name, Text, nullable=null)


def _number(name: str, *, null: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=null)


alerts = Table(
    "alerts",
    metadata,
    Column("id", Text, primary_key=True),
    _text("encounter_id"),
    _text("ward_id"),
    _text("order_id", null=True),
    _text("task_id", null=True),
    _text("rule"),
    _text("subject"),
    _text("cause"),
    _text("severity"),
    _number("tier"),
    _number("is_open"),
    _number("silent"),
    _number("roles"),
    _number("since"),
    _number("raised_at"),
    _number("acknowledged_at", null=True),
    _number("snoozed_until", null=True),
    _number("action_until", null=True),
    _number("resolved_at", null=True),
    _text("resolution", null=True),
    _text("data"),
    Index(
        "uq_alerts_open_key", "rule", "subject", "cause", unique=True,
        sqlite_where=_OPEN, postgresql_where=_OPEN,
    ),
    Index(
        "ix_alerts_open_encounter", "encounter_id", "severity", "since", "id",
        sqlite_where=_OPEN, postgresql_where=_OPEN,
    ),
    Index(
        "ix_alerts_open_ward", "ward_id", "severity", "since",
        sqlite_where=_OPEN, postgresql_where=_OPEN,
    ),
    Index("ix_alerts_encounter_id", "encounter_id", "raised_at"),
    Index("ix_alerts_raised_at", "raised_at"),
)  # fmt: skip
lease = Table(
    "lease",
    metadata,
    _text("name"),
    _text("holder"),
    _number("expires_at"),
    _number("fencing"),
    _text("health"),
    PrimaryKeyConstraint("name"),
)


def upgrade() -> None:
    """Make the tables; the new columns say "not worked out yet", and the next start does it."""
    metadata.create_all(op.get_bind())
    for table in ("orders", "tasks"):
        op.add_column(table, Column("watch", Text, nullable=False, server_default=text("''")))
        op.execute(f"UPDATE {table} SET config_hash = '' WHERE is_open = 1")  # noqa: S608 - our names
    op.add_column(
        "encounter_state",
        Column("wake_at", BigInteger, nullable=False, server_default=text(_NEVER)),
    )
    op.create_index("ix_encounter_state_wake_at", "encounter_state", ["wake_at"])
    op.create_index(
        "ix_orders_open_encounter", "orders", ["encounter_id"],
        sqlite_where=_OPEN, postgresql_where=_OPEN,
    )  # fmt: skip


def downgrade() -> None:
    """Back to the schema before: only ever done in a test."""
    op.drop_index("ix_orders_open_encounter", "orders")
    op.drop_index("ix_encounter_state_wake_at", "encounter_state")
    op.drop_column("encounter_state", "wake_at")
    for table in ("orders", "tasks"):
        op.drop_column(table, "watch")
    metadata.drop_all(op.get_bind())
