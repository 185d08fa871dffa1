"""A written contract is read back as it was proposed, whatever its columns are called."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from courtside.core.dataset import Dataset, FeatureKind
from courtside.core.drift.reading import Sample
from courtside.core.proposal import propose
from courtside.datasets.catalog import load_dataset
from courtside.datasets.written import contract_name, contract_text

ODD = [
    *(
        "no",
        "on",
        "y",
        "2020",
        "1.5",
        "null",
        "~",
        "a: b",
        "a #b",
        "- a",
        "* a",
        "&a",
        "'a",
        '"a"',
        "a, b",
        "[a]",
        "{a}",
    ),
    *(
        "  spaces  ",
        "größe",
        "日本",
        "new\nline",
        "tab\there",
        "%",
        "@at",
        "`tick`",
        "a" * 300,
        "!tag",
        "?",
        "x\u202ey",
        "é",
    ),
]
ROWS = 200
RNG = np.random.default_rng(3)


def written(table: pa.Table, folder: Path, *, target: str | None = None) -> Dataset:
    proposal = propose(Sample(table, table.num_rows), table="odd.csv", target=target)
    path = folder / "odd.yaml"
    path.write_text(contract_text(proposal, name=contract_name("odd.csv")))
    return load_dataset(str(path))


@pytest.mark.parametrize("name", ODD)
def test_any_column_name_may_be_a_feature_or_the_target(name: str, tmp_path: Path) -> None:
    values, classes = pa.array(RNG.random(ROWS)), pa.array(RNG.integers(0, 2, ROWS))
    dataset = written(pa.table({name: values, "target": classes}), tmp_path)
    assert [(each.name, each.kind) for each in dataset.features] == [(name, FeatureKind.NUMERIC)]
    dataset = written(pa.table({"plain": values, name: classes}), tmp_path, target=name)
    assert dataset.target == name


@pytest.mark.parametrize("positive", [*ODD, "yes", "true", "1"])
def test_any_text_may_be_class_1(positive: str, tmp_path: Path) -> None:
    classes = pa.array([positive if index % 3 == 0 else "something else entirely" for index in range(ROWS)])
    dataset = written(pa.table({"plain": RNG.random(ROWS), "target": classes}), tmp_path)
    assert dataset.positive == positive


def test_a_written_contract_states_every_guess_with_its_reason(tmp_path: Path) -> None:
    days = np.datetime64("2024-01-01") + np.arange(ROWS) // 10
    left = RNG.integers(0, 2, ROWS)
    table = pa.table(
        {
            "store_id": np.arange(ROWS) % 10,
            "day": pa.array(days),
            "sales": RNG.random(ROWS),
            "same": ["x"] * ROWS,
            "refund": left * 9.5,
            "closed": left,
        }
    )
    dataset = written(table, tmp_path, target="closed")
    assert (dataset.time_column, dataset.id_columns, dataset.entity_columns) == ("day", ("store_id",), ["store_id"])
    assert dataset.feature_names == ["sales"]
    text = (tmp_path / "odd.yaml").read_text()
    for comment in (
        "# The contract of odd.csv, guessed from all of its 200 rows",
        "as it was named",
        "  # same: it is 'x' in every row",
        "  # refund: numeric  # it alone tells the two classes apart (AUC 1.0000)",
        "# When each row happened: it alone holds times, and the rows are in its order.",
    ):
        assert comment in text


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("churn.csv", "churn"),
        ("a/b/Telco-Churn.parquet", "telco-churn"),
        ("s3://lake/years/", "years"),
        ("日本.csv", "table"),
        ("x" * 99 + ".csv", "x" * 64),
        ("2023.csv.gz", "2023"),
    ],
)
def test_a_contract_is_named_after_its_table_with_characters_allowed_in_keys(address: str, name: str) -> None:
    assert contract_name(address) == name
