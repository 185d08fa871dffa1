"""Which method estimates the models of a contract before their labels come follows its task."""

from pathlib import Path

import pytest

from courtside.core.performance.rules import EstimateMethod
from courtside.datasets.catalog import DatasetInvalid, load_dataset

LEAST = "name: prices\nversion: 1\nid_columns: [house]\ntarget: price\nfeatures: {rooms: numeric}\n"


def method(folder: Path, more: str) -> EstimateMethod:
    path = folder / "prices.yaml"
    path.write_text(LEAST + more)
    return load_dataset(str(path)).performance.estimate


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ("", EstimateMethod.CBPE),
        ("task: multiclass\n", EstimateMethod.CBPE),
        ("task: multiclass\nperformance: {estimate: pape}\n", EstimateMethod.PAPE),
        ("task: regression\n", EstimateMethod.NONE),
        ("task: regression\nperformance: {window: 1d}\n", EstimateMethod.NONE),
        ("task: regression\nperformance: {estimate: dle}\n", EstimateMethod.DLE),
        ("task: regression\nperformance: {estimate: none}\n", EstimateMethod.NONE),
    ],
)
def test_a_task_has_methods_of_its_own(tmp_path: Path, more: str, wanted: EstimateMethod) -> None:
    assert method(tmp_path, more) is wanted


@pytest.mark.parametrize(("task", "named", "known"), [("regression", "cbpe", "dle"), ("binary", "dle", "cbpe, pape")])
def test_a_method_of_another_task_is_refused_with_those_that_there_are(
    tmp_path: Path, task: str, named: str, known: str
) -> None:
    with pytest.raises(DatasetInvalid, match=rf"estimate: {named} does not estimate the task {task}; write {known} or"):
        method(tmp_path, f"task: {task}\nperformance: {{estimate: {named}}}\n")
