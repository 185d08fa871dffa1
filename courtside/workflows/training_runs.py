"""What is logged about a training, and where it waits while the tracking server is away."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from courtside.contracts.errors import CourtsideError
from courtside.contracts.model_card import Learned, ModelCard, ModelInterface
from courtside.contracts.records import ModelRecord, TrainingRecord
from courtside.contracts.shortening import listed
from courtside.core.intervals import ConformalIntervals
from courtside.core.model_card import plot_files, render_markdown, render_page, render_summary
from courtside.core.tasks import BINARY, REGRESSION, task_of
from courtside.core.training.candidates import Flavor, Predictor
from courtside.core.training.rivals import differences, why_incomparable
from courtside.core.training.served_input import ColumnUnusable, ValuesMissing
from courtside.workflows.champion_on_holdout import ChampionSaid
from courtside.workflows.ports import (
    CandidateRun,
    Champion,
    Lake,
    ModelNotTrusted,
    Tracking,
    TrackingUnavailable,
    TrainingRun,
)
from courtside.workflows.sealed_models import champion_model
from courtside.workflows.spool import remove_spool, write_spool

SAMPLE_ROWS = 5
METRICS = (
    *("train_accuracy", "test_accuracy", "test_auc", "precision", "recall", "f1_score"),
    *("log_loss", "brier_score", "calibration_error", "selection_auc"),
)
WITH_INTERVAL = ("test_auc", "log_loss", "test_rmse")
"""Metrics that are logged with their interval: few, because a server's search reads every metric of every run."""


@dataclass(frozen=True, slots=True)
class Logging:
    """What became of a training's runs: its card with where they are, and what the champion says of the holdout.

    `spooled` says that they wait in the lake; without a tracking server the rest is None.
    """

    card: ModelCard
    champion: ChampionSaid | None = None
    spooled: bool = False


class ChampionMoved(CourtsideError):
    """Somebody made another version champion while its predecessor was recalibrated, so nothing was logged."""

    def __init__(self, record: TrainingRecord, found: str | None) -> None:
        self.training_id = record.training_id
        self.recalibrated = record.champion_version
        self.found = found
        now = f"version {found}" if found else "nobody"
        super().__init__(
            f"training {record.training_id} recalibrated version {record.champion_version} of {record.dataset}, and "
            f"now {now} is champion: somebody moved it meanwhile, so nothing was registered. To recalibrate the "
            f"champion of now: `courtside retrain --recalibrate --model {record.dataset}`"
        )


def training_run(
    card: ModelCard,
    estimators: Mapping[str, Predictor],
    *,
    interface: ModelInterface,
    rows: pa.Table,
    tags: Mapping[str, str],
    attachments: Mapping[str, bytes],
    intervals: Mapping[str, ConformalIntervals | None] | None = None,
    seen: Mapping[str, Sequence[int] | None] | None = None,
) -> TrainingRun:
    """Return what is logged about a card's training; `rows` hold what its models read, `tags` are added to its own.

    `intervals` are those around predicted values, `seen` the places of those of the interface's classes that it learned
    from, both by candidate.
    """
    around = {name: each.to_plain() for name, each in (intervals or {}).items() if each is not None}
    record = card.record
    figures = {model.name: model for model in record.models}
    return TrainingRun(
        training_id=record.training_id,
        candidates=[
            CandidateRun(
                name=candidate.name,
                flavor=Flavor(candidate.flavor),
                estimator=estimators[candidate.name],
                params=candidate.params,
                metrics=_metrics(figures[candidate.name], _chosen_by(record)),
                plots=plot_files(candidate),
                package=candidate.package,
                intervals=around.get(candidate.name),
                seen=None if seen is None else seen.get(candidate.name),
                learned=_learned(card) if candidate.name == record.best else None,
            )
            for candidate in card.candidates
        ],
        best=record.best,
        interface=interface,
        sample=rows.slice(0, SAMPLE_ROWS),
        params=_params(record),
        tags=_tags(card) | dict(tags),
        attachments=attachments,
    )


def _chosen_by(record: TrainingRecord) -> list[str]:
    """Return the metric that the contract chooses the best candidate by, none where that is the task's own."""
    return [] if record.primary_metric is None else [task_of(record.task).figure(record.primary_metric).key]


def _learned(card: ModelCard) -> Learned | None:
    """Return until when the version learned, if rows that judge it are among what it learned from.

    Those of a recalibration judge a later holdout's champion.
    """
    record, until = card.record, None
    if record.recalibrates is not None and card.train_period is not None:
        until = card.train_period[1]
    elif record.refit is not None:
        until = record.refit.until
    return None if until is None else Learned(training_id=record.training_id, until=until)


def log_training(
    run: TrainingRun,
    card: ModelCard,
    rows: pa.Table,
    *,
    tags: Mapping[str, str],
    lake: Lake,
    tracking: Tracking | None,
    progress: Callable[[str], None],
) -> Logging:
    """Log a training and let the champion predict the holdout's `rows`, or store all that for later."""
    if tracking is None:
        return Logging(card)
    try:
        done = publish(run, card, rows, lake=lake, tracking=tracking)
    except TrackingUnavailable as error:
        progress(f"{error}; the training's runs are kept in the lake")
        write_spool(run, card, rows, tags=tags, models=tracking.save(run), lake=lake)
        return Logging(card, spooled=True)
    remove_spool(card.record.dataset, run.training_id, lake=lake)  # left by an earlier attempt
    return done


def publish(run: TrainingRun, card: ModelCard, rows: pa.Table, *, lake: Lake, tracking: Tracking) -> Logging:
    """Log a training, describe it and let the champion predict; doing it again adds nothing.

    The champion predicts first, so that a training whose champion cannot registers nothing.
    Raises `TrackingUnavailable`, `PlaceTaken` and `ChampionMoved`.
    """
    try:
        champion = champion_model(card.record.dataset, lake=lake, tracking=tracking)
        _require_recalibrated(champion, card.record)
        said, about = _asked(champion, run.interface, rows, timed=card.test_period is not None)
    except ModelNotTrusted as error:  # it may be of a candidate that the contract does not name any more
        why = f"it holds {listed(error.types)}, whose package is not trusted here"
        said, about = None, {"champion_version": error.version, "champion_incomparable": why, "champion_differs": None}
    logged = tracking.log(run)
    own = {"challenger_version": logged.version, "challenger_run_id": logged.run_ids[run.best], "spooled": False}
    record = card.record.model_copy(update=own | about)
    card = card.model_copy(update={"logged": logged, "record": record})
    files = {"model_card.html": render_page(card).encode(), "model_card.md": render_markdown(card).encode()}
    tracking.describe(logged, files=files, description=render_summary(card))
    return Logging(card, said)


def _require_recalibrated(champion: Champion | None, record: TrainingRecord) -> None:
    """Raise `ChampionMoved` where a recalibration's champion is not champion any more."""
    found = None if champion is None else champion.version
    if record.recalibrates is not None and found != record.champion_version:
        raise ChampionMoved(record, found)


def _asked(
    champion: Champion | None, challenger: ModelInterface, rows: pa.Table, *, timed: bool
) -> tuple[ChampionSaid | None, dict[str, str | None]]:
    """Return what the champion says of rows, None where it cannot be asked, and what the record says about it.

    `timed` says whether the rows have times.
    """
    if champion is None:
        return None, dict.fromkeys(("champion_version", "champion_incomparable", "champion_differs"))
    said, theirs = None, champion.interface
    learned = None if theirs is None else theirs.learned
    why = why_incomparable(theirs, challenger, rows.column_names)
    if why is None and learned is not None and not timed:
        why = f"it learned from the rows up to {learned.until}, and rows no longer have times that tell which those are"
    if why is None:
        try:
            said = _said(champion, challenger.task, rows, learned)
        except ColumnUnusable as error:
            why = f"it takes {error.column} as a number, and the rows now hold {error.found} there"
        except ValuesMissing as error:
            why = f"it takes no missing values, and the rows now have some in {listed(error.columns)}"
    differs = None if theirs is None or said is None else differences(theirs, challenger)
    about = {"champion_incomparable": why, "champion_differs": differs}
    return said, {"champion_version": champion.version, **about}


def _said(champion: Champion, task: str, rows: pa.Table, learned: Learned | None) -> ChampionSaid:
    if task == BINARY or champion.interface is None:
        return ChampionSaid(champion.probability(rows), learned)
    found = champion.predict(rows)
    bounds = champion.bounds(found) if task == REGRESSION else None
    return ChampionSaid(found, learned, classes=champion.interface.classes, bounds=bounds)


def _metrics(model: ModelRecord, also: Collection[str]) -> dict[str, float]:
    """Return what is logged of a model; `also` are metrics whose interval is logged too."""
    known = {name: value for name in (*METRICS, *model.figures) if (value := model.measured(name)) is not None}
    for name in dict.fromkeys((*WITH_INTERVAL, *also)):
        if name in model.intervals:
            known[f"{name}_low"], known[f"{name}_high"] = model.intervals[name]
    return known


def _params(record: TrainingRecord) -> dict[str, str]:
    known = {"best": record.best, "rows_train": str(record.rows_train), "rows_test": str(record.rows_test)}
    if record.refit is not None and record.refit.until is not None:
        known |= {"rows_refit": str(record.refit.rows)}
    if record.primary_metric is not None:
        known |= {"primary_metric": record.primary_metric}
    return known if record.history is None else known | {"history": record.history.window}


def _tags(card: ModelCard) -> dict[str, str]:
    record = card.record
    known = {
        "training_id": record.training_id,
        "trigger": record.trigger.value,
        "reason": record.reason,
        "drift_report": record.report or None,
        "as_of": record.as_of.isoformat(),
        "dataset": record.dataset,
        "class_1": record.positive,
        "data_hash": record.data_hash,
        "git_commit": card.provenance.git_commit,
        "image_digest": card.provenance.image_digest,
        "recalibrates": None if record.recalibrates is None else record.recalibrates.version,
        "history_asked": None if record.history is None else record.history.asked,
        "refit_until": None if record.refit is None or record.refit.until is None else record.refit.until.isoformat(),
        "warnings": str(len(record.warnings)),
    }
    return {name: value for name, value in known.items() if value is not None}
