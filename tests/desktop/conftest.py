"""The window's tests: one theme for each, light unless a test asks for another."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from client.desktop.desk import Desk
from client.desktop.theme import apply_theme
from client.texts import Texts
from tests.desktop.open_window import enter
from tests.desktop.ward import own_ward
from tests.desktop.ward_sample import Sample


class FrozenClock:
    """08:05:12 at the shift change, in Shanghai."""

    simulated = True

    def now(self) -> datetime:
        return datetime(2026, 11, 24, 0, 5, 12, tzinfo=UTC)


@pytest.fixture(scope="session", autouse=True)
def _window_system(qapp: QApplication) -> None:
    """Widgets need an application and a theme, also in a test that names neither."""
    apply_theme(qapp, "light")


@pytest.fixture
def app(qapp: QApplication) -> Iterator[QApplication]:
    apply_theme(qapp, "light")
    yield qapp
    for widget in qapp.topLevelWidgets():
        widget.close()


@pytest.fixture
def texts() -> Texts:
    return Texts.load("en")


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def sample(tmp_path: Path) -> Iterator[Sample]:
    made = own_ward(tmp_path)
    yield made
    made.app.close()


@pytest.fixture
def desk(qapp: QApplication, qtbot: QtBot, sample: Sample) -> Iterator[Desk]:
    made = Desk(qapp, sample.app, sample.settings)
    qtbot.addWidget(made.window)
    try:  # a desk left open would speak into the windows of later tests
        made.window.resize(1366, 768)
        made.window.show()
        made.window.activateWindow()
        qtbot.waitUntil(made.window.isActiveWindow)
        enter(made, "li.na")
        yield made
    finally:
        made.close()
