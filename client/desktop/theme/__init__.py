"""Light, dark and high contrast: one file of colours, one style sheet, one face."""

from client.desktop.theme.theme import Theme, apply_theme, current_theme, load_theme
from client.desktop.theme.tokens import THEMES, ThemeName

__all__ = ["THEMES", "Theme", "ThemeName", "apply_theme", "current_theme", "load_theme"]
