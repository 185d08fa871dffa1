"""Import a model that is older than the registry: only from the legacy folder, only by a known hash, never trusted."""

import hashlib
import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from courtside.contracts import lake_keys
from courtside.contracts.errors import BadInput
from courtside.contracts.key_names import LONGEST, is_name
from courtside.contracts.model_card import BINARY, CandidateCard, LoggedRuns, ModelInterface
from courtside.contracts.shortening import shortened
from courtside.core.dataset import Dataset
from courtside.core.model_card import curves, plot_files
from courtside.core.training.candidates import Classifier
from courtside.core.training.fit import feature_frame, labels, probability
from courtside.core.training.importance import importances
from courtside.core.training.old_pickles import flavor_of, read_model
from courtside.core.training.served_input import NUMBER
from courtside.workflows.ports import CandidateRun, Lake, ObjectMissing, Tracking, TrainingRun

IMPORTED = "Imported"
"""The `stage` tag of an imported version: it plays no part until somebody promotes it."""
_ID_LETTERS = 12


class NotAllowed(BadInput):
    """The file to be imported is not among the legacy models."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"{name[:LONGEST]!r} is not the name of a model in {lake_keys.LEGACY_MODELS_PREFIX}: nothing else may be "
            "imported; write for example random_forest"
        )


class NotOfTwoClasses(BadInput):
    """The contract's task is one that no model older than the registry has."""

    def __init__(self, dataset: str, task: str) -> None:
        self.dataset = dataset
        self.task = task
        super().__init__(
            f"the task of {shortened(dataset)} is {task}, and pickles that are older than the registry predict one of "
            "two classes: give the contract of such a model (--contract), or train with `courtside train`"
        )


class HashDiffers(BadInput):
    """A file does not have the hash that was given, so it was not opened."""

    def __init__(self, key: str, expected: str, found: str) -> None:
        self.key = key
        self.expected = expected
        self.found = found
        super().__init__(f"{key} has SHA-256 {found}, not {expected}: it was not opened")


def require_allowed(name: str) -> None:
    """Raise `NotAllowed` for what cannot be the name of a legacy model."""
    if not is_name(name):
        raise NotAllowed(name)


def import_model(
    name: str, *, sha256: str, scaler_sha256: str | None, lake: Lake, tracking: Tracking, dataset: Dataset
) -> LoggedRuns:
    """Log `ml-models/<name>.pkl` as an imported model and register it; the aliases stay where they are.

    With `scaler_sha256`, `scaler.pkl` is applied before it. Its figures are computed here, on
    `ml-features/test.parquet` if that exists, and named `imported_…`: the rows may have been in its training, so they
    must not compete with `test_auc`. Importing again changes nothing. Raises `NotAllowed`, `NotOfTwoClasses`,
    `ObjectMissing`, `HashDiffers`, `PickleForbidden`, `PickleUnusable`, `SampleHasGaps`, `FeaturesDiffer` and
    `TrackingUnavailable`.
    """
    require_allowed(name)
    if dataset.task != BINARY:
        raise NotOfTwoClasses(dataset.name, dataset.task)
    content = _hashed(name, sha256, lake=lake)
    scaler = _hashed("scaler", scaler_sha256, lake=lake) if scaler_sha256 else None
    rows = _test_rows(lake, dataset)
    model = read_model(name, content, scaler=scaler, sample=rows, dataset=dataset)
    judged = None if rows is None else (labels(rows, dataset), probability(model, feature_frame(rows, dataset)))
    # The same pickles are the same import; the same model with another scaler is another import.
    hashes = [each[:_ID_LETTERS].lower() for each in (sha256, scaler_sha256) if each]
    training_id = "-".join(["import", name, *hashes])
    tags = {
        "training_id": training_id,
        "imported": "true",
        "sha256": sha256.lower(),
        "source": lake.uri(_key(name)),
        "dataset": dataset.name,
        "stage": IMPORTED,
    }
    tracking = tracking.at(dataset.place)
    logged = tracking.log(
        TrainingRun(
            training_id=training_id,
            candidates=[_candidate(name, model, dataset, judged)],
            best=name,
            interface=ModelInterface.of(dataset.target, (0, 1), dict.fromkeys(dataset.feature_names, NUMBER)),
            sample=_zeros(dataset) if rows is None else rows.slice(0, 5),
            params={"imported": name},
            tags=tags,
            attachments={},
        )
    )
    tracking.describe(logged, files={}, description=f"Imported from {_key(name)}, SHA-256 {sha256.lower()}.")
    return logged


def _key(name: str) -> str:
    return f"{lake_keys.LEGACY_MODELS_PREFIX}{name}.pkl"


def _hashed(name: str, expected: str, *, lake: Lake) -> bytes:
    content = lake.read(_key(name))
    found = hashlib.sha256(content).hexdigest()
    if found != expected.lower():
        raise HashDiffers(_key(name), expected, found)
    return content


def _test_rows(lake: Lake, dataset: Dataset) -> pa.Table | None:
    try:
        table = pq.read_table(io.BytesIO(lake.read(f"{lake_keys.LEGACY_FEATURES_PREFIX}test.parquet")))
    except ObjectMissing:
        return None
    columns = set(table.column_names)
    return table if columns.issuperset({*dataset.feature_names, dataset.target}) else None


def _zeros(dataset: Dataset) -> pa.Table:
    return pa.table({name: [0.0, 0.0] for name in dataset.feature_names})


def _candidate(
    name: str,
    model: Classifier,
    dataset: Dataset,
    judged: tuple[NDArray[np.int8], NDArray[np.float64]] | None,
) -> CandidateRun:
    card = None
    if judged is not None:
        card = CandidateCard(
            name=name,
            flavor=flavor_of(model).value,
            params={},
            importances=importances(model, dataset.feature_names),
            curves=curves(*judged),
        )
    return CandidateRun(
        name=name,
        flavor=flavor_of(model),
        estimator=model,
        params={},
        metrics={} if judged is None else _figures(*judged),
        plots={} if card is None else plot_files(card),
    )


def _figures(truth: NDArray[np.int8], said: NDArray[np.float64]) -> dict[str, float]:
    from sklearn.metrics import accuracy_score, log_loss, roc_auc_score

    return {
        "imported_accuracy": float(accuracy_score(truth, said > 0.5)),
        "imported_auc": float(roc_auc_score(truth, said)),
        "imported_log_loss": float(log_loss(truth, said)),
    }
