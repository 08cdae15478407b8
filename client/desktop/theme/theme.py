"""The theme in force: colours, fonts and sizes. Painters read it at each paint, never before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from string import Template
from typing import Final, cast

from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from client.desktop.theme.tokens import ThemeName, load_tokens

LATIN: Final = ("Inter", "Segoe UI", "Noto Sans", "DejaVu Sans")
CHINESE: Final = ("Noto Sans CJK SC", "WenQuanYi Zen Hei", "Microsoft YaHei")
SMALLEST_SCALE: Final = 0.9
LARGEST_SCALE: Final = 1.5
_PROPERTY: Final = "wardloop_theme"
_SEMIBOLD: Final = 600


@dataclass(frozen=True)
class Theme:
    """A set of tokens at a text scale.

    Attributes:
        name: `light`, `dark` or `contrast`.
        scale: 0.9 to 1.5; sizes of text and of what holds text grow with it.
        tokens: name -> `#RRGGBB`.
        families: the font families, Latin first, then Chinese.
    """

    name: ThemeName
    scale: float
    tokens: Mapping[str, str]
    families: tuple[str, ...]
    _colours: dict[str, QColor] = field(default_factory=dict, repr=False, compare=False)

    def colour(self, token: str) -> QColor:
        """The colour of a token.

        Raises:
            KeyError: there is no such token.
        """
        if token not in self._colours:
            self._colours[token] = QColor(self.tokens[token])
        return self._colours[token]

    def px(self, pixels: float) -> int:
        """A length at 100 % in pixels at this scale."""
        return round(pixels * self.scale)

    def font(self, size: int = 14, *, bold: bool = False, ids: bool = False) -> QFont:
        """The face at a size in pixels at 100 %; figures tabular, in ids a slashed zero."""
        font = QFont()
        font.setFamilies(list(self.families))
        font.setPixelSize(self.px(size))
        font.setWeight(QFont.Weight(_SEMIBOLD) if bold else QFont.Weight.Normal)
        for feature in ("tnum", "cv05", "cv08", *(("zero",) if ids else ())):
            font.setFeature(QFont.Tag(feature), 1)
        return font


def load_theme(name: ThemeName, *, scale: float = 1.0) -> Theme:
    """A theme; the scale is held between 90 % and 150 %."""
    present = set(QFontDatabase.families())
    families = tuple(family for family in (*LATIN, *CHINESE) if family in present)
    held = min(max(scale, SMALLEST_SCALE), LARGEST_SCALE)
    return Theme(name, held, load_tokens(name), families or ("Sans Serif",))


def apply_theme(app: QApplication, name: ThemeName, scale: float = 1.0) -> Theme:
    """Give the application its style, palette, font and style sheet; every widget repaints."""
    theme = load_theme(name, scale=scale)
    app.setProperty(_PROPERTY, theme)
    if app.style().objectName() != "fusion":
        app.setStyle("Fusion")
    app.setPalette(_palette(theme))
    app.setFont(theme.font())
    app.setStyleSheet(_style_sheet(theme))
    return theme


def current_theme() -> Theme:
    """The theme in force.

    Raises:
        RuntimeError: `apply_theme` was never called.
    """
    app = QApplication.instance()
    theme = app.property(_PROPERTY) if app is not None else None
    if theme is None:
        raise RuntimeError("no theme yet: call apply_theme(app, name) before the first widget")
    return cast("Theme", theme)


def _style_sheet(theme: Theme) -> str:
    source = files("client.desktop.theme").joinpath("wardloop.qss").read_text(encoding="utf-8")
    values = {token.replace("-", "_"): colour for token, colour in theme.tokens.items()}
    sizes = {f"px{size}": f"{theme.px(size)}px" for size in (13, 14, 15, 16, 18, 22, 28, 32, 36)}
    return Template(source).substitute(values, **sizes)


def _palette(theme: Theme) -> QPalette:
    palette, role = QPalette(), QPalette.ColorRole
    for where, token in (
        (role.Window, "bg"),
        (role.WindowText, "text"),
        (role.Base, "surface"),
        (role.AlternateBase, "surface2"),
        (role.Text, "text"),
        (role.PlaceholderText, "text2"),
        (role.Button, "surface"),
        (role.ButtonText, "text"),
        (role.BrightText, "on-over"),
        (role.Highlight, "sel"),
        (role.HighlightedText, "text"),
        (role.ToolTipBase, "surface2"),
        (role.ToolTipText, "text"),
        (role.Link, "due"),
        (role.Accent, "focus"),
        (role.Light, "surface"),
        (role.Midlight, "surface2"),
        (role.Mid, "line"),
        (role.Dark, "border"),
        (role.Shadow, "line"),
    ):
        palette.setColor(where, theme.colour(token))
    for where in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, where, theme.colour("text2"))
    return palette
