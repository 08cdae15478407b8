"""`allergy …`, `condition …`, `weight …`, `pregnancy …`, `note …`: what stands of a patient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from client.cli.changed import answer_changes
from client.cli.observing import WHEN, WHO, when_of
from client.cli.parser import add_file_option

if TYPE_CHECKING:
    from collections.abc import Iterable

    from client.cli.call import Call
    from client.cli.entry import Entry
    from client.cli.parser import Commands


_ALLERGY: Final = ("substance", "kind", "reaction", "severity", "certainty", "note")
_CONDITION: Final = ("conditions", "icd10", "icd9", "remove", "note")
_PREGNANT: Final = "record a pregnancy, a birth, breast-feeding"
_PREGNANCY: Final = "Fields: pregnant (yes, no, unknown), gestation_weeks, post_partum, lactating"
_NOTE: Final = "set a standing fact, or write a note"


def add(commands: Commands) -> None:
    """Put the commands on the command line."""
    from domain.standing import FACTS

    facts = f"Fields: fact ({', '.join(FACTS)}), value, note"
    for noun, meaning, run, what, fields in (
        (
            "allergy",
            "what a patient does not tolerate",
            record_allergy,
            "record, review or refute an allergy",
            f"Fields: {', '.join(_ALLERGY)}; none_known; reviewed",
        ),
        (
            "condition",
            "the lasting illnesses of a patient",
            record_conditions,
            "add conditions, or take off what proved wrong",
            f"Fields: {', '.join(_CONDITION)}; none_known",
        ),
        (
            "weight",
            "what a patient weighs and measures",
            record_weight,
            "record weight (kg) and height (cm)",
            "Fields: weight, height",
        ),
        ("pregnancy", "whether a patient is pregnant", record_pregnancy, _PREGNANT, _PREGNANCY),
        ("note", "what stands of a patient", record_note, _NOTE, facts),
    ):
        group = commands.group(noun, meaning)
        parser = group.command("record", run, what, more=f"{fields}; encounter or mrn, at, source.")
        add_file_option(parser)


def record_allergy(call: Call) -> int:
    """`wardloop allergy record`."""
    from client.cli.entry import Entry
    from domain.errors import InvalidInput

    entry = Entry(call, *WHO, *WHEN, *_ALLERGY, "none_known", "reviewed")
    none_known, reviewed = entry.flag("none_known"), entry.flag("reviewed")
    given = entry.raw()
    ways = [name for name in ("substance", "none_known", "reviewed") if given.get(name)]
    if len(ways) != 1:
        message = f"{' and '.join(ways)} stand together" if ways else "substance is missing"
        right = "substance, or none_known: true, or reviewed: true"
        raise InvalidInput(ways[1] if ways else "substance", message, right=right)
    if not (none_known or reviewed):
        return _record_allergy(call, entry)
    for name in _ALLERGY:
        if name in given:
            raise InvalidInput(name, f"{name} belongs to a substance", right="substance")
    stay = entry.stay()
    changes = entry.app.review_allergies(
        user=entry.user,
        command=entry.command,
        encounter=stay,
        none_known=none_known,
        when=when_of(entry),
    )
    words = "No allergy is known." if none_known else "The allergies were reviewed."
    return answer_changes(call, entry.command, changes, words, encounter=stay)


def _record_allergy(call: Call, entry: Entry) -> int:
    from domain.clinical import Allergy, AllergyKind

    allergy = Allergy(
        substance=entry.text("substance", right="amoxicillin, penicillins, latex"),
        kind=entry.word("kind", AllergyKind, default=AllergyKind.ALLERGY),
        reaction=entry.words("reaction"),
        severity=entry.words("severity"),
        certainty=entry.optional_text("certainty") or "confirmed",
    )
    stay = entry.stay()
    changes = entry.app.record_allergy(
        user=entry.user,
        command=entry.command,
        encounter=stay,
        allergy=allergy,
        note=entry.words("note"),
        when=when_of(entry),
    )
    words = f"{allergy.substance}: {allergy.kind.value}, {allergy.certainty}."
    return answer_changes(call, entry.command, changes, words, encounter=stay)


def record_conditions(call: Call) -> int:
    """`wardloop condition record`."""
    from client.cli.entry import Entry
    from domain.conditions import entries, listed

    entry = Entry(call, *WHO, *WHEN, *_CONDITION, "none_known")
    add = entries(
        names=_first_names(entry.texts("conditions")),
        icd10=entry.texts("icd10"),
        icd9=entry.texts("icd9"),
    )
    remove = _off(entry.texts("remove"))
    stay = entry.stay()
    changes = entry.app.record_conditions(
        user=entry.user,
        command=entry.command,
        encounter=stay,
        add=add,
        remove=remove,
        none_known=entry.flag("none_known"),
        note=entry.words("note"),
        when=when_of(entry),
    )
    known = entry.app.show_known(user=entry.user, encounter=stay).clinical
    stands = listed(known.facts) or ()
    words = f"Conditions: {', '.join(stands)}." if stands else "No condition is known."
    return answer_changes(call, entry.command, changes, words, encounter=stay)


def _first_names(given: Iterable[str]) -> tuple[str, ...]:
    """Each illness by its first name: `heart_failure` is `chf`."""
    from rules.scores.comorbidities import condition_names

    known = condition_names()
    return tuple(known.get(one, one) for one in given)


def _off(given: Iterable[str]) -> tuple[str, ...]:
    """Entries to take off: a name, or a code with or without its system (`icd9:428.0`)."""
    from domain.conditions import ICD10, entries
    from rules.scores.comorbidities import condition_names

    found: list[str] = []
    for one in given:
        system, _, code = one.rpartition(":")
        if one in condition_names():
            found += entries(names=_first_names([one]))
        elif system in ("", ICD10):
            found += entries(icd10=[code])
        else:
            found += entries(icd9=[code])
    return tuple(found)


def record_weight(call: Call) -> int:
    """`wardloop weight record`."""
    from client.cli.entry import Entry

    entry = Entry(call, *WHO, *WHEN, "weight", "height")
    measured = {name: value for name, value in entry.raw().items() if name in ("weight", "height")}
    stay = entry.stay()
    changes = entry.app.record_weight(
        user=entry.user,
        command=entry.command,
        encounter=stay,
        measured=measured,
        when=when_of(entry),
    )
    return answer_changes(call, entry.command, changes, "Stored.", encounter=stay)


def record_pregnancy(call: Call) -> int:
    """`wardloop pregnancy record`."""
    from client.cli.entry import Entry
    from domain.services.stating import Pregnancy

    entry = Entry(call, *WHO, *WHEN, "pregnant", "gestation_weeks", "post_partum", "lactating")
    pregnancy = Pregnancy(
        pregnant=entry.text("pregnant", right="yes, no, unknown"),
        gestation_weeks=_whole(entry, "gestation_weeks"),
        post_partum=entry.day("post_partum"),
        lactating=entry.flag("lactating") if "lactating" in entry.raw() else None,
    )
    stay = entry.stay()
    changes = entry.app.record_pregnancy(
        user=entry.user,
        command=entry.command,
        encounter=stay,
        pregnancy=pregnancy,
        when=when_of(entry),
    )
    words = f"Stored: pregnant: {pregnancy.pregnant}."
    return answer_changes(call, entry.command, changes, words, encounter=stay)


def _whole(entry: Entry, name: str) -> int | None:
    from client.cli.entry import said
    from domain.errors import InvalidInput

    value = entry.raw().get(name)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise InvalidInput(name, f"{name}: {said(value)} is no whole number", right="28")


def record_note(call: Call) -> int:
    """`wardloop note record`."""
    from client.cli.entry import Entry

    entry = Entry(call, *WHO, *WHEN, "fact", "value", "note")
    fact = entry.optional_text("fact")
    stay = entry.stay()
    changes = entry.app.record_note(
        user=entry.user,
        command=entry.command,
        encounter=stay,
        fact=fact,
        value=entry.raw().get("value"),
        note=entry.words("note"),
        when=when_of(entry),
    )
    words = "The note is kept." if fact is None else f"{fact} stands from now on."
    return answer_changes(call, entry.command, changes, words, encounter=stay)
