"""An alert is a fold of its events: what a person said of it, and what came back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.alert_events import (
    AlertAcknowledged,
    AlertBody,
    AlertRaised,
    AlertResolved,
    AlertReviewed,
    AlertSaid,
)
from domain.alert_fold import evolve_alert
from domain.alerts import Alert, AlertKey, AlertSeverity, Resolution
from domain.errors import StorageError
from domain.happenings import Happening, Noun
from domain.ids import EncounterId, PractitionerId
from domain.people import Role

EIGHT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
KEY = AlertKey("M-05", "dose-1", "08:00")
RAISED = AlertRaised(
    KEY, AlertSaid(AlertSeverity.S2, EIGHT, (Role.NURSE,)), EIGHT, config="rules-1"
)


def told(body: AlertBody, minute: int, by: str = "li.na", stay: str | None = "stay-1") -> Happening:
    when = EIGHT + timedelta(minutes=minute)
    encounter = None if stay is None else EncounterId(stay)
    return Happening(Noun.ALERT, KEY.id, body, PractitionerId(by), when, when, encounter)


def folded(*events: tuple[AlertBody, int, str]) -> Alert:
    alert: Alert | None = None
    for body, minute, by in events:
        alert = evolve_alert(alert, body, told(body, minute, by))
    assert alert is not None
    return alert


def test_it_says_how_late_it_was_raised() -> None:
    alert = folded((RAISED, 7, "system"))
    assert (alert.id, alert.encounter, alert.late_by_minutes) == (KEY.id, "stay-1", 7)
    early = replace(RAISED, since=EIGHT + timedelta(hours=1))
    assert evolve_alert(None, early, told(early, 0)).late_by_minutes == 0


def test_raised_again_after_its_end_it_counts_on_and_nobody_has_seen_it() -> None:
    alert = folded(
        (RAISED, 0, "system"),
        (AlertAcknowledged(), 1, "li.na"),
        (AlertResolved(Resolution.BY_STEP, "command-1"), 2, "system"),
        (RAISED, 30, "system"),
    )
    assert alert.open
    assert alert.occurrences == 2
    assert alert.acknowledged_at is None


def test_the_pharmacist_reviews_it_and_hands_it_on() -> None:
    accepted = folded((RAISED, 0, "system"), (AlertReviewed("accepted"), 5, "ph.qian"))
    assert accepted.reviewed_by == "ph.qian"
    assert accepted.tier == 0
    handed = AlertReviewed("escalated", "dose too high", 2, (Role.PHYSICIAN,))
    alert = folded((RAISED, 0, "system"), (handed, 5, "ph.qian"))
    assert alert.tier == 2
    assert alert.audience == (Role.NURSE, Role.PHYSICIAN)


def test_who_resolved_it_and_how_stays_to_be_read() -> None:
    ended = AlertResolved(Resolution.BY_EXIT, "command-2")
    alert = folded((RAISED, 0, "system"), (ended, 9, "system"))
    assert (alert.resolution, alert.resolved_by) == (Resolution.BY_EXIT, "command-2")
    assert alert.resolved_at == EIGHT + timedelta(minutes=9)


def test_a_journal_that_acknowledges_what_was_never_raised_is_broken() -> None:
    body = AlertAcknowledged()
    with pytest.raises(StorageError, match="nothing before it"):
        evolve_alert(None, body, told(body, 0))
    with pytest.raises(StorageError, match="no stay"):
        evolve_alert(None, RAISED, told(RAISED, 0, stay=None))
