"""The themes hold the same colours by name, and text can be read in each."""

import pytest
from PySide6.QtWidgets import QApplication

from client.desktop.icons import application_icon, icon_names, icon_pixmap
from client.desktop.theme import THEMES, ThemeName, apply_theme, current_theme
from client.desktop.theme.tokens import contrast, load_tokens
from client.presenters.tone import Hue

TEXT_PAIRS = [
    ("text", "surface2"),
    ("text2", "surface2"),
    ("text", "sel"),
    ("text", "hover"),
    ("on-primary", "primary"),
    ("on-banner", "banner"),
    ("banner2", "banner"),
    *((hue.value, "surface2") for hue in Hue),
    *((hue.value, "surface") for hue in Hue),
    *((f"on-{hue.value}", f"{hue.value}-fill") for hue in Hue),
    *((hue.value, f"{hue.value}-tint") for hue in Hue if hue is not Hue.NEUTRAL),
]


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_text_can_be_read(name: ThemeName, ink: str, ground: str) -> None:
    tokens = load_tokens(name)
    assert contrast(tokens[ink], tokens[ground]) >= 4.5


@pytest.mark.parametrize("name", THEMES)
def test_lines_of_controls_and_focus_can_be_seen(name: ThemeName) -> None:
    tokens = load_tokens(name)
    for ink in ("border", "focus"):
        assert contrast(tokens[ink], tokens["surface2"]) >= 3


def test_white_on_black_is_the_greatest_contrast() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


@pytest.mark.parametrize("name", THEMES)
def test_the_application_takes_the_theme(app: QApplication, name: ThemeName) -> None:
    theme = apply_theme(app, name)
    assert current_theme() is theme
    assert app.palette().window().color().name().upper() == theme.tokens["bg"]
    assert "$" not in app.styleSheet()
    assert theme.colour("bg").name().upper() == theme.tokens["bg"]


def test_text_grows_with_the_scale_within_bounds(app: QApplication) -> None:
    assert apply_theme(app, "light", 1.25).font(16).pixelSize() == 20
    assert apply_theme(app, "light", 3.0).scale == 1.5
    assert apply_theme(app, "light", 0.1).scale == 0.9
    assert app.font().pixelSize() == round(14 * 0.9)


def test_a_painter_without_a_theme_is_told_what_to_do(app: QApplication) -> None:
    app.setProperty("wardloop_theme", None)
    with pytest.raises(RuntimeError, match="apply_theme"):
        current_theme()


def test_every_icon_can_be_drawn(app: QApplication) -> None:
    theme = apply_theme(app, "dark")
    for name in icon_names():
        image = icon_pixmap(name, 24, theme.colour("text"), ratio=2.0).toImage()
        assert image.width() == 48
        inked = (image.pixelColor(x, y).alpha() for x in range(48) for y in range(48))
        assert any(inked), name
    assert not application_icon().isNull()
