"""The workflows of the two functions that score: one predicts what comes, the other says how well that went."""

from datetime import datetime
from functools import cache, partial
from typing import TYPE_CHECKING

from courtside.bootstrap import stage
from courtside.contracts.environment import CheckPerformanceEnv, PredictEnv
from courtside.contracts.scoring import PerformanceRequest, PerformanceResponse, PredictRequest, PredictResponse

if TYPE_CHECKING:
    from courtside.workflows.ports import Models
    from courtside.workflows.predict.versions import Predicting, WarmModels
    from courtside.workflows.stage_models import StageModels


def predict(request: PredictRequest, *, now: datetime) -> PredictResponse:
    """Predict the rows of a model as of a day."""
    from courtside.adapters.sns_alerts import SnsAlerts
    from courtside.workflows.claims import Claims
    from courtside.workflows.predict.predict import Predict
    from courtside.workflows.predict.set_aside import SetAside
    from courtside.workflows.predict.versions import Versions

    env = PredictEnv.read()
    models = stage.stage_models(env)
    dataset, ledger = models.dataset(request.model), stage.ledger_of(env.ledger_table, request.model)
    versions = Versions(request.model, models.lake, ledger, warm_models(env.training_packages))
    aside = SetAside(request.model, models.lake, Claims(ledger), SnsAlerts(env.alert_topic_arn, request.model))
    return Predict(dataset, models.lake, versions, aside).run(request, now=now)


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
