"""A loop as a picture (SVG): a lane of order steps, a lane of task steps, who waits for whom."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

from domain.loops.definition import Level
from domain.loops.grammar import TASKS_ENDED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.loops.definition import LoopDefinition, Step

PITCH: Final = 148
"""From one column to the next, in pixels."""
ROW: Final = 128
RADIUS: Final = 19
LEFT: Final = 128
TOP: Final = 84
MARGIN: Final = 24
LINE: Final = 15
_WIDEST: Final = 19
"""Characters of a line of a label; a Chinese one counts as two."""
_WORDS: Final = {Level.ORDER: ("Order", "医嘱"), Level.TASK: ("Task", "任务")}
_LEGEND: Final = (
    "filled: it signs the order 实心: 医嘱生效   ·   thick ring: it closes 粗圈: 闭环结束   ·   "
    "diamond: under a condition 菱形: 有条件   ·   dotted ring: may be left out 虚线圈: 可省略"
)
_STYLE: Final = (
    "text{font-family:'Noto Sans CJK SC','Microsoft YaHei','PingFang SC',sans-serif;fill:#1c2733}"
    ".title{font-size:22px;font-weight:600}.small{font-size:12px;fill:#4b5a68}"
    ".lane{fill:#f5f7f9;stroke:#d3dae0}.lanename{font-size:15px;font-weight:600}"
    ".node{fill:#fff;stroke:#1f5f99;stroke-width:2.5}.first .node{fill:#1f5f99}"
    ".first .no{fill:#fff}.last .node{stroke-width:5}.free .node{stroke-dasharray:2 4}"
    ".when{fill:none;stroke:#9a6b00;stroke-width:1.5;stroke-dasharray:5 3}"
    ".no{font-size:12px;font-weight:600;text-anchor:middle}.name{font-size:13px;text-anchor:middle}"
    ".zh{font-size:12px;fill:#4b5a68;text-anchor:middle}"
    ".link{fill:none;stroke:#7a8793;stroke-width:1.6;marker-end:url(#arrow)}"
)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a step stands: its column from 0, its lane, its row in the lane from 0."""

    column: int
    level: Level
    row: int


@dataclass(frozen=True, slots=True)
class Arrow:
    """Who waits for whom: two step numbers, or all tasks for an order step."""

    source: str
    target: str


def drawing(loop: LoopDefinition) -> str:
    """The SVG document, in English and Chinese, the same for the same loop."""
    spots = places(loop)
    rows = {level: _rows(spots, level) for level in Level}
    lanes = [level for level in (Level.ORDER, Level.TASK) if rows[level]]
    tops: dict[Level, int] = {}
    top = TOP
    for level in lanes:
        tops[level] = top
        top += rows[level] * ROW + MARGIN
    width = LEFT + (1 + max(spot.column for spot in spots.values())) * PITCH + MARGIN
    centres = {no: _centre(spot, tops) for no, spot in spots.items()}
    return "\n".join(
        (
            *_frame(loop, width, top + 44),
            *(_lane(level, tops[level], rows[level], width) for level in lanes),
            *(_link(centres, spots, arrow) for arrow in arrows(loop)),
            *(_node(step, centres[step.no]) for step in loop.steps.values()),
            f'<text class="small" x="{MARGIN}" y="{top + 20}">{escape(_LEGEND)}</text>',
            "</svg>\n",
        )
    )


# ------------------------------------------------------------------ what stands where
def places(loop: LoopDefinition) -> dict[str, Spot]:
    """The place of each step: as far right as the longest way to it, below who came before."""
    columns = _columns(loop)
    taken: dict[tuple[Level, int], int] = {}
    spots: dict[str, Spot] = {}
    for no, step in loop.steps.items():
        at = (step.level, columns[no])
        spots[no] = Spot(columns[no], step.level, taken.get(at, 0))
        taken[at] = taken.get(at, 0) + 1
    return spots


def _columns(loop: LoopDefinition) -> dict[str, int]:
    columns: dict[str, int] = {}

    def column(no: str) -> int:
        if no not in columns:
            columns[no] = 1 + max((column(one) for one in _waited(loop, no)), default=-1)
        return columns[no]

    for no in loop.steps:
        column(no)
    for no, step in loop.steps.items():  # what waits for nothing and holds up nothing: at the end
        if not step.after and not loop.descendants[no] and not step.activates:
            columns[no] = max(columns.values())
    return columns


def _waited(loop: LoopDefinition, no: str) -> Iterator[str]:
    for ref in loop.steps[no].after:
        if ref.step != TASKS_ENDED:
            yield ref.step
        else:
            yield from (step.no for step in loop.task_steps if step.after)


def arrows(loop: LoopDefinition) -> tuple[Arrow, ...]:
    """Who waits for whom, without what follows from another arrow."""
    found: list[Arrow] = []
    for no, step in loop.steps.items():
        direct = [ref.step for ref in step.after if ref.step in loop.steps]
        if any(ref.step == TASKS_ENDED for ref in step.after):
            direct += _last_task_steps(loop)
        implied = frozenset[str]().union(*(loop.ancestors[one] for one in direct))
        found += [Arrow(one, no) for one in dict.fromkeys(direct) if one not in implied]
    return tuple(found)


def _last_task_steps(loop: LoopDefinition) -> list[str]:
    """The required task steps that no other one waits for."""
    due = [step for step in loop.task_steps if step.required]
    waited = {ref.step for step in due for ref in step.after}
    return [step.no for step in due if step.after and step.no not in waited]


def _rows(spots: dict[str, Spot], level: Level) -> int:
    return max((spot.row + 1 for spot in spots.values() if spot.level is level), default=0)


def _centre(spot: Spot, tops: dict[Level, int]) -> tuple[int, int]:
    x = LEFT + spot.column * PITCH + PITCH // 2
    return x, tops[spot.level] + MARGIN + spot.row * ROW + RADIUS


# ------------------------------------------------------------------ how it is drawn
def _frame(loop: LoopDefinition, width: int, height: int) -> tuple[str, ...]:
    marker = (
        '<marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="#7a8793"/></marker>'
    )
    title = escape(f"{loop.text.en} {loop.text.zh}")
    about = f"{loop.id}, version {loop.version}; one task is one {loop.unit}"
    size = f'width="{width}" height="{height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {width} {height}">',
        f"<title>{title}</title><style>{_STYLE}</style><defs>{marker}</defs>",
        f'<rect {size} fill="#fff"/>',
        f'<text class="title" x="{MARGIN}" y="38">{title}</text>',
        f'<text class="small" x="{MARGIN}" y="60">{escape(about)}</text>',
    )


def _lane(level: Level, top: int, rows: int, width: int) -> str:
    en, zh = _WORDS[level]
    return (
        f'<rect class="lane" x="{MARGIN // 2}" y="{top}" width="{width - MARGIN}" '
        f'height="{rows * ROW + MARGIN // 2}" rx="8"/>'
        f'<text class="lanename" x="{MARGIN}" y="{top + 32}">{en}</text>'
        f'<text class="small" x="{MARGIN}" y="{top + 50}">{zh}</text>'
    )


def _node(step: Step, centre: tuple[int, int]) -> str:
    x, y = centre
    kinds = [
        name
        for name, holds in (
            ("first", step.activates),
            ("last", step.closes),
            ("free", not step.required),
        )
        if holds
    ]
    lines = [("name", line) for line in _wrapped(step.text.en)]
    lines += [("zh", line) for line in _wrapped(step.text.zh)]
    labels = "".join(
        f'<text class="{kind}" x="{x}" y="{y + RADIUS + 17 + at * LINE}">{escape(line)}</text>'
        for at, (kind, line) in enumerate(lines)
    )
    who = ", ".join(role.value.replace("_", " ") for role in step.by)
    when = " and ".join(map(str, step.when))
    told = f"{step.no} {step.text.en} {step.text.zh}: {who}" + (f"; when {when}" if when else "")
    diamond = RADIUS + 9
    points = f"{x},{y - diamond} {x + diamond},{y} {x},{y + diamond} {x - diamond},{y}"
    ring = f'<polygon class="when" points="{points}"/>' if step.when else ""
    return (
        f'<g id="{step.no}" class="{" ".join(["step", *kinds])}"><title>{escape(told)}</title>'
        f'{ring}<circle class="node" cx="{x}" cy="{y}" r="{RADIUS}"/>'
        f'<text class="no" x="{x}" y="{y + 4}">{step.no}</text>{labels}</g>'
    )


def _link(centres: dict[str, tuple[int, int]], spots: dict[str, Spot], arrow: Arrow) -> str:
    """A straight line to the next column, else a curve that keeps clear of what lies between."""
    (x1, y1), (x2, y2) = centres[arrow.source], centres[arrow.target]
    start, end = x1 + RADIUS + 2, x2 - RADIUS - 4
    columns = spots[arrow.target].column - spots[arrow.source].column
    if y1 == y2 and columns == 1:
        way = f"M{start} {y1} L{end} {y2}"
    elif y1 == y2:
        above = y1 - RADIUS - 10 - 3 * min(columns, 4)
        way = (
            f"M{x1 + 13} {y1 - RADIUS + 3} C{x1 + 40} {above} {x1 + 50} {above} {x1 + 70} {above} "
            f"L{x2 - 70} {above} C{x2 - 50} {above} {x2 - 40} {above} {x2 - 15} {y2 - RADIUS + 1}"
        )
    else:
        bend = end - PITCH // 2 if columns > 1 else (start + end) // 2
        way = f"M{start} {y1} L{max(bend - 40, start)} {y1} C{bend} {y1} {bend} {y2} {end} {y2}"
    return f'<path class="link" id="{arrow.source}-{arrow.target}" d="{way}"/>'


def _wrapped(text: str) -> list[str]:
    """The text in lines that fit a column: at spaces, or between Chinese characters."""
    lines, line, used = [], "", 0
    for word in _unbroken(text):
        wide = sum(1 if char.isascii() else 2 for char in word.rstrip())
        if line and used + wide > _WIDEST:
            lines.append(line.rstrip())
            line, used = "", 0
        line += word
        used += sum(1 if char.isascii() else 2 for char in word)
    return [*lines, line.rstrip()] if line else lines


def _unbroken(text: str) -> list[str]:
    pieces: list[str] = []
    for char in text:
        if pieces and char.isascii() and pieces[-1].isascii() and not pieces[-1].endswith(" "):
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces
