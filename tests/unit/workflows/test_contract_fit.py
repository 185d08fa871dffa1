"""A contract that is added to a stage is compared with the rows that were loaded last."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from courtside.core.dataset import Dataset
from courtside.core.drift.errors import MissingColumns, WrongType
from courtside.datasets.catalog import load_dataset, parse_dataset
from courtside.workflows.contract_fit import ContractUnfit, require_fit_of_loaded
from courtside.workflows.table_loads import load_table
from tests.fakes.ports import InMemoryLake
from tests.unit.workflows.churn_lake import parquet

ROWS = pa.table({"id": [1, 2], "left": [0, 1], "age": [30, 40]})


def contract(features: str) -> Dataset:
    text = f"name: churn\nid_columns: [id]\ntarget: left\nfeatures: {{{features}}}\n"
    return parse_dataset("churn.yaml", text.encode())


@pytest.fixture
def lake() -> InMemoryLake:
    lake = InMemoryLake()
    for hour, first in enumerate((1, 3)):
        rows = ROWS.set_column(0, "id", pa.array([first, first + 1]))
        now = datetime(2026, 11, 29, hour, tzinfo=UTC)
        load_table(parquet(rows), file="churn.csv", lake=lake, dataset=contract("age: numeric"), now=now, progress=str)
    return lake


def test_the_file_that_was_loaded_last_is_the_one_that_is_compared(lake: InMemoryLake) -> None:
    address = require_fit_of_loaded(contract("age: numeric"), lake=lake)
    assert address is not None
    assert address.startswith("memory://tables/churn/")
    newest = address.removeprefix("memory://")
    lake.objects[newest] = parquet(ROWS.drop_columns("age"))
    with pytest.raises(ContractUnfit, match=r"tables/churn/.*MissingColumns.*age"):
        require_fit_of_loaded(contract("age: numeric"), lake=lake)


def test_a_damaged_file_says_nothing_about_the_contract(lake: InMemoryLake) -> None:
    newest = require_fit_of_loaded(contract("age: numeric"), lake=lake)
    assert newest is not None
    lake.objects[newest.removeprefix("memory://")] = b"no parquet"
    before = require_fit_of_loaded(contract("age: numeric"), lake=lake)
    assert before is not None
    assert before != newest
    lake.objects[before.removeprefix("memory://")] = b"no parquet"
    assert require_fit_of_loaded(contract("age: numeric"), lake=lake) is None


@pytest.mark.parametrize(
    ("features", "error"), [("age: numeric, plan: categorical", MissingColumns), ("left_on: numeric", MissingColumns)]
)
def test_what_a_training_would_refuse_is_refused(lake: InMemoryLake, features: str, error: type[Exception]) -> None:
    with pytest.raises(ContractUnfit) as refused:
        require_fit_of_loaded(contract(features), lake=lake)
    assert isinstance(refused.value.error, error)


def test_a_feature_of_another_type_is_refused(lake: InMemoryLake) -> None:
    for key in lake.keys("tables/churn/"):
        if key.endswith(".parquet"):
            lake.objects[key] = parquet(ROWS.set_column(2, "age", pa.array(["thirty", "forty"])))
    with pytest.raises(ContractUnfit) as refused:
        require_fit_of_loaded(contract("age: numeric"), lake=lake)
    assert isinstance(refused.value.error, WrongType)


def test_where_nothing_was_loaded_there_is_nothing_to_compare() -> None:
    assert require_fit_of_loaded(contract("age: numeric"), lake=InMemoryLake()) is None
    assert require_fit_of_loaded(load_dataset("nba_games"), lake=InMemoryLake()) is None
