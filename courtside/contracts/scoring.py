"""Payloads of the two functions that score: one predicts what comes, the other says how well that went."""

from datetime import UTC, date, datetime
from enum import StrEnum

from pydantic import Field, TypeAdapter, field_validator

from courtside.contracts.events import Payload, Window

NEWEST_WINDOWS = 20
"""An answer names so many windows at most, because a state of a state machine may not hold more than 256 KiB."""
MOST_VERSIONS = 10
"""A request names so many versions at most."""
_MOMENT = TypeAdapter(datetime)


class Role(StrEnum):
    """What a version was when it predicted; a `shadow` is one that the contract or a person names."""

    CHAMPION = "champion"
    CHALLENGER = "challenger"
    PREVIOUS = "previous"
    SHADOW = "shadow"


class Opponent(StrEnum):
    """What a promise test compares a champion's loss with.

    `promise` is what the version promised on its holdout, `best_promise` the best promise that a champion made so far,
    and `baseline` a constant prediction on the same rows; `recalibrated` is the champion itself with a map of its
    probabilities that was learnt on the days before. The others are versions that predicted the same rows.
    """

    PROMISE = "promise"
    BEST_PROMISE = "best_promise"
    BASELINE = "baseline"
    PREVIOUS = "previous"
    CHALLENGER = "challenger"
    SHADOW = "shadow"
    RECALIBRATED = "recalibrated"


class _OfDay(Payload):
    """A request about a model as of a day; of a moment, such as that of a round, its day in UTC counts."""

    model: str
    as_of: date

    @field_validator("as_of", mode="before")
    @classmethod
    def _day(cls, given: object) -> object:
        """Return the day in UTC of a moment, as JSON writes it or as Python has it."""
        if isinstance(given, str) and "T" in given:
            given = _MOMENT.validate_python(given)
        if isinstance(given, datetime):
            return (given.astimezone(UTC) if given.tzinfo else given).date()
        return given


class PredictRequest(_OfDay):
    """Input of `predict`: the rows that the model is to predict as of a day.

    `versions` predict as shadows besides those that the contract names.

    >>> PredictRequest.model_validate({"model": "churn", "as_of": "2026-11-29T23:30:00-05:00"}).as_of
    datetime.date(2026, 11, 30)
    """

    versions: tuple[str, ...] = Field((), max_length=MOST_VERSIONS)


class ShadowPredictions(Payload):
    """What a shadow predicted: `predicted` rows are new or changed, `unchanged` rows had been predicted before.

    `problem` says why it could not predict, and is empty if it did.
    """

    version: str
    role: Role
    predicted: int = 0
    unchanged: int = 0
    problem: str = ""


class PredictResponse(Payload):
    """Output of `predict`: what the champion and its shadows predicted, and how many rows nobody could.

    `version` is the champion's, None for a model without one, of which nothing is predicted. `set_aside` rows are in
    quarantine. `problems` are sentences for people: what was set aside and why, and what could not be explained.
    """

    model: str
    as_of: date
    version: str | None = None
    predicted: int = 0
    unchanged: int = 0
    set_aside: int = 0
    shadows: tuple[ShadowPredictions, ...] = ()
    problems: tuple[str, ...] = ()


class PerformanceRequest(_OfDay):
    """Input of `check_performance`: how well the model does, by the labels that are known as of a day."""


class WindowState(StrEnum):
    """What became of a window: judged for the first time, judged anew, or still without enough of its labels."""

    STATED = "stated"
    RESTATED = "restated"
    IMMATURE = "immature"


class JudgedWindow(Payload):
    """A window of predictions, what became of it, and the share in [0, 1] of its rows whose labels are known."""

    window: Window
    state: WindowState
    share_labelled: float = Field(ge=0, le=1)


class PromiseTest(Payload):
    """What a promise test says: the mean loss of the champion `version` less that of its opponent, and what that means.

    `outcome` is ``worse`` (`since` a day), ``equivalent`` (within `margin`) or ``not_known``. The interval from `low`
    to `high` holds at every look, and has no ends while there are too few days. Beside the recalibrated champion,
    `calibration` (``broken``, ``held``, ``not_known``) says what became of its probabilities, and `ranking` (``broke``,
    ``held``, ``not_known``) of the order in which it puts rows.
    """

    version: str
    opponent: Opponent
    opponent_version: str | None = None
    loss: str
    outcome: str
    since: date | None = None
    difference: float
    low: float | None = None
    high: float | None = None
    margin: float
    days: int
    rows: int
    calibration: str | None = None
    ranking: str | None = None


class PerformanceResponse(Payload):
    """Output of `check_performance`: how many windows it stated, restated or left for later, and the labels it took.

    `windows` are the newest of these, oldest first and at most `NEWEST_WINDOWS`. `labels_new` and `labels_changed`
    count the labels that came from the model's own rows. `tests` are the promise tests of the newest champion, where
    there was new evidence. `problems` are sentences for people.
    """

    model: str
    as_of: date
    stated: int = 0
    restated: int = 0
    immature: int = 0
    windows: tuple[JudgedWindow, ...] = Field((), max_length=NEWEST_WINDOWS)
    labels_new: int = 0
    labels_changed: int = 0
    tests: tuple[PromiseTest, ...] = ()
    problems: tuple[str, ...] = ()
