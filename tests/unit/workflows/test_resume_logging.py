"""A training that found no tracking server is stored in a spool and logged completely later."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import pyarrow.parquet as pq
import pytest

from courtside.contracts import training_keys
from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.contracts.key_names import NameUnusable
from courtside.contracts.model_card import LoggedRuns, ModelCard, Provenance
from courtside.contracts.records import TrainingRecord
from courtside.core.pages.place import Place
from courtside.datasets.catalog import load_dataset
from courtside.datasets.simulated import simulate_games
from courtside.workflows.games import store_games
from courtside.workflows.ports import TrackingUnavailable, TrainingRun
from courtside.workflows.resume_logging import NothingSpooled, resume_logging
from courtside.workflows.spool import spooled_trainings
from courtside.workflows.train import train
from tests.fakes.ports import ConstantChampion, InMemoryLake, InMemoryTracking

DATASET = replace(load_dataset("nba_games"), candidates=("logistic_regression", "lightgbm"))


def request(training_id: str, *, as_of: date = date(2011, 7, 1)) -> RetrainingRequest:
    return RetrainingRequest(
        model="nba_games", training_id=training_id, as_of=as_of, trigger=Trigger.DRIFT, reason="scores moved"
    )


@dataclass
class DyingTracking(InMemoryTracking):
    """A tracking server that goes away at one step of logging: after the runs, or before the card."""

    dies_at: str = ""
    seen: list[str] = field(default_factory=list)

    def log(self, run: TrainingRun) -> LoggedRuns:
        logged = super().log(run)
        self._step("logged")
        return logged

    def describe(self, logged: LoggedRuns, *, files: Mapping[str, bytes], description: str) -> None:
        self._step("describing")
        super().describe(logged, files=files, description=description)

    def _step(self, name: str) -> None:
        if name == self.dies_at:
            raise TrackingUnavailable("http://nowhere")


@pytest.fixture(scope="module")
def spooled() -> InMemoryLake:
    """Return a lake with one training that found no tracking server."""
    lake = InMemoryLake()
    store_games(simulate_games(seasons=[2009, 2010, 2011]), lake=lake)
    said: list[str] = []
    record = train(
        request("away"),
        lake=lake,
        tracking=InMemoryTracking(away=True),
        dataset=DATASET,
        provenance=Provenance(git_commit="c0ffee"),
        tags={"drift_report": "s3://lake/report.html"},
        progress=said.append,
    )
    assert record.spooled
    assert any("does not answer" in line and "kept in the lake" in line for line in said)
    return lake


@pytest.fixture
def lake(spooled: InMemoryLake) -> InMemoryLake:
    return InMemoryLake(dict(spooled.objects))


def record_of(lake: InMemoryLake, training_id: str) -> TrainingRecord:
    return TrainingRecord.model_validate_json(lake.read(training_keys.training_record("nba_games", training_id)))


def test_a_spool_contains_everything_and_the_record_says_so(lake: InMemoryLake) -> None:
    assert spooled_trainings(lake=lake) == [("nba_games", "away")]
    record = record_of(lake, "away")
    assert (record.spooled, record.challenger_version, record.champion_version) == (True, None, None)
    prefix = training_keys.training_spool("nba_games", "away")
    names = {key.removeprefix(prefix) for key in lake.keys(prefix)}
    models = {f"models/{model.name}/model" for model in record.models}
    assert names == models | {"run.json", "rows.parquet", "attachments/reference.profile"}
    card = ModelCard.model_validate_json(lake.read(training_keys.training_card("nba_games", "away")))
    assert card.logged is None


def test_resuming_logs_the_same_as_the_training_would_have(lake: InMemoryLake) -> None:
    tracking, live = InMemoryTracking(current=ConstantChampion("7", 0.4)), InMemoryTracking()
    before = record_of(lake, "away")
    (record,) = resume_logging(lake=lake, tracking=tracking)
    train(
        request("away"),
        lake=InMemoryLake(dict(lake.objects)),
        tracking=live,
        dataset=DATASET,
        provenance=Provenance(git_commit="c0ffee"),
        tags={"drift_report": "s3://lake/report.html"},
    )
    (replayed,), (direct,) = tracking.runs, live.runs
    assert replayed.tags == direct.tags
    assert replayed.tags["drift_report"] == "s3://lake/report.html"
    assert replayed.tags["git_commit"] == "c0ffee"
    assert replayed.attachments == direct.attachments
    assert (replayed.best, replayed.params) == (direct.best, direct.params)
    for one, other in zip(replayed.candidates, direct.candidates, strict=True):
        assert (one.name, one.flavor, one.params, one.metrics) == (
            other.name,
            other.flavor,
            other.params,
            other.metrics,
        )
        assert one.plots == other.plots
    assert record == record_of(lake, "away")
    assert (record.spooled, record.challenger_version, record.champion_version) == (False, "1", "7")
    assert record.seconds == before.seconds
    assert spooled_trainings(lake=lake) == []
    assert lake.keys(training_keys.training_spool("nba_games", "away")) == []


def test_resuming_adds_the_predictions_of_the_champion_and_completes_the_card(lake: InMemoryLake) -> None:
    before = pq.read_table(io.BytesIO(lake.read(training_keys.training_holdout("nba_games", "away"))))
    tracking = InMemoryTracking(current=ConstantChampion("7", 0.4))
    resume_logging(lake=lake, tracking=tracking)
    holdout = pq.read_table(io.BytesIO(lake.read(training_keys.training_holdout("nba_games", "away"))))
    assert set(holdout.column("champion").to_pylist()) == {0.4}
    assert holdout.drop_columns(["champion"]).equals(before)
    key = training_keys.training_card_page("nba_games", "away")
    page = lake.read(key)
    assert b"nba-game-predictions version 1" in page
    described = tracking.described["run-1"]
    place = Place(page=key, model="nba_games", here="Model card of training away")
    links = [part.encode() for part in (place.trail(), place.footer())]
    assert [page.count(part) for part in links] == [1, 1]
    assert described["model_card.html"] == page.replace(links[0], b"").replace(links[1], b"")
    assert described["model_card.md"] == lake.read(training_keys.training_card_text("nba_games", "away"))


@pytest.mark.parametrize("step", ["logged", "describing"])
def test_a_server_that_dies_during_logging_loses_nothing(step: str) -> None:
    lake, tracking = InMemoryLake(), DyingTracking(dies_at=step)
    store_games(simulate_games(seasons=[2010, 2011]), lake=lake)
    record = train(request("half"), lake=lake, tracking=tracking, dataset=DATASET)
    assert record.spooled
    assert record.challenger_version is None
    assert json.loads(lake.read("ml-models/set.json"))["training_id"] == "half"
    with pytest.raises(TrackingUnavailable):
        resume_logging(lake=lake, tracking=tracking)
    assert spooled_trainings(lake=lake) == [("nba_games", "half")]
    tracking.dies_at = ""
    (replayed,) = resume_logging(lake=lake, tracking=tracking)
    assert replayed.challenger_version == "1"
    assert len(tracking.runs) == 1
    assert list(tracking.described) == ["run-1"]


def test_repeating_the_training_with_a_server_leaves_no_spool(lake: InMemoryLake) -> None:
    record = train(request("away"), lake=lake, tracking=InMemoryTracking(), dataset=DATASET)
    assert not record.spooled
    assert spooled_trainings(lake=lake) == []


def test_the_training_with_the_oldest_data_is_logged_first_or_one_is_chosen(lake: InMemoryLake) -> None:
    train(
        request("a-later-id", as_of=date(2011, 1, 1)), lake=lake, tracking=InMemoryTracking(away=True), dataset=DATASET
    )
    assert spooled_trainings(lake=lake) == [("nba_games", "a-later-id"), ("nba_games", "away")]
    both = InMemoryLake(dict(lake.objects))
    tracking = InMemoryTracking()
    assert [record.training_id for record in resume_logging(lake=both, tracking=tracking)] == ["a-later-id", "away"]
    (record,) = resume_logging(lake=lake, tracking=InMemoryTracking(), training_id="away")
    assert record.training_id == "away"
    assert spooled_trainings(lake=lake) == [("nba_games", "a-later-id")]


def test_of_two_models_with_a_training_of_one_name_only_the_one_that_is_meant_is_logged(lake: InMemoryLake) -> None:
    points = replace(DATASET, name="points")
    asked = request("away").model_copy(update={"model": "points"})
    train(asked, lake=lake, tracking=InMemoryTracking(away=True), dataset=points)
    said: list[str] = []
    before = {key: content for key, content in lake.objects.items() if key.startswith("models/points/")}
    tracking = InMemoryTracking()
    (logged,) = resume_logging(
        lake=lake, tracking=tracking, model="nba_games", training_id="away", progress=said.append
    )
    assert (logged.dataset, said) == ("nba_games", ["nba_games.away"])
    assert {key: content for key, content in lake.objects.items() if key.startswith("models/points/")} == before
    assert spooled_trainings(lake=lake) == [("points", "away")]


def test_a_training_that_is_not_spooled_is_refused(lake: InMemoryLake) -> None:
    with pytest.raises(NothingSpooled, match="training never has no runs waiting; waiting: away"):
        resume_logging(lake=lake, tracking=InMemoryTracking(), training_id="never")
    with pytest.raises(NameUnusable):
        resume_logging(lake=lake, tracking=InMemoryTracking(), training_id="../../away")
    assert resume_logging(lake=InMemoryLake(), tracking=InMemoryTracking()) == []
