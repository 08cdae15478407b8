"""The part of `docs/commands.md` on scores: what each one reads, and what it answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from rules.scores.forms import FORMS
from rules.scores.measures import MEASURES, OTHER_UNITS
from tests.score_vectors import COCKCROFT_GAULT, KDIGO, NEWS2

if TYPE_CHECKING:
    from tests.end_to_end.documented import Page

_WORDS: Final = {
    "band_scheme": "caprini2005 (default) accp2012",
    "baseline": "umol/L",
    "conditions": "a list of names, see `rules/knowledge/charlson_icd10.toml`",
    "consciousness": "A C V P U",
    "creatinine": "umol/L",
    "eye": '1 to 4 or "NT"',
    "factors": "a list of names, see `rules/scores/caprini.py`",
    "icd10": "a list of codes",
    "motor": '1 to 6 or "NT"',
    "normal_weight": "ideal (default) actual",
    "sex": "F M",
    "spo2_scale": "1 (default) 2",
    "surgery": "none minor arthroscopic laparoscopic major_open",
    "variant": "1987 (default) age_adjusted quan2011",
    "verbal": '1 to 5 or "NT"',
}
_SERIES: Final = '[{"at": ISO 8601 with zone, "value": umol/L}]'
_ADDED: Final = {
    "news2": "`partial_min`, `partial_max`, `red_parameter`, "
    "`observe_every_minutes` (0: continuous)",
    "qsofa": "`partial_min`",
    "gcs": "`display`, `not_testable`",
    "padua": "`assumed_absent`",
    "kdigo_aki": "`baseline`, `baseline_source`, `partial_min`",
    "cockcroft_gault": "`weight_used` kg, `weight_kind`, `unstable`",
    "ckd_epi_2021": "`unstable`",
}
_BANDS: Final = {
    "news2": "none low low_medium medium high",
    "qsofa": "low high",
    "mews": "low critical",
    "gcs": "severe moderate mild",
    "padua": "low high",
    "caprini": "low moderate high highest; accp2012: very_low low moderate high",
    "kdigo_aki": "none stage_1 stage_2 stage_3",
    "ckd_epi_2021": "G1 G2 G3a G3b G4 G5",
    "lace": "low moderate high",
    "curb65": "low intermediate severe",
}
_CLORS: Final = (
    "| `clors` | the fields of `RiskInputs` in `rules/risk.py`, `order_risks` and `open_steps` as "
    "lists of objects | low moderate high critical | `hazard`, `causes` |"
)
_PROSE: Final = """\
`wardloop score NAME`, JSON lines in, JSON lines out. A number is in the unit below, or
`{"value": 1.2, "unit": "mg/dL"}` (UCUM); what is neither a bool nor a number is told with its
words. null and absent are missing, and missing is never 0. Out for all: `score` (null when it
cannot be given), `band`, `complete`, `missing`, `components` {name: points}, `excluded_reason`,
`version`, `warnings`. Of an incomplete score the highest band is told as soon as it is certain.
`pregnant` holds until 6 weeks after birth. The source of each score stands in `rules/scores/`.
"""


def table() -> str:
    """Every field of every score."""
    rows = ["| NAME | in | bands | out also |", "|---|---|---|---|"]
    for name, form in FORMS.items():
        fields = ", ".join(_field(name, one) for one in form.fields)
        rows.append(f"| `{name}` | {fields} | {_BANDS.get(name, '')} | {_ADDED.get(name, '')} |")
    others = (f"{name} {' '.join(units)}" for name, units in OTHER_UNITS.items())
    units = f"Other units: {', '.join(others)}. Urea in mg/dL is urea nitrogen (BUN)."
    return "\n".join([*rows, _CLORS, "", units])


def _field(score: str, name: str) -> str:
    if (score, name) == ("kdigo_aki", "creatinine"):
        return f"`{name}` {_SERIES}"
    if (score, name) == ("mews", "consciousness"):
        return f"`{name}` A V P U"
    if name in _WORDS:
        return f"`{name}` {_WORDS[name]}"
    unit = MEASURES[name].unit if name in MEASURES else "bool"
    return f"`{name}`" if unit in {"1", "a"} else f"`{name}` {unit}"


def add_scores(page: Page) -> None:
    """Put the section on the page."""
    page.title("score", f"{_PROSE}\n{table()}")
    incomplete = next(one for one in NEWS2 if one.answer["score"] is None)
    spoilt = {**NEWS2[1].line, "pulse": 70.5}
    lines = (NEWS2[1].line, incomplete.line, spoilt)
    page.runs("score", "news2", text="".join(json.dumps(one) + "\n" for one in lines))
    for vector in (COCKCROFT_GAULT[2], KDIGO[1]):
        page.runs("score", vector.score, text=json.dumps(vector.line) + "\n")
