"""Pin every package that Wardloop needs, with the hashes of its files: `make pin`.

Reads the ranges in pyproject.toml, lets pip resolve them once for this Python (the oldest that we
support), then asks for the wheel of each pinned version on every Python and machine named below.
Only names, versions and hashes are written: where a file comes from is the business of the machine
that installs it (docs/decisions/0002).
"""

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
NEWEST_GLIBC = {"x86_64": 36, "aarch64": 39}  # minor of manylinux_2_N; Debian 12 has 2.36, and
# PySide6 has no aarch64 wheel for a glibc older than 2.39
BUILDER = "setuptools>=77"  # builds Wardloop itself, without build isolation


def resolve(requirements: Iterable[str], *target: str) -> dict[tuple[str, str], set[str]]:
    """The files that pip would install: (name, version) to sha256 hashes."""
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet"]
    command += ["--report", "-", *target, *requirements]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    files: dict[tuple[str, str], set[str]] = {}
    for item in report["install"]:
        key = (item["metadata"]["name"], item["metadata"]["version"])
        files.setdefault(key, set()).add(item["download_info"]["archive_info"]["hashes"]["sha256"])
    return files


def wheels_for(python: str, machine: str) -> list[str]:
    """The pip options that ask for the wheels of another Python and machine."""
    newest = NEWEST_GLIBC[machine]
    tags = [f"manylinux_2_{minor}_{machine}" for minor in range(newest, 4, -1)]
    tags += [f"manylinux2014_{machine}", f"linux_{machine}"]
    options = ["--only-binary=:all:", "--no-deps", "--target=unused", f"--python-version={python}"]
    return options + [f"--platform={tag}" for tag in tags]


def write(path: Path, head: str, pins: Mapping[tuple[str, str], set[str]]) -> None:
    """Write one requirements file, sorted, one hash a line."""
    lines = [head]
    for (name, version), hashes in sorted(pins.items(), key=lambda item: item[0][0].lower()):
        rows = [f"{name}=={version}", *(f"    --hash=sha256:{value}" for value in sorted(hashes))]
        lines.append(" \\\n".join(rows))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Resolve, collect the hashes, write requirements.txt and requirements-dev.txt."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    runtime = [*project["dependencies"], BUILDER]
    pins = resolve([*runtime, *project["optional-dependencies"]["dev"]])
    exact = [f"{name}=={version}" for name, version in pins]
    for python in PYTHONS:
        for machine in NEWEST_GLIBC:
            print(f"Python {python} on {machine}", flush=True)
            for key, hashes in resolve(exact, *wheels_for(python, machine)).items():
                pins[key] |= hashes
    needed = set(resolve(runtime))
    head = (
        "# Written by `make pin` from pyproject.toml: do not edit. No download address stands here."
    )
    write(ROOT / "requirements.txt", head, {key: pins[key] for key in pins if key in needed})
    rest = {key: pins[key] for key in pins if key not in needed}
    write(ROOT / "requirements-dev.txt", head + "\n-r requirements.txt", rest)


if __name__ == "__main__":
    main()
