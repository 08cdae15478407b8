"""`wardloop` alone: the desktop client."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from client.cli.errors import FoundWanting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from client.cli.call import Call

_NEXT: Final = (
    "`wardloop doctor` says more; `wardloop --help` lists the commands that need no screen"
)


def desktop(call: Call) -> int:
    """Open the desktop client.

    Raises:
        FoundWanting: there is no display, or a library of the window system is missing.
    """
    if not has_display(call.environ):
        raise FoundWanting("NO_DISPLAY", f"There is no display here. {_NEXT}", findings=())
    try:
        from client.desktop.main import run
    except ImportError as error:
        if not (error.name or "").startswith(("PySide6", "shiboken6")):
            raise
        raise FoundWanting(
            "NO_QT",
            f"The window system cannot be loaded: {error}. {_NEXT}",
            findings=(),
        ) from None
    return run(call.app(running=True), call.settings())


def has_display(environ: Mapping[str, str]) -> bool:
    """Whether a window can be seen: a display, or a Qt platform that somebody chose."""
    if sys.platform in ("win32", "darwin"):
        return True
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return any(environ.get(name) for name in names)
