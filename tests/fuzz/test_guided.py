"""Fuzzing by coverage, in `make test-long`: each parser looked into until nothing new is found."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from client.settings import example_settings
from tests.fuzz.test_fuzz import LINES_OF, SCANNED, SITE

ROOT = Path(__file__).parents[2]
RUNS = 100_000
_STEP = {"command_id": "c1", "task": "t1", "step": "M10", "scans": ["x"], "at": "2026-11-24T08:00Z"}
SEEDS: dict[str, tuple[str, ...]] = {
    "scan": SCANNED,
    "scan_line": (json.dumps(LINES_OF["barcode", "parse"]),),
    "quantity": ("5 mg", "0.25 ug/kg/min", "1e3 [iU]"),
    "results": ("potassium 4.1 mmol/L; sodium 151 mmol/L H", "crp >10 mg/L"),
    "frequency": ("q8h", "BID:PRN", "3X/WEEK", "TID W/MEALS", "DAILY16", "Q 12H"),
    "step": (json.dumps(_STEP),),
    "settings": (example_settings().replace("# ", ""),),
    "definition": (SITE,),
}


@pytest.mark.long
@pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None,
    reason="atheris is not installed: it has wheels for Linux on x86_64 alone",
)
@pytest.mark.parametrize("parser", SEEDS)
def test_a_parser_never_breaks_whatever_comes(parser: str, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(SEEDS[parser]):
        (corpus / str(number)).write_text(seed, encoding="utf-8", errors="surrogateescape")
    options = (f"-runs={RUNS}", "-max_len=600", "-timeout=1", "-max_total_time=60", "-seed=7")
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.guided", parser, *options, str(corpus)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
