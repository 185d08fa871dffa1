"""One training: frozen rows → features → four models → registry, with all that later steps need."""

import math
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import replace

from courtside.contracts import training_keys
from courtside.contracts.events import RetrainingRequest
from courtside.contracts.model_card import Provenance
from courtside.contracts.records import ModelRecord, RollingOriginRecord, TrainingRecord
from courtside.core.dataset import Dataset
from courtside.core.parquet import parquet_content
from courtside.core.rows import period
from courtside.core.tasks import BINARY, MULTICLASS
from courtside.core.tasks.target import written
from courtside.core.training.checks import check_labels
from courtside.core.training.fit import FitOptions, TrainedModel
from courtside.core.training.holdout import what_the_target_alone_reaches
from courtside.core.training.importance import importances
from courtside.core.training.own_candidates import chosen
from courtside.core.training.time_folds import RollingOrigin
from courtside.workflows.challengers import fitted, recalibrated
from courtside.workflows.freeze import freeze, resolved
from courtside.workflows.frozen_rows import frozen_features
from courtside.workflows.holdouts import holdout_table
from courtside.workflows.model_cards import model_card, write_card
from courtside.workflows.ports import Lake, Tracking, TrackingUnavailable
from courtside.workflows.sealed_models import reading_for_champion
from courtside.workflows.smoke import known_rows, with_intervals
from courtside.workflows.stopwatch import Stopwatch
from courtside.workflows.training_runs import log_training, training_run


def train(
    request: RetrainingRequest,
    *,
    lake: Lake,
    tracking: Tracking | None,
    dataset: Dataset,
    newest_rows: int | None = None,
    options: FitOptions | None = None,
    with_reference: bool = True,
    provenance: Provenance | None = None,
    tags: Mapping[str, str] | None = None,
    publish: bool = True,
    packages: Collection[str] | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> TrainingRecord:
    """Train on all rows before `request.as_of` and write the training's record to the lake.

    It reads what the training's manifest names; a training without a manifest gets one first.
    `newest_rows` keeps only that many of the newest rows of features (None: all); `options` ask for a search, a
    rolling-origin evaluation or a calibration;
    `tracking` None trains without a tracking server, `with_reference` False without a drift reference; the contract can
    say both as well.
    `tags` are logged in addition to the training's own, and `provenance` says which code it ran.
    When the server is away, the runs are kept in the lake for `resume_logging`, and the record says `spooled`.
    The legacy files come last, so that a failing training replaces none: with `publish` they replace the existing ones,
    otherwise those of a contract that asks for a `legacy_set` wait beside the record until the challenger is promoted.
    A request to recalibrate fits no candidate: the challenger is the champion, recalibrated. Otherwise `history` of the
    request says how much of the training part candidates learn from.
    Own candidates are imported from `packages` alone, or from whatever is installed (None).
    Raises what `chosen`, `freeze`, `split_rows`, `check_labels`, `fit_candidates`, `check_split` and `recalibrate`
    raise, `DataChanged`, `LegacyFilesDamaged` and `PlaceTaken`.
    """
    watch = Stopwatch(progress)
    candidates = chosen(dataset.candidates, task=dataset.task, packages=packages)
    tracking = tracking.at(dataset.place) if tracking and dataset.tracking else None
    with watch.part("features"):
        dataset = prepared(dataset, lake=lake, tracking=tracking)
        manifest = freeze(request, lake=lake, dataset=dataset, newest_rows=newest_rows)
        dataset = resolved(dataset, manifest.inferred)
        frozen = frozen_features(manifest, lake=lake, dataset=dataset)
        check_labels(frozen.table, dataset)
    if request.recalibrate:
        made = recalibrated(request, frozen, dataset=dataset, lake=lake, tracking=tracking, watch=watch)
    else:
        made = fitted(
            request,
            frozen,
            dataset=dataset,
            candidates=candidates,
            rule=manifest.split,
            options=replace(options or FitOptions(), seed=manifest.seed),
            with_reference=with_reference,
            tracking=tracking,
            watch=watch,
        )
    attachments = {}
    if made.profile is not None:
        attachments[training_keys.PROFILE_NAME] = made.profile
        lake.write(training_keys.training_profile(request.model, request.training_id), made.profile)
    split, best, registered = made.split, made.best, made.registered
    record = TrainingRecord(
        **request.model_dump(include={"training_id", "as_of", "trigger", "reason", "report"}),
        dataset=dataset.name,
        contract_version=dataset.version,
        contract_hash=dataset.contract.sha256,
        target=dataset.target,
        positive=frozen.classes.positive,
        split=made.split_in_words,
        data_hash=manifest.content_hash,
        inferred=manifest.inferred,
        referenced=made.profile is not None,
        rows_train=split.train.num_rows,
        rows_test=split.test.num_rows,
        rows_holdout=split.holdout_rows,
        holdout_since=period(split.holdout, dataset.time_column)[0] if dataset.time_column else None,
        history=made.history,
        refit=registered.record,
        **what_the_target_alone_reaches(split, dataset),
        task=dataset.task,
        primary_metric=dataset.primary_metric,
        classes=tuple(map(written, made.interface.classes)) if dataset.task == MULTICLASS else (),
        warnings=(*frozen.warnings(dataset), *made.warnings),
        models=tuple(_model_record(model) for model in made.models),
        best=best.name,
        importances=importances(registered.model.estimator, list(made.interface.taken_as)),
        registered_model=dataset.place.registered_model,
        champion_version=made.recalibrated_champion,
        recalibrates=made.recalibrates,
        seconds={},
    )
    with watch.part("tracking"):
        card = model_card(record, made, dataset=dataset, provenance=provenance or Provenance())
        rows = split.holdout
        run = training_run(
            card,
            {model.name: model.estimator for model in (*made.models, registered.model)},
            interface=made.interface,
            rows=rows,
            tags=tags or {},
            attachments=attachments,
            intervals={model.name: model.intervals for model in made.models},
            seen={model.name: made.places(model) for model in (*made.models, registered.model)},
        )
        done = log_training(run, card, rows, tags=tags or {}, lake=lake, tracking=tracking, progress=progress)
    with watch.part("holdout"):
        around = registered.model.intervals
        ends = None if around is None else around.bounds(made.served)
        known = known_rows(rows.select(list(made.interface.taken_as)), with_intervals(made.served, ends))
        lake.write(training_keys.training_smoke(request.model, request.training_id), known)
        judged = holdout_table(made, done.champion, lake=lake, dataset=dataset)
        lake.write(training_keys.training_holdout(dataset.name, request.training_id), parquet_content(judged))
        write_card(done.card, lake=lake)
    with watch.part("files"):
        legacy = made.legacy()
    if not publish and dataset.legacy_set:
        legacy.keep(lake=lake)
    record = done.card.record.model_copy(update={"spooled": done.spooled, "seconds": watch.seconds})
    lake.write(
        training_keys.training_record(request.model, request.training_id), record.model_dump_json(indent=2).encode()
    )
    if publish:
        legacy.publish(lake=lake)
    _nominate(record, tracking, progress=progress)
    return record


def prepared(dataset: Dataset, *, lake: Lake, tracking: Tracking | None) -> Dataset:
    """Return the contract as the champion needs rows read, and refuse what could not be logged before it is trained.

    A server that is away is asked again at the end. Raises `PlaceTaken` and what `champion_model` raises.
    """
    if dataset.also is not None:
        return dataset
    dataset = replace(dataset, also=())
    if tracking is not None:
        with suppress(TrackingUnavailable):
            tracking.at(dataset.place).require_own_place()
            return reading_for_champion(dataset, lake=lake, tracking=tracking.at(dataset.place))
    return dataset


def _nominate(record: TrainingRecord, tracking: Tracking | None, *, progress: Callable[[str], None]) -> None:
    """Let the version play its part last: a training that breaks off before leaves none that looks like a candidate."""
    if tracking is None or record.challenger_version is None:
        return
    try:
        tracking.nominate(record.challenger_version)
    except TrackingUnavailable as error:
        progress(f"{error}; version {record.challenger_version} is registered, but not as challenger: train again")


def _model_record(model: TrainedModel) -> ModelRecord:
    origin, figures = model.rolling_origin, model.metrics.as_dict()
    binary = model.task.name == BINARY
    return ModelRecord(
        name=model.name,
        **(figures if binary else {"figures": figures}),
        selection=None if model.selection_auc is not None or math.isnan(model.selection) else model.selection,
        intervals=dict(model.metrics.intervals),
        selection_auc=model.selection_auc,
        params=dict(model.candidate.params),
        rolling_origin=_on_folds(origin) if origin else None,
        calibration=model.calibration,
    )


def _on_folds(origin: RollingOrigin) -> RollingOriginRecord:
    spread = {name: (mean, origin.sd[name]) for name, mean in origin.mean.items()}
    if "auc" not in spread:
        return RollingOriginRecord(folds=origin.folds, figures=spread)
    (auc_mean, auc_sd), (accuracy_mean, accuracy_sd) = spread.pop("auc"), spread.pop("accuracy")
    return RollingOriginRecord(
        folds=origin.folds,
        auc_mean=auc_mean,
        auc_sd=auc_sd,
        accuracy_mean=accuracy_mean,
        accuracy_sd=accuracy_sd,
        figures=spread,
    )
