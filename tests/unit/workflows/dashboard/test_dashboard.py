"""The pages of a stage: built from what it wrote down, written below one prefix, and built again only where needed."""

import json
from datetime import timedelta

import pytest

from courtside.contracts import dashboard_keys, lake_keys
from courtside.workflows.dashboard import Dashboard
from tests.fakes.recorded_year import NOW, RecordedStage


@pytest.fixture
def stage() -> RecordedStage:
    found = RecordedStage(features=2)
    found.record("churn", 21, rows=210)
    return found


def test_a_models_page_and_its_summary_are_written_the_summary_last(stage: RecordedStage) -> None:
    written = Dashboard("dev", stage.models).publish_model("churn", now=NOW)
    assert (written[0], written[-1]) == (dashboard_keys.model_page("churn"), dashboard_keys.summary("churn"))
    assert stage.lake.read(written[0]).startswith(b"<!doctype html>")
    assert json.loads(stage.lake.read(written[-1]))["summary"]["champion"] == "1"


def test_nothing_is_written_outside_the_dashboard(stage: RecordedStage) -> None:
    before = {each.key: stage.lake.read(each.key) for each in stage.lake.list_objects("")}
    dashboard = Dashboard("dev", stage.models)
    dashboard.publish_model("churn", now=NOW)
    dashboard.publish_stage(now=NOW)
    outside = {each.key for each in stage.lake.list_objects("")} - set(stage.lake.keys(dashboard_keys.DASHBOARD_PREFIX))
    assert {key: stage.lake.read(key) for key in outside} == before


def test_the_page_of_all_models_has_each_of_them_even_without_a_page(stage: RecordedStage) -> None:
    stage.add("fraud")
    dashboard = Dashboard("dev", stage.models)
    dashboard.publish_model("churn", now=NOW)
    view = dashboard.stage_view(now=NOW)
    assert [(each.model, each.page_key) for each in view.models] == [
        ("fraud", ""), ("churn", dashboard_keys.model_page("churn")),
    ]  # fmt: skip
    assert dashboard.publish_stage(now=NOW) == (dashboard_keys.OVERVIEW_PAGE,)
    assert b"churn" in stage.lake.read(dashboard_keys.OVERVIEW_PAGE)


def test_a_past_year_is_built_once_until_something_of_it_changes() -> None:
    stage = RecordedStage(features=1)
    stage.record("churn", 14, rows=14, until=NOW.date() - timedelta(days=700))
    stage.check("churn", NOW.date())
    dashboard = Dashboard("dev", stage.models)
    page = dashboard_keys.year_page("churn", 2024)
    assert page in dashboard.publish_model("churn", now=NOW)
    assert page not in dashboard.publish_model("churn", now=NOW + timedelta(days=1))
    stage.check("churn", NOW.date() - timedelta(days=698), moved=["f00"])
    assert page in dashboard.publish_model("churn", now=NOW + timedelta(days=1))


@pytest.mark.parametrize("day", ["2026-13-45", "2026-02-30", "0000-00-00", "0001-01-01", "1999-12-31", "9999-12-31"])
def test_what_somebody_put_under_a_day_that_no_archive_has_is_passed_over(stage: RecordedStage, day: str) -> None:
    dashboard = Dashboard("dev", stage.models)
    expected = dashboard.model_view("churn", now=NOW)
    for prefix in (lake_keys.drift_rows_of("churn"), lake_keys.performance("churn"), lake_keys.decisions("churn")):
        stage.lake.write(f"{prefix}dt={day}/000001.parquet", b"nothing")
    assert dashboard.publish_model("churn", now=NOW)
    assert dashboard.model_view("churn", now=NOW) == expected
