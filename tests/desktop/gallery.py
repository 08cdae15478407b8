"""Every widget as a picture, to be looked at: `python -m tests.desktop.gallery out/gallery`.

Light, dark and high contrast; English and Chinese; 1920 and 1366 pixels wide.
"""

import os
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from client.desktop.models.rows import Column, RowTableModel
from client.desktop.page import Page, PageSpec
from client.desktop.theme import THEMES, ThemeName, apply_theme, current_theme
from client.desktop.widgets.bed_card import CardSize, paint_bed_card
from client.desktop.widgets.glyph import paint_glyph
from client.desktop.widgets.key_button import ButtonKind, KeyButton
from client.desktop.widgets.loop_picture import LoopPictureView
from client.desktop.widgets.status_pill import StatusPill
from client.desktop.widgets.type_tag import TypeTag
from client.desktop.widgets.work_table import WorkTable
from client.desktop.window import MainWindow, SignedIn
from client.presenters.banner import BannerView, Fact
from client.presenters.bed_card import BedCard
from client.presenters.cells import Cell, Section
from client.presenters.formats import PersonName
from client.presenters.loop_picture import LoopPicture
from client.presenters.tone import Tone
from client.texts import LANGUAGES, Texts
from domain.people import Role
from tests.desktop.board_samples import Work, cards, work
from tests.desktop.conftest import FrozenClock
from tests.desktop.loop_samples import medication, transfusion


def column_cell(place: int) -> Column[Work]:
    """A column of the sample list."""

    def cell(row: Work) -> Cell:
        if isinstance(row, Section):
            return Cell()
        held = row[place]
        assert isinstance(held, Cell)
        return held

    titles = ("", "", "", "identity.bed", "", "identity.record_no", "")
    widths = (0, 64, 196, 48, 150, 116, 0)
    return Column(f"c{place}", titles[place], cell, widths[place], right=place == 3)


def work_model(texts: Texts) -> RowTableModel[Work]:
    """A model of the sample list."""

    def key(row: Work) -> str:
        return f"section {row.title}" if isinstance(row, Section) else row[0]

    columns = [column_cell(place) for place in range(1, 7)]
    model = RowTableModel(
        columns, key=key, texts=texts, heading=lambda row: isinstance(row, Section)
    )
    model.replace(work())
    return model


def banner(texts: Texts) -> BannerView:
    """A patient with allergies, filled by hand."""
    zh = texts.language == "zh"
    name = PersonName("王小明") if zh else PersonName("WANG, Xiaoming", "王小明")
    born = "1961-08-14 (65岁)" if zh else "14-Aug-1961 (65y)"
    allergy = texts("identity.known_allergies")
    return BannerView(
        name,
        (
            Fact(texts("identity.born"), born),
            Fact(texts("identity.gender"), texts("sex.male")),
            Fact(texts("identity.record_no"), "0012 345 678", ids=True),
            Fact(texts("identity.bed"), "12"),
        ),
        (
            Fact(
                allergy, "青霉素（过敏性休克）" if zh else "penicillin (anaphylaxis), latex (rash)"
            ),
            Fact(texts("identity.weight"), "72.5 kg"),
        ),
        (Fact(texts("identity.doctor"), "ZHOU, Hao"), Fact(texts("identity.nurse"), "LI, Na")),
        warning=allergy,
    )


class Cards(QWidget):
    """The sample cards in both sizes and all glyphs in three sizes."""

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self.cards: tuple[BedCard, ...] = cards(texts)
        self.setMinimumSize(1040, 400)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme = QPainter(self), current_theme()
        for row, size in enumerate(CardSize):
            for place, card in enumerate(self.cards):
                room = size.size(theme)
                at = QPointF(6 + place * (room.width() + 8), 6 + row * 155)
                box = QRectF(at, room.toSizeF())
                paint_bed_card(painter, card, box, theme, size=size, focused=place == 1)
        for place, tone in enumerate(Tone):
            for top, side in ((290, 16), (312, 24), (344, 36)):
                paint_glyph(painter, tone, QRectF(4 + place * 50, top, side, side), theme)
        painter.end()


class Sampler(Page):
    """Buttons, pills, tags, fields, cards and a list on one page."""

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self.texts = texts
        self.setProperty("ground", "bg")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 16, 10)
        title = QLabel(texts("loop.legend"))
        title.setProperty("role", "page")
        column.addWidget(title)
        column.addLayout(self.buttons())
        column.addLayout(self.pills())
        column.addWidget(Cards(texts))
        self.model = work_model(texts)
        self.table = WorkTable(self.model)
        column.addWidget(self.table, 1)

    def buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        disabled = KeyButton("Approve", key="Alt+A")
        disabled.setEnabled(False)
        reason = QLabel("needs a physician")
        reason.setProperty("role", "muted")
        checked = KeyButton("Cards")
        checked.setCheckable(True)
        checked.setChecked(True)
        self.primary = KeyButton(
            "Give: scan wristband", key="F8", kind=ButtonKind.PRIMARY, icon="scan", height=48
        )
        self.field = QLineEdit("abdomen left")
        refused = QLineEdit("38.44")
        refused.setProperty("refused", "true")
        locked = QLineEdit("from the order")
        locked.setReadOnly(True)
        for widget in (
            self.primary,
            KeyButton("&Not given", key="Alt+N"),
            KeyButton("Stop: reaction", key="Alt+X", kind=ButtonKind.DANGER, icon="warning"),
            disabled,
            reason,
            checked,
            KeyButton("28", height=28),
            self.field,
            refused,
            locked,
        ):
            row.addWidget(widget)
        row.addStretch(1)
        return row

    def pills(self) -> QHBoxLayout:
        row = QHBoxLayout()
        for tone in Tone:
            row.addWidget(StatusPill(tone, tone.word(self.texts)))
        for loop in ("medication", "examination", "test", "transfusion", "observation"):
            row.addWidget(TypeTag(self.texts(f"tag.{loop}")))
        row.addWidget(TypeTag("HA", filled=True))
        row.addStretch(1)
        return row


class LoopPage(Page):
    """One loop picture under a banner."""

    def __init__(self, texts: Texts, picture: LoopPicture) -> None:
        super().__init__()
        self.texts = texts
        self.setProperty("ground", "bg")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 16, 10)
        self.view = LoopPictureView(texts)
        self.view.show_picture(picture)
        column.addWidget(self.view)
        column.addStretch(1)

    def banner(self) -> BannerView:
        return banner(self.texts)


def specs() -> tuple[PageSpec, ...]:
    """Pages of samples, none of them of the program."""
    return (
        PageSpec("sample", "loop.legend", "board", Sampler, shortcut="F2"),
        PageSpec("rx", "tag_long.medication", "loop", lambda t: LoopPage(t, medication(t))),
        PageSpec("bld", "tag_long.transfusion", "work", lambda t: LoopPage(t, transfusion(t))),
    )


def window(texts: Texts) -> MainWindow:
    """A window over the samples with a nurse signed in."""
    made = MainWindow(
        texts=texts,
        clock=FrozenClock(),
        zone=ZoneInfo("Asia/Shanghai"),
        pages=specs(),
        version="0.1",
    )
    made.show_ward("Ward 7 Cardiology", "心内科 7 病区")
    nurse = SignedIn("LI, Na", frozenset({Role.NURSE}), Role.NURSE, "李娜")
    made.sign_in(nurse, landing="sample")
    return made


def draw(app: QApplication, folder: Path, theme: ThemeName, texts: Texts) -> None:
    """The pictures of one theme and language."""
    apply_theme(app, theme)
    for size in ((1920, 1080), (1366, 768)):
        made = window(texts)
        made.resize(*size)
        made.show()
        for key in ("sample", "rx", "bld"):
            made.open(key)
            if isinstance(made.page, Sampler):
                made.page.field.setFocus()
                made.page.table.choose("b")
            else:
                made.say("Recorded 08:04", Tone.DONE)
            app.processEvents()
            made.grab().save(str(folder / f"{key}_{theme}_{texts.language}_{size[0]}.png"))
        made.close()


def main() -> None:
    """Draw all pictures into the folder named on the command line."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    app = QApplication([])
    for theme in THEMES:
        for language in LANGUAGES:
            draw(app, folder, theme, Texts.load(language))


if __name__ == "__main__":
    main()
