"""The part of `docs/commands.md` about the audit trail, its seals and its proof."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from domain.services.audit_trail import ACTIONS
from domain.services.unusual import MANY, Oddity

if TYPE_CHECKING:
    from tests.end_to_end.documented import Page

MRN: Final = "0012345678"
AUDITOR: Final = {"user": "he.ping", "name": "HE, Ping", "roles": ["nursing_manager"]}
NAMESAKE: Final = {"user": "wang.jun", "name": "WANG, Jun", "name_zh": "王军", "roles": ["nurse"]}
_TRUE_TIME: Final = re.compile(r"\b20\d\d-\d\d-\d\d \d\d:\d\d(:\d\d)?")
_KEY_FILE: Final = re.compile(r"lies in \S+,")


def add_audit(page: Page) -> None:
    """Look into the trail, seal it, prove it."""
    page.title(
        "audit",
        "Who saw or changed anything: audit trail and journal in one list, the latest first; for "
        "administrators, medical affairs and nursing\nmanagers. `--user` is who asks, `--by` whose "
        f"deeds are shown. `--action` is one of {', '.join(ACTIONS)};\n`recorded` stands in the "
        "journal, all others in the trail. The trail goes by the true clock also where `--now` "
        "stands. `audit unusual`\nlists looks that somebody should ask about: "
        f"{', '.join(Oddity)} ({MANY} or more in 10 minutes).\n`audit seal` is done by a watch "
        "every 15 minutes and when it stops; `audit verify` proves everything against the seals: "
        "[security.md](security.md).",
    )
    for person in (AUDITOR, NAMESAKE):
        page.wardloop.does("user", "add", given=person, user="zhao.lei")
    page.wardloop.does("order", "show", page.id("TEST"), user="wang.jun")
    _shows(
        page, "audit", "show", "--patient", MRN, "--action", "read", "--limit", "4", who="he.ping"
    )
    _shows(page, "audit", "show", "--by", "wang.jun", who="he.ping")
    _shows(page, "audit", "show", "--by", "wang.jun", who="wang.jun")
    _shows(page, "audit", "unusual", "--patient", MRN, who="he.ping")
    _shows(page, "audit", "verify", who="he.ping")
    _shows(page, "audit", "seal", who="zhao.lei")
    _shows(page, "audit", "seal", who="he.ping")


def _shows(page: Page, *argv: str, who: str) -> None:
    """Run a command; the true time and the place of the key stand as words."""
    page.runs(*argv, user=who)
    shown = _TRUE_TIME.sub(_in_words, page.parts[-1])
    page.parts[-1] = _KEY_FILE.sub("lies in ~/.config/wardloop/keys/site.key,", shown)


def _in_words(found: re.Match[str]) -> str:
    return "yyyy-mm-dd hh:mm:ss" if found[1] else "yyyy-mm-dd hh:mm"
