"""`risk show`: the work-prioritisation score of a patient or a ward, every point with its cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.cli.errors import UsageError
from client.cli.output import table

if TYPE_CHECKING:
    from client.app import App
    from client.cli.call import Call
    from client.cli.parser import Commands
    from domain.ids import EncounterId, PatientId
    from domain.situation import RiskCause, RiskStanding


def add(commands: Commands) -> None:
    """Put the commands on the command line."""
    group = commands.group("risk", "which patient's open loops to look at first")
    showing = group.command(
        "show",
        show,
        "the score with every point's cause; it is no probability",
        more="--patient takes a patient's id or record number.",
    )
    showing.add_argument("--patient", metavar="ID", help="one patient")
    showing.add_argument("--ward", metavar="WARD", help="all patients of a ward, highest first")


def show(call: Call) -> int:
    """`wardloop risk show`."""
    patient, ward = call.text_option("patient"), call.text_option("ward")
    if (patient is None) == (ward is None):
        raise UsageError("name --patient or --ward", field="patient")
    if patient is not None:
        return _of_patient(call, patient)
    return _of_ward(call, ward or "")


def _of_patient(call: Call, named: str) -> int:
    from domain.errors import NotFound
    from domain.ids import PatientId

    app = call.app()
    known = app.reads.patient(PatientId(named)) or app.reads.patient_by_mrn(named)
    stay = None if known is None else app.reads.encounter_of_patient(known.id)
    if known is None or stay is None:
        raise NotFound("patient", named, right="the id or record number of a patient with a stay")
    standing = app.show_risk(user=call.user(), encounter=stay.id, now=app.now())
    return call.answer(to_json(app, known.id, standing), _words(standing))


def _of_ward(call: Call, named: str) -> int:
    from domain.errors import NotFound
    from domain.ids import WardId

    app, user = call.app(), call.user()
    known = sorted(one.id for one in app.list_wards(user=user))
    if named not in known:
        raise NotFound("ward", named, right=f"one of {', '.join(known)}")
    found = app.ward_risks(user=user, ward=WardId(named), now=app.now())
    ordered = sorted(found.items(), key=lambda one: (-one[1].risk.score, one[0]))
    rows = [to_json(app, _patient(app, stay), standing) for stay, standing in ordered]
    words = table(
        ("SCORE", "BAND", "NEWS2", "BED", "NAME", "FIRST CAUSE", "PATIENT"),
        [
            (
                str(standing.risk.score),
                standing.risk.band,
                _news2(standing),
                *_who(app, stay),
                _first(standing),
                _patient(app, stay),
            )
            for stay, standing in ordered
        ],
        empty="Nobody lies here.",
    )
    return call.answer(rows, words)


def _patient(app: App, stay: EncounterId) -> PatientId:
    from domain.ids import PatientId

    found = app.reads.encounter(stay)
    return PatientId("") if found is None else found.patient_id


def _who(app: App, stay: EncounterId) -> tuple[str, str]:
    """Bed and name: by these a ward knows its patients."""
    found = app.reads.encounter(stay)
    known = None if found is None else app.reads.patient(found.patient_id)
    if found is None or known is None:
        return "", ""
    return found.bed, f"{known.name} {known.name_zh}".strip()


def to_json(app: App, patient: PatientId, standing: RiskStanding) -> dict[str, object]:
    """A score as commands.md has it."""
    risk = standing.risk
    return {
        "patient": patient,
        "score": risk.score,
        "band": risk.band,
        "as_of": standing.as_of,
        "news2": risk.news2 or {"score": None, "band": None, "complete": False},
        "causes": [_cause(app, one) for one in risk.causes],
        "model": risk.model,
        "config_sha256": risk.config_sha256,
    }


def _about(app: App, subject: str | None) -> dict[str, object]:
    """The order or task that a cause is about."""
    from domain.ids import OrderId

    if subject is None:
        return {}
    is_order = app.reads.encounter_of_order(OrderId(subject)) is not None
    return {"order" if is_order else "task": subject}


def _cause(app: App, one: RiskCause) -> dict[str, object]:
    return {
        "cause": one.cause,
        "domain": one.domain,
        "points": one.points,
        "hazard": one.hazard / 1000,
        **_about(app, one.subject),
        "rule": one.rule,
        "since": one.since,
    }


def _words(standing: RiskStanding) -> str:
    risk = standing.risk
    head = f"{risk.score} {risk.band} (NEWS2 {_news2(standing)}), {risk.model}"
    causes = table(
        ("POINTS", "CAUSE", "DOMAIN", "RULE", "ABOUT"),
        [
            (str(one.points), one.cause, one.domain, one.rule or "", one.subject or "")
            for one in risk.causes
        ],
        empty="Nothing adds to it.",
    )
    return f"{head}\n{causes}\nIt says which open work to look at first; it is no probability."


def _news2(standing: RiskStanding) -> str:
    score = standing.risk.news2.get("score")
    return "-" if score is None else str(score)


def _first(standing: RiskStanding) -> str:
    causes = standing.risk.causes
    if not causes:
        return ""
    first = causes[0]
    words = first.cause.replace("_", " ")
    return f"{words} ({first.rule})" if first.subject else words
