"""Writes the sections "Late doses" and "Scores" of `docs/validation.md` from the real data.

`.venv/bin/python -m tests.validation.page DIR` imports DIR into a database of its own, which is
thrown away, and replays it. The long tests hold the page to it.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from client.configuring import read_loops
from client.gateway.mimic.run import import_mimic
from client.settings import Settings
from client.wiring import SystemClock, build
from rules.alerts.loader import load_rules
from rules.rulebook import Rules
from storage.store import open_store
from tests.validation.agreement import agreement
from tests.validation.auroc import auroc
from tests.validation.doses import judge, one_by_one
from tests.validation.journal import read_stories
from tests.validation.scores import SCORES, moments, points
from tests.validation.shown import shown
from tests.validation.truth import doses_due

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.loops.loops import Loops
    from tests.validation.agreement import Agreement
    from tests.validation.journal import Story
    from tests.validation.scores import Moment
    from tests.validation.shown import Shown

FILE: Final = Path(__file__).parents[2] / "docs" / "validation.md"
LATE_DOSES: Final = "## Late doses"
FEWEST: Final = 5
"""Patients with an outcome, under which no area is printed: it would be one person's story."""
OUTCOMES: Final = {
    "died": "death in hospital",
    "moved_soon": "to intensive care within 24 h, from a ward",
}


def replay_doses(stories: Sequence[Story], folder: Path, loops: Loops) -> tuple[Agreement, Shown]:
    """The doses of all stays beside the rows of their source, and what would have been shown."""
    table = load_rules()
    rules = one_by_one(table, loops)
    judged = [one for story in stories for one in judge(story, loops, rules)]
    return agreement(judged, doses_due(folder)), shown(stories, loops, Rules(table, loops=loops))


def rules_of(loops: Loops) -> Rules:
    """The rules as they are shipped."""
    return Rules(load_rules(), loops=loops)


def late_doses(found: Agreement, alerts: Shown) -> str:
    """The section about doses."""
    split = found.disagreements
    only = {late: sum(one.late is late for one in split) for late in (False, True)}
    reasons = Counter(one.why for one in split)
    return "\n".join(
        [
            LATE_DOSES,
            "",
            _ABOUT_DOSES,
            "",
            "| doses with a due time that were begun | rows |",
            "|---|---|",
            f"| judged by both | {found.doses:,} |",
            f"| late by the source's rows | {found.late_true:,} |",
            f"| found late by the replay | {found.late_found:,} |",
            f"| late by both · inside by both | {found.late:,} · {found.inside:,} |",
            f"| inside by the source, late by the replay | {only[False]} |",
            f"| late by the source, missed by the replay | {only[True]} |",
            f"| judged by one side only | {found.truth_alone + found.replay_alone} |",
            f"| `late_by_minutes` of the journal says otherwise | {found.kept_differently} |",
            f"| late first doses, inside if they had the later doses' window | {found.strict:,} |",
            "",
            _ABOUT_ALERTS.format(tasks=alerts.late_tasks),
            "",
            "| rule | alerts | about a dose that was then given |",
            "|---|---|---|",
            *(
                f"| {rule} | {count:,} | {alerts.of_given[rule]:,} |"
                for rule, count in sorted(alerts.alerts.items())
            ),
            f"| all | {alerts.alerts.total():,} | {alerts.of_given.total():,} |",
            "",
            "Why they disagree:",
            "",
            "| reason | doses |",
            "|---|---|",
            *(f"| {why} | {count} |" for why, count in reasons.most_common()),
            "",
            "Row by row (`emar_id`; the window by the source; the limits that ran):",
            "",
            "| row | late by | window | limits | why |",
            "|---|---|---|---|---|",
            *(
                f"| {one.emar_id} | {'source' if one.late else 'replay'} | {one.window} "
                f"| {' '.join(sorted(one.limits))} | {one.why.partition(':')[0]} |"
                for one in split
            ),
            "",
        ]
    )


def scores(found: Sequence[Moment]) -> str:
    """The section about scores."""
    fresh = [one for one in found if one.fresh]
    bands = Counter(one.risk.band for one in fresh)
    lines = [
        "## Scores",
        "",
        _ABOUT_SCORES,
        "",
        "| moments | |",
        "|---|---|",
        f"| every 12 h of a stay | {len(found):,} |",
        f"| with vital signs of the 12 h before | {len(fresh):,} |",
        f"| of these on a ward | {sum(not one.intensive for one in fresh)} |",
        f"| of these with all seven values of NEWS2 | {sum(one.complete for one in fresh)} |",
        *(f"| of these with CLORS {band} | {bands[band]} |" for band in sorted(bands)),
        "",
        "| outcome | score | moments | with it | patients with it | AUROC (95 %) |",
        "|---|---|---|---|---|---|",
        *(_area(found, score, outcome) for outcome in OUTCOMES for score in SCORES),
        "",
    ]
    return "\n".join(lines)


def _area(found: Sequence[Moment], score: str, outcome: str) -> str:
    given = points(found, score, outcome)
    having = [one for one in given if one.outcome]
    patients = len({one.patient for one in having})
    area = auroc(given)
    said = "too few to say"
    if patients >= FEWEST and None not in (area.value, area.low, area.high):
        said = f"{area.value:.2f} ({area.low:.2f} to {area.high:.2f})"
    return f"| {OUTCOMES[outcome]} | {score} | {len(given)} | {len(having)} | {patients} | {said} |"


def main(folder: Path) -> None:
    """Import, replay, and put both sections at the end of the page."""
    with tempfile.TemporaryDirectory() as place:
        url = f"sqlite:///{place}/ward.db"
        app = build(Settings(database=url))
        import_mimic(app.place, folder)
        app.close()
        store = open_store(url, clock=SystemClock())
        stories = list(read_stories(store))
        store.close()
    loops = read_loops(Settings())
    sections = [
        late_doses(*replay_doses(stories, folder, loops)),
        scores(list(moments(stories, loops, rules_of(loops)))),
    ]
    before = FILE.read_text(encoding="utf-8").partition(LATE_DOSES)[0]
    FILE.write_text(before.rstrip() + "\n\n" + "\n".join(sections), encoding="utf-8")


_ABOUT_DOSES: Final = """\
Written with the next section by `.venv/bin/python -m tests.validation.page DIR`; the code is in
`tests/validation/`, `tests/integration/test_mimic_demo.py` holds the page to it.

After an import, every dose that has a due time and was begun is looked at just before its record:
the limits that run on it (`deadlines`) and what the rules want then, before anything is hidden or
put together. Beside it stands what the rows say, by a few lines that use neither the engine, nor
the loop files, nor the reader of frequencies (`truth.py`): `charttime` against `scheduletime`, by
the windows of the loop specification. Two hours after the due time for once a day and rarer, by the
source's `doses_per_24_hrs` (TM08); one hour up to six a day and for `hs` and meals (TM09); a
quarter of the interval above (TM10); one hour for doses without an interval (TM06n); the due time
itself, or the order's if that is later, for an order's first dose (TM06); no window for what is
given on need. The last instant of a window belongs to it.

No dose here is time-critical (TM07): that is the hospital's list, which the source does not have.
Charted is not given: a delay of charting looks like a late dose. The replay was of use: a first run
found 113 doses that the import judged by the frequency of another pharmacy row, which it no longer
does."""

_ABOUT_ALERTS: Final = """\
The alerts that a ward would have been shown for want of the dose (hidden by "not reviewed", put
together by round), each episode once. Here {tasks:,} doses were late for a while: those that were
not given in the end, too. Most are M-05: an ordinary first dose has no minute of grace after its
due time, see the last row above."""

_ABOUT_SCORES: Final = """\
**Plumbing, not evidence.** 69 patients, a handful of deaths: this shows that the scores can be
computed from a journal at any instant, nothing about what they are worth.

Every 12 h of each stay its open work and what was known by then are put together from the journal
and scored. Compared are moments with vital signs of the 12 h before (they come from intensive care,
so that wards have few). NEWS2 is what it is at least where values are missing: the source charts
oxygen devices but never room air, and no ACVPU, for which the Glasgow total stands here
(13 and 14: new confusion where the total fell). No birth dates, allergies and no catalogue, and
each stay by itself: CLORS has no points for age, kidney function, orders, or illnesses that an
earlier stay was coded with. Its acute part is the hazard of its acute causes.
Left out are the limits of the last words on orders (M16, E12, E14, L11, T22), which this source
never has; with them 651 of the 697 moments were critical. Doses are known 48 h before they are due,
as a ward would have planned them, if they were ever charted.

The interval is of 1,000 resamples of the patients (seeded). Moments of one patient hang together,
and death lies days ahead of many of them. An outcome of fewer than five patients has no area."""


if __name__ == "__main__":
    main(Path(sys.argv[1]))
