"""The part of `docs/commands.md` about secrets, roles for a time, and stays opened in need."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from domain.grants import Verdict
from tests.end_to_end import hospital

if TYPE_CHECKING:
    from tests.end_to_end.documented import Page

SURGERY = {"ward": "5B", "name": "Surgery", "name_zh": "外科", "beds": ["01", "02"]}
FAN = {"user": "fan.yu", "name": "FAN, Yu", "roles": ["nurse"], "wards": ["5B"]}
REVIEWER = {"user": "gao.jie", "name": "GAO, Jie", "roles": ["nursing_manager"]}


def add_people(page: Page) -> None:
    """Lend roles, open a stay in need, then secure another copy of the hospital."""
    _for_a_time(page)
    _in_need(page)
    _secrets(page)


def _for_a_time(page: Page) -> None:
    page.title(
        "user grant, delegate, show",
        "Who names wards works on these and sees their patients only; who names none works on "
        "every ward (`docs/permissions.md`). A role\nfor a time is lent for a shift, by who is in "
        "charge, or handed on by who holds it, to the same profession. It ends by itself.",
    )
    page.wardloop.does("ward", "set", given=SURGERY, user="zhao.lei")
    for person in (FAN, REVIEWER):
        page.wardloop.does("user", "add", given=person, user="zhao.lei")
    shift = {
        "user": "fan.yu",
        "role": "nurse",
        "ward": "3A",
        "ends_at": "2026-11-24T23:00:00+08:00",
        "reason": "two nurses are ill",
    }
    said = page.wardloop.does("user", "grant", given=shift, user="li.na")
    page.names[said["grant"]] = "GRANT"
    page.runs("user", "grant", given={**shift, "role": "physician"}, user="li.na")
    handed = {"user": "sun.li", "role": "charge_nurse", "ends_at": shift["ends_at"]}
    page.runs("user", "delegate", given={**handed, "reason": "at a meeting"}, user="li.na")
    page.runs("user", "show", "fan.yu", user="li.na")
    page.runs("user", "take-back", given={"grant": said["grant"]}, user="li.na")


def _in_need(page: Page) -> None:
    page.title(
        "access",
        "Somebody of another ward opens one patient's stay for four hours, with a reason. It "
        "stands in the journal and in the audit trail;\nmedical affairs or a nursing manager "
        f"review it (`verdict`: {', '.join(one.value for one in Verdict)}), nobody their own.",
    )
    stay = page.id("STAY")
    page.runs("patient", "show", "--encounter", stay, user="fan.yu")
    page.runs(
        *("access", "open", "--json"),
        given={"encounter": stay, "reason": "called to a resuscitation"},
        user="fan.yu",
        learns=("grant", "OPENING"),
    )
    page.runs("access", "list", user="gao.jie")
    verdict = {"grant": page.id("OPENING"), "verdict": "justified", "text": "asked the ward"}
    page.runs("access", "review", given=verdict, user="gao.jie")


def _secrets(page: Page) -> None:
    page.title(
        "user secret",
        "A database is open until an administrator sets the first secret (at the first `user add`, "
        "or later); from then on nobody acts without\none. A secret comes from `--secret-file` (a "
        "file that only its owner can read), else from the first line of standard input where\n"
        "`--file -` does not use it, else a terminal asks. The witness's comes from "
        "`--witness-secret-file`, else the next line; a new one from\n`--new-secret-file`, else "
        "the next line. A password has 8 characters or more, a PIN (`--pin`) six digits. Three "
        "wrong ones are free,\nthen each try waits: 30 s, 1 min, 2 min, to 15 min.",
    )
    own = page.wardloop
    with tempfile.TemporaryDirectory() as folder:
        page.wardloop = hospital.told_hospital(Path(folder))
        page.runs("user", "secret", user="zhao.lei", text="river-under-stone\n")
        giving = "river-under-stone\ngiven by the chief\n"
        page.runs("user", "secret", "--for", "li.na", user="zhao.lei", text=giving)
        page.runs("patient", "list", user="li.na", text="given by the chief\n")
        page.runs("user", "secret", "--pin", user="li.na", text="given by the chief\n480291\n")
        page.runs("patient", "list", user="li.na", text="480291\n")
        page.runs("patient", "list", "--json", user="li.na", text="480000\n")
        page.runs("patient", "list", user="sun.li")
    page.wardloop = own
