"""The house keeps its own rules, and each rule finds the fault that it is there for."""

import ast
import logging
import re
import socket
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QObject

from tests import house
from tests.guards import LogWatch, NetworkError, UnexpectedLogError, is_local

Rule = Callable[[Path, ast.AST], list[int]]

PLANTED = [
    (house.clock_readings, "domain/orders.py", "now = datetime.now(UTC)"),
    (house.clock_readings, "client/app.py", "now = datetime.datetime.utcnow()"),
    (house.clock_readings, "storage/feed.py", "started = time.time()"),
    (house.clock_readings, "client/desktop/clock.py", "now = QDateTime.currentDateTimeUtc()"),
    (house.naive_datetimes, "domain/timing.py", "at = datetime(2026, 11, 24, 8, 0)"),
    (
        house.connected_lambdas,
        "client/desktop/page.py",
        "button.clicked.connect(lambda: self.go())",
    ),
    (house.connected_lambdas, "client/desktop/page.py", "button.clicked.connect(partial(go, 1))"),
    (house.lossy_signals, "client/desktop/page.py", "changed = Signal(dict)"),
    (house.silent_excepts, "client/watch.py", "try:\n    go()\nexcept Exception:\n    pass"),
    (house.silent_excepts, "client/watch.py", "try:\n    go()\nexcept:\n    return_value = None"),
    (house.long_functions, "domain/loops.py", "def decide():\n" + "    step = 1\n" * 41),
]
INNOCENT = [
    (house.clock_readings, "domain/clock.py", "now = datetime.now(UTC)"),
    (house.clock_readings, "domain/orders.py", "now = clock.now()"),
    (house.naive_datetimes, "domain/timing.py", "at = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)"),
    (house.connected_lambdas, "client/desktop/page.py", "button.clicked.connect(self._go)"),
    (house.lossy_signals, "client/desktop/page.py", "changed = Signal(object)"),
    (
        house.silent_excepts,
        "client/watch.py",
        "try:\n    go()\nexcept Exception:\n    say()\n    raise",
    ),
    (house.long_functions, "domain/loops.py", "def decide():\n" + "    step = 1\n" * 40),
]


@pytest.mark.parametrize(("rule", "path", "source"), PLANTED)
def test_a_planted_fault_is_found(rule: Rule, path: str, source: str) -> None:
    assert rule(Path(path), ast.parse(source))


@pytest.mark.parametrize(("rule", "path", "source"), INNOCENT)
def test_right_code_is_left_alone(rule: Rule, path: str, source: str) -> None:
    assert not rule(Path(path), ast.parse(source))


def test_the_house_keeps_its_rules() -> None:
    faults = []
    for path in house.python_files():
        tree = ast.parse((house.ROOT / path).read_text(encoding="utf-8"))
        faults += [
            f"{path}:{line}: {rule.__doc__}" for rule in house.RULES for line in rule(path, tree)
        ]
    assert not faults


def test_an_exemption_says_why() -> None:
    bare, told = "x = 1  # noqa: E501", "x = 1  # noqa: E501 - the address cannot be broken"
    assert house.unexplained_exemptions(bare) == [1]
    assert house.unexplained_exemptions("x = f()  # type: ignore[arg-type]") == [1]
    assert not house.unexplained_exemptions(told)
    assert not house.unexplained_exemptions("x = f()  # type: ignore[arg-type]  # stubs lack it")
    faults = [
        f"{path}:{line}"
        for path in house.python_files()
        if path != Path("tests/unit/test_house_rules.py")
        for line in house.unexplained_exemptions((house.ROOT / path).read_text(encoding="utf-8"))
    ]
    assert not faults


def test_every_file_has_one_job() -> None:
    lengths = {
        path: len((house.ROOT / path).read_text(encoding="utf-8").splitlines())
        for path in house.python_files()
    }
    assert not {path: lines for path, lines in lengths.items() if lines >= house.LONGEST_FILE}


def test_every_name_says_what_the_file_is_for() -> None:
    named = [(path, part) for path in house.python_files() for part in path.with_suffix("").parts]
    assert not [path for path, part in named if house.MEANINGLESS_NAMES.search(part)]
    assert house.MEANINGLESS_NAMES.search("page_manager")
    assert not house.MEANINGLESS_NAMES.search("database")


def test_no_file_names_a_package_registry() -> None:
    texts = [path for path in house.house_files() if path.suffix not in {".png", ".ttf", ".pdf"}]
    faults = [
        path
        for path in texts
        if house.REGISTRY_HOSTS.search(
            (house.ROOT / path).read_text(encoding="utf-8", errors="replace")
        )
    ]
    assert not faults
    assert house.REGISTRY_HOSTS.search("https://files.python" + "hosted.org/x.whl")


def _flat(table: dict[str, object], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = str(value)
    return flat


def _texts(language: str) -> dict[str, str]:
    path = house.ROOT / "client" / "texts" / f"{language}.toml"
    return _flat(tomllib.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def test_every_text_is_there_in_both_languages_with_the_same_blanks() -> None:
    english, chinese = _texts("en"), _texts("zh")
    assert english.keys() == chinese.keys()
    blanks = re.compile(r"\{(\w+)")
    different = [
        key
        for key, text in english.items()
        if set(blanks.findall(text)) != set(blanks.findall(chinese[key]))
    ]
    assert not different


def test_qt_leaves_none_alone() -> None:
    """PySide6 6.12.0 takes a reference from None at each call on Python 3.11, then aborts."""
    thing = QObject()
    thing.setObjectName("warm-up")
    before = sys.getrefcount(None)
    for _ in range(1000):
        thing.setObjectName("x")
    assert sys.getrefcount(None) > before - 100


def test_a_log_record_that_nobody_announced_fails_the_test() -> None:
    watch = LogWatch([])
    watch.emit(logging.makeLogRecord({"msg": "disk full", "levelno": logging.ERROR}))
    with pytest.raises(UnexpectedLogError, match="disk full"):
        watch.verdict()


def test_an_announced_log_record_must_come() -> None:
    with pytest.raises(UnexpectedLogError, match="none came"):
        LogWatch(["disk full"]).verdict()


@pytest.mark.expected_logs("watch stopped")
def test_an_announced_log_record_passes() -> None:
    logging.getLogger("wardloop.watch").warning("the watch stopped at %s", "08:00")


def test_only_this_machine_can_be_reached() -> None:
    assert is_local(("127.0.0.1", 2575))
    assert is_local(("::1", 2575, 0, 0))
    assert is_local("/run/wardloop/socket")
    assert not is_local(("192.0.2.1", 443))
    assert not is_local(("example.org", 443))
    with socket.socket() as outward, pytest.raises(NetworkError, match="192"):
        outward.connect(("192.0.2.1", 443))
