import pyarrow as pa
import pytest

from courtside.datasets.simulated import simulate_games
from courtside.workflows.production import Production
from tests.fakes.drift_setup import SEASONS, DriftSetup, filled_lake
from tests.fakes.ports import InMemoryLake
from tests.fakes.production import a_production, add_training
from tests.fakes.rounds import Rounds


@pytest.fixture(scope="session")
def games() -> pa.Table:
    return simulate_games(seasons=SEASONS)


@pytest.fixture
def lake(games: pa.Table) -> InMemoryLake:
    return filled_lake(games)


@pytest.fixture
def setup(lake: InMemoryLake) -> DriftSetup:
    return DriftSetup(lake)


@pytest.fixture
def production() -> Production:
    stage = a_production()
    add_training(stage, "first", version="1", judged_against=None)
    add_training(stage, "second", version="2", judged_against="1")
    return stage


@pytest.fixture
def rounds() -> Rounds:
    found = Rounds()
    found.add("a", "b", "c")
    return found
