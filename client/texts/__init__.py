"""Every text a person reads, in English and Simplified Chinese, free of Qt.

`en.toml` and `zh.toml` hold the same keys: tables become dotted keys, `[board] title` is
`board.title`. Texts inside loop and rule files stay there.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Language = Literal["en", "zh"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)


class MissingTextError(LookupError):
    """A text that no file holds: the program is wrong, not the person."""

    def __init__(self, language: str, key: str) -> None:
        super().__init__(f"{language}.toml has no text {key!r}")
        self.key = key


@dataclass(frozen=True, slots=True)
class Texts:
    """All texts of one language; call it with a key: `texts("board.title")`."""

    language: Language
    entries: Mapping[str, str]

    @classmethod
    def load(cls, language: Language) -> Texts:
        """Read `<language>.toml` from beside this module."""
        source = files(__name__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
        return cls(language, MappingProxyType(dict(_flat(tomllib.loads(source)))))

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key with its `{placeholders}` filled.

        Raises:
            MissingTextError: the key is in no file.
            KeyError: the text has a placeholder that `values` does not fill.
        """
        text = self.entries.get(key)
        if text is None:
            raise MissingTextError(self.language, key)
        return text.format(**values) if values or "{" in text else text

    def has(self, key: str) -> bool:
        """Whether the key has a text."""
        return key in self.entries


def _flat(table: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)
