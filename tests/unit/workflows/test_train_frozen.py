"""A training reads exactly what its manifest names, for any dataset, and gives the same models again."""

import io
import re
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from courtside.contracts import training_keys
from courtside.contracts.records import SplitRule, TrainingRecord
from courtside.core.drift import Profile
from courtside.core.training.fit import feature_frame, probability
from courtside.datasets.catalog import load_dataset
from courtside.datasets.simulated import simulate_games
from courtside.workflows.freeze import freeze
from courtside.workflows.frozen_rows import DataChanged, frozen_features
from courtside.workflows.games import store_games
from courtside.workflows.train import train
from tests.datasets.churn import DATASET, churn_table
from tests.fakes.ports import InMemoryLake, InMemoryTracking
from tests.unit.workflows.churn_lake import PREFIX, asked, lake_of, parquet

NBA = load_dataset("nba_games")
CHURN = DATASET
AS_OF = date(2011, 7, 1)
Trained = tuple[InMemoryLake, TrainingRecord, InMemoryTracking]


def trained_from_one_manifest(lake: InMemoryLake) -> Trained:
    tracking = InMemoryTracking()
    return lake, train(asked(as_of=AS_OF, model="nba_games"), lake=lake, tracking=tracking, dataset=NBA), tracking


@pytest.fixture(scope="module")
def twice() -> list[Trained]:
    """Return two trainings from one manifest in two lakes."""
    lake = InMemoryLake()
    store_games(simulate_games(seasons=[2010, 2011]), lake=lake)
    freeze(asked(as_of=AS_OF, model="nba_games"), lake=lake, dataset=NBA)
    return [trained_from_one_manifest(InMemoryLake(dict(lake.objects))) for _ in range(2)]


def test_one_manifest_gives_bit_for_bit_the_same_metrics_and_predictions(twice: list[Trained]) -> None:
    (lake, first, one), (_, second, two) = twice
    assert first.model_dump(exclude={"seconds"}) == second.model_dump(exclude={"seconds"})
    rows = feature_frame(pq.read_table(io.BytesIO(lake.read("ml-features/test.parquet"))), NBA)
    for mine, other in zip(one.runs[0].candidates, two.runs[0].candidates, strict=True):
        said, said_too = (probability(each.estimator, rows) for each in (mine, other))
        assert said.tobytes() == said_too.tobytes(), mine.name


def test_one_manifest_gives_byte_for_byte_the_same_files(twice: list[Trained]) -> None:
    first, second = (each[0].objects for each in twice)
    assert set(first) == set(second)
    differing = {key for key in first if first[key] != second[key]}
    # The record contains how long its parts took; all other files are identical, even the pickles.
    assert differing == {training_keys.training_record("nba_games", "first")}


def test_the_record_and_the_run_contain_the_hash_of_the_data(twice: list[Trained]) -> None:
    lake, record, tracking = twice[0]
    manifest = freeze(asked(as_of=AS_OF, model="nba_games"), lake=lake, dataset=NBA)
    assert record.data_hash == manifest.content_hash == tracking.runs[0].tags["data_hash"]


def test_tracking_is_prepared_once_per_training(twice: list[Trained]) -> None:
    assert [tracking.prepared for _, _, tracking in twice] == [1, 1]


def test_tracking_that_cannot_be_prepared_stops_no_training() -> None:
    class Unprepared(InMemoryTracking):
        def prepare(self) -> None:
            raise ModuleNotFoundError("skops")

    lake, tracking = lake_of(a=churn_table()), Unprepared()
    record = train(asked(), lake=lake, tracking=tracking, dataset=CHURN)
    assert record.best in {model.name for model in record.models}
    assert len(tracking.runs) == 1


def test_the_split_and_the_newest_rows_are_taken_from_the_manifest() -> None:
    lake = lake_of(a=churn_table())
    freeze(asked(), lake=lake, dataset=CHURN, split=SplitRule(test_share=0.4), newest_rows=1_000)
    record = train(asked(), lake=lake, tracking=None, dataset=CHURN, newest_rows=1_000, with_reference=False)
    assert (record.rows_train, record.rows_test) == (600, 400)
    newest = sorted(churn_table().column("measured_at").to_pylist())[-1_000]
    assert pq.read_table(io.BytesIO(lake.read("ml-features/train.parquet")))["measured_at"].to_pylist()[0] == newest


def test_a_training_accepts_any_contract() -> None:
    lake = lake_of(a=churn_table())
    record = train(asked(), lake=lake, tracking=None, dataset=CHURN)
    assert (record.dataset, record.rows_train, record.rows_test, record.warnings) == ("churn", 2_400, 600, ())
    assert max(model.test_auc for model in record.models) > 0.66
    assert training_keys.training_manifest("churn", "first") in lake.objects
    profile = Profile.from_bytes(lake.read(training_keys.training_profile("churn", "first")))
    assert (profile.rows, profile.time_column) == (3_000, "measured_at")


def test_the_record_warns_of_a_reference_that_disagrees_with_itself() -> None:
    table = churn_table()
    early = pc.less(table["measured_at"], pa.scalar(date(2022, 10, 1)).cast(pa.timestamp("us")))
    charge = pc.if_else(early, pc.add(table["monthly_charge"], 40), table["monthly_charge"])
    table = table.set_column(table.column_names.index("monthly_charge"), "monthly_charge", charge)
    record = train(asked(), lake=lake_of(a=table), tracking=None, dataset=CHURN)
    (warning,) = record.warnings
    assert re.match(
        r"the reference disagrees with itself: monthly_charge \(by 0\.\d+\) moved before \d+ (Sep|Oct) 2022, by KS or "
        r"total variation; windows are compared with its rows since then, not with all 3,000$",
        warning,
    )


def test_rows_without_a_label_are_left_out_with_a_warning() -> None:
    table = churn_table().sort_by("measured_at")
    place = table.column_names.index("churned")
    labels = [*table.column("churned").to_pylist()[:2_700], *[None] * 300]
    lake = lake_of(a=table.set_column(place, "churned", pa.array(labels)))
    record = train(asked(), lake=lake, tracking=None, dataset=CHURN, with_reference=False)
    assert record.rows_train + record.rows_test == 2_700
    (warning,) = record.warnings
    assert warning.startswith("300 rows have no churned yet")


def test_changed_or_missing_objects_stop_the_training_with_what_to_do() -> None:
    table = churn_table(2_000)
    lake = lake_of(a=table.slice(0, 1_000), b=table.slice(1_000))
    manifest = freeze(asked(), lake=lake, dataset=CHURN)
    lake.write(f"{PREFIX}b.parquet", parquet(churn_table(1_000, seed=9)))
    with pytest.raises(DataChanged, match=r"b\.parquet, which holds other bytes now.*under a new id") as caught:
        train(asked(), lake=lake, tracking=None, dataset=CHURN)
    assert caught.value.frozen == manifest.objects[1]
    del lake.objects[f"{PREFIX}b.parquet"]
    with pytest.raises(DataChanged, match="no longer in the lake"):
        train(asked(), lake=lake, tracking=None, dataset=CHURN)
    assert not lake.keys("ml-models/")


def test_objects_added_to_the_lake_later_are_not_trained_on() -> None:
    lake = lake_of(a=churn_table(1_000))
    manifest = freeze(asked(), lake=lake, dataset=CHURN)
    before = frozen_features(manifest, lake=lake, dataset=CHURN).table
    lake.write(f"{PREFIX}b.parquet", parquet(churn_table(500, seed=8)))
    assert frozen_features(manifest, lake=lake, dataset=CHURN).table.equals(before)
    assert np.unique(before.column("churned").to_numpy()).tolist() == [0, 1]
