"""How this workstation is set up: a TOML file, then the environment, then what the caller says.

Read once, frozen, passed on; nothing in the program looks at the environment by itself.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from domain.errors import InvalidInput

PREFIX: Final = "WARDLOOP_"
FILE_VARIABLE: Final = "WARDLOOP_SETTINGS"
_NAME: Final = "wardloop"

_TABLES: Final = ("wards", "backup")
"""What is a table in the file, and has no environment variable."""
Profile = Literal["cn", "intl"]
Language = Literal["en", "zh"]
Theme = Literal["light", "dark", "contrast"]


def default_database() -> str:
    """The embedded database in the user's data folder."""
    file = Path(platformdirs.user_data_dir(_NAME, appauthor=False)) / "ward.db"
    return f"sqlite:///{file}"


def default_keys() -> Path:
    """Where key files lie that no system keyring takes."""
    return Path(platformdirs.user_config_dir(_NAME, appauthor=False)) / "keys"


def default_file() -> Path:
    """Where the settings file is looked for."""
    return Path(platformdirs.user_config_dir(_NAME, appauthor=False)) / "settings.toml"


class Backups(BaseModel):
    """Where and how often the embedded database is copied while it is in use."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: Annotated[
        Path | None,
        Field(description="where backups are put: another disk, or one that others back up"),
    ] = None
    every_minutes: Annotated[int, Field(ge=1, le=1440, description="how often one is made")] = 60
    keep_hours: Annotated[
        int, Field(ge=1, le=8760, description="how long every backup is kept")
    ] = 24
    keep_days: Annotated[
        int, Field(ge=1, le=3660, description="how long the last one of each day is kept")
    ] = 30
    encrypted: Annotated[
        bool,
        Field(description="whether only the key 'backup' opens them; keep a copy of it elsewhere"),
    ] = False


class Settings(BaseModel):
    """The settings, proved. A field's description is what `settings example` prints."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)

    database: Annotated[
        str,
        Field(description="sqlite:///FILE for one workstation, postgresql+psycopg://… for several"),
    ] = Field(default_factory=default_database)
    workstation: Annotated[
        str, Field(min_length=1, max_length=64, description="the name of this workstation")
    ] = "workstation-1"
    profile: Annotated[
        Profile, Field(description="whose limits hold: cn (China) or intl (international)")
    ] = "cn"
    site: Annotated[
        tuple[Path, ...],
        Field(
            description=(
                "files of what the site and its wards change, the later wins (docs/site.md);"
                " each is proved by: wardloop site check FILE"
            )
        ),
    ] = ()
    loops: Annotated[tuple[Path, ...], Field(description="folders with further loop files")] = ()
    time_zone: Annotated[str, Field(description="of wards that name none; an IANA name")] = (
        "Asia/Shanghai"
    )
    language: Annotated[Language, Field(description="en or zh")] = "en"
    encrypted: Annotated[
        bool,
        Field(
            description=(
                "whether the embedded database is encrypted on its disk by the key 'database'"
                " (docs/administration.md)"
            )
        ),
    ] = False
    keys: Annotated[
        Path | None,
        Field(description="a folder for key files; without it, the system keyring is asked first"),
    ] = None
    theme: Annotated[Theme, Field(description="light, dark or contrast")] = "light"
    lock_after_minutes: Annotated[
        int, Field(ge=0, le=60, description="the window locks when nobody touches it; 0: never")
    ] = 2
    hide_names_after_seconds: Annotated[
        int,
        Field(
            ge=0, le=3600, description="names on the board hide when nobody touches it; 0: never"
        ),
    ] = 60
    training: Annotated[
        bool, Field(description="a bar says that these are no real patients; a set clock says so")
    ] = False
    wards: Annotated[
        Mapping[str, Mapping[str, Any]],
        Field(
            description=(
                "by ward id: values that its tasks take (transported, care_level), and site_times"
            )
        ),
    ] = Field(default_factory=dict)
    backup: Annotated[
        Backups,
        Field(description="copies of the embedded database, made by whoever watches it"),
    ] = Backups()

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError("no time zone of that name; right would be Asia/Shanghai") from None
        return value

    @field_validator("database")
    @classmethod
    def _known_kind(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("right would be sqlite:////var/lib/wardloop/ward.db")
        return value


def load_settings(
    file: Path | None = None,
    *,
    environ: Mapping[str, str] = os.environ,
    changes: Mapping[str, object] | None = None,
) -> Settings:
    """The settings of a file, with `WARDLOOP_…` variables over it, and a caller's changes over all.

    Args:
        file: else `WARDLOOP_SETTINGS`, else the default file where there is one.
        changes: from command line options; a value of None is not said.

    Raises:
        InvalidInput: names the field that is wrong, or the file that cannot be read.
    """
    chosen = file or (Path(environ[FILE_VARIABLE]) if environ.get(FILE_VARIABLE) else None)
    values: dict[str, object] = {}
    if chosen is not None or default_file().is_file():
        values.update(_read(chosen or default_file()))
    values.update(_from_environment(environ))
    values.update({name: one for name, one in (changes or {}).items() if one is not None})
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "settings"
        raise InvalidInput(field, _said(first["msg"]), right=_right(field)) from None


def _read(file: Path) -> dict[str, object]:
    try:
        with file.open("rb") as opened:
            read = tomllib.load(opened)
    except OSError as error:
        raise InvalidInput("settings", f"{file} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput("settings", f"{file} is no TOML: {error}") from None
    for name in ("site", "loops"):  # paths in a file count from that file
        listed = read.get(name)
        if isinstance(listed, list):
            read[name] = [str(file.parent / str(one)) for one in listed]
    backup = read.get("backup")
    for table, name in ((read, "keys"), (backup, "folder")):
        if isinstance(table, dict) and isinstance(table.get(name), str):
            table[name] = str(file.parent / table[name])
    return read


def _from_environment(environ: Mapping[str, str]) -> dict[str, object]:
    """`WARDLOOP_DATABASE` and its like; lists of paths as the system separates them."""
    found: dict[str, object] = {}
    for name in Settings.model_fields:
        text = environ.get(PREFIX + name.upper())
        if not text or name in _TABLES:
            continue
        found[name] = text.split(os.pathsep) if name in ("site", "loops") else text
    return found


def _said(message: str) -> str:
    return message.removeprefix("Value error, ")


def _right(field: str) -> str | None:
    name = field.removeprefix("backup.")
    fields = Settings.model_fields if name == field else Backups.model_fields
    known = fields.get(name)
    if known is None:
        return f"one of {', '.join(fields)}"
    return known.description


def example_settings() -> str:
    """A settings file with every field, its meaning, and its default commented out."""
    lines = ["# Settings of one Wardloop workstation. Uncomment what is to differ."]
    lines.append(f"# Each may also be given as an environment variable: {PREFIX}DATABASE, …")
    shown = {
        "encrypted": "false",
        "keys": '"keys"',
        "database": '"sqlite:////var/lib/wardloop/ward.db"',
        "site": '["site.toml"]',
        "loops": '["our_loops"]',
    }
    for name, known in Settings.model_fields.items():
        if name in _TABLES:
            continue
        default = shown.get(name) or f'"{known.default}"'
        lines += ["", f"# {known.description}", f"# {name} = {default}"]
    lines += ["", f"# {Settings.model_fields['backup'].description}", "# [backup]"]
    backups = {"folder": '"/mnt/backups"', "encrypted": "false"}
    for name, known in Backups.model_fields.items():
        lines.append(f"# {name} = {backups.get(name, known.default)}  # {known.description}")
    lines += [
        "",
        f"# {Settings.model_fields['wards'].description}",
        "# [wards.3A]",
        "# transported = true",
        '# care_level = "II"',
        '# site_times = { bid = ["08:00", "20:00"] }',
    ]
    return "\n".join(lines) + "\n"
