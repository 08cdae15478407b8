"""The replay of charted doses, proven on a folder of our own: late, inside, early, on need, held.

What it finds in real data stands in `docs/validation.md`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from client.gateway.mimic.medication import PHARMACY
from client.gateway.mimic.run import import_mimic
from client.gateway.mimic.stays import ADMISSIONS, TRANSFERS, VITAL_SIGNS
from client.settings import Settings
from client.wiring import SystemClock, build
from rules.alerts.loader import load_rules
from rules.rulebook import Rules
from storage.store import open_store
from tests.mimic_folder import STAY, ZONE, TinyFolder, at, local, loops
from tests.validation.agreement import ON_NEED, Agreement, agreement
from tests.validation.bedside import Bedside
from tests.validation.doses import Judged, judge, one_by_one
from tests.validation.journal import Story, read_stories
from tests.validation.scores import Moment, moments
from tests.validation.shown import late_doses, shown
from tests.validation.truth import doses_due

RULES = Rules(load_rules(), loops=loops())
Replayed = Callable[[], list[Story]]


@pytest.fixture
def folder(tmp_path: Path) -> TinyFolder:
    (tmp_path / "mimic").mkdir()
    return TinyFolder(tmp_path / "mimic")


@pytest.fixture
def replayed(folder: TinyFolder, tmp_path: Path) -> Replayed:
    """Import the folder into a database, and read its journal."""

    def replay() -> list[Story]:
        url = f"sqlite:///{tmp_path / 'ward.db'}"
        app = build(Settings(database=url))
        import_mimic(app.place, folder.write(), time_zone=ZONE)
        app.close()
        store = open_store(url, clock=SystemClock())
        found = list(read_stories(store))
        store.close()
        return found

    return replay


def judged(stories: list[Story]) -> dict[str, Judged]:
    rules = one_by_one(load_rules(), loops())
    return {one.emar_id: one for story in stories for one in judge(story, loops(), rules)}


def compared(folder: TinyFolder, stories: list[Story]) -> Agreement:
    return agreement(judged(stories).values(), doses_due(folder.path))


def test_a_dose_is_late_from_the_instant_after_its_window(
    folder: TinyFolder, replayed: Replayed
) -> None:
    poe = folder.drug()
    folder.chart(poe, "Administered", "08:00")
    last_minute = folder.chart(poe, "Administered", "13:00", due="12:00", pharmacy="9")
    late = folder.chart(poe, "Administered", "17:01", due="16:00", pharmacy="9")
    stories = replayed()
    found = judged(stories)
    assert (found[last_minute].limits, found[last_minute].wanted) == (("TM09",), ())
    assert (found[late].wanted, found[late].until) == (("M-07",), at("17:00"))
    both = compared(folder, stories)
    assert (both.doses, both.late, both.inside, both.disagreements) == (3, 1, 2, ())
    assert both.kept_differently == 0, "what the journal says is what the rules want"


@pytest.mark.parametrize("charted", ["11:00", "10:30"], ids=["inside", "before it opens"])
def test_an_early_dose_is_not_late(folder: TinyFolder, replayed: Replayed, charted: str) -> None:
    poe = folder.drug()
    folder.chart(poe, "Administered", "08:00")
    early = folder.chart(poe, "Administered", charted, due="12:00", pharmacy="9")
    stories = replayed()
    assert not judged(stories)[early].late
    assert compared(folder, stories).inside == 2


def test_a_first_dose_is_late_after_its_due_time(folder: TinyFolder, replayed: Replayed) -> None:
    first = folder.chart(folder.drug(), "Administered", "08:01")
    stories = replayed()
    assert judged(stories)[first].wanted == ("M-05",)
    both = compared(folder, stories)
    assert (both.late, both.disagreements) == (1, ())
    assert both.strict == 1, "a later dose would have had an hour more"


def test_a_held_dose_is_no_late_dose_but_it_was_waited_for(
    folder: TinyFolder, replayed: Replayed
) -> None:
    poe = folder.drug()
    folder.chart(poe, "Administered", "08:00")
    held = folder.chart(poe, "Hold Dose", "13:30", due="12:00", pharmacy="9")
    stories = replayed()
    assert held not in judged(stories)
    assert compared(folder, stories).truth_alone == 0
    (waited,) = late_doses(stories[0], loops())
    assert (waited.given, waited.since, waited.until) == (False, at("13:00"), at("13:30"))
    seen = shown(stories, loops(), RULES)
    assert (seen.alerts["M-07"], seen.of_given["M-07"], seen.late_tasks) == (1, 0, 1)


def test_a_dose_on_need_has_no_window_and_the_replay_says_so(
    folder: TinyFolder, replayed: Replayed
) -> None:
    poe = folder.drug(frequency="Q4H:PRN", daily="")
    folder.chart(poe, "Administered", "08:00")
    folder.chart(poe, "Administered", "12:00", due="12:00", pharmacy="9")
    old_due_time = folder.chart(poe, "Administered", "15:00", due="13:30", pharmacy="9")
    both = compared(folder, replayed())
    assert (both.late, both.inside) == (0, 2)
    (one,) = both.disagreements
    assert (one.emar_id, one.late, one.window, one.why) == (
        old_due_time,
        False,
        "as needed",
        ON_NEED,
    )


def test_two_late_doses_of_one_round_are_two_findings_and_one_alert(
    folder: TinyFolder, replayed: Replayed
) -> None:
    for _ in range(2):
        poe = folder.drug()
        folder.chart(poe, "Administered", "08:00")
        folder.chart(poe, "Administered", "13:30", due="12:00")
    stories = replayed()
    assert compared(folder, stories).late == 2
    assert shown(stories, loops(), RULES).alerts == {"M-07": 1}


def test_a_late_dose_of_an_order_that_nobody_reviewed_is_hidden(
    folder: TinyFolder, replayed: Replayed
) -> None:
    poe = folder.drug("05:00", verified="09:00")
    late = folder.chart(poe, "Administered", "08:30")
    stories = replayed()
    assert judged(stories)[late].wanted == ("M-05",)
    assert not shown(stories, loops(), RULES).alerts, "the pharmacist has the alert, not the nurse"


def test_insulin_at_dinner_is_held_to_the_hour_by_both(
    folder: TinyFolder, replayed: Replayed
) -> None:
    poe = folder.drug(frequency="ASDIR", daily="")
    folder.add(PHARMACY, pharmacy_id="10", poe_id=poe, frequency="DINNER", doses_per_24_hrs="1")
    folder.chart(poe, "Administered", "08:00", pharmacy="9")
    late = folder.chart(poe, "Administered", "19:30", due="18:00", pharmacy="10")
    stories = replayed()
    assert judged(stories)[late].limits == ("TM09",)
    assert compared(folder, stories).late == 1


def vital_signs(folder: TinyFolder, clock: str, **values: str) -> None:
    for what, value in values.items():
        folder.add(VITAL_SIGNS, hadm_id=STAY, charttime=local(clock), what=what, value=value)


@pytest.fixture
def observed(folder: TinyFolder) -> TinyFolder:
    """A patient on a ward, well in the morning, confused on oxygen at noon, then moved."""
    folder.add(
        TRANSFERS, hadm_id=STAY, eventtype="admit", careunit="Medicine", intime=local("06:00")
    )
    moved = {"careunit": "Medical Intensive Care Unit (MICU)", "intime": local("20:00")}
    folder.add(TRANSFERS, hadm_id=STAY, eventtype="transfer", **moved)
    well = {"respiratory_rate": "16", "spo2": "97", "systolic_bp": "120", "pulse": "80"}
    vital_signs(folder, "08:00", gcs_total="15", temperature="37", **well)
    ill = {"respiratory_rate": "26", "spo2": "90", "systolic_bp": "88", "pulse": "125"}
    vital_signs(
        folder, "12:00", gcs_total="14", temperature="39.4", oxygen_device="face_mask", **ill
    )
    return folder


def test_a_stay_is_scored_by_what_was_known_then(observed: TinyFolder, replayed: Replayed) -> None:
    assert observed.rows
    stay = Bedside(replayed()[0], loops(), unrecorded=frozenset())
    before = RULES.assess(stay.at(at("07:59")), at("07:59")).risk
    assert not before.news2, "nothing was charted yet"
    morning = RULES.assess(stay.at(at("09:00")), at("09:00")).risk.news2
    assert (morning["score"], morning["partial_min"]) == (None, 0)
    assert morning["missing"] == ["supplemental_oxygen"], "room air is never charted"
    noon = RULES.assess(stay.at(at("12:30")), at("12:30")).risk.news2
    assert noon["score"] == 18, "vector 3 of NEWS2: a Glasgow total that fell is new confusion"


def test_moments_are_every_12_hours_with_what_came_of_them(
    observed: TinyFolder, replayed: Replayed
) -> None:
    observed.rows[ADMISSIONS][0]["deathtime"] = local("20:00", 2)
    found: list[Moment] = list(moments(replayed(), loops(), RULES))
    assert [(one.intensive, one.moved_soon, one.fresh, one.died) for one in found] == [
        (False, True, True, True),
        (True, False, False, True),
        (True, False, False, True),
    ]
    assert [one.complete for one in found] == [True, True, True]
