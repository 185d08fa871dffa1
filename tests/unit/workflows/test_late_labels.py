"""Labels that come late into the model's own rows are taken from there, once."""

from dataclasses import replace
from datetime import timedelta

import pyarrow as pa

from courtside.contracts import lake_keys
from courtside.core.games.schema import GAMES_SCHEMA
from courtside.core.games.unplayed import with_empty_scores
from courtside.core.parquet import parquet_content
from courtside.datasets.catalog import load_dataset
from courtside.datasets.simulated import simulate_games
from courtside.workflows.archive_log import labels_log
from courtside.workflows.games import store_games
from courtside.workflows.late_labels import TakenLabels, take_labels
from tests.fakes.ports import InMemoryLake
from tests.unit.workflows.label_lake import CHURN, day, load, newest, noon, put_in_table, stored, take

GAMES = load_dataset("nba_games")


def test_labels_of_the_table_are_taken_once() -> None:
    lake = InMemoryLake()
    assert take(lake, on=1) == TakenLabels()
    put_in_table(lake, {"a": "yes", "b": None, "c": "no"})
    assert take(lake, on=5) == TakenLabels(new=2)
    assert take(lake, on=6) == TakenLabels()
    put_in_table(lake, {"a": "yes", "b": "yes", "c": "yes"})
    assert take(lake, on=7) == TakenLabels(new=1, changed=1)
    assert stored(lake) == [
        ("a", "yes", 5, "table", 1), ("c", "no", 5, "table", 1), ("b", "yes", 7, "table", 1),
        ("c", "yes", 7, "table", 2),
    ]  # fmt: skip


def test_a_label_that_the_table_lost_is_taken_back() -> None:
    lake = InMemoryLake()
    put_in_table(lake, {"a": "yes", "b": "no"})
    take(lake, on=5)
    load(lake, {"c": "yes"}, on=5)
    put_in_table(lake, {"a": None, "b": "no", "c": None})
    assert take(lake, on=6) == TakenLabels(changed=1)
    assert newest(lake) == {"b": "no", "c": "yes"}
    assert take(lake, on=7) == TakenLabels()
    put_in_table(lake, {"a": "no", "b": "no", "c": None})
    assert take(lake, on=8) == TakenLabels(new=1)
    assert stored(lake)[-1] == ("a", "no", 8, "table", 3)


def test_what_a_person_corrected_stands_until_the_table_says_something_new() -> None:
    lake = InMemoryLake()
    put_in_table(lake, {"a": "yes"})
    take(lake, on=5)
    load(lake, {"a": "no"}, on=6)
    assert take(lake, on=7) == TakenLabels()
    assert newest(lake) == {"a": "no"}
    put_in_table(lake, {"a": None})
    assert take(lake, on=8) == TakenLabels(changed=1)
    assert newest(lake) == {}


def test_what_both_say_is_no_change_and_a_correction_of_it_stands() -> None:
    lake = InMemoryLake()
    load(lake, {"a": "yes"}, on=5)
    put_in_table(lake, {"a": "yes"})
    assert take(lake, on=6) == TakenLabels()
    load(lake, {"a": "no"}, on=7)
    assert take(lake, on=8) == TakenLabels()
    assert newest(lake) == {"a": "no"}


def test_rows_older_than_twice_the_delay_and_rows_to_come_are_not_looked_at() -> None:
    lake = InMemoryLake()
    for billed in (0, 60, 61):
        put_in_table(lake, {str(billed): "yes"}, name=str(billed), billed=billed)
    assert take(lake, on=60) == TakenLabels(new=2)
    assert newest(lake) == {"0": "yes", "60": "yes"}
    put_in_table(lake, {"0": None}, name="0", billed=0)
    assert take(lake, on=61) == TakenLabels(new=1)


def test_rows_without_times_are_all_looked_at() -> None:
    lake = InMemoryLake()
    dataset = replace(CHURN, time_column=None)
    put_in_table(lake, {"a": "yes"})
    put_in_table(lake, {"b": "no"}, name="later")
    assert take_labels(day(900), lake=lake, dataset=dataset, now=noon(900)) == TakenLabels(new=2)
    assert take_labels(day(901), lake=lake, dataset=dataset, now=noon(901)) == TakenLabels()


def test_a_clock_that_is_behind_changes_no_answer_and_loses_nothing() -> None:
    lake = InMemoryLake()
    put_in_table(lake, {"a": "yes"})
    take(lake, on=5)
    put_in_table(lake, {"a": "no", "b": "yes"})
    assert take(lake, on=3) == TakenLabels(new=1, changed=1)
    assert stored(lake)[1:] == [("a", "no", 5, "table", 2), ("b", "yes", 5, "table", 1)]


def test_files_without_a_label_or_an_id_say_nothing() -> None:
    lake = InMemoryLake()
    put_in_table(lake, {"a": "yes"})
    for name, columns in {"no_label": ["churned"], "no_time": ["billed_on"]}.items():
        table = pa.table({"customer_id": ["x"], "billed_on": [day(1)], "churned": ["yes"]}).drop_columns(columns)
        lake.write(f"{lake_keys.tables('churn')}{name}.parquet", parquet_content(table))
    assert take(lake, on=5) == TakenLabels(new=1)


def test_scores_are_the_labels_of_games_and_may_be_withdrawn() -> None:
    lake, games = InMemoryLake(), simulate_games(seasons=[2010, 2011]).cast(GAMES_SCHEMA).sort_by("game_date")
    store_games(games, lake=lake)
    last = games.column("game_date")[-1].as_py()
    dataset = replace(GAMES, label_delay=timedelta(days=5))
    first = take_labels(last, lake=lake, dataset=dataset, now=noon(0))
    played = [row for row in games.to_pylist() if row["game_date"] > last - timedelta(days=11)]
    assert first == TakenLabels(new=len(played))
    log = labels_log(dataset.name, lake=lake)
    said = {row["id"]: row["label"] for row in log.read(last, 1).to_pylist()}
    assert said == {row["game_id"]: str(int(row["home_points"] > row["away_points"])) for row in played}
    withdrawn = games.slice(games.num_rows - 1)
    store_games(games.slice(0, games.num_rows - 1), lake=lake)
    lake.write(lake_keys.coming_games(2011), parquet_content(with_empty_scores(withdrawn)))
    assert take_labels(last, lake=lake, dataset=dataset, now=noon(0)) == TakenLabels(changed=1)
    assert log.read(last, 2).select(["id", "label"]).to_pylist() == [
        {"id": withdrawn.column("game_id")[0].as_py(), "label": None}
    ]
