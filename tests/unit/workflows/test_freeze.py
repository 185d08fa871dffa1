"""Freezing writes a manifest of every object and row that a training reads, once and for all."""

import hashlib
import json
from dataclasses import replace
from datetime import date

import pyarrow as pa
import pytest

from courtside.contracts import lake_keys, training_keys
from courtside.contracts.records import DataManifest, SplitRule
from courtside.core.rows import RowsRepeated
from courtside.core.tasks import TargetNotBinary
from courtside.datasets.catalog import load_dataset
from courtside.datasets.simulated import simulate_games
from courtside.workflows.freeze import DataUnusable, FrozenOtherwise, freeze
from courtside.workflows.games import NoGames, store_games
from courtside.workflows.row_source import NoRows
from courtside.workflows.rows import FilesDiffer
from tests.datasets.churn import DATASET, churn_table
from tests.fakes.ports import InMemoryLake
from tests.unit.workflows.churn_lake import PREFIX, asked, lake_of, parquet

NBA = load_dataset("nba_games")


@pytest.fixture
def lake() -> InMemoryLake:
    table = churn_table().sort_by("measured_at")
    return lake_of(a=table.slice(0, 2000), b=table.slice(2000))


def test_a_manifest_lists_every_object_and_the_rows_before_its_day(lake: InMemoryLake) -> None:
    manifest = freeze(asked(as_of=date(2023, 10, 1)), lake=lake, dataset=DATASET)
    assert [each.key for each in manifest.objects] == [f"{PREFIX}a.parquet", f"{PREFIX}b.parquet"]
    assert [each.rows for each in manifest.objects] == [2000, 1000]
    for each in manifest.objects:
        assert each.sha256 == hashlib.sha256(lake.objects[each.key]).hexdigest()
    days = [moment.date() for moment in churn_table().column("measured_at").to_pylist()]
    before = [day for day in days if day < date(2023, 10, 1)]
    assert (manifest.rows, manifest.first_day, manifest.last_day) == (len(before), min(before), max(before))
    assert DataManifest.model_validate_json(lake.read(training_keys.training_manifest("churn", "first"))) == manifest


def test_a_second_freeze_returns_the_existing_manifest(lake: InMemoryLake) -> None:
    first = freeze(asked(), lake=lake, dataset=DATASET)
    lake.write(f"{PREFIX}c.parquet", parquet(churn_table(seed=8)))
    again = freeze(asked(), lake=lake, dataset=DATASET, seed=1, split=SplitRule(test_share=0.5))
    assert again == first


def test_two_simultaneous_freezes_agree_on_one_manifest(lake: InMemoryLake) -> None:
    class Late(InMemoryLake):
        """A lake in which another freeze finishes between this one's check and its claim."""

        def claim(self, key: str, content: bytes) -> bool:
            self.objects.setdefault(key, winner.model_dump_json().encode())
            return super().claim(key, content)

    winner = freeze(asked(), lake=lake, dataset=DATASET, seed=3)
    del lake.objects[training_keys.training_manifest("churn", "first")]
    assert freeze(asked(), lake=Late(lake.objects), dataset=DATASET) == winner


def test_an_id_that_was_used_for_other_data_is_refused(lake: InMemoryLake) -> None:
    freeze(asked(), lake=lake, dataset=DATASET)
    with pytest.raises(FrozenOtherwise, match="another as_of; start the training under a new id"):
        freeze(asked(as_of=date(2023, 1, 1)), lake=lake, dataset=DATASET)
    with pytest.raises(FrozenOtherwise, match="dataset contract"):
        freeze(asked(), lake=lake, dataset=replace(DATASET, features=DATASET.features[:3]))
    with pytest.raises(FrozenOtherwise, match="newest rows"):
        freeze(asked(), lake=lake, dataset=DATASET, newest_rows=500)


def test_the_hash_depends_on_data_contract_day_split_and_seed_but_not_on_the_id(lake: InMemoryLake) -> None:
    first = freeze(asked("a"), lake=lake, dataset=DATASET)
    assert freeze(asked("b"), lake=lake, dataset=DATASET).content_hash == first.content_hash
    others = [
        freeze(asked("c", as_of=date(2023, 12, 1)), lake=lake, dataset=DATASET),
        freeze(asked("d"), lake=lake, dataset=DATASET, split=SplitRule(test_share=0.3)),
        freeze(asked("e"), lake=lake, dataset=DATASET, seed=1),
        freeze(asked("f"), lake=lake, dataset=DATASET, newest_rows=1000),
        freeze(asked("g"), lake=lake, dataset=replace(DATASET, features=DATASET.features[:-1])),
    ]
    lake.write(f"{PREFIX}a.parquet", parquet(churn_table().sort_by("measured_at").slice(0, 1999)))
    others.append(freeze(asked("h"), lake=lake, dataset=DATASET))
    assert len({first.content_hash, *(each.content_hash for each in others)}) == len(others) + 1


def test_objects_of_later_days_are_not_part_of_a_training(lake: InMemoryLake) -> None:
    table = churn_table().sort_by("measured_at")
    lake.objects = lake_of(a=table.slice(0, 1000)).objects
    lake.write(f"{PREFIX}later.parquet", parquet(table.slice(2900)))
    lake.write(f"{PREFIX}dt=2024-02-01/broken.parquet", b"never read: its folder says it is of a later day")
    manifest = freeze(asked(as_of=date(2023, 6, 1)), lake=lake, dataset=DATASET)
    assert [each.key for each in manifest.objects] == [f"{PREFIX}a.parquet"]


def test_files_that_query_engines_ignore_are_left_out(lake: InMemoryLake) -> None:
    for name in ("_SUCCESS", "notes.txt", ".hidden.parquet", "_tmp/part.parquet"):
        lake.write(f"{PREFIX}{name}", b"no rows")
    lake.write("tables/churned/other.parquet", b"another dataset's")
    assert len(freeze(asked(), lake=lake, dataset=DATASET).objects) == 2


def test_every_unusable_file_is_named_and_nothing_is_frozen(lake: InMemoryLake) -> None:
    lake.write(f"{PREFIX}b.parquet", lake.objects[f"{PREFIX}b.parquet"][:-400])
    lake.write(f"{PREFIX}c.parquet", parquet(churn_table(50).drop(["churned"])))
    with pytest.raises(DataUnusable, match="2 files of churn") as caught:
        freeze(asked(), lake=lake, dataset=DATASET)
    assert [each.file for each in caught.value.files] == [f"memory://{PREFIX}{name}.parquet" for name in "bc"]
    for said in ("b.parquet: unreadable", "c.parquet: the table has no column 'churned'", "load what is named again"):
        assert said in str(caught.value)
    assert training_keys.training_manifest("churn", "first") not in lake.objects


def test_files_of_other_types_are_converted_or_refused(lake: InMemoryLake) -> None:
    table = churn_table(100, seed=9)
    ids = pa.array(range(10_000, 10_100), pa.int32())
    wider = table.set_column(0, "customer_id", ids).set_column(
        table.column_names.index("payment"), "payment", table.column("payment").dictionary_encode()
    )
    lake.write(f"{PREFIX}c.parquet", parquet(wider))
    assert freeze(asked("fits"), lake=lake, dataset=DATASET).rows == 3_100
    lake.write(
        f"{PREFIX}d.parquet",
        parquet(table.set_column(0, "customer_id", pa.array([str(number) for number in range(100)]))),
    )
    with pytest.raises(FilesDiffer, match=r"d\.parquet does not fit .* column 'customer_id' .* int64 vs string"):
        freeze(asked("differs"), lake=lake, dataset=DATASET)


def test_repeated_rows_and_labels_that_differ_between_files_are_refused(lake: InMemoryLake) -> None:
    lake.write(f"{PREFIX}again.parquet", parquet(churn_table().slice(70, 5)))
    with pytest.raises(RowsRepeated, match="5 rows repeat"):
        freeze(asked(), lake=lake, dataset=DATASET)
    plain = churn_table(80).drop(["churned"])
    from_0, from_1 = (
        plain.slice(40 * low, 40).append_column("churned", pa.array([low, low + 1] * 20)) for low in (0, 1)
    )
    lake.objects = lake_of(a=from_0, b=from_1).objects
    with pytest.raises(TargetNotBinary, match=r"3 values \(0, 1, 2\)"):
        freeze(asked(), lake=lake, dataset=DATASET)


def test_the_error_for_a_lake_without_rows_says_how_to_load_some(lake: InMemoryLake) -> None:
    with pytest.raises(NoRows, match="courtside tables load"):
        freeze(asked(as_of=date(2020, 1, 1)), lake=lake, dataset=DATASET)
    with pytest.raises(NoRows, match="courtside tables load"):
        freeze(asked(), lake=InMemoryLake(), dataset=DATASET)
    with pytest.raises(NoGames, match="courtside games load"):
        freeze(asked(model="nba_games"), lake=InMemoryLake(), dataset=NBA)


def test_games_are_frozen_by_season() -> None:
    lake = InMemoryLake()
    store_games(simulate_games(seasons=[2009, 2010, 2011]), lake=lake)
    manifest = freeze(asked(model="nba_games", as_of=date(2010, 7, 1)), lake=lake, dataset=NBA)
    assert [each.key for each in manifest.objects] == [lake_keys.games(2009), lake_keys.games(2010)]
    lake.write("games/season=2010/stray.parquet", b"not parquet")
    lake.write("games/_SUCCESS", b"")
    with pytest.raises(DataUnusable, match=r"season=2010/stray\.parquet: unreadable"):
        freeze(asked("second", as_of=date(2010, 7, 1), model="nba_games"), lake=lake, dataset=NBA)


def test_a_partition_may_replace_the_time_column() -> None:
    table = churn_table(300).drop(["measured_at"])
    lake = InMemoryLake()
    for place, day in enumerate(("2023-03-01", "2023-03-02", "2023-03-03")):
        lake.write(f"{PREFIX}measured_at={day}/rows.parquet", parquet(table.slice(100 * place, 100)))
    manifest = freeze(asked(as_of=date(2023, 3, 3)), lake=lake, dataset=DATASET)
    assert (manifest.rows, manifest.first_day, manifest.last_day) == (200, date(2023, 3, 1), date(2023, 3, 2))
    assert json.loads(lake.read(training_keys.training_manifest("churn", "first")))["seed"] == 42
