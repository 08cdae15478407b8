"""What is sent is answered or refused: no traceback, no hang over a second, nothing half written.

5,000 inputs in `make test`, 200,000 in `make test-long`. Each has its own seed, told where it
fails, so that it can be played again.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Final, cast

import pytest

from client.settings import example_settings, load_settings
from domain.barcodes import parse_scan
from domain.errors import WardloopError
from domain.ids import CommandId
from domain.services.drafting import NewOrder
from domain.services.step_entry import parse_step_entry
from rules.loops.loader import SHIPPED, load_fields, load_loop
from rules.site_faults import faults_of, read_shipped_parts
from tests.end_to_end import hospital
from tests.end_to_end.command_line import Wardloop, say
from tests.fuzz.odd import broken_lines, mutated, torn, within_a_second
from tests.shift import Shift, fake_shift

SCANS, ENTRIES, DRAFTS, LINES, SETTINGS, FILES, COMMANDS = 2_400, 1_000, 700, 500, 300, 60, 40
assert SCANS + ENTRIES + DRAFTS + LINES + SETTINGS + FILES + COMMANDS == 5_000
LONG: Final = 40
"""So many times as much in `make test-long`: 200,000."""
_LONG = pytest.mark.long


def _seeds(count: int) -> list[object]:
    """The seeds of the daily run, and all the others as a long one."""
    return [pytest.param(range(count), id="daily"),
            pytest.param(range(count, count * LONG), id="long", marks=_LONG)]  # fmt: skip


def _tried(seed: int, given: object, act: Callable[[], object]) -> bool:
    """Whether it was taken; a refusal names what is wrong. Anything else that is raised fails."""
    try:
        with within_a_second((seed, given)):
            act()
    except WardloopError as error:
        return _refused(seed, given, error)
    except Exception as error:
        error.add_note(f"seed {seed}: {given!r}"[:2_000])
        raise
    return True


def _refused(seed: int, given: object, error: WardloopError) -> bool:
    assert error.code, (seed, given)
    assert error.message, (seed, given)
    return False


SCANNED = (
    "(01)06901234567892(17)271130(10)LOT7(21)S1",
    "\x1d010690123456789217271130\x1d10LOT7",
    "]d2010690123456789217271100",
    "]C10106901234567892",
    "(8018)869012345678901234",
    "(00)106901234567890126",
    "=G123421234567800",
    "=%5100",
    "=<E0336V00",
    "&>0261201200",
    "=+123&2=G1234212345678003<=%5100=<E0336V00&>0261201200",
    "WL1P0012345678*1",
    "S2611240001",
)


@pytest.mark.parametrize("seeds", _seeds(SCANS))
def test_scans(seeds: range) -> None:
    for seed in seeds:
        rng = Random(seed)
        scan = torn(rng, rng.choice(SCANNED))
        _tried(seed, scan, lambda scan=scan: parse_scan(scan))  # type: ignore[misc]  # bound at once


LINES_OF = {
    ("barcode", "parse"): {"scan": SCANNED[0], "expect": "medication", "today": "2026-11-24"},
    ("timing", "expand"): {
        "frequency": "q8h", "start": "2026-11-24T08:00:00+08:00",
        "until": "2026-11-26T08:00:00+08:00", "time_zone": "Asia/Shanghai", "duration": "3 d",
    },
    ("blood", "compatible"): {
        "component": "red_cells", "patient": "O+", "unit": "O-", "age_years": 30, "sex": "F",
    },
    ("score", "news2"): {
        "respiratory_rate": 18, "spo2": 96, "supplemental_oxygen": False, "systolic_bp": 120,
        "pulse": 80, "consciousness": "A", "temperature": {"value": 37.1, "unit": "Cel"},
        "age_years": 60,
    },
    ("score", "kdigo_aki"): {
        "creatinine": [{"at": "2026-11-24T08:00:00+08:00", "value": 90}], "baseline": 70,
        "age_years": 60,
    },
    ("score", "clors"): {
        "age_years": 80, "charlson": 4, "egfr": 40, "news2": 7, "news2_red": True,
        "order_risks": [{"id": "a", "kind": "high_alert_a", "override": "none"}],
        "open_steps": [
            {"id": "b", "severity": "high", "limit_minutes": 30, "late_minutes": 12},
        ],
    },
}  # fmt: skip


@pytest.mark.parametrize("seeds", _seeds(LINES))
def test_lines_of_pure_commands(seeds: range) -> None:
    names = sorted(LINES_OF)
    for at, argv in enumerate(names):
        own = [seed for seed in seeds if seed % len(names) == at]
        lines = [json.dumps(mutated(Random(seed), LINES_OF[argv])) for seed in own]
        said = say(*argv, text="\n".join(lines) + "\n")
        assert said.code == 0, (argv, said.err)
        answers = said.out.splitlines()
        assert len(answers) == len(lines), argv
        for seed, line, answer in zip(own, lines, answers, strict=True):
            told = json.loads(answer)
            assert isinstance(told, dict), (seed, line)
            if "error" in told:
                assert told["error"]["message"], (seed, line)


@pytest.fixture(scope="module")
def ward() -> tuple[Shift, list[dict[str, object]], list[dict[str, object]]]:
    """A ward in memory with an order of each kind, and right entries to go wrong from."""
    shift = fake_shift()
    order = shift.ordered(shift.drug(dose_count=3))
    shift.verified(order)
    dose = shift.tasks(order)[0].id
    amounts = {"dose": "500 mg", "amount": "500 mg"}
    entries: list[dict[str, object]] = [
        {"task": dose, "step": "bedside_verified", "evidence": {"noscan_reason": "scanner down"},
         "scans": ["WL1P0012345678*1"], "at": "2026-11-24T07:00:00+08:00"},
        {"task": dose, "step": "admin_completed", "result": "complete", "evidence": amounts},
        {"task": dose, "exit": "refused", "code": "MX07", "reason": "asleep",
         "evidence": {"reason": "asleep", "education": True}},
        {"order": order, "act": "hold", "reason": "nil by mouth"},
        {"order": order, "act": "incident", "reason": "box dropped"},
        {"tasks": [dose, dose], "step": "prepared", "evidence": {"lot": "L1", "expiry": "2027-11"}},
        {"task": dose, "act": "correct", "step": "M10", "reason": "clock", "corrects": 3},
        {"task": dose, "step": "bedside_verified", "source": "retro", "witness": "zhao.min",
         "override": [{"check": "window", "reason": "late", "second": "zhao.min"}],
         "signature": {"method": "none"}, "co_signer": "son"},
    ]  # fmt: skip
    drafts: list[dict[str, object]] = [
        shift.drug(),
        shift.drug("HEP5000", dose="5000 [iU]", route="SC", frequency="bid"),
        {"tests": ["K"], "timing": "random", "priority": "STAT"},
        cast("dict[str, object]", hospital.TRANSFUSION["fields"]),
        cast("dict[str, object]", hospital.EXAMINATION["fields"]),
    ]
    return shift, entries, drafts


@pytest.mark.parametrize("seeds", _seeds(ENTRIES))
def test_records(
    seeds: range, ward: tuple[Shift, list[dict[str, object]], list[dict[str, object]]]
) -> None:
    shift, entries, _ = ward
    users = ("li.na", "dr.chen", "ph.qian", "nobody", "")
    for seed in seeds:
        rng = Random(seed)
        command = CommandId(f"{rng.getrandbits(64):016x}")  # no slip makes it another's
        given = mutated(rng, {"command_id": command, **rng.choice(entries)})
        if not isinstance(given, dict):
            continue  # the reader of the file refuses it: tried with whole commands
        before = shift.app.place.reads.content_of  # what was written is told by its command id
        user = rng.choice(users)

        def record(given: dict[str, object] = given, user: str = user) -> None:
            entry = parse_step_entry(given)
            shift.app.record_step(user=user, entry=entry)

        taken = _tried(seed, (user, given), record)
        if not taken and given.get("command_id") == command:
            assert before(command) is None, (seed, given)


@pytest.mark.parametrize("seeds", _seeds(DRAFTS))
def test_drafts(
    seeds: range, ward: tuple[Shift, list[dict[str, object]], list[dict[str, object]]]
) -> None:
    shift, _, drafts = ward
    kinds = ("medication", "medication", "test", "transfusion", "examination", "soup")
    for seed in seeds:
        rng = Random(seed)
        at = rng.randrange(len(drafts))
        kind = kinds[at] if rng.random() < 0.95 else rng.choice(kinds)
        fields = mutated(rng, drafts[at])
        if not isinstance(fields, dict):
            continue
        new = NewOrder(shift.stay, kind, fields)

        def draft(new: NewOrder = new) -> None:
            made = shift.app.draft_order(user="dr.chen", command=shift.new(), new=new).orders
            shift.app.sign_order(user="dr.chen", command=shift.new(), order=made[0])

        _tried(seed, (kind, fields), draft)


@pytest.mark.parametrize("seeds", _seeds(SETTINGS))
def test_settings(seeds: range, tmp_path: Path) -> None:
    lines = [line.removeprefix("# ") for line in example_settings().splitlines()]
    text = "\n".join(line for line in lines if " = " in line or line.startswith("["))
    tomllib.loads(text)
    file = tmp_path / "settings.toml"
    for seed in seeds:
        rng = Random(seed)
        given = broken_lines(rng, text)
        file.write_text(given, encoding="utf-8", errors="surrogatepass")
        _tried(seed, given, lambda: load_settings(file, environ={}))


SITE = (Path(__file__).parents[2] / "docs" / "site.md").read_text(encoding="utf-8")
SITE = SITE.split("## A whole example\n```toml\n")[1].split("```")[0]


@pytest.mark.parametrize("seeds", _seeds(FILES))
def test_loop_and_site_files(seeds: range, tmp_path: Path) -> None:
    shipped, fields = read_shipped_parts(profile="cn"), load_fields()
    loops = sorted(path for path in SHIPPED.glob("*.toml") if path.name != "fields.toml")
    for seed in seeds:
        rng = Random(seed)
        source = rng.choice(loops)
        of_site = seed % 2 == 0
        given = broken_lines(rng, SITE if of_site else source.read_text(encoding="utf-8"))
        file = tmp_path / ("site.toml" if of_site else source.name)
        file.write_text(given, encoding="utf-8", errors="surrogatepass")

        def prove(file: Path = file, of_site: bool = of_site) -> None:
            if of_site:
                for fault in faults_of(file, shipped):
                    assert fault.reason
            else:
                load_loop(file, fields=fields)

        _tried(seed, given, prove)


@pytest.fixture
def wardloop(tmp_path: Path) -> Wardloop:
    made = hospital.told_hospital(tmp_path)
    hospital.admitted(made)
    return made


COMMANDS_OF: tuple[tuple[tuple[str, ...], object, str], ...] = (
    (("order", "draft"), hospital.AMOXICILLIN, "chen.wei"),
    (("order", "draft"), hospital.TRANSFUSION, "chen.wei"),
    (("patient", "admit"), {**hospital.PATIENT, "mrn": "0099", "bed": "02"}, "li.na"),
    (("user", "add"), {"user": "new", "name": "NEW", "roles": ["nurse"]}, "zhao.lei"),
    (("ward", "set"), hospital.WARD, "zhao.lei"),
    (("observe", "vitals"), {"mrn": "0012345678", "pulse": 80, "spo2": 97}, "sun.li"),
    (("allergy", "record"), {"mrn": "0012345678", "substance": "penicillins"}, "sun.li"),
    (("incident", "follow-up"), {"subject": "x#1", "state": "closed", "note": "seen"}, "li.na"),
)


@pytest.mark.parametrize("seeds", _seeds(COMMANDS))
def test_commands_leave_nothing_half_written(seeds: range, wardloop: Wardloop) -> None:
    for seed in seeds:
        rng = Random(seed)
        argv, right, user = rng.choice(COMMANDS_OF)
        given = (
            json.dumps(mutated(rng, right)) if rng.random() < 0.8 else torn(rng, json.dumps(right))
        )
        before = wardloop.events()
        with within_a_second((seed, argv, given)):
            said = wardloop(*argv, "--json", given=given, user=user)
        assert said.code in (0, 1, 2), (seed, given)
        assert "Traceback" not in said.err, (seed, given)
        if said.code:
            assert json.loads(said.err)["error"]["message"], (seed, given)
            assert wardloop.events() == before, (seed, given)
    assert wardloop("db", "verify").code == 0
