"""The small widgets: what they say, what they never cut, how they are worked by key."""

from itertools import combinations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QListView, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from client.desktop.models.rows import Column, RowTableModel
from client.desktop.theme import THEMES, ThemeName, apply_theme, current_theme
from client.desktop.widgets.bed_card import BedCardDelegate, CardSize, card_size_for
from client.desktop.widgets.focus_ring import FocusRing
from client.desktop.widgets.glyph import Glyph, glyph
from client.desktop.widgets.key_button import ButtonKind, KeyButton
from client.desktop.widgets.patient_banner import PatientBanner
from client.desktop.widgets.scan_field import Awaited, ScanField
from client.desktop.widgets.section_header import SectionHeader
from client.desktop.widgets.status_pill import StatusPill, pill_size
from client.desktop.widgets.toast import Toast
from client.desktop.widgets.type_tag import TypeTag
from client.desktop.widgets.work_table import WorkTable
from client.presenters.bed_card import BedCard
from client.presenters.cells import Cell, Section, plain
from client.presenters.tone import Tone
from client.texts import Texts
from tests.desktop.board_samples import cards
from tests.desktop.gallery import banner, work_model

SAME_SHAPE = {frozenset({Tone.OVERDUE_2, Tone.OVERDUE_3})}  # told apart by bars and words


# ---------------------------------------------------------------- states
@pytest.mark.parametrize("name", THEMES)
def test_every_state_has_a_shape_of_its_own_even_without_colour(
    app: QApplication, name: ThemeName
) -> None:
    theme = apply_theme(app, name)
    grey = {}
    for tone in Tone:
        image = glyph(tone, 24, theme).toImage()
        grey[tone] = [
            (image.pixelColor(x, y).alpha() > 60, image.pixelColor(x, y).lightness() // 48)
            for x in range(24)
            for y in range(24)
        ]
    for one, other in combinations(Tone, 2):
        if frozenset({one, other}) not in SAME_SHAPE:
            different = sum(a != b for a, b in zip(grey[one], grey[other], strict=True))
            assert different > 8, (one, other)


def test_a_pill_has_room_for_its_words_and_bars(app: QApplication, qtbot: QtBot) -> None:
    theme = apply_theme(app, "light")
    plain_pill = pill_size(Tone.FAILED, "OVERDUE 35 min", theme)
    assert pill_size(Tone.OVERDUE_2, "OVERDUE 35 min", theme).width() > plain_pill.width()
    pill = StatusPill(Tone.DUE, "due now")
    qtbot.addWidget(pill)
    before = pill.sizeHint().width()
    pill.set_state(Tone.OVERDUE_3, "OVERDUE 1 h 10 min")
    assert pill.sizeHint().width() > before
    assert pill.accessibleName() == "OVERDUE 1 h 10 min"


def test_a_glyph_alone_tells_its_state_to_a_screen_reader(app: QApplication, qtbot: QtBot) -> None:
    apply_theme(app, "light")
    shape = Glyph(Tone.DUE)
    qtbot.addWidget(shape)
    shape.set_tone(Tone.DONE, "done 08:04")
    assert shape.accessibleName() == "done 08:04"
    assert shape.tone is Tone.DONE


# ---------------------------------------------------------------- buttons
def test_a_button_is_pressed_by_the_key_written_on_it(app: QApplication, qtbot: QtBot) -> None:
    apply_theme(app, "light")
    holder = QWidget()
    column = QVBoxLayout(holder)
    record = KeyButton("Record", key="Ctrl+Enter", kind=ButtonKind.PRIMARY)
    hold = KeyButton("&Hold", key="Alt+H")
    column.addWidget(record)
    column.addWidget(hold)
    qtbot.addWidget(holder)
    holder.show()
    holder.activateWindow()
    qtbot.waitUntil(holder.isActiveWindow)
    with qtbot.waitSignal(record.clicked):
        QTest.keyClick(holder, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    with qtbot.waitSignal(hold.clicked):
        QTest.keyClick(holder, Qt.Key.Key_H, Qt.KeyboardModifier.AltModifier)
    assert record.key == "Ctrl+Enter"
    assert hold.accessibleName() == "Hold"


def test_a_button_that_cannot_be_pressed_says_why(app: QApplication, qtbot: QtBot) -> None:
    apply_theme(app, "light")
    button = KeyButton("Record", key="F8", height=48)
    qtbot.addWidget(button)
    button.setEnabled(False)
    button.set_reason("needs the witness")
    assert button.accessibleDescription() == "needs the witness"
    narrow = button.sizeHint().width()
    button.set_text("Record the dose")
    button.set_kind(ButtonKind.DANGER)
    assert button.sizeHint().width() > narrow
    assert button.shortcut().toString() == "F8"
    assert button.sizeHint().height() == 48


def test_a_button_is_drawn_apart_when_pointed_at_pressed_or_checked(
    app: QApplication, qtbot: QtBot
) -> None:
    apply_theme(app, "light")
    button = KeyButton("Cards")
    qtbot.addWidget(button)
    seen = [button.grab().toImage()]
    middle = QPointF(5, 5)
    app.sendEvent(button, QEnterEvent(middle, middle, middle))
    seen.append(button.grab().toImage())
    button.setDown(True)
    seen.append(button.grab().toImage())
    button.setDown(False)
    button.setCheckable(True)
    button.setChecked(True)
    seen.append(button.grab().toImage())
    assert all(one != other for one, other in combinations(seen, 2))
    button.setChecked(False)
    app.sendEvent(button, QEvent(QEvent.Type.Leave))
    assert button.grab().toImage() == seen[0]


# ---------------------------------------------------------------- banner
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_the_banner_grows_rather_than_cut_the_identity(
    app: QApplication, qtbot: QtBot, language: str, scale: float
) -> None:
    apply_theme(app, "light", scale)
    shown = PatientBanner()
    qtbot.addWidget(shown)
    shown.show_patient(banner(Texts.load("zh" if language == "zh" else "en")))
    for width in (1920, 1366, 700):
        shown.resize(width, shown.heightForWidth(width))
        shown.grab()
        pieces, rows = shown.lay_out(current_theme(), width)
        assert rows * current_theme().px(28) <= shown.heightForWidth(width)
        assert all(at.x() < width for _text, _font, _ink, at in pieces)
    assert shown.heightForWidth(700) > shown.heightForWidth(1920) or scale == 1.0
    assert "0012" in shown.accessibleName()


def test_without_a_patient_there_is_no_banner(
    app: QApplication, qtbot: QtBot, texts: Texts
) -> None:
    apply_theme(app, "light")
    shown = PatientBanner()
    qtbot.addWidget(shown)
    shown.show_patient(banner(texts))
    assert shown.isVisible()
    shown.show_patient(None)
    assert not shown.isVisible()
    assert shown.view is None


# ---------------------------------------------------------------- scan field
def test_the_result_of_a_scan_is_read_in_the_foot_of_the_window(
    app: QApplication, qtbot: QtBot, texts: Texts
) -> None:
    apply_theme(app, "light")
    field = ScanField(texts)
    qtbot.addWidget(field)
    assert field.words == "ready: anything"
    field.expect(Awaited.WRISTBAND)
    field.reading()
    assert field.words == "reading …"
    field.accept("WANG, bed 12")
    assert field.words == "OK: WANG, bed 12"
    field.settle()
    assert field.words == "ready: wristband"
    field.refuse("not this patient")
    field.settle()
    assert field.words == "REFUSED: not this patient"
    field.grab()
    assert field.last == ("REFUSED: not this patient", "OK: WANG, bed 12")
    field.retranslate(Texts.load("zh"))
    assert field.words == "就绪：请扫腕带"
    assert not field.last


def test_ok_goes_by_itself(app: QApplication, qtbot: QtBot, texts: Texts) -> None:
    apply_theme(app, "light")
    field = ScanField(texts)
    qtbot.addWidget(field)
    field.accept("insulin aspart")
    qtbot.waitUntil(lambda: field.words == "ready: anything", timeout=5000)


# ---------------------------------------------------------------- toast, headings, tags
def test_a_toast_stands_above_the_foot_and_wraps_long_words(
    app: QApplication, qtbot: QtBot
) -> None:
    apply_theme(app, "light")
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(800, 500)
    window.show()
    toast = Toast(window)
    assert toast.words == ""
    toast.say("Recorded")
    small = toast.height()
    toast.say("ZHAO, Min recorded this dose at 08:04. " * 5, Tone.OVERDUE_2)
    assert toast.height() > small
    assert toast.geometry().bottom() <= window.height() - 40
    window.resize(700, 420)
    assert toast.geometry().bottom() <= 420 - 40
    toast.grab()


def test_a_heading_folds_its_section(app: QApplication, qtbot: QtBot) -> None:
    apply_theme(app, "light")
    heading = SectionHeader(Section("Overdue", 4, "worst first"))
    qtbot.addWidget(heading)
    with qtbot.waitSignal(heading.toggled) as folded:
        QTest.mouseClick(heading, Qt.MouseButton.LeftButton)
    assert folded.args == [True]
    with qtbot.waitSignal(heading.toggled):
        QTest.keyClick(heading, Qt.Key.Key_Space)
    QTest.keyClick(heading, Qt.Key.Key_Down)
    heading.set_section(Section("Overdue", 4, collapsed=True))
    heading.grab()
    assert heading.accessibleName() == "Overdue 4"
    assert heading.sizeHint().height() == 30


def test_latin_tags_are_equally_wide_so_that_texts_align(app: QApplication, qtbot: QtBot) -> None:
    apply_theme(app, "light")
    tags = [TypeTag(text) for text in ("Rx", "EX", "LAB", "BLD", "OBS")]
    for tag in tags:
        qtbot.addWidget(tag)
    assert len({tag.sizeHint().width() for tag in tags}) == 1
    tags[0].set_text("HIGH-ALERT")
    tags[0].grab()
    assert tags[0].sizeHint().width() > tags[1].sizeHint().width()


# ---------------------------------------------------------------- cards
def show_card(card: BedCard) -> Cell:
    return plain(card.name)


def card_key(card: BedCard) -> str:
    return card.key


@pytest.mark.parametrize("size", CardSize)
def test_a_board_paints_its_cards(
    app: QApplication, qtbot: QtBot, texts: Texts, size: CardSize
) -> None:
    apply_theme(app, "dark")
    model = RowTableModel([Column("card", "", show_card)], key=card_key, texts=texts)
    model.replace(cards(texts))
    view = QListView()
    delegate = BedCardDelegate(view)
    delegate.card_size = size
    view.setItemDelegate(delegate)
    view.setViewMode(QListView.ViewMode.IconMode)
    view.setModel(model)
    qtbot.addWidget(view)
    view.resize(1100, 400)
    view.show()
    view.setFocus()
    view.setCurrentIndex(model.index(1, 0))
    image = view.grab().toImage()
    red = current_theme().colour("over-fill")
    column = [image.pixelColor(x, y) for x in range(16) for y in range(20, 100)]
    assert red in column  # the first card has something overdue at tier 2


def test_the_larger_cards_are_taken_as_long_as_all_beds_fit(app: QApplication) -> None:
    theme = apply_theme(app, "light")
    assert card_size_for(30, width=1840, height=960, theme=theme) is CardSize.STANDARD
    assert card_size_for(30, width=1290, height=628, theme=theme) is CardSize.COMPACT
    assert card_size_for(80, width=1290, height=628, theme=theme) is CardSize.COMPACT


def test_a_card_is_told_in_one_sentence(texts: Texts) -> None:
    spoken = cards(texts)[0].spoken
    assert spoken.startswith("12, WANG, Xiaoming, 65y M, 0012 345 678")
    assert "07:40 insulin aspart 6 units" in spoken
    assert cards(texts)[3].spoken == "15, cleaning since 07:40"


# ---------------------------------------------------------------- table
def test_enter_opens_the_chosen_row_and_a_heading_never(
    app: QApplication, qtbot: QtBot, texts: Texts
) -> None:
    apply_theme(app, "light")
    model = work_model(texts)
    table = WorkTable(model)
    qtbot.addWidget(table)
    table.resize(1200, 600)
    table.show()
    with qtbot.waitSignal(table.chosen):
        table.choose("e")
    with qtbot.waitSignal(table.opened) as opened:
        QTest.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == ["e"]
    with qtbot.waitSignal(table.section_toggled) as folded:
        QTest.mouseClick(
            table.viewport(),
            Qt.MouseButton.LeftButton,
            pos=QPoint(60, table.rowViewportPosition(0) + 9),
        )
    assert folded.args == ["section Overdue"]
    assert table.current_key == "e"
    assert not table.choose("nobody")
    table.choose("section Later")
    with qtbot.waitSignal(table.section_toggled) as folded:
        QTest.keyClick(table, Qt.Key.Key_Return)
    assert folded.args == ["section Later"]
    at = QPoint(60, table.rowViewportPosition(model.row_of("b")) + 9)
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    with qtbot.waitSignal(table.opened) as opened:
        QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert opened.args == ["b"]
    table.grab()


def test_a_drug_line_makes_its_row_grow_and_a_state_its_column(
    app: QApplication, qtbot: QtBot, texts: Texts
) -> None:
    apply_theme(app, "light")
    model = work_model(texts)
    table = WorkTable(model)
    qtbot.addWidget(table)
    table.resize(1000, 600)
    table.show()
    long, short = model.row_of("f"), model.row_of("b")
    assert table.rowHeight(long) > table.rowHeight(short) == 36
    assert table.rowHeight(0) == 30
    pill = pill_size(Tone.OVERDUE_2, "OVERDUE 1 h 35 min", current_theme()).width()
    assert table.columnWidth(1) >= pill
    table.grab()


# ---------------------------------------------------------------- focus
def test_the_ring_lies_round_what_has_the_keyboard_and_follows_it(
    app: QApplication, qtbot: QtBot
) -> None:
    apply_theme(app, "light")
    window, area = QWidget(), QScrollArea()
    inner = QWidget()
    column = QVBoxLayout(inner)
    fields = [QLineEdit() for _ in range(40)]
    for field in fields:
        column.addWidget(field)
    area.setWidget(inner)
    QVBoxLayout(window).addWidget(area)
    qtbot.addWidget(window)
    window.resize(300, 300)
    window.show()
    window.activateWindow()
    ring = FocusRing(window)
    fields[1].setFocus()
    qtbot.waitUntil(ring.isVisible)
    at = fields[1].mapTo(window, QPoint(0, 0))
    assert ring.geometry().topLeft() == at - QPoint(4, 4)
    assert ring.geometry().width() == fields[1].width() + 8
    ring.grab()
    area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())
    qtbot.waitUntil(lambda: not ring.isVisible())  # what has the focus was scrolled away
    fields[-1].setFocus()
    qtbot.waitUntil(ring.isVisible)
    fields[-1].clearFocus()
    qtbot.waitUntil(lambda: not ring.isVisible())
