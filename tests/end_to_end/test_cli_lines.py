"""`timing expand` and `barcode parse`: one line in gives one line out, a bad one does not stop."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.end_to_end import hospital
from tests.end_to_end.command_line import Wardloop, say

Q8H = {
    "frequency": "q8h",
    "start": "2026-03-02T09:10",
    "until": "2026-03-03T00:30",
    "time_zone": "Asia/Shanghai",
}


def test_due_times_come_on_the_wards_clock() -> None:
    said = say("timing", "expand", text=json.dumps(Q8H) + "\n")
    assert said.code == 0
    assert said.json == {
        "due": ["2026-03-02T16:00:00+08:00", "2026-03-03T00:00:00+08:00"],
        "window_class": "up_to_every_4h",
        "as_needed": False,
    }


def test_a_bad_line_is_answered_in_its_place_and_the_rest_go_on() -> None:
    lines = [
        json.dumps(Q8H),
        "{",
        "",
        "[1]",
        json.dumps({**Q8H, "frequency": "now and then"}),
        json.dumps({**Q8H, "colour": "red"}),
        '{"frequency": "q8h", "frequency": "q6h"}',
        "[" * 100_000,
        "9" * 5000,
        json.dumps({**Q8H, "start": None}),
        json.dumps(Q8H),
    ]
    said = say("timing", "expand", text="\n".join(lines) + "\n")
    assert said.code == 0
    answers = [json.loads(line) for line in said.out.splitlines()]
    assert len(answers) == len(lines)
    assert answers[0] == answers[-1]
    fields = [answer["error"]["field"] for answer in answers[1:-1]]
    assert fields == [
        "line",
        "line",
        "line",
        "frequency",
        "colour",
        "frequency",
        "line",
        "line",
        "start",
    ]
    assert all(answer["error"]["message"] for answer in answers[1:-1])


def test_a_pack_is_read_with_its_group_separator() -> None:
    scan = "]d201069012345678921728063010B7\u001d21S1"
    said = say("barcode", "parse", text=json.dumps({"scan": scan, "expect": "medication"}))
    assert said.json["gtin"] == "06901234567892"
    assert said.json["expiry"] == "2028-06-30"
    assert (said.json["lot"], said.json["serial"]) == ("B7", "S1")
    assert said.json["elements"]["10"] == "B7"


def test_nothing_in_is_nothing_out() -> None:
    said = say("barcode", "parse")
    assert (said.code, said.out, said.err) == (0, "", "")


@pytest.mark.parametrize(
    ("argv", "line"),
    [
        (("timing", "expand"), Q8H),
        (("barcode", "parse"), {"scan": "P0012345678N1U"}),
        (("blood", "compatible"), {"component": "red_cells", "patient": "A+", "unit": "O-"}),
        (("score", "gcs"), {"eye": 4, "verbal": 5, "motor": 6}),
    ],
    ids=" ".join,
)
def test_a_byte_order_mark_before_the_first_line_says_nothing(
    argv: tuple[str, ...], line: dict[str, object]
) -> None:
    """Some editors and shells write it; only the beginning of a text has one."""
    text = json.dumps(line) + "\n"
    plain, marked = say(*argv, text=text), say(*argv, text="\ufeff" + text)
    assert (marked.code, marked.out) == (0, plain.out)
    assert "error" not in marked.json
    again = say(*argv, text=text + "\ufeff" + text)
    assert json.loads(again.out.splitlines()[1])["error"]["field"] == "line"


def test_a_byte_order_mark_before_an_entry_on_standard_input_says_nothing(tmp_path: Path) -> None:
    wardloop = Wardloop(tmp_path)
    entry = json.dumps(hospital.ADMINISTRATOR)
    said = wardloop("user", "add", given="\ufeff" + entry, user="zhao.lei")
    assert said.code == 0, said.err
