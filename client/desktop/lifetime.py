"""Whether the Qt object behind a Python name still lives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject
from shiboken6 import isValid

# shiboken6's stubs give isValid no types
alive: Final[Callable[[QObject], bool]] = isValid
