"""The doctor names loaded data that vanished and loads that broke off, and says what to do about them."""

from courtside.adapters.examination.loaded_data import loaded_data
from courtside.contracts import lake_keys
from courtside.contracts.loads import LoadState
from courtside.core.findings import Level
from courtside.datasets.catalog import load_dataset
from courtside.workflows.game_loads import PREFIX
from courtside.workflows.loads import change_loads, read_loads
from tests.datasets.churn import DATASET
from tests.fakes.ports import InMemoryLake
from tests.fakes.table_loads import FIRST
from tests.fakes.table_loads import load as load_table
from tests.unit.workflows.churn_lake import PREFIX as CHURN
from tests.unit.workflows.game_lake import WHOLE
from tests.unit.workflows.game_lake import load as load_games

NBA = load_dataset("nba_games")


def test_the_finding_is_ok_while_every_loaded_object_exists() -> None:
    lake = InMemoryLake()
    (nothing,) = loaded_data(lake, NBA)
    assert (nothing.level, nothing.detail) == (
        Level.OK,
        "`courtside games load --model nba_games` has loaded nothing yet",
    )
    load_games(WHOLE, lake)
    (finding,) = loaded_data(lake, NBA)
    assert (finding.level, finding.detail) == (Level.OK, "all 2 objects that were loaded are there")


def test_a_season_that_vanished_is_named_as_a_failure() -> None:
    lake = InMemoryLake()
    load_games(WHOLE, lake)
    lake.remove([lake_keys.games(2010)])
    (finding,) = loaded_data(lake, NBA)
    assert finding.level is Level.FAIL
    assert finding.detail == f"{lake.uri(lake_keys.games(2010))} was loaded with 120 rows and is gone"
    assert "courtside games loads" in finding.fix


def test_an_interrupted_load_is_a_warning() -> None:
    lake = InMemoryLake()
    load_id = load_table(FIRST, lake).load.id
    for state, command in ((LoadState.BEGUN, "load the file again"), (LoadState.LEAVING, f"tables unload {load_id}")):
        load = read_loads(CHURN, lake=lake)[0].loads[0].model_copy(update={"state": state})
        change_loads(CHURN, lambda loads, load=load: loads.changed(load), lake=lake)
        (finding,) = loaded_data(lake, DATASET)
        assert finding.level is Level.WARN
        assert command in finding.fix


def test_an_unreadable_record_of_loads_is_a_failure() -> None:
    (finding,) = loaded_data(InMemoryLake({lake_keys.loads(PREFIX): b"{"}), NBA)
    assert finding.level is Level.FAIL
