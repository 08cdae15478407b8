"""Every text exists in both languages, with the same blanks to fill."""

import re
from itertools import chain

import pytest

from client.desktop.widgets.scan_field import Awaited
from client.presenters.cells import LoopKind
from client.presenters.tone import Tone, overdue
from client.texts import LANGUAGES, MissingTextError, Texts
from domain.patients import Sex
from domain.people import Role

BLANK = re.compile(r"\{(\w*)\}")


def test_both_languages_hold_the_same_texts() -> None:
    english, chinese = (Texts.load(language) for language in LANGUAGES)
    assert english.entries.keys() == chinese.entries.keys()


def test_a_text_has_the_same_blanks_in_both_languages() -> None:
    english, chinese = (Texts.load(language) for language in LANGUAGES)
    for key, text in english.entries.items():
        assert sorted(BLANK.findall(text)) == sorted(BLANK.findall(chinese.entries[key])), key


def test_no_text_is_empty_and_none_is_the_same_sentence_twice_by_mistake() -> None:
    for language in LANGUAGES:
        assert all(text.strip() for text in Texts.load(language).entries.values())


def test_a_missing_text_is_an_error_that_names_its_key(texts: Texts) -> None:
    with pytest.raises(MissingTextError, match=r"board\.tile") as caught:
        texts("board.tile")
    assert caught.value.key == "board.tile"


def test_a_blank_that_nobody_fills_is_an_error(texts: Texts) -> None:
    with pytest.raises(KeyError):
        texts("scan.ok")
    assert texts("scan.ok", what="insulin aspart") == "OK: insulin aspart"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_role_loop_and_sex_has_its_word(language: str) -> None:
    texts = Texts.load("zh" if language == "zh" else "en")
    keys = chain(
        (f"tone.{tone.value}" for tone in Tone),
        (f"role.{role.value}" for role in Role),
        (f"tag.{loop.value}" for loop in LoopKind),
        (f"tag_long.{loop.value}" for loop in LoopKind),
        (f"sex.{sex.value}" for sex in Sex),
        (f"sex_short.{sex.value}" for sex in Sex),
        (f"scan.ready_{awaited.value}" for awaited in Awaited),
        (f"weekday.{day}" for day in range(1, 8)),
    )
    assert [key for key in keys if not texts.has(key)] == []


def test_an_overdue_state_tells_its_tier_and_never_more_than_three() -> None:
    assert [overdue(tier).tier for tier in (0, 1, 2, 3, 4)] == [1, 1, 2, 3, 3]
    assert Tone.DUE.tier == 0


def test_states_that_must_be_seen_stand_in_a_pill_and_done_does_not(texts: Texts) -> None:
    assert Tone.OVERDUE_2.emphasis.value == "filled"
    assert Tone.INCOMPLETE.emphasis.value == "outline"
    assert Tone.DONE.emphasis.value == "plain"
    assert Tone.DONE.hue.value == "done"
    assert Tone.EXIT.hue.value == "neut"
    assert Tone.INCOMPLETE.word(texts) == "RECORD MISSING"
