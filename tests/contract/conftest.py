"""All stores, for one suite: a fake that passes it cannot lie to the tests that stand on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.ids import EncounterId
from domain.ports import Reads
from tests.any_store import SEVEN, AnyStore
from tests.fakes import FakeClock, FakeStore
from tests.stores import KEY, new_store
from tests.wards import WARD, Hospital


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(SEVEN)


@pytest.fixture(params=["memory", "sqlite", "encrypted"])
def any_store(
    request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock
) -> Iterator[AnyStore]:
    if request.param == "memory":
        yield FakeStore(clock)
        return
    real = new_store(tmp_path, clock, key=KEY if request.param == "encrypted" else None)
    yield real
    real.close()


@pytest.fixture
def reads(any_store: AnyStore) -> Reads:
    return any_store.reads


@pytest.fixture
def hospital(any_store: AnyStore, clock: FakeClock) -> Hospital:
    """A ward with one bed order, nothing else."""
    hospital = Hospital(any_store.units, clock)
    hospital.ward(WARD)
    return hospital


@pytest.fixture
def stay(hospital: Hospital) -> EncounterId:
    return hospital.admit()
