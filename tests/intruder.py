"""Somebody who has the database file and not the site key: one change, the guards put back."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from domain.sealing import Fault
from storage import integrity
from storage.integrity import Chained

Row = dict[str, object]
TABLES = ("journal", "audit", "command", "seals")
_KEYS = {
    "journal": ("chain", "chain_seq"),
    "audit": ("chain", "chain_seq"),
    "command": ("command_id",),
    "seals": ("seq",),
}
CHAINED = {"journal": integrity.JOURNAL, "audit": integrity.AUDIT}


@dataclass(frozen=True)
class Done:
    """What the intruder did, and what a finding must name to be of use."""

    what: str
    chains: frozenset[str] = frozenset()
    places: tuple[int, int] = (0, 10**9)
    named: tuple[str, ...] = ()

    def is_told_by(self, fault: Fault | None) -> bool:
        """Whether a fault names the place: the chain and a place on it, or the command."""
        if fault is None:
            return False
        if any(name in fault.what for name in self.named):
            return True
        first, last = self.places
        return fault.chain in self.chains and first <= fault.seq <= last


class Intruder:
    """Opens a file as any program would."""

    def __init__(self, file: Path, chance: random.Random) -> None:
        self._file = file
        self._chance = chance
        self._connection: sqlite3.Connection

    def strike(self) -> Done:
        """Do one thing to the file, the triggers dropped before and put back after."""
        with closing(sqlite3.connect(self._file, isolation_level=None)) as connection:
            connection.row_factory = sqlite3.Row
            self._connection = connection
            guards = connection.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall()
            for name, _ in guards:
                connection.execute(f"DROP TRIGGER {name}")
            done = self._chance.choice(self._deeds())()
            for _, sql in guards:
                connection.execute(sql)
            return done

    def _deeds(self) -> list[Callable[[], Done]]:
        return [
            self.change,
            self.change,
            self.change_and_hash,
            self.change_and_hash_the_rest,
            self.remove,
            self.swap,
            self.forge,
            self.append,
            self.cut_off,
        ]

    # ------------------------------------------------------------------ what may be done
    def change(self) -> Done:
        """Another value in one column of one record."""
        table = self._chance.choice(TABLES)
        row = self._any(table)
        column = self._chance.choice(sorted(set(row) - {"rowid"}))
        value = self._other(row[column])
        self._set(table, row, {column: value})
        return self._about(table, row, f"{column} changed", moved_to=column, value=value)

    def change_and_hash(self) -> Done:
        """Another value, and the hash of the record worked out anew."""
        of = CHAINED[self._chance.choice(sorted(CHAINED))]
        row = self._any(of.name)
        new = row | {self._content(of): self._other("x")}
        self._set(of.name, row, new | {"hash": of.hash(new, str(new["prev_hash"]))})
        seq = _seq(row)
        return Done("changed, hashed", frozenset({str(row["chain"])}), (seq, seq + 1))

    def change_and_hash_the_rest(self) -> Done:
        """Another value, and the hashes of all records after it worked out anew."""
        of = CHAINED[self._chance.choice(sorted(CHAINED))]
        row = self._any(of.name)
        rest = self._rest(of, row)
        rest[0] = rest[0] | {self._content(of): self._other("x")}
        self._rewrite(of, rest)
        seq = _seq(row)
        return Done("changed, all hashed", frozenset({str(row["chain"])}), (seq, seq + len(rest)))

    def remove(self) -> Done:
        """Take one record away."""
        table = self._chance.choice(TABLES)
        row = self._any(table)
        self._delete(table, row)
        return self._about(table, row, "removed")

    def swap(self) -> Done:
        """Put the content of two records in each other's places."""
        table = self._chance.choice(TABLES)
        keys = _KEYS[table]
        one = self._any(table)
        others = [row for row in self._all(table) if _content(row, keys) != _content(one, keys)]
        if table in CHAINED:
            same = [row for row in others if row["chain"] == one["chain"]]
            others = same or others
        other = self._chance.choice(others)
        if table == "journal":  # no two rows may share these, not even for a moment
            self._set(table, one, {"command_id": "aside", "stream": "aside"})
        self._set(table, other, _content(one, keys))
        self._set(table, one, _content(other, keys))
        first, second = (self._about(table, row, "swapped") for row in (one, other))
        places = min(first.places[0], second.places[0]), max(first.places[1], second.places[1])
        return Done(first.what, first.chains | second.chains, places, first.named + second.named)

    def forge(self) -> Done:
        """Put a record in between, and work out all hashes after it."""
        of = CHAINED[self._chance.choice(sorted(CHAINED))]
        row = self._any(of.name)
        rest = self._rest(of, row)
        forged = dict(rest[0])
        for name in {"stream", "command_id", "target"} & set(forged):
            forged[name] = self._other(forged[name])
        for later in reversed(rest):
            self._set(of.name, later, {"chain_seq": _seq(later) + 1})
        del forged["rowid"]
        self._insert(of, forged)
        self._rewrite(of, self._rest(of, row))
        last = _seq(row) + len(rest)
        return Done("forged in between", frozenset({str(row["chain"])}), (_seq(row), last))

    def append(self) -> Done:
        """Put a record after the last one of the journal's chain, with the right hash.

        After the last entry of the audit trail it would be news since the last seal: what a seal
        cannot show.
        """
        of = CHAINED["journal"]
        last = self._rest(of, self._any(of.name))[-1]
        seq = _seq(last) + 1
        row = {name: value for name, value in last.items() if name != "rowid"}
        row |= {"chain_seq": seq, "prev_hash": last["hash"], "n": self._other(last["n"])}
        row |= {"stream_seq": self._other(last["stream_seq"])}
        row["hash"] = of.hash(row, str(last["hash"]))
        self._insert(of, row)
        return Done("appended", frozenset({str(row["chain"])}), (seq, seq))

    def cut_off(self) -> Done:
        """Take away the last records of a chain, of the commands, or the last seals."""
        table = self._chance.choice(TABLES)
        rows = self._all(table)
        if table in CHAINED:
            chain = self._any(table)["chain"]
            rows = [row for row in rows if row["chain"] == chain]
        rows = rows[-self._chance.randint(1, min(3, len(rows))) :]
        for row in rows:
            self._delete(table, row)
        first = self._about(table, rows[0], "cut off")
        last = self._about(table, rows[-1], "cut off")
        return Done(f"{table}: cut off", first.chains, (first.places[0], last.places[1]),
                    named=first.named)  # fmt: skip

    # ------------------------------------------------------------------ how
    def _all(self, table: str) -> list[Row]:
        order = "chain, chain_seq" if table in CHAINED else "rowid"
        rows = self._connection.execute(f"SELECT rowid, * FROM {table} ORDER BY {order}")  # noqa: S608 - our own names
        return [dict(row) for row in rows]

    def _any(self, table: str) -> Row:
        return self._chance.choice(self._all(table))

    def _rest(self, of: Chained, row: Row) -> list[Row]:
        rows = self._all(of.name)
        return [one for one in rows if one["chain"] == row["chain"] and _seq(one) >= _seq(row)]

    def _rewrite(self, of: Chained, rows: list[Row]) -> None:
        """Seal rows onto each other, the first onto what it was sealed onto."""
        last = str(rows[0]["prev_hash"])
        for row in rows:
            new = row | {"prev_hash": last}
            last = of.hash({name: new[name] for name in new if name != "rowid"}, last)
            self._set(of.name, row, new | {"hash": last})

    def _delete(self, table: str, row: Row) -> None:
        statement = f"DELETE FROM {table} WHERE rowid = ?"  # noqa: S608 - our own names
        self._connection.execute(statement, (row["rowid"],))

    def _insert(self, of: Chained, row: Row) -> None:
        names, marks = ", ".join(row), ", ".join("?" for _ in row)
        self._connection.execute(
            f"INSERT INTO {of.name} ({names}) VALUES ({marks})",  # noqa: S608 - our own names
            list(row.values()),
        )

    def _set(self, table: str, row: Row, values: Row) -> None:
        changed = {name: value for name, value in values.items() if name != "rowid"}
        words = ", ".join(f"{name} = ?" for name in changed)
        self._connection.execute(
            f"UPDATE {table} SET {words} WHERE rowid = ?",  # noqa: S608 - our own names
            (*changed.values(), row["rowid"]),
        )

    def _other(self, value: object) -> object:
        mark = self._chance.randrange(10**6, 10**9)
        if isinstance(value, int):
            return value + mark
        return f"{value or ''}{mark}"

    def _content(self, of: Chained) -> str:
        """A column that nothing but the hash keeps."""
        return "payload" if of.name == "journal" else self._chance.choice(["target", "detail"])

    def _about(
        self, table: str, row: Row, what: str, *, moved_to: str = "", value: object = None
    ) -> Done:
        if table == "command":
            return Done(f"command {what}", frozenset(), named=(str(row["command_id"]),))
        if table == "seals":
            seq = row["seq"]
            assert isinstance(seq, int)
            return Done(f"seals {what}", frozenset({"seals"}), (seq, seq + 1))
        chains = {str(row["chain"])}
        places = (_seq(row), _seq(row))
        if moved_to == "chain":
            chains.add(str(value))
            places = (1, _seq(row))
        return Done(f"{table} {what}", frozenset(chains), places)


def _seq(row: Row) -> int:
    seq = row["chain_seq"]
    assert isinstance(seq, int)
    return seq


def _content(row: Row, keys: tuple[str, ...]) -> Row:
    return {name: value for name, value in row.items() if name not in (*keys, "rowid")}
