"""`audit …`: who saw or changed anything, what is unusual, and whether the trail is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from client.cli.errors import FoundWanting, UsageError
from client.cli.output import counted, moment, pairs, table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from client.app import App
    from client.cli.call import Call
    from client.cli.parser import Commands, Parser
    from domain.ids import PatientId, PractitionerId
    from domain.sealing import Proof
    from domain.services.audit_trail import TrailLine
    from domain.services.unusual import UnusualAccess

_REASONS = {
    "own_record": "bears the user's own name",
    "broken_glass": "opened against the rule, with a reason",
    "many_patients": "many patients in a short time",
    "other_ward": "on no ward of the user's, and not assigned to them",
    "same_surname": "same surname",
}


def add(commands: Commands) -> None:
    """Put the commands on the command line."""
    group = commands.group("audit", "who saw or changed anything; whether the trail is whole")
    showing = group.command(
        "show",
        show,
        "who saw or changed anything of a patient, or what a person saw and changed",
        more="Audit trail and journal in one list, the latest first. Reading it is audited, too.\n"
        "For administrators, medical affairs and nursing managers.",
    )
    _add_scope(showing)
    showing.add_argument(
        "--action", metavar="ACTION", action="append", help="only these: read, denied, recorded …"
    )
    showing.add_argument("--limit", metavar="N", type=int, help="at most so many lines; 1000")
    odd = group.command(
        "unusual",
        unusual,
        "looks that somebody should ask about, each with its reason",
        more="Own name, same surname, no ward of theirs, broken glass, many patients at once.\n"
        "Of the last seven days unless a span is said.",
    )
    _add_scope(odd)
    verifying = group.command(
        "verify",
        verify,
        "prove journal, audit trail, commands and secrets against the seals",
        more="Names the first record that does not hold. What it cannot show: docs/security.md.",
    )
    verifying.add_argument(
        "--full", action="store_true", help="read all again; else what came since the last proof"
    )
    sealing = group.command(
        "seal", seal, "seal what came since the last seal, as a watch does every 15 minutes"
    )
    sealing.add_argument(
        "--anew",
        action="store_true",
        help="take this database as it is: restored from a backup, or new at this place",
    )


def _add_scope(parser: Parser) -> None:
    parser.add_argument("--patient", metavar="MRN", help="the record number of a patient")
    parser.add_argument("--by", metavar="NAME", help="a user; also a name that nobody bears")
    parser.add_argument("--from", dest="since", metavar="INSTANT", help="ISO 8601 with zone")
    parser.add_argument("--to", dest="until", metavar="INSTANT", help="ISO 8601 with zone")


def show(call: Call) -> int:
    """`wardloop audit show`."""
    from domain.services.audit_trail import ACTIONS, MOST, TrailAsked

    user, app = call.user(), call.app(damaged=True)
    actions = frozenset(call.options.action or ())
    for wrong in sorted(actions - set(ACTIONS)):
        raise UsageError(f"--action {wrong}: right is one of {', '.join(ACTIONS)}", field="action")
    limit = call.options.limit or MOST
    if limit < 1:
        raise UsageError(f"--limit {limit}: right is 1 or more", field="limit")
    if call.text_option("patient") is None and not call.text_option("by"):
        raise UsageError("whose? --patient MRN, --by NAME, or both", field="patient")
    asked = TrailAsked(
        patient=_patient(call, app),
        person=_person(call),
        since=_instant(call, "since", "from"),
        until=_instant(call, "until", "to"),
        actions=actions or None,
        limit=limit,
    )
    lines = app.show_trail(user=user, asked=asked)
    words = _lines(app, lines)
    if len(lines) == limit:
        words += f"\nThere may be more: these are the latest {limit} (--limit, --from, --to)."
    return call.answer([_row(app, line) for line in lines], words)


def _patient(call: Call, app: App) -> PatientId | None:
    from domain.errors import NotFound

    mrn = call.text_option("patient")
    if mrn is None:
        return None
    found = app.reads.patient_by_mrn(mrn)
    if found is None:
        raise NotFound("patient", mrn, right="a record number that is known")
    return found.id


def _person(call: Call) -> PractitionerId | None:
    from domain.ids import PractitionerId

    name = call.text_option("by")
    return PractitionerId(name) if name else None


def _instant(call: Call, name: str, option: str) -> datetime | None:
    from domain.entered import parse_instant

    text = call.text_option(name)
    return None if text is None else parse_instant(option, text)


def _mrn(app: App, patient: PatientId | None) -> str:
    found = None if patient is None else app.reads.patient(patient)
    return "" if found is None else found.mrn


def _row(app: App, line: TrailLine) -> dict[str, object]:
    return {
        "at": line.at,
        "user": line.user,
        "action": line.action,
        "what": line.what,
        "patient": line.patient,
        "mrn": _mrn(app, line.patient) or None,
        "encounter": line.encounter,
        "ward": line.ward,
        "target": line.target or None,
        "outcome": line.outcome,
        "workstation": line.workstation,
        "chain": line.chain,
        "seq": line.seq,
        "detail": line.detail,
    }


def _lines(app: App, lines: Sequence[TrailLine]) -> str:
    zone = ZoneInfo(app.place.time_zone)
    return table(
        ("WHEN", "USER", "ACTION", "WHAT", "RECORD NO", "WARD", "ABOUT", "OUTCOME", "FROM"),
        [
            (
                f"{line.at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
                line.user,
                line.action,
                _what(line),
                _mrn(app, line.patient),
                line.ward or "",
                line.target,
                line.outcome,
                line.workstation,
            )
            for line in lines
        ],
        empty="Nothing stands there.",
    )


def _what(line: TrailLine) -> str:
    """What was done, with the codes that say more of it."""
    codes = []
    for value in line.detail.values():
        codes += [str(one) for one in value] if isinstance(value, list) else [str(value)]
    return f"{line.what} ({', '.join(codes)})" if codes else line.what


def unusual(call: Call) -> int:
    """`wardloop audit unusual`."""
    user, app = call.user(), call.app(damaged=True)
    found = app.unusual_access(
        user=user,
        since=_instant(call, "since", "from"),
        until=_instant(call, "until", "to"),
        person=_person(call),
        patient=_patient(call, app),
    )
    data = [
        {
            "user": one.person,
            "patient": one.patient,
            "mrn": _mrn(app, one.patient) or None,
            "reasons": one.oddities,
            "count": one.count,
            "first": one.first,
            "last": one.last,
            "what": one.whats,
        }
        for one in found
    ]
    return call.answer(data, _unusual_words(app, found))


def _unusual_words(app: App, found: Sequence[UnusualAccess]) -> str:
    zone = ZoneInfo(app.place.time_zone)
    return table(
        ("USER", "RECORD NO", "WHY", "TIMES", "FIRST", "LAST", "WHAT"),
        [
            (
                one.person,
                _mrn(app, one.patient) or "(several)",
                "; ".join(_REASONS[oddity] for oddity in one.oddities),
                str(one.count),
                moment(one.first, zone),
                moment(one.last, zone),
                ", ".join(one.whats),
            )
            for one in found
        ],
        empty="Nothing unusual.",
    )


def verify(call: Call) -> int:
    """`wardloop audit verify`."""
    user, app = call.user(), call.app(damaged=True)
    call.say("Every record is proved …")
    proof = app.prove_trail(user=user, full=call.options.full)
    if proof.fault is not None:
        fault = proof.fault
        where = f"{fault.chain} {fault.seq}" if fault.seq else fault.chain
        raise FoundWanting(
            "DOES_NOT_HOLD",
            f"The trail does not hold: {where}: {fault.what}",
            findings=[{"chain": fault.chain, "seq": fault.seq, "what": fault.what}],
        )
    data = {
        "holds": True,
        "full": proof.full,
        "journal": proof.journal,
        "audit": proof.audit,
        "commands": proof.commands,
        "seals": proof.seals,
        "sealed_at": proof.sealed_at,
        "unsealed": proof.unsealed,
        "proved_before": proof.proved_at,
        "anew": list(proof.anew),
        "older_copy_told": proof.older_told,
    }
    return call.answer(data, _proof_words(app, proof))


def _proof_words(app: App, proof: Proof) -> str:
    zone = ZoneInfo(app.place.time_zone)
    read = (
        f"{counted(proof.journal, 'record')} of the journal, "
        f"{counted(proof.audit, 'entry', 'entries')} of the audit trail, "
        f"{counted(proof.commands, 'sealed command')}"
    )
    rows = [("Read", read if proof.full else f"{read}, and where the others end")]
    if not proof.full:
        then = moment(proof.proved_at, zone)
        rows.append(("Read before", f"{then}; --full reads all again"))
    if proof.sealed_at is None:
        rows.append(("Seals", "none: somebody could have written it anew; `wardloop audit seal`"))
    else:
        sealed = moment(proof.sealed_at, zone)
        rows.append(("Seals", f"{proof.seals}, the last at {sealed}"))
        rows.append(("Since then", f"{counted(proof.unsealed, 'record')} not sealed yet"))
    before = "what came before may be another database's"
    rows += [("Taken anew", f"seal {seq}: {before}") for seq in proof.anew]
    if not proof.older_told:
        rows.append(("Older copy", "would not be noticed: nothing is known here of its last seal"))
    return f"All holds.\n{pairs(rows)}"


def seal(call: Call) -> int:
    """`wardloop audit seal`."""
    user, app = call.user(), call.app()
    done = app.seal_trail(user=user, anew=call.options.anew)
    words = f"Seal {done.seq} stands over {counted(done.records, 'record')}."
    if not done.made:
        words = f"Nothing came since seal {done.seq}."
    if done.key_warning:
        words += f"\n{done.key_warning}."
    return call.answer(done, words)
