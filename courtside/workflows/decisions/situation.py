"""The situation of a model when something is decided about it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from courtside.contracts.records import ChampionReference, DecisionRecord
from courtside.contracts.records.situations import DriftFacts, DueFacts, HistoryFacts, PerformanceFacts, Situation
from courtside.core.dataset import Dataset
from courtside.core.performance.seen import PerformanceSeen
from courtside.workflows.decisions.history import history_facts
from courtside.workflows.decisions.performance import performance_seen
from courtside.workflows.ports import Lake


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a decision is made from, and what people are told of the champion's performance, in sentences."""

    situation: Situation
    performance: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Situations:
    """Gathers what is known of a model from the lake."""

    lake: Lake
    dataset: Dataset

    @property
    def of_today(self) -> timedelta:
        """By how much a window reaches over today: a day where loads are windows, because today's load counts."""
        return timedelta(days=self.dataset.time_column is None)

    def gather(
        self,
        drift: DriftFacts,
        champion: ChampionReference | None,
        as_of: date,
        *,
        named: bool = False,
        due: DueFacts | None = None,
        overdue_since: date | None = None,
        repeats: Callable[[DecisionRecord], bool] = lambda _: False,
    ) -> Gathered:
        """Return the situation before a day; `repeats` says which records are of this very check."""
        name, task = self.dataset.name, self.dataset.task
        seen, history = PerformanceSeen(PerformanceFacts()), HistoryFacts()
        if champion is not None:
            today = as_of - self.of_today
            seen = performance_seen(champion.version, today, lake=self.lake, dataset=self.dataset)
            history = history_facts(name, champion, as_of, lake=self.lake, without=repeats)
        situation = Situation(
            model=name,
            as_of=as_of,
            drift=drift,
            performance=seen.facts,
            history=history,
            due=due,
            overdue_since=overdue_since,
            in_season=self._in_season(as_of - timedelta(days=1)),
            named=named,
        )
        said = () if champion is None else tuple(seen.sentences(model=name, task=task))
        return Gathered(situation, said)

    def _in_season(self, day: date) -> bool:
        season = self.dataset.watch.season
        return not season or any(day in part for part in season)
