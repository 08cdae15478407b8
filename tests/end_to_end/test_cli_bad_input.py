"""Bad input of every command: refused with the field named, and nothing written."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end import hospital
from tests.end_to_end.command_line import Wardloop

Entry = dict[str, Any]
NAIVE = "2026-11-24T09:00:00"
SHIFT = {
    "ward": "3A",
    "starts_at": "2026-11-24T08:00:00+08:00",
    "ends_at": "2026-11-24T20:00:00+08:00",
}


@dataclass(frozen=True)
class Good:
    """A command with an entry that would be taken; ORDER, DOSE and STAY stand for ids."""

    argv: tuple[str, ...]
    user: str
    entry: Entry
    required: tuple[str, ...]
    wrong: dict[str, object] = field(default_factory=dict)
    instants: tuple[str, ...] = ()
    unknown: dict[str, object] = field(default_factory=dict)


COMMANDS = (
    Good(
        ("user", "add"),
        "zhao.lei",
        {"user": "new.one", "name": "NEW, One", "roles": ["nurse"]},
        ("user", "name", "roles"),
        {"name": 7, "roles": "nurse", "student": "yes", "wards": [3]},
        unknown={"roles": ["surgeon"]},
    ),
    Good(
        ("user", "disable"),
        "zhao.lei",
        {"user": "sun.li"},
        ("user",),
        {"user": ["sun.li"]},
        unknown={"user": "nobody"},
    ),
    Good(
        ("ward", "set"),
        "zhao.lei",
        {"ward": "4B", "name": "Surgery", "beds": ["01"]},
        ("ward", "name", "beds"),
        {"beds": "01", "name": True},
        unknown={"time_zone": "Asia/Nowhere"},
    ),
    Good(
        ("patient", "admit"),
        "li.na",
        {**hospital.PATIENT, "mrn": "0099999999", "bed": "02"},
        ("mrn", "name", "ward", "bed"),
        {"mrn": 99999999, "birth_date": "14-Mar-1958", "sex": "M", "diagnosis": 1},
        ("at",),
        {"ward": "9Z", "bed": "99"},
    ),
    Good(
        ("patient", "transfer"),
        "li.na",
        {"encounter": "STAY", "ward": "3A", "bed": "02"},
        ("encounter", "ward", "bed"),
        {"bed": 2},
        ("at",),
        {"encounter": "no-such-stay", "ward": "9Z", "bed": "99"},
    ),
    Good(
        ("patient", "discharge"),
        "li.na",
        {"encounter": "STAY"},
        ("encounter",),
        {"destination": 5},
        ("at",),
        {"encounter": "no-such-stay"},
    ),
    Good(
        ("patient", "death"),
        "chen.wei",
        {"encounter": "STAY"},
        ("encounter",),
        {"encounter": 5},
        ("at",),
        {"encounter": "no-such-stay"},
    ),
    Good(
        ("patient", "band"),
        "li.na",
        {"encounter": "STAY"},
        ("encounter",),
        unknown={"encounter": "no-such-stay"},
    ),
    Good(
        ("patient", "link"),
        "zhao.lei",
        {"mrn": "0012345678", "into": "0055555555"},
        ("mrn", "into"),
        {"into": 55555555},
        unknown={"into": "0000000000"},
    ),
    Good(
        ("staff", "assign"),
        "li.na",
        {**SHIFT, "nurses": {"STAY": "sun.li"}},
        ("ward", "starts_at", "ends_at", "nurses"),
        {"nurses": ["sun.li"]},
        ("starts_at", "ends_at"),
        {"ward": "9Z"},
    ),
    Good(
        ("staff", "roster"),
        "li.na",
        {**SHIFT, "duties": [{"kind": "doctor", "practitioner": "chen.wei"}]},
        ("ward", "starts_at", "ends_at"),
        {"duties": "chen.wei"},
        ("starts_at", "ends_at"),
        {"ward": "9Z"},
    ),
    Good(
        ("order", "draft"),
        "chen.wei",
        {**hospital.AMOXICILLIN},
        ("kind", "fields"),
        {"fields": [], "verbal": "no", "source": "gossip"},
        ("at",),
        {"mrn": "0000000000", "kind": "surgery"},
    ),
    Good(
        ("order", "sign"),
        "chen.wei",
        {"order": "DRAFT"},
        ("order",),
        {"evidence": [], "override": "yes", "signature": {"method": "stamp"}},
        ("at",),
        {"order": "no-such-order", "witness": "nobody"},
    ),
    Good(
        ("order", "revise"),
        "chen.wei",
        {"order": "DRAFT", "fields": {"dose": "250 mg"}},
        ("order", "fields"),
        {"fields": "less", "sign": 1},
        unknown={"order": "no-such-order"},
    ),
    Good(
        ("order", "hold"),
        "chen.wei",
        {"order": "ORDER", "reason": "vomits"},
        ("order", "reason"),
        {"reason": 5},
        ("until", "at"),
        {"order": "no-such-order"},
    ),
    Good(
        ("order", "release"),
        "chen.wei",
        {"order": "ORDER"},
        ("order",),
        {"missed_are_held": "no"},
        ("at",),
        {"order": "no-such-order"},
    ),
    Good(
        ("order", "discontinue"),
        "chen.wei",
        {"order": "ORDER"},
        ("order",),
        {"order": {"id": 1}},
        ("stop_at", "at"),
        {"order": "no-such-order"},
    ),
    Good(
        ("order", "cancel"),
        "chen.wei",
        {"order": "ORDER"},
        ("order",),
        {"order": 1},
        ("at",),
        {"order": "no-such-order"},
    ),
    Good(
        ("step", "record"),
        "li.na",
        {"command_id": "bad", "order": "ORDER", "step": "M2", "result": "verified"},
        ("command_id", "step"),
        {"scans": "P001", "evidence": "none", "source": "gossip", "act": "dance", "at": 5},
        ("at",),
        {"order": "no-such-order", "task": "no-such-task", "step": "M99", "witness": "nobody"},
    ),
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Wardloop, dict[str, str]]:
    """A ward with an admitted patient, a draft and a signed order. Nothing here may change it."""
    wardloop = hospital.told_hospital(tmp_path_factory.mktemp("ward"))
    stay = hospital.admitted(wardloop)
    hospital.admitted(wardloop, mrn="0055555555", bed="03")
    order, dose = hospital.signed(wardloop)
    draft = wardloop.does("order", "draft", given=hospital.AMOXICILLIN, user="chen.wei")["order"]
    return wardloop, {"STAY": stay, "ORDER": order, "DOSE": dose, "DRAFT": draft}


def _bad() -> list[Any]:
    cases = []

    def case(good: Good, what: str, change: Callable[[Entry], object], named: str) -> None:
        name = f"{'-'.join(good.argv)}: {what}"
        cases.append(pytest.param(good, change, named, id=name))

    for good in COMMANDS:
        case(good, "an unknown field", _with("colour", "red"), "colour")
        case(good, "somebody else acts", _with("actor", "wu.min"), "actor")
        case(good, "broken JSON", _broken, "file")
        case(good, "a list", _listed, "file")
        for name in good.required:
            case(good, f"no {name}", _without(name), name)
        for changes in (good.wrong, dict.fromkeys(good.instants, NAIVE), good.unknown):
            for name, value in changes.items():
                case(good, f"{name} = {value}", _with(name, value), name)
    return cases


def _real(entry: Entry, ids: dict[str, str]) -> Entry:
    """The entry with real ids in place of the words that stand for them."""
    text = json.dumps(entry)
    for word, real in ids.items():
        text = text.replace(f'"{word}"', json.dumps(real))
    read: Entry = json.loads(text)
    return read


def _with(name: str, value: object) -> Callable[[Entry], object]:
    def change(entry: Entry) -> object:
        return {**entry, name: value}

    return change


def _without(name: str) -> Callable[[Entry], object]:
    def change(entry: Entry) -> object:
        return {key: value for key, value in entry.items() if key != name}

    return change


def _broken(entry: Entry) -> object:
    return json.dumps(entry)[:-1]


def _listed(entry: Entry) -> object:
    return [entry]


@pytest.mark.parametrize(("good", "change", "named"), _bad())
def test_bad_input_is_refused_with_its_field_and_nothing_is_written(
    place: tuple[Wardloop, dict[str, str]],
    good: Good,
    change: Callable[[Entry], object],
    named: str,
) -> None:
    wardloop, ids = place
    before = wardloop.events()
    given = change(_real(good.entry, ids))
    said = wardloop(*good.argv, "--json", given=given, user=good.user)
    assert said.code == 1, said.out or said.err
    assert said.out == ""
    assert said.error["field"].split(".")[0] == named, said.error
    if named != "actor":
        assert named in said.error["message"]
    assert wardloop.events() == before


def test_the_good_entries_are_good(place: tuple[Wardloop, dict[str, str]], tmp_path: Path) -> None:
    """Else the test above would prove nothing: each command is taken before it is spoilt."""
    told, ids = place
    for good in COMMANDS:
        folder = tmp_path / "-".join(good.argv)
        folder.mkdir()
        wardloop = Wardloop(folder)
        shutil.copyfile(told.file, wardloop.file)
        if good.argv == ("order", "release"):
            held = {"order": ids["ORDER"], "reason": "vomits"}
            wardloop.does("order", "hold", given=held, user="chen.wei")
        before = wardloop.events()
        said = wardloop(*good.argv, given=_real(good.entry, ids), user=good.user)
        assert said.code == 0, f"{good.argv}: {said.err}"
        assert wardloop.events() > before
