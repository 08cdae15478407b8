"""Run every benchmark, write the table in README.md, hold each against the ratchet: `make bench`.

A benchmark is a script `bench_*.py` here. It prints one line per figure, `name ratio [note]`, where
the ratio is how fast Wardloop does the work divided by how fast the same machine does the bare work
beside it, in the same run: higher is better, and another machine gives much the same number.
`make bench RAISE=--raise` writes better figures into ratchet.toml; it never lowers one. Named
scripts (`run.py bench_rules.py`) are run alone: the rows of the others stay as they are. So do
those of a benchmark that says what must be installed for it.
"""

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
RATCHET = HERE / "ratchet.toml"
TABLE = HERE / "README.md"
ROW = re.compile(r"^\| ([a-z][a-z0-9_.]*) \| ([0-9.]+) \| [^|]+ \| (.*) \|$")
MISSING = "not installed: "
FIGURE = re.compile(r"^([a-z][a-z0-9_.]*)\s+([0-9]+(?:\.[0-9]+)?)(?:\s+(.*))?$")
NOISE = 0.2  # the share below the ratchet that one run on a shared machine may lie
BEGIN, END = "<!-- table -->", "<!-- end of table -->"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured ratio."""

    name: str
    ratio: float
    note: str


class BenchError(RuntimeError):
    """A benchmark ended badly or printed no figure."""


def figures_in(printed: str) -> tuple[Figure, ...]:
    """The figures among the lines that a benchmark printed."""
    found = (FIGURE.match(line) for line in printed.splitlines())
    return tuple(Figure(hit[1], float(hit[2]), hit[3] or "") for hit in found if hit)


def measure(script: Path) -> tuple[Figure, ...]:
    """Run one benchmark in a process of its own.

    Without what must be installed for it, it gives none and says so. Raises BenchError when it ends
    badly or prints no figure.
    """
    run = subprocess.run(
        [sys.executable, script],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    figures = figures_in(run.stdout)
    if run.stdout.startswith(MISSING) and not run.returncode:
        print(f"{script.name}: {run.stdout}", end="")
        return ()
    if run.returncode or not figures:
        raise BenchError(
            f"{script.name} gave no figure (exit {run.returncode}):\n{run.stderr[-2000:]}"
        )
    return figures


def standing() -> dict[str, Figure]:
    """The figures in the table, by name."""
    found = map(ROW.match, TABLE.read_text(encoding="utf-8").splitlines())
    return {hit[1]: Figure(hit[1], float(hit[2]), hit[3]) for hit in found if hit}


def slower(figures: tuple[Figure, ...], ratchet: Mapping[str, float]) -> tuple[str, ...]:
    """One line for each figure that fell below its ratchet by more than noise."""
    return tuple(
        f"{figure.name}: {figure.ratio:.2f} is below its ratchet of {ratchet[figure.name]:.2f}"
        for figure in figures
        if figure.ratio < ratchet.get(figure.name, 0.0) * (1 - NOISE)
    )


def table(figures: tuple[Figure, ...], ratchet: Mapping[str, float]) -> str:
    """The figures as a Markdown table."""
    rows = ["| benchmark | ratio | ratchet | note |", "|---|---|---|---|"]
    for figure in figures:
        held = f"{ratchet[figure.name]:.2f}" if figure.name in ratchet else "new"
        rows.append(f"| {figure.name} | {figure.ratio:.2f} | {held} | {figure.note} |")
    return "\n".join(rows)


def raised(figures: tuple[Figure, ...], ratchet: Mapping[str, float]) -> dict[str, float]:
    """The ratchet with every better or new figure taken in."""
    best = {figure.name: max(figure.ratio, ratchet.get(figure.name, 0.0)) for figure in figures}
    return dict(ratchet) | best


def write_ratchet(ratchet: Mapping[str, float]) -> None:
    """Write the ratchet below the comment that heads its file."""
    lines = RATCHET.read_text(encoding="utf-8").splitlines()
    head = [line for line in lines if line.startswith("#")]
    rows = [f'"{name}" = {value:.2f}' for name, value in sorted(ratchet.items())]
    RATCHET.write_text("\n".join([*head, *rows]) + "\n", encoding="utf-8")


def write_table(text: str) -> None:
    """Put the table between its two marks in README.md."""
    page = TABLE.read_text(encoding="utf-8")
    before, after = page.split(BEGIN)[0], page.split(END)[1]
    TABLE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Measure everything; 1 when a figure fell below its ratchet."""
    named = [one for one in arguments if not one.startswith("--")]
    scripts = sorted(one for one in HERE.glob("bench_*.py") if not named or one.name in named)
    if not scripts:
        print(f"no benchmark is called {' or '.join(named) or 'tests/bench/bench_*.py'}")
        return 0
    ratchet: dict[str, float] = tomllib.loads(RATCHET.read_text(encoding="utf-8"))
    figures = tuple(figure for script in scripts for figure in measure(script))
    rows = standing() | {figure.name: figure for figure in figures}
    write_table(table(tuple(rows[name] for name in sorted(rows)), ratchet))
    print(table(figures, ratchet))
    faults = slower(figures, ratchet)
    print("\n".join(faults), end="\n" if faults else "")
    if "--raise" in arguments:
        write_ratchet(raised(figures, ratchet))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
