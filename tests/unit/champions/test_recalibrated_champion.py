"""A champion whose probabilities broke is recalibrated, judged, promoted and rolled back; what cannot be is refused."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from courtside.adapters.mlflow_models import MlflowModels
from courtside.adapters.mlflow_registry import MlflowRegistry
from courtside.adapters.mlflow_tracking import MlflowTracking
from courtside.bootstrap.tasks import NOBODY
from courtside.contracts import lake_keys, training_keys
from courtside.contracts.model_card import ModelCard
from courtside.core.rows import TimeColumnNeeded
from courtside.core.tasks import OneClassOnly
from courtside.workflows.compare_versions import compare
from courtside.workflows.recalibrate import CannotRecalibrate, TooFewToRecalibrate, recalibratable
from courtside.workflows.resume_logging import resume_logging
from courtside.workflows.scheduled_training import data_until
from courtside.workflows.sealed_models import SealBroken, reference_in_use
from courtside.workflows.training_runs import ChampionMoved
from tests.fakes.moved_points import points
from tests.fakes.ports import InMemoryLake
from tests.fakes.recalibrated_stage import BROKE, Stage, with_champion


@pytest.mark.parametrize("candidate", ["logistic_regression", "xgboost", "lightgbm"])
def test_a_champion_whose_probabilities_broke_is_recalibrated_promoted_and_rolled_back(
    uri: str, candidate: str
) -> None:
    stage = with_champion(uri, candidate)
    rows = points("2025-07-20", 20, moved=1.2, seed=3)
    before, explained = stage.champion().probability(rows), stage.champion().contributions(rows)
    profile = reference_in_use("points", lake=stage.lake)

    record = stage.train("mended", "2025-07-20", recalibrate=True)
    assert record.recalibrates is not None
    assert (record.recalibrates.version, record.recalibrates.training_id) == ("1", "first")
    assert (record.best, record.champion_version, record.challenger_version) == (candidate, "1", "2")
    assert record.rows_train == record.rows_holdout == record.rows_test == 1_000
    decision = stage.decide("mended")
    assert (decision.promote, decision.rule) == (True, "better_probabilities")
    assert decision.reason.startswith("it is version 1 recalibrated, and better beyond noise: log loss")
    ranking = next(each for each in decision.comparisons if each.name == "auc")
    assert ranking.difference == pytest.approx(0, abs=1e-3)
    assert stage.promote("mended") == "2"

    after = stage.champion().probability(rows)
    labels = rows.column("left").to_numpy(zero_copy_only=False)
    assert abs(after.mean() - labels.mean()) < 0.08 < abs(before.mean() - labels.mean())
    assert (np.diff(after[np.argsort(before)]) >= -1e-9).all()
    now_explained = stage.champion().contributions(rows)
    assert (explained is None) == (now_explained is None)
    if explained is not None and now_explained is not None:
        assert now_explained.before_calibration
        np.testing.assert_allclose(now_explained.values, explained.values, rtol=1e-5, atol=1e-6)
    reference = reference_in_use("points", lake=stage.lake)
    assert reference is not None
    assert profile is not None
    assert stage.lake.read(reference.profile_key or "") == stage.lake.read(profile.profile_key or "")
    assert stage.production.history()[-1].recalibrates == "1"

    assert stage.roll_back() == "1"
    np.testing.assert_array_equal(stage.champion().probability(rows), before)


def test_a_recalibrated_champion_gets_another_map_and_never_one_upon_another(stage: Stage) -> None:
    stage.train("mended", "2025-07-20", recalibrate=True)
    assert stage.decide("mended").promote
    stage.promote("mended")
    stage.load("later", points("2025-07-20", 300, moved=-1.0, seed=4))
    record = stage.train("again", "2026-05-16", recalibrate=True)
    assert record.recalibrates is not None
    assert (record.recalibrates.version, record.recalibrates.training_id) == ("1", "first")
    assert record.champion_version == "2"
    assert record.recalibrates.intercept < -0.5  # from the fitted model, not from its map, which had added 1.2
    assert stage.decide("again").promote
    assert stage.promote("again") == "3"
    model = stage.champion().fitted
    assert not hasattr(model, "calibrated_classifiers_")


def test_the_schedule_and_the_next_challenger_look_at_the_data_that_the_model_learned_from(stage: Stage) -> None:
    stage.train("mended", "2025-07-20", recalibrate=True)
    stage.decide("mended")
    stage.promote("mended")
    reference = reference_in_use("points", lake=stage.lake)
    assert reference is not None
    assert data_until("points", reference.data_of, lake=stage.lake) == date(2025, 1, 1)
    stage.train("third", "2025-07-20")
    assert stage.decide("third").rule != "not_fresher"


def test_probabilities_that_are_right_are_not_replaced(stage: Stage) -> None:
    stage.load("after", points(str(BROKE), 200, moved=0.0, seed=5))
    stage.train("needless", "2025-07-20", recalibrate=True)
    decision = stage.decide("needless")
    assert (decision.promote, decision.rule) == (False, "no_better_probabilities")
    assert stage.production.champion().version == "1"


def test_the_card_and_the_comparison_say_what_was_recalibrated(stage: Stage) -> None:
    stage.train("mended", "2025-07-20", recalibrate=True)
    stage.decide("mended")
    stage.promote("mended")
    text = stage.lake.read(training_keys.training_card_text("points", "mended")).decode()
    assert "It is version 1 recalibrated: its log odds times" in text
    assert "Recalibrated on: 1,000 rows" in text
    assert "Recalibrates: version 1, of training first" in text
    card = ModelCard.model_validate_json(stage.lake.read(training_keys.training_card("points", "mended")))
    assert card.interface is not None
    figures = {each["figure"]: each for each in compare("2", "1", production=stage.production)}
    assert (figures["recalibrates version"]["version 2"], figures["recalibrates version"]["version 1"]) == ("1", None)
    (found,) = [
        each for each in MlflowRegistry(stage.uri, place=stage.dataset.place).versions() if each["version"] == "2"
    ]
    assert found["recalibrates"] == "1"


def test_a_champion_that_moves_meanwhile_is_not_challenged_by_the_one_before(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.train("mended", "2025-07-20", recalibrate=True)
    stage.decide("mended")
    stage.promote("mended")

    class Moving(MlflowTracking):
        def prepare(self) -> None:  # type: ignore[override] # it moves what a test's stage holds
            stage.roll_back()

    monkeypatch.setattr("tests.fakes.recalibrated_stage.MlflowTracking", Moving)
    with pytest.raises(ChampionMoved, match="recalibrated version 2 of points, and now version 1 is champion"):
        stage.train("late", "2025-07-20", recalibrate=True)
    assert [each["version"] for each in MlflowRegistry(stage.uri, place=stage.dataset.place).versions()] == ["2", "1"]


def test_a_recalibration_that_could_not_be_logged_is_logged_later_unless_the_champion_moved(stage: Stage) -> None:
    away = replace(stage, uri=NOBODY)
    assert away.train("unlogged", "2025-07-20", recalibrate=True).spooled
    (record,) = resume_logging(lake=stage.lake, tracking=MlflowTracking(stage.uri, nominates=False))
    assert (record.champion_version, record.challenger_version) == ("1", "2")
    assert stage.decide("unlogged").rule == "better_probabilities"
    assert away.train("late", "2025-07-20", recalibrate=True).spooled
    stage.promote("unlogged")
    with pytest.raises(ChampionMoved, match="recalibrated version 1 of points, and now version 2 is champion"):
        resume_logging(lake=stage.lake, tracking=MlflowTracking(stage.uri, nominates=False))


def test_a_sealed_file_that_somebody_changed_is_not_recalibrated(stage: Stage) -> None:
    reference = reference_in_use("points", lake=stage.lake)
    assert reference is not None
    assert reference.sha256 is not None
    stage.lake.write(f"{lake_keys.sealed('points', reference.sha256)}model/model.skops", b"other bytes")
    with pytest.raises(SealBroken, match="holds other bytes than were sealed"):
        stage.train("mended", "2025-07-20", recalibrate=True)


def test_too_few_rows_since_the_training_are_refused_with_their_number(stage: Stage) -> None:
    stage.load("after", points("2025-01-20", 1, moved=0.0, seed=2))
    with pytest.raises(TooFewToRecalibrate, match="10 rows with a label have come since 2024-12-31, up to which"):
        stage.train("mended", "2025-07-20", recalibrate=True)


def test_rows_of_one_class_are_refused(stage: Stage) -> None:
    after = points(str(BROKE), 200, moved=1.2, seed=2)
    one = after.set_column(after.column_names.index("left"), "left", pa.array([True] * after.num_rows))
    stage.load("after", one)
    with pytest.raises(OneClassOnly, match="every row of the recalibration part has the same left"):
        stage.train("mended", "2025-07-20", recalibrate=True)


def test_what_cannot_be_recalibrated_is_said_before_anything_starts(stage: Stage) -> None:
    with pytest.raises(CannotRecalibrate, match=r"there is no champion yet; .* `courtside retrain --model points`"):
        recalibratable(stage.dataset, lake=InMemoryLake(), models=MlflowModels())
    for changed, error, said in (
        ({"time_column": None}, TimeColumnNeeded, "a recalibration on the newest rows needs"),
        ({"tracking": False}, CannotRecalibrate, "tracking: false"),
        (
            {"task": "multiclass"},
            CannotRecalibrate,
            "only probabilities of two classes are, and its task is multiclass",
        ),
        ({"task": "regression"}, CannotRecalibrate, "`courtside retrain --model points`"),
    ):
        with pytest.raises(error, match=said):
            recalibratable(replace(stage.dataset, **changed), lake=stage.lake, models=MlflowModels())
    reference = reference_in_use("points", lake=stage.lake)
    assert reference is not None
    unsealed = reference.model_copy(update={"sha256": None})
    stage.lake.write(lake_keys.champion_reference("points"), unsealed.model_dump_json().encode())
    with pytest.raises(CannotRecalibrate, match="version 1 became champion before versions were sealed"):
        recalibratable(stage.dataset, lake=stage.lake, models=MlflowModels())


def test_a_model_that_courtside_did_not_log_is_refused_by_name(stage: Stage) -> None:
    class Foreign(MlflowModels):
        def opened(self, version: str, files: Any) -> Any:
            found = super().opened(version, files)
            found._classifier = object()
            return found

    with pytest.raises(CannotRecalibrate, match="version 1 was not logged by Courtside"):
        recalibratable(stage.dataset, lake=stage.lake, models=Foreign())
