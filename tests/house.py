"""The house rules that no bought tool checks: each finds its faults in one parsed file.

A rule is here because breaking it once hurt somebody. `tests/unit/test_house_rules.py` shows that
each finds a planted fault, and none in the house.
"""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("client", "domain", "rules", "storage")
MAY_READ_THE_CLOCK = ("domain/clock.py", "client/wiring.py", "tests/bench/", "packaging/")
LONGEST_FILE = 400
LONGEST_FUNCTION = 40
# with brackets, so that this file does not name them itself
REGISTRY_HOSTS = re.compile(r"pyp[i]\.org|python[h]osted\.|registry[.]npm|deb[.]debian[.]")
MEANINGLESS_NAMES = re.compile(r"(^|_)(utils?|managers?|helpers?|base)$")
CLOCKS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
    ("QDateTime", "currentDateTime"),
    ("QDateTime", "currentDateTimeUtc"),
    ("QDate", "currentDate"),
    ("QTime", "currentTime"),
}
POSITION_OF_TZINFO = 7  # in datetime(year, month, day, hour, minute, second, microsecond, tzinfo)
CODES = r"(?::?\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|\[[\w,\s-]*\])?"
EXEMPTION = re.compile(rf"#\s*(?:noqa|type:\s*ignore|pragma:\s*no cover){CODES}(.*)$")


def house_files() -> list[Path]:
    """Every file that git holds or would hold, relative to the root."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [Path(line) for line in listing.splitlines() if (ROOT / line).is_file()]


def python_files() -> list[Path]:
    return [path for path in house_files() if path.suffix == ".py"]


def _called(node: ast.Call) -> tuple[str, str]:
    """The last two names of what is called: datetime.datetime.now -> ("datetime", "now")."""
    function = node.func
    if isinstance(function, ast.Name):
        return "", function.id
    if not isinstance(function, ast.Attribute):
        return "", ""
    owner = function.value
    if isinstance(owner, ast.Name):
        return owner.id, function.attr
    return (owner.attr, function.attr) if isinstance(owner, ast.Attribute) else ("", function.attr)


@lru_cache(maxsize=1)  # every rule looks at one file before the next one comes
def _nodes(tree: ast.AST) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(tree))


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in _nodes(tree) if isinstance(node, ast.Call))


def clock_readings(path: Path, tree: ast.AST) -> list[int]:
    """The clock is an argument: only the composition root and the clock itself read it."""
    if path.as_posix().startswith(MAY_READ_THE_CLOCK):
        return []
    return [node.lineno for node in _calls(tree) if _called(node) in CLOCKS]


def naive_datetimes(_path: Path, tree: ast.AST) -> list[int]:
    """A datetime without a zone means another instant on another workstation."""
    return [
        node.lineno
        for node in _calls(tree)
        if _called(node) in {("", "datetime"), ("datetime", "datetime")}
        and len(node.args) <= POSITION_OF_TZINFO
        and not any(keyword.arg in {"tzinfo", None} for keyword in node.keywords)
    ]


def connected_lambdas(_path: Path, tree: ast.AST) -> list[int]:
    """A lambda or partial as slot keeps its window alive, and runs in the sender's thread."""
    return [
        node.lineno
        for node in _calls(tree)
        if _called(node)[1] == "connect" and node.args and _is_anonymous(node.args[0])
    ]


def _is_anonymous(slot: ast.expr) -> bool:
    return isinstance(slot, ast.Lambda) or (
        isinstance(slot, ast.Call) and _called(slot)[1] == "partial"
    )


def lossy_signals(_path: Path, tree: ast.AST) -> list[int]:
    """Signal(dict) and Signal(list) arrive changed: int keys lost, enums made str. Use object."""
    return [
        node.lineno
        for node in _calls(tree)
        if _called(node)[1] == "Signal"
        and any(isinstance(arg, ast.Name) and arg.id in {"dict", "list"} for arg in node.args)
    ]


def silent_excepts(_path: Path, tree: ast.AST) -> list[int]:
    """A broad except that neither raises nor calls anything swallows what went wrong."""
    return [
        node.lineno
        for node in _nodes(tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or _is_broad(node.type))
        and not any(
            isinstance(inner, ast.Raise | ast.Call)
            for line in node.body
            for inner in ast.walk(line)
        )
    ]


def _is_broad(caught: ast.expr) -> bool:
    names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(
        isinstance(name, ast.Name) and name.id in {"Exception", "BaseException"} for name in names
    )


def long_functions(path: Path, tree: ast.AST) -> list[int]:
    """A function longer than a screen has two jobs; a test may tell its story at length."""
    if path.parts[0] == "tests":
        return []
    return [
        node.lineno
        for node in _nodes(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - _first_line_of_code(node) >= LONGEST_FUNCTION
    ]


def _first_line_of_code(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
    return body[0].lineno


def unexplained_exemptions(source: str) -> list[int]:
    """An exemption from a check says why, after its code."""
    return [
        number
        for number, line in enumerate(source.splitlines(), start=1)
        if (found := EXEMPTION.search(line)) and len(found[1].strip(" -:#")) < len("a reason")
    ]


RULES = (
    clock_readings,
    naive_datetimes,
    connected_lambdas,
    lossy_signals,
    silent_excepts,
    long_functions,
)
