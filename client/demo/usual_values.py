"""What staff enter nearly always, word for word. Invented, plausible, no advice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

SAID: Final[Mapping[str, object]] = {
    "read_back": True,
    "reaction": False,
    "effective": True,
    "critical": False,
    "blood_bank_told": True,
    "line_open": True,
    "labels_match": True,
    "bag_sent": True,
    "haemolysis": False,
    "dat": "negative",
    "filter_set": True,
    "flushed": True,
    "history_compared": True,
    "antibody_screen": "negative",
    "appearance": "normal",
    "site_condition": "dry, not red",
    "quality": "good",
    "qc_ok": True,
    "analyser": "AN-2",
    "seal_intact": True,
    "channel": "phone",
    "iv_gauge": "20G",
    "metal_screen": True,
    "escort": "nurse",
    "relation": "patient",
    "method": "gel card",
    "temperature_mode": "room",
    "box_temperature": "5.0",
    "severity": "moderate",
    "imputability": "probable",
    "reaction_outcome": "recovered",
    "causality": "probable",
    "reaction_type": "FN",
    "samples": ["EDTA", "SERUM"],
    "signs": "rash",
    "catch_up": "next dose at its time",
    "education": "explained again",
    "infection_markers": "negative",
    "reaction_history": False,
    "room": "room 3",
}
"""What is nearly always entered."""
ON_STEP: Final[Mapping[str, object]] = {
    "M8.box_temperature": None,
    "L4.volume": None,
    "T12.condition": "intact",
    "E6.condition": "stable",
    "E10.condition": "stable",
    "E6.transport_mode": "wheelchair",
    "L5.transport_mode": "porter",
    "C6.decision": "treat now",
    "C7.action": "treated after the ward's guideline",
    "R5.action": "transfusion ended, line kept, fluids given",
    "A3.action": "drug stopped, antihistamine given",
    "E11.critical": False,
}
NUMBERED: Final = ("form_id", "report_no", "note_id", "incident_no", "seal")
VITAL: Final[Mapping[str, tuple[int, int]]] = {
    "pulse": (66, 96),
    "respiratory_rate": (14, 20),
    "systolic_bp": (108, 138),
    "diastolic_bp": (62, 84),
    "spo2": (95, 99),
}
DECISIONS: Final = ("noted, no change", "dose stays", "control tomorrow", "discussed on the round")
SITES: Final = ("left forearm", "right forearm", "left hand")
PATCH_SITES: Final = ("left upper arm", "right upper arm", "left chest")
CONTRAST: Final = "iodinated contrast 350"
LOT: Final = "DEMO2611"
BLOOD_EXPIRES: Final = "2026-12-31"
EXPIRES: Final = "2027-11-30"
