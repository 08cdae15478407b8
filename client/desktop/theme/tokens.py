"""The colours by name, read from the one file that holds them. Pure: no Qt."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping

ThemeName = Literal["light", "dark", "contrast"]
THEMES: Final[tuple[ThemeName, ...]] = get_args(ThemeName)


def load_tokens(name: ThemeName) -> Mapping[str, str]:
    """The tokens of a theme: name -> `#RRGGBB`."""
    source = files("client.desktop.theme").joinpath("tokens.toml").read_text(encoding="utf-8")
    at = THEMES.index(name)
    return MappingProxyType({token: row[at] for token, row in tomllib.loads(source).items()})


def contrast(first: str, second: str) -> float:
    """The contrast of two colours by the WCAG formula, 1 to 21."""
    low, high = sorted((_luminance(first), _luminance(second)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
