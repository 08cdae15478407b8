"""A page hears what others changed, and not its own echo."""

import threading

from PySide6.QtCore import QObject, Slot
from pytestqt.qtbot import QtBot

from client.desktop.changes import Change, ChangeFeed


class Board(QObject):
    def __init__(self, feed: ChangeFeed) -> None:
        super().__init__()
        self.refreshed: list[object] = []
        self.threads: list[threading.Thread] = []
        feed.changed.connect(self.hear)

    @Slot(object)
    def hear(self, change: object) -> None:
        assert isinstance(change, Change)
        self.threads.append(threading.current_thread())
        if not change.is_echo_for(self):
            self.refreshed.append(change.what)


def test_a_page_skips_what_it_caused_itself_and_the_others_refresh() -> None:
    feed = ChangeFeed()
    board, list_ = Board(feed), Board(feed)
    feed.announce("bed 12", initiator=board)
    feed.announce("bed 14")
    assert board.refreshed == ["bed 14"]
    assert list_.refreshed == ["bed 12", "bed 14"]


def test_a_change_from_another_thread_is_heard_in_the_screens_thread(qtbot: QtBot) -> None:
    feed = ChangeFeed()
    board = Board(feed)
    other = threading.Thread(target=feed.announce, args=("bed 12",))
    other.start()
    other.join()
    qtbot.waitUntil(lambda: board.refreshed == ["bed 12"])
    assert board.threads == [threading.main_thread()]
