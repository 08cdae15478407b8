"""Names that are taken for one another: by how many letters they differ.

For names of drugs and of people alike. A letter that is missing, too many, wrong, or changed with
its neighbour is one step (optimal string alignment). Short names are never alike: too many are.
"""

from __future__ import annotations

import re
from itertools import combinations, product
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_SIGNS: Final = re.compile(r"[^\w]+|_+")
_LETTERS: Final = ((8, 2), (6, 1))
"""From so many letters on, names so many steps apart are alike [C]."""
_CHARACTERS: Final = 3
"""Chinese names of so many characters, and one step apart, are alike [C]."""


def alike(first: str, second: str) -> bool:
    """Whether two names may be taken for one another, or are the same but for signs and case."""
    one, other = plain(first), plain(second)
    if not one or not other:
        return False
    if one == other:
        return True
    if _digits(one) != _digits(other):
        return False  # a number is read as one
    shorter = min(len(one), len(other))
    if one.isascii() != other.isascii():
        return False
    if not one.isascii():
        return shorter >= _CHARACTERS and steps_apart(one, other, most=1) <= 1
    most = next((most for least, most in _LETTERS if shorter >= least), 0)
    return bool(most) and one[0] == other[0] and steps_apart(one, other, most=most) <= most


def twins(names: Sequence[tuple[str, ...]]) -> tuple[tuple[int, ...], ...]:
    """Of each person or thing the places of the others that are called alike.

    Args:
        names: of each all its names, by which any other may be taken for it.
    """
    found: list[list[int]] = [[] for _ in names]
    for (at, mine), (other, theirs) in combinations(enumerate(names), 2):
        if any(alike(one, two) for one, two in product(mine, theirs)):
            found[at].append(other)
            found[other].append(at)
    return tuple(map(tuple, found))


def plain(name: str) -> str:
    """A name without case, spaces and signs."""
    return _SIGNS.sub("", name).casefold()


def _digits(name: str) -> str:
    return "".join(letter for letter in name if letter.isdecimal())


def steps_apart(one: str, other: str, *, most: int) -> int:
    """The fewest steps from one text to another; `most` + 1 where it is more than `most`."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, start=1):
        earlier, before, row = before, row, [at]
        for place, wanted in enumerate(other, start=1):
            best = min(
                before[place] + 1, row[place - 1] + 1, before[place - 1] + (letter != wanted)
            )
            swapped = at > 1 and place > 1 and letter == other[place - 2] and one[at - 2] == wanted
            row.append(min(best, earlier[place - 2] + 1) if swapped else best)
    return min(row[-1], most + 1)
