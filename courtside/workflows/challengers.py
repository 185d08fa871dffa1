"""What a training makes of its rows: fitted candidates, or the champion recalibrated; what follows is the same."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import pyarrow as pa

from courtside.contracts import training_keys
from courtside.contracts.events import RetrainingRequest
from courtside.contracts.model_card import ModelInterface
from courtside.contracts.records import HistoryRecord, Recalibrated, SplitRule
from courtside.core.dataset import Dataset
from courtside.core.drift import Profile, newest_part
from courtside.core.drift import fit as fit_profile
from courtside.core.evaluation.multiclass import aligned
from courtside.core.parquet import parquet_content
from courtside.core.reference import reference_rows
from courtside.core.report_page.wording import disagreement
from courtside.core.tasks import BINARY, Prediction, Value
from courtside.core.tasks.target import written
from courtside.core.training.candidates import Candidate
from courtside.core.training.checks import check_split
from courtside.core.training.fit import FitOptions, TrainedModel, best, fit_candidates
from courtside.core.training.frame import taken_as
from courtside.core.training.history import newest_of, shortened
from courtside.core.training.legacy_models import legacy_files
from courtside.core.training.refit import Refitted, judged_only, refitted, why_not_refit
from courtside.core.training.split import Split, split_in_words, split_rows
from courtside.core.training.target_warnings import about_target
from courtside.workflows.legacy_set import LegacyFiles
from courtside.workflows.ports import Lake, Tracking
from courtside.workflows.recalibrate import CannotRecalibrate, recalibrate
from courtside.workflows.rows import TrainingFeatures
from courtside.workflows.sealed_models import LEGACY
from courtside.workflows.stopwatch import Stopwatch


@dataclass(frozen=True, slots=True)
class Challengers:
    """The models of a training, what they read and say, and the rows that they were made from and are judged by.

    `registered` is the best of them as it becomes a version: it may be fitted once more, on rows that judged it.
    `profile` is the drift reference (None: none), `legacy` makes the files for readers of the old names, `warnings` are
    what a person should know about the rows. `recalibrated_champion` is the version that was loaded and recalibrated,
    and `history` how much of the past candidates that were fitted learned from. `classes` are the values that the codes
    of the target stand for, whether or not the models have seen them; `known` are the codes of those of several that
    some model has seen, which are the classes of the interface.
    """

    split: Split
    split_in_words: str
    models: Sequence[TrainedModel]
    registered: Refitted
    interface: ModelInterface
    profile: bytes | None
    legacy: Callable[[], LegacyFiles]
    warnings: Sequence[str] = ()
    recalibrates: Recalibrated | None = None
    recalibrated_champion: str | None = None
    history: HistoryRecord | None = None
    classes: Sequence[Value] = ()
    known: Sequence[int] | None = None

    def places(self, model: TrainedModel) -> tuple[int, ...] | None:
        """Return which of the interface's classes a model has seen, by their places; None where all are known."""
        if self.known is None or model.seen is None:
            return None
        return tuple(place for place, code in enumerate(self.known) if code in model.seen)

    @property
    def served(self) -> Prediction:
        """What the version says of the holdout: of several classes, the probabilities of those that it knows."""
        said = self.registered.known
        if self.known is None:
            return said
        return aligned(said, classes=range(said.shape[1]), to=self.known)

    @property
    def written_classes(self) -> list[str]:
        """The classes as text."""
        return [written(value) for value in self.classes]

    @property
    def best(self) -> TrainedModel:
        """The one that the gate judges."""
        return best(self.models)


def fitted(
    request: RetrainingRequest,
    frozen: TrainingFeatures,
    *,
    dataset: Dataset,
    candidates: Sequence[Candidate],
    rule: SplitRule,
    options: FitOptions,
    with_reference: bool,
    tracking: Tracking | None,
    watch: Stopwatch,
    registers: bool | None = None,
) -> Challengers:
    """Fit the candidates, and the drift reference of the same rows, which the contract may leave out.

    `registers` says whether the best becomes a version, which is fitted once more; None: where it is tracked.
    Raises what `split_rows`, `shortened`, `check_split` and `fit_candidates` raise.
    """
    with watch.part("history"):
        whole = split_rows(frozen.table, dataset=dataset, rule=rule, seed=options.seed)
        split, history = shortened(
            whole, request.history, dataset=dataset, candidates=candidates, progress=watch.report
        )
    with watch.part("profile"):  # before the models, which would be fitted for nothing if it refuses a column
        warnings, profile = list(check_split(split, dataset)), None
        if with_reference and dataset.drift:
            reference = _profile(frozen.written, dataset)
            profile = reference.to_bytes()
            warnings += [disagreement(part) for part in [newest_part(reference)] if part]
    with _preparing(tracking):
        with watch.part("fit"):
            models = fit_candidates(
                split, dataset=dataset, candidates=candidates, options=options, progress=watch.report
            )
        with watch.part("refit"):
            as_version = tracking is not None if registers is None else registers
            registered = _registered(best(models), split, whole, history.window, dataset=dataset, as_version=as_version)
    if registered.doubted and registered.record is not None:
        warnings.append(f"the version was not fitted once more on the newest rows, because {registered.record.why_not}")
    known = _known(models, registered.model)
    return Challengers(
        split=split,
        split_in_words=split_in_words(dataset, seed=options.seed),
        models=models,
        registered=registered,
        interface=_interface(frozen, dataset, known=known),
        profile=profile,
        legacy=lambda: LegacyFiles(
            request.model, request.training_id, legacy_files(models) if dataset.task == BINARY else {}, _features(split)
        ),
        warnings=(*warnings, *about_target(split, frozen.classes.classes, dataset)),
        history=history,
        classes=frozen.classes.classes,
        known=known,
    )


def _known(models: Sequence[TrainedModel], registered: TrainedModel) -> list[int] | None:
    """Return the codes of the classes of several that some model has seen, in order; None for other tasks."""
    seen = [model.seen for model in (*models, registered) if model.seen is not None]
    return sorted(set().union(*seen)) if seen else None


def _registered(
    chosen: TrainedModel, split: Split, whole: Split, window: str, *, dataset: Dataset, as_version: bool
) -> Refitted:
    """Return the chosen model as it becomes a version: fitted once more on its window of all rows, if that may be."""
    why_not = why_not_refit(dataset) if as_version else "no version is registered"
    if why_not is not None:
        return judged_only(chosen, split, why_not)
    rows = newest_of(pa.concat_tables([whole.train, whole.test]), window, dataset=dataset)
    return refitted(chosen, split, rows, dataset=dataset)


def recalibrated(
    request: RetrainingRequest,
    frozen: TrainingFeatures,
    *,
    dataset: Dataset,
    lake: Lake,
    tracking: Tracking | None,
    watch: Stopwatch,
) -> Challengers:
    """Recalibrate the champion, whose drift reference and legacy files are kept: its model is the same.

    Raises `CannotRecalibrate` without tracking, and what `recalibrate` raises.
    """
    if tracking is None:
        raise CannotRecalibrate(dataset.name, "nothing is tracked, so no version could be registered")
    with watch.part("recalibrate"), _preparing(tracking):
        made = recalibrate(frozen.table, _interface(frozen, dataset), dataset=dataset, lake=lake, models=tracking)
        sealed = made.sealed
        profile = sealed.read(training_keys.PROFILE_NAME) if sealed.record().referenced else None
    return Challengers(
        split=made.split,
        split_in_words=(
            f"by time: of the newest {made.split.train.num_rows + made.split.test.num_rows:,} rows with a label, the "
            "older half recalibrated the champion, and the newer half is the holdout"
        ),
        models=(made.model,),
        registered=judged_only(made.model, made.split),
        interface=made.interface,
        profile=profile,
        legacy=lambda: LegacyFiles.of(request.model, request.training_id, sealed.files(LEGACY)),
        recalibrates=made.recalibrates,
        recalibrated_champion=sealed.version,
    )


def _interface(frozen: TrainingFeatures, dataset: Dataset, *, known: Sequence[int] | None = None) -> ModelInterface:
    """Return what models read and say; of several classes they know those with the codes `known`."""
    every = frozen.classes.classes
    classes = every if known is None else [every[code] for code in known]
    return ModelInterface.of(
        dataset.target,
        classes,
        taken_as(frozen.table.schema, dataset),
        task=dataset.task,
        time_column=dataset.time_column,
    )


@contextmanager
def _preparing(tracking: Tracking | None) -> Iterator[None]:
    """Let the tracking prepare while the block runs; what fails in it fails again, visibly, when it logs."""
    with ThreadPoolExecutor(max_workers=1) as beside:
        if tracking is not None:
            beside.submit(tracking.prepare)
        yield


def _features(split: Split) -> dict[str, bytes]:
    return {f"{name}.parquet": parquet_content(table) for name, table in (("train", split.train), ("test", split.test))}


def _profile(features: pa.Table, dataset: Dataset) -> Profile:
    return fit_profile(
        reference_rows(features, dataset=dataset).to_batches(),
        dataset.features,
        time_column=dataset.time_column,
        calibrated=True,
        history=features.to_batches(),
        phase=dataset.phase,
        outcomes=dataset.outcomes,
        segments=dataset.segments,
    )
