"""The workflows of the two functions that score: one predicts what comes, the other says how well that went."""

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from courtside.bootstrap import stage
from courtside.contracts.environment import CheckPerformanceEnv, PredictEnv
from courtside.contracts.scoring import PerformanceRequest, PerformanceResponse, PredictRequest, PredictResponse

if TYPE_CHECKING:
    from courtside.workflows.predict.versions import WarmModels


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
    versions = Versions(request.model, models.lake, ledger, warm_models())
    aside = SetAside(request.model, models.lake, Claims(ledger), SnsAlerts(env.alert_topic_arn, request.model))
    return Predict(dataset, models.lake, versions, aside).run(request, now=now)


def check_performance(request: PerformanceRequest, *, now: datetime) -> PerformanceResponse:
    """Judge how well a model does, by the labels that are known as of a day."""
    from courtside.workflows.performance.check import CheckPerformance

    models = stage.stage_models(CheckPerformanceEnv.read())
    return CheckPerformance(models.dataset(request.model), models.lake).run(request, now=now)


@cache
def warm_models() -> "WarmModels":
    """Wire the models that stay in memory from one call to the next."""
    from courtside.adapters.mlflow_models import MlflowModels
    from courtside.workflows.predict.versions import WarmModels

    return WarmModels(MlflowModels())
