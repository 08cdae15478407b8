"""Frequencies and due times: what `q8h` means, on this ward, on this day.

Read a frequency with `parse_frequency`, turn it into due times with `expand`.
"""

from domain.timing.emptying import runs_for
from domain.timing.expanding import DoseStep, Occurrence, Occurrences, Part, expand
from domain.timing.frequencies import (
    Days,
    Frequency,
    Kind,
    Meal,
    Relation,
    UnknownFrequency,
    WindowClass,
)
from domain.timing.lines import expand_line
from domain.timing.reading import parse_frequency
from domain.timing.site_times import DEFAULT_TIMES, MIMIC_TIMES, SiteTimes
from domain.timing.tapers import longest, parse_taper
from domain.timing.wall_clock import ward_day
from domain.timing.windows import (
    Block,
    Bound,
    PrnAnswer,
    Use,
    Window,
    lapses_at,
    may_start_until,
    next_prn_allowed,
    window_of,
)

__all__ = [
    "DEFAULT_TIMES",
    "MIMIC_TIMES",
    "Block",
    "Bound",
    "Days",
    "DoseStep",
    "Frequency",
    "Kind",
    "Meal",
    "Occurrence",
    "Occurrences",
    "Part",
    "PrnAnswer",
    "Relation",
    "SiteTimes",
    "UnknownFrequency",
    "Use",
    "Window",
    "WindowClass",
    "expand",
    "expand_line",
    "lapses_at",
    "longest",
    "may_start_until",
    "next_prn_allowed",
    "parse_frequency",
    "parse_taper",
    "runs_for",
    "ward_day",
    "window_of",
]
