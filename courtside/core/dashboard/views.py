"""What the pages show, as plain data: drawing needs nothing else, and knows no lake, ledger or clock.

Days and moments are those of UTC; a key is an object of the lake, empty where there is none.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from courtside.contracts.curves import ClassCurves, ValueCurves
from courtside.contracts.records import LabelsIn, ReplayRecord


class Health(StrEnum):
    """How a model is, the worst first, which is the order in which models are listed."""

    CRITICAL = "critical"
    WARNING = "warning"
    UNREADABLE = "unreadable"
    WAITS = "waits for you"
    NEW = "new"
    PAUSED = "paused"
    GOOD = "good"


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One model in the list of all: the same facts as on its page, in one line.

    `why` is a sentence about the health. `last_check` is what the newest check found (`report_key` is its page).
    `changed` are sentences about the newest 24 hours. `metric` is the primary one's name; `recent` are its newest
    realised figures, oldest first, None where a window has none; `promise` is what the champion promised of it.
    `unsure` says of each of them whether the window had too few rows for an interval. `alike` is the same for all
    models that can be compared with this one, and empty where that is not known.
    """

    model: str
    task: str
    health: Health
    why: str
    champion: str | None
    champion_since: datetime | None
    last_check_at: datetime | None
    last_check: str
    report_key: str
    next_due: datetime | None
    open_incidents: int
    changed: tuple[str, ...]
    metric: str
    recent: tuple[float | None, ...]
    promise: float | None
    page_key: str
    unsure: tuple[bool, ...] = ()
    alike: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageView:
    """The page of all models, as of a moment; `incidents` are those of the stage itself and all open ones of models.

    `month_usd` is what a month of the stage costs by list prices with all its models, None where that is not known.
    `replays` are those of its models that only lived in a replay. `compared` are its models of the same target, and
    `left_out` counts the pairs of such models that were not compared, because there are too many.
    """

    stage: str
    at: datetime
    models: tuple[Summary, ...]
    incidents: tuple["IncidentLine", ...]
    month_usd: float | None = None
    replays: tuple[ReplayRecord, ...] = ()
    compared: tuple["Pair", ...] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PairFigure:
    """A metric of both models of a pair on the same rows, and the first one's less the other one's, with interval."""

    title: str
    model: float | None
    other: float | None
    difference: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two models of the same target on the rows that both predicted.

    `verdict` is one of `core.performance.model_comparison`, about `model`; `sentence` says it with its figures.
    """

    model: str
    other: str
    verdict: str
    rows: int
    sentence: str
    figures: tuple[PairFigure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentLine:
    """One incident; `model` is empty for one of the stage itself, `resolved_at` None while it is open."""

    id: str
    model: str
    kind: str
    severity: str
    state: str
    headline: str
    opened_at: datetime
    resolved_at: datetime | None
    by: str
    note: str
    report_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenure:
    """A version's time as champion; `how` is ``promotion``, ``rollback`` or ``import``, `card_key` its model card."""

    version: str
    since: datetime
    until: datetime | None
    how: str
    rule: str
    reason: str
    by: str
    training_id: str | None
    card_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformancePoint:
    """A window's performance by one metric: of the champion of that time, or of a version in another role.

    `value` with `low` and `high` (95 %) is realised, on the `labelled` of `rows` whose label is known; None while too
    few are. `estimate` is what was estimated before the labels came. `promise` with its interval is the holdout's, and
    `baseline` the figure of a constant. `final` says that no more labels are awaited. `restated` counts how often it
    was stated anew. `difference` is the champion's figure less that of a version in another role, on the same rows.
    """

    start: date
    end: date
    version: str
    role: str
    metric: str
    value: float | None
    low: float | None
    high: float | None
    rows: int
    labelled: int
    promise: float | None
    promise_low: float | None
    promise_high: float | None
    baseline: float | None
    estimate: float | None
    final: bool
    restated: int
    difference: float | None = None
    difference_low: float | None = None
    difference_high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPoint:
    """One drift check: its window, what was decided, and each feature's verdict and size of the move.

    `verdicts` and `effects` have one entry for each of `ModelView.features`, in that order: a verdict of
    `core.drift` (None where the feature was not in the check) and the effect, a number from 0 on that the policy
    compares (None where there is none).
    """

    day: date
    report_key: str
    action: str
    verdicts: tuple[str | None, ...]
    effects: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionLine:
    """One logged decision: `numbers` are those that its rule compared, `would_change` what would have changed it."""

    day: date
    decided_at: datetime
    action: str
    rule: str
    reason: str
    numbers: tuple[tuple[str, float], ...]
    would_change: tuple[str, ...]
    report_key: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationBin:
    """Of the rows that were predicted about `predicted`, the share `observed` was of class 1, with its interval."""

    predicted: float
    observed: float
    low: float
    high: float
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """A version that predicts beside the champion, and what is known of the two on the same rows by one metric."""

    version: str
    role: str
    metric: str
    rows: int
    difference: float | None
    low: float | None
    high: float | None
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How new the rows are: the newest row's day, when rows last arrived, and since when newer ones are overdue.

    `of_games` says that the rows are games, which all models of games share.
    """

    newest_row: date | None
    last_arrival: datetime | None
    overdue_since: date | None
    of_games: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelView:
    """The page of one model from the day `start` to the day `end` (not included).

    `metrics` are the names of those that `performance` has, the primary one first; `years` are the calendar years that
    have a page of their own. `checks`, `performance` and `decisions` are in order of time; `maturity` is the share of
    labels that is in by days after a row. `calibration_of` says which rows `calibration` counts, or `met`, which is how
    predictions met their labels where there are not two classes. `compared` are pairs with other models of the
    same target. `month_usd` is what each model of the stage adds at most to a month's bill; None where that is not
    known. `replay` is set where all of it happened in a replay only.
    """

    summary: Summary
    stage: str
    at: datetime
    start: date
    end: date
    years: tuple[int, ...]
    owner: str
    features: tuple[str, ...]
    champions: tuple[Tenure, ...]
    incidents: tuple[IncidentLine, ...]
    metrics: tuple[str, ...]
    performance: tuple[PerformancePoint, ...]
    checks: tuple[CheckPoint, ...]
    decisions: tuple[DecisionLine, ...]
    maturity: tuple[LabelsIn, ...]
    calibration: tuple[CalibrationBin, ...]
    calibration_of: str
    shadows: tuple[Shadow, ...]
    freshness: Freshness
    month_usd: float | None
    replay: ReplayRecord | None = None
    met: ClassCurves | ValueCurves | None = None
    compared: tuple[Pair, ...] = ()
