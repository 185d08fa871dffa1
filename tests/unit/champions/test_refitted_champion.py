"""A champion that learned from all rows serves what it learned, and is judged by what it did not learn."""

from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from courtside.adapters.mlflow_models import MlflowModels
from courtside.adapters.mlflow_tracking import MlflowTracking
from courtside.bootstrap.tasks import NOBODY
from courtside.contracts import training_keys
from courtside.contracts.model_card import Learned, ModelCard
from courtside.core.decision_policy import DecisionPolicy
from courtside.core.parquet import read_parquet_content
from courtside.core.recalibration.platt import PlattMap
from courtside.core.rows.ids import ids_of
from courtside.workflows.compare_versions import compare
from courtside.workflows.resume_logging import resume_logging
from courtside.workflows.sealed_models import reference_in_use, sealed_model
from courtside.workflows.smoke import ROWS, smoke
from tests.fakes.moved_points import points
from tests.fakes.recalibrated_stage import Stage

UNTIL = date(2024, 12, 31)


def holdout_of(stage: Stage, training_id: str) -> pa.Table:
    return read_parquet_content(stage.lake.read(training_keys.training_holdout("points", training_id)))


def rows_of(stage: Stage, holdout: pa.Table) -> pa.Table:
    """Return the rows of a holdout as they were loaded, in its order."""
    tables = pa.concat_tables(
        [points("2024-01-01", 366, moved=0.0, seed=1), points("2025-01-01", 200, moved=1.2, seed=2)]
    )
    places = ids_of(tables, stage.dataset).to_pylist()
    return tables.take(pa.array([places.index(each) for each in holdout.column("id").to_pylist()]))


def test_the_version_learned_from_every_row_and_says_until_when(stage: Stage) -> None:
    champion, holdout = stage.champion(), holdout_of(stage, "first")
    assert champion.interface.learned == Learned(training_id="first", until=UNTIL)
    served, judged = champion.probability(rows_of(stage, holdout)), holdout.column("challenger").to_numpy()
    assert 0 < np.abs(served - judged).max() < 0.05
    reference = reference_in_use("points", lake=stage.lake)
    assert reference is not None
    sealed = sealed_model("points", reference.sha256 or "", lake=stage.lake)
    assert sealed.record().refit is not None
    assert sealed.record().refit.rows == 3_660  # type: ignore[union-attr]
    assert smoke(sealed, models=MlflowModels()) == ROWS
    known = read_parquet_content(sealed.read(training_keys.SMOKE_NAME)).column("expected").to_numpy()
    np.testing.assert_allclose(known, served[-ROWS:], rtol=0, atol=1e-12)


def test_the_next_challenger_is_compared_with_what_was_said_before_and_with_what_is_said_of_later_rows(
    stage: Stage,
) -> None:
    before, served = holdout_of(stage, "first"), stage.champion()
    stage.train("second", "2025-02-01")
    holdout = holdout_of(stage, "second")
    said, later = holdout.column("champion").to_numpy(), np.array(holdout.column("day").to_pylist()) > UNTIL
    assert 50 < later.sum() < holdout.num_rows - 50
    now = served.probability(rows_of(stage, holdout))
    np.testing.assert_array_equal(said[later], now[later])
    kept = dict(zip(before.column("id").to_pylist(), before.column("challenger").to_pylist(), strict=True))
    ids = np.array(holdout.column("id").to_pylist())[~later]
    np.testing.assert_array_equal(said[~later], [kept[each] for each in ids])
    assert (said[~later] != now[~later]).all()
    assert "unseen" not in holdout.column_names
    assert not any("left out" in note for note in stage.decide("second").notes)


@pytest.mark.parametrize(("as_of", "rule"), [("2025-01-05", "too_few_unseen"), ("2025-02-01", None)])
def test_where_what_was_said_before_is_gone_its_rows_are_left_out(stage: Stage, as_of: str, rule: str | None) -> None:
    stage.lake.remove([training_keys.training_holdout("points", "first")])
    stage.train("second", as_of)
    decision, holdout = stage.decide("second"), holdout_of(stage, "second")
    unseen = np.array(holdout.column("unseen").to_pylist())
    assert (np.array(holdout.column("day").to_pylist()) > UNTIL).tolist() == unseen.tolist()
    assert decision.holdout_rows == unseen.sum() < holdout.num_rows
    assert any("rows of the holdout were left out" in note for note in decision.notes)
    assert (decision.rule == rule) == (rule is not None)


def test_a_training_that_is_logged_later_is_judged_by_the_same_rows(stage: Stage) -> None:
    stage.train("second", "2025-02-01")
    away = replace(stage, uri=NOBODY)
    assert away.train("unlogged", "2025-02-01").spooled
    (record,) = resume_logging(lake=stage.lake, tracking=MlflowTracking(stage.uri, nominates=False))
    assert record.champion_version == "1"
    assert holdout_of(stage, "unlogged").equals(holdout_of(stage, "second"))
    version = MlflowTracking(stage.uri).at(stage.dataset.place)
    assert record.refit is not None
    assert version.champion_interface() is not None


def test_a_recalibrated_champion_is_judged_by_none_of_the_rows_that_its_map_was_learned_from(stage: Stage) -> None:
    first = holdout_of(stage, "first")
    record = stage.train("mended", "2025-01-25", recalibrate=True)
    assert record.recalibrates is not None
    stage.decide("mended")
    stage.promote("mended")
    map_until = date(2025, 1, 12)
    champion = stage.champion()
    assert champion.interface.learned == Learned(training_id="mended", until=map_until)
    stage.train("third", "2025-01-25")
    holdout = holdout_of(stage, "third")
    days, said = np.array(holdout.column("day").to_pylist()), holdout.column("champion")
    assert (said.is_valid().to_numpy() == ((days <= UNTIL) | (days > map_until))).all()
    now = champion.probability(rows_of(stage, holdout))
    np.testing.assert_array_equal(
        said.drop_null().to_numpy()[days[said.is_valid().to_numpy()] > map_until], now[days > map_until]
    )
    kept = dict(zip(first.column("id").to_pylist(), first.column("challenger").to_pylist(), strict=True))
    old = days <= UNTIL
    line = PlattMap(record.recalibrates.slope, record.recalibrates.intercept)
    mapped = line.of(np.array([kept[each] for each in np.array(holdout.column("id").to_pylist())[old]]))
    np.testing.assert_allclose(said.to_numpy()[old], mapped, rtol=0, atol=1e-12)


def test_card_run_and_comparison_say_it(stage: Stage) -> None:
    text = stage.lake.read(training_keys.training_card_text("points", "first")).decode()
    assert "Fitted once more: on 3,660 rows, 1 Jan 2024" in text.replace("\\", "")
    assert "fitted once more, with the same parameters, on 3,660 rows up to 2024-12-31" in text.replace("\\", "")
    stage.train("second", "2025-02-01", retrain=DecisionPolicy(refit=False))
    text = stage.lake.read(training_keys.training_card_text("points", "second")).decode()
    assert "Fitted once more: no, because the contract says `retrain: {refit: false}`" in text.replace("\\", "")
    card = ModelCard.model_validate_json(stage.lake.read(training_keys.training_card("points", "second")))
    assert card.record.refit is not None
    assert card.record.refit.until is None
    figures = {each["figure"]: each for each in compare("2", "1", production=stage.production)}
    assert figures["rows fitted to once more"]["version 1"] == 3_660
    assert figures["rows fitted to once more"]["version 2"] is None


def test_a_champion_that_was_not_fitted_once_more_is_asked_about_every_row_as_before(stage: Stage) -> None:
    stage.train("plain", "2025-02-01", retrain=DecisionPolicy(refit=False))
    stage.decide("plain")
    stage.promote("plain")
    champion = stage.champion()
    assert champion.interface.learned is None
    stage.train("next", "2025-02-10")
    holdout = holdout_of(stage, "next")
    np.testing.assert_array_equal(holdout.column("champion").to_numpy(), champion.probability(rows_of(stage, holdout)))


def test_a_champion_whose_rows_nobody_can_tell_any_more_cannot_be_compared(stage: Stage) -> None:
    record = stage.train("timeless", "9999-12-31", time_column=None)
    assert record.champion_incomparable == (
        "it learned from the rows up to 2024-12-31, and rows no longer have times that tell which those are"
    )
    assert stage.decide("timeless").rule == "incomparable"
