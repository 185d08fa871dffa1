"""Model cards of invented trainings, with curves drawn from invented predictions."""

from datetime import date

import numpy as np

from courtside.contracts.events import Trigger
from courtside.contracts.model_card import CandidateCard, LoggedRuns, ModelCard, Provenance
from courtside.contracts.records import ModelRecord, TrainingRecord
from courtside.core.model_card import curves

NAMES = ("logistic_regression", "random_forest", "xgboost", "lightgbm")


def card(
    *,
    names: tuple[str, ...] = NAMES,
    features: tuple[str, ...] = tuple(f"home_rolling_feature_{number}" for number in range(16)),
    warnings: tuple[str, ...] = (),
    reason: str = "monthly drift check",
    logged: bool = True,
) -> ModelCard:
    """Return a card whose first candidate is the best and whose last candidate has no intervals."""
    record = TrainingRecord(
        training_id="drift-20190201",
        trigger=Trigger.DRIFT,
        reason=reason,
        as_of=date(2019, 2, 1),
        dataset="nba_games",
        data_hash="5f" * 32,
        rows_train=34_788,
        rows_test=8_697,
        rows_holdout=4_349,
        baseline_accuracy=0.5872,
        warnings=warnings,
        models=tuple(_model(name, position, last=position == len(names) - 1) for position, name in enumerate(names)),
        best=names[0],
        importances=_importances(features),
        champion_version="3",
        seconds={},
    )
    run_ids = {name: f"{position:032x}" for position, name in enumerate(names)}
    return ModelCard(
        record=record,
        purpose="The probability that the home team wins.",
        registered_model="nba-game-predictions",
        train_period=(date(1990, 11, 2), date(2015, 3, 1)),
        test_period=(date(2015, 3, 1), date(2019, 1, 31)),
        manifest_key="models/nba_games/training/drift-20190201/manifest.json",
        candidates=tuple(
            CandidateCard(
                name=name,
                flavor="sklearn",
                params={"n_estimators": "200", "max_depth": "10"},
                importances=_importances(features),
                curves=curves(*predictions(seed=position)),
            )
            for position, name in enumerate(names)
        ),
        provenance=Provenance(git_commit="a" * 40, image_digest="sha256:" + "b" * 64),
        logged=LoggedRuns(version="4", parent_run_id="f" * 32, run_ids=run_ids) if logged else None,
    )


def predictions(*, seed: int, rows: int = 3_000) -> tuple[np.ndarray, np.ndarray]:
    """Return labels and calibrated probabilities of class 1."""
    rng = np.random.default_rng(seed)
    probability = rng.beta(3, 2, rows)
    return (rng.random(rows) < probability).astype(np.int8), probability


def _model(name: str, position: int, *, last: bool) -> ModelRecord:
    auc = 0.6663 - position * 0.0101
    return ModelRecord(
        name=name,
        train_accuracy=0.66,
        test_accuracy=0.6247 - position * 0.005,
        test_auc=auc,
        precision=0.64,
        recall=0.79,
        f1_score=0.71,
        log_loss=None if last else 0.641,
        brier_score=None if last else 0.225,
        calibration_error=None if last else 0.012,
        selection_auc=auc + 0.002,
        intervals={} if last else {"test_auc": (auc - 0.011, auc + 0.011), "log_loss": (0.632, 0.651)},
    )


def _importances(features: tuple[str, ...]) -> dict[str, float]:
    weights = np.arange(len(features), 0, -1) ** 2.0
    return dict(zip(features, (weights / weights.sum()).tolist(), strict=True))
