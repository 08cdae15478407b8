"""The tables. Only text and 64-bit whole numbers, so that SQLite and PostgreSQL hold the same."""

from __future__ import annotations

from typing import Final

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

from storage.types import NEVER

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


def _open(name: str, *columns: Column[str] | Column[int], unique: bool = False) -> Index:
    """An index over open rows only: it stays small however many are done."""
    where = text("is_open = 1")
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


def _watch() -> Column[str]:
    """All limits that are running; empty: not worked out, or at its end."""
    return Column("watch", Text, nullable=False, server_default=text("''"))


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
    _text("content"),  # the hash of what it said
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
    # when the watch looks at the stay again; far away where nothing changes by time
    Column("wake_at", BigInteger, nullable=False, index=True, server_default=text(str(NEVER))),
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
    # few are merged: an index over all would be passed by once the database was analysed
    Index(
        None,
        "merged_into",
        sqlite_where=text("merged_into IS NOT NULL"),
        postgresql_where=text("merged_into IS NOT NULL"),
    ),
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
    Index(None, "ward_id", "ends_at"),
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
    _watch(),
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
    _watch(),
    _text("fields"),
    _text("progress"),
    Index(None, "order_id", "is_open"),
)
_open("ix_orders_open_ward", orders.c.ward_id, orders.c.next_due_at)
_open("ix_orders_open_due", orders.c.next_due_at)
_open("ix_orders_open_encounter", orders.c.encounter_id)
_open("ix_orders_open_stop", orders.c.stop_at)
_open("ix_tasks_open_ward", tasks.c.ward_id, tasks.c.next_due_at)
_open("ix_tasks_open_due", tasks.c.next_due_at)
_open("ix_tasks_open_encounter", tasks.c.encounter_id)
_open("ix_tasks_open_container", tasks.c.container)

# one row per episode; all of it stands in `data`, the columns are for lists
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
    Index("ix_alerts_encounter_id", "encounter_id", "raised_at"),
    Index("ix_alerts_raised_at", "raised_at"),
)
_open("uq_alerts_open_key", alerts.c.rule, alerts.c.subject, alerts.c.cause, unique=True)
_open(
    "ix_alerts_open_encounter",
    alerts.c.encounter_id,
    alerts.c.severity,
    alerts.c.since,
    alerts.c.id,
)
_open("ix_alerts_open_ward", alerts.c.ward_id, alerts.c.severity, alerts.c.since)

# who does the work that one process does for all; no evidence
lease = Table(
    "lease",
    metadata,
    Column("name", Text, primary_key=True),
    _text("holder"),
    _number("expires_at"),
    _number("fencing"),
    _text("health"),
)

PROJECTIONS: Final = (
    wards,
    practitioners,
    patients,
    encounters,
    movements,
    assignments,
    catalogue_items,
    observations,
    allergies,
    standing_facts,
    orders,
    tasks,
    alerts,
    encounter_state,
)
"""What can be rebuilt from the journal, in the order in which rows may be inserted."""
