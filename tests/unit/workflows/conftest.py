import pyarrow as pa
import pytest

from courtside.datasets.simulated import simulate_games
from tests.fakes.drift_setup import SEASONS, DriftSetup, filled_lake
from tests.fakes.ports import InMemoryLake


@pytest.fixture(scope="session")
def games() -> pa.Table:
    return simulate_games(seasons=SEASONS)


@pytest.fixture
def lake(games: pa.Table) -> InMemoryLake:
    return filled_lake(games)


@pytest.fixture
def setup(lake: InMemoryLake) -> DriftSetup:
    return DriftSetup(lake)
