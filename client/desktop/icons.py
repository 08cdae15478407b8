"""The few icons of the bars: our own strokes on a 24 x 24 grid, coloured when drawn."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from client.desktop.theme.tokens import load_tokens

# Drawn for Wardloop. Each is the inside of an <svg>; strokes only, so that one colour is enough.
PATHS: Final = MappingProxyType(
    {
        "alerts": '<path d="M6 17V11a6 6 0 0 1 12 0v6l2 2H4zM10 22h4"/>',
        "badge": '<rect x="6" y="3" width="12" height="18" rx="2"/>'
        '<circle cx="12" cy="12" r="2.2"/>'
        '<path d="M8.6 17.4h6.8M10.6 6h2.8"/>',
        "bed": '<path d="M3 18V7M3 15h18v3M21 15v-2a3 3 0 0 0-3-3h-7v5"/>'
        '<circle cx="7" cy="11.5" r="1.8"/>',
        "board": '<rect x="4" y="4" width="6.6" height="6.6" rx="1.4"/>'
        '<rect x="13.4" y="4" width="6.6" height="6.6" rx="1.4"/>'
        '<rect x="4" y="13.4" width="6.6" height="6.6" rx="1.4"/>'
        '<rect x="13.4" y="13.4" width="6.6" height="6.6" rx="1.4"/>',
        "chevron": '<path d="M6 9.5l6 6 6-6"/>',
        "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3.4 2.2"/>',
        "handover": '<path d="M4 8h15l-4-4M20 16H5l4 4"/>',
        "help": '<circle cx="12" cy="12" r="9"/>'
        '<path d="M9.6 9.4a2.4 2.4 0 1 1 3.4 2.6c-.7.4-1 .9-1 1.7"/>'
        '<path d="M12 16.8v.2"/>',
        "language": '<circle cx="12" cy="12" r="9"/>'
        '<path d="M3 12h18M12 3c3.4 3 3.4 15 0 18c-3.4-3-3.4-15 0-18"/>',
        "lock": '<rect x="5" y="11" width="14" height="9.5" rx="2"/>'
        '<path d="M8 11V8a4 4 0 0 1 8 0v3"/>',
        "loop": '<path d="M19.5 9.5A8 8 0 1 0 20 12"/><path d="M20 4.5v5h-5"/>',
        "patient": '<circle cx="12" cy="7.5" r="3.8"/>'
        '<path d="M5 20.5v-2a4.5 4.5 0 0 1 4.5-4.5h5a4.5 4.5 0 0 1 4.5 4.5v2"/>',
        "printer": '<path d="M7 9V4h10v5M7 17H5a2 2 0 0 1-2-2v-4a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2v4'
        'a2 2 0 0 1-2 2h-2"/>'
        '<path d="M7 14h10v6H7z"/>',
        "scan": '<path d="M4 8V6a2 2 0 0 1 2-2h2M16 4h2a2 2 0 0 1 2 2v2M20 16v2a2 2 0 0 1-2 2h-2'
        'M8 20H6a2 2 0 0 1-2-2v-2"/>'
        '<path d="M8 9.5v5M12 9.5v5M16 9.5v5"/>',
        "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.5 15.5L21 21"/>',
        "theme": '<circle cx="12" cy="12" r="9"/>'
        '<path d="M12 3a9 9 0 0 1 0 18z" fill="currentColor"/>',
        "warning": '<path d="M12 4L21.5 20h-19z"/><path d="M12 10v4.2M12 17v.2"/>',
        "work": '<path d="M8 4h8M6 5.5H5.5A1.5 1.5 0 0 0 4 7v13a1.5 1.5 0 0 0 1.5 1.5H12"/>'
        '<path d="M18 5.5h.5A1.5 1.5 0 0 1 20 7v6"/>'
        '<path d="M8 10h8M8 14h4M14.5 18.5l2.2 2.2 4.3-4.6"/>',
    }
)


def icon_names() -> tuple[str, ...]:
    """Every icon there is."""
    return tuple(PATHS)


def paint_icon(painter: QPainter, name: str, box: QRectF, colour: QColor) -> None:
    """Draw an icon into a box.

    Raises:
        KeyError: no icon has this name.
    """
    ink = colour.name()
    body = PATHS[name].replace("currentColor", ink)
    stroke = 1.9 if box.width() < 28 else 1.6
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="{ink}" '
        f'stroke-width="{stroke}" stroke-linecap="round" stroke-linejoin="round">{body}</svg>'
    )
    QSvgRenderer(QByteArray(svg.encode())).render(painter, box)


def paint_mark(painter: QPainter, box: QRectF, ground: QColor, ink: QColor) -> None:
    """Draw the mark of the program: a closed loop with a tick, on a rounded ground."""
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(box, box.width() * 0.22, box.width() * 0.22)
    painter.restore()
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" '
        f'stroke="{ink.name()}" stroke-width="2.1" stroke-linecap="round" stroke-linejoin="round">'
        '<path d="M17.6 9.2A6.4 6.4 0 1 1 14.6 6.2"/><path d="M9 11.8l2.6 2.6L18.4 6.6"/></svg>'
    )
    QSvgRenderer(QByteArray(svg.encode())).render(painter, box)


def icon_pixmap(name: str, size: int, colour: QColor, *, ratio: float = 1.0) -> QPixmap:
    """An icon as a pixmap of `size` device-independent pixels."""
    pixmap = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    paint_icon(painter, name, QRectF(0, 0, size, size), colour)
    painter.end()
    return pixmap


def application_icon() -> QIcon:
    """The program's mark for the task bar: colours of its own, the same in every theme."""
    pixmap = QPixmap(64, 64)
    pixmap.fill(Qt.GlobalColor.transparent)
    tokens = load_tokens("light")
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ground, ink = QColor(tokens["primary"]), QColor(tokens["on-primary"])
    paint_mark(painter, QRectF(0, 0, 64, 64), ground, ink)
    painter.end()
    return QIcon(pixmap)
