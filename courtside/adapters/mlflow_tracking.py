"""Runs in MLflow: one a candidate, in the experiment the notebooks have always searched."""

import tempfile
from pathlib import Path

import mlflow
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature, infer_signature
from mlflow.types import DataType

from courtside.adapters.mlflow_connection import connect, is_missing, reaching
from courtside.adapters.mlflow_models import RegisteredChampion, load_classifier, log_model
from courtside.contracts.names import REGISTERED_MODEL, TRAINING_EXPERIMENT, Alias
from courtside.core.training.fit import TrainedModel
from courtside.workflows.ports import LoggedModel, TrainingRun


class MlflowTracking:
    """The tracking server at `uri`."""

    def __init__(self, uri: str, *, model: str = REGISTERED_MODEL) -> None:
        self._uri = uri
        self._model = model
        self._client = connect(uri)

    def log(self, run: TrainingRun) -> LoggedModel:
        """Log every model, register the best under `challenger`, return its run and version."""
        with reaching(self._uri):
            mlflow.set_tracking_uri(self._uri)
            mlflow.set_registry_uri(self._uri)
            mlflow.set_experiment(TRAINING_EXPERIMENT)
            signature = _signature(run)
            run_ids = {model.name: self._log_one(model, run, signature) for model in run.models}
            run_id = run_ids[run.best.name]
            version = self._register(run_id, run)
        return LoggedModel(run_id=run_id, version=version)

    def champion(self) -> RegisteredChampion | None:
        """Load the champion, None when there is none yet."""
        try:
            with reaching(self._uri):
                version = self._client.get_model_version_by_alias(self._model, Alias.CHAMPION)
        except MlflowException as error:
            if is_missing(error):
                return None
            raise
        mlflow.set_tracking_uri(self._uri)
        mlflow.set_registry_uri(self._uri)
        uri = f"models:/{self._model}/{version.version}"
        inputs = mlflow.models.get_model_info(uri).signature.inputs
        return RegisteredChampion(
            version=str(version.version),
            classifier=load_classifier(uri),
            feature_names=inputs.input_names(),
            categorical=[column.name for column in inputs if column.type is DataType.string],
        )

    def _log_one(self, model: TrainedModel, run: TrainingRun, signature: ModelSignature) -> str:
        with mlflow.start_run(run_name=f"{run.training_id}/{model.name}", tags=dict(run.tags)) as active:
            mlflow.log_params({"model_name": model.name, **model.candidate.params})
            mlflow.log_metrics(model.metrics.as_dict())
            log_model(model, signature=signature)
            if model is run.best:
                self._attach(run)
        return str(active.info.run_id)

    def _attach(self, run: TrainingRun) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for name, content in run.attachments.items():
                path = Path(folder, name)
                path.write_bytes(content)
                mlflow.log_artifact(str(path), artifact_path="reference")

    def _register(self, run_id: str, run: TrainingRun) -> str:
        try:
            self._client.create_registered_model(self._model)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
        created = mlflow.register_model(f"runs:/{run_id}/model", self._model, tags={**run.tags, "stage": "Staging"})
        self._client.set_registered_model_alias(self._model, Alias.CHALLENGER, created.version)
        return str(created.version)


def _signature(run: TrainingRun) -> ModelSignature:
    frame = run.sample.select(list(run.feature_names)).to_pandas()
    return infer_signature(frame, run.best.estimator.predict_proba(frame))
