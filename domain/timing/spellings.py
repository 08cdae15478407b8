"""The words of frequencies as they are really written, and why some of them are refused."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Spelling -> the code under which `reading.py` knows it. Right-hand sides are fixed codes or
# forms of its grammar; the left-hand sides come from MIMIC-IV, HL7 0335, FHIR and Chinese sheets.
ALIASES: Final = {
    **dict.fromkeys(("ST", "STAT", "NOW", "1X", "X1", "ONE TIME", "ONCE ONLY", "立即"), "ONCE"),
    **dict.fromkeys(("临时备用",), "SOS"),
    **dict.fromkeys(("AS NEEDED", "AS REQUIRED", "必要时", "长期备用"), "PRN"),
    **dict.fromkeys(("OC", "ONCALL"), "ON CALL"),
    **dict.fromkeys(("C", "CONTINUOUS", "CONTINUOUSLY", "INFUSION", "持续"), "CONT"),
    **dict.fromkeys(
        ("DAILY", "QDAY", "Q DAY", "ONCE DAILY", "ONCE A DAY", "EVERY DAY", "EACH DAY"), "QD"
    ),
    **dict.fromkeys(("每日一次", "每天一次", "每日1次", "每天1次"), "QD"),
    **dict.fromkeys(("TWICE DAILY", "TWICE A DAY", "每日两次", "每日二次", "每天两次"), "BID"),
    **dict.fromkeys(("每日2次", "每天2次"), "BID"),
    **dict.fromkeys(("THREE TIMES DAILY", "THREE TIMES A DAY", "每日三次", "每天三次"), "TID"),
    **dict.fromkeys(("每日3次", "每天3次"), "TID"),
    **dict.fromkeys(("FOUR TIMES DAILY", "FOUR TIMES A DAY", "每日四次", "每天四次"), "QID"),
    **dict.fromkeys(("每日4次", "每天4次"), "QID"),
    **dict.fromkeys(("NIGHTLY", "EVERY NIGHT", "每晚一次", "每晚"), "QN"),
    **dict.fromkeys(("QHS", "BED", "BEDTIME", "AT BEDTIME", "睡前"), "HS"),
    **dict.fromkeys(("EVERY MORNING", "IN THE MORNING", "MORN", "每晨"), "QAM"),
    **dict.fromkeys(("EVERY EVENING", "IN THE EVENING", "EVE"), "QPM"),
    **dict.fromkeys(("QNOON", "AT NOON"), "NOON"),
    **dict.fromkeys(("EVERY SHIFT", "EACH SHIFT"), "QSHIFT"),
    **dict.fromkeys(("EVERY OTHER DAY", "Q OTHER DAY", "隔日一次", "隔日"), "QOD"),
    **dict.fromkeys(("WEEKLY", "ONCE WEEKLY", "ONCE A WEEK", "EVERY WEEK", "每周一次"), "QW"),
    **dict.fromkeys(("QWK", "QWEEK"), "QW"),
    **dict.fromkeys(("TWICE WEEKLY", "TWICE A WEEK", "每周两次"), "BIW"),
    **dict.fromkeys(("THREE TIMES WEEKLY", "THREE TIMES A WEEK", "每周三次"), "TIW"),
    **dict.fromkeys(("QAC", "BEFORE MEALS", "TIDAC", "TID AC", "饭前", "餐前"), "AC"),
    **dict.fromkeys(("QPC", "AFTER MEALS", "TIDPC", "TID PC", "饭后", "餐后"), "PC"),
    **dict.fromkeys(("WITH MEALS", "TID WITH MEALS", "餐中"), "W/MEALS"),
    **dict.fromkeys(("QIDACHS", "ACHS", "AC HS", "AC & HS", "AC AND HS", "QID ACHS"), "ACHS"),
    **dict.fromkeys(("BREAKFAST", "WITH BREAKFAST"), "CM"),
    **dict.fromkeys(("LUNCH", "WITH LUNCH"), "CD"),
    **dict.fromkeys(("DINNER", "WITH DINNER", "SUPPER", "WITH SUPPER"), "CV"),
}

# Understood by a person who knows more than the order says. A program that filled in the rest
# would guess, so each is refused with what is missing.
REFUSED: Final = (
    (r"ASDIR|AS DIRECTED|UD|UT DICT(UM)?", "'as directed' names no time; write when it is given"),
    (r"TITRATE.*", "a goal, not a time; order the infusion as cont and state the goal apart"),
    (r".*\bPROTOCOL", "the protocol decides how many and when; write the frequency itself"),
    (r"[2-9]X|X[2-9]", "so many doses, but not when; write for example 'q6h x 2'"),
    (r"ONCE PER .*", "several places in one order; write one order for each"),
    (r"DAYS?|WEEKS?|HOURS?", "a unit without a number"),
    (r"OD", "once daily or the right eye; write qd"),
    (r"Q ?\d*L|QM|QMONTH|MONTHLY", "calendar month or lunar cycle; write days, such as Q28D"),
    (r"Q ?\d+ ?S(EC)?", "no ward gives a drug by the second; order an infusion (cont)"),
    (r"U .*", "HL7 0335 keeps this form for future use"),
    (r"HD|DIALYSIS|WITH DIALYSIS", "hangs on dialysis, which has its own times; write weekdays"),
)


def normalised(text: str) -> str:
    """One spelling for case, width, spaces and dots: `q.8 h.` and `Ｑ8Ｈ` become `Q8H`."""
    wide = unicodedata.normalize("NFKC", text).upper().replace("×", "X")
    dotless = re.sub(r"(?<!\d)\.|\.(?!\d)", "", wide)
    spaced = re.sub(r"\s+", " ", dotless).strip()
    spaced = re.sub(
        r"\b(?:W/|WITH) ?(?=(?:MEALS|BREAKFAST|LUNCH|DINNER|SUPPER)\b)", "WITH ", spaced
    )
    return re.sub(r"^每(\d{1,2})小时[一1]次", r"Q\1H", spaced.replace("每小时一次", "QH"))


def why_refused(text: str) -> str:
    """Why a normalised text is not taken; a general reason when it is simply unknown."""
    for pattern, reason in REFUSED:
        if re.fullmatch(pattern, text):
            return reason
    return "no known code or form"
