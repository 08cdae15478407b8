"""Each state of sign-in, lock and signature: `python -m tests.desktop.session_gallery out`.

Both languages, light and dark, 1920 and 1366 pixels wide.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from client.desktop.desk import Desk
from client.desktop.dialogs.step_dialog import StepDialog
from client.settings import Settings
from client.wiring import build
from domain.barcodes import wristband
from tests.desktop.open_window import rest, subject
from tests.desktop.secured_ward import GIVEN, badge, cover, secured_ward, sign_in
from tests.desktop.ward import ward
from tests.desktop.ward_sample import Sample
from tests.secured import secret_of


def states(desk: Desk, sample: Sample) -> Iterator[str]:
    """Bring the window from state to state; each is named when it is there."""
    page = cover(desk)
    yield "1_sign_in"
    desk.window.take_scan(badge("li.na"))
    yield "2_badge_read"
    page.secret.setText("000000")
    page.sign_in()
    rest(desk)
    yield "3_wrong_pin"
    sign_in(desk, "qian.wei", GIVEN)
    yield "4_own_secret"
    desk.sessions.page.show_mode("sign_in")  # type: ignore[union-attr]  # the cover is there
    sign_in(desk, "he.lan")
    desk.seat.hide_names(hidden=True)
    rest(desk)
    yield "5_names_hidden"
    desk.seat.hide_names(hidden=False)
    desk.sign_out()
    sign_in(desk, "li.na")
    desk.window.open("step", subject(sample, "insulin", "M10"))
    rest(desk)
    dialog = desk.window.page
    assert isinstance(dialog, StepDialog)
    dialog.take_scan(wristband("0012345678", 1))
    dialog.take_scan("06901234567892")
    dialog.take_scan(badge("zhao.min"))
    rest(desk)
    desk.window.status.show_lock(desk.window.texts("session.locks_in", n=25))
    yield "6_witness"
    assert dialog.card.view.witness is not None
    dialog.card.view.witness.pin.setText("000000")
    dialog.record()
    rest(desk)
    yield "7_witness_wrong"
    desk.sign_out()
    rest(desk)
    yield "8_locked"


def confirming(desk: Desk, sample: Sample) -> None:
    """The dialog in which a physician signs that an order is done."""
    app, order = sample.app, sample.orders["bisoprolol"]
    for user in ("zhou.hao", "li.na"):
        app.sign_in(user=user, secret=secret_of(user))
    app.discontinue_order(user="zhou.hao", command=app.new_command(), order=order, reason="slow")
    sample.do("li.na", "bisoprolol", "M17")
    sign_in(desk, "zhou.hao")
    case = app.reads.case(order)
    assert case is not None
    one = subject(sample, "bisoprolol", "M16")
    desk.window.open("step", type(one)(order, one.encounter, one.patient, None, "M16"))
    rest(desk)


def draw(qt: QApplication, folder: Path) -> None:
    """All pictures, into a folder."""
    for language in ("en", "zh"):
        for theme in ("light", "dark"):
            for size in ((1920, 1080), (1366, 768)):
                look = f"{size[0]}_{theme}_{language}"
                change = {"language": language, "theme": theme}
                sample = secured_ward(Path(tempfile.mkdtemp()))
                desk = opened(qt, sample, change, size)
                for name in states(desk, sample):
                    desk.fresh()
                    QApplication.processEvents()
                    desk.window.grab().save(str(folder / f"{name}_{look}.png"))
                confirming(desk, sample)
                desk.window.grab().save(str(folder / f"9_signing_{look}.png"))
                closed(desk)
                settings = Settings(database=f"sqlite:///{tempfile.mkdtemp()}/new/ward.db")
                for name, other in (("0_first", Sample(build(settings), None, settings)),  # type: ignore[arg-type]  # no clock is asked
                                    ("0_open", ward())):  # fmt: skip
                    desk = opened(qt, other, change, size)
                    desk.window.grab().save(str(folder / f"{name}_{look}.png"))
                    closed(desk)


def opened(qt: QApplication, sample: Sample, change: dict[str, str], size: tuple[int, int]) -> Desk:
    """A window in one look."""
    desk = Desk(qt, sample.app, sample.settings.model_copy(update=change))
    desk.window.resize(*size)
    desk.window.show()
    rest(desk)
    return desk


def closed(desk: Desk) -> None:
    """Let go of a window."""
    desk.window.close()
    desk.close()
    desk.window.deleteLater()


def main() -> None:
    """Draw all pictures into the folder named on the command line."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    draw(QApplication([]), folder)


if __name__ == "__main__":
    main()
