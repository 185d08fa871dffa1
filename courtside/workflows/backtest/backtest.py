"""Policies side by side on one stream."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from courtside.contracts.records.backtests import BacktestResult, Versus
from courtside.core.backtest.policies import ReplayPolicy
from courtside.core.backtest.scores import blocks_of, differences
from courtside.core.tasks import BINARY
from courtside.workflows.backtest.plan import Plan
from courtside.workflows.backtest.replay import Replay, replay
from courtside.workflows.backtest.rounds import Witness
from courtside.workflows.backtest.stream import Stream


@dataclass(frozen=True)
class Backtest:
    """The replays of one stream, in the order in which their policies were given."""

    stream: Stream
    replays: Sequence[Replay]

    @property
    def results(self) -> list[BacktestResult]:
        """The results, each beside the first policy and beside the one with the lowest loss."""
        best = min(self.replays, key=lambda each: each.result.loss)
        return [
            each.result.model_copy(
                update={"versus_first": self._versus(each, self.replays[0]), "versus_best": self._versus(each, best)}
            )
            for each in self.replays
        ]

    def _versus(self, mine: Replay, other: Replay) -> Versus | None:
        if mine is other:
            return None
        block, of = self._blocks
        labels = self.stream.labels[mine.places]
        task = self.stream.dataset.task
        found = differences(labels, mine.probability, other.probability, block, task=task)
        about: dict[str, Any] = {**found} if task == BINARY else {"differences": found}
        return Versus(policy=other.policy.name, blocks=int(block.max()) + 1, of=of, **about)

    @cached_property
    def _blocks(self) -> tuple[NDArray[np.intp], str]:
        places, season = self.replays[0].places, self.stream.dataset.season_column
        seasons = None if season is None else self.stream.table.column(season).take(places).to_pylist()
        return blocks_of(self.stream.days[places], seasons)


def _nobody(_: ReplayPolicy) -> Sequence[Witness]:
    return ()


def backtest(
    stream: Stream,
    policies: Sequence[ReplayPolicy],
    plan: Plan,
    *,
    state: Path | None = None,
    witnesses: Callable[[ReplayPolicy], Sequence[Witness]] = _nobody,
    progress: Callable[[str], None] = lambda _: None,
) -> Backtest:
    """Replay each of the policies, at least one, through the same days; `witnesses` see the rounds of a policy.

    Raises what `replay` raises.
    """
    return Backtest(
        stream,
        [
            replay(stream, policy, plan, witnesses=witnesses(policy), state=state, progress=progress)
            for policy in policies
        ],
    )
