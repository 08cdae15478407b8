"""What the window system of this workstation has, as JSON: `wardloop doctor` starts it.

It runs in a process of its own, because a platform plugin without its libraries aborts.
"""

from __future__ import annotations

import json
import sys

from PySide6.QtGui import QFontDatabase, QGuiApplication


def inspect() -> dict[str, object]:
    """Platform, screens, fonts with Chinese characters, printers."""
    chinese = QFontDatabase.WritingSystem.SimplifiedChinese
    return {
        "platform": QGuiApplication.platformName(),
        "screens": [
            f"{screen.size().width()} x {screen.size().height()} at {screen.devicePixelRatio():.2f}"
            for screen in QGuiApplication.screens()
        ],
        "chinese_fonts": sorted(QFontDatabase.families(chinese)),
        "printers": _printers(),
    }


def _printers() -> list[str]:
    try:
        from PySide6.QtPrintSupport import QPrinterInfo
    except ImportError:  # a system without the printing library has no printers for us
        return []
    return list(QPrinterInfo.availablePrinterNames())


if __name__ == "__main__":
    application = QGuiApplication(sys.argv)
    print(json.dumps(inspect()))  # noqa: T201 - this is its answer
