"""A preview plays recorded orders again under other limits; what was in time then counts as such.

What the command says of a whole journal stands in `tests/end_to_end/test_cli_site.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from client.cli.site_preview import preview
from client.configuring import Configuration, configuration
from client.settings import Settings
from client.wiring import build
from domain.alerts import Alert, AlertKey, AlertSeverity
from domain.ids import EncounterId
from domain.orders import Priority
from rules.alerts.loader import load_rules
from rules.site_preview import Kind, Tally, late_limits, per_day, replayed
from storage.history import last_configuration, order_histories
from storage.store import Store, open_store
from tests.fakes import FakeClock
from tests.shift import OTHER_WARD, WARD, Shift, local

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = 'format = 1\nversion = "1"\napproved_by = ["pharm.lead", "medical.affairs"]\n'
SHORT = "[loops.medication.limits.TM01]\nwithin = [1, 2, 30]\n"


@dataclass
class Night:
    """A shift that is being recorded, and its database seen from beside."""

    shift: Shift
    store: Store
    settings: Settings

    def under(self, text: str) -> Configuration:
        path = Path(self.settings.database.removeprefix("sqlite:///")).with_name("tried.toml")
        path.write_text(HEAD + text, encoding="utf-8")
        return configuration(self.settings.model_copy(update={"site": (path,)}), local("07:00"))

    def late(self, text: str, *, until: str, since: datetime | None = None) -> list[str]:
        """The limits that would have run out, of all orders."""
        loops = self.under(text).loops
        first = since or local("00:00")
        return sorted(
            one.limit
            for history in order_histories(self.store, since=first)
            for one in late_limits(
                replayed(history.commands), loops, since=first, until=local(until)
            )
        )


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    settings = Settings(database=f"sqlite:///{tmp_path / 'ward.db'}")
    clock = FakeClock(at=local("07:00"))
    app = build(settings, clock=clock)
    shift = Shift(app, clock)
    store = open_store(settings.database, clock=clock)
    yield Night(shift, store, settings)
    store.close()
    app.close()


def test_a_step_in_time_under_the_old_limit_is_late_under_the_shorter(night: Night) -> None:
    order = night.shift.ordered(night.shift.drug(start=local("20:00").isoformat()))
    night.shift.at("07:45")
    night.shift.verified(order)
    assert night.late("", until="07:50") == []
    assert night.late(SHORT, until="07:50") == ["TM01"]


def test_what_still_waits_is_late_at_the_end_of_the_span_only(night: Night) -> None:
    night.shift.ordered(night.shift.drug(start=local("20:00").isoformat()))
    assert night.late(SHORT, until="07:30") == []
    assert night.late(SHORT, until="07:31") == ["TM01"]


def test_a_step_done_in_time_and_written_down_later_is_not_late(night: Night) -> None:
    order = night.shift.ordered(night.shift.drug(start=local("20:00").isoformat()))
    night.shift.at("07:50")
    night.shift.do(
        "li.na",
        order=order,
        step="nurse_verified",
        result="verified",
        source="retro",
        at=local("07:20").isoformat(),
        reason="the terminal was taken",
    )
    assert night.late(SHORT, until="07:55") == []


def test_what_ran_out_before_the_span_is_not_counted(night: Night) -> None:
    night.shift.ordered(night.shift.drug(start=local("20:00").isoformat()))
    assert night.late(SHORT, until="08:10") == ["TM01"]
    assert night.late(SHORT, until="08:10", since=local("07:31")) == []


def test_an_order_that_ended_before_the_span_is_not_played(night: Night) -> None:
    order = night.shift.draft(night.shift.drug())
    night.shift.app.cancel_order(
        user="dr.chen", command=night.shift.new(), order=order, reason="not wanted"
    )
    assert [one.order for one in order_histories(night.store, since=local("07:00"))] == [order]
    assert list(order_histories(night.store, since=local("08:00"))) == []


def test_a_rule_that_is_off_for_a_priority_raises_nothing_and_the_task_is_late_all_the_same(
    night: Night,
) -> None:
    order = night.shift.ordered(night.shift.drug(start=local("20:00").isoformat()))
    (history,) = order_histories(night.store, since=local("07:00"))
    life = replayed(history.commands)
    found = late_limits(life, night.under(SHORT).loops, since=local("07:00"), until=local("07:40"))
    shipped, off = Tally(), Tally()
    shipped.add(found, life[-1][0], night.under("").table)
    off.add(found, life[-1][0], night.under("[rules.X-LATE]\non = false\n").table)
    assert shipped.streams == off.streams == {order}
    assert dict(shipped.alerts) == {Kind("X-LATE", AlertSeverity.S4, silent=False): 1}
    assert not off.alerts


# ---------------------------------------------------------------- rules beside limits
@pytest.fixture
def fever(night: Night) -> Night:
    """A patient who is confused at seven: NEWS2 has a red sign."""
    signs = {
        "respiratory_rate": 16, "spo2": 97, "supplemental_oxygen": False, "systolic_bp": 124,
        "pulse": 76, "consciousness": "C", "temperature": Decimal("36.8"),
    }  # fmt: skip
    shift = night.shift
    shift.app.observe_vitals(user="li.na", command=shift.new(), encounter=shift.stay, entered=signs)
    return night


def counted(night: Night, text: str, *, now: str = "07:10") -> dict[str, tuple[int, int]]:
    """How often each rule would have spoken, before and after, by severity; `-`: silently."""
    tried = night.under(text).settings
    found = preview(night.store, before=night.settings, after=tried, now=local(now)).data
    rows = cast("list[dict[str, Any]]", found["alerts"])
    return {
        f"{row['rule']} {row['severity']}{'-' if row['silent'] else ''}": (
            row["before"], row["after"]
        )
        for row in rows
    }  # fmt: skip


def test_what_vital_signs_raised_counts_as_the_file_would_have_it(fever: Night) -> None:
    red = "[rules.X-NEWS-RED]\n"
    for text, after in {
        '[rules.X-NEWS-RED]\nseverity = ["S2", "S2", "S3"]\n': {
            "X-NEWS-RED S2": (1, 0),
            "X-NEWS-RED S3": (0, 1),
        },
        f'{red}silent = "trial"\n': {"X-NEWS-RED S2": (1, 0), "X-NEWS-RED S2-": (0, 1)},
        f"{red}on = false\n": {"X-NEWS-RED S2": (1, 0)},
        f'ward = "{WARD}"\n{red}on = false\n': {"X-NEWS-RED S2": (1, 0)},
        f'ward = "{OTHER_WARD}"\n{red}on = false\n': {"X-NEWS-RED S2": (1, 1)},
        "[rules.X-NEWS-URG]\non = false\n": {"X-NEWS-RED S2": (1, 1)},
    }.items():
        assert counted(fever, text) == after, text


def test_what_was_raised_before_the_span_or_after_its_end_is_not_counted(fever: Night) -> None:
    assert counted(fever, "", now="06:59") == {}
    later = preview(
        fever.store,
        before=fever.settings,
        after=fever.settings,
        now=local("07:10") + timedelta(days=31),
    )
    assert later.data["raised"] == 0


def test_a_severity_that_its_condition_chose_stays_and_an_unknown_rule_counts_nowhere() -> None:
    table = load_rules()
    alert = Alert(
        id="alert-1",
        key=AlertKey("L-15", "order-1", "order-1:3"),
        encounter=EncounterId("stay-1"),
        severity=AlertSeverity.S1,
        since=local("07:00"),
        raised_at=local("07:00"),
        roles=(),
    )
    tally = Tally()
    tally.add_raised(alert, Priority.STAT, (table,), table)
    gone = replace(alert, key=AlertKey("M-99", "order-1", "order-1:3"))
    tally.add_raised(gone, Priority.STAT, (table,), table)
    assert dict(tally.alerts) == {Kind("L-15", AlertSeverity.S1, silent=False): 1}


def test_nothing_recorded_is_no_life() -> None:
    assert replayed([]) == ()
    assert replayed([()]) == ()


def test_counts_a_day_have_two_decimals() -> None:
    until = local("07:00")
    assert per_day(100, since=until - timedelta(days=30), until=until) == Decimal("3.33")
    assert per_day(7, since=until - timedelta(hours=1), until=until) == Decimal("7.00")


def test_a_workstation_that_took_no_configuration_yet(night: Night) -> None:
    assert last_configuration(night.store, "another") == ("", 0)
    sha256, seq = last_configuration(night.store, night.settings.workstation)
    assert sha256 == night.shift.app.place.config_hash
    assert seq == 1
