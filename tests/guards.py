"""What every test is held to: no unexpected log record, no network beyond this machine."""

import ipaddress
import logging
import re
import socket
from collections.abc import Callable, Sequence


class UnexpectedLogError(AssertionError):
    """A record from WARNING on that was not announced, or an announced one that never came."""


class NetworkError(RuntimeError):
    """A test tried to reach another machine."""


class LogWatch(logging.Handler):
    """Collects every record from WARNING on, until `verdict` is asked."""

    def __init__(self, expected: Sequence[str]) -> None:
        super().__init__(logging.WARNING)
        self._expected = tuple(expected)
        self._seen: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self._seen.append(record)

    def verdict(self) -> None:
        """Raise UnexpectedLogError unless records and announcements fit each other."""
        messages = [record.getMessage() for record in self._seen]
        for record, message in zip(self._seen, messages, strict=True):
            if not any(re.search(pattern, message) for pattern in self._expected):
                said = f"{record.levelname} from {record.name}: {message}"
                raise UnexpectedLogError(f"unexpected log record, {said}")
        for pattern in self._expected:
            if not any(re.search(pattern, message) for message in messages):
                raise UnexpectedLogError(
                    f"the test expects a log record like {pattern!r}; none came"
                )


def is_local(address: object) -> bool:
    """True for a Unix socket's path and for a loopback address."""
    if isinstance(address, str | bytes):
        return True
    if not isinstance(address, tuple) or not address:
        return False
    host = address[0]
    if host in {"localhost", ""}:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def local_only(connect: Callable[..., None]) -> Callable[..., None]:
    """Wrap socket.connect so that it refuses another machine."""

    def guarded(self: socket.socket, address: object) -> None:
        if not is_local(address):
            raise NetworkError(f"a test may not connect to {address!r}")
        connect(self, address)

    return guarded
