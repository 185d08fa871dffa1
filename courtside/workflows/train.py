"""One training: frozen rows → features → four models → registry, with all that later steps need."""

import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from courtside.contracts import lake_keys
from courtside.contracts.events import RetrainingRequest
from courtside.contracts.records import DataManifest, ModelRecord, RollingOriginRecord, TrainingRecord
from courtside.core.dataset import Dataset
from courtside.core.drift import fit as fit_profile
from courtside.core.reference import reference_rows
from courtside.core.training.checks import check_labels, check_split
from courtside.core.training.fit import FitOptions, TrainedModel, best, feature_frame, fit_candidates, labels
from courtside.core.training.holdout import baseline_accuracy, holdout_columns
from courtside.core.training.importance import importances
from courtside.core.training.legacy_models import legacy_files
from courtside.core.training.split import Split, split_by_time
from courtside.workflows.freeze import freeze
from courtside.workflows.frozen import frozen_features
from courtside.workflows.ports import Lake, LoggedModel, Tracking, TrainingRun

SAMPLE_ROWS = 5


@dataclass(slots=True)
class Stopwatch:
    """Seconds by named part, for the record and the progress line."""

    report: Callable[[str], None]
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Time the block as `name`."""
        self.report(name)
        began = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - began, 3)


def train(
    request: RetrainingRequest,
    *,
    lake: Lake,
    tracking: Tracking | None,
    dataset: Dataset,
    newest_rows: int | None = None,
    options: FitOptions | None = None,
    with_reference: bool = True,
    progress: Callable[[str], None] = lambda _: None,
) -> TrainingRecord:
    """Train on all rows before `request.as_of` and write the training's record to the lake.

    What is read is what the training's manifest names; one that has none yet gets it first.
    `newest_rows` keeps only that many of the newest rows of features (None: all); `options` ask for a search, a
    rolling-origin evaluation or a calibration;
    `tracking` None trains without a tracking server, `with_reference` False without a drift reference.
    The legacy files are written before anything is logged, so they exist even when the server is away.
    Raises what `freeze`, `split_by_time`, `check_labels` and `check_split` raise, `DataChanged` and
    `TrackingUnavailable`.
    """
    watch = Stopwatch(progress)
    with watch.part("features"):
        manifest = freeze(request, lake=lake, dataset=dataset, newest_rows=newest_rows)
        frozen = frozen_features(manifest, lake=lake, dataset=dataset)
        check_labels(frozen.table, dataset)
        split = split_by_time(frozen.table, dataset=dataset, rule=manifest.split)
        warnings = (*frozen.warnings(dataset.target), *check_split(split, dataset))
    with watch.part("fit"):
        asked = replace(options or FitOptions(), seed=manifest.seed)
        models = fit_candidates(split, dataset=dataset, options=asked, progress=progress)
    with watch.part("files"):
        _write_legacy(models, split, lake=lake)
        attachments = {lake_keys.PROFILE_NAME: _profile(frozen.table, dataset)} if with_reference else {}
        for content in attachments.values():
            lake.write(lake_keys.training_profile(request.training_id), content)
    with watch.part("tracking"):
        logged = _log(request, manifest, models, split, attachments, tracking=tracking, dataset=dataset)
    with watch.part("holdout"):
        champion_version = _write_holdout(request, best(models), split, lake=lake, tracking=tracking, dataset=dataset)
    record = TrainingRecord(
        **request.model_dump(),
        dataset=dataset.name,
        data_hash=manifest.content_hash,
        rows_train=split.train.num_rows,
        rows_test=split.test.num_rows,
        rows_holdout=split.holdout_rows,
        baseline_accuracy=baseline_accuracy(split, dataset),
        warnings=warnings,
        models=tuple(_model_record(model) for model in models),
        best=best(models).name,
        importances=importances(best(models).estimator, dataset.feature_names),
        challenger_version=logged.version if logged else None,
        challenger_run_id=logged.run_id if logged else None,
        champion_version=champion_version,
        seconds=watch.seconds,
    )
    lake.write(lake_keys.training_record(request.training_id), record.model_dump_json(indent=2).encode())
    return record


def _write_legacy(models: list[TrainedModel], split: Split, *, lake: Lake) -> None:
    for name, content in legacy_files(models).items():
        lake.write(f"{lake_keys.LEGACY_MODELS_PREFIX}{name}", content)
    for name, table in (("train", split.train), ("test", split.test)):
        lake.write(f"{lake_keys.LEGACY_FEATURES_PREFIX}{name}.parquet", _parquet(table))


def _profile(features: pa.Table, dataset: Dataset) -> bytes:
    profile = fit_profile(
        reference_rows(features, dataset=dataset).to_batches(),
        dataset.features,
        time_column=dataset.time_column,
        calibrated=True,
        history=features.to_batches(),
        phase=dataset.phase,
        outcomes=dataset.outcomes,
    )
    return profile.to_bytes()


def _log(
    request: RetrainingRequest,
    manifest: DataManifest,
    models: list[TrainedModel],
    split: Split,
    attachments: dict[str, bytes],
    *,
    tracking: Tracking | None,
    dataset: Dataset,
) -> LoggedModel | None:
    if tracking is None:
        return None
    run = TrainingRun(
        training_id=request.training_id,
        models=models,
        best=best(models),
        feature_names=dataset.feature_names,
        sample=pa.Table.from_pandas(feature_frame(split.train.slice(0, SAMPLE_ROWS), dataset), preserve_index=False),
        tags={
            "training_id": request.training_id,
            "trigger": request.trigger.value,
            "as_of": request.as_of.isoformat(),
            "dataset": dataset.name,
            "data_hash": manifest.content_hash,
        },
        attachments=attachments,
    )
    return tracking.log(run)


def _write_holdout(
    request: RetrainingRequest,
    challenger: TrainedModel,
    split: Split,
    *,
    lake: Lake,
    tracking: Tracking | None,
    dataset: Dataset,
) -> str | None:
    """Keep what both models say of the same newest rows: the gate needs no model, only this."""
    champion = tracking.champion() if tracking else None
    rows = split.holdout
    columns: dict[str, Any] = {
        "label": labels(rows, dataset),
        "challenger": challenger.test_probability[split.selection_rows :],
        **holdout_columns(split.train, rows, dataset),
    }
    if champion is not None:
        columns["champion"] = np.asarray(champion.probability(rows), dtype=np.float64)
    lake.write(lake_keys.training_holdout(request.training_id), _parquet(pa.table(columns)))
    return champion.version if champion else None


def _model_record(model: TrainedModel) -> ModelRecord:
    origin = model.rolling_origin
    return ModelRecord(
        name=model.name,
        **model.metrics.as_dict(),
        intervals=dict(model.metrics.intervals),
        selection_auc=model.selection_auc,
        params=dict(model.candidate.params),
        rolling_origin=RollingOriginRecord(**asdict(origin)) if origin else None,
        calibration=model.calibration,
    )


def _parquet(table: pa.Table) -> bytes:
    content = io.BytesIO()
    pq.write_table(table, content, compression="zstd")
    return content.getvalue()
