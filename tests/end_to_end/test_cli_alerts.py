"""`alerts …` as a person reads them: what is wrong, what to do, in the language of the settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from client.cli.output import width
from rules.alerts.loader import load_rules
from tests.end_to_end import hospital
from tests.end_to_end.command_line import Json, Wardloop

LATE = "2026-11-24T09:05:00+08:00"
HEADS = {
    "en": ("SEV", "RULE", "BED", "PATIENT", "WHAT", "WHAT TO DO", "AGE", "TIER", "TOLD", "STATE"),
    "zh": ("级别", "规则", "床号", "患者", "事由", "处理", "时长", "层级", "已通知", "状态"),
}


@pytest.fixture
def wardloop(tmp_path: Path) -> Wardloop:
    """An urgent capsule of eight o'clock that nobody has looked at by five past nine."""
    found = hospital.told_hospital(tmp_path)
    hospital.admitted(found)
    ordered(found)
    found.now = LATE
    return found


def ordered(wardloop: Wardloop, *reasons: str) -> None:
    dose = {**hospital.DOSE, "priority": "URGENT", "start": "2026-11-24T12:00:00+08:00"}
    given = {"mrn": "0012345678", "kind": "medication", "fields": dose}
    order = wardloop.does("order", "draft", given=given, user="chen.wei")["order"]
    why = [{"check": one, "reason": "wanted"} for one in reasons]
    signed = {"order": order, "override": why}
    wardloop.does("order", "sign", given=signed, user="chen.wei")


def listed(wardloop: Wardloop, language: str, *more: str) -> list[str]:
    wardloop.environ["WARDLOOP_LANGUAGE"] = language
    said = wardloop("alerts", "list", *more, user="wu.min")
    assert said.code == 0, said.err
    return said.out.splitlines()


@pytest.mark.parametrize(
    ("language", "what", "to_do", "told"),
    [
        (
            "en",
            "Order not reviewed by a pharmacist: Amoxicillin 500 mg capsule 500 mg",
            "Review it before it is dispensed",
            "pharmacist  open",
        ),
        ("zh", "医嘱未经药师审核:阿莫西林胶囊 500 mg", "发药前完成审方", "药师    未处理"),
    ],
)
def test_the_pharmacist_reads_what_is_wrong_and_what_to_do(
    wardloop: Wardloop, language: str, what: str, to_do: str, told: str
) -> None:
    head, *lines = listed(wardloop, language)
    (line,) = [one for one in lines if "M-01" in one]
    for part in (what, to_do, told, "3A 01"):
        assert part in line
    assert head.split("  ")[0] == HEADS[language][0]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_column_begins_under_its_head_and_no_line_is_cut(
    wardloop: Wardloop, language: str
) -> None:
    head, *lines = listed(wardloop, language)
    rules = load_rules().rules
    data: Json = wardloop.does("alerts", "list", user="wu.min")
    assert len(lines) == len(data) >= 2
    for column in HEADS[language]:
        at = width(head[: head.index(column)])
        for line in lines:
            before = 0
            place = next(n for n in range(len(line)) if (before := width(line[:n])) >= at)
            assert before == at, f"{column} does not begin under its head"
            assert line[max(0, place - 2) : place].strip() == ""
    for line, row in zip(lines, data, strict=True):
        assert line.endswith(row["alert"])
        assert rules[row["rule"]].definition.action[language] in line
        assert row["action"] == dict(rules[row["rule"]].definition.action), "JSON has both"


def test_the_pharmacists_queue_holds_medication_until_it_is_reviewed(wardloop: Wardloop) -> None:
    wardloop.does("watch", "--once", user="wu.min")
    queue: Json = wardloop.does("alerts", "list", "--review", user="wu.min")
    assert {row["rule"] for row in queue} == {"M-01", "X-LATE"}, "also what the nurse has to verify"
    (review,) = [row["alert"] for row in queue if row["rule"] == "M-01"]
    given = {"alert": review, "verdict": "commented", "text": "dose was asked for by telephone"}
    wardloop.does("alerts", "review", given=given, user="wu.min")
    left: Json = wardloop.does("alerts", "list", "--review", user="wu.min")
    assert [row["rule"] for row in left] == ["X-LATE"]
    (row,) = [
        one for one in wardloop.does("alerts", "list", user="wu.min") if one["rule"] == "M-01"
    ]
    assert (row["reviewed_by"], row["reviewed_at"] is not None) == ("wu.min", True)
    (line,) = [one for one in listed(wardloop, "en") if "M-01" in one]
    assert "open, reviewed" in line


def test_many_small_alerts_of_a_patient_stand_together_under_one_name(wardloop: Wardloop) -> None:
    wardloop.now = "2026-11-24T08:00:30+08:00"
    ordered(wardloop, "max_dose", "duplicate")
    wardloop.now = LATE
    _, *lines = listed(wardloop, "en")
    first, *others = [one for one in lines if "WANG" not in one or one.startswith("S3")]
    assert first.startswith("S3 ")
    assert len(others) >= 3
    assert all(one.startswith("     ") and "WANG" not in one for one in others)
    data: Json = wardloop.does("alerts", "list", user="wu.min")
    assert {one.split()[-1] for one in lines} == {row["alert"] for row in data}, "each by its id"


def test_an_alert_is_shown_in_the_language_of_the_settings(wardloop: Wardloop) -> None:
    (row,) = [
        one for one in wardloop.does("alerts", "list", user="wu.min") if one["rule"] == "M-01"
    ]
    wardloop.does("watch", "--once", user="wu.min")
    wardloop.environ["WARDLOOP_LANGUAGE"] = "zh"
    shown = wardloop("alerts", "show", row["alert"], user="wu.min").out
    assert "M-01 医嘱未经药师审核" in shown
    assert "发药前完成审方" in shown


def test_nothing_is_open_on_a_ward_without_work(tmp_path: Path) -> None:
    empty = hospital.told_hospital(tmp_path)
    assert listed(empty, "zh") == ["无未处理的提醒。"]
    assert listed(empty, "en", "--review") == ["No alert is open."]
