"""The statements of the read side. An open row is asked for by the words of its partial index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import BigInteger, Table, func, literal_column, or_, select, text, union_all

from storage.statements import Statement, is_open, number, truth, word
from storage.tables import (
    assignments,
    catalogue_items,
    encounters,
    feed,
    journal,
    orders,
    patients,
    practitioners,
    tasks,
    wards,
)
from storage.types import NEVER

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

# Core would write the limit with an offset, a value of its own that the driver never gets
LIMIT: Final = text("LIMIT :limit")


def _all(table: Table, *where: ColumnElement[bool]) -> Statement:
    return Statement(select(table).where(*where))


PATIENT: Final = _all(patients, patients.c.id == word("id"))
PATIENT_BY_MRN: Final = Statement(
    select(patients).where(patients.c.mrn == word("mrn")).order_by(patients.c.id.desc())
)
ENCOUNTER: Final = _all(encounters, encounters.c.id == word("id"))
ENCOUNTERS_OF_PATIENT: Final = Statement(
    select(encounters)
    .where(encounters.c.patient_id == word("id"))
    .order_by(encounters.c.ended_at.is_not(None), encounters.c.admitted_at.desc())
)
ENCOUNTERS: Final = Statement(select(encounters))
ENCOUNTERS_OF_WARD: Final = _all(encounters, encounters.c.ward_id == word("ward_id"))
WARD: Final = _all(wards, wards.c.id == word("id"))
WARDS: Final = Statement(select(wards).order_by(wards.c.id))
PRACTITIONER: Final = _all(practitioners, practitioners.c.user_id == word("id"))
PRACTITIONERS: Final = Statement(select(practitioners).order_by(practitioners.c.user_id))
ORDER_OF_TASK: Final = Statement(select(tasks.c.order_id).where(tasks.c.id == word("task_id")))
HOME_OF_TASK: Final = Statement(
    select(tasks.c.order_id, tasks.c.encounter_id).where(tasks.c.id == word("task_id"))
)
TASKS_OF_CONTAINER: Final = Statement(
    select(tasks.c.id)
    .where(tasks.c.container == word("container"), is_open(tasks))
    .order_by(tasks.c.made_at, tasks.c.id)
)
# asked once for each thing that is bound; only containers have an index of their own
TASKS_OF_ITEM: Final = Statement(
    select(tasks.c.id, tasks.c.fields)
    .where(is_open(tasks), tasks.c.fields.like(word("pattern"), escape="!"))
    .order_by(tasks.c.made_at, tasks.c.id)
)
ORDERS_OF: Final = Statement(
    select(orders.c.id)
    .where(orders.c.encounter_id == word("encounter_id"))
    .order_by(orders.c.placed_at, orders.c.id)
)
JOURNAL_OF: Final = Statement(
    select(journal)
    .where(
        or_(
            journal.c.stream == word("order_id"),
            journal.c.stream.in_(select(tasks.c.id).where(tasks.c.order_id == word("order_id"))),
        )
    )
    .order_by(journal.c.chain_seq)
)

# ---------------------------------------------------------------- worklists


_UNREAD: Final = ("progress", "watch", "config_hash", "roles", "version", "seq", "is_open")


def _work(table: Table, scope: ColumnElement[bool] | None, *, drafts: bool) -> Statement:
    """Open rows that wait for one of these roles, cut before anything is joined to them."""
    waiting = (
        select(*(column for column in table.columns if column.name not in _UNREAD))
        .where(is_open(table), truth(f"({table.name}.roles & :mask) <> 0"))
        .order_by(table.c.next_due_at, table.c.id)
        .suffix_with(LIMIT)
    )
    if scope is not None:
        waiting = waiting.where(scope)
    if not drafts:
        waiting = waiting.where(truth("orders.state <> 'draft'"))
    row = waiting.subquery("waiting")
    is_task = table is tasks
    order = orders if is_task else row
    chosen = select(
        order.c.id,
        row.c.id if is_task else literal_column("NULL"),
        row.c.encounter_id, patients.c.id, patients.c.name, patients.c.name_zh, patients.c.mrn,
        patients.c.birth_date, row.c.ward_id, encounters.c.bed, row.c.loop, order.c.priority,
        row.c.state, row.c.due_at if is_task else literal_column("NULL"), row.c.incomplete,
        row.c.next_due_at, row.c.next_limit, row.c.ready, order.c.fields,
        row.c.fields if is_task else literal_column("'{}'"),
        row.c.parent if is_task else literal_column("NULL"),
        order.c.loop,
    ).select_from(row)  # fmt: skip
    if is_task:
        chosen = chosen.join(orders, orders.c.id == row.c.order_id)
    return Statement(
        chosen.join(encounters, encounters.c.id == row.c.encounter_id).join(
            patients, patients.c.id == encounters.c.patient_id
        )
    )


# a draft is on no worklist but its author's (decision 5); whoever looks at one patient sees it
WORK: Final = (
    _work(tasks, None, drafts=True),
    _work(orders, None, drafts=False),
)
WORK_OF_WARD: Final = (
    _work(tasks, tasks.c.ward_id == word("place"), drafts=True),
    _work(orders, orders.c.ward_id == word("place"), drafts=False),
)
WORK_OF_PATIENT: Final = (
    _work(tasks, tasks.c.encounter_id == word("place"), drafts=True),
    _work(orders, orders.c.encounter_id == word("place"), drafts=False),
)
WORK_OF_ENCOUNTER: Final = (
    _work(tasks, tasks.c.encounter_id == word("place"), drafts=True),
    _work(orders, orders.c.encounter_id == word("place"), drafts=True),
)
# what waits for its signature: the author's drafts, and what was spoken, whoever wrote it down
UNSIGNED: Final = _work(
    orders,
    truth("(orders.state = 'verbal' OR (orders.state = 'draft' AND orders.author = :who))"),
    drafts=True,
)


def _counts(table: Table, *where: ColumnElement[bool]) -> Statement:
    late = func.sum(text(f"CASE WHEN {table.name}.next_due_at < :now THEN 1 ELSE 0 END"))
    home = table if table is orders else table.join(orders, orders.c.id == tasks.c.order_id)
    return Statement(
        select(
            table.c.encounter_id,
            table.c.loop,
            orders.c.loop,
            func.count(),
            late,
            func.sum(table.c.incomplete),
            func.min(table.c.next_due_at),
        )
        .select_from(home)
        .where(table.c.ward_id == word("ward_id"), is_open(table), *where)
        .group_by(table.c.encounter_id, table.c.loop, orders.c.loop)
    )


TASK_COUNTS: Final = _counts(tasks)
ORDER_COUNTS: Final = _counts(orders, truth("orders.roles <> 0"), truth("orders.state <> 'draft'"))
BEDS: Final = Statement(
    select(
        encounters.c.bed, encounters.c.id, patients.c.id, patients.c.name, patients.c.name_zh,
        patients.c.mrn, patients.c.birth_date, patients.c.sex, encounters.c.diagnosis,
    )
    .select_from(encounters.join(patients, patients.c.id == encounters.c.patient_id))
    .where(encounters.c.ward_id == word("ward_id"), text("encounters.state = 'in_progress'"))
)  # fmt: skip

# ---------------------------------------------------------------- people at work and catalogues
_IN_FORCE = (
    text("assignments.kind = 'nurse'"),
    assignments.c.starts_at <= number("at"),
    assignments.c.ends_at > number("at"),
)


def _nurses(*where: ColumnElement[bool]) -> Statement:
    chosen = select(assignments.c.encounter_id, assignments.c.practitioner_id)
    # the later start comes last and so stands
    return Statement(
        chosen.where(*_IN_FORCE, *where).order_by(assignments.c.starts_at, assignments.c.ward_id)
    )


NURSES: Final = _nurses()
NURSES_OF_WARD: Final = _nurses(assignments.c.ward_id == word("ward_id"))
NURSES_OF_ENCOUNTER: Final = _nurses(assignments.c.encounter_id == word("encounter_id"))
AT_WORK: Final = Statement(
    select(assignments)
    .where(
        or_(
            assignments.c.encounter_id == word("encounter_id"),
            assignments.c.ward_id == word("ward_id"),
        ),
        *_IN_FORCE[1:],
    )
    .order_by(assignments.c.starts_at, assignments.c.kind, assignments.c.subject)
)
PATIENTS_OF_NURSE: Final = _nurses(assignments.c.practitioner_id == word("nurse"))
CATALOGUE: Final = Statement(
    select(catalogue_items.c.code, catalogue_items.c.data)
    .where(catalogue_items.c.kind == word("kind"), catalogue_items.c.effective_from <= number("at"))
    .order_by(catalogue_items.c.code, catalogue_items.c.effective_from)
)
CATALOGUE_ITEM: Final = Statement(
    select(catalogue_items.c.data)
    .where(
        catalogue_items.c.kind == word("kind"),
        catalogue_items.c.code == word("code"),
        catalogue_items.c.effective_from <= number("at"),
    )
    .order_by(catalogue_items.c.effective_from.desc())
)

# ---------------------------------------------------------------- what becomes late


def _late() -> Statement:
    rows = union_all(
        select(tasks.c.order_id.label("id"), tasks.c.next_due_at.label("at")).where(
            is_open(tasks),
            tasks.c.next_due_at <= number("until"),
            tasks.c.next_due_at > number("since"),
        ),
        select(orders.c.id, orders.c.next_due_at).where(
            is_open(orders),
            orders.c.next_due_at <= number("until"),
            orders.c.next_due_at > number("since"),
        ),
        select(orders.c.id, orders.c.stop_at).where(
            is_open(orders), orders.c.stop_at <= number("until"), orders.c.stop_at > number("since")
        ),
    ).subquery("late")
    first = func.min(rows.c.at)
    return Statement(
        select(rows.c.id, first).group_by(rows.c.id).order_by(first, rows.c.id).suffix_with(LIMIT)
    )


def _next() -> Statement:
    """The first entry of three indexes: no order or task is read, nothing is sorted."""
    never = literal_column(str(NEVER), BigInteger())
    return Statement(
        union_all(
            *(
                select(func.min(at)).where(is_open(at.table), at > number("since"), at < never)
                for at in (tasks.c.next_due_at, orders.c.next_due_at, orders.c.stop_at)
            )
        )
    )


DUE_STREAMS: Final = _late()
NEXT_DUE: Final = _next()

# ---------------------------------------------------------------- feed
LAST_POSITION: Final = Statement(select(func.max(feed.c.position)))
CHANGES: Final = Statement(
    select(feed.c.position, feed.c.encounter_id, feed.c.first_seq, feed.c.last_seq)
    .where(feed.c.position > number("after"))
    .order_by(feed.c.position)
    .suffix_with(LIMIT)
)

# ---------------------------------------------------------------- the journal as a whole
CHAINS: Final = Statement(select(journal).order_by(journal.c.chain, journal.c.chain_seq))
STREAMS_BETWEEN: Final = Statement(
    select(journal)
    .where(journal.c.stream >= word("low"), journal.c.stream < word("high"))
    .order_by(journal.c.stream, journal.c.stream_seq)
)
BROKEN_STREAM: Final = Statement(
    text(
        "SELECT stream, min(chain), count(*), max(stream_seq) FROM journal GROUP BY stream "
        "HAVING min(stream_seq) <> 1 OR max(stream_seq) <> count(*) ORDER BY stream"
    )
)
BROKEN_COMMAND: Final = Statement(
    text(
        "SELECT command.command_id, command.events, count(journal.n) FROM command "
        "LEFT JOIN journal ON journal.command_id = command.command_id "
        "GROUP BY command.command_id, command.events HAVING count(journal.n) <> command.events "
        "ORDER BY command.command_id"
    )
)
ORPHAN: Final = Statement(
    text(
        "SELECT chain, chain_seq, command_id FROM journal WHERE command_id NOT IN "
        "(SELECT command_id FROM command) ORDER BY chain, chain_seq"
    )
)
COMMANDS: Final = Statement(text("SELECT count(*) FROM command"))


def whole(table: Table) -> Statement:
    """All of a table, in the order of its key."""
    return Statement(select(table).order_by(*table.primary_key))
