"""What the simulated staff enter: plausible values for every field that a loop file asks for."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Final

from client.demo.durations import minutes_of
from client.demo.usual_values import (
    BLOOD_EXPIRES,
    CONTRAST,
    DECISIONS,
    EXPIRES,
    LOT,
    NUMBERED,
    ON_STEP,
    PATCH_SITES,
    SAID,
    SITES,
    VITAL,
)
from domain.analytes import ALIASES
from domain.barcodes import dose_label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from random import Random

    from client.demo.content import Content
    from client.demo.crew import Crew
    from client.demo.moment import Moment

    Maker = Callable[[Moment], object]

_SEVENTH: Final = 1 / 7


class Evidence:
    """Fills in forms. Numbers of tubes, units and requests run on through the whole demo."""

    def __init__(self, content: Content, crew: Crew, rng: Random) -> None:
        self._content = content
        self._crew = crew
        self._rng = rng
        self._numbers: Iterator[int] = count(1)
        self._units: Iterator[int] = count(123_401)
        self._said: list[tuple[Mapping[str, str], tuple[Decimal, str]]] = []
        self._makers: Mapping[str, Maker] = {
            **self._of_drugs(),
            **self._of_tests(),
            **self._of_examinations(),
            **self._of_blood(),
        }

    def _of_drugs(self) -> dict[str, Maker]:
        return {
            "dose": lambda m: m.said("dose"),
            "amount": lambda m: m.said("dose"),
            "count": lambda m: m.others,
            "quantity": lambda _: {"value": "1", "unit": "{dose}"},
            "dose_label": self._dose_label,
            "rate": lambda m: m.case.order.fields.get("rate"),
            "expected_end": self._expected_end,
            "volume_remaining": lambda _: f"{self._rng.randrange(40, 400, 10)} mL",
            "components": lambda m: f"{m.plan.row.code} in sodium chloride 0.9 %",
            "site": self._site,
            "pump": lambda m: f"PUMP-{self._rng.randint(1, 24):02d}" if _runs(m) else None,
            "lot": lambda m: LOT if _packed(m) else None,
            "expiry": _expiry,
            "score_before": lambda _: str(self._rng.randint(4, 7)),
            "score_after": lambda _: str(self._rng.randint(0, 3)),
            "told_to": lambda m: self._crew.doctor(m.plan.patient, m.at),
        }

    def _of_tests(self) -> dict[str, Maker]:
        return {
            "callee": lambda m: self._crew.nurse(m.plan.patient, m.at),
            "container": self._container,
            "container_type": lambda m: None if m.task is None else m.said("container_type"),
            "values": self._values,
            "results": self._results,
            "critical": self._critical,
            "critical_item": lambda m: m.said("critical_item"),
            "critical_value": lambda m: m.said("critical_value"),
            "critical_limit": lambda m: m.said("critical_limit"),
            "value_heard": lambda m: m.said("critical_value"),
            "decision": lambda _: self._rng.choice(DECISIONS),
        }

    def _of_examinations(self) -> dict[str, Maker]:
        return {
            "report_text": self._report,
            "accession": lambda _: f"EX261124{next(self._numbers):04d}",
            "slot": self._slot,
            "egfr": lambda _: f"{self._rng.randint(58, 96)} mL/min/{{1.73_m2}}",
            "egfr_at": lambda m: (m.at - timedelta(hours=9)).isoformat(),
            "fasting_since": lambda m: (m.at - timedelta(hours=7)).isoformat(),
            "contrast_product": lambda m: CONTRAST if m.said("contrast") else None,
            "contrast_volume": lambda m: "70 mL" if m.said("contrast") else None,
            "images": lambda _: self._rng.randint(1, 240),
        }

    def _of_blood(self) -> dict[str, Maker]:
        return {
            "indication": lambda m: m.said("indication"),
            "haemoglobin": lambda m: f"{self._rng.randint(*self._blood(m))} g/L",
            "results_at": lambda m: (m.at - timedelta(hours=5)).isoformat(),
            "abo_rhd": lambda m: m.plan.patient.group,
            "abo_repeat": lambda m: m.plan.patient.group,
            "blood_group": lambda m: m.plan.patient.group,
            "din": self._din,
            "volume": self._volume,
            "duration": lambda m: minutes_of(self._content, m),
            "temperature": lambda _: format(Decimal(self._rng.randint(364, 371)) / 10, ".1f"),
        }

    def of_step(self, moment: Moment) -> dict[str, object]:
        """The evidence of a step, or of all steps of one act; a turn's own values stand over it."""
        uses = [use for step in moment.group for use in step.fields]
        found: dict[str, object] = {}
        for use in uses:
            value = self._value(moment, use.name)
            if value is not None:
                found[use.name] = value
        return found | self._of_turn(moment)

    def of_exit(self, moment: Moment, names: tuple[str, ...]) -> dict[str, object]:
        """The evidence of an exit."""
        found = {name: self._value(moment, name) for name in names if name != "reason"}
        given = {name: value for name, value in found.items() if value is not None}
        return given | self._of_turn(moment)

    def _of_turn(self, moment: Moment) -> dict[str, object]:
        turn = moment.turn
        return {} if turn is None else {**turn.evidence, **dict.fromkeys(turn.yes, True)}

    def _value(self, moment: Moment, name: str) -> object:
        own = f"{moment.step.no}.{name}"
        if own in ON_STEP:
            return ON_STEP[own]
        if name in NUMBERED:
            return f"{name[:4].upper()}-{next(self._numbers):05d}"
        if name in VITAL:
            return self._rng.randint(*VITAL[name])
        made = self._makers.get(name)
        return SAID.get(name) if made is None else made(moment)

    def _dose_label(self, moment: Moment) -> object:
        """Only a dose of its own has a label; tablets of a batch are known by their pack."""
        if moment.others > 1 or moment.task is None:
            return None
        return dose_label(f"{next(self._numbers):06d}", max(moment.task.seq, 1))

    def _expected_end(self, moment: Moment) -> object:
        lasts = minutes_of(self._content, moment)
        return (moment.at + timedelta(minutes=lasts)).isoformat() if _runs(moment) else None

    def _site(self, moment: Moment) -> object:
        route = moment.case.order.fields.get("route")
        if route in ("PO", "INH"):
            return None
        return self._rng.choice(PATCH_SITES if route == "TD" else SITES)

    def _container(self, moment: Moment) -> object:
        """A new tube where one is bound, else the one that is known."""
        if moment.step.no in ("L3", "T6"):
            return f"261124{next(self._numbers):06d}"
        return moment.said("container")

    def _values(self, moment: Moment) -> object:
        """What the analyser says of the tests in this tube."""
        kind = None if moment.task is None else moment.task.fields.get("container_type")
        tests = moment.case.order.fields.get("tests")
        self._said = []
        for code in tests if isinstance(tests, (list, tuple)) else ():
            item = self._content.items["test"][code]
            if item.get("container_type") == kind:
                self._said.extend((row, self._measured(row)) for row in item["measures"])
        return "; ".join(_words(*one) for one in self._said) or "no growth so far"

    def _results(self, moment: Moment) -> object:
        """The same values as rules read them, each by the name that they know; told once."""
        if moment.step.no != "L8":
            return None
        return {_named(row["name"]): _result(row, *said) for row, said in self._said} or None

    def _measured(self, row: Mapping[str, str]) -> tuple[Decimal, str]:
        low, high = Decimal(row["low"]), Decimal(row["high"])
        step = Decimal(1).scaleb(-max(_places(row["low"]), _places(row["high"])))
        spread = int((high - low) / step)
        number = low + step * self._rng.randint(0, spread)
        flag = ""
        if self._rng.random() < _SEVENTH:
            number, flag = high + step * max(1, spread // 6), "H"
        return number, flag

    def _critical(self, moment: Moment) -> object:
        """A report is critical where its result was."""
        before = moment.record("L8") if moment.step.no == "L9" else None
        return False if before is None else bool(before.evidence.get("critical"))

    def _report(self, moment: Moment) -> object:
        if moment.loop.id != "examination":
            return None
        said = self._content.items["examination"][moment.plan.row.code]["said"]
        return str(said)

    def _slot(self, moment: Moment) -> object:
        slot = moment.plan.row.slot
        wanted = None if slot is None else self._content.instant(slot)
        soon = moment.at + timedelta(minutes=self._rng.randrange(20, 60, 5))
        again = len(moment.plan.came.get("E3", ())) > 1
        late = again or wanted is None or wanted < moment.at
        return (
            (soon + timedelta(hours=4 if again else 0)).isoformat()
            if late
            else str(None if wanted is None else wanted.isoformat())
        )

    def _din(self, moment: Moment) -> object:
        if moment.step.no == "T10" or moment.said("din") is None:
            return f"W000026{next(self._units):06d}"
        return moment.said("din")

    def _volume(self, moment: Moment) -> object:
        if moment.loop.id != "transfusion":
            return None
        return self._content.items["component"][moment.plan.row.code]["volume"]

    def _blood(self, moment: Moment) -> tuple[int, int]:
        """Before the transfusion low, after it better."""
        return (64, 72) if moment.step.no == "T1" else (78, 90)


def _runs(moment: Moment) -> bool:
    """Whether the dose is an infusion."""
    return moment.task is not None and bool(moment.task.fields.get("infusion"))


def _packed(moment: Moment) -> bool:
    """Whether the step is about a pack: of a drug, a blood unit, a contrast medium."""
    return moment.loop.id != "examination" or bool(moment.said("contrast"))


def _expiry(moment: Moment) -> str | None:
    """Blood lasts weeks, drugs for years."""
    if moment.loop.id == "transfusion":
        return BLOOD_EXPIRES
    return EXPIRES if _packed(moment) else None


def _named(measure: str) -> str:
    """The name under which rules find a value: `hs-TnT` is `hs_tnt`, `Hb` is `haemoglobin`."""
    name = measure.lower().replace("-", "_").replace(" ", "_")
    return ALIASES.get(name, name)


def _words(row: Mapping[str, str], measured: tuple[Decimal, str]) -> str:
    """A value as the analyser prints it: `K 5.6 mmol/L H`."""
    number, flag = measured
    unit = "" if row["unit"] == "1" else f" {row['unit']}"
    return f"{row['name']} {number}{unit}{flag and ' '}{flag}"


def _result(row: Mapping[str, str], number: Decimal, flag: str) -> dict[str, str]:
    """A value with its unit and reference range; a flag where it lies outside."""
    found = {"value": str(number), "unit": row["unit"], "low": row["low"], "high": row["high"]}
    return {**found, "flag": flag} if flag else found


def _places(number: str) -> int:
    """The digits behind the point."""
    return len(number.partition(".")[2])
