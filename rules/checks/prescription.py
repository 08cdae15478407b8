"""What the prescribing checks look at: one drug, the others of the stay, the patient."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.clinical import Clinical
from rules.checks.drugs import Drug
from rules.knowledge.tables import Tables

MEDICATION = "medication"


@dataclass(frozen=True, slots=True)
class Prescription:
    """A drug that is ordered, reviewed or on its way.

    Attributes:
        others: the other drugs of the stay, without the one that it replaces.
        stopped: drugs whose orders have ended; some still act (`InteractionRow.washout_days`).
    """

    drug: Drug
    others: tuple[Drug, ...]
    clinical: Clinical
    tables: Tables
    now: datetime
    stopped: tuple[Drug, ...] = ()

    def has(self, names: Iterable[str]) -> bool:
        """Whether the drug is one of a list of ingredients and groups."""
        return self.tables.meets(names, self.drug.ingredients)

    def beside(self, names: Iterable[str], *, washout: timedelta = timedelta(0)) -> Iterator[Drug]:
        """The others of a list of ingredients and groups that run, or were just stopped."""
        listed = tuple(names)
        return (
            other
            for other in self.others
            if self.tables.meets(listed, other.ingredients)
            and other.runs(self.now, washout=washout)
        )

    def name(self, drug: Drug) -> str:
        """What a drug is called in a message."""
        return " + ".join(sorted(drug.ingredients)).replace("_", " ") or "the product"

    @property
    def called(self) -> str:
        """What the ordered drug is called in a message."""
        return self.name(self.drug)
