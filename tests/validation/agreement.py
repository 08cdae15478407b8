"""The replay beside the truth: where they agree, and why not where they do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tests.validation.doses import Judged
    from tests.validation.truth import Due

ON_NEED: Final = (
    "given on need: the specification sets no window, the loop holds it to an hour after the due "
    "time or the need"
)
EVENING: Final = (
    "`QPM`: read as once in the evening like `hs`, held to the hour; the source's one dose a day "
    "would have two"
)
AFTER_A_RUN: Final = (
    "a bolus after its order's infusion: the import calls the first single dose the first dose"
)
FIRST_RUN: Final = (
    "an infusion is its order's first dose; the import marks no run as first, so that the due time "
    "counts and not the later time of the order"
)
SECOND_ROW: Final = "a second dose of the first due time: the import makes it a dose of its own"
OTHER_ROW: Final = (
    "the order's own pharmacy row is on need, the dose names one that is not: no first-dose limit"
)
UNEXPLAINED: Final = "not explained"
_WHY: Final[Mapping[tuple[str, bool, str], str]] = {
    ("once", False, "TM06"): AFTER_A_RUN,
    ("first", False, "TM06n"): FIRST_RUN,
    ("first", True, "TM06n"): SECOND_ROW,
    ("first", True, "TM16"): OTHER_ROW,
}


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A dose that only one of both finds late.

    Attributes:
        late: what the truth says; the replay says the opposite.
    """

    emar_id: str
    late: bool
    window: str
    frequency: str
    limits: tuple[str, ...]

    @property
    def why(self) -> str:
        """The reason, by what both looked at."""
        if self.window == "as needed":
            return ON_NEED
        if self.frequency == "QPM" and "TM09" in self.limits:
            return EVENING
        found = (_WHY.get((self.window, self.late, limit)) for limit in self.limits)
        return next((one for one in found if one is not None), UNEXPLAINED)


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many doses both judged, and the same way.

    Attributes:
        truth_alone: rows of the source that the replay did not judge at all.
        replay_alone: doses of the replay whose row the truth does not have.
        kept_differently: doses of which the journal says otherwise than the rules.
        strict: late first doses that would have been inside the window of the later ones.
    """

    doses: int
    late: int
    inside: int
    disagreements: tuple[Disagreement, ...]
    truth_alone: int
    replay_alone: int
    kept_differently: int
    late_found: int
    late_true: int
    strict: int


def agreement(judged: Iterable[Judged], due: Mapping[str, Due]) -> Agreement:
    """Compare dose by dose, by the row of the source."""
    rows = list(judged)
    both = [(one, due[one.emar_id]) for one in rows if one.emar_id in due]
    return Agreement(
        doses=len(both),
        late=sum(one.late and true.late for one, true in both),
        inside=sum(not (one.late or true.late) for one, true in both),
        disagreements=tuple(_disagreements(both)),
        truth_alone=len(due.keys() - {one.emar_id for one in rows}),
        replay_alone=len(rows) - len(both),
        kept_differently=sum(one.late != bool(one.late_by) for one in rows),
        late_found=sum(one.late for one, _ in both),
        late_true=sum(true.late for _, true in both),
        strict=sum(
            one.late and true.window == "first" and true.by_the_later_window for one, true in both
        ),
    )


def _disagreements(both: Iterable[tuple[Judged, Due]]) -> Iterator[Disagreement]:
    for one, true in sorted(both, key=lambda pair: _in_order(pair[0].emar_id)):
        if one.late != true.late:
            yield Disagreement(one.emar_id, true.late, true.window, true.frequency, one.limits)


def _in_order(emar_id: str) -> tuple[int, ...]:
    return tuple(int("".join(filter(str.isdigit, part)) or 0) for part in emar_id.split("-"))
