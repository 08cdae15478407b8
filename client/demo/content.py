"""Reads the demo's data files: the ward, its people, its catalogues, its orders and its story."""

from __future__ import annotations

import csv
import io
import tomllib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from client.demo.order_rows import order_of, turn_of
from client.demo.rows import NowAndThen, Pace, PatientRow, PersonRow, StoryEvent, WardRow
from domain.people import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

CATALOGUES: Final = {
    "drug": "drugs.toml",
    "test": "tests.toml",
    "examination": "examinations.toml",
    "component": "components.toml",
}
_SIMULATED_ONLY: Final = ("measures", "minutes", "said")
"""Columns that only the simulated staff read; no catalogue has them."""
_EVENING_BEGINS: Final = time(16)
_PATIENT_LISTS: Final = ("sets", "orders")

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Content:
    """All that the demo's files say.

    Attributes:
        day: of the shift; the evening before belongs to it.
        items: by kind of catalogue, then by code.
        answers: the usual answer to what was sent back, by code.
        results: the usual result of a step that has several good ones.
    """

    day: date
    zone: ZoneInfo
    evening_from: str
    orders_until: str
    shift_from: str
    nurses_change: str
    wards: tuple[WardRow, ...]
    people: tuple[PersonRow, ...]
    patients: tuple[PatientRow, ...]
    items: Mapping[str, Mapping[str, Item]]
    pace: Mapping[str, Pace]
    answers: Mapping[str, str]
    answer_minutes: tuple[int, int]
    results: Mapping[str, str]
    now_and_then: tuple[NowAndThen, ...]
    story: tuple[StoryEvent, ...]

    def instant(self, clock: str) -> datetime:
        """A wall time of the story: from 16:00 on of the evening before, else of the day."""
        read = time.fromisoformat(clock)
        day = self.day - timedelta(days=1) if read >= _EVENING_BEGINS else self.day
        return datetime.combine(day, read, self.zone)


@cache
def content() -> Content:
    """The demo's content, read once."""
    ward, pace = _read("ward.toml"), _read("pace.toml")
    answers = dict(pace["answers"])
    items = {kind: {row["code"]: row for row in _read(file)[kind]} for kind, file in _FILES}
    return Content(
        day=ward["day"],
        zone=ZoneInfo(ward["time_zone"]),
        evening_from=ward["evening_from"],
        orders_until=ward["orders_until"],
        shift_from=ward["shift_from"],
        nurses_change=ward["nurses_change"],
        wards=tuple(WardRow(**row) for row in ward["ward"]),
        people=tuple(_person(row) for row in _read("staff.toml")["person"]),
        patients=_patients(_read("patients.toml")),
        items=items,
        pace={no: _pace(row) for no, row in pace["steps"].items()},
        answer_minutes=tuple(answers.pop("minutes")),
        answers=answers,
        results=pace["results"],
        now_and_then=tuple(_chance(row) for row in pace["now_and_then"]),
        story=tuple(_event(row) for row in _read("story.toml")["event"]),
    )


_FILES: Final = tuple(CATALOGUES.items())


def _read(file: str) -> dict[str, Any]:
    return tomllib.loads((files("client.demo") / "data" / file).read_text(encoding="utf-8"))


def _person(row: dict[str, Any]) -> PersonRow:
    lists = {
        "roles": tuple(Role(one) for one in row["roles"]),
        "wards": tuple(row.get("wards", ())),
    }
    return PersonRow(**{**row, **lists})


def _patients(read: dict[str, Any]) -> tuple[PatientRow, ...]:
    found = []
    for row in read["patient"]:
        written = [one for name in row.get("sets", ()) for one in read["sets"][name]]
        orders = tuple(order_of(one) for one in (*written, *row.get("orders", ())))
        known = {name: value for name, value in row.items() if name not in _PATIENT_LISTS}
        known["allergies"] = tuple(known.get("allergies", ()))
        found.append(PatientRow(orders=orders, **known))
    return tuple(found)


def _pace(row: dict[str, Any]) -> Pace:
    known = {"origin" if name == "from" else name: value for name, value in row.items()}
    lists = {name: tuple(value) for name, value in known.items() if isinstance(value, list)}
    return Pace(**{**known, **lists})


def _chance(row: dict[str, Any]) -> NowAndThen:
    said = {name: value for name, value in row.items() if name != "share"}
    return NowAndThen(row["share"], turn_of(said))


def _event(row: dict[str, Any]) -> StoryEvent:
    order = order_of(row["order"]) if "order" in row else None
    return StoryEvent(**{**row, "order": order})


def catalogue_csv(items: Mapping[str, Item]) -> str:
    """The items as the CSV file that `catalogue import` takes."""
    names: dict[str, None] = {}
    for row in items.values():
        names.update(dict.fromkeys(name for name in row if name not in _SIMULATED_ONLY))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_cell(row.get(name)) for name in names] for row in items.values())
    return text.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ";".join(value) if isinstance(value, list) else str(value)
