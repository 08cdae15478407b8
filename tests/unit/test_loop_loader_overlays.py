"""A hospital and a ward change limits, roles, conditions, witnesses and texts; nothing else."""

from pathlib import Path

import pytest

from domain.errors import DefinitionError
from domain.loops.definition import Bounds
from domain.people import Role
from rules.loops.loader import load_fields, load_loop, load_loops

LOOPS = Path(__file__).parent.parent / "loops"
MILK = LOOPS / "human_milk.toml"
FIELDS = load_fields(LOOPS / "fields.toml")
SITE = """
format = 1

[loops.human_milk.text]
en = "Milk"

[loops.human_milk.common.hold]
by = ["PHY", "NIC"]

[loops.human_milk.limits.HM01]
within = [5, 10, 30]
source = "Site policy 7"

[loops.human_milk.steps.H2]
by = ["NIC"]
zh = "护士长校对"

[loops.human_milk.steps.H5]
witness = { by = ["NIC"] }

[loops.human_milk.exits.HX02]
by = ["NIC"]

[loops.human_milk.returns.HX11]
asks = ["PHY2"]

[loops.human_milk.children.HX13]
by = ["RN"]

[rules.X-LATE]
severity = "S2"
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    path = tmp_path / "site.toml"
    path.write_text(SITE, encoding="utf-8")
    return path


def ward(folder: Path, text: str, name: str = "ward.toml") -> Path:
    path = folder / name
    path.write_text(f"format = 1\n{text}", encoding="utf-8")
    return path


def test_a_site_changes_limits_roles_witness_and_texts(site: Path) -> None:
    base = load_loop(MILK, fields=FIELDS)
    milk = load_loop(MILK, fields=FIELDS, overlays=(site,))
    assert milk.text.en == "Milk"
    assert milk.text.zh == base.text.zh
    assert milk.common["hold"].by == (Role.PHYSICIAN, Role.CHARGE_NURSE)
    assert milk.limit["HM01"].within == Bounds(5, 10, 30)
    assert milk.limit["HM01"].source == "Site policy 7"
    assert milk.steps["H2"].by == (Role.CHARGE_NURSE,)
    assert milk.steps["H5"].witness is not None
    assert milk.steps["H5"].witness.by == (Role.CHARGE_NURSE,)
    assert milk.exits[1].by == (Role.CHARGE_NURSE,)
    assert milk.returns[0].asks == (Role.SENIOR_PHYSICIAN,)
    assert milk.children[1].by == (Role.NURSE,)
    assert milk.sha256 != base.sha256
    assert list(milk.steps) == list(base.steps)


def test_an_overlay_that_changes_nothing_leaves_the_hash(tmp_path: Path) -> None:
    same = ward(tmp_path, "[loops.human_milk.limits.HM01]\nwithin = [5, 15, 60]\n")
    base = load_loop(MILK, fields=FIELDS)
    assert load_loop(MILK, fields=FIELDS, overlays=(same,)).sha256 == base.sha256


def test_an_overlay_stands_over_the_profile(tmp_path: Path) -> None:
    changed = ward(tmp_path, "[loops.human_milk.limits.HM03]\nwithin = [20, 20, 20]\n")
    milk = load_loop(MILK, fields=FIELDS, profile="intl", overlays=(changed,))
    assert milk.limit["HM03"].within == Bounds(20, 20, 20)


def test_a_wards_change_stands_over_the_sites_and_holds_there_only(
    site: Path, tmp_path: Path
) -> None:
    strict = ward(
        tmp_path, 'ward = ["NICU", "7A"]\n[loops.human_milk.limits.HM01]\nwithin = [5, 5, 5]\n'
    )
    loops = load_loops(shipped=LOOPS, overlays=(strict, site))
    assert loops.get("human_milk").limit["HM01"].within == Bounds(5, 10, 30)
    nicu = loops.for_ward("NICU")
    assert nicu.get("human_milk").limit["HM01"].within == Bounds(5, 5, 5)
    assert nicu.get("human_milk").steps["H2"].by == (Role.CHARGE_NURSE,)
    assert nicu.sha256 == loops.for_ward("7A").sha256 != loops.sha256
    assert loops.for_ward("8B") is loops
    assert nicu.fields == loops.fields


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('[loops.human_milk.steps.H11]\nby = ["RN"]', 2, "an overlay adds no row"),
        ('[loops.human_milk.common.dance]\nby = ["RN"]', 2, "an overlay adds no row"),
        ('[loops.human_milk.together.H6]\nwhen = ["x"]', 2, "an overlay may change text, common"),
        ("[loops.human_milk.limits.HM01]\nwihtin = [1, 2, 3]", 3, "cannot change 'wihtin' here"),
        ('[loops.human_milk.limits.HM01]\nto = "H6"', 3, "cannot change 'to' here"),
        ("[loops.human_milk.steps.H6]\nstarts = false", 3, "cannot change 'starts' here"),
        ("[loops.human_milk.steps.H6]\nchecks = []", 3, "right would be one of by, when, witness"),
        ("[loops.human_milk.limits.HM01]\nwithin = [1, 2]", 3, "HM01: within: not three bounds"),
        ('[loops.human_milk.steps.H2]\nby = ["NURSE"]', 3, "steps H2: by: unknown role 'NURSE'"),
        ('[loops.human_milk.steps.H5]\nwhen = ["sleepy"]', 3, "task.sleepy is not declared"),
        ('[loops.human_milk.text]\nfr = "Lait"', 3, "cannot change 'fr' here"),
        ("[loops.human_milk.limits]\nHM01 = 5", 3, "right would be a table"),
        ("[loops]\nhuman_milk = 5", 3, "right would be a table"),
        ("loops = 5", 2, "a table for each loop"),
        ("steps = 5", 2, "unknown key 'steps'; right would be one of format, version, ward, eff"),
        ("ward = 7", 2, "a list of texts"),
        ("[loops.human_milk.steps.H4]\nby = = 5", 3, "not TOML"),
    ],
)
def test_an_overlay_that_goes_too_far_is_refused_with_its_own_line(
    text: str, line: int, reason: str, tmp_path: Path
) -> None:
    with pytest.raises(DefinitionError) as caught:
        load_loop(MILK, fields=FIELDS, overlays=(ward(tmp_path, text),))
    assert reason in caught.value.reason
    assert (caught.value.file, caught.value.line) == ("ward.toml", line)


def test_an_overlay_of_another_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "old.toml"
    path.write_text("format = 2\n", encoding="utf-8")
    with pytest.raises(DefinitionError, match="format = 1") as caught:
        load_loop(MILK, fields=FIELDS, overlays=(path,))
    assert (caught.value.file, caught.value.line) == ("old.toml", 1)


def test_a_fault_that_an_overlay_makes_elsewhere_names_the_overlay_too(tmp_path: Path) -> None:
    """Watched only in some feeds, H7 is left without a clock in the others."""
    changed = ward(tmp_path, '[loops.human_milk.steps.H6]\nwhen = ["order.by_tube"]\n')
    with pytest.raises(DefinitionError, match=r"as ward\.toml changes it") as caught:
        load_loop(MILK, fields=FIELDS, overlays=(changed,))
    assert caught.value.file == "human_milk.toml"
    text = MILK.read_text(encoding="utf-8").splitlines()
    assert text[caught.value.line - 1] == 'from = "H6"'
    assert text[caught.value.line] == 'to = "H7"'


def test_an_overlay_of_a_loop_that_there_is_not_is_refused(tmp_path: Path) -> None:
    wrong = ward(tmp_path, '[loops.massage.text]\nen = "Massage"\n')
    with pytest.raises(DefinitionError, match="none is 'massage'") as caught:
        load_loops(shipped=LOOPS, overlays=(wrong,))
    assert (caught.value.file, caught.value.line) == ("ward.toml", 2)
    assert load_loop(MILK, fields=FIELDS, overlays=(wrong,)).id == "human_milk"


def test_a_list_that_the_loop_has_not_cannot_be_changed(tmp_path: Path) -> None:
    wrong = ward(tmp_path, '[loops.feeding_reaction.exits.HX01]\nby = ["RN"]\n')
    with pytest.raises(DefinitionError, match="has no 'HX01' in exits"):
        load_loops(shipped=LOOPS, overlays=(wrong,))
