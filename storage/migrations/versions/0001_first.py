"""The first schema: journal, commands, feed, projections. It stands by itself."""

import uuid

from alembic import op
from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
# On SQLite only an INTEGER key is the row's own number.
_ROW_NUMBER = BigInteger().with_variant(Integer, "sqlite")


def _text(name: str, *, null: bool = False) -> Column[str]:
    return Column(name, Text, nullable=null)


def _number(name: str, *, null: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=null)


def _open(name: str, *columns: Column[str] | Column[int]) -> Index:
    """An index over open rows only: it stays small however many are done."""
    where = text("is_open = 1")
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


# ---------------------------------------------------------------- the truth
journal = Table(
    "journal",
    metadata,
    _text("chain"),
    _number("chain_seq"),
    _text("encounter_id", null=True),
    _text("stream"),
    _number("stream_seq"),
    _text("command_id"),
    _number("n"),
    _text("actor"),
    _text("kind"),
    _number("event_at"),
    _number("recorded_at"),
    _text("source"),
    _number("simulated"),
    _text("loop_hash"),
    _text("config_hash"),
    _text("batch_id", null=True),
    _text("corrects", null=True),
    _text("payload"),
    _text("signature"),
    _text("prev_hash"),
    _text("hash"),
    PrimaryKeyConstraint("chain", "chain_seq"),
    UniqueConstraint("command_id", "n"),
    UniqueConstraint("stream", "stream_seq"),
)
command = Table(
    "command",
    metadata,
    Column("command_id", Text, primary_key=True),
    _text("kind"),
    _text("actor"),
    _text("workstation"),
    _number("recorded_at"),
    _number("events"),
    _text("content"),
)
feed = Table(
    "feed",
    metadata,
    Column("position", _ROW_NUMBER, primary_key=True),
    _number("xid", null=True),
    _text("encounter_id", null=True),
    _number("first_seq"),
    _number("last_seq"),
    sqlite_autoincrement=True,
)
feed_epoch = Table("feed_epoch", metadata, Column("epoch", Text, primary_key=True))

# ---------------------------------------------------------------- projections
# one row per encounter: head of its chain, lock and risk (20c); the chains of wards and of
# workstations have a row too, of which the risk stays empty
encounter_state = Table(
    "encounter_state",
    metadata,
    Column("encounter_id", Text, primary_key=True),
    _number("seq"),
    _text("hash"),
    _number("recorded_at"),
    _number("score", null=True),
    _text("band", null=True),
    _number("as_of", null=True),
    _number("risk_seq", null=True),
    _text("causes", null=True),
    _text("config_hash", null=True),
)
wards = Table(
    "wards",
    metadata,
    Column("id", Text, primary_key=True),
    _text("name"),
    _text("name_zh"),
    _text("time_zone"),
    _text("beds"),
)
practitioners = Table(
    "practitioners",
    metadata,
    Column("user_id", Text, primary_key=True),
    _text("name"),
    _text("name_zh"),
    _text("roles"),
    _text("wards"),
    Column("badge", Text, index=True),
    _number("student"),
    _number("active"),
)
patients = Table(
    "patients",
    metadata,
    Column("id", Text, primary_key=True),
    Column("mrn", Text, nullable=False, index=True),
    _text("name"),
    _text("name_zh"),
    _text("sex"),
    _text("birth_date", null=True),
    _text("merged_into", null=True),
)
encounters = Table(
    "encounters",
    metadata,
    Column("id", Text, primary_key=True),
    Column("patient_id", ForeignKey(patients.c.id), nullable=False, index=True),
    _text("state"),
    Column("ward_id", ForeignKey(wards.c.id), nullable=False, index=True),
    _text("bed"),
    _number("admitted_at"),
    _number("band_instance"),
    _text("diagnosis"),
    _number("ended_at", null=True),
)
movements = Table(
    "movements",
    metadata,
    Column("encounter_id", ForeignKey(encounters.c.id), nullable=False),
    _number("n"),
    Column("ward_id", ForeignKey(wards.c.id), nullable=False),
    _text("bed"),
    _number("moved_at"),
    PrimaryKeyConstraint("encounter_id", "n"),
)
assignments = Table(
    "assignments",
    metadata,
    _text("kind"),
    _text("ward_id"),
    _text("subject"),
    _number("starts_at"),
    _number("ends_at"),
    _text("practitioner_id"),
    _text("encounter_id", null=True),
    PrimaryKeyConstraint("kind", "ward_id", "subject", "starts_at"),
    Index(None, "encounter_id"),
    Index(None, "practitioner_id"),
)
catalogue_items = Table(
    "catalogue_items",
    metadata,
    _text("kind"),
    _text("code"),
    _number("effective_from"),
    _text("data"),
    PrimaryKeyConstraint("kind", "code", "effective_from"),
    Index(None, "code"),
)
observation_latest = Table(
    "observation_latest",
    metadata,
    _text("encounter_id"),
    _text("name"),
    _number("observed_at"),
    _text("value"),
    _text("source"),
    PrimaryKeyConstraint("encounter_id", "name"),
)
orders = Table(
    "orders",
    metadata,
    Column("id", Text, primary_key=True),
    Column("encounter_id", ForeignKey(encounters.c.id), nullable=False, index=True),
    Column("patient_id", ForeignKey(patients.c.id), nullable=False),
    _text("ward_id"),
    _text("loop"),
    _number("loop_version"),
    _text("author"),
    _text("priority"),
    _text("state"),
    _text("outcome", null=True),
    _number("is_open"),
    _number("incomplete"),
    _number("placed_at"),
    _number("stop_at", null=True),
    _number("seq"),
    _number("version"),
    _number("next_due_at"),
    _text("next_limit", null=True),
    _number("roles"),
    _text("config_hash"),
    _text("ready"),
    _text("fields"),
    _text("progress"),
)
tasks = Table(
    "tasks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("order_id", ForeignKey(orders.c.id), nullable=False),
    _text("encounter_id"),
    _text("ward_id"),
    _text("loop"),
    _text("state"),
    _text("outcome", null=True),
    _number("is_open"),
    _number("incomplete"),
    _text("parent", null=True),
    _text("container", null=True),
    _number("made_at"),
    _number("due_at", null=True),
    _number("seq"),
    _number("version"),
    _number("next_due_at"),
    _text("next_limit", null=True),
    _number("roles"),
    _text("config_hash"),
    _text("ready"),
    _text("fields"),
    _text("progress"),
    Index(None, "order_id", "is_open"),
)
_open("ix_orders_open_ward", orders.c.ward_id, orders.c.next_due_at)
_open("ix_orders_open_due", orders.c.next_due_at)
_open("ix_orders_open_stop", orders.c.stop_at)
_open("ix_tasks_open_ward", tasks.c.ward_id, tasks.c.next_due_at)
_open("ix_tasks_open_due", tasks.c.next_due_at)
_open("ix_tasks_open_encounter", tasks.c.encounter_id)
_open("ix_tasks_open_container", tasks.c.container)

# INSERT OR REPLACE deletes without asking while recursive_triggers is off: so a row that is there
# already is refused before the insert too
_GUARDS = (
    """
    CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
    """,
    """
    CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
    """,
    """
    CREATE TRIGGER journal_no_replace BEFORE INSERT ON journal
    WHEN EXISTS (SELECT 1 FROM journal WHERE chain = NEW.chain AND chain_seq = NEW.chain_seq)
      OR EXISTS (SELECT 1 FROM journal WHERE command_id = NEW.command_id AND n = NEW.n)
      OR EXISTS (SELECT 1 FROM journal WHERE stream = NEW.stream AND stream_seq = NEW.stream_seq)
      OR EXISTS (SELECT 1 FROM journal WHERE rowid = NEW.rowid)
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
    """,
    """
    CREATE TRIGGER command_no_update BEFORE UPDATE ON command
    BEGIN SELECT RAISE(ABORT, 'commands are append-only'); END
    """,
    """
    CREATE TRIGGER command_no_delete BEFORE DELETE ON command
    BEGIN SELECT RAISE(ABORT, 'commands are append-only'); END
    """,
    """
    CREATE TRIGGER command_no_replace BEFORE INSERT ON command
    WHEN EXISTS (SELECT 1 FROM command WHERE command_id = NEW.command_id)
      OR EXISTS (SELECT 1 FROM command WHERE rowid = NEW.rowid)
    BEGIN SELECT RAISE(ABORT, 'commands are append-only'); END
    """,
)


def upgrade() -> None:
    """Make all tables, the guards of the journal and the first epoch of the feed."""
    connection = op.get_bind()
    metadata.create_all(connection)
    if connection.dialect.name == "sqlite":
        for guard in _GUARDS:
            op.execute(guard)
    op.execute(feed_epoch.insert().values(epoch=str(uuid.uuid4())))


def downgrade() -> None:
    """Drop everything: only ever done in a test."""
    metadata.drop_all(op.get_bind())
