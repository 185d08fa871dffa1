"""`courtside demo --json FILE` writes this; other programs rely on these names."""

from pydantic import BaseModel, ConfigDict, Field

from courtside.contracts.records import ModelRecord


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class StepResult(_Part):
    """A step: its wall time in seconds, whether it did what it should, and one line in plain words."""

    name: str
    seconds: float
    ok: bool
    detail: str


class CheckResult(_Part):
    """A drift check of a window [start, end), given as ISO days."""

    window: tuple[str, str]
    rows: int
    features_drifted: list[str]
    decision: str


class AlertResult(_Part):
    """An alert as it reached (or did not reach) the local Slack-shaped webhook."""

    channel: str
    delivered: bool
    text: str


class ExecutionResult(_Part):
    """An execution of the retraining state machine: whose training it is, and the training's id."""

    model: str
    name: str
    status: str


class ChampionResult(_Part):
    """The registry versions of the first champion and of the one at the end."""

    before: str | None = None
    after: str | None = None


class SecondModelResult(_Part):
    """The model beside the NBA's: its rows, its only training, and how a round over it ended."""

    model: str
    rows: int = 0
    models: list[ModelRecord] = Field(default_factory=list)
    champion: str | None = None
    outcome: str | None = None
    moved: list[str] = Field(default_factory=list)


class JudgedResult(_Part):
    """How well a version predicted the games of a window [start, end), given as ISO days; `low` to `high` is at 95 %.

    `promise` is the AUC that its training's holdout promised.
    """

    window: tuple[str, str]
    version: str
    role: str
    games: int
    auc: float
    low: float
    high: float
    promise: float


class SideBySideResult(_Part):
    """Which of two models of the same games is better, as `courtside models beside` says it.

    `verdict` is ``better``, ``worse``, ``equivalent`` or ``not_known``, about `model`; `difference` is its log loss
    less that of `other` on the `rows` that both predicted, and `low` to `high` an interval that holds at every look.
    `since` is the ISO day from which on it was sure.
    """

    model: str
    other: str
    verdict: str
    rows: int
    difference: float | None
    low: float | None
    high: float | None
    since: str | None


class DemoResult(_Part):
    """The result of the demo; `models` are the NBA's last training's, `peak_memory_mb` covers all its processes.

    `performance` is that of the first champion before the retraining and of both champions after it; `stage_models` are
    the rows of `courtside models list` at the end. `side_by_side` is there where the games were given.
    """

    ok: bool = False
    seconds: float = 0.0
    steps: list[StepResult] = Field(default_factory=list)
    games: int = 0
    quarantined: int = 0
    models: list[ModelRecord] = Field(default_factory=list)
    checks: list[CheckResult] = Field(default_factory=list)
    alerts: list[AlertResult] = Field(default_factory=list)
    executions: list[ExecutionResult] = Field(default_factory=list)
    performance: list[JudgedResult] = Field(default_factory=list)
    champion: ChampionResult = Field(default_factory=ChampionResult)
    second: SecondModelResult | None = None
    side_by_side: SideBySideResult | None = None
    stage_models: list[dict[str, str]] = Field(default_factory=list)
    urls: dict[str, str] = Field(default_factory=dict)
    peak_memory_mb: int = 0
    error: str | None = None
