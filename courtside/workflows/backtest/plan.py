"""What a backtest lives through: from which day on, in which steps, with which candidates."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from courtside.contracts.errors import BadInput
from courtside.core.backtest.policies import ReplayPolicy
from courtside.core.training.candidates import ALL, Candidate
from courtside.workflows.backtest.stream import Stream

WEEK = timedelta(days=7)
_DAY = timedelta(days=1)


class NothingToReplay(BadInput):
    """No row of the stream lies in the days that were asked for, or none before them."""

    def __init__(self, plan: "Plan", why: str) -> None:
        self.begin = plan.begin
        self.end = plan.end
        super().__init__(f"from {plan.begin} to {plan.end} nothing can be replayed: {why}; choose other days")


@dataclass(frozen=True, slots=True)
class Plan:
    """The days [begin, end) of a replay.

    The first model learns from the rows before `begin`. Every `step` there is a round: labels are looked at, drift is
    checked, something is decided and done, and the champion predicts the rows until the next round. The label of a row
    is known `label_lag` after the row's day. `window` says what all policies' trainings learn from (None: what each
    policy says). What a policy cannot act on is not looked at unless `watch_all` asks for it, which counts the alerts
    that people would have been sent.
    """

    begin: date
    end: date
    step: timedelta = WEEK
    label_lag: timedelta = _DAY
    window: str | None = None
    candidates: Sequence[Candidate] = field(default=ALL)
    seed: int = 42
    watch_all: bool = False

    def require_rows(self, stream: Stream) -> None:
        """Raise `NothingToReplay` unless there are rows to learn from and rows to predict."""
        first, last = stream.position(self.begin), stream.position(self.end)
        if first == 0:
            raise NothingToReplay(self, "no row with a label lies before these days, from which a model could learn")
        if first >= last:
            raise NothingToReplay(self, "no row with a label lies in these days")

    def watches_drift(self, policy: ReplayPolicy) -> bool:
        """Tell whether drift is checked."""
        return self.watch_all or policy.watches_drift

    def watches_performance(self, policy: ReplayPolicy) -> bool:
        """Tell whether labels are looked at."""
        return self.watch_all or policy.watches_performance

    def rounds(self) -> Sequence[tuple[date, date]]:
        """Return the first day of each round, and the day of the next one."""
        count = -(-(self.end - self.begin) // self.step)
        return [
            (self.begin + number * self.step, min(self.begin + (number + 1) * self.step, self.end))
            for number in range(count)
        ]

    def known_before(self, day: date) -> date:
        """Return the day before which all labels are known on a day."""
        return day - self.label_lag + _DAY
