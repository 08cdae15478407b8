"""A small hospital that was told to Wardloop by commands only; `docs/commands.md` shows it."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from tests.end_to_end.command_line import Wardloop

ADMINISTRATOR = {"user": "zhao.lei", "name": "ZHAO, Lei", "roles": ["administrator"]}
PEOPLE = (
    {"user": "chen.wei", "name": "CHEN, Wei", "name_zh": "陈伟", "roles": ["physician"]},
    {"user": "li.na", "name": "LI, Na", "name_zh": "李娜", "roles": ["charge_nurse"]},
    {"user": "sun.li", "name": "SUN, Li", "name_zh": "孙丽", "roles": ["nurse"]},
    {"user": "wu.min", "name": "WU, Min", "name_zh": "吴敏", "roles": ["pharmacist"]},
    {"user": "he.jun", "name": "HE, Jun", "name_zh": "何军", "roles": ["pharmacy_technician"]},
)
WARD = {
    "ward": "3A",
    "name": "Respiratory",
    "name_zh": "呼吸内科",
    "time_zone": "Asia/Shanghai",
    "beds": ["01", "02", "03"],
}
PATIENT = {
    "mrn": "0012345678",
    "name": "WANG, Xiaoming",
    "name_zh": "王小明",
    "sex": "male",
    "birth_date": "1958-03-14",
    "ward": "3A",
    "bed": "01",
    "diagnosis": "pneumonia",
}
DRUGS = """\
code,name,name_zh,initials,strength,route,gtins,high_alert,skin_test,ward_stock
AMOX500,Amoxicillin 500 mg capsule,阿莫西林胶囊,amxljn,500 mg,PO,06901234567892,false,false,
INSR,Insulin regular,胰岛素注射液,ydszsy,100 [iU]/mL,SC,06901234567908,true,false,3A
"""
TESTS = """\
code,name,name_zh,specimen_type,container_type,stability_minutes,turnaround_minutes
K,Potassium,血钾,serum,yellow,240,60
"""
EXAMINATIONS = """\
code,name,name_zh,modality,body_part,contrast,consent_required
CTCHEST,CT of the chest,胸部CT,CT,chest,false,false
"""
COMPONENTS = """\
code,name,name_zh,volume,product_codes,storage
red_cells,Red cells,悬浮红细胞,200 mL,E0336V00,2-6 Cel
"""
CATALOGUES = {
    "drug": DRUGS,
    "test": TESTS,
    "examination": EXAMINATIONS,
    "component": COMPONENTS,
}
DOSE: dict[str, object] = {
    "product": "AMOX500",
    "dose": "500 mg",
    "frequency": "TID",
    "start": "2026-11-24T12:00:00+08:00",
    "dose_count": 1,
    "priority": "ROUTINE",
    "order_class": "LONG",
}
AMOXICILLIN = {"mrn": "0012345678", "kind": "medication", "fields": DOSE}

EXAMINATION = {
    "mrn": "0012345678",
    "kind": "examination",
    "fields": {
        "exam": "CTCHEST",
        "clinical_question": "infiltrate?",
        "priority": "URGENT",
    },
}
TEST = {
    "mrn": "0012345678",
    "kind": "test",
    "fields": {"tests": ["K"], "timing": "random", "priority": "STAT"},
}
TRANSFUSION = {
    "mrn": "0012345678",
    "kind": "transfusion",
    "fields": {
        "component": "red_cells",
        "units": 1,
        "order_volume": {"value": "200", "unit": "mL"},
        "indication": "Hb 58 g/L, dyspnoea",
        "priority": "URGENT",
        "approval_level": "senior",
    },
}


def set_up(wardloop: Wardloop) -> None:
    """Users, a ward, the catalogues."""
    wardloop.does("user", "add", given=ADMINISTRATOR, user="zhao.lei")
    for person in PEOPLE:
        wardloop.does("user", "add", given=person, user="zhao.lei")
    wardloop.does("ward", "set", given=WARD, user="zhao.lei")
    for kind, text in CATALOGUES.items():
        said = wardloop("catalogue", "import", kind, given=text, user="zhao.lei")
        assert said.code == 0, said.err


def admitted(wardloop: Wardloop, **changes: object) -> str:
    """The stay of the patient."""
    answer: Any = wardloop.does("patient", "admit", given={**PATIENT, **changes}, user="li.na")
    stay = str(answer["encounter"])
    wardloop.does("allergy", "record", given={"encounter": stay, "none_known": True}, user="li.na")
    return stay


def signed(wardloop: Wardloop) -> tuple[str, str]:
    """An order of one dose of amoxicillin, signed; the order's id and the dose's."""
    order = str(wardloop.does("order", "draft", given=AMOXICILLIN, user="chen.wei")["order"])
    wardloop.does("order", "sign", given={"order": order}, user="chen.wei")
    shown: Any = wardloop.does("order", "show", order, user="chen.wei")
    return order, str(shown["tasks"][0]["id"])


@cache
def _told() -> Path:
    """The database of a hospital that was set up, made once."""
    wardloop = Wardloop(Path(mkdtemp(prefix="wardloop-test-")))
    set_up(wardloop)
    return wardloop.file


def told_hospital(folder: Path) -> Wardloop:
    """The program on a copy of that database."""
    wardloop = Wardloop(folder)
    shutil.copyfile(_told(), wardloop.file)
    return wardloop
