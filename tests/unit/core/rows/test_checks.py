"""Rows that do not fit their contract are refused, and the error names the column or the rows."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from courtside.contracts.errors import BadInput
from courtside.core.drift.errors import MissingColumns, TimeOutOfRange, WrongType
from courtside.core.rows import RowsRepeated, TimesMissing, require_contract, require_once
from courtside.core.tasks import TargetNotBinary
from tests.datasets.churn import DATASET, churn_table


def replaced(name: str, column: pa.Array) -> pa.Table:
    table = churn_table(50)
    return table.set_column(table.column_names.index(name), name, column)


def test_the_churn_table_fits_its_contract() -> None:
    table = churn_table(500)
    require_contract(table, DATASET)
    require_once(table, DATASET)
    assert table.column("data_used_gb").null_count > 10
    assert table.column("contract").null_count > 1


NO_TEXT = pa.array(["NA", None] * 25)
SECONDS = pa.timestamp("s")
NEVER = -62_135_596_800
BAD: list[tuple[type[BadInput], str, Callable[[], pa.Table]]] = [
    (MissingColumns, "'monthly_charge', 'churned'", lambda: churn_table(50).drop(["churned", "monthly_charge"])),
    (MissingColumns, "'measured_at'", lambda: churn_table(50).drop(["measured_at"])),
    (WrongType, "'measured_at' is string", lambda: replaced("measured_at", pa.array(["2024-01-01"] * 50))),
    (TimesMissing, "in 50 rows", lambda: replaced("measured_at", pa.nulls(50, pa.timestamp("us")))),
    (WrongType, "'tenure_months' is string", lambda: replaced("tenure_months", pa.array(["1"] * 50))),
    (TargetNotBinary, "'churned' is string", lambda: replaced("churned", pa.array(["yes"] * 50))),
    (WrongType, "'tenure_months' is string .no row holds a value", lambda: replaced("tenure_months", NO_TEXT)),
    (WrongType, "'contract' is list", lambda: replaced("contract", pa.array([[1]] * 50))),
    (WrongType, "'contract' is struct", lambda: replaced("contract", pa.array([{"k": 1}] * 50))),
    (WrongType, "'contract' is binary", lambda: replaced("contract", pa.array([b"a"] * 50))),
    (WrongType, "'contract' is date32", lambda: replaced("contract", pa.array([1] * 50, pa.int32()).cast(pa.date32()))),
    (WrongType, "'contract' is duration", lambda: replaced("contract", pa.array([1] * 50, pa.duration("s")))),
    (WrongType, "'customer_id' is list", lambda: replaced("customer_id", pa.array([[1]] * 50))),
    (TimeOutOfRange, "0001-01-01", lambda: replaced("measured_at", pa.array([NEVER] * 50, pa.int64()).cast(SECONDS))),
    (TargetNotBinary, "50 values", lambda: replaced("churned", pa.array(range(50)))),
]


@pytest.mark.parametrize(("error", "said", "table"), BAD)
def test_a_table_that_does_not_fit_its_contract_is_refused_with_the_reason(
    error: type[BadInput], said: str, table: Callable[[], pa.Table]
) -> None:
    with pytest.raises(error, match=said):
        require_contract(table(), DATASET)


def test_the_columns_of_entities_must_exist_and_hold_plain_values() -> None:
    by_region = replace(DATASET, features=(replace(DATASET.features[0], entity=("region",)), *DATASET.features[1:]))
    with pytest.raises(MissingColumns, match="'region'"):
        require_contract(churn_table(50), by_region)
    with pytest.raises(WrongType, match="'region' is list"):
        require_contract(churn_table(50).append_column("region", pa.array([[1]] * 50)), by_region)
    require_contract(churn_table(50).append_column("region", pa.array(["north"] * 50)), by_region)


def test_repeated_rows_are_counted_and_the_first_is_named() -> None:
    table = churn_table(50)
    with pytest.raises(RowsRepeated, match="3 rows repeat another's customer_id, measured_at") as caught:
        require_once(pa.concat_tables([table, table.slice(7, 3)]), DATASET)
    assert caught.value.repeated == 3
    assert "the first: 7, " in str(caught.value)


@pytest.mark.parametrize(
    ("changed", "part"),
    [
        ({"segments": ("nosuch",)}, "segments"),
        ({"season_column": "nosuch"}, "season_column"),
        ({"target": "nosuch"}, "target"),
        ({"id_columns": ("nosuch",), "segments": ("nosuch",)}, "segments and id_columns"),
    ],
)
def test_an_absent_column_is_told_with_the_keys_of_the_contract_that_name_it(
    changed: dict[str, Any], part: str
) -> None:
    with pytest.raises(MissingColumns, match=f"'nosuch'.*correct the {part} of the contract"):
        require_contract(churn_table(50), replace(DATASET, **changed))
