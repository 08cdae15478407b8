"""Every test: offscreen, without network, silent logs, and Hypothesis in one of three profiles.

HYPOTHESIS_PROFILE is `default` (100 examples), `quick` (`make check`) or `long` (`make test-long`).
Examples are drawn anew on each run: a failure prints the blob that repeats it. In CI nothing is
kept between runs, so that a green run owes nothing to the one before.
"""

import logging
import os
import socket
from collections.abc import Iterator
from tempfile import gettempdir

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before anything makes a QApplication
# no test finds or leaves anything in the settings, the data or the keyring of who runs it
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
os.environ["XDG_CONFIG_HOME"] = f"{gettempdir()}/wardloop-home-{os.getpid()}"
os.environ["XDG_DATA_HOME"] = f"{gettempdir()}/wardloop-home-{os.getpid()}/data"

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase

from tests.guards import LogWatch, local_only


def _examples() -> ExampleDatabase | None:
    return None if os.environ.get("CI") else DirectoryBasedExampleDatabase(".hypothesis/examples")


settings.register_profile(
    "default",
    deadline=None,  # two cores, shared: a slow example is not a wrong one
    suppress_health_check=[HealthCheck.too_slow],
    database=None,
    derandomize=True,  # the same examples for everybody: what is searched for anew is searched long
    print_blob=True,
)
settings.register_profile(
    "quick",
    settings.get_profile("default"),
    max_examples=25,
    phases=[Phase.explicit, Phase.generate],
)
settings.register_profile(
    "long",
    settings.get_profile("default"),
    max_examples=2000,
    derandomize=False,
    database=_examples(),
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(autouse=True)
def silent_logs(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail the test on a log record from WARNING on that no `expected_logs` marker announces."""
    marks = request.node.iter_markers("expected_logs")
    watch = LogWatch([pattern for mark in marks for pattern in mark.args])
    root = logging.getLogger()
    root.addHandler(watch)
    yield
    root.removeHandler(watch)
    watch.verdict()


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let sockets reach this machine only."""
    monkeypatch.setattr(socket.socket, "connect", local_only(socket.socket.connect))
