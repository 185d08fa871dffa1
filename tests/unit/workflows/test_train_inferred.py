"""With `features: infer`, models, reference and later checks use the features that the training found in its rows."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from courtside.contracts import training_keys
from courtside.contracts.events import Window
from courtside.contracts.records import ChampionReference, DataManifest, TrainingRecord
from courtside.core.dataset import Dataset, Inference
from courtside.core.drift import ClassicPolicy, Profile
from courtside.core.drift.errors import ThresholdInvalid
from courtside.core.training.split import split_rows
from courtside.workflows.drift_window import report_window
from courtside.workflows.freeze import freeze, resolved
from courtside.workflows.frozen_rows import frozen_features
from courtside.workflows.lake_documents import read_document
from courtside.workflows.table_loads import load_table
from courtside.workflows.train import train
from tests.datasets.churn import DATASET, churn_table
from tests.fakes.ports import InMemoryLake, InMemoryTracking
from tests.unit.workflows.churn_lake import asked, lake_of, parquet

INFER = replace(DATASET, features=(), inference=Inference(), candidates=("logistic_regression",))
WINDOW = Window(start=date(2023, 10, 1), end=date(2024, 1, 1))
Trained = tuple[InMemoryLake, TrainingRecord, InMemoryTracking]


def wide(table: pa.Table) -> pa.Table:
    """Return the rows with one constant column and one that reveals the target."""
    refund = pc.if_else(table.column("churned"), 10.0, 0.0)
    return table.append_column("country", pa.array(["NO"] * table.num_rows)).append_column("refund", refund)


@pytest.fixture(scope="module")
def trained() -> Trained:
    lake, tracking = lake_of(a=wide(churn_table(1_500))), InMemoryTracking()
    return lake, train(asked(), lake=lake, tracking=tracking, dataset=INFER), tracking


def test_models_reference_record_and_card_use_the_inferred_features(trained: Trained) -> None:
    lake, record, tracking = trained
    assert record.inferred is not None
    assert record.inferred.kinds == {feature.name: feature.kind.value for feature in DATASET.features}
    assert record.inferred.left_out["country"] == "it is 'NO' in every row"
    assert "knows the outcome" in record.inferred.left_out["refund"]
    assert list(record.importances) == DATASET.feature_names
    assert list(tracking.runs[0].interface.taken_as) == DATASET.feature_names
    profile = Profile.from_bytes(lake.read(training_keys.training_profile("churn", "first")))
    assert {column.name: column.kind.value for column in profile.columns} == record.inferred.kinds
    assert (
        "inferred from the rows: tenure_months (numeric)"
        in lake.read(training_keys.training_card_page("churn", "first")).decode()
    )


def test_the_hash_of_the_contract_does_not_depend_on_the_inferred_features(trained: Trained) -> None:
    _, record, _ = trained
    assert record.contract_hash == INFER.contract.sha256


def test_a_repeated_training_uses_the_frozen_features(trained: Trained) -> None:
    lake, record, _ = trained
    manifest = read_document(DataManifest, training_keys.training_manifest("churn", "first"), lake=lake)
    assert manifest.inferred == record.inferred
    assert freeze(asked(), lake=lake, dataset=INFER) == manifest
    fewer = lake_of(a=churn_table(1_500).drop_columns(["paperless"]))
    assert freeze(asked(), lake=fewer, dataset=INFER).content_hash != manifest.content_hash


def test_a_threshold_for_a_column_that_is_not_a_feature_is_refused() -> None:
    contract = replace(INFER, thresholds=("country.ks=0.2",))
    with pytest.raises(ThresholdInvalid, match="there is no feature 'country'"):
        freeze(asked(), lake=lake_of(a=wide(churn_table(600))), dataset=contract)


def test_a_check_compares_the_features_of_the_champion_even_if_new_rows_suggest_others(trained: Trained) -> None:
    lake, record, _ = trained
    assert record.inferred is not None
    table = wide(churn_table(1_500)).append_column("loyal", pa.array([True, False] * 750))
    binary = pc.if_else(pc.greater(table.column("support_calls"), 1), 1, 0)  # this column is numeric in the reference
    table = table.set_column(table.column_names.index("support_calls"), "support_calls", binary)
    key = training_keys.training_profile("churn", "first")
    found = report_window(
        WINDOW,
        champion=ChampionReference(version="1", training_id="first", profile_key=key, dataset="churn"),
        lake=InMemoryLake({**lake_of(a=table).objects, key: lake.read(key)}),
        dataset=INFER,
        policy=ClassicPolicy(),
    )
    assert {each.name: each.kind.value for each in found.report.features} == record.inferred.kinds
    assert found.report.contract == INFER.contract


def test_a_load_keeps_every_column_for_later_trainings() -> None:
    lake, table = InMemoryLake(), wide(churn_table(600))
    done = load_table(
        parquet(table), file="a.parquet", lake=lake, dataset=INFER, now=datetime.now(UTC), progress=lambda _: None
    )
    assert lake.read(done.load.key) == parquet(table)
    found = freeze(asked(), lake=lake, dataset=INFER).inferred
    assert found is not None
    assert "country" in found.left_out


@pytest.mark.parametrize("contract", [DATASET, INFER], ids=["named", "inferred"])
def test_half_precision_floats_are_ordered_and_counted_like_other_numbers(contract: Dataset) -> None:
    rows = churn_table(300)
    half = pa.array(rows.column("monthly_charge").to_numpy().astype(np.float16))
    rows = rows.set_column(rows.column_names.index("monthly_charge"), "monthly_charge", half)
    lake, contract = lake_of(a=rows), replace(contract, id_columns=(), time_column=None)
    manifest = freeze(asked(as_of=date.max), lake=lake, dataset=contract)
    known = resolved(contract, manifest.inferred)
    split = split_rows(frozen_features(manifest, lake=lake, dataset=known).table, dataset=known)
    assert split.train.schema.field("monthly_charge").type == pa.float32()
