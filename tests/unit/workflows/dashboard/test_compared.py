"""Models of the same target stand beside each other on the page of all models and on their own."""

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import combinations

import pytest

from courtside.contracts import dashboard_keys, lake_keys
from courtside.core.dashboard import stage_page
from courtside.core.dashboard.views import Pair
from courtside.core.performance.model_comparison import Verdict
from courtside.workflows.dashboard import Dashboard, compared
from tests.fakes.ports import InMemoryLake
from tests.fakes.recorded_year import NOW, TODAY, WEEK, RecordedStage

DAY = timedelta(days=1)


@dataclass
class CountingLake(InMemoryLake):
    """A lake that remembers which keys were read."""

    read_keys: list[str] = field(default_factory=list)

    def read(self, key: str, *, version_id: str | None = None) -> bytes:
        self.read_keys.append(key)
        return super().read(key, version_id=version_id)


def stage_of(*, task: str = "binary", **blunt: float) -> RecordedStage:
    """Return a stage whose models predicted the same rows, each as blunt as it says."""
    stage = RecordedStage(CountingLake(), features=2)
    for model, value in blunt.items():
        stage.add(model, task=task)
        stage.promote(model, "1", NOW - 60 * DAY)
        for number in range(40):
            stage.predict(model, TODAY - (45 - number) * DAY, 60, blunt=value)
        stage.state(model, TODAY - 6 * WEEK, 0.7)
    return stage


def published(stage: RecordedStage) -> tuple[Pair, ...]:
    dashboard = Dashboard("dev", stage.models)
    for model in stage.models.list().names:
        dashboard.publish_model(model, now=NOW)
    dashboard.publish_stage(now=NOW)
    return dashboard.stage_view(now=NOW).compared


def test_the_better_one_of_two_models_is_told_on_both_pages() -> None:
    stage = stage_of(sharp=0.0, blunt=0.9)
    (pair,) = published(stage)
    assert (pair.model, pair.other, pair.verdict, pair.rows) == ("blunt", "sharp", Verdict.WORSE, 2_400)
    assert pair.sentence.startswith("blunt is worse than sharp, surely since")
    overview = stage.lake.read(dashboard_keys.OVERVIEW_PAGE).decode()
    assert "Models of the same target" in overview
    assert 'href="../dashboard/models/sharp/index.html"' in overview
    dashboard = Dashboard("dev", stage.models)
    assert dashboard.model_view("sharp", now=NOW).compared == (pair,)
    dashboard.publish_model("sharp", now=NOW)
    page = stage.lake.read(dashboard_keys.model_page("sharp")).decode()
    assert 'href="../../../dashboard/models/blunt/index.html"' in page
    assert "AUC" in page.split("Both in figures, on 2,400 rows")[1]


@pytest.mark.parametrize(("task", "metric"), [("multiclass", "macro AUC"), ("regression", "RMSE")])
def test_models_of_any_task_are_compared_by_its_figures(task: str, metric: str) -> None:
    (pair,) = published(stage_of(task=task, sharp=0.0, blunt=0.9))
    assert (pair.verdict, pair.rows) == (Verdict.WORSE, 2_400)
    assert metric in {each.title for each in pair.figures}


def test_nothing_is_compared_anew_until_windows_of_one_were_judged() -> None:
    stage = stage_of(sharp=0.0, blunt=0.9)
    lake = stage.lake
    assert isinstance(lake, CountingLake)
    first = published(stage)
    lake.read_keys.clear()
    Dashboard("dev", stage.models).publish_stage(now=NOW)
    assert [key for key in lake.read_keys if key.startswith(lake_keys.predictions("sharp"))] == []
    stage.predict("sharp", TODAY - 4 * DAY, 60)
    stage.predict("blunt", TODAY - 4 * DAY, 60, blunt=0.9)
    stage.state("blunt", TODAY - 2 * WEEK, 0.7)
    (second,) = published(stage)
    assert second.rows == first[0].rows + 60


def test_models_of_other_targets_are_not_compared() -> None:
    stage = stage_of(sharp=0.0)
    stage.add("parcels", task="multiclass")
    assert published(stage) == ()
    assert dashboard_keys.COMPARISONS not in stage.lake.keys(dashboard_keys.DASHBOARD_PREFIX)


def test_a_pair_that_cannot_be_compared_says_why() -> None:
    stage = stage_of(sharp=0.0)
    stage.add("young")
    stage.promote("young", "1", NOW)
    (pair,) = published(stage)
    assert (pair.verdict, pair.rows, pair.figures) == (Verdict.NOT_KNOWN, 0, ())
    assert "have not predicted the same rows yet" in pair.sentence


def test_of_very_many_pairs_the_first_ones_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compared, "MOST_PAIRS", 2)
    stage = stage_of(a=0.0, b=0.5, c=0.9)
    assert [(each.model, each.other) for each in published(stage)] == list(combinations("abc", 2))[:2]
    view = Dashboard("dev", stage.models).stage_view(now=NOW)
    assert view.left_out == 1
    assert "1 further pair is left out" in stage_page.render(view)


def test_a_note_of_another_release_is_replaced() -> None:
    stage = stage_of(sharp=0.0, blunt=0.9)
    first = published(stage)
    stage.lake.write(dashboard_keys.COMPARISONS, b'{"pairs": 3}')
    assert published(stage) == first


def test_an_archive_that_cannot_be_read_hides_no_page() -> None:
    stage = stage_of(sharp=0.0, blunt=0.9)
    for key in stage.lake.keys(lake_keys.predictions("sharp")):
        stage.lake.write(key, b"no parquet")
    (pair,) = published(stage)
    assert pair.verdict == Verdict.NOT_KNOWN
    assert "sharp" in pair.sentence
