"""Records the replays of one backtest beside each other in a folder."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from courtside.contracts.records.backtests import BacktestResult
from courtside.core.backtest.policies import ReplayPolicy
from courtside.workflows.backtest import Plan, Stream, Witness
from courtside.workflows.ports import Lake
from courtside.workflows.replays.recorder import Recorder, ReplayLedger
from courtside.workflows.replays.witness import RecordingWitness, replay_name


@dataclass(frozen=True)
class Recording:
    """Records each policy as a model of its own; `contract` is the YAML of the model that is replayed."""

    contract: bytes
    stream: Stream
    plan: Plan
    lake: Lake
    ledger: ReplayLedger
    _of_policy: dict[str, RecordingWitness] = field(default_factory=dict)

    def witnesses(self, policy: ReplayPolicy) -> Sequence[Witness]:
        """Begin the records of a policy's replay, in place of an earlier one, and return who makes them.

        Raises what `Recorder.begun` raises.
        """
        window = self.plan.window or policy.retrain.history
        name = replay_name(self.stream.dataset.name, policy.name, window)
        recorder = Recorder.begun(self.contract, name, start=self.plan.begin, lake=self.lake, ledger=self.ledger)
        self._of_policy[policy.name] = RecordingWitness(recorder, self.stream)
        return [self._of_policy[policy.name]]

    def finish(self, results: Sequence[BacktestResult], *, made_at: datetime) -> None:
        """Record what each replay was, once all have ended."""
        for each in results:
            self._of_policy[each.policy].finish(each, made_at=made_at)
