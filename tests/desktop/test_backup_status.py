"""The window says when what is recorded lies on this disk only."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from client.backups import back_up
from client.desktop.desk import Desk
from client.settings import Backups
from client.wiring import SystemClock, build
from tests.desktop.open_window import enter, rest
from tests.desktop.ward_sample import Sample


@pytest.mark.expected_logs(r"^no backup could be made: SYSTEM$")
def test_a_backup_that_cannot_be_made_is_told_until_one_is(
    qapp: QApplication, qtbot: QtBot, sample: Sample, tmp_path: Path
) -> None:
    folder = tmp_path / "copies"
    folder.write_text("the other disk is not mounted")
    keeping = {"backup": Backups(folder=folder), "keys": tmp_path / "keys"}
    settings = sample.settings.model_copy(update=keeping)
    app = build(settings, clock=sample.clock)
    desk = Desk(qapp, app, settings)
    qtbot.addWidget(desk.window)

    def said() -> str:
        desk.watch.back_up()
        desk.let_time_pass()
        rest(desk)
        return " ".join(label.text() for label in desk.window.status.findChildren(QLabel))

    try:
        enter(desk, "li.na")
        assert "NO BACKUP: what is recorded is on this disk only" in said()
        folder.unlink()
        back_up(settings, SystemClock())
        assert "NO BACKUP" not in said(), "an administrator made one by hand"
    finally:
        desk.close()
        app.close()
