"""Compare measured coverage with tests/coverage_floors.toml: `make test` calls this last.

Usage: check_coverage.py COVERAGE.json [--raise]. Exit 1 when a package lies below its floor.
"""

import json
import math
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

FLOORS = Path(__file__).resolve().parent.parent / "tests" / "coverage_floors.toml"
PERFECT = 100


@dataclass(frozen=True, slots=True)
class FileCoverage:
    """Lines and branches of one file, and the lines that no test reached or left one way only."""

    path: str
    covered: int
    all: int
    gaps: tuple[int, ...]


def read_report(path: Path) -> tuple[FileCoverage, ...]:
    """The files of a coverage.py JSON report."""
    files = json.loads(path.read_text(encoding="utf-8"))["files"]
    return tuple(
        FileCoverage(
            path=name,
            covered=row["summary"]["covered_lines"] + row["summary"]["covered_branches"],
            all=row["summary"]["num_statements"] + row["summary"]["num_branches"],
            gaps=tuple(sorted({*row["missing_lines"], *(a for a, _ in row["missing_branches"])})),
        )
        for name, row in files.items()
    )


def percent(files: tuple[FileCoverage, ...]) -> float:
    """Covered lines and branches of these files; an empty package is complete."""
    everything = sum(file.all for file in files)
    return PERFECT * sum(file.covered for file in files) / everything if everything else PERFECT


def compare(
    files: tuple[FileCoverage, ...], floors: dict[str, int]
) -> tuple[dict[str, float], list[str]]:
    """What was measured for each package, and one line for each fault."""
    measured: dict[str, float] = {}
    faults: list[str] = []
    for package, floor in floors.items():
        own = tuple(file for file in files if file.path.startswith(f"{package}/"))
        measured[package] = percent(own)
        if measured[package] < floor:
            faults.append(f"{package}: {measured[package]:.2f} % is below its floor of {floor} %")
            faults += [f"  {file.path}: lines {list(file.gaps)}" for file in own if file.gaps]
    return measured, faults


def raised(floors: dict[str, int], measured: dict[str, float]) -> dict[str, int]:
    """The floors, lifted to what was measured; never lowered."""
    return {package: max(floor, math.floor(measured[package])) for package, floor in floors.items()}


def write_floors(floors: dict[str, int]) -> None:
    """Write the floors below the comment that heads the file."""
    lines = FLOORS.read_text(encoding="utf-8").splitlines()
    head = [line for line in lines if line.startswith("#")]
    rows = [f"{package} = {floor}" for package, floor in floors.items()]
    FLOORS.write_text("\n".join([*head, *rows]) + "\n", encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Print each package's coverage; 1 when one lies below its floor."""
    floors: dict[str, int] = tomllib.loads(FLOORS.read_text(encoding="utf-8"))
    measured, faults = compare(read_report(Path(arguments[0])), floors)
    print("coverage:", ", ".join(f"{name} {value:.1f} %" for name, value in measured.items()))
    print("\n".join(faults), end="\n" if faults else "")
    if "--raise" in arguments and not faults:
        write_floors(raised(floors, measured))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
