"""A sealed backup: opened by its key, refused with words once a byte of it is not as it was."""

import random
import stat
from pathlib import Path

import pytest

from domain.errors import StorageError
from storage.sealed_file import CHUNK, MAGIC, SealKey, is_sealed, key_id_of, seal, unseal

KEY = SealKey("key-1", bytes(range(32)))


def sealed(folder: Path, content: bytes, key: SealKey = KEY) -> Path:
    source, target = folder / "ward.db", folder / "ward.wlb"
    source.write_bytes(content)
    target.unlink(missing_ok=True)
    seal(source, target, key)
    return target


def refusal(file: Path, key: SealKey = KEY) -> StorageError:
    out = file.with_name("out.db")
    with pytest.raises(StorageError) as caught:
        unseal(file, out, key)
    assert not out.exists(), "nothing of a file that does not hold is left"
    return caught.value


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK])
def test_what_was_sealed_comes_out_as_it_was(tmp_path: Path, size: int) -> None:
    content = random.Random(size).randbytes(size)
    file = sealed(tmp_path, content)
    assert is_sealed(file)
    assert key_id_of(file) == "key-1"
    assert size < 16 or content[:16] not in file.read_bytes()
    unseal(file, tmp_path / "out.db", KEY)
    assert (tmp_path / "out.db").read_bytes() == content
    for one in (file, tmp_path / "out.db"):
        assert stat.S_IMODE(one.stat().st_mode) == 0o600, "only its owner can read it"


def test_two_backups_of_one_database_have_nothing_in_common(tmp_path: Path) -> None:
    one = sealed(tmp_path, b"A" * 4096).read_bytes()
    other = sealed(tmp_path, b"A" * 4096).read_bytes()
    assert one[-4096:] != other[-4096:]


def test_any_changed_byte_is_found(tmp_path: Path) -> None:
    file = sealed(tmp_path, bytes(CHUNK + 5000))
    content = file.read_bytes()
    chance = random.Random(4)
    places = [*range(len(MAGIC) + 4, 180), *(chance.randrange(len(content)) for _ in range(40))]
    for place in places:
        changed = bytearray(content)
        changed[place] ^= 1 << chance.randrange(8)
        file.write_bytes(changed)
        assert refusal(file).code in {"BACKUP_CHANGED", "OTHER_KEY", "NEWER_FILE"}, place


def test_a_file_that_was_cut_off_or_grew_is_found(tmp_path: Path) -> None:
    file = sealed(tmp_path, bytes(3 * CHUNK))
    content = file.read_bytes()
    head = len(content) - 3 * (CHUNK + 16)
    for length in (20, head - 1, head, head + 1, head + CHUNK + 16, len(content) - 1):
        file.write_bytes(content[:length])
        found = refusal(file)
        assert found.code == "BACKUP_CHANGED", length
        assert "cut off" in found.message
        assert "wardloop db backup list" in found.message
    file.write_bytes(content + b"\0")
    assert refusal(file).code == "BACKUP_CHANGED"


def test_pieces_that_changed_places_are_found(tmp_path: Path) -> None:
    file = sealed(tmp_path, bytes(3 * CHUNK))
    content = file.read_bytes()
    size = CHUNK + 16
    head = len(content) - 3 * size
    first, second = content[head : head + size], content[head + size : head + 2 * size]
    file.write_bytes(content[:head] + second + first + content[head + 2 * size :])
    assert refusal(file).code == "BACKUP_CHANGED"


def test_another_key_opens_nothing_and_the_right_one_is_named(tmp_path: Path) -> None:
    file = sealed(tmp_path, b"a ward")
    found = refusal(file, SealKey("key-2", bytes(32)))
    assert found.code == "OTHER_KEY"
    assert "key-1" in found.message
    assert refusal(file, SealKey("key-1", bytes(32))).code == "BACKUP_CHANGED"
    assert str(KEY.secret) not in repr(KEY)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"no json",
        b"[]",
        b"{}",
        b'{"version": 1, "key": 5, "salt": "00", "chunk": 10}',
        b'{"version": 1, "key": "key-1", "salt": "xx", "chunk": 10}',
        b'{"version": 1, "key": "key-1", "salt": "00", "chunk": 1073741824}',
    ],
)
def test_a_damaged_head_is_told(tmp_path: Path, head: bytes) -> None:
    file = tmp_path / "ward.wlb"
    file.write_bytes(MAGIC + len(head).to_bytes(4, "big") + head)
    assert refusal(file).code == "BACKUP_CHANGED"


def test_a_file_of_a_newer_program_asks_for_it(tmp_path: Path) -> None:
    head = b'{"version": 2, "key": "key-1", "salt": "00", "chunk": 10}'
    file = tmp_path / "ward.wlb"
    file.write_bytes(MAGIC + len(head).to_bytes(4, "big") + head)
    assert refusal(file).code == "NEWER_FILE"
