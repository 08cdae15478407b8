"""The part of `docs/commands.md` about near misses, approvals and records that leave the ward."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from domain.safety import FollowUpState, SafetyKind

if TYPE_CHECKING:
    from tests.end_to_end.documented import Page

OFFICER = {"user": "feng.li", "name": "FENG, Li", "roles": ["medical_affairs"]}


def add_safety(page: Page) -> None:
    """Look at what went wrong, follow one up, agree to a change, take records out."""
    page.title(
        "incident, site approve, export",
        "`incident list` is read from the journal and the audit trail, nothing is entered for it: "
        f"`kind` is {', '.join(kind.value for kind in SafetyKind)};\n`state` "
        f"{', '.join(state.value for state in FollowUpState)}. An incident is reported by `step "
        "record` with the act `incident`. In a secured database a site\nfile counts once two "
        "persons have agreed to it; one that is changed afterwards counts as it was agreed to.\n"
        "`export deidentified` writes JSON lines: days moved per patient, pseudonyms of this "
        "export alone, no free text.",
    )
    page.wardloop.does("user", "add", given=OFFICER, user="zhao.lei")
    dropped = {
        "command_id": "incident-1",
        "act": "incident",
        "order": page.id("TEST"),
        "reason": "the tube was dropped and broke",
    }
    page.runs("step", "record", given=dropped, user="sun.li", at="16:05")
    # stops are told by the true clock: another minute in each run
    found = page.wardloop.does("incident", "list", "--kind", "incident", user="feng.li")
    page.runs("incident", "list", "--kind", "incident", user="feng.li", most=8)
    subject = found[0]["subject"]
    page.names[subject] = "SUBJECT"
    note = {"subject": subject, "state": "reviewing", "note": "asked the nurse; label was torn"}
    page.runs("incident", "follow-up", given=note, user="feng.li")
    page.runs("incident", "follow-up", given={**note, "state": "done"}, user="feng.li")
    page.runs("incident", "list", user="sun.li")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "site.toml"
        file.write_text(
            'format = 1\nversion = "2026-12"\napproved_by = ["pharm.lead", "medical.affairs"]\n'
            "[loops.medication.limits.TM01]\nwithin = [1, 2, 5]\n",
            encoding="utf-8",
        )
        page.names[str(file)] = "site.toml"
        page.runs("site", "approve", str(file), user="feng.li")
        page.runs("site", "approve", str(file), user="zhao.lei")
        page.runs("site", "approvals", user="zhao.lei")
        out = str(Path(folder) / "research")
        page.names[out] = "research"
        page.runs("export", "deidentified", "--out", out, user="feng.li")
