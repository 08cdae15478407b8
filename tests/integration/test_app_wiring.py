"""Settings, and the one place where the program is put together."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from client.configuring import hash_of, read_loops
from client.databases import make_database
from client.settings import Settings, default_file, example_settings, load_settings
from client.wiring import (
    FrozenClock,
    RandomIds,
    SeededIds,
    SystemClock,
    build,
    ward_settings,
)
from domain.errors import DefinitionError, InvalidInput, StorageError
from domain.ids import CommandId, PractitionerId
from domain.people import Practitioner, Role
from domain.timing import parse_frequency

if TYPE_CHECKING:
    from pathlib import Path

    from client.app import App

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
NOWHERE: dict[str, str] = {}


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings and no database of whoever runs the tests."""
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))


# ---------------------------------------------------------------- settings
def test_without_anything_said_the_database_is_in_the_users_folder(tmp_path: Path) -> None:
    settings = load_settings(environ=NOWHERE)
    assert settings.database.startswith(f"sqlite:///{tmp_path}")
    assert settings.database.endswith("ward.db")
    assert (settings.profile, settings.time_zone) == ("cn", "Asia/Shanghai")


def test_file_then_environment_then_option(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('workstation = "file"\nlanguage = "zh"\nprofile = "intl"\nsite = ["a.toml"]\n')
    environ = {
        "WARDLOOP_SETTINGS": str(file),
        "WARDLOOP_WORKSTATION": "environment",
        "WARDLOOP_PROFILE": "cn",
        "WARDLOOP_LOOPS": "/a:/b",
    }
    settings = load_settings(environ=environ, changes={"workstation": "option", "theme": None})
    assert settings.workstation == "option"
    assert settings.profile == "cn"
    assert settings.language == "zh"
    assert settings.site == (tmp_path / "a.toml",)
    assert [str(path) for path in settings.loops] == ["/a", "/b"]


def test_the_default_file_is_read_where_there_is_one() -> None:
    default_file().parent.mkdir(parents=True)
    default_file().write_text('workstation = "bay 3"\n')
    assert load_settings(environ=NOWHERE).workstation == "bay 3"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('profile = "us"', "profile"),
        ('colour = "red"', "colour"),
        ('time_zone = "Mars/Olympus"', "time_zone"),
        ('database = "ward.db"', "database"),
        ('workstation = ""', "workstation"),
        ("not toml", "settings"),
        ("wards = 3", "wards"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, field: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text)
    with pytest.raises(InvalidInput) as wrong:
        load_settings(file, environ=NOWHERE)
    assert wrong.value.field == field


def test_a_settings_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as wrong:
        load_settings(tmp_path / "none.toml", environ=NOWHERE)
    assert "cannot be read" in wrong.value.message


def test_the_example_names_every_setting_and_is_right_when_uncommented() -> None:
    lines = example_settings().splitlines()
    said = "\n".join(
        line.removeprefix("# ") for line in lines if " = " in line or line.startswith("# [")
    )
    settings = Settings.model_validate(tomllib.loads(said))
    for name in Settings.model_fields:
        assert name in example_settings()
    assert settings.wards["3A"]["care_level"] == "II"


def test_settings_cannot_be_changed() -> None:
    settings = load_settings(environ=NOWHERE)
    with pytest.raises(ValueError, match="frozen"):
        settings.profile = "intl"


# ---------------------------------------------------------------- clocks and ids
def test_a_true_and_a_frozen_clock() -> None:
    earlier, later = SystemClock().now(), SystemClock().now()
    assert earlier <= later
    assert later.tzinfo is UTC
    assert not SystemClock().simulated
    assert FrozenClock(NOON).now() == NOON
    assert FrozenClock(NOON).simulated


def test_seeded_ids_repeat_and_random_ids_do_not() -> None:
    clock = FrozenClock(NOON)
    first, again = SeededIds(7, clock), SeededIds(7, clock)
    ids = [first.new() for _ in range(3)]
    assert ids == [again.new() for _ in range(3)]
    assert len(set(ids)) == 3
    chance = RandomIds(clock)
    assert chance.new() != chance.new()
    assert chance.new()[14] == "7"


# ---------------------------------------------------------------- wiring
def settings_in(tmp_path: Path, **more: object) -> Settings:
    return Settings.model_validate({"database": f"sqlite:///{tmp_path / 'ward.db'}"} | more)


def add_admin(app: App, command: str) -> None:
    admin = Practitioner(PractitionerId("admin"), "Admin", frozenset({Role.ADMINISTRATOR}))
    app.add_user(user="admin", command=CommandId(command), practitioner=admin)


def test_a_new_database_is_made_and_knows_its_configuration(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    app = build(settings, now=NOON)
    add_admin(app, app.new_command())
    assert [one.user for one in app.list_users(user="admin")] == ["admin"]
    app.close()
    again = build(settings, now=NOON)
    add_admin(again, "second")
    again.close()
    assert again.place.config_hash == app.place.config_hash


def test_another_limit_is_another_configuration(tmp_path: Path) -> None:
    overlay = tmp_path / "site.toml"
    overlay.write_text(
        'format = 1\nversion = "1"\napproved_by = ["a", "b"]\n'
        "[loops.medication.limits.TM01]\nwithin = [5, 10, 30]\n"
    )
    plain, changed = settings_in(tmp_path), settings_in(tmp_path, site=[overlay])
    hashes = {hash_of(one, read_loops(one)) for one in (plain, changed)}
    hashes.add(
        hash_of(settings_in(tmp_path, wards={"4A": {"transported": True}}), read_loops(plain))
    )
    assert len(hashes) == 3


def test_a_clock_before_the_workstations_last_entry_does_not_stop_the_reader(
    tmp_path: Path,
) -> None:
    settings = settings_in(tmp_path)
    app = build(settings, now=NOON)
    add_admin(app, "first")
    app.close()
    earlier = build(settings_in(tmp_path, profile="intl"), now=NOON.replace(hour=1))
    assert earlier.list_users(user="admin")
    with pytest.raises(Exception, match="before the journal"):
        add_admin(earlier, "second")
    earlier.close()


def test_what_cannot_be_put_together_says_why(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as wrong:
        build(settings_in(tmp_path), now=NOON.replace(tzinfo=None))
    assert wrong.value.field == "now"
    with pytest.raises(InvalidInput) as missing:
        build(settings_in(tmp_path, site=[tmp_path / "none.toml"]))
    assert missing.value.field == "site"
    bad = tmp_path / "bad.toml"
    bad.write_text("format = 1\n[loops.medication.limits.TM99]\nwithin = [1, 1, 1]\n")
    with pytest.raises(DefinitionError) as definition:
        build(settings_in(tmp_path, site=[bad]))
    assert definition.value.line == 2
    (tmp_path / "ward.db").write_bytes(b"this is no database at all" * 100)
    with pytest.raises(StorageError):
        build(settings_in(tmp_path))


def test_the_database_of_a_server_is_not_made_by_a_workstation() -> None:
    make_database(Settings(database="postgresql+psycopg://ward@server/wardloop"))


def test_wards_have_their_own_clock_times(tmp_path: Path) -> None:
    settings = settings_in(
        tmp_path, wards={"4A": {"site_times": {"bid": ["09:00", "21:00"]}, "care_level": "I"}}
    )
    (ward,) = ward_settings(settings).values()
    times = ward.site_times.times_of(parse_frequency("bid"))
    assert [time.hour for time in times] == [9, 21]
    assert ward.data == {"care_level": "I"}
    for wrong in ({"site_times": "late"}, {"site_times": {"bid": ["25:00"]}}):
        with pytest.raises(InvalidInput) as found:
            ward_settings(settings_in(tmp_path, wards={"4A": wrong}))
        assert found.value.field.startswith("wards.4A.site_times")


def test_a_program_without_a_store_closes_too() -> None:
    from tests.fakes import FakeClock
    from tests.shift import fake_app

    app = fake_app(FakeClock())
    app.close()
    assert app.feed is None
    assert not app.simulated


def test_where_backups_and_keys_are_put_counts_from_the_settings_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('keys = "keys"\n[backup]\nfolder = "copies"\nkeep_days = 7\n')
    found = load_settings(file, environ={"WARDLOOP_BACKUP": "x"})
    assert found.keys == tmp_path / "keys"
    assert found.backup.folder == tmp_path / "copies"
    assert (found.backup.keep_days, found.backup.every_minutes) == (7, 60)


def test_a_wrong_setting_of_backups_is_named_with_what_would_be_right(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    for line, field in (("keep_hours = 0", "backup.keep_hours"), ("keeps = 1", "backup.keeps")):
        file.write_text(f"[backup]\n{line}\n")
        with pytest.raises(InvalidInput) as caught:
            load_settings(file, environ={})
        assert caught.value.field == field
        assert caught.value.right is not None
