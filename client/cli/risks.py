"""`risk show`: the work-prioritisation score of a patient or a ward, every point with its cause."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from client.cli.errors import UsageError
from client.cli.output import moment, table

if TYPE_CHECKING:
    from datetime import tzinfo

    from client.app import App
    from client.cli.call import Call
    from client.cli.parser import Commands
    from domain.ids import EncounterId, PatientId
    from domain.situation import RiskCause, RiskScore, RiskStanding


Words: TypeAlias = "list[dict[str, str]]"
"""Of each cause its words by language."""


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
    from client.cli.ward_time import zone_of_order
    from domain.errors import NotFound
    from domain.ids import PatientId

    user, app = call.user(), call.app()  # who has not signed in does not even learn who is here
    known = app.reads.patient(PatientId(named)) or app.reads.patient_by_mrn(named)
    stay = None if known is None else app.reads.encounter_of_patient(known.id)
    if known is None or stay is None:
        raise NotFound("patient", named, right="the id or record number of a patient with a stay")
    standing = app.show_risk(user=user, encounter=stay.id, now=app.read_at(stay.id))
    words = _Words(call, app)
    said = words.of(stay.id, standing.risk)
    shown = _shown(standing, said, words, zone_of_order(app, stay.id))
    return call.answer(_to_json(app, known.id, standing, said), shown)


def _of_ward(call: Call, named: str) -> int:
    from domain.errors import NotFound
    from domain.ids import WardId

    app, user = call.app(), call.user()
    known = sorted(one.id for one in app.list_wards(user=user))
    if named not in known:
        raise NotFound("ward", named, right=f"one of {', '.join(known)}")
    found = app.ward_risks(user=user, ward=WardId(named), now=app.read_at())
    ordered = sorted(found.items(), key=lambda one: (-one[1].risk.score, one[0]))
    words = _Words(call, app)
    said = {stay: words.of(stay, standing.risk) for stay, standing in ordered}
    rows = [_to_json(app, _patient(app, stay), one, said[stay]) for stay, one in ordered]
    shown = table(
        ("SCORE", "BAND", "NEWS2", "BED", "NAME", "HEAVIEST CAUSE", "PATIENT"),
        [
            (
                str(standing.risk.score),
                standing.risk.band,
                _news2(standing),
                *_who(app, stay),
                words.heaviest(standing.risk, said[stay]),
                _patient(app, stay),
            )
            for stay, standing in ordered
        ],
        empty="Nobody lies here.",
    )
    return call.answer(rows, shown)


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


class _Words:
    """The causes of stays in words, in both languages; people read that of the settings."""

    def __init__(self, call: Call, app: App) -> None:
        from client.presenters.titles import read_names
        from client.texts import LANGUAGES, Texts

        self._app = app
        self._names = read_names(app.reads, at=app.now())
        self._texts = {one: Texts.load(one) for one in LANGUAGES}
        self.language = call.settings().language

    def of(self, stay: EncounterId, risk: RiskScore) -> list[dict[str, str]]:
        """Of each cause its words by language."""
        from client.cli.ward_time import zone_of_order
        from client.presenters.formats import Formats
        from client.presenters.risk_words import About, cause_words

        app = self._app
        found = app.reads.situation(stay, now=app.now())
        about = About(app.reads, app.loops, found.streams, self._names)
        zone = zone_of_order(app, stay)
        formats = {name: Formats(texts, zone) for name, texts in self._texts.items()}
        book = app.place.rulebook
        return [
            {
                name: cause_words(
                    risk, one, about=about, rulebook=book, formats=form, ward=found.ward
                )
                for name, form in formats.items()
            }
            for one in risk.causes
        ]

    def heaviest(self, risk: RiskScore, said: Words) -> str:
        """The cause with most points; empty where there is none."""
        points = [one.points for one in risk.causes]
        return said[points.index(max(points))][self.language] if points else ""

    def missing(self, risk: RiskScore) -> str:
        """What is not known, in one sentence."""
        from client.presenters.risk_words import missing_words

        return missing_words(risk, self._texts[self.language])


def _to_json(
    app: App, patient: PatientId, standing: RiskStanding, said: Words
) -> dict[str, object]:
    """A score as commands.md has it; beside it what is missing, and each cause in words."""
    risk = standing.risk
    return {
        "patient": patient,
        "score": risk.score,
        "band": risk.band,
        "as_of": standing.as_of,
        "complete": not risk.missing,
        "missing": list(risk.missing),
        "news2": risk.news2 or {"score": None, "band": None, "complete": False},
        "causes": [_cause(app, one, words) for one, words in zip(risk.causes, said, strict=True)],
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


def _cause(app: App, one: RiskCause, words: dict[str, str]) -> dict[str, object]:
    return {
        "cause": one.cause,
        "domain": one.domain,
        "points": one.points,
        "hazard": one.hazard / 1000,
        **_about(app, one.subject),
        "rule": one.rule,
        "since": one.since,
        "words": words,
    }


def _shown(standing: RiskStanding, said: Words, words: _Words, zone: tzinfo) -> str:
    risk = standing.risk
    head = f"{risk.score} {risk.band} (NEWS2 {_news2(standing)}), {risk.model}"
    causes = table(
        ("POINTS", "WHY", "SINCE", "CAUSE", "ABOUT"),
        [
            (
                str(one.points),
                why[words.language],
                moment(one.since, zone),
                one.cause,
                one.subject or "",
            )
            for one, why in zip(risk.causes, said, strict=True)
        ],
        empty="Nothing adds to it.",
    )
    missing = words.missing(risk)
    more = f"\n{missing}" if missing else ""
    last = "It says which open work to look at first; it is no probability."
    return f"{head}\n{causes}{more}\n{last}"


def _news2(standing: RiskStanding) -> str:
    score = standing.risk.news2.get("score")
    return "-" if score is None else str(score)
