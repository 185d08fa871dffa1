"""The workflows of the two functions that score: one predicts what comes, the other says how well that went."""

from datetime import datetime
from functools import cache, partial
from time import monotonic
from typing import TYPE_CHECKING

from courtside.bootstrap import stage
from courtside.contracts.environment import CheckPerformanceEnv, PredictEnv
from courtside.contracts.scoring import PerformanceRequest, PerformanceResponse, PredictRequest, PredictResponse

if TYPE_CHECKING:
    from courtside.workflows.ports import Models
    from courtside.workflows.predict.versions import Predicting, WarmModels
    from courtside.workflows.stage_models import StageModels

LONGEST_SECONDS = 420.0
"""Nothing more is begun after predictions that took so long, as the function has nine minutes for everything."""


def predict(request: PredictRequest, *, now: datetime) -> PredictResponse:
    """Predict the rows of a model as of a day, and estimate its performance in the time that is left."""
    from courtside.workflows.estimates.estimating import MOST_SECONDS, Estimating
    from courtside.workflows.predict.predict import Predict
    from courtside.workflows.predict.set_aside import SetAside
    from courtside.workflows.predict.versions import Versions

    env = PredictEnv.read()
    models = stage.stage_models(env)
    dataset, ledger = models.dataset(request.model), stage.ledger_of(env.ledger_table, request.model)
    versions = Versions(request.model, models.lake, ledger, warm_models(env.training_packages))
    aside = SetAside(request.model, models.lake, stage.incidents_of(env, request.model))
    began = monotonic()
    predicted = Predict(dataset, models.lake, versions, aside).run(request, now=now)
    left = max(0.0, LONGEST_SECONDS - (monotonic() - began))
    estimating = Estimating(dataset, models.lake, versions.pointer, seconds=min(left, MOST_SECONDS))
    return estimating.after(predicted, now=now)


def check_performance(request: PerformanceRequest, *, now: datetime) -> PerformanceResponse:
    """Judge how well a model does, by the labels that are known as of a day."""
    from courtside.workflows.performance.check import CheckPerformance

    models = stage.stage_models(CheckPerformanceEnv.read())
    return CheckPerformance(models.dataset(request.model), models.lake).run(request, now=now)


@cache
def warm_models(training_packages: str = "[]") -> "WarmModels":
    """Wire the models that stay in memory from one call to the next; see `stage.models_for`."""
    from courtside.workflows.predict.versions import WarmModels

    return WarmModels(partial(stage.models_for, training_packages=training_packages))


def version_in_stage(models: "StageModels", model: str, version: str | None, *, opens: "Models") -> "Predicting":
    """Open a version of one of a stage's models where a person works, the champion for None.

    Raises `NoChampion`, `NotSealed`, `SealBroken`, `ModelUnusable` and `ReadsUnknown`.
    """
    from courtside.workflows.drift_window import NoChampion
    from courtside.workflows.model_ledger import ModelLedger
    from courtside.workflows.predict.versions import Versions, WarmModels

    ledger = ModelLedger(models.ledger, model)
    versions = Versions(model, models.lake, ledger, WarmModels(lambda _: opens))
    if version is not None:
        return versions.named(version)
    pointer = versions.pointer()
    if pointer is None:
        raise NoChampion(model)
    return versions.champion(pointer)
