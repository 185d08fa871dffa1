"""Whose registered model and experiment those of a contract are: two contracts never share one."""

from collections.abc import Iterator
from contextlib import contextmanager

from mlflow import MlflowClient
from mlflow.entities.model_registry import RegisteredModel
from mlflow.exceptions import MlflowException

from courtside.adapters.mlflow_connection import is_missing
from courtside.contracts.names import ModelPlace
from courtside.workflows.ports import PlaceTaken

OWNER = "dataset"
"""The tag of registered models, experiments, versions and runs that names their contract."""


def require_own_place(client: MlflowClient, place: ModelPlace) -> None:
    """Raise `PlaceTaken` if the registered model or the experiment is another contract's; what has no owner is free."""
    owners = {
        "registered_model": (place.registered_model, _owner_of_model(client, place.registered_model)),
        "experiment": (place.experiment, _owner_of_experiment(client, place.experiment)),
    }
    for key, (name, owner) in owners.items():
        if owner not in {None, place.contract}:
            raise PlaceTaken(key, name, owner=str(owner), contract=place.contract)


def make_place(client: MlflowClient, place: ModelPlace) -> None:
    """Make the registered model and the experiment, where they are absent, as the contract's own.

    Raises `PlaceTaken`.
    """
    tags = {OWNER: place.contract}
    with _if_absent():
        client.create_registered_model(place.registered_model, tags=tags)
    if client.get_experiment_by_name(place.experiment) is None:
        with _if_absent():
            client.create_experiment(place.experiment, tags=tags)
    require_own_place(client, place)


@contextmanager
def _if_absent() -> Iterator[None]:
    """Let creation pass if somebody else was first."""
    try:
        yield
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise


def _owner_of_model(client: MlflowClient, name: str) -> str | None:
    try:
        model: RegisteredModel = client.get_registered_model(name)
    except MlflowException as error:
        if is_missing(error):
            return None
        raise
    if OWNER in model.tags:
        return str(model.tags[OWNER])
    # Made before models had owners, or by hand.
    versions = client.search_model_versions(f"name = '{name}'")
    return next((str(version.tags[OWNER]) for version in versions if OWNER in version.tags), None)


def _owner_of_experiment(client: MlflowClient, name: str) -> str | None:
    experiment = client.get_experiment_by_name(name)
    if experiment is None or OWNER in experiment.tags:
        return None if experiment is None else str(experiment.tags[OWNER])
    runs = client.search_runs([experiment.experiment_id], f"tags.{OWNER} != ''", max_results=1)
    return str(runs[0].data.tags[OWNER]) if runs else None
