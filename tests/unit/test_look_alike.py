"""Names that are taken for one another: of drugs, and of patients on one ward."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.look_alike import alike, plain, steps_apart, twins

WORDS = st.text("abcd", max_size=7)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("prednisone", "prednisolone"),
        ("nifedipine", "nimodipine"),
        ("cefepime", "Cefixime"),
        ("WANG, Xiaoming", "WANG, Xiaomin"),
        ("WANG, Xiaoming", "WANG Xiao-Ming"),
        ("ZHANG, Wei", "ZHANG, Lei"),
        ("王小明", "王晓明"),
        ("欧阳小明", "欧阳明"),
        ("DE BOER, Jan", "DE BOER, Jna"),
    ],
)
def test_names_that_are_taken_for_one_another(first: str, second: str) -> None:
    assert alike(first, second)
    assert alike(second, first)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("morphine", "hydromorphone"),
        ("LI, Na", "LI, Ya"),
        ("王明", "李明"),
        ("王小明", "王大伟"),
        ("MIMIC, 10035185", "MIMIC, 10035186"),
        ("metoprolol", "atenolol"),
        ("", "WANG"),
        ("WANG, Xiaoming", "王小明"),
        ("naloxone", "maloxone"),
    ],
    ids=[
        "far apart", "short names", "two characters", "two of three characters", "numbers",
        "unlike", "no name", "another script", "another first letter",
    ],
)  # fmt: skip
def test_names_that_are_not(first: str, second: str) -> None:
    assert not alike(first, second)
    assert not alike(second, first)


def test_each_on_a_ward_with_the_others_who_are_called_alike() -> None:
    names = [("WANG, Xiaoming", "王小明"), ("LI, Hua", "李华"), ("WANG, Xiaomin", "王小敏")]
    assert twins(names) == ((2,), (), (0,))
    assert twins([]) == ()


@given(one=WORDS, other=WORDS)
def test_steps_are_the_same_both_ways_and_none_for_the_same(one: str, other: str) -> None:
    steps = steps_apart(one, other, most=9)
    assert steps == steps_apart(other, one, most=9)
    assert (steps == 0) == (one == other)
    assert steps <= max(len(one), len(other))
    assert steps_apart(one, other, most=1) == min(steps, 2)


@given(name=WORDS, at=st.integers(0, 7), letter=st.sampled_from("abcd"))
def test_a_letter_more_is_one_step(name: str, at: int, letter: str) -> None:
    assert steps_apart(name, name[:at] + letter + name[at:], most=3) == 1
    assert steps_apart("ab" + name, "ba" + name, most=3) == 1


def test_signs_and_case_do_not_count() -> None:
    assert plain("O'Neill-Smith, Anne_Marie") == "oneillsmithannemarie"
