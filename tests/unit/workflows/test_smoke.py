"""A version passes its smoke test only if it repeats the known predictions."""

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from courtside.contracts import training_keys
from courtside.workflows.ports import ModelUnusable
from courtside.workflows.production import Production
from courtside.workflows.smoke import EXPECTED, ROWS, SmokeFailed, known_rows, smoke
from tests.fakes.ports import InMemoryLake, InMemoryModels, InMemoryRegistry
from tests.fakes.production import a_production, add_training

FEATURES = pa.table({"x": np.arange(200.0)})


@pytest.fixture
def production() -> Production:
    stage = a_production()
    add_training(stage, "second", version="2", judged_against="1")
    stage.lake.write(training_keys.training_smoke("nba_games", "second"), known_rows(FEATURES, np.full(200, 0.5)))
    return stage


def check(production: Production, says: str) -> int:
    """Run the smoke test of version 2, whose model gives the same probability for every row."""
    assert isinstance(production.registry, InMemoryRegistry)
    production.registry.models["2"] = says.encode()
    return smoke(production.sealed("2"), models=InMemoryModels())


def test_a_version_that_repeats_its_known_predictions_passes(production: Production) -> None:
    assert check(production, "0.5") == ROWS


@pytest.mark.parametrize(("says", "said"), [("0.500002", "differ by up to 2e-06"), ("nan", "differ")])
def test_a_version_with_different_predictions_fails_with_the_difference(
    production: Production, says: str, said: str
) -> None:
    with pytest.raises(SmokeFailed, match=said):
        check(production, says)


def test_a_version_that_cannot_be_loaded_is_refused_by_name(production: Production) -> None:
    with pytest.raises(ModelUnusable, match="the model of version 2 cannot be loaded"):
        check(production, "no number")


def test_the_known_rows_are_the_newest_rows(production: Production) -> None:
    assert isinstance(production.lake, InMemoryLake)
    rows = pq.read_table(io.BytesIO(production.lake.read(training_keys.training_smoke("nba_games", "second"))))
    assert rows.column_names == ["x", EXPECTED]
    assert rows.column("x").to_pylist() == list(np.arange(150.0, 200.0))
