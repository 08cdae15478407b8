"""Writes `docs/commands.md` by running every command in it; a test holds the file to it.

After a change: `.venv/bin/python -m tests.end_to_end.documented`.
"""

from __future__ import annotations

import json
import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from domain.barcodes import gs1_element_string, wristband
from domain.people import Role
from domain.services.catalogue_columns import COLUMNS
from tests.end_to_end import hospital
from tests.end_to_end.command_line import Said, Wardloop, say
from tests.end_to_end.documented_audit import add_audit
from tests.end_to_end.documented_bedside import add_bedside
from tests.end_to_end.documented_keeping import add_keeping
from tests.end_to_end.documented_people import add_people
from tests.end_to_end.documented_safety import add_safety
from tests.end_to_end.documented_scores import add_scores

FILE: Final = Path(__file__).parents[2] / "docs" / "commands.md"
_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}")
_HEAD: Final = """\
# The commands

What the window does can be done by a command. This page is written by running it
(`.venv/bin/python -m tests.end_to_end.documented`), and a test holds it to what the program says.
`<` marks what the file or standard input holds. Ids are shortened to words: STAY, ORDER, DOSE, or
to `…`.

- Options of every command, before or after its name: `--database URL`, `--settings FILE`,
  `--site FILE` (a hospital's site file), `--now INSTANT` (a frozen clock, ISO 8601 with zone),
  `--rewind` (let it stand before the last record, demo data only), `--user NAME` (who acts; else
  the variable `WARDLOOP_USER`), `--json` (one JSON document instead of a table).
- Exit 0: done. 1: refused or found wanting. 2: wrong usage. The reason stands on standard error,
  with `--json` as `{"error": {"code", "message", "field", "findings": [...]}}`.
- `--file FILE` is a JSON object in UTF-8; `-` is standard input. null counts as absent. A name
  that the command does not know, a name that stands twice and a time without zone are refused;
  nothing is written then. Amounts are text or `{"value": "2.5", "unit": "mg"}`.
- Every entry may have `command_id`, and `step record` must: sent a second time under the same id,
  it changes nothing, and `--json` says `"repeated": true`; the id of another command is refused.
  So a dose that is sent again after a broken connection is not given twice. Ids that callers choose
  are 1 to 64 of letters, digits, `-`, `_` and `.`. `actor`, where given, must be `--user`; only an
  interface account (a user with the role `system` alone) may name another, with the source
  `interface` or `import`. `signature`, where given, is `{"method": "none"}` in an open database, in
  a secured one the kind of secret that was entered for the act.
- `--secret-file FILE`, `--witness-secret-file FILE`: secrets, where the database is secured (see
  `user secret`).
- In place of `encounter`, `mrn` names the patient's present stay.
- `wardloop` alone opens the desktop.
"""


@dataclass
class Page:
    """The page as it grows, on a hospital that grows with it."""

    wardloop: Wardloop
    parts: list[str] = field(default_factory=lambda: [_HEAD])
    names: dict[str, str] = field(default_factory=dict)

    def title(self, text: str, prose: str = "") -> None:
        self.parts.append(f"## {text}\n" + (f"{prose}\n" if prose else ""))

    def runs(
        self,
        *argv: str,
        given: object = None,
        user: str | None = None,
        at: str | None = None,
        text: str | None = None,
        most: int = 40,
        learns: tuple[str, str] | None = None,
    ) -> Said:
        """Run a command and show its input and answer; of a long one the first lines.

        `learns` gives the id under a key of the JSON answer a name.
        """
        if at is not None:
            self.wardloop.now = f"2026-11-24T{at}:00+08:00"
        said = self.wardloop(*argv, given=given, user=user, text=text)
        if learns is not None:
            self.names[str(said.json[learns[0]])] = learns[1]
        shown = " ".join(f"'{word}'" if " " in word else word for word in argv)
        file = " --file -" if given is not None else ""
        who = f" --user {user}" if user is not None else ""
        when = f"$ wardloop {shown}{file}{who}" + (f" --now {self.wardloop.now}" if at else "")
        lines = [when]
        if given is not None:
            entry = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
            lines += [f"< {line}" for line in entry.rstrip().splitlines()]
        if text is not None:
            lines += [f"< {line}" for line in text.rstrip().splitlines()]
        out = (said.out + said.err).rstrip().splitlines()
        lines += out[:most] + ["…"] * (len(out) > most)
        if said.code:
            lines.append(f"(exit {said.code})")
        self.parts.append("```console\n" + self._named("\n".join(lines)) + "\n```\n")
        return said

    def id(self, name: str) -> str:
        """The id of a name."""
        return next(value for value, known in self.names.items() if known == name)

    def _named(self, text: str) -> str:
        """Ids as words, this machine's paths as a name: the page is the same tomorrow."""
        text = text.replace(self.wardloop.url, "sqlite:///ward.db")
        for value, name in self.names.items():
            text = text.replace(value, name)
        return _ID.sub("…", text)

    def whole(self) -> str:
        return "\n".join(self.parts)


def written() -> str:
    """The page."""
    with tempfile.TemporaryDirectory() as folder:
        page = Page(Wardloop(Path(folder)))
        _people(page)
        _catalogues(page)
        _patients(page)
        _orders(page)
        _steps(page)
        _more_orders(page)
        add_bedside(page)
        add_safety(page)
        add_audit(page)
        add_people(page)
        _end_of_stay(page)
        _definitions(page)
        add_scores(page)
        _workstation(page)
        add_keeping(page)
        return page.whole()


def _people(page: Page) -> None:
    page.title(
        "user, ward, staff",
        "The first user of a new database adds themselves, as administrator.\nRoles: "
        + ", ".join(f"`{role.value}`" for role in Role if role is not Role.SYSTEM)
        + ".",
    )
    page.runs("user", "add", given=hospital.ADMINISTRATOR, user="zhao.lei")
    for person in hospital.PEOPLE:
        if person is hospital.PEOPLE[0]:
            page.runs("user", "add", given=person, user="zhao.lei")
        else:
            page.wardloop.does("user", "add", given=person, user="zhao.lei")
    page.runs("user", "list", user="zhao.lei")
    page.runs("ward", "set", given=hospital.WARD, user="zhao.lei")
    page.runs("ward", "list", user="li.na")


def _catalogues(page: Page) -> None:
    page.title(
        "catalogue",
        "CSV in UTF-8; the first line names the columns, in any order, and only `code`, `name`, "
        "`name_zh` must be there. A list is written with `;`, yes\nand no as `true` and `false`, "
        "an amount as `500 mg`. `ward_stock` lists wards, `*` is all. All of a file is taken or "
        "nothing; `--from INSTANT` says from when.",
    )
    rows = [f"| {kind} | {' '.join(one.name for one in COLUMNS[kind])} |" for kind in COLUMNS]
    page.parts.append("\n".join(["| kind | columns |", "|---|---|", *rows]) + "\n")
    for kind, text in hospital.CATALOGUES.items():
        page.runs("catalogue", "import", kind, given=text, user="zhao.lei")
    page.runs("catalogue", "list", "drug", user="li.na")
    page.runs("catalogue", "import", "drug", given="code,name\nA,B\n", user="zhao.lei")


def _patients(page: Page) -> None:
    page.title("patient, staff")
    page.runs(
        *("patient", "admit", "--json"),
        given=hospital.PATIENT,
        user="li.na",
        learns=("encounter", "STAY"),
    )
    stay = page.id("STAY")
    none_known = {"encounter": stay, "none_known": True}
    page.wardloop.does("allergy", "record", given=none_known, user="li.na")
    page.runs("patient", "list", "--ward", "3A", user="li.na")
    again = {**hospital.PATIENT, "mrn": "0055555555"}
    page.runs("patient", "admit", given=again, user="li.na")
    page.runs("patient", "admit", "--json", given=again, user="li.na")
    shift = {
        "ward": "3A",
        "starts_at": "2026-11-24T08:00:00+08:00",
        "ends_at": "2026-11-24T20:00:00+08:00",
    }
    page.runs("staff", "assign", given={**shift, "nurses": {stay: "sun.li"}}, user="li.na")
    duties = [{"kind": "doctor", "practitioner": "chen.wei"}]
    page.runs("staff", "roster", given={**shift, "duties": duties}, user="li.na")


def _orders(page: Page) -> None:
    page.title(
        "order",
        "`kind` is a loop; `fields` are those of its file: `wardloop loops show KIND --schema`. "
        "What the catalogue says of a field need not be said again.",
    )
    page.runs(
        *("order", "draft", "--json"),
        given=hospital.AMOXICILLIN,
        user="chen.wei",
        learns=("order", "ORDER"),
    )
    order = page.id("ORDER")
    page.runs("order", "sign", given={"order": order}, user="chen.wei")
    shown = page.wardloop.does("order", "show", order, user="chen.wei")
    page.names[str(shown["tasks"][0]["id"])] = "DOSE"
    for name, entry, clock in (
        ("EXAMINATION", hospital.EXAMINATION, "08:01"),
        ("TEST", hospital.TEST, "08:02"),
        ("TRANSFUSION", hospital.TRANSFUSION, "08:03"),
    ):
        page.wardloop.now = f"2026-11-24T{clock}:00+08:00"
        page.runs(
            *("order", "draft", "--json"),
            given=entry,
            user="chen.wei",
            most=3,
            learns=("order", name),
        )
    wrong = {**hospital.AMOXICILLIN, "fields": {**hospital.DOSE, "dose": "500"}}
    page.runs("order", "draft", given=wrong, user="chen.wei")


def _steps(page: Page) -> None:
    page.title(
        "step, worklist",
        "`step` is an id or a number of the loop; answers use the id. `exit` (+ `code`) ends a "
        "task another way, `answer` (+ `code`) answers what was asked.",
    )
    order, dose = page.id("ORDER"), page.id("DOSE")
    pack = gs1_element_string([("01", "06901234567892"), ("17", "280630"), ("10", "B7")])
    band = wristband("0012345678", 1)

    def record(at: str, user: str, **entry: object) -> None:
        page.runs(
            "step", "record", given={"command_id": at.replace(":", "."), **entry}, user=user, at=at
        )

    page.runs("worklist", "--role", "pharmacist", user="wu.min", at="08:10")
    record("08:11", "li.na", order=order, step="nurse_verified", result="verified")
    record("08:20", "wu.min", order=order, step="M3", result="approved")
    record("08:30", "he.jun", task=dose, step="prepared", scans=[pack])
    record("08:40", "wu.min", task=dose, step="dispense_checked", scans=[pack])
    record("08:55", "sun.li", task=dose, step="received", evidence={"count": 1})
    page.runs("worklist", "--role", "nurse", "--ward", "3A", "--mine", user="sun.li", at="11:30")
    page.runs("worklist", "--role", "nurse", "--json", user="sun.li", at="11:30")
    other = [wristband("0055555555", 1), pack]
    record("11:57", "sun.li", task=dose, step="bedside_verified", scans=other)
    record("11:58", "sun.li", task=dose, step="bedside_verified", scans=[band, pack])
    amounts = {"dose": "500 mg", "amount": "500 mg"}
    given = {"step": "admin_started", "result": "complete", "evidence": amounts}
    record("12:01", "sun.li", task=dose, **given)
    page.runs("order", "show", order, user="chen.wei", at="12:30")
    record("14:00", "chen.wei", order=order, step="physician_confirmed")
    page.runs("order", "show", order, "--json", user="chen.wei", at="14:00", most=60)


def _more_orders(page: Page) -> None:
    page.title(
        "order revise, hold, release, discontinue, cancel",
        "A draft is changed in place; a signed order is replaced by a new one, and goes on until "
        "that one is signed (`sign`: in the same act).",
    )
    doses = {**hospital.DOSE, "dose_count": None, "start": "2026-11-24T14:30:00+08:00"}
    entry = {**hospital.AMOXICILLIN, "fields": doses}
    long = str(page.wardloop.does("order", "draft", given=entry, user="chen.wei")["order"])
    page.names[long] = "LONG_ORDER"
    page.wardloop.does("order", "sign", given={"order": long}, user="chen.wei")
    page.wardloop.now = "2026-11-24T14:05:00+08:00"
    page.runs("order", "hold", given={"order": long, "reason": "vomits"}, user="chen.wei")
    page.runs("order", "release", given={"order": long}, user="chen.wei")
    change = {"order": long, "fields": {"dose": "1000 mg"}, "sign": True}
    page.runs(
        *("order", "revise", "--json"),
        given=change,
        user="chen.wei",
        most=3,
        learns=("order", "NEW_ORDER"),
    )
    stop = {"order": page.id("NEW_ORDER"), "reason": "fever gone"}
    page.runs("order", "discontinue", given=stop, user="chen.wei")
    page.runs("order", "cancel", given={"order": page.id("EXAMINATION")}, user="chen.wei")
    page.runs("watch", "--once")


def _end_of_stay(page: Page) -> None:
    page.title("patient, to the end of the stay")
    stay = page.id("STAY")
    page.runs("patient", "band", given={"encounter": stay}, user="li.na")
    page.runs(
        "patient", "transfer", given={"encounter": stay, "ward": "3A", "bed": "02"}, user="li.na"
    )
    page.runs(
        "patient", "discharge", given={"mrn": "0012345678", "destination": "home"}, user="li.na"
    )
    page.runs("patient", "show", "--mrn", "0012345678", user="li.na")
    second = {**hospital.PATIENT, "mrn": "0055555555", "name": "WANG, Xiao Ming"}
    page.wardloop.does("patient", "admit", given=second, user="li.na")
    page.runs(*("patient", "death", "--json"), given={"mrn": "0055555555"}, user="chen.wei", most=3)
    link = {"mrn": "0055555555", "into": "0012345678"}
    page.runs("patient", "link", given=link, user="zhao.lei")
    page.runs("user", "disable", given={"user": "sun.li"}, user="zhao.lei")


def _definitions(page: Page) -> None:
    page.title("loops", "`loops draw LOOP --out FILE.svg` draws a loop in both languages.")
    page.runs("loops", "list")
    page.runs("loops", "show", "medication_return", most=60)
    page.runs("loops", "show", "test", "--schema", most=12)
    file = str(Path("rules/loops/medication_return.toml"))
    page.runs("loops", "check", file)
    page.title(
        "timing, barcode, blood",
        "JSON lines in, JSON lines out, in order; a bad line is answered by its error and the "
        "rest go on. Blank lines are bad lines.",
    )
    frequency = {
        "frequency": "q8h",
        "start": "2026-03-02T09:10",
        "until": "2026-03-03T00:30",
        "time_zone": "Asia/Shanghai",
    }
    spoilt = {**frequency, "frequency": "now and then"}
    page.runs("timing", "expand", text=f"{json.dumps(frequency)}\n{json.dumps(spoilt)}\n")
    scan = json.dumps({"scan": "]d2010690123456789217280630\u001d10B7"})
    page.runs("barcode", "parse", text=scan + "\n")
    unit = {"component": "red_cells", "patient": "A-", "unit": "A+", "sex": "M", "age_years": 70}
    asked = (unit, {**unit, "emergency": True}, {**unit, "unit": "O-"}, {**unit, "unit": "C+"})
    page.runs("blood", "compatible", text="".join(f"{json.dumps(one)}\n" for one in asked))


def _workstation(page: Page) -> None:
    page.title(
        "db, settings, site, doctor, import",
        "`settings example` prints a settings file with every field explained. `doctor` looks at "
        "settings, display, fonts, printers, clock,\nloops, disk and database, says what to do, "
        "and answers 1 only where something stops work. `import mimic-iv DIR [--time-zone "
        "-05:00]`\ntakes in a folder in the layout of MIMIC-IV and accounts for every row. "
        "`site check FILE [--preview]` proves what a hospital\nchanges, and says it beside what is "
        "shipped: docs/site.md has a whole example.",
    )
    page.runs("db", "verify")
    page.runs("db", "rebuild")
    page.runs("db", "upgrade")
    example = say("settings", "example").out.splitlines()
    page.parts.append(
        "```console\n$ wardloop settings example\n" + "\n".join([*example[:9], "…"]) + "\n```\n"
    )


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
