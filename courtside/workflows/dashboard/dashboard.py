"""The dashboard of a stage: pages that are built from what the stage wrote down, and written into its lake."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

from courtside.contracts import dashboard_keys
from courtside.contracts.records import ReplayRecord
from courtside.core import dashboard, pages
from courtside.core.dashboard import model_page, stage_page
from courtside.core.dashboard.views import ModelView, StageView
from courtside.workflows.dashboard.archived import SETTLED
from courtside.workflows.dashboard.compared import Comparisons, kept_comparisons, renew_comparisons
from courtside.workflows.dashboard.kept_summaries import content_of
from courtside.workflows.dashboard.model_view import model_view
from courtside.workflows.dashboard.month_costs import DeployedStage, kept_costs, renew_costs
from courtside.workflows.dashboard.source import ModelSource
from courtside.workflows.dashboard.stage_view import stage_view
from courtside.workflows.ports import ObjectMissing
from courtside.workflows.stage_models import StageModels


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Builds the pages of one stage's models; without what is `deployed`, nobody estimates what a month of it costs.

    `replays` are what its models were where they only lived in a replay.
    """

    stage: str
    models: StageModels
    deployed: DeployedStage | None = None
    replays: tuple[ReplayRecord, ...] = ()

    def publish_model(self, model: str, *, now: datetime) -> tuple[str, ...]:
        """Build the pages of a model and write those that changed, its summary last; return their keys.

        Raises `ModelUnknown`, `ModelRemoved`, `LogDamaged`, `ContractChanged` and what reading a contract raises.
        """
        return self._write(self.model_pages(model, now=now))

    def publish_stage(self, *, now: datetime) -> tuple[str, ...]:
        """Build the page of all models from their summaries and write it; return its key.

        What a month of the stage costs is estimated anew before, once a day; see `renew_costs`. Models of the same
        target are compared anew, see `renew_comparisons`.
        """
        self.renew_costs(now=now)
        if not self.replays:
            renew_comparisons(self.models, self.stage_view(now=now).models, now=now)
        return self._write(self.stage_pages(now=now))

    def renew_costs(self, *, now: datetime) -> None:
        """Estimate what a month of the stage costs where that is not known as of today; a failure is only logged."""
        if self.deployed is not None:
            renew_costs(self.deployed, models=len(self.models.list().names), lake=self.models.lake, now=now)

    def model_view(self, model: str, *, now: datetime, start: date | None = None, end: date | None = None) -> ModelView:
        """Return what a model's page shows, of the newest year unless days are given; raises as `publish_model`."""
        return model_view(self._source(model, now), stage=self.stage, start=start, end=end, month_usd=self._model_usd())

    def stage_view(self, *, now: datetime) -> StageView:
        """Return what the page of all models shows."""
        costs = kept_costs(self.models.lake)
        usd = costs.stage_usd if costs else None
        compared = Comparisons() if self.replays else kept_comparisons(self.models.lake)
        return stage_view(
            self.models, stage=self.stage, now=now, month_usd=usd, replays=self.replays, compared=compared
        )

    def model_pages(self, model: str, *, now: datetime) -> dict[str, bytes]:
        """Return a model's page and those of its years that changed, by their keys, and its summary."""
        source = self._source(model, now)
        view = model_view(source, stage=self.stage, month_usd=self._model_usd())
        built = {dashboard_keys.model_page(model): model_page.render(view).encode()}
        made_from = dict(_made_from(source, view.years))
        before = self._years_before(model)
        for year in view.years:
            if made_from[str(year)] != before.get(str(year)):
                start, end = date(year, 1, 1), date(year + 1, 1, 1)
                of_year = model_view(source, stage=self.stage, start=start, end=end)  # without costs, which are today's
                built[dashboard_keys.year_page(model, year)] = model_page.render(of_year).encode()
        built[dashboard_keys.years_note(model)] = json.dumps(made_from, indent=2).encode()
        built[dashboard_keys.summary(model)] = content_of(view.summary, at=now)
        return built

    def stage_pages(self, *, now: datetime) -> dict[str, bytes]:
        """Return the page of all models by its key."""
        return {dashboard_keys.OVERVIEW_PAGE: stage_page.render(self.stage_view(now=now)).encode()}

    def _source(self, model: str, now: datetime) -> ModelSource:
        entry = self.models.show(model)
        replay = next((each for each in self.replays if each.model == model), None)
        return ModelSource(entry, self.models.said_by(entry), self.models.ledger, self.models.lake, now, replay)

    def _model_usd(self) -> float | None:
        costs = kept_costs(self.models.lake)
        return costs.model_usd if costs else None

    def _years_before(self, model: str) -> Mapping[str, str]:
        try:
            said = json.loads(self.models.lake.read(dashboard_keys.years_note(model)))
        except (ObjectMissing, ValueError):
            return {}
        return said if isinstance(said, dict) else {}

    def _write(self, pages: Mapping[str, bytes]) -> tuple[str, ...]:
        for key, content in pages.items():
            self.models.lake.write(key, content)
        return tuple(pages)


def _made_from(source: ModelSource, years: Iterable[int]) -> Iterator[tuple[str, str]]:
    """Yield each year with what tells its page from any other: its archives, and what happened in it.

    Labels of a year come until long after it, so that until then its page is built again every day.
    """
    for year in years:
        start, end = date(year, 1, 1), date(year + 1, 1, 1)
        awaited = source.now.date() - end <= source.dataset.label_delay + SETTLED
        day = source.now.date() if awaited else end
        names = source.archived.between(start, end)
        told = (source.incidents(start, end), source.champions, source.replay)
        said = (_drawing(), day, source.archived.digest(names), *told)
        yield str(year), sha256(repr(said).encode()).hexdigest()


@cache
def _drawing() -> str:
    """Return what tells the code that draws pages from any other, so that a new release draws past years again."""
    folders = [Path(folder) for package in (dashboard, pages) for folder in package.__path__]
    files = sorted(file for folder in folders for file in folder.rglob("*") if file.suffix in {".py", ".css"})
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
