"""Payloads of a round of the watch: which models are due, and what became of each."""

from datetime import datetime
from enum import StrEnum

from pydantic import ConfigDict

from courtside.contracts.events import Payload

FAILED, RECEIVED, SCORED = "failed", "received", "scored"
"""The outcomes of a round that failed, that took in rows, and that only predicted or judged what it could not before.

Any other outcome is a check's decision.
"""


class Step(StrEnum):
    """What a round does with a model that is due, in this order; each but the first is the name of a function."""

    ENTRY = "read_entry"
    RECEIVE = "receive_rows"
    PREDICT = "predict"
    JUDGE = "check_performance"
    CHECK = "check_drift"


class WatchRequest(Payload):
    """Input of the watch's state machine; the schedule sends its own time.

    Without `model` a round looks at every model of the stage; with `everything` they are due whether or not their time
    has come, because a person asks.
    """

    as_of: datetime
    model: str | None = None
    everything: bool = False


class TendResponse(Payload):
    """Output of `tend_incidents`: how many incidents were open, and how many there was anything to look at."""

    open: int
    tended: int


class FindDueRequest(WatchRequest):
    """Input of `find_due`; `round` is the name of the state machine's execution."""

    round: str


class FindDueResponse(Payload):
    """Output of `find_due`: the key in the lake of the list of `DueModel`, and what it counted.

    `models` are those that the stage looks after, `paused` ones not included; `due` of them are on the list, `checks`
    with a drift check and `arrivals` with files to take in; `failing` are those whose newest round failed. `astray`
    counts the files that arrived in a folder of no model, so that nobody looks at them; `astray_file` is one of them.
    """

    round: str
    key: str
    models: int
    paused: int
    due: int
    checks: int
    arrivals: int
    failing: int
    astray: int = 0
    astray_file: str | None = None


class DueModel(Payload):
    """One model of a `round`: what is due, the contract it was found with, and the state of its arrived files.

    Rows that arrive are predicted even if `predict` is not set. `problem` says why the stage's entry of the model, or
    the record of its rounds, cannot be read; then nothing is done but to tell people.
    """

    model: str
    round: str
    as_of: datetime
    receive: bool = False
    predict: bool = False
    check: bool = False
    judge: bool = False
    contract_sha256: str = ""
    received: str = ""
    problem: str = ""


class StepFailure(Payload):
    """The error of a step, by name, and what it said."""

    error: str
    cause: str


class _Answered(Payload):
    """What `settle` reads of an answer: a stage that is being upgraded may have steps that say more than it knows."""

    model_config = ConfigDict(extra="ignore")


class Arrived(_Answered):
    """What `receive_rows` did; see `ArrivalsResponse`."""

    files: int = 0
    rows: int = 0
    waiting: int = 0


class Predicted(_Answered):
    """What `predict` did; see `PredictResponse`."""

    version: str | None = None
    predicted: int = 0
    unchanged: int = 0
    set_aside: int = 0
    problems: tuple[str, ...] = ()


class Checked(_Answered):
    """What `check_drift` found; see `DriftCheckResponse`."""

    decision: str
    rule: str = ""
    reason: str = ""
    features_drifted: tuple[str, ...] = ()
    table_drifted: tuple[str, ...] = ()
    segments_drifted: tuple[str, ...] = ()
    report_key: str = ""
    page_key: str | None = None
    execution_arn: str | None = None

    @property
    def moved(self) -> tuple[str, ...]:
        """Everything that drifted, by name."""
        return (*self.features_drifted, *self.table_drifted, *self.segments_drifted)


class Judged(_Answered):
    """What `check_performance` did; see `PerformanceResponse`."""

    stated: int = 0
    restated: int = 0


class SettleRequest(DueModel):
    """Input of `settle`: a model that was due, and what its steps answered or how they failed."""

    model_config = ConfigDict(extra="ignore")

    arrived: Arrived | None = None
    not_arrived: StepFailure | None = None
    predicted: Predicted | None = None
    not_predicted: StepFailure | None = None
    checked: Checked | None = None
    not_checked: StepFailure | None = None
    judged: Judged | None = None
    not_judged: StepFailure | None = None


class PublishRequest(Payload):
    """Input of `publish`: whose pages a `round` wants to be built anew, those of one model, or for None that of all."""

    round: str
    model: str | None = None


class PublishResponse(Payload):
    """Output of `publish`: how many pages were written; none where the model was removed meanwhile."""

    model: str | None
    pages: int


class SettleResponse(Payload):
    """Output of `settle`, which is kept in the lake too: what a round did with a model.

    `outcome` is ``failed``, ``received``, ``scored``, the check's decision, or ``paused`` or ``removed`` for a model
    that somebody paused or removed meanwhile. `files` and `rows` arrived; the champion predicted `predicted` rows, and
    `set_aside` others cannot be predicted; `predictions` are sentences about them, such as why there are none;
    `judged` windows of predictions were judged for the first time or anew; `moved` are the features, parts of the table
    and statistics of it that drifted.
    """

    model: str
    outcome: str
    rule: str = ""
    reason: str = ""
    files: int = 0
    rows: int = 0
    predicted: int = 0
    set_aside: int = 0
    predictions: tuple[str, ...] = ()
    judged: int = 0
    moved: tuple[str, ...] = ()
    report_key: str = ""
    execution_arn: str | None = None
    next_due: datetime | None = None
