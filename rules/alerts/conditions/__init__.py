"""The conditions that rule rows name. Importing this package registers them all."""

from rules.alerts.conditions import (
    examination,
    laboratory,
    limits,
    medication,
    records,
    stay,
    transfusion,
)
from rules.alerts.registry import CONDITIONS

__all__ = [
    "CONDITIONS",
    "examination",
    "laboratory",
    "limits",
    "medication",
    "records",
    "stay",
    "transfusion",
]
