"""Hand-written cards and rows of a ward at 08:05, for looking and for the tests of the widgets."""

from client.presenters.bed_card import BedCard, LoopCount
from client.presenters.cells import Cell, Run, Section, Weight, bold, muted, state
from client.presenters.tone import Tone
from client.texts import Texts

RX, EX, LAB, BLD = "medication", "examination", "test", "transfusion"


def counts(texts: Texts, **tones: tuple[Tone, int]) -> tuple[LoopCount, ...]:
    found = []
    for loop in (RX, EX, LAB, BLD):
        tone, count = tones.get(loop, (None, 0))
        words = f"{texts(f'tag_long.{loop}')} {count}"
        found.append(LoopCount(texts(f"tag.{loop}"), tone, count, words))
    return tuple(found)


def cards(texts: Texts) -> tuple[BedCard, ...]:
    zh = texts.language == "zh"
    late = counts(
        texts,
        medication=(Tone.OVERDUE_2, 2),
        examination=(Tone.DUE, 1),
        test=(Tone.OVERDUE_3, 1),
    )
    first = BedCard(
        "e12", "12", "王小明" if zh else "WANG, Xiaoming", "65岁 男" if zh else "65y M",
        "0012 345 678", late,
        next_time="07:40", next_task="门冬胰岛素 6 单位" if zh else "insulin aspart 6 units",
        staff="RN LI, Na", flags=("跌倒",) if zh else ("FALL",), alarm=True,
    )  # fmt: skip
    busy = counts(
        texts,
        medication=(Tone.DUE, 2),
        test=(Tone.DUE_SOON, 1),
        transfusion=(Tone.RUNNING, 1),
    )
    drip = "piperacillin with tazobactam 4.5 g IV infusion"
    drip = "哌拉西林钠他唑巴坦钠 4.5 g 静脉滴注" if zh else drip
    second = BedCard(
        "e19", "19", "胡文博" if zh else "HU, Wenbo", "60岁 男" if zh else "60y M", "0012 345 725",
        busy,
        running=("11:40 前输完", "3 小时 35 分") if zh else ("stop by 11:40", "3 h 35 min"),
        next_time="08:07", next_task="15 分钟观察" if zh else "15-min transfusion vitals",
        staff="RN QIAN, Wei", flags=("跌倒", "禁食") if zh else ("FALL", "NPO"),
    )  # fmt: skip
    third = BedCard(
        "e7", "7", "欧阳娜娜" if zh else "OUYANG, Zhongxiangmin", "63岁 女" if zh else "63y F",
        "0012 345 581",
        counts(texts, medication=(Tone.PLANNED, 1), test=(Tone.ON_HOLD, 1)),
        next_time="09:30",
        next_task=drip,
        staff="RN ZHAO, Min", flags=("隔离",) if zh else ("ISO",),
    )  # fmt: skip
    empty = BedCard("bed15", "15", note="07:40 起清洁" if zh else "cleaning since 07:40")
    return (first, second, third, empty)


def drug(name: str, dose: str, rest: str, *, high_alert: bool = False, tag: str = "Rx") -> Cell:
    runs = [Run(name, Weight.BOLD), Run("— DOSE", Weight.LABEL), Run(f"{dose} — {rest}")]
    if high_alert:
        runs.append(Run("HA", Weight.MARK))
    return Cell(tuple(runs), tag=tag)


Work = tuple[str, Cell, Cell, Cell, Cell, Cell, Cell] | Section


def work() -> tuple[Work, ...]:
    def row(key: str, due: str, told: Cell, *rest: str | Cell) -> Work:
        bed, name, task = rest
        assert isinstance(bed, str)
        assert isinstance(name, str)
        assert isinstance(task, Cell)
        record = muted("0012 345 678", ids=True)
        return (key, bold(due), told, bold(bed, right=True), bold(name), record, task)

    return (
        Section("Overdue", 3, "worst first"),
        row(
            "a", "06:30", state(Tone.OVERDUE_2, "OVERDUE 1 h 35 min"), "12", "WANG, Xiaoming",
            drug("furosemide", "20 mg", "IV injection — every 8 hours"),
        ),
        row(
            "b", "07:00", state(Tone.OVERDUE_1, "OVERDUE 5 min"), "12", "WANG, Xiaoming",
            Cell((Run("potassium, creatinine", Weight.BOLD), Run("collect, 2 tubes")), tag="LAB"),
        ),
        row(
            "c", "07:20", state(Tone.INCOMPLETE, "RECORD MISSING"), "17", "HUANG, Zhiqiang",
            drug("vancomycin", "1 g", "IV infusion"),
        ),
        Section("Due now", 3),
        row(
            "d", "08:01", state(Tone.DUE_SOON, "1 min left"), "11", "LUO, Guifang",
            drug("amiodarone", "150 mg", "IV"),
        ),
        row(
            "e", "08:00", state(Tone.DUE, "due now"), "14", "CHEN, Li",
            drug("insulin aspart", "4 units", "subcutaneous", high_alert=True),
        ),
        row(
            "f", "08:00", state(Tone.RUNNING, "running"), "14", "CHEN, Li",
            drug(
                "piperacillin with tazobactam", "4.5 g",
                "IV infusion in sodium chloride 0.9 % 100 mL over 30 minutes — every 8 hours",
            ),
        ),
        Section("Later", 2, collapsed=False),
        row(
            "g", "09:00", state(Tone.PLANNED, "in 55 min"), "19", "HU, Wenbo",
            Cell((Run("vital signs", Weight.BOLD), Run("every hour", Weight.MUTED)), tag="OBS"),
        ),
        row(
            "h", "09:30", state(Tone.DONE_LATE, "done, 7 min late"), "16", "TANG, Desheng",
            Cell((Run("echocardiogram", Weight.BOLD), Run("leave the ward 09:30")), tag="EX"),
        ),
    )  # fmt: skip
