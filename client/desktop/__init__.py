"""The desktop program: the only code that imports PySide6."""
