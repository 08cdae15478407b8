"""Readings at a set clock (decisions 25 and 26): never before what they would show."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end_to_end import hospital
from tests.end_to_end.command_line import MORNING, Wardloop

EARLIER = "2026-11-24T07:00:00+08:00"
LATER = "2026-11-24T09:00:00+08:00"
READINGS: tuple[tuple[str, ...], ...] = (
    ("worklist",),
    ("order", "show", "ORDER"),
    ("alerts", "list"),
    ("alerts", "metrics"),
    ("risk", "show", "--patient", "0012345678"),
    ("risk", "show", "--ward", "3A"),
    ("observe", "show", "--mrn", "0012345678"),
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Wardloop, str]:
    """A patient with a signed order, all of it recorded by a set clock."""
    wardloop = hospital.told_hospital(tmp_path_factory.mktemp("ward"))
    hospital.admitted(wardloop)
    order, _ = hospital.signed(wardloop)
    return wardloop, order


def argv_of(place: tuple[Wardloop, str], argv: tuple[str, ...]) -> list[str]:
    return [place[1] if word == "ORDER" else word for word in argv]


@pytest.mark.parametrize("argv", READINGS, ids=" ".join)
def test_a_reading_before_the_last_record_is_refused_unless_the_demo_is_rewound(
    place: tuple[Wardloop, str], argv: tuple[str, ...]
) -> None:
    wardloop, _ = place
    words = argv_of(place, argv)
    wardloop.now = EARLIER
    said = wardloop(*words, "--json", user="li.na")
    assert (said.code, said.out) == (1, "")
    assert (said.error["code"], said.error["field"]) == ("CLOCK_BEHIND", "now")
    assert "--rewind" in said.error["message"]
    assert wardloop(*words, "--rewind", user="li.na").code == 0
    wardloop.now = LATER
    assert wardloop(*words, user="li.na").code == 0


def test_only_the_record_that_is_read_counts(place: tuple[Wardloop, str]) -> None:
    wardloop, order = place
    wardloop.now = LATER
    hospital.admitted(wardloop, mrn="0055555555", bed="03")
    wardloop.now = MORNING
    assert wardloop("order", "show", order, user="li.na").code == 0
    assert wardloop("worklist", user="li.na").code == 1, "the list is of both patients"


def test_a_true_record_is_not_read_as_it_never_was(tmp_path: Path) -> None:
    wardloop = hospital.told_hospital(tmp_path)
    wardloop.now = None
    hospital.admitted(wardloop)
    wardloop.now = EARLIER
    said = wardloop("worklist", "--rewind", "--json", user="li.na")
    assert said.error["code"] == "CLOCK_BEHIND"
    assert "--rewind" not in said.error["message"]
