"""What a training leaves behind: the data it used, the candidates it made, and the files for other readers."""

import math
from datetime import date
from enum import StrEnum

from pydantic import Field

from courtside.contracts.events import Payload, Trigger
from courtside.contracts.names import REGISTERED_MODEL
from courtside.contracts.versioned import Versioned


class SplitRule(Payload):
    """How rows are split by time.

    The newest `test_share` of all rows is the test part, whose newest `holdout_share` is the holdout: only the gate
    decides anything by it. The rest of the test part selects the best candidate.
    """

    test_share: float = Field(default=0.2, gt=0, lt=1)
    holdout_share: float = Field(default=0.5, gt=0, lt=1)


class Calibration(StrEnum):
    """How a model's scores become probabilities (Platt 1999; Zadrozny and Elkan 2002)."""

    SIGMOID = "sigmoid"
    ISOTONIC = "isotonic"


class FrozenObject(Payload):
    """One object a training reads: its version (None where the store keeps none), rows and SHA-256 of its bytes.

    With `revises`, its rows replace those of the objects before it that have their ids.
    """

    key: str
    version_id: str | None
    rows: int
    sha256: str
    revises: bool = Field(default=False, exclude_if=lambda revises: not revises)


class InferredFeatures(Payload):
    """Which features a training's rows have, with their kinds and the reasons, and why the other columns are none."""

    kinds: dict[str, str]
    reasons: dict[str, str]
    left_out: dict[str, str]


class DataManifest(Versioned):
    """Which data a training uses, so that it can be repeated bit for bit.

    `content_hash` covers the bytes and keys of the objects, the dataset contract, `as_of`, the split rule, the seed and
    `newest_rows` (train on only that many of the newest rows of features; None: all). `rows`, `first_day` and
    `last_day` are those of the rows before `as_of`, the days None where rows have no time. `contract_key` is where the
    contract lies in the lake, None for one that does not lie there. `inferred` are the features
    of a contract that leaves them to its rows, which are part of the hash then.
    """

    training_id: str
    dataset: str
    contract_version: int | None = None
    contract_hash: str
    contract_key: str | None = None
    as_of: date
    objects: tuple[FrozenObject, ...]
    rows: int
    first_day: date | None
    last_day: date | None
    split: SplitRule = SplitRule()
    seed: int = 42
    newest_rows: int | None = None
    inferred: InferredFeatures | None = None
    content_hash: str


def _unknown(value: object) -> bool:
    return value is None


class RollingOriginRecord(Payload):
    """A candidate over `folds` expanding windows in time order: mean and standard deviation of AUC and accuracy.

    Of other tasks than `binary`, `figures` has both by name instead; a figure that the contract chooses by is there
    too.
    """

    folds: int
    auc_mean: float | None = Field(default=None, exclude_if=_unknown)
    auc_sd: float | None = Field(default=None, exclude_if=_unknown)
    accuracy_mean: float | None = Field(default=None, exclude_if=_unknown)
    accuracy_sd: float | None = Field(default=None, exclude_if=_unknown)
    figures: dict[str, tuple[float, float]] = Field(default_factory=dict, exclude_if=lambda known: not known)


_UNMEASURED = math.nan


class ModelRecord(Payload):
    """One trained candidate, on the test part; `intervals` are 95 % bootstrap intervals by metric.

    Of other tasks than `binary`, `figures` has all metrics by the names they are logged under; the fields of two
    classes are NaN and not written. `selection` is the metric that chose the best candidate, on the selection part,
    unless that was the AUC, which is `selection_auc`.

    `params` are those it was fitted with; `calibration` is how its probabilities were calibrated, if they were.
    """

    name: str
    train_accuracy: float = Field(default=_UNMEASURED, exclude_if=math.isnan)
    test_accuracy: float = Field(default=_UNMEASURED, exclude_if=math.isnan)
    test_auc: float = Field(default=_UNMEASURED, exclude_if=math.isnan)
    precision: float = Field(default=_UNMEASURED, exclude_if=math.isnan)
    recall: float = Field(default=_UNMEASURED, exclude_if=math.isnan)
    f1_score: float = Field(default=_UNMEASURED, exclude_if=math.isnan)
    log_loss: float | None = None
    brier_score: float | None = None
    calibration_error: float | None = None
    selection_auc: float | None = None
    params: dict[str, str | float | int | None] = Field(default_factory=dict)
    rolling_origin: RollingOriginRecord | None = None
    calibration: Calibration | None = None
    intervals: dict[str, tuple[float, float]] = Field(default_factory=dict)
    figures: dict[str, float] = Field(default_factory=dict, exclude_if=lambda known: not known)
    selection: float | None = Field(default=None, exclude_if=_unknown)

    def measured(self, name: str) -> float | None:
        """Return a metric by the name it is logged under, None where it was not measured."""
        value = self.figures.get(name, getattr(self, name, None))
        return None if value is None or math.isnan(value) else float(value)


class WindowScore(Payload):
    """How a window of history did on time folds: its rows in the training part, and its mean loss, as `log_loss`.

    `difference` is its loss minus that of the best window, row by row, with the standard `error` of that.
    """

    window: str
    rows: int
    log_loss: float
    difference: float
    error: float


class HistoryRecord(Payload):
    """How much of the past a training was `asked` to learn from (``all``, ``5y``, ``auto``), and the `window` it took.

    `reason` is a phrase that says why. `since` is the first day of what it learned from, None where nothing was to be
    left out; `rows_left_out` are older. Where time folds chose, `windows` are those that they judged, the widest first,
    by `candidate` on so many `folds`, by the mean `loss`.
    """

    asked: str
    window: str
    reason: str
    since: date | None = None
    rows_left_out: int = 0
    candidate: str | None = None
    folds: int = 0
    loss: str = Field(default="log loss", exclude_if=lambda loss: loss == "log loss")
    windows: tuple[WindowScore, ...] = ()


class Refit(Payload):
    """What the registered version learned from, where it was fitted once more after it was judged, or `why_not`.

    `rows` from `since` until `until` are all rows of its history; those that judged the candidates are among them.
    `why_not` is a phrase that stands after "because".
    """

    rows: int = 0
    since: date | None = None
    until: date | None = None
    why_not: str | None = Field(default=None, exclude_if=lambda known: known is None)


class Recalibrated(Payload):
    """Which version a training recalibrated instead of fitting a model, and to what.

    `training_id` is the training that fitted that version's model; a version that was recalibrated itself is named by
    the one whose model it has. `slope` and `intercept` are those of the map on the log odds of class 1 (1 and 0: none).
    """

    version: str
    training_id: str
    slope: float
    intercept: float


class TrainingRecord(Versioned):
    """What one training did: everything the gate and the promotion need; `importances` are the best model's.

    `positive` is the value of `target` that is class 1, whose probability the models predict, `split` how rows were
    split and ordered, in words, `referenced` whether it made a drift reference, `inferred` the features that were found
    where the contract leaves them to the rows. `warnings` are what a person should know about the data; `spooled` says
    that its runs wait for the tracking server. `champion_incomparable` is why the champion could not be compared with
    the challenger on the holdout, `champion_differs` in which features and classes it differs although it could.
    `recalibrates` is set where the challenger is a recalibrated champion: then the training part are the rows of
    the recalibration, and the test part is the holdout. `history` is how much of the past the candidates learned
    from, None for a recalibration and in older records; `task` is what is predicted, `classes` those that the
    models know, where there are several, `primary_metric` what chose the best candidate, where that is not the
    task's own, and `baseline` what the target alone reaches in the metric of the task, `baseline_last` what the last
    value of the training part does, where values have times; `holdout_since` is the first day of the holdout, where
    rows have times. `refit` says whether the version is the best candidate fitted once more on all rows, None for a
    recalibration and in older records; the figures of `models` are always those of the fits that were judged.
    """

    training_id: str
    trigger: Trigger
    reason: str
    report: str = ""
    as_of: date
    dataset: str
    contract_version: int | None = None
    contract_hash: str | None = None
    target: str | None = None
    positive: str | None = None
    split: str | None = None
    data_hash: str | None = None
    inferred: InferredFeatures | None = None
    referenced: bool = True
    rows_train: int
    rows_test: int
    rows_holdout: int | None = None
    holdout_since: date | None = None
    history: HistoryRecord | None = Field(default=None, exclude_if=lambda known: known is None)
    refit: Refit | None = Field(default=None, exclude_if=lambda known: known is None)
    baseline_accuracy: float | None = None
    task: str = Field(default="binary", exclude_if=lambda task: task == "binary")
    classes: tuple[str, ...] = Field(default=(), exclude_if=lambda known: not known)
    primary_metric: str | None = Field(default=None, exclude_if=_unknown)
    baseline: float | None = Field(default=None, exclude_if=_unknown)
    baseline_last: float | None = Field(default=None, exclude_if=_unknown)
    warnings: tuple[str, ...] = ()
    spooled: bool = False
    models: tuple[ModelRecord, ...]
    best: str
    importances: dict[str, float]
    registered_model: str = REGISTERED_MODEL
    challenger_version: str | None = None
    challenger_run_id: str | None = None
    champion_version: str | None = None
    champion_incomparable: str | None = None
    champion_differs: str | None = None
    recalibrates: Recalibrated | None = Field(default=None, exclude_if=lambda known: known is None)
    seconds: dict[str, float]


class LegacySet(Versioned):
    """Whose legacy files lie in the lake, and the SHA-256 of each by name: readers that check it never mix two sets."""

    training_id: str
    sha256: dict[str, str]
