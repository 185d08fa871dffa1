"""Records that Courtside keeps in the lake, read back by later steps and by people."""

from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from courtside.contracts.events import Payload, RetrainingRequest, Trigger, Window
from courtside.contracts.names import REGISTERED_MODEL


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


class DataManifest(Payload):
    """Which data a training uses, so that it can be repeated bit for bit.

    `content_hash` covers the bytes and keys of the objects, the dataset contract, `as_of`, the split rule, the seed and
    `newest_rows` (train on only that many of the newest rows of features; None: all). `rows`, `first_day` and
    `last_day` are those of the rows before `as_of`, the days None where rows have no time. `inferred` are the features
    of a contract that leaves them to its rows, which are part of the hash then.
    """

    training_id: str
    dataset: str
    contract_version: int | None = None
    contract_hash: str
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


class RollingOriginRecord(Payload):
    """A candidate over `folds` expanding windows in time order: mean and standard deviation of AUC and accuracy."""

    folds: int
    auc_mean: float
    auc_sd: float
    accuracy_mean: float
    accuracy_sd: float


class ModelRecord(Payload):
    """One trained candidate, on the test part; `intervals` are 95 % bootstrap intervals by metric.

    `params` are those it was fitted with; `calibration` is how its probabilities were calibrated, if they were.
    """

    name: str
    train_accuracy: float
    test_accuracy: float
    test_auc: float
    precision: float
    recall: float
    f1_score: float
    log_loss: float | None = None
    brier_score: float | None = None
    calibration_error: float | None = None
    selection_auc: float | None = None
    params: dict[str, str | float | int | None] = Field(default_factory=dict)
    rolling_origin: RollingOriginRecord | None = None
    calibration: Calibration | None = None
    intervals: dict[str, tuple[float, float]] = Field(default_factory=dict)


class TrainingRecord(Payload):
    """What one training did: everything the gate and the promotion need; `importances` are the best model's.

    `positive` is the value of `target` that is class 1, whose probability the models predict, `split` how rows were
    split and ordered, in words, `referenced` whether it made a drift reference, `inferred` the features that were found
    where the contract leaves them to the rows. `warnings` are what a person should know about the data; `spooled` says
    that its runs wait for the tracking server. `champion_incomparable` is why the champion could not be compared with
    the challenger on the holdout, `champion_differs` in which features it differs although it could.
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
    baseline_accuracy: float | None = None
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
    seconds: dict[str, float]


class LegacySet(Payload):
    """Whose legacy files lie in the lake, and the SHA-256 of each by name: readers that check it never mix two sets."""

    training_id: str
    sha256: dict[str, str]


class SealedFiles(Payload):
    """What lies under a seal: a version's model, record, profile, known rows and legacy files, each by its SHA-256.

    The SHA-256 of this document is the seal: whoever knows it can check every file.
    """

    version: str
    training_id: str
    files: dict[str, str]


class ChampionReference(Payload):
    """The profile that a drift check compares with, and the champion's seal.

    `sha256` is None for a champion from before versions were sealed, `profile_key` for one that was trained without a
    drift reference.
    """

    version: str
    training_id: str
    profile_key: str | None
    dataset: str
    importances: dict[str, float] = Field(default_factory=dict)
    sha256: str | None = None


class DecisionRecord(Payload):
    """One logged decision; `done` says that everything it asked for has happened.

    A `backfilled` decision was computed later: it says what would have been decided, but nothing was done. If there was
    nothing to check, `report_key` and `champion_version` are empty. The contract is the one that the check was made by;
    `load` is the one that was checked where rows have no times; `overdue_since` is the day of the newest row if newer
    ones should have come and did not.
    """

    check_id: str
    window: Window
    champion_version: str
    action: str
    rule: str
    reason: str
    report_key: str
    decided_at: datetime
    contract_version: int | None = None
    contract_hash: str | None = None
    load: str | None = None
    execution_arn: str | None = None
    done: bool = False
    backfilled: bool = False
    overdue_since: date | None = None


class ClaimState(Payload):
    """What may happen only once: `told` when its alert was sent, `free` when its owner gave it back undone."""

    told: bool = False
    free: bool = False


class Comparison(Payload):
    """One figure of the gate: both models (and the majority baseline) on the same holdout rows.

    `difference` is challenger minus what it is compared with (`against`), with its 95 % paired bootstrap interval; all
    three are None for a figure that is compared with nothing. `limit` is what it had to keep, `passed` whether it did.
    """

    name: str
    challenger: float
    champion: float | None = None
    baseline: float | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    limit: float
    passed: bool
    against: Literal["champion", "baseline"] = "champion"


class GateDecision(Payload):
    """The gate's decision as a record: what went in, every number, the rule that fired and who decided.

    `policy` are the limits that were used, and the contract is that of the training; `notes` are what a person should
    know about the figures: what was left out or assumed.
    """

    training_id: str
    promote: bool
    rule: str
    reason: str
    challenger_version: str | None
    champion_version: str | None
    registered_model: str = REGISTERED_MODEL
    holdout_key: str
    holdout_rows: int
    contract_version: int | None = None
    contract_hash: str | None = None
    policy: dict[str, float]
    comparisons: tuple[Comparison, ...]
    notes: tuple[str, ...] = ()
    decided_by: str
    decided_at: datetime


class Reign(Payload):
    """One entry of the production history: a version that was champion from `since` to `until` (None: it still is).

    `sha256` is the seal that it was promoted under, None if that was before versions were sealed.
    """

    version: str
    training_id: str | None
    since: datetime
    until: datetime | None = None
    rule: str
    reason: str
    by: str
    sha256: str | None = None


class ChampionPointer(Payload):
    """The champion according to the ledger: what promotions and rollbacks exchange under a condition.

    `history_key` is the ledger's key of the champion's entry in the production history, `reason` why it is champion,
    `sha256` the seal of its files (None if it is older than the seals).
    """

    version: str | None
    previous: str | None
    reason: str
    history_key: str | None = None
    sha256: str | None = None


class RetrainingLockState(Payload):
    """Which training runs, until when its lease lasts, what waits for it to end, and the newest data used so far."""

    holder: str | None = None
    lease_until: datetime | None = None
    waiting: RetrainingRequest | None = None
    coalesced: int = 0
    trained_as_of: date | None = None


class ApprovalRecord(Payload):
    """A promotion that waits for a person, or the person's answer; `token` is the state machine's."""

    training_id: str
    challenger_version: str | None
    champion_version: str | None
    reason: str
    token: str
    asked_at: datetime
    expires_at: datetime
    approved: bool | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None


class ArrivalOutcome(StrEnum):
    """What became of a file that arrived: its rows were loaded, all were known, or it could not be used as a whole."""

    LOADED = "loaded"
    NOTHING_NEW = "nothing new"
    QUARANTINED = "quarantined"


class ArrivalRecord(Payload):
    """One file that arrived, in one state of it.

    `came_at` is when it was written, `seen_at` when it was taken in. `load` is the load of its rows; `new`, `changed`,
    `same` and `coming` (games without a score) count the rows that were used, `wrong` those that were not.
    `quarantine` is the prefix of what was set aside, with the `reason` in sentences. The contract is the one that the
    rows were held to.
    """

    id: str
    model: str
    contract_version: int
    contract_hash: str
    file: str
    etag: str
    size: int
    came_at: datetime
    seen_at: datetime
    outcome: ArrivalOutcome
    load: str | None = None
    new: int = 0
    changed: int = 0
    same: int = 0
    coming: int = 0
    wrong: int = 0
    quarantine: str | None = None
    reason: str = ""
