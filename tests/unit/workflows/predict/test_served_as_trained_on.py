"""Rows of a table are served the features that are trained on, in whatever format either arrives."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pytest
from pyarrow import feather

from courtside.core.dataset import Dataset
from courtside.core.predictions.features_hash import features_hashes
from courtside.core.predictions.rules import PredictRules
from courtside.core.rows.ids import ids_of
from courtside.core.training.frame import feature_frame, taken_as
from courtside.datasets.catalog import load_dataset
from courtside.datasets.simulated_churn import CHURN_CONTRACT, simulate_churn
from courtside.workflows.freeze import freeze
from courtside.workflows.frozen_rows import frozen_features
from tests.fakes.coming import coming_rows
from tests.unit.workflows.arriving import Desk
from tests.unit.workflows.churn_lake import asked, parquet

AS_OF = date(2024, 4, 1)
UNTIL = timedelta(days=60)
Content = Callable[[pa.Table], bytes]


def as_csv(table: pa.Table) -> bytes:
    content = io.BytesIO()
    pa_csv.write_csv(table, content)
    return content.getvalue()


def as_feather(table: pa.Table) -> bytes:
    content = io.BytesIO()
    feather.write_feather(table, content)
    return content.getvalue()


def with_narrow_types(table: pa.Table) -> bytes:
    """Return parquet as another writer would write it: dictionaries, smaller numbers, moments instead of days."""
    kinds: dict[str, pa.DataType] = {
        "plan": pa.dictionary(pa.int8(), pa.string()),
        "tenure_months": pa.int16(),
        "support_tickets": pa.float64(),
        "billed_on": pa.timestamp("ms"),
    }
    for name, kind in kinds.items():
        place = table.schema.get_field_index(name)
        table = table.set_column(place, name, table.column(name).cast(kind))
    return parquet(table)


FORMATS: dict[str, tuple[str, Content]] = {
    "parquet": ("rows.parquet", parquet),
    "csv": ("rows.csv", as_csv),
    "feather": ("rows.feather", as_feather),
    "narrow": ("rows.parquet", with_narrow_types),
}


def churn() -> tuple[Dataset, pa.Table]:
    dataset = load_dataset(str(CHURN_CONTRACT))
    return replace(dataset, label_delay=UNTIL, predict=PredictRules(ahead=UNTIL)), simulate_churn(
        months=5, customers=60
    )


def arrived(dataset: Dataset, table: pa.Table, format_: str) -> Desk:
    """Return a lake into which a table has arrived in a format."""
    desk = Desk(dataset)
    name, content = FORMATS[format_]
    desk.arrive(name, content(table))
    return desk


def by_id(rows: pa.Table, dataset: Dataset, taken: dict[str, str]) -> dict[str, tuple[Any, int]]:
    frame = feature_frame(rows, dataset).map(lambda cell: cell if isinstance(cell, str) else float(cell).hex())
    ids = ids_of(rows, dataset).to_pylist()
    return dict(
        zip(ids, zip(frame.to_numpy().tolist(), features_hashes(rows, taken).tolist(), strict=True), strict=True)
    )


@pytest.mark.parametrize("trained_from", ["parquet", "csv"])
@pytest.mark.parametrize("served_from", FORMATS)
def test_every_row_is_served_the_features_that_are_trained_on(trained_from: str, served_from: str) -> None:
    dataset, table = churn()
    desk = arrived(dataset, table, trained_from)
    request = asked(as_of=date(2030, 1, 1))
    trained = frozen_features(freeze(request, lake=desk.lake, dataset=dataset), lake=desk.lake, dataset=dataset).table
    taken = taken_as(trained.schema, dataset)
    late = table.filter(pc.greater_equal(table["billed_on"], pa.scalar(AS_OF)))
    unlabelled = late.set_column(
        late.schema.get_field_index("churned"), "churned", pa.nulls(late.num_rows, pa.string())
    )
    (file,) = coming_rows(AS_OF, lake=arrived(dataset, unlabelled, served_from).lake, dataset=dataset).files
    served = by_id(file.table, dataset, taken)
    expected = by_id(trained, dataset, taken)
    assert len(served) == late.num_rows > 50
    assert served == {row: expected[row] for row in served}
