"""A version passes its smoke test only if it repeats the known predictions."""

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from courtside.contracts import training_keys
from courtside.contracts.model_card import ModelInterface
from courtside.workflows.ports import ModelUnusable
from courtside.workflows.production import Production
from courtside.workflows.smoke import EXPECTED, ROWS, SmokeFailed, known_rows, smoke, with_intervals
from tests.fakes.ports import InMemoryLake, InMemoryModels, InMemoryRegistry
from tests.fakes.production import a_production, add_training, profile_of
from tests.fakes.saying import CLASSES, VALUES, WIDTHS, Says, SaysOf

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


def test_a_version_whose_reference_of_drift_was_cut_before_its_seal_is_refused(production: Production) -> None:
    whole = profile_of("second")
    production.lake.write(training_keys.training_profile("nba_games", "second"), whole[: len(whole) // 2])
    with pytest.raises(SmokeFailed, match=r"its reference of drift cannot be read .*courtside retrain"):
        check(production, "0.5")


def test_a_version_that_cannot_be_loaded_is_refused_by_name(production: Production) -> None:
    with pytest.raises(ModelUnusable, match="the model of version 2 cannot be loaded"):
        check(production, "no number")


def test_the_known_rows_are_the_newest_rows(production: Production) -> None:
    assert isinstance(production.lake, InMemoryLake)
    rows = pq.read_table(io.BytesIO(production.lake.read(training_keys.training_smoke("nba_games", "second"))))
    assert rows.column_names == ["x", EXPECTED]
    assert rows.column("x").to_pylist() == list(np.arange(150.0, 200.0))


@pytest.mark.parametrize(("interface", "apart"), [(CLASSES, 2e-6), (VALUES, 2e-4)], ids=["classes", "values"])
def test_versions_of_other_tasks_repeat_all_that_they_said(
    production: Production, interface: ModelInterface, apart: float
) -> None:
    rows = pa.table({"amount": np.linspace(0, 1, 60)})
    said = Says("2", interface).predict(rows)
    keep(production, known_rows(rows, said))
    assert smoke(production.sealed("2"), models=SaysOf(interface)) == ROWS
    said[-1] += apart
    keep(production, known_rows(rows, said), again=True)
    with pytest.raises(SmokeFailed, match="differ by up to 0.0002" if apart > 1e-5 else "differ by up to 2e-06"):
        smoke(production.sealed("3"), models=SaysOf(interface))


def test_a_version_of_values_repeats_its_intervals(production: Production) -> None:
    rows = pa.table({"amount": np.linspace(0, 1, 60)})
    said = Says("2", VALUES, WIDTHS)
    values = said.predict(rows)
    keep(production, known_rows(rows, with_intervals(values, said.bounds(values))))
    assert smoke(production.sealed("2"), models=SaysOf(VALUES, WIDTHS)) == ROWS
    with pytest.raises(SmokeFailed, match="it gives no intervals, and in training it gave some"):
        smoke(production.sealed("2"), models=SaysOf(VALUES))
    with pytest.raises(SmokeFailed, match="its intervals are not those that it gave in training"):
        smoke(production.sealed("2"), models=SaysOf(VALUES, {**WIDTHS, "half_widths": [5.0, 20.1]}))


def test_a_version_that_says_other_classes_fails(production: Production) -> None:
    rows = pa.table({"amount": np.linspace(0, 1, 60)})
    keep(production, known_rows(rows, np.full((60, 4), 0.25)))
    with pytest.raises(SmokeFailed, match=r"have the shape \(50, 3\), not \(50, 4\)"):
        smoke(production.sealed("2"), models=SaysOf(CLASSES))


def keep(production: Production, known: bytes, *, again: bool = False) -> None:
    """Let a training have left these known rows; `again` is a third one, because a seal holds what it found."""
    if again:
        add_training(production, "third", version="3", judged_against="1")
    production.lake.write(training_keys.training_smoke("nba_games", "third" if again else "second"), known)
