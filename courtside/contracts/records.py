"""Records that Courtside keeps in the lake, read back by later steps and by people."""

from datetime import date, datetime

from pydantic import Field

from courtside.contracts.events import Payload, Trigger, Window


class ModelRecord(Payload):
    """One trained candidate."""

    name: str
    train_accuracy: float
    test_accuracy: float
    test_auc: float
    precision: float
    recall: float
    f1_score: float


class TrainingRecord(Payload):
    """What one training did: everything the gate and the promotion need; `importances` are the best model's."""

    training_id: str
    trigger: Trigger
    reason: str
    as_of: date
    dataset: str
    rows_train: int
    rows_test: int
    models: tuple[ModelRecord, ...]
    best: str
    importances: dict[str, float]
    challenger_version: str | None = None
    challenger_run_id: str | None = None
    champion_version: str | None = None
    seconds: dict[str, float]


class ChampionReference(Payload):
    """Which profile a drift check compares with: the champion's."""

    version: str
    training_id: str
    profile_key: str
    dataset: str
    importances: dict[str, float] = Field(default_factory=dict)


class DecisionRecord(Payload):
    """One logged decision; `done` tells that everything it asked for has happened.

    A `backfilled` one was computed later: it says what would have been decided, and nothing was done.
    """

    check_id: str
    window: Window
    champion_version: str
    action: str
    rule: str
    reason: str
    report_key: str
    decided_at: datetime
    execution_arn: str | None = None
    done: bool = False
    backfilled: bool = False
