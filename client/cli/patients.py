"""`patient …`: who is where, and who is who."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.cli.changed import answer_changes, first
from client.cli.output import moment, pairs, table
from client.cli.parser import add_file_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from client.cli.call import Call
    from client.cli.parser import Commands
    from domain.services.whereabouts import Stay


def add(commands: Commands) -> None:
    """Put the commands on the command line."""
    group = commands.group("patient", "who is where")
    for name, run, meaning, fields in (
        (
            "admit",
            admit,
            "begin a stay",
            "mrn, ward, bed, name, name_zh, sex, birth_date, diagnosis, encounter, at",
        ),
        ("transfer", transfer, "move a patient to another bed", "encounter or mrn, ward, bed, at"),
        (
            "discharge",
            discharge,
            "end a stay; every open order stops",
            "encounter or mrn, destination, at",
        ),
        ("death", death, "record a death; every open order stops", "encounter or mrn, at"),
        ("link", link, "say that two records are one patient", "mrn, into"),
        ("band", band, "count a new wristband; older ones are refused", "encounter or mrn"),
    ):
        parser = group.command(
            name, run, meaning, more=f"Fields: {fields}; optional command_id, actor."
        )
        add_file_option(parser)
    listing = group.command("list", list_patients, "patients in bed order")
    listing.add_argument("--ward", metavar="WARD", help="of one ward only")
    listing.add_argument("--all", action="store_true", help="those who have left, too")
    show = group.command("show", show_patient, "a patient's stay and orders")
    which = show.add_mutually_exclusive_group(required=True)
    which.add_argument("--mrn", metavar="MRN", help="the present (else last) stay of a patient")
    which.add_argument("--encounter", metavar="ID", help="a stay")
    which.add_argument("--file", metavar="FILE", help='{"mrn": …} or {"encounter": …}')


def admit(call: Call) -> int:
    """`wardloop patient admit`."""
    from client.cli.entry import Entry
    from domain.ids import EncounterId, WardId
    from domain.patients import Sex
    from domain.services.admitting import Admission

    entry = Entry(
        call,
        *("mrn", "ward", "bed", "name", "name_zh", "sex", "birth_date", "diagnosis"),
        *("encounter", "at"),
    )
    chosen = entry.optional_text("encounter")
    admission = Admission(
        mrn=entry.text("mrn", right='"0012345678"'),
        ward=WardId(entry.text("ward", right="the id of a ward")),
        bed=entry.text("bed", right="a bed of the ward"),
        name=entry.words("name"),
        name_zh=entry.words("name_zh"),
        sex=entry.word("sex", Sex, default=Sex.UNKNOWN),
        birth_date=entry.day("birth_date"),
        diagnosis=entry.words("diagnosis"),
        encounter=None if chosen is None else EncounterId(chosen),
        at=entry.optional_instant("at"),
    )
    app = entry.app
    changes = app.admit(user=entry.user, command=entry.command, admission=admission)
    encounter = first(changes.encounters)
    words = f"Admitted to ward {admission.ward}, bed {admission.bed}."
    return answer_changes(call, entry.command, changes, words, encounter=encounter)


def transfer(call: Call) -> int:
    """`wardloop patient transfer`."""
    from client.cli.entry import Entry
    from domain.ids import WardId

    entry = Entry(call, "encounter", "mrn", "ward", "bed", "at")
    ward, bed = entry.text("ward", right="the id of a ward"), entry.text("bed", right="a bed")
    changes = entry.app.transfer(
        user=entry.user,
        command=entry.command,
        encounter=entry.stay(),
        ward=WardId(ward),
        bed=bed,
        at=entry.optional_instant("at"),
    )
    encounter = first(changes.encounters)
    words = f"Moved to ward {ward}, bed {bed}."
    return answer_changes(call, entry.command, changes, words, encounter=encounter)


def discharge(call: Call) -> int:
    """`wardloop patient discharge`."""
    from client.cli.entry import Entry

    entry = Entry(call, "encounter", "mrn", "destination", "at")
    changes = entry.app.discharge(
        user=entry.user,
        command=entry.command,
        encounter=entry.stay(),
        destination=entry.words("destination"),
        at=entry.optional_instant("at"),
    )
    encounter = first(changes.encounters)
    return answer_changes(call, entry.command, changes, "Discharged.", encounter=encounter)


def death(call: Call) -> int:
    """`wardloop patient death`."""
    from client.cli.entry import Entry

    entry = Entry(call, "encounter", "mrn", "at")
    changes = entry.app.record_death(
        user=entry.user,
        command=entry.command,
        encounter=entry.stay(),
        at=entry.optional_instant("at"),
    )
    encounter = first(changes.encounters)
    return answer_changes(call, entry.command, changes, "Recorded.", encounter=encounter)


def link(call: Call) -> int:
    """`wardloop patient link`."""
    from client.cli.entry import Entry

    entry = Entry(call, "mrn", "into")
    mrn = entry.text("mrn", right="the record that is given up")
    into = entry.text("into", right="the record that remains")
    changes = entry.app.link_patients(user=entry.user, command=entry.command, mrn=mrn, into=into)
    return answer_changes(call, entry.command, changes, f"{mrn} now counts as {into}.")


def band(call: Call) -> int:
    """`wardloop patient band`."""
    from client.cli.entry import Entry

    entry = Entry(call, "encounter", "mrn")
    stay = entry.stay()
    changes = entry.app.replace_band(user=entry.user, command=entry.command, encounter=stay)
    found = entry.app.show_stay(user=entry.user, encounter=stay).encounter
    words = f"Wristband {found.band_instance} counts now."
    return answer_changes(
        call, entry.command, changes, words, encounter=stay, band_instance=found.band_instance
    )


def list_patients(call: Call) -> int:
    """`wardloop patient list`."""
    from domain.ids import WardId

    ward = call.text_option("ward")
    stays = call.app().list_stays(
        user=call.user(),
        ward=None if ward is None else WardId(ward),
        active=not call.options.all,
    )
    alike = _alike(stays)
    words = table(
        ("WARD", "BED", "PATIENT", "姓名", "MRN", "NAME LIKE", "STATE", "ENCOUNTER"),
        [
            (
                stay.encounter.ward,
                stay.encounter.bed,
                stay.patient.name,
                stay.patient.name_zh,
                stay.patient.mrn,
                ", ".join(f"{one.encounter.ward} {one.encounter.bed}".strip() for one in others),
                stay.encounter.state.value,
                stay.encounter.id,
            )
            for stay, others in zip(stays, alike, strict=True)
        ],
        empty="Nobody lies here.",
    )
    data = [
        {**_in_json(stay), "name_like": [one.patient.mrn for one in others]}
        for stay, others in zip(stays, alike, strict=True)
    ]
    return call.answer(data, words)


def _alike(stays: Sequence[Stay]) -> list[list[Stay]]:
    """Of each stay those of other patients who lie on the same ward and are called alike."""
    from domain.look_alike import twins

    wards: dict[str, list[Stay]] = {}
    for stay in stays:
        if stay.encounter.active:
            wards.setdefault(stay.encounter.ward, []).append(stay)
    found: dict[str, list[Stay]] = {}
    for there in wards.values():
        names = [(one.patient.name, one.patient.name_zh) for one in there]
        for stay, others in zip(there, twins(names), strict=True):
            found[stay.encounter.id] = [there[other] for other in others]
    return [found.get(stay.encounter.id, []) for stay in stays]


def show_patient(call: Call) -> int:
    """`wardloop patient show`."""
    from client.cli.entry import Entry
    from client.cli.ward_time import zone_of
    from domain.ids import EncounterId

    if call.option("file") is not None:
        entry = Entry(call, "encounter", "mrn")
        stay = entry.app.show_stay(user=entry.user, encounter=entry.stay())
    else:
        named = call.text_option("encounter")
        stay = call.app().show_stay(
            user=call.user(),
            encounter=None if named is None else EncounterId(named),
            mrn=call.text_option("mrn"),
        )
    found, patient = stay.encounter, stay.patient
    zone = zone_of(call.app(), found.ward)
    birth = patient.birth_date
    words = pairs(
        [
            ("patient", f"{patient.name} {patient.name_zh}".strip()),
            ("MRN", patient.mrn),
            ("sex", patient.sex.value),
            ("born", "not known" if birth is None else birth.isoformat()),
            ("ward", f"{found.ward}, bed {found.bed}"),
            ("encounter", found.id),
            ("state", found.state.value),
            ("admitted", moment(found.admitted_at, zone)),
            ("ended", moment(found.ended_at, zone)),
            ("diagnosis", found.diagnosis),
            ("wristband", str(found.band_instance)),
            ("orders", "" if stay.orders else "none"),
        ]
        + [(f"order {at}", order) for at, order in enumerate(stay.orders, start=1)]
    )
    return call.answer({**_in_json(stay), "orders": list(stay.orders)}, words)


def _in_json(stay: Stay) -> dict[str, object]:
    """A stay with its patient, flat."""
    found, patient = stay.encounter, stay.patient
    return {
        "encounter": found.id,
        "patient": patient.id,
        "mrn": patient.mrn,
        "name": patient.name,
        "name_zh": patient.name_zh,
        "sex": patient.sex,
        "birth_date": patient.birth_date,
        "ward": found.ward,
        "bed": found.bed,
        "state": found.state,
        "diagnosis": found.diagnosis,
        "admitted_at": found.admitted_at,
        "ended_at": found.ended_at,
        "band_instance": found.band_instance,
        "merged_into": patient.merged_into,
    }
