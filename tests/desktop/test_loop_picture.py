"""The loop picture: whole at 1366 px, walked by keys, told in words."""

from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from client.desktop.theme import THEMES, Theme, ThemeName, apply_theme
from client.desktop.widgets.loop_layout import LoopLayout
from client.desktop.widgets.loop_picture import LoopPictureView
from client.presenters.loop_picture import Lane, Link, LinkStyle, LoopPicture, Node
from client.presenters.tone import Tone
from client.texts import Texts
from tests.desktop.loop_samples import medication, transfusion


@pytest.fixture
def theme(app: QApplication) -> Theme:
    return apply_theme(app, "light")


@pytest.fixture
def view(theme: Theme, qtbot: QtBot, texts: Texts) -> LoopPictureView:
    assert theme.name == "light"
    made = LoopPictureView(texts)
    qtbot.addWidget(made)
    made.show_picture(medication(texts))
    made.resize(1816, 640)
    made.show()
    made.setFocus()
    return made


def press(view: LoopPictureView, *keys: Qt.Key) -> str:
    for key in keys:
        QTest.keyClick(view, key)
    return view.selected_id


LEFT, RIGHT, UP, DOWN = Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down


# ---------------------------------------------------------------- layout
@pytest.mark.parametrize("width", [1264, 1818])
@pytest.mark.parametrize("sample", [medication, transfusion])
def test_the_whole_picture_stands_inside_its_width(
    theme: Theme, texts: Texts, sample: object, width: int
) -> None:
    assert callable(sample)
    layout = LoopLayout(sample(texts), theme, width=width, height=0)
    for spot in layout.nodes.values():
        box = layout.target(spot)
        assert box.left() > 0
        assert box.right() <= width
        lane = layout.lanes[spot.lane].box
        assert lane.top() <= box.top()
        assert box.bottom() <= lane.bottom() + 1
    for bead in layout.beads.values():
        assert bead.box.right() <= width


def test_a_transfusion_with_its_reaction_needs_no_scrolling_at_1366(
    theme: Theme, texts: Texts
) -> None:
    layout = LoopLayout(transfusion(texts), theme, width=1264, height=0)
    assert layout.natural_height < 480


@pytest.mark.parametrize("width", [1264, 1818])
def test_labels_of_neighbours_never_touch(theme: Theme, texts: Texts, width: int) -> None:
    for picture in (medication(texts), transfusion(texts)):
        layout = LoopLayout(picture, theme, width=width, height=0)
        for lane in range(len(layout.lanes)):
            row = [layout.target(s) for s in layout.nodes.values() if s.lane == lane]
            row.sort(key=lambda box: box.left())
            assert all(a.right() <= b.left() for a, b in pairwise(row))


def test_a_link_to_another_lane_turns_between_two_columns(theme: Theme, texts: Texts) -> None:
    layout = LoopLayout(transfusion(texts), theme, width=1818, height=0)
    way = next(s for s in layout.links if (s.link.source, s.link.target) == ("T9", "T10"))
    half = layout.measures.pitch / 2
    assert way.corners[1].x() == pytest.approx(layout.nodes["T9"].centre.x() + half)
    border = layout.lanes[0].box.bottom()
    assert way.corners[2].y() == way.corners[3].y() == pytest.approx(border)
    assert way.corners[-1].x() < layout.nodes["T10"].centre.x()


def test_a_link_upwards_runs_along_the_upper_border_and_a_return_over_the_heads(
    theme: Theme,
) -> None:
    nodes = [Node(step, step, step, at, Tone.DONE) for at, step in enumerate("abc")]
    below = Node("d", "d", "d", 2, Tone.FAILED)
    links = (
        Link("d", "b", LinkStyle.BRANCH),
        Link("c", "a", LinkStyle.BRANCH, "recollect"),
        Link("a", "nobody", LinkStyle.DONE),
    )
    lanes = (Lane("1", "ORDER", nodes=tuple(nodes)), Lane("2", "TUBE", nodes=(below,)))
    layout = LoopLayout(LoopPicture(lanes, links), theme, width=1200, height=0)
    up, back = layout.links  # the link to nobody is not drawn
    assert up.corners[2].y() == pytest.approx(layout.lanes[1].box.top())
    assert back.arrow
    assert back.corners[1].y() < layout.nodes["c"].centre.y() - layout.measures.half


def test_words_above_a_link_never_touch_its_nodes(theme: Theme, texts: Texts) -> None:
    wide = LoopLayout(medication(texts), theme, width=1818, height=0)
    narrow = LoopLayout(medication(texts), theme, width=1264, height=0)
    said = [{spot.link.source: spot.words for spot in layout.links} for layout in (wide, narrow)]
    assert said[0]["M5"] == "12/240 min"
    assert said[1]["M5"] == "12/240"
    assert said[1]["M15"] == "limit 24 h"


def test_a_long_course_shows_the_days_round_the_chosen_dose(theme: Theme, texts: Texts) -> None:
    picture = medication(texts)
    layout = LoopLayout(picture, theme, width=700, height=0, earlier=texts.entries["loop.earlier"])
    assert "24-08:00" in layout.beads
    assert "17-08:00" not in layout.beads
    earlier = len(list(picture.beads())) - len(layout.beads)
    assert layout.lanes[2].subtitle[-1] == f"{earlier} earlier"


# ---------------------------------------------------------------- keys
def test_arrows_walk_along_and_between_the_lanes(view: LoopPictureView) -> None:
    assert view.selected_id == "M10"
    assert press(view, RIGHT) == "M11"
    assert press(view, LEFT, LEFT) == "M9"
    assert press(view, LEFT) == "M9"
    assert press(view, Qt.Key.Key_End) == "M14"
    assert press(view, Qt.Key.Key_Home) == "M9"
    assert press(view, UP).startswith("1")  # a dose
    assert press(view, UP) in {"M5", "M6"}
    assert press(view, UP, UP) in {"M3", "M4"}
    assert press(view, DOWN, DOWN, DOWN, DOWN).startswith("M")


def test_enter_asks_for_the_evidence_of_a_step_and_chooses_a_dose(
    view: LoopPictureView, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(view.details_requested) as asked:
        press(view, Qt.Key.Key_Return)
    assert asked.args == ["M10"]
    view.select("22-08:00")
    with qtbot.waitSignal(view.bead_chosen) as chosen:
        press(view, Qt.Key.Key_Return)
    assert chosen.args == ["22-08:00"]


def test_the_pointer_does_what_the_keys_do(view: LoopPictureView, qtbot: QtBot) -> None:
    layout = view.laid_out()
    spot = layout.nodes["M8"].centre.toPoint()
    with qtbot.waitSignal(view.selected) as chosen:
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=spot)
    assert chosen.args == ["M8"]
    with qtbot.waitSignal(view.details_requested):
        QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=spot)
    bead = layout.beads["19-20:00"].box.center().toPoint()
    with qtbot.waitSignal(view.bead_chosen) as dose:
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=bead)
    assert dose.args == ["19-20:00"]
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(1700, 600))
    assert view.selected_id == "19-20:00"


def test_chords_and_other_keys_are_left_to_the_window(view: LoopPictureView) -> None:
    QTest.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    QTest.keyClick(view, Qt.Key.Key_F5)
    assert view.selected_id == "M10"


def test_a_step_that_is_not_there_cannot_be_selected(view: LoopPictureView) -> None:
    with pytest.raises(KeyError):
        view.select("M99")


def test_a_refresh_keeps_the_frame_on_its_step(view: LoopPictureView, texts: Texts) -> None:
    view.select("M12")
    view.show_picture(medication(texts))
    assert view.selected_id == "M12"
    view.show_picture(transfusion(texts))
    assert view.selected_id == "R6"


# ---------------------------------------------------------------- words
def test_every_mark_of_a_step_is_told_in_words(view: LoopPictureView, texts: Texts) -> None:
    view.select("M12")
    said = view.accessibleDescription()
    assert said == (
        "M12 Infusion round, running, 2 times, last 08:51 LI, Na, next 09:21, typed by hand"
    )
    assert view.accessible_text("M4").startswith("M4 Skin test read, not needed, only if")
    assert view.accessible_text("24-08:00") == "08:00, RECORD MISSING"
    view.retranslate(Texts.load("zh"))
    assert view.accessibleName() == "闭环图"
    assert "执行中" in view.accessibleDescription()
    assert texts("loop.picture") != view.accessibleName()


def test_the_tool_tip_says_what_the_screen_reader_says(view: LoopPictureView, qtbot: QtBot) -> None:
    spot = view.laid_out().nodes["M8"].centre.toPoint()
    tip = QHelpEvent(QEvent.Type.ToolTip, spot, view.mapToGlobal(spot))
    QApplication.sendEvent(view, tip)
    qtbot.waitUntil(lambda: QToolTip.text() == view.accessible_text("M8"))
    QToolTip.hideText()


# ---------------------------------------------------------------- paint
@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("sample", [medication, transfusion])
def test_the_picture_is_painted_in_every_theme(
    app: QApplication, qtbot: QtBot, texts: Texts, name: ThemeName, sample: object
) -> None:
    assert callable(sample)
    theme = apply_theme(app, name)
    made = LoopPictureView(texts)
    qtbot.addWidget(made)
    made.show_picture(sample(texts))
    made.resize(1366, made.heightForWidth(1366))
    image = made.grab().toImage()
    colours = {
        image.pixelColor(x, y).name().upper()
        for x in range(0, image.width(), 2)
        for y in range(0, image.height(), 2)
    }
    wanted = {theme.tokens[token] for token in ("surface", "done", "due", "neut", "focus")}
    assert wanted <= colours
    assert made.sizeHint().height() > 400
    assert made.minimumSizeHint().width() <= 1264


def test_a_picture_without_steps_is_an_empty_frame(
    theme: Theme, qtbot: QtBot, texts: Texts
) -> None:
    assert theme.scale == 1.0
    made = LoopPictureView(texts)
    qtbot.addWidget(made)
    made.grab()
    assert press(made, RIGHT, DOWN, Qt.Key.Key_Return) == ""
    assert made.picture.columns == 1
    assert made.laid_out().at(QPointF(5, 5)) == ""
