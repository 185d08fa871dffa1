"""The dataset contract: what a table's columns mean to Courtside."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Self

from courtside.contracts.names import DRIFT_EXPERIMENT, ModelPlace
from courtside.core.decision_policy import DecisionPolicy
from courtside.core.gate.policy import BLOCKS_OF_TIME, GatePolicy
from courtside.core.performance.rules import PerformanceRules
from courtside.core.predictions.rules import PredictRules
from courtside.core.rhythm.rules import WatchRhythm
from courtside.core.sentences import enumerated

LABEL_DELAY = timedelta(days=30)
"""Within which time labels come, where a contract does not say it."""


_KEYS_BEFORE: Mapping[str, tuple[str, ...]] = {
    "gate": (
        *("floor_auc", "margin", "fresher_days", "log_loss_margin", "calibration_margin", "segment_margin"),
        *("fewest_rows", "fewest_of_class", "fewest_segment_rows", "resamples", "seed"),
    ),
    "retrain": ("on_drift", "every", "cooldown"),
    "performance": ("window", "mature"),
}
"""The keys of a part when contracts were first hashed with it: others count in the hash where they say anything."""


class FeatureKind(StrEnum):
    """How a feature's distribution is summarized and compared."""

    NUMERIC = "numeric"
    CATEGORICAL = "categorical"
    BINARY = "binary"


class Role(StrEnum):
    """What a column is to the model: an input, what it should predict, or what it predicted."""

    FEATURE = "feature"
    TARGET = "target"
    PREDICTION = "prediction"


class Phase(StrEnum):
    """What a window is compared with: the same months of the reference's years."""

    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Feature:
    """One model input; `entity` are the columns whose values together say which rows hang together (none: unknown).

    The ten-game mean of one team in one season repeats nine of ten games from row to row, while teams and seasons do
    not depend on each other: its entity is ``("home_team", "season")``.
    """

    name: str
    kind: FeatureKind
    entity: tuple[str, ...] = ()


EntityPatterns = tuple[tuple[str, tuple[str, ...]], ...]
"""Patterns of feature names like ``home_*``, each with the columns of its entity; the first one that fits counts."""


@dataclass(frozen=True, slots=True)
class Inference:
    """A contract leaves it to the rows which features there are.

    `leave_out` are columns that never become features; `entities` are those of the features that will be found.
    """

    leave_out: tuple[str, ...] = ()
    entities: EntityPatterns = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """A column that is not a model input: the target, or the prediction; where `kind` is None, its values say it."""

    name: str
    role: Role
    kind: FeatureKind | None = None


@dataclass(frozen=True, slots=True)
class ContractId:
    """Which contract something was made by: its name, its version, and the SHA-256 of what it says."""

    name: str
    version: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """A table's contract.

    `time_column` is when a row was, None where rows have no time: then the split is drawn and drift has no history;
    `id_columns` tell rows apart (none: they are ordered by all columns);
    `target` is what the model predicts, `positive` the value of it that is class 1 (None: 1, true, or the larger of two
    whole numbers), `prediction` the column of what it predicted, None where the table keeps none;
    `builder` names the code that builds the features from raw rows (None: the table holds them already);
    `reference_seasons` is how many of the newest seasons the champion is compared with;
    `purpose` is what the models are for, in the words of their card;
    `phase` is set where features differ by time of the year, so that a window is compared with the same days;
    `segment` is the column by whose values the gate looks at parts of the holdout (None: only at the whole);
    `segments` are the columns by whose values windows are checked in parts too (none: only as a whole);
    `version` counts the contract's changes; `table` is the address of its rows where it names one, `incoming` that of
    the team's own place where files of new rows arrive; `candidates` are
    those that are trained (None: all); `policy` and `thresholds` (``feature.ks=0.2``) judge windows; `drift` and
    `tracking` say whether a training makes a drift reference and is logged; `watch` is how a stage watches the model,
    `retrain` when a training starts by itself; `label_delay` is how long labels take to come, `predict` which rows
    are predicted, `performance` how the model is judged by the labels;
    `gate` are the limits that a challenger must keep; `alerts` are the
    e-mail addresses that are told about this model, `owner` who answers for it; `task` is what is predicted, and
    `primary_metric` the figure by which the best candidate is chosen, where that is not the task's own;
    `inference` is set where features are inferred from the rows: there are none until `with_features` names them;
    `registered_model` and `experiment` are what MLflow calls them, where that is not `name`;
    `legacy_set` is set where a promotion also replaces the files that older readers know;
    `also` are columns that a champion reads besides, where rows have them, and no part of the contract (None: nobody
    has asked the champion yet).
    """

    name: str
    time_column: str | None
    season_column: str | None
    id_columns: tuple[str, ...]
    target: str
    features: tuple[Feature, ...]
    builder: str | None
    reference_seasons: int
    phase: Phase | None = None
    prediction: str | None = None
    segment: str | None = None
    purpose: str | None = None
    positive: str | None = None
    version: int = 1
    table: str | None = None
    candidates: tuple[str, ...] | None = None
    policy: str = "calibrated"
    thresholds: tuple[str, ...] = ()
    drift: bool = True
    tracking: bool = True
    segments: tuple[str, ...] = ()
    inference: Inference | None = None
    gate: GatePolicy = field(default_factory=GatePolicy)
    registered_model: str | None = None
    experiment: str | None = None
    incoming: str | None = None
    watch: WatchRhythm = field(default_factory=WatchRhythm)
    retrain: DecisionPolicy = field(default_factory=DecisionPolicy)
    label_delay: timedelta = LABEL_DELAY
    predict: PredictRules = field(default_factory=PredictRules)
    performance: PerformanceRules = field(default_factory=PerformanceRules)
    alerts: tuple[str, ...] = ()
    owner: str | None = None
    task: str = "binary"
    primary_metric: str | None = None
    legacy_set: bool = False
    also: tuple[str, ...] | None = None

    @property
    def contract(self) -> ContractId:
        """What tells this contract from others: the SHA-256 is that of its canonical JSON."""
        import hashlib  # it loads OpenSSL, which the drift engine does not need

        said = asdict(self)
        del said["also"], said["legacy_set"]  # neither says what rows mean
        # Contracts keep the hash that they had before these keys.
        if len(self.segments) < 2:  # `segment` says the same
            del said["segments"]
        usual = {
            "gate": GatePolicy(),
            "watch": WatchRhythm(),
            "retrain": DecisionPolicy(),
            "label_delay": LABEL_DELAY,
            "predict": PredictRules(),
            "performance": PerformanceRules(),
            "registered_model": None,
            "experiment": None,
            "task": "binary",
            "primary_metric": None,
        }
        for key, value in usual.items():
            if getattr(self, key) == value:
                del said[key]
        for part, before in _KEYS_BEFORE.items():
            if part in said:
                said[part] = {
                    key: value
                    for key, value in said[part].items()
                    if key in before or value != getattr(usual[part], key)
                }
        if self.inference is None:
            del said["inference"]
        else:  # the contract is the same, whatever features its rows turn out to have
            del said["features"]
        for key in ("incoming", "alerts", "owner"):  # where rows come from and who is told is no part of what they mean
            del said[key]
        content = json.dumps(said, sort_keys=True, separators=(",", ":"), default=str)
        return ContractId(self.name, self.version, hashlib.sha256(content.encode()).hexdigest())

    @property
    def to_infer(self) -> bool:
        """Whether nothing has named the features yet."""
        return self.inference is not None and not self.features

    def with_features(self, kinds: Mapping[str, FeatureKind]) -> Self:
        """Return the contract with the features that were inferred; one that names its own is returned as it is."""
        if self.inference is None:
            return self
        patterns = self.inference.entities
        features = tuple(Feature(name, kind, entity_of(name, patterns)) for name, kind in kinds.items())
        return replace(self, features=features)

    def columns_of(self, names: Sequence[str]) -> list[str]:
        """Return which of a table's columns are read: the contract's, or all while its features are to be inferred."""
        wanted = names if self.to_infer else (*self.columns, *self.besides)
        return [name for name in wanted if name in names]

    @property
    def besides(self) -> list[str]:
        """The columns that only a champion reads."""
        return [name for name in self.also or () if name not in self.columns]

    @property
    def place(self) -> ModelPlace:
        """Where trainings of this contract go in MLflow."""
        return ModelPlace(self.name, self.registered_model or self.name, self.experiment or self.name)

    @property
    def drift_experiment(self) -> str:
        """The MLflow experiment of drift checks; no experiment of trainings can have such a name."""
        return DRIFT_EXPERIMENT if self.legacy_set else f"{self.name}/drift"

    @property
    def feature_names(self) -> list[str]:
        """Feature names in the order the models take them."""
        return [feature.name for feature in self.features]

    @property
    def columns(self) -> list[str]:
        """Every column that a table of this dataset must hold if no builder makes it."""
        one = (self.time_column, self.season_column)
        parts = (self.segment, *self.segments, *self.entity_columns, self.block_column)
        named = (*self.id_columns, *one, *self.feature_names, *parts, self.target)
        return list(dict.fromkeys(name for name in named if name is not None))

    def parts_naming(self, columns: Collection[str]) -> str:
        """Say which keys of the contract name any of these columns, like ``features, segments and target``."""
        named: dict[str, Sequence[str | None]] = {
            "features": self.feature_names,
            "segments": (self.segment, *self.segments),
            "entities": self.entity_columns,
            "gate.block": (self.block_column,),
            "id_columns": self.id_columns,
            "time_column": (self.time_column,),
            "season_column": (self.season_column,),
            "target": (self.target,),
        }
        return enumerated([key for key, names in named.items() if any(name in columns for name in names)])

    @property
    def block_column(self) -> str | None:
        """The column whose equal values say to the gate which rows depend on each other, None without one."""
        return None if self.gate.block in BLOCKS_OF_TIME else self.gate.block

    @property
    def entity_columns(self) -> list[str]:
        """The columns that say which rows hang together, each once."""
        said = [columns for _, columns in self.inference.entities] if self.inference else []
        return list(dict.fromkeys(name for each in (*said, *(f.entity for f in self.features)) for name in each))

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The target, and the prediction if the contract names one.

        Classes may be written as numbers, and values may all be 0 and 1: the task says which of the two they are.
        """
        kind = {"multiclass": FeatureKind.CATEGORICAL, "regression": FeatureKind.NUMERIC}.get(self.task)
        said = () if self.prediction is None else (Outcome(self.prediction, Role.PREDICTION, kind),)
        return (Outcome(self.target, Role.TARGET, kind), *said)


def entity_of(feature: str, patterns: EntityPatterns) -> tuple[str, ...]:
    """Return the columns of the first pattern that fits a feature, none where none does."""
    return next((columns for pattern, columns in patterns if fnmatchcase(feature, pattern)), ())
