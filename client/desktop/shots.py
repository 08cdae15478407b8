"""The screens as pictures, offscreen: for people who want to see them before they start.

`wardloop demo` calls this; nothing is recorded and nothing of the database is changed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, cast

if TYPE_CHECKING:
    from client.app import App
    from client.desktop.desk import Desk
    from client.presenters.sign_in import Session
    from client.presenters.subject import Subject
    from client.settings import Settings
    from domain.worklists import WorkRow

SIZES: Final = ((1920, 1080), (1366, 768))
LOOKS: Final = tuple(product(("en", "zh"), ("light", "dark"), SIZES))
_LONGEST_MS: Final = 20_000
_MARKS: Final = 4


@dataclass(frozen=True, slots=True)
class _Look:
    """One way in which the screens are shown."""

    language: Literal["en", "zh"]
    theme: Literal["light", "dark"]
    size: tuple[int, int]

    @property
    def name(self) -> str:
        """The end of a file's name."""
        return f"{self.size[0]}x{self.size[1]}_{self.theme}_{self.language}"


def screenshots(app: App, out: Path, *, settings: Settings, user: str, ward: str = "") -> list[str]:
    """Render sign-in, board, worklist, loops, step dialog, alerts and vital signs into a folder.

    Args:
        out: made where it is not there.
        user: who looks: a nurse sees the worklist that a nurse sees.
        ward: the ward; empty for the user's first one.

    Returns:
        the paths of the files, in the order in which they were made.

    Raises:
        SignInError: the user is not known, or there is no ward.
        RuntimeError: a screen did not come to rest, or could not be written.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from client.desktop.desk import Desk
    from client.presenters.sign_in import read_staff, session_of
    from client.texts import Texts

    out.mkdir(parents=True, exist_ok=True)
    texts = Texts.load(settings.language)
    session = session_of(read_staff(app), user, ward, texts=texts)
    known = QApplication.instance()
    qt = known if isinstance(known, QApplication) else QApplication([])
    # a caret that blinks would make two pictures of one screen
    blinking = qt.cursorFlashTime()
    qt.setCursorFlashTime(0)
    desk = Desk(qt, app, settings)
    try:
        return [str(path) for path in _pictures(desk, session, out)]
    finally:
        desk.window.close()
        desk.close()
        desk.window.deleteLater()
        qt.setCursorFlashTime(blinking)


def _pictures(desk: Desk, session: Session, out: Path) -> Iterator[Path]:
    for language, theme, size in LOOKS:
        look = _Look(
            cast("Literal['en', 'zh']", language), cast("Literal['light', 'dark']", theme), size
        )
        yield from _one_look(desk, session, out, look)


def _one_look(desk: Desk, session: Session, out: Path, look: _Look) -> Iterator[Path]:
    window = desk.window
    desk.sign_out()
    if window.texts.language != look.language:
        window.switch_language()
    window.set_theme(look.theme)
    window.resize(*look.size)
    window.show()
    _rest(desk)
    yield _save(desk, out, "1_sign_in", look)
    desk.sign_in(session)
    for name, key, parameter in _screens(desk, session):
        window.open(key, parameter)
        _rest(desk)
        yield _save(desk, out, name, look)


def _screens(desk: Desk, session: Session) -> Iterator[tuple[str, str, object]]:
    yield "2_board", "board", None
    yield "3_worklist", "work", None
    rows = desk.app.reads.work(roles=session.roles, ward=session.ward.id, limit=500)
    for number, row in enumerate(_telling(rows), start=4):
        yield f"{number}_loop_{row.loop}", "loop", _subject(row, "")
    scanned = next((row for row in rows if _open_step(row, "M10")), None)
    if scanned is not None:
        yield "8_step_bedside_check", "step", _subject(scanned, "M10")
    yield "9_alerts", "alerts", None
    risks = desk.app.reads.risks(session.ward.id)
    if risks:  # whoever is worst off has most to show
        worst = max(risks, key=lambda stay: (risks[stay].risk.score, stay))
        yield "10_vital_signs", "vitals", worst


def _telling(rows: tuple[WorkRow, ...]) -> list[WorkRow]:
    """For each kind of order one that has something to tell: a gap, else the furthest one."""
    found: dict[str, WorkRow] = {}
    for row in rows:
        known = found.get(row.loop)
        if row.task is not None and (known is None or _weight(row) > _weight(known)):
            found[row.loop] = row
    kinds = ("medication", "transfusion", "test", "examination")
    return [found[kind] for kind in kinds if kind in found]


def _weight(row: WorkRow) -> tuple[bool, bool]:
    return row.incomplete, row.state == "in_progress"


def _open_step(row: WorkRow, no: str) -> bool:
    return any(ready.step == no for ready in row.outlook.ready)


def _subject(row: WorkRow, step: str) -> Subject:
    from client.presenters.subject import Subject

    return Subject(row.order, row.encounter, row.patient, row.task, step)


def _rest(desk: Desk) -> None:
    """Let the window read and paint: what reads answers in order, so a mark after it tells.

    Raises:
        RuntimeError: it does not come to rest.
    """
    from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer

    from client.desktop.desk import Mark

    for _ in range(_MARKS):  # an answer may ask again
        loop = QEventLoop()
        mark = Mark(desk)
        mark.reached.connect(loop.quit)
        QTimer.singleShot(_LONGEST_MS, loop, loop.quit)
        loop.exec()
        if not mark.passed:
            raise RuntimeError("the screens did not come to rest")
    for _ in range(_MARKS):
        QCoreApplication.processEvents()


def _save(desk: Desk, out: Path, name: str, look: _Look) -> Path:
    path = out / f"{name}_{look.name}.png"
    desk.fresh()
    if not desk.window.grab().save(str(path)):
        raise RuntimeError(f"{path} could not be written")
    return path
