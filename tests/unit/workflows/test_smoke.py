import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from courtside.contracts import lake_keys
from courtside.workflows.production import Production
from courtside.workflows.smoke import EXPECTED, ROWS, SmokeFailed, known_rows, smoke
from tests.fakes.ports import ConstantChampion, InMemoryLake, InMemoryTracking
from tests.fakes.production import a_production, add_training

FEATURES = pa.table({"x": np.arange(200.0)})


@pytest.fixture
def production() -> Production:
    stage = a_production()
    add_training(stage, "second", version="2", judged_against="1")
    stage.lake.write(lake_keys.training_smoke("second"), known_rows(FEATURES, np.full(200, 0.5)))
    return stage


def check(production: Production, champion: ConstantChampion | None) -> int:
    return smoke("second", lake=production.lake, tracking=InMemoryTracking(current=champion))


def test_a_champion_that_says_what_it_said_passes(production: Production) -> None:
    assert check(production, ConstantChampion("2", 0.5)) == ROWS


@pytest.mark.parametrize(
    ("champion", "said"),
    [
        (None, "names no champion"),
        (ConstantChampion("1", 0.5), "names version 1, this training made version 2"),
        (ConstantChampion("2", 0.500002), "differ by up to 2e-06"),
        (ConstantChampion("2", float("nan")), "differ"),
    ],
)
def test_anything_else_fails_and_says_how(production: Production, champion: ConstantChampion | None, said: str) -> None:
    with pytest.raises(SmokeFailed, match=said):
        check(production, champion)


def test_the_known_rows_are_the_newest(production: Production) -> None:
    assert isinstance(production.lake, InMemoryLake)
    rows = pq.read_table(io.BytesIO(production.lake.read(lake_keys.training_smoke("second"))))
    assert rows.column_names == ["x", EXPECTED]
    assert rows.column("x").to_pylist() == list(np.arange(150.0, 200.0))
