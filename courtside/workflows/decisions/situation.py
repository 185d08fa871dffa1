"""The situation of a model when something is decided about it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from courtside.contracts.records import ChampionReference, DecisionRecord
from courtside.contracts.records.situations import DriftFacts, DueFacts, HistoryFacts, PerformanceFacts, Situation
from courtside.contracts.versioned import TooNew
from courtside.core.dataset import Dataset
from courtside.core.performance.seen import PerformanceSeen
from courtside.workflows.decisions.history import history_facts
from courtside.workflows.decisions.performance import performance_seen
from courtside.workflows.lake_documents import DocumentDamaged
from courtside.workflows.ports import Lake
from courtside.workflows.scheduled_training import data_until


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
        newest: date | None = None,
        due: DueFacts | None = None,
        overdue_since: date | None = None,
        repeats: Callable[[DecisionRecord], bool] = lambda _: False,
    ) -> Gathered:
        """Return the situation before a day.

        `newest` is the day of the newest row that was checked, and `repeats` says which records are of this very check.
        """
        name, task = self.dataset.name, self.dataset.task
        seen, history = PerformanceSeen(PerformanceFacts()), HistoryFacts()
        if champion is not None:
            today = as_of - self.of_today
            seen = performance_seen(champion.version, today, lake=self.lake, dataset=self.dataset)
            history = history_facts(name, champion, as_of, lake=self.lake, without=repeats)
            history = history.model_copy(update={"data_until": self._data_until(champion)})
        situation = Situation(
            model=name,
            as_of=as_of,
            newest=newest,
            drift=drift,
            performance=seen.facts,
            history=history,
            due=due,
            overdue_since=overdue_since,
            in_season=self._in_season(as_of - timedelta(days=1)),
            dated=self.dataset.time_column is not None,
            named=named,
        )
        said = () if champion is None else tuple(seen.sentences(model=name, task=task))
        return Gathered(situation, said)

    def _data_until(self, champion: ChampionReference) -> date | None:
        """Return the day before which the champion's data end, None where its manifest cannot say it."""
        try:
            return data_until(self.dataset.name, champion.data_of, lake=self.lake)
        except (DocumentDamaged, TooNew):
            return None

    def _in_season(self, day: date) -> bool:
        season = self.dataset.watch.season
        return not season or any(day in part for part in season)
