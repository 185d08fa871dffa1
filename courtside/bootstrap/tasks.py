"""The workflows of the tasks that run as containers: the training, its smoke check, and the copies of the database."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from courtside.bootstrap import stage
from courtside.contracts.environment import TrackingCopyEnv, TrainEnv
from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.contracts.own_candidates import imported_by, packages_of
from courtside.contracts.records import TrainingRecord

NOBODY = "http://127.0.0.1:9"
"""A tracking server that is never there: its port is that of the discard protocol."""


def train(request: RetrainingRequest, progress: Callable[[str], None]) -> TrainingRecord:
    """Train challengers in the training task; `progress` is told each part as it starts."""
    from courtside.adapters.mlflow_tracking import MlflowTracking
    from courtside.adapters.provenance import provenance
    from courtside.workflows import train as workflow
    from courtside.workflows.freeze import frozen_contract

    env = TrainEnv.read()
    lake, packages = stage.lake_of(env.lake_bucket), imported_by(env.training_packages)
    dataset = frozen_contract(request.model, request.training_id, lake=lake)
    trusted = packages_of(dataset.candidates or (), packages)
    return workflow.train(
        request,
        lake=lake,
        tracking=MlflowTracking(env.tracking_uri, nominates=False, packages=trusted),
        dataset=dataset,
        provenance=provenance(),
        publish=False,
        packages=packages,
        progress=progress,
    )


def rehearsal(progress: Callable[[str], None]) -> Callable[[Path], list[str]]:
    """Wire a training on two simulated seasons in a folder, without a server, whose models are spooled and reloaded.

    Everything that the training task imports is imported; the names of the loaded models are returned.
    """
    from courtside.adapters import s3_lake  # noqa: F401 — what the task needs besides
    from courtside.adapters.folder_lake import FolderLake
    from courtside.adapters.mlflow_tracking import MlflowTracking
    from courtside.datasets.catalog import load_dataset
    from courtside.datasets.simulated import simulate_games
    from courtside.workflows.games import store_games
    from courtside.workflows.spool import read_spool
    from courtside.workflows.train import train

    def rehearse(folder: Path) -> list[str]:
        lake, tracking = FolderLake(folder), MlflowTracking(NOBODY)
        store_games(simulate_games(seasons=[2010, 2011]), lake=lake)
        dataset = load_dataset("nba_games")
        request = RetrainingRequest(
            model=dataset.name,
            training_id="rehearsal",
            as_of=date(2012, 7, 1),
            trigger=Trigger.MANUAL,
            reason="the image is built",
        )
        train(request, lake=lake, tracking=tracking, dataset=dataset, progress=progress)
        return sorted(tracking.load(read_spool(request.model, request.training_id, lake=lake).models))

    return rehearse


def smoke_check(model: str, sha256: str) -> int:
    """Load a sealed version, repeat its known predictions and return how many there were."""
    from courtside.workflows.sealed_models import sealed_model
    from courtside.workflows.smoke import smoke

    env = TrainEnv.read()
    sealed = sealed_model(model, sha256, lake=stage.lake_of(env.lake_bucket))
    return smoke(sealed, models=stage.models_for(sealed, env.training_packages))


def tracking_copy() -> Callable[[str | None, bool, list[str] | None], dict[str, object]]:
    """Wire the copy of the tracking database: a key restores that backup, None makes a new one."""
    from courtside.adapters.tracking_backups import back_up_to_lake, restore_from_lake
    from courtside.adapters.tracking_copy.load import ArtifactsMoved

    env = TrackingCopyEnv.read()
    bucket, secret = env.lake_bucket, env.database_secret_arn

    def run(key: str | None, replace: bool, artifacts: list[str] | None) -> dict[str, object]:  # noqa: FBT001 — the task's own options
        if key is None:
            key, manifest = back_up_to_lake(bucket, secret_arn=secret, now=datetime.now(UTC))
        else:
            moved = ArtifactsMoved(*artifacts) if artifacts else None
            manifest = restore_from_lake(bucket, key, secret_arn=secret, replace=replace, moved=moved)
        return {"key": key, **manifest.summary()}

    return run
