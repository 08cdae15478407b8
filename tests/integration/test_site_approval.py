"""In a secured database no single person changes a limit: two agree, or it does not count."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from client.app import App
from client.approving import agreed
from client.databases import open_database
from client.wiring import SystemClock, build
from domain.ids import PractitionerId
from domain.people import Practitioner, Role
from rules.loops.loader import SHIPPED
from tests.fakes import FakeClock
from tests.integration.test_site_in_force import (
    FIVE_MINUTES,
    Hospital,
    deadline_of_check,
    shift_on,
)
from tests.secured import secure
from tests.shift import Shift, local

OFFICER = "ma.feng"
TEN_MINUTES = "[loops.medication.limits.TM01]\nwithin = [1, 2, 10]\n"


@pytest.fixture
def hospital(tmp_path: Path) -> Hospital:
    return Hospital(tmp_path)


@pytest.fixture
def opened() -> Iterator[list[App]]:
    apps: list[App] = []
    yield apps
    for app in apps:
        app.close()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def _secured(hospital: Hospital, opened: list[App]) -> Shift:
    """A ward with one order to be checked by 08:00, secured; no site file yet."""
    shift = shift_on(hospital, opened)
    officer = Practitioner(PractitionerId(OFFICER), "FENG", frozenset({Role.MEDICAL_AFFAIRS}))
    shift.app.add_user(user="admin", command=shift.new(), practitioner=officer)
    shift.ordered(shift.drug())
    secure(shift.app, ["li.na", OFFICER])
    return shift


def _again(hospital: Hospital, opened: list[App], *site: Path) -> Shift:
    """The program started anew with site files in its settings."""
    clock = FakeClock(at=local("07:00"))
    app = build(hospital.settings(*site), clock=clock)
    opened.append(app)
    shift = Shift.__new__(Shift)
    shift.app, shift.clock, shift.count = app, clock, 1000
    from tests.secured import secret_of

    app.sign_in(user="li.na", secret=secret_of("li.na"))
    return shift


def _agree(shift: Shift, user: str, path: Path) -> None:
    shift.app.approve_configuration(
        user=user, command=shift.app.new_command(), name=path.name, content=path.read_text()
    )


def test_a_limit_that_one_person_changed_does_not_count(
    hospital: Hospital, opened: list[App]
) -> None:
    shift = _secured(hospital, opened)
    file = hospital.file("short", FIVE_MINUTES)
    assert deadline_of_check(_again(hospital, opened, file)) == "08:00"
    _agree(shift, "admin", file)
    assert deadline_of_check(_again(hospital, opened, file)) == "08:00"
    _agree(shift, OFFICER, file)
    assert deadline_of_check(_again(hospital, opened, file)) == "07:05"


def test_a_file_that_is_changed_afterwards_counts_as_it_was_agreed_to(
    hospital: Hospital, opened: list[App]
) -> None:
    shift = _secured(hospital, opened)
    file = hospital.file("short", FIVE_MINUTES)
    for user in ("admin", OFFICER):
        _agree(shift, user, file)
    hospital.file("short", TEN_MINUTES)
    assert deadline_of_check(_again(hospital, opened, file)) == "07:05"
    for user in (OFFICER, "admin"):
        _agree(shift, user, file)
    assert deadline_of_check(_again(hospital, opened, file)) == "07:10"


def test_what_is_left_out_or_changed_is_told(hospital: Hospital, opened: list[App]) -> None:
    shift = _secured(hospital, opened)
    known, unknown = hospital.file("short", FIVE_MINUTES), hospital.file("new", TEN_MINUTES)
    for user in ("admin", OFFICER):
        _agree(shift, user, known)
    hospital.file("short", TEN_MINUTES)
    settings = hospital.settings(known, unknown)
    with closing(open_database(settings, SystemClock())) as store:
        found = agreed(settings, store, folder=hospital.folder / "laid out")
        assert (found.changed, found.left_out) == (("short.toml",), ("new.toml",))
        (laid,) = found.settings.site
        assert "[1, 2, 5]" in laid.read_text()
        laid.write_text("format = 1 # tampered with")
        (again,) = agreed(settings, store, folder=hospital.folder / "laid out").settings.site
        assert "[1, 2, 5]" in again.read_text(), "what lies in the cache is not trusted"


def test_in_an_open_database_site_files_count_as_before(
    hospital: Hospital, opened: list[App]
) -> None:
    shift = shift_on(hospital, opened, hospital.file("short", FIVE_MINUTES))
    shift.ordered(shift.drug())
    assert deadline_of_check(shift) == "07:05"


def test_what_comes_out_of_a_pipe_is_agreed_to_by_nobody(
    hospital: Hospital, opened: list[App]
) -> None:
    _secured(hospital, opened)
    pipe = hospital.folder / "short.toml"
    os.mkfifo(pipe)
    settings = hospital.settings(pipe)
    with closing(open_database(settings, SystemClock())) as store:
        found = agreed(settings, store, folder=hospital.folder / "laid out")
        assert (found.settings.site, found.left_out) == ((), ("short.toml",))


# ---------------------------------------------------------------- loops of one's own
def _own_loop(hospital: Hospital, name: str = "weak") -> Path:
    """Medication without signatures, which a nurse may order by herself; in a folder of its own."""
    text = (SHIPPED / "medication.toml").read_text("utf-8")
    for said, instead in (
        ('id = "medication"', f'id = "{name}"'),
        ('prefix = "med_"', f'prefix = "{name[:3]}_"'),
        ("sign = true, ", ""),
        (
            '"prescribed", level = "order", by = ["PHY"]',
            '"prescribed", level = "order", by = ["RN"]',
        ),
    ):
        assert said in text
        text = text.replace(said, instead, 1 if said.startswith("id") else -1)
    folder = hospital.folder / "loops"
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_nurse_brings_no_loop_of_her_own_by_which_she_orders_unsigned(
    hospital: Hospital, opened: list[App]
) -> None:
    shift = _secured(hospital, opened)
    weak = _own_loop(hospital)
    settings = hospital.settings().model_copy(update={"loops": (weak.parent,)})

    def kinds() -> set[str]:
        app = build(settings, clock=FakeClock(at=local("07:00")))
        opened.append(app)
        return set(app.loops.loops)

    assert "weak" not in kinds()
    _agree(shift, "admin", weak)
    assert "weak" not in kinds()
    _agree(shift, OFFICER, weak)
    assert "weak" in kinds()


def test_a_folder_of_loops_holds_only_those_that_were_agreed_to_and_as_they_were(
    hospital: Hospital, opened: list[App]
) -> None:
    shift = _secured(hospital, opened)
    good, other = _own_loop(hospital, "good"), _own_loop(hospital, "other")
    as_agreed = good.read_text("utf-8")
    for user in ("admin", OFFICER):
        _agree(shift, user, good)
    good.write_text("changed = true\n", "utf-8")
    settings = hospital.settings().model_copy(update={"loops": (good.parent,)})
    with closing(open_database(settings, SystemClock())) as store:
        cache = hospital.folder / "laid out"
        found = agreed(settings, store, folder=cache)
        assert (found.changed, found.left_out) == ((good.name,), (other.name,))
        (laid,) = found.settings.loops
        (laid / "slipped_in.toml").write_text("x = 1\n", "utf-8")
        assert agreed(settings, store, folder=cache).settings.loops == (laid,)
        assert {one.name: one.read_text("utf-8") for one in laid.iterdir()} == {
            good.name: as_agreed
        }
