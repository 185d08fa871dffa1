"""What a stage keeps of a model, put together so that two moments can be compared."""

import hashlib
from typing import Any

from mlflow import MlflowClient

from courtside.adapters.mlflow_connection import connect
from courtside.adapters.past_ledger import DynamoDbPastLedger
from courtside.contracts.names import StackOutput
from courtside.workflows.restore.documents import is_of_now
from tests.faults.model import Model
from tests.faults.restore.losses import buckets, keys


def kept(model: Model) -> dict[str, Any]:
    """Return everything that a stage keeps: each object's content, each document, each run, version and alias."""
    connect(model.stage.aws.tracking_url)
    client = MlflowClient(model.stage.aws.tracking_url, model.stage.aws.tracking_url)
    return {
        "objects": _objects(model),
        "documents": _documents(model),
        "runs": _runs(model, client),
        "versions": _versions(model, client),
    }


def _objects(model: Model) -> dict[str, str]:
    s3 = model.stage.aws.client("s3")
    return {
        f"{bucket}/{key}": hashlib.sha256(s3.get_object(Bucket=bucket, Key=key)["Body"].read()).hexdigest()
        for bucket in buckets(model)
        for key in keys(model, bucket)
    }


def _documents(model: Model) -> dict[str, tuple[str, int]]:
    ledger = DynamoDbPastLedger(model.loop.output(StackOutput.LEDGER_TABLE))
    return {each.key: (each.document, each.revision) for each in ledger.everything() if not is_of_now(each.key)}


def _runs(model: Model, client: MlflowClient) -> dict[str, Any]:
    """Return the parameters, metrics and tags of each run of the model's experiments."""
    experiments = client.search_experiments(filter_string=f"name LIKE '%{model.name}%'")
    found = client.search_runs([each.experiment_id for each in experiments])
    assert found
    return {each.info.run_id: (each.info.status, each.data.to_dictionary()) for each in found}


def _versions(model: Model, client: MlflowClient) -> Any:
    found = client.search_model_versions(f"name = '{model.name}'")
    aliases = {alias: str(version) for alias, version in client.get_registered_model(model.name).aliases.items()}
    return {str(each.version): (each.source, each.run_id, each.tags) for each in found}, aliases
