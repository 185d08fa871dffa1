"""These fixtures provide the browser and its pages: a realistic season and a window in which everything is wrong."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from courtside.contracts import drift_keys
from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import ClassicPolicy, DriftReport, Profile, check, fit
from courtside.core.drift.story.parts import split, sub_windows
from courtside.core.drift.story.telling import tell
from courtside.core.features import build_features
from courtside.core.pages.place import Place
from courtside.core.report_page import render_page
from courtside.datasets.catalog import load_dataset
from courtside.datasets.simulated import simulate_games
from tests.fakes.decided import decided
from tests.integration.browser.chromium import Browser, found, running
from tests.integration.browser.site import lay


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    executable = found()
    if executable is None:
        pytest.skip("no Chromium on this machine; on Debian: apt-get install chromium")
    with running(executable, tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.fixture(scope="session")
def season(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the page that compares the season of 2019 with those of 2008 to 2010, when teams scored less."""
    dataset = load_dataset("nba_games")
    games = simulate_games(7, seasons=[2007, 2008, 2009, 2010, 2018, 2019])
    features = build_features(games, dataset=dataset)
    seasons = features.column("season")
    usual = features.filter(pc.is_in(seasons, value_set=pa.array([2008, 2009, 2010], seasons.type)))
    reference = fit(usual, dataset.features, time_column=dataset.time_column, outcomes=dataset.outcomes)
    window = features.filter(pc.equal(seasons, pa.scalar(2019, seasons.type)))
    report, current = _told(reference, window, dict.fromkeys(dataset.feature_names, 1.0))
    key = drift_keys.drift_page("nba_games", date(2020, 6, 1), "20200601T0612")
    place = Place(page=key, model="nba_games", here="1 Jun 2020")
    page = render_page(report, reference, current, decision_text=decided(report).reason, place=place)
    return lay(tmp_path_factory.mktemp("season"), page, place)


@pytest.fixture(scope="session")
def wreck(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a page with long and hostile names, thirty levels, missing columns, changed types and drift that begins
    halfway.
    """
    names = {
        "points": FeatureKind.NUMERIC,
        "<script>document.title = 'hacked'</script>": FeatureKind.NUMERIC,
        "a_name_that_is_longer_than_any_telephone_is_wide_" * 3: FeatureKind.NUMERIC,
        "city": FeatureKind.CATEGORICAL,
        "gone": FeatureKind.NUMERIC,
        "retyped": FeatureKind.NUMERIC,
        "huge": FeatureKind.NUMERIC,
    }
    features = [Feature(name, kind) for name, kind in names.items()]
    reference = fit(_wreckage(list(names), seed=0), features, time_column="day")
    window = _wreckage(list(names), seed=1, shift=9.0).drop(["gone"])
    window = window.set_column(window.schema.get_field_index("retyped"), "retyped", pa.array(["x"] * window.num_rows))
    report, current = _told(reference, window, None)
    page = render_page(report, reference, current, decision_text="repair <gone> first", title="A <b>wreck</b>")
    path = tmp_path_factory.mktemp("wreck") / "report.html"
    path.write_text(page, encoding="utf-8")
    return path


def _told(reference: Profile, window: pa.Table, importances: dict[str, float] | None) -> tuple[DriftReport, Profile]:
    current = reference.summarize(window)
    assert current.period is not None
    parts = split(reference, window, windows=sub_windows(*current.period))
    report = check(reference, current, ClassicPolicy())
    return tell(report, reference=reference, current=current, parts=parts, importances=importances), current


def _wreckage(names: list[str], *, seed: int, shift: float = 0.0) -> pa.Table:
    rng = np.random.default_rng(seed)
    late = np.repeat([0.0, shift], 600)
    columns = {name: pa.array(rng.normal(100, 6, 1200) + late) for name in names}
    columns["city"] = pa.array([f"City number {level} of the league" for level in rng.integers(0, 30, 1200)])
    columns["huge"] = pa.array(rng.normal(1e12, 1e9, 1200))
    columns["day"] = pa.array([date(2026, 1, 1) + timedelta(days=row // 20) for row in range(1200)])
    return pa.table(columns)
