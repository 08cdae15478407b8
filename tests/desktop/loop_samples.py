"""Hand-written loop pictures: vancomycin with a missing record, a transfusion that went wrong."""

from client.presenters.loop_picture import (
    Bead,
    BeadDay,
    LabelLine,
    Lane,
    LegendItem,
    Link,
    LinkStyle,
    LoopPicture,
    Node,
)
from client.presenters.tone import Tone
from client.texts import Texts

LEGEND = (
    Tone.DONE,
    Tone.DONE_LATE,
    Tone.DUE,
    Tone.RUNNING,
    Tone.OVERDUE_2,
    Tone.PENDING,
    Tone.SKIPPED,
    Tone.FAILED,
    Tone.EXIT,
    Tone.INCOMPLETE,
    Tone.LOCKED,
)


def legend(texts: Texts) -> tuple[LegendItem, ...]:
    shapes = tuple(LegendItem(tone.word(texts).lower(), tone) for tone in LEGEND)
    return (*shapes, LegendItem(texts("tone.conditional")))


def q(*lines: str) -> tuple[LabelLine, ...]:
    return tuple(LabelLine(line) for line in lines)


def _order() -> tuple[Node, ...]:
    return (
        Node("M1", "M1", "Prescribed", 0, Tone.DONE, q("17-Nov 07:02", "ZHOU, Hao")),
        Node("M2", "M2", "Nurse verified", 1, Tone.DONE, q("07:05", "QIAN, Wei")),
        Node("M3", "M3", "Pharmacist review", 2, Tone.DONE, q("07:11", "XIE, Ting")),
        Node(
            "M4", "M4", "Skin test read", 3, Tone.SKIPPED,
            q("not needed:", "drug not flagged"), conditional=True,
        ),
        Node("M15", "M15", "Order ended", 9, Tone.PENDING, q("planned", "24-Nov 20:00")),
        Node("M16", "M16", "Physician confirms", 10, Tone.LOCKED, q("locked: 2 doses open")),
    )  # fmt: skip


def _batch() -> tuple[Node, ...]:
    late = (LabelLine("06:38 LI, Na"), LabelLine("+7 min late", Tone.DUE_SOON, bold=True))
    return (
        Node("M5", "M5", "Prepared", 3, Tone.DONE, q("05:10", "robot PC-2")),
        Node("M6", "M6", "Dispensing check", 4, Tone.DONE, q("05:22", "XIE, Ting")),
        Node("M7", "M7", "Left pharmacy", 5, Tone.DONE, q("05:31", "box 0417")),
        Node("M8", "M8", "Received on ward", 6, Tone.DONE_LATE, late, badges=("r",)),
    )


def _dose() -> tuple[Node, ...]:
    gap = (LabelLine("limit 09:00"), LabelLine("RECORD MISSING", Tone.INCOMPLETE, bold=True))
    round_ = (LabelLine("last 08:51 LI, Na"), LabelLine("next 09:21", Tone.RUNNING, bold=True))
    return (
        Node("M9", "M9", "Ward mix checked", 3, Tone.DONE, q("07:50 LI, Na", "witness ZHAO, Min")),
        Node("M10", "M10", "Bedside check", 4, Tone.INCOMPLETE, gap, strong=True),
        Node("M11", "M11", "Infusion started", 5, Tone.DONE, q("08:21", "pump IP-07")),
        Node(
            "M12", "M12", "Infusion round", 6, Tone.RUNNING, round_, repeated=2, strong=True,
            badges=("m",),
        ),
        Node("M13", "M13", "Infusion ended", 7, Tone.PENDING, q("expected 09:51")),
        Node(
            "M14", "M14", "Effect assessed", 8, Tone.SKIPPED, q("first dose only"), conditional=True
        ),
    )  # fmt: skip


def _days() -> tuple[BeadDay, ...]:
    days = []
    for number in range(17, 25):
        tones = {(19, "20:00"): Tone.DONE_LATE, (22, "08:00"): Tone.EXIT}
        tones |= {(24, "08:00"): Tone.INCOMPLETE, (24, "20:00"): Tone.PLANNED}
        beads = tuple(
            Bead(f"{number}-{clock}", tones.get((number, clock), Tone.DONE), clock)
            for clock in ("08:00", "20:00")
        )
        title = f"{number}-Nov today" if number == 24 else f"{number}-Nov"
        days.append(BeadDay(title, beads, today=number == 24))
    return tuple(days)


def medication(texts: Texts) -> LoopPicture:
    done, pending, skipped = LinkStyle.DONE, LinkStyle.PENDING, LinkStyle.SKIPPED
    return LoopPicture(
        lanes=(
            Lane("order", "ORDER", nodes=_order()),
            Lane("batch", "BATCH", ("23-Nov 20:00 and 24-Nov 08:00",), nodes=_batch()),
            Lane("doses", "DOSES", ("16, 2 a day",), days=_days()),
            Lane("task", "THIS DOSE", ("24-Nov 08:00",), nodes=_dose()),
        ),
        links=(
            Link("M1", "M2", done, "3/60 min"),
            Link("M2", "M3", done, "9/120 min"),
            Link("M3", "M4", skipped),
            Link("M3", "M5", done),
            Link("M4", "M15", pending),
            Link("M15", "M16", pending, "limit 24 h"),
            Link("M5", "M6", done, "12/240 min"),
            Link("M6", "M7", done),
            Link("M7", "M8", done, "67/60 min"),
            Link("M9", "M10", done, "31/60 min"),
            Link("M10", "M11", LinkStyle.GAP),
            Link("M11", "M12", done, "30/60 min"),
            Link("M12", "M13", LinkStyle.RUNNING, "51/90 min"),
            Link("M13", "M14", skipped),
        ),
        selected="M10",
        chosen_bead="24-08:00",
        legend=legend(texts),
    )


def _chain(first: int, names: str, start: int, code: str) -> list[Node]:
    nodes = []
    for number, entry in enumerate(names.split("|")):
        name, *lines = entry.split("/")
        step = f"{code}{first + number}"
        nodes.append(Node(step, step, name, start + number, Tone.DONE, q(*lines)))
    return nodes


def transfusion(texts: Texts) -> LoopPicture:
    late = LabelLine("迟 5 分钟", Tone.DUE_SOON, bold=True)
    order = _chain(
        1, "输血前评估/08:10 沈睿|输血知情同意/08:22 本人签名|用血申请/08:25 沈睿|"
        "用血审核审批/08:41 郭主任|护士核对/08:44 李娜|配血标本采集/08:52 李娜、赵敏", 0, "T",
    )  # fmt: skip
    order += [
        Node("T7", "T7", "血库收样", 6, Tone.DONE_LATE, (*q("09:27 徐鹏"), late)),
        Node("T8", "T8", "血型与抗体筛查", 7, Tone.DONE, q("09:41 徐鹏")),
        Node("T9", "T9", "输血医嘱", 8, Tone.DONE, q("09:44 沈睿")),
        Node("T21", "T21", "输血疗效评价", 9, Tone.PENDING, q("末袋后 24 小时")),
        Node("T22", "T22", "医师确认完成", 10, Tone.LOCKED, q("反应未结案")),
    ]
    unit = _chain(
        10, "交叉配血/09:50 徐鹏|发血/10:00 徐鹏|病区接收核对/10:08 李娜|输血前生命体征/10:02 李娜|"
        "床旁双人核对/10:10 李娜|输血开始/10:12 李娜|15 分钟观察/10:27 李娜", 0, "T",
    )  # fmt: skip
    unit += [
        Node(
            "T17", "T17", "输血巡视", 7, Tone.FAILED,
            (*q("10:51 李娜"), LabelLine("发现反应", Tone.FAILED, bold=True)),
            repeated=2, strong=True,
        ),
        Node(
            "T18", "T18", "输血结束", 8, Tone.EXIT,
            (*q("10:52 96 mL"), LabelLine("不良反应终止", bold=True)),
        ),
        Node(
            "T19", "T19", "输血后生命体征", 9, Tone.OVERDUE_1,
            (*q("时限 11:07"), LabelLine("超时 2 分钟", Tone.OVERDUE_1, bold=True)), strong=True,
        ),
        Node("T20", "T20", "血袋回收", 10, Tone.PENDING, q("11-25 10:52 前")),
    ]  # fmt: skip
    reaction = _chain(1, "识别/10:51 T 38.6|停止输血/10:52 李娜|重新核对/10:55 李娜", 2, "R")
    reaction += [
        Node("R4", "R4", "报告医师与血库", 5, Tone.DONE_LATE, (*q("10:58 沈睿"), late)),
        Node("R5", "R5", "处置", 6, Tone.DONE, q("11:03 沈睿")),
        Node(
            "R6", "R6", "送检", 7, Tone.DUE,
            (*q("时限 11:21"), LabelLine("剩 12 分钟", Tone.DUE, bold=True)), strong=True,
        ),
        Node("R7", "R7", "血库调查", 8, Tone.PENDING, q("24 小时内")),
        Node("R8", "R8", "上报", 9, Tone.PENDING, q("24 小时内")),
        Node("R9", "R9", "结论", 10, Tone.PENDING, q("7 天内")),
    ]  # fmt: skip
    return LoopPicture(
        lanes=(
            Lane("order", "申请", nodes=tuple(order)),
            Lane("unit", "第 1 袋", nodes=tuple(unit)),
            Lane("reaction", "输血反应", ("子闭环",), nodes=tuple(reaction), alarm=True),
        ),
        links=_transfusion_links(),
        selected="R6",
        legend=legend(texts),
    )


def _transfusion_links() -> tuple[Link, ...]:
    done, pending = LinkStyle.DONE, LinkStyle.PENDING
    used = {
        "T3": "16/240", "T4": "3/60", "T5": "8/120", "T6": "35/30", "T10": "10 分钟", "T11": "8/20",
        "T14": "2/5", "T15": "15/15", "R1": "1/1", "R2": "3/5", "R3": "6/5", "R4": "12/10",
    }  # fmt: skip
    links = [
        Link(f"{code}{at}", f"{code}{at + 1}", done, used.get(f"{code}{at}", ""))
        for code, steps in (("T", (*range(1, 9), *range(9, 18))), ("R", range(1, 5)))
        for at in steps
    ]
    return (
        *links,
        Link("R5", "R6", LinkStyle.RUNNING, "18/30"),
        *(Link(f"R{at}", f"R{at + 1}", pending) for at in (6, 7, 8)),
        Link("T9", "T21", pending),
        Link("T21", "T22", pending),
        Link("T17", "R1", LinkStyle.BRANCH),
        Link("T18", "T19", LinkStyle.RUNNING),
        Link("T19", "T20", pending),
    )
