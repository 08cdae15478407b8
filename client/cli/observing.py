"""`observe …`: vital signs, results that no order here asked for, and what is known by now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from client.cli.changed import answer_changes
from client.cli.output import moment, pairs, table
from client.cli.parser import add_file_option

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from client.cli.call import Call
    from client.cli.entry import Entry
    from client.cli.parser import Commands
    from domain.clinical import Allergy
    from domain.ids import EncounterId
    from domain.observations import Observation
    from domain.results import Result
    from domain.services.bedside import When
    from domain.services.stating import Known
    from domain.standing import StandingFact
    from rules.scores.news2 import News2Result

WHO: Final = ("encounter", "mrn")
WHEN: Final = ("at", "source")
_SAID: Final = "encounter or mrn, at, source"
# no order asked for it, so no loop will ask for the call that a critical value needs
_CRITICAL: Final = (
    "Stored. CRITICAL: {name} {limit}. No order here asked for it, so no loop follows it, only"
    " alert L-06: tell the physician now."
)


def add(commands: Commands) -> None:
    """Put the commands on the command line."""
    from domain.vital_signs import ENTERED

    group = commands.group("observe", "what is observed of a patient")
    vitals = group.command(
        "vitals",
        observe_vitals,
        "record vital signs; parts of a set may be absent",
        more=f"Fields: {', '.join(ENTERED)}; {_SAID}.\n"
        "spo2_scale 2 needs spo2_scale_by: the physician who prescribed 88-92 %.",
    )
    add_file_option(vitals)
    result = group.command(
        "result",
        observe_result,
        "record a result that no order here asked for",
        more=f"Fields: name, value, unit, low, high, flag; {_SAID}.\n"
        "The result of an order is a step of its task: `wardloop step record`.",
    )
    add_file_option(result)
    withdraw = group.command(
        "withdraw",
        withdraw_observations,
        "say that values were entered in error",
        more="Fields: encounter or mrn, at (when they were observed), names, reason.\n"
        "A value that a step told is corrected there: `wardloop step record`.",
    )
    add_file_option(withdraw)
    show = group.command("show", show_known, "what is known of a patient beside orders")
    which = show.add_mutually_exclusive_group(required=True)
    which.add_argument("--mrn", metavar="MRN", help="of the present (else last) stay of a patient")
    which.add_argument("--encounter", metavar="ID", help="of a stay")


def observe_vitals(call: Call) -> int:
    """`wardloop observe vitals`."""
    from client.cli.entry import Entry
    from domain.vital_signs import ENTERED, SCALE_BY

    entry = Entry(call, *WHO, *WHEN, *ENTERED)
    entered = {name: value for name, value in entry.raw().items() if name in ENTERED}
    if SCALE_BY in entered:
        entered[SCALE_BY] = entry.text(SCALE_BY, right="a physician's user name")
    stay = entry.stay()
    changes = entry.app.observe_vitals(
        user=entry.user,
        command=entry.command,
        encounter=stay,
        entered=entered,
        when=when_of(entry),
    )
    score = _news2(entry, stay)
    words = "Stored. " + _in_words(score) if score is not None else "Stored."
    return answer_changes(
        call,
        entry.command,
        changes,
        words,
        encounter=stay,
        stored=entered if call.json else None,
        news2=_as_json(score) if call.json and score is not None else None,
    )


def observe_result(call: Call) -> int:
    """`wardloop observe result`."""
    from client.cli.entry import Entry

    told = ("name", "value", "unit", "low", "high", "flag")
    entry = Entry(call, *WHO, *WHEN, *told, "order", "task")
    result = _result(entry)
    stay = entry.stay()
    changes = entry.app.observe_result(
        user=entry.user,
        command=entry.command,
        encounter=stay,
        result=result,
        when=when_of(entry),
        answers=entry.optional_text("order") or entry.optional_text("task"),
    )
    known = entry.app.show_known(user=entry.user, encounter=stay).clinical
    found = known.latest.get(result.name)
    critical = found.critical if found is not None else ""
    return answer_changes(
        call,
        entry.command,
        changes,
        _CRITICAL.format(name=result.name, limit=critical) if critical else "Stored.",
        encounter=stay,
        result=found if call.json else None,
        critical=bool(critical) if call.json else None,
    )


def _result(entry: Entry) -> Result:
    from domain.errors import InvalidInput
    from domain.results import Result

    given = entry.raw()
    name = entry.text("name", right="potassium")
    if "value" not in given:
        raise InvalidInput("value", "value is missing", right='"4.1", ">10" or "positive"')
    return Result(
        name=name,
        value=given["value"],
        unit=entry.words("unit"),
        low=given.get("low"),
        high=given.get("high"),
        flag=entry.words("flag"),
    )


def withdraw_observations(call: Call) -> int:
    """`wardloop observe withdraw`."""
    from client.cli.entry import Entry

    entry = Entry(call, *WHO, "at", "names", "reason")
    names = entry.texts("names")
    stay = entry.stay()
    changes = entry.app.withdraw_observations(
        user=entry.user,
        command=entry.command,
        encounter=stay,
        observed_at=entry.instant("at"),
        names=names,
        reason=entry.text("reason", right="what was wrong"),
    )
    words = f"Withdrawn: {', '.join(names)}."
    return answer_changes(call, entry.command, changes, words, encounter=stay)


def when_of(entry: Entry) -> When:
    """When it was, and how it is entered."""
    from domain.records import Source
    from domain.services.bedside import When

    source = entry.word("source", Source, default=Source.LIVE)
    return When(entry.optional_instant("at"), source)


def _news2(entry: Entry, stay: EncounterId) -> News2Result | None:
    """NEWS2 of the newest set, as the rules see it."""
    from domain.situation import Situation
    from rules.alerts.vital_sets import newest_set

    found = entry.app.show_stay(user=entry.user, encounter=stay)
    clinical = entry.app.show_known(user=entry.user, encounter=stay).clinical
    newest = newest_set(
        Situation(
            encounter=stay,
            patient=found.patient.id,
            ward=found.encounter.ward,
            active=found.encounter.active,
            clinical=clinical,
            flags=clinical.flags(entry.app.now()),
        )
    )
    return None if newest is None else newest.score


def _as_json(score: News2Result) -> dict[str, object]:
    from rules.scores.lines import as_json

    return as_json(score)


def _in_words(score: News2Result) -> str:
    if score.excluded_reason is not None:
        return f"No NEWS2: {score.excluded_reason}."
    if score.value is None:
        missing = ", ".join(score.missing)
        return f"NEWS2 {score.partial_min} to {score.partial_max}; missing: {missing}."
    return f"NEWS2 {score.value}, {score.band}."


# ---------------------------------------------------------------- what is known
def show_known(call: Call) -> int:
    """`wardloop observe show`."""
    from client.cli.ward_time import zone_of
    from domain.ids import EncounterId

    app, user = call.app(), call.user()
    named = call.text_option("encounter")
    stay = app.show_stay(
        user=user,
        encounter=None if named is None else EncounterId(named),
        mrn=call.text_option("mrn"),
    ).encounter
    known = app.show_known(user=user, encounter=stay.id)
    clinical = known.clinical
    data = {
        "encounter": stay.id,
        "latest": dict(sorted(clinical.latest.items())),
        "allergies": clinical.allergies,
        "facts": clinical.facts,
        "flags": clinical.flags(app.read_at(stay.id)),
        "notes": known.notes,
    }
    return call.answer(data, _shown(known, zone_of(app, stay.ward)))


def _shown(known: Known, zone: tzinfo) -> str:
    clinical = known.clinical
    rows = [
        (name, _value(one), moment(one.at, zone), one.critical)
        for name, one in sorted(clinical.latest.items())
    ]
    parts = [table(("NAME", "VALUE", "AT", "CRITICAL"), rows, empty="Nothing was observed.")]
    if clinical.allergies is None:
        said = "nobody has asked"
    else:
        said = ", ".join(_allergy_words(clinical.allergies)) or "none known"
    lines = [("allergies", said)]
    lines += [
        (name, f"{_fact_words(fact)} ({fact.by}, {moment(fact.at, zone)})")
        for name, fact in sorted(clinical.facts.items())
    ]
    lines += [("note", f"{note.value} ({note.by})") for note in known.notes]
    return "\n\n".join([*parts, pairs(lines)])


def _fact_words(fact: StandingFact) -> str:
    from domain.conditions import CONDITIONS, listed

    stands = listed({CONDITIONS: fact}) if fact.name == CONDITIONS else None
    return ", ".join(stands) if stands else str(fact.value)


def _value(one: Observation) -> str:
    if isinstance(one.value, bool):
        return "yes" if one.value else "no"
    return f"{one.value} {one.unit}".strip()


def _allergy_words(allergies: Sequence[Allergy]) -> list[str]:
    return [
        f"{one.substance} ({', '.join(filter(None, (one.kind.value, one.reaction)))})"
        for one in allergies
    ]
