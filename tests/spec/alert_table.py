"""The 67 alert rules of the rules specification (3.2-3.6 and decision 31), each with its life.

Written from the specification, not from `rules/alerts/*.toml`: from which facts a rule is raised,
at which minute after T0, how severe by priority, who is told first, how its ladder differs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.spec.alert_facts import (
    T0,
    WELL,
    active,
    deadline,
    done,
    mark,
    observed,
    order,
    stay,
    task,
)
from tests.spec.alert_lives import ACTION, LADDERS, Life, limit, marked, same, vitals

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.orders import Priority
    from domain.situation import Situation

PHL = {"S2": "15 PHL; 30 MD SR; 60 NM", "S3": "60 PHL; 180 NM"}
TO_SENIOR = {"S2": "15 SR; 30 CN; 60 NM", "S3": "60 SR; 180 NM"}
TO_MD = {"S2": "15 MD CN; 30 SR; 60 NM"}

MEDICATION = (
    limit("M-01", "S2/S3/S4", "PH", (15, 30, 120), "medication", level="order", ladder=PHL),
    limit("M-02", "S2/S3", "MD", (15, 30, 120), "medication", level="order", ladder=TO_SENIOR),
    limit("M-03", "S2/S3", "PH", (15, 30, 240), "medication"),
    limit("M-04", "S2/S3", "PORT", (15, 30, 60), "medication"),
    limit("M-05", "S1/S2", "RN", (15, 120, 120), "medication", ladder=TO_MD),
    limit("M-06", "S2", "RN", same(30), "medication"),
    limit("M-07", "S3", "RN", same(60), "medication", about="group"),
    limit("M-08", "S4", "RN", same(120), "medication", about="group"),
    limit("M-09", "S3", "RN", same(30), "medication"),
    Life(
        "M-10",
        "S1",
        "RN MD",
        same(65),
        lambda p: stay(
            order("medication", marks=(mark("sepsis", "", "shock", minutes=5),), priority=p)
        ),
        ladder={"S1": "5 CN MD; 10 SR RRT; 20 MA NM"},
        about="stay",
        silent=True,
    ),
    marked("M-11", "S1", "CN", "medication", what="gap", step="M10", fields={"high_alert": True}),
    marked("M-12", "S1", "RN", "medication", what="right_patient", step="M10", value="stop"),
    Life(
        "M-13",
        "S2",
        "RN",
        same(390),
        lambda p: stay(
            task("medication", started=True, steps=done(M11=0), priority=p),
            clinical=observed(orders=(active("heparin"),)),
        ),
        gone=lambda p: stay(
            task("medication", started=True, steps=done(M11=0), priority=p),
            clinical=observed((400, {"aptt": "60"}), orders=(active("heparin"),)),
        ),
        twice=same(780),
    ),
    limit("M-14", "S2", "RN", (15, 30, 120), "medication", ladder=TO_MD),
    limit("M-15", "S4", "RN", same(30), "medication"),
    Life(
        "M-16",
        "S3",
        "PH",
        same(4320),
        lambda p: stay(
            order("medication", priority=p),
            clinical=observed(orders=(active("ceftriaxone", atc="J01DD04"),)),
        ),
        ladder={"S3": "60 MD; 180 PHL"},
        about="order",
    ),
)
LABV = {"S1": "5 LABV CN MD; 10 SR; 20 MA NM"}
LABORATORY = (
    limit("L-01", "S2/S3/S4", "RN", (15, 60, 60), "test"),
    limit("L-02", "S2/S3", "PORT RN", (10, 30, 60), "test"),
    limit("L-03", "S2/S3", "LAB", (30, 60, 60), "test"),
    Life(
        "L-04",
        "S3",
        "LAB",
        (60, 120, 480),
        lambda p: stay(task("test", priority=p)),
        twice=(120, 240, 960),
    ),
    limit("L-05", "S2/S3", "RN", (5, 15, 30), "test"),
    limit("L-06", "S1", "LAB", same(10), "critical_value", ladder=LABV),
    limit("L-07", "S1", "RN", same(5), "critical_value"),
    limit("L-08", "S1", "RN", same(10), "critical_value"),
    limit("L-09", "S1", "MD", same(30), "critical_value", step="C6"),
    limit("L-10", "S2", "MD", same(120), "critical_value"),
    Life(
        "L-11",
        "S4",
        "MD",
        same(30),
        lambda p: stay(
            task(
                "critical_value",
                steps=done(C7=-300),
                fields={"critical_item": "NA", "critical_value": "118", "critical_limit": "< 120"},
                key="task-0",
                since=-600,
                priority=p,
            ),
            task(
                "critical_value",
                deadline("L-09", 30, step="C6"),
                fields={"critical_item": "NA", "critical_value": "119", "critical_limit": "< 120"},
                priority=p,
            ),
        ),
        twice=same(60),
    ),
    limit("L-12", "S3/S4", "MD", (15, 60, 720), "test", level="order", about="group"),
    marked(
        "L-13",
        "S1",
        "LAB",
        "test",
        what="gram_positive",
        step="L9p",
        after=60,
        lasting=False,
        silent=True,
    ),
    Life(
        "L-14",
        "S3",
        "MD",
        same(5),
        lambda p: stay(task("test", priority=p), active=False, ended=5),
        gone=lambda _: stay(active=False, ended=5),
    ),
    marked(
        "L-15",
        "S2",
        "MD",
        "test",
        what="amended",
        step="L9",
        after=30,
        lasting=False,
        level="order",
    ),
)
RADV = {"S1": "5 RADV CN MD; 10 SR; 20 MA NM"}


def of_examination(
    row: str, minutes: float, step: str, **fields: object
) -> Callable[[Priority], Situation]:
    """A critical value that an examination's report has opened."""
    return lambda p: stay(
        order("examination", priority=p, fields=fields),
        task("critical_value", deadline(row, minutes, step=step), priority=p),
    )


EXAMINATION = (
    limit("E-01", "S2/S3/S4", "RAD", (10, 60, 240), "examination"),
    Life(
        "E-02",
        "S2",
        "MD",
        same(180),
        lambda p: stay(
            task(
                "examination",
                deadline("E-04", 270, start=240, step="E7"),
                fields={"checklist": True},
                priority=p,
            )
        ),
    ),
    limit("E-03", "S3", "RN", same(120), "examination"),
    limit(
        "E-04", "S3", "PORT", (10, 15, 30), "examination", ladder={"S3": "60 RN CN; 180 NM"}
    ),
    limit("E-05", "S2/S3", "RAD", (10, 30, 60), "examination"),
    limit("E-06", "S2/S2/S3", "RAD", (60, 240, 360), "examination"),
    Life(
        "E-07", "S1", "RAD", same(10), of_examination("L-06", 10, "C3", modality="CT"),
        ladder=RADV, twice=same(20),
    ),
    marked(
        "E-08", "S2", "RAD", "examination", what="finding", value="category_2", after=360,
        lasting=False, silent=True,
    ),
    marked(
        "E-09", "S4", "MD", "examination", what="finding", value="category_3", after=4320,
        lasting=False, silent=True,
    ),
    limit("E-10", "S3", "MD", (15, 60, 720), "examination", level="order", about="group"),
    Life(
        "E-11", "S1", "MD", same(10), of_examination("L-09", 30, "C6", modality="ECG"),
        twice=same(60),
    ),
)  # fmt: skip
TRANSFUSION = (
    Life(
        "T-01",
        "S2",
        "MD",
        same(5),
        lambda p: stay(order("transfusion", steps=done(T1=0, T3=5, T2=(0, "refused")), priority=p)),
        gone=lambda p: stay(
            order("transfusion", steps=done(T1=0, T3=5, T2=(9, "consented")), priority=p)
        ),
        about="order",
    ),
    limit("T-02", "S2", "RN", (10, 30, 120), "transfusion", level="order"),
    limit("T-03", "S2/S2/S3", "BB", (60, 60, 240), "transfusion"),
    limit("T-04", "S3", "RN", same(4320), "transfusion"),
    limit("T-05", "S2", "PORT", (10, 15, 20), "transfusion"),
    limit(
        "T-06", "S2", "RN", same(20), "transfusion", stages=((30, "S1"),), runs_out=30,
        climb="35 CN MD; 40 SR; 50 MA NM",
    ),
    limit("T-07", "S1", "RN CN", same(15), "transfusion"),
    marked("T-08", "S1", "RN BB MD", "transfusion", what="blood_compatible", value="stop"),
    limit("T-09", "S2", "RN", same(60), "transfusion"),
    limit(
        "T-10", "S2", "RN", same(20), "transfusion", stages=((25, "S1"),),
        climb="30 CN MD; 35 SR; 45 MA NM",
    ),
    limit("T-11", "S3", "RN", (15, 30, 30), "transfusion"),
    limit(
        "T-12", "S2", "RN", same(210), "transfusion", stages=((240, "S1"),), runs_out=240,
        climb="225 CN; 245 SR; 255 MA NM",
    ),
    limit("T-13", "S1", "RN MD BB", same(5), "transfusion_reaction"),
    limit("T-14", "S3", "RN", same(15), "transfusion"),
    limit("T-15", "S3", "MD", same(1440), "transfusion", level="order"),
)  # fmt: skip
CROSS = (
    vitals("X-NEWS-RED", "S2", "RN", ladder=TO_MD, consciousness="C"),
    vitals(
        "X-NEWS-URG", "S2", "RN", ladder=TO_MD,
        respiratory_rate="22", pulse="115", temperature="38.5",
    ),
    Life(
        "X-NEWS-EMER",
        "S1",
        "RN",
        same(5),
        lambda _: stay(
            clinical=observed((5, {**WELL, "respiratory_rate": "26", "spo2": "90", "pulse": "95"}))
        ),
        gone=lambda _: stay(
            clinical=observed(
                (5, {**WELL, "respiratory_rate": "26", "spo2": "90", "pulse": "95"}), (9999, WELL)
            )
        ),
        ladder={"S1": "5 SR CN MD; 10 RRT; 20 MA NM"},
        about="stay",
    ),
    vitals("X-OBS", "S3", "RN", minute=5 + 12 * 60 * 1.25),
    marked("X-01", "S2", "CN", "medication", what="orphan", step="M11", silent=True),
    limit("X-02", "S3", "MD", same(360), "medication", level="order"),
    Life(
        "X-03",
        "S2",
        "CN PH",
        same(30),  # a critical value at 20 of 20 minutes, and half of them again: 8 + 26 x 1.6
        lambda p: stay(task("critical_value", deadline("L-06", 20, step="C3"), priority=p)),
        about="stay",
    ),
    Life(
        "X-04",
        "S2",
        "IT CN",
        same(10),
        lambda _: stay(flags=(f"source_silent@{T0.isoformat()}",)),
        about="stay",
        silent=True,
    ),
    limit("X-LATE", "S2/S3/S4", "RN", (5, 15, 60), "medication", step="M2", limit_id="TM01"),
    marked(
        "X-GAP", "S2/S3", "CN", "medication", what="gap", step="M8", incomplete=True, lasting=False
    ),
)  # fmt: skip
TABLE = (*MEDICATION, *LABORATORY, *EXAMINATION, *TRANSFUSION, *CROSS)
NAMED = tuple(life.rule for life in TABLE)

__all__ = ["ACTION", "LADDERS", "NAMED", "TABLE", "Life"]
