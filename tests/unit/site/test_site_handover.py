"""When a hospital's shifts hand over: read with its faults, by ward, on the ward's own clock."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from rules.alerts.quiet import EVERYWHERE
from rules.site import SiteError, read_site
from rules.site_changes import changes_of
from rules.site_faults import faults_of, read_shipped_parts
from rules.site_handover import handovers_of, quiet_of

HEAD = 'format = 1\nversion = "1"\napproved_by = ["pharm.lead", "medical.affairs"]\n'
TIMES = '[handover]\ntimes = ["15:30", "07:30"]\n'


def written(folder: Path, text: str, name: str = "site.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_times_of_a_site_are_read_in_their_order_on_the_clock_of_the_settings(
    tmp_path: Path,
) -> None:
    site = read_site(written(tmp_path, HEAD + TIMES))
    assert site.summary.startswith("site.toml 1; handover; approved by")
    quiet = quiet_of([site], "Asia/Shanghai")[EVERYWHERE]
    assert quiet.handovers == (time(7, 30), time(15, 30))
    half_past_seven = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    assert quiet.until(half_past_seven) == datetime(2026, 11, 23, 23, 45, tzinfo=UTC)
    assert quiet.until(datetime(2026, 11, 24, 7, 30, tzinfo=UTC)) is not None


def test_a_ward_has_its_own_and_may_have_none(tmp_path: Path) -> None:
    site = read_site(written(tmp_path, HEAD + TIMES))
    north = 'ward = "north"\n[handover]\ntimes = ["08:00"]\ntime_zone = "Europe/Berlin"\n'
    wards = [
        read_site(written(tmp_path, HEAD + text, name))
        for name, text in (
            ("north.toml", north),
            ("icu.toml", 'ward = ["icu", "hdu"]\n[handover]\ntimes = []\n'),
            ("other.toml", 'ward = "4A"\n[rules.L-12]\nroles = ["RN"]\n'),
        )
    ]
    for order in ([site, *wards], [*wards, site]):
        said = {ward: row.said for ward, row in handovers_of(order).items()}
        assert said == {
            EVERYWHERE: "07:30, 15:30", "north": "08:00 Europe/Berlin", "icu": "none", "hdu": "none"
        }  # fmt: skip
    quiet = quiet_of(wards, "Asia/Shanghai")
    assert quiet["north"].until(datetime(2026, 11, 24, 7, 0, tzinfo=UTC)) is not None
    assert quiet["icu"].until(datetime(2026, 11, 24, 7, 0, tzinfo=UTC)) is None
    assert EVERYWHERE not in quiet


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('[handover]\ntimes = ["7:30"]\n', 5, "7:30 is no time of day; right would be"),
        ('[handover]\ntimes = ["25:00"]\n', 5, "25:00 is no time of day"),
        ("[handover]\ntimes = [730]\n", 5, "730 is no time of day"),
        ('[handover]\ntimes = ["07:30", "07:30"]\n', 5, "a list of different times"),
        ('[handover]\ntimes = "07:30"\n', 5, "a list of different times"),
        ("[handover]\n", 4, "times"),
        ('[handover]\ntimes = []\ntime_zone = "Mars/Olympus"\n', 6, "no time zone; right would be"),
        ("[handover]\ntimes = []\ntime_zone = 8\n", 6, "no time zone"),
        ("[handover]\ntimes = []\nminutes = 15\n", 6, "minutes"),
    ],
)
def test_a_time_that_is_none_is_found_on_its_line(
    tmp_path: Path, text: str, line: int, reason: str
) -> None:
    (fault,) = faults_of(written(tmp_path, HEAD + text), read_shipped_parts(profile="cn"))
    assert (fault.line, reason in fault.reason) == (line, True), fault.reason


def test_two_people_decide_when_alerts_wait(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="two people change handover"):
        read_site(written(tmp_path, f'format = 1\nversion = "1"\n{TIMES}'))


def test_it_is_said_what_changes(tmp_path: Path) -> None:
    shipped = read_shipped_parts(profile="cn")
    (change,) = changes_of(read_site(written(tmp_path, HEAD + TIMES)), shipped)
    assert (change.what, change.before, change.after) == ("handover", "-", "07:30, 15:30")
