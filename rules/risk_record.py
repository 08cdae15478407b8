"""CLORS as a database keeps it: one JSON text of whole numbers, and what it rested on as a hash.

The score prioritises work; it is no probability.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from hashlib import sha256

from rules.risk import Risk, RiskInputs


def risk_to_json(risk: Risk) -> dict[str, object]:
    """The score as it is kept beside a stay: whole numbers only."""
    causes = [one._asdict() for one in risk.causes]
    return asdict(risk) | {"band": risk.band.value, "causes": causes}


def canonical(value: Mapping[str, object]) -> str:
    """The one JSON text of a value: sorted keys, no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def input_sha256(inputs: RiskInputs) -> str:
    """What a score rested on, as a hash; the order of risks and steps changes nothing."""
    value = asdict(inputs)
    value["egfr"] = None if inputs.egfr is None else format(Decimal(inputs.egfr).normalize(), "f")
    for name in ("order_risks", "open_steps"):
        value[name] = sorted(value[name], key=canonical)
    return sha256(canonical(value).encode()).hexdigest()
