"""Keys of a workstation: one of each name, kept where only its owner reads it, never replaced."""

import stat
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from client.keys import Key, Keys, read_key_file, write_key_file
from domain.errors import InvalidInput, StorageError

A_KEY = bytes(range(32))
ANOTHER = bytes(range(1, 33))


class Drawer(KeyringBackend):
    """A system keyring that lives as long as the test."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring types it not
        self.locked = False
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringLocked
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.held[service, username]


@pytest.fixture
def drawer() -> Iterator[Drawer]:
    before = keyring.get_keyring()
    drawer = Drawer()
    keyring.set_keyring(drawer)
    yield drawer
    keyring.set_keyring(before)


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path / "keys", keyring=False)


def refused(keys: Keys, name: str = "site") -> str:
    with pytest.raises(StorageError) as caught:
        keys.need(name)
    return caught.value.code


def test_a_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path, keys: Keys) -> None:
    assert keys.find("site") is None
    made = keys.make("site")
    file = tmp_path / "keys" / "site.key"
    assert made.file == file
    assert "only its owner can read" in made.warning
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert list(file.parent.iterdir()) == [file], "nothing half-written stays beside it"
    assert keys.make("site") == keys.need("site") == made
    assert keys.make("backup").secret != made.secret


def test_nothing_prints_a_key(keys: Keys) -> None:
    made = keys.make("site")
    assert str(made.secret) not in repr(made)
    assert len(made.id) == 12
    assert made.id not in made.secret.hex()


def test_a_key_that_is_not_here_is_asked_for(keys: Keys) -> None:
    assert refused(keys) == "NO_KEY"


def test_a_key_file_that_others_can_read_opens_nothing(tmp_path: Path, keys: Keys) -> None:
    keys.make("site")
    (tmp_path / "keys" / "site.key").chmod(0o640)
    assert refused(keys) == "KEY_OPEN_TO_OTHERS"


@pytest.mark.parametrize("content", [b"", b"abc", b"YWJj", "钥匙".encode()])
def test_a_damaged_key_file_is_told(tmp_path: Path, keys: Keys, content: bytes) -> None:
    keys.make("site")
    (tmp_path / "keys" / "site.key").write_bytes(content)
    assert refused(keys) == "BAD_KEY"


def test_a_key_file_that_cannot_be_read_is_named(tmp_path: Path, keys: Keys) -> None:
    (tmp_path / "keys" / "site.key").mkdir(parents=True)
    with pytest.raises(StorageError, match=r"site\.key cannot be read"):
        keys.need("site")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a file")
    with pytest.raises(StorageError, match="cannot be written"):
        Keys(tmp_path / "keys", keyring=False).make("site")


def test_an_exported_key_comes_back_on_another_workstation(tmp_path: Path, keys: Keys) -> None:
    made = keys.make("backup")
    out = tmp_path / "backup.key"
    write_key_file(out, made.secret)
    other = Keys(tmp_path / "other", keyring=False)
    assert other.put("backup", read_key_file(out)).id == made.id
    assert other.put("backup", made.secret).id == made.id, "the same one again changes nothing"
    with pytest.raises(FileExistsError):
        write_key_file(out, made.secret)


def test_a_key_is_never_written_over_by_another(keys: Keys) -> None:
    keys.put("database", A_KEY)
    with pytest.raises(StorageError) as caught:
        keys.put("database", ANOTHER)
    assert caught.value.code == "OTHER_KEY"
    assert keys.need("database").secret == A_KEY
    with pytest.raises(InvalidInput, match="32 bytes"):
        keys.put("database", b"short")


def test_of_two_processes_that_make_a_key_both_have_the_same(tmp_path: Path, keys: Keys) -> None:
    class Slow(Keys):
        """Finds nothing the first time: another process is quicker between look and write."""

        looked = 0

        def find(self, name: str) -> Key | None:
            self.looked += 1
            return None if self.looked <= 2 else super().find(name)

    theirs = keys.make("site")
    assert Slow(tmp_path / "keys", keyring=False).make("site") == theirs


# ---------------------------------------------------------------- the system keyring
def test_the_system_keyring_comes_before_a_file(tmp_path: Path, drawer: Drawer) -> None:
    keys = Keys(tmp_path / "keys")
    made = keys.make("site")
    assert made.file is None
    assert made.warning == ""
    assert not (tmp_path / "keys").exists()
    assert keys.need("site") == made
    assert list(drawer.held) == [("wardloop", "site")]


def test_a_locked_keyring_makes_no_second_key(tmp_path: Path, drawer: Drawer) -> None:
    keys = Keys(tmp_path / "keys")
    keys.make("site")
    drawer.locked = True
    with pytest.raises(StorageError, match="unlock it"):
        keys.make("site")
    assert not (tmp_path / "keys").exists()


def test_a_damaged_entry_of_the_keyring_is_told(tmp_path: Path, drawer: Drawer) -> None:
    drawer.set_password("wardloop", "site", "not a key")
    assert refused(Keys(tmp_path / "keys")) == "BAD_KEY"


def test_without_a_system_keyring_the_key_lies_in_a_file(tmp_path: Path) -> None:
    from keyring.backends.fail import Keyring as NoKeyring

    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())  # type: ignore[no-untyped-call]  # keyring types it not
    try:
        made = Keys(tmp_path / "keys").make("site")
    finally:
        keyring.set_keyring(before)
    assert made.file == tmp_path / "keys" / "site.key"
