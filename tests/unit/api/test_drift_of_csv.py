"""A drift check reads the columns of CSV files as the reference has them, and that as the contract says."""

from pathlib import Path

import pyarrow as pa
import pytest

from courtside.api.drift import check_drift
from courtside.core.dataset import FeatureKind
from courtside.core.drift import Verdict

CONTRACT = """
name: visits
task: binary
purpose: Tells who buys.
table: visits.csv
target: bought
features:
  age: numeric
  plan: categorical
"""
AGES = [str(20 + row % 50) for row in range(600)]


def written(folder: Path, name: str, plans: list[str], ages: list[str] = AGES) -> Path:
    """Write a table of 600 rows in which these values take turns."""
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    rows = [f"{ages[row % len(ages)]},{plans[row % len(plans)]},{row // 7 % 2}" for row in range(600)]
    path.write_text("\n".join(["age,plan,bought", *rows]) + "\n")
    return path


def as_text(plans: list[str]) -> pa.Table:
    """Return the same table with the labels as text."""
    cells = [plans[row % len(plans)] for row in range(600)]
    ages = [int(AGES[row % len(AGES)]) for row in range(600)]
    return pa.table({"age": ages, "plan": cells, "bought": [row // 7 % 2 for row in range(600)]})


@pytest.mark.parametrize("plans", [["7", "+5"], ["1.0", "2.0"], ["true", "false"], ["TRUE", "NA"], ["7", "8"]])
@pytest.mark.parametrize("besides", ["x", "007"])
@pytest.mark.parametrize("contract", [True, False])
def test_a_label_is_the_same_in_a_file_that_holds_other_labels(
    *, contract: bool, besides: str, plans: list[str], tmp_path: Path
) -> None:
    (tmp_path / "c.yaml").write_text(CONTRACT)
    named = tmp_path / "c.yaml" if contract else None
    one, other = [*plans, besides], plans
    files = [written(tmp_path, f"{place}.csv", each) for place, each in enumerate((one, other))]
    found = check_drift(*files, contract=named, policy="classic").features["plan"]
    expected = check_drift(as_text(one), as_text(other), contract=named, policy="classic").features["plan"]
    assert found.kind is FeatureKind.CATEGORICAL
    assert (found.verdict, found.statistics) == (expected.verdict, expected.statistics)


def test_a_contract_keeps_the_text_of_labels_that_look_like_numbers(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(CONTRACT)
    reference, current = written(tmp_path, "a.csv", ["+5", "1.0"]), written(tmp_path, "b.csv", ["+5", "1.0", "x"])
    found = check_drift(reference, current, contract=tmp_path / "c.yaml", policy="classic").features["plan"]
    expected = check_drift(as_text(["a", "b"]), as_text(["a", "b", "x"]), policy="classic").features["plan"]
    assert (found.verdict, found.statistics) == (expected.verdict, expected.statistics)


def test_the_files_of_a_reference_keep_the_labels_of_a_contract_together(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(CONTRACT)
    for place, plans in enumerate([["1", "2"], ["x1", "007"]]):
        written(tmp_path / "reference", f"{place}.csv", plans)
    current = written(tmp_path, "current.csv", ["1", "2", "x1", "007"])
    found = check_drift(tmp_path / "reference", current, contract=tmp_path / "c.yaml", policy="classic")
    assert found.features["plan"].verdict is Verdict.NO_DRIFT
    assert found.features["plan"].statistic("psi") == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("ages", "verdict"),
    [
        (["NA"], Verdict.MORE_MISSING),
        ([" ", "null"], Verdict.MORE_MISSING),
        ([f"0{age}" for age in AGES], Verdict.NO_DRIFT),
        ([f"+{age}" for age in AGES], Verdict.NO_DRIFT),
    ],
)
def test_a_file_of_a_folder_may_write_numbers_in_its_own_way_or_have_none(
    ages: list[str], verdict: Verdict, tmp_path: Path
) -> None:
    reference = written(tmp_path, "reference.csv", ["a", "b"])
    for name in ("one.csv", "two.csv", "three.csv"):
        written(tmp_path / "current", name, ["a", "b"])
    written(tmp_path / "current", "odd.csv", ["a", "b"], ages)
    found = check_drift(reference, tmp_path / "current", policy="classic")
    assert not found.report.files_quarantined
    assert found.features["age"].verdict is verdict
