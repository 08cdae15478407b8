"""Who signed a step, beside the loop picture and in its table; and that it no longer holds."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from client.presenters.evidence import evidence_rows
from client.presenters.loop_details import node_details
from client.presenters.loop_page import LoopData, picture_of, read_loop
from client.texts import Language
from domain.ids import PractitionerId
from domain.services.step_entry import parse_step_entry
from tests.desktop.secured_ward import secured_ward
from tests.desktop.ward import formats
from tests.desktop.ward_sample import Sample
from tests.secured import secret_of, secrets

WELL = {
    "en": "signed: ZHOU, Hao, confirmed 08:05",
    "zh": "签名：周浩，确认 08:05",
}
BROKEN = {
    "en": "SIGNATURE DOES NOT HOLD: ZHOU, Hao, confirmed 08:05",
    "zh": "签名无效：周浩，确认 08:05",
}


def confirmed(folder: Path) -> Sample:
    """Dr Zhou stopped bisoprolol after its first dose, and signed that the order is done."""
    sample = secured_ward(folder)
    app, order = sample.app, sample.orders["bisoprolol"]
    for user in ("zhou.hao", "li.na"):
        app.sign_in(user=user, secret=secret_of(user))
    app.discontinue_order(user="zhou.hao", command=app.new_command(), order=order, reason="slow")
    sample.do("li.na", "bisoprolol", "M17")
    evidence = {"comment": "pulse 48", "exceptions_seen": 0}
    line = {"command_id": app.new_command(), "order": order, "step": "M16", "evidence": evidence}
    app.record_step(user="zhou.hao", entry=parse_step_entry(line), secrets=secrets("zhou.hao"))
    return sample


def read(sample: Sample) -> LoopData:
    found = read_loop(sample.app, sample.orders["bisoprolol"], user=PractitionerId("zhou.hao"))
    assert found is not None
    return found


def shown(sample: Sample, language: Language) -> tuple[str, str]:
    """What the table and the details say of M16."""
    data, words, now = read(sample), formats(language), sample.app.now()
    order = sample.orders["bisoprolol"]
    rows = evidence_rows(data, [order], now=now, formats=words)
    row = next(one for one in rows if one.node == f"{order}/M16")
    picture = picture_of(data, task=None, step="", now=now, formats=words)
    details = node_details(data, picture, f"{order}/M16", now=now, formats=words)
    assert details is not None
    return row.cell("evidence").text, details.text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_signature_is_shown_and_its_loss_too(tmp_path: Path, language: Language) -> None:
    sample = confirmed(tmp_path)
    table, details = shown(sample, language)
    assert WELL[language] in table
    assert WELL[language] in details
    file = sample.settings.database.removeprefix("sqlite:///")
    with closing(sqlite3.connect(file, isolation_level=None)) as raw:
        for (name,) in raw.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        raw.execute("UPDATE journal SET payload = replace(payload, 'pulse 48', 'pulse 84')")
    table, details = shown(sample, language)
    assert table.startswith(BROKEN[language])
    assert BROKEN[language] in details
    sample.app.close()
