"""What a month costs is estimated from the stage's templates once a day, and no page waits for it."""

import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from courtside.contracts import dashboard_keys
from courtside.contracts.errors import CourtsideError
from courtside.core.costs import Usage, estimate, further_model
from courtside.prices.price_list import price_table
from courtside.workflows.dashboard import Dashboard
from tests.fakes.deployed_stacks import SECRET, DeployedStacks
from tests.fakes.recorded_year import NOW, RecordedStage

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TABLE = price_table("us-east-1")
UNKNOWN = replace(SECRET, logical_id="Strange", kind="AWS::Strange::Thing")


@pytest.fixture
def stage() -> RecordedStage:
    found = RecordedStage(features=1)
    found.record("churn", 21, rows=21)
    return found


def kept(stage: RecordedStage) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(stage.lake.read(dashboard_keys.MONTH_COSTS))
    return found


def overview(stage: RecordedStage) -> str:
    return stage.lake.read(dashboard_keys.OVERVIEW_PAGE).decode()


def said_of(stage: RecordedStage, model: str = "churn") -> str:
    return stage.lake.read(dashboard_keys.model_page(model)).decode()


def test_both_pages_say_what_the_stages_own_templates_cost(stage: RecordedStage) -> None:
    dashboard = Dashboard("dev", stage.models, DeployedStacks())
    dashboard.publish_stage(now=NOW)
    dashboard.publish_model("churn", now=NOW)
    # A secret for $0.40, and 2,000 reads of it at $0.05 for 10,000; all else of an empty stage is free.
    assert kept(stage)["stage_usd"] == pytest.approx(0.41)
    assert "By list prices, a month of this stage costs $0.41, its models included." in overview(stage)
    added = sum(line.usd_month for line in further_model([SECRET], usage=Usage(), table=TABLE))
    assert dashboard.model_view("churn", now=NOW).month_usd == pytest.approx(added, abs=1e-4)
    assert f"${added:,.2f}" in said_of(stage)
    assert "by list prices: what each model adds at most to its stage's bill" in said_of(stage)
    assert kept(stage)["prices_as_of"] == TABLE.as_of.isoformat()


def test_every_model_of_the_stage_is_counted(stage: RecordedStage) -> None:
    for name in ("fraud", "sales"):
        stage.add(name)
    Dashboard("dev", stage.models, DeployedStacks()).publish_stage(now=NOW)
    three = estimate([SECRET], usage=Usage(models=3), table=TABLE)
    assert (kept(stage)["models"], kept(stage)["stage_usd"]) == (3, pytest.approx(three.total_usd_month, abs=1e-4))


def test_a_stage_without_models_costs_something_too() -> None:
    stage = RecordedStage(features=1)
    Dashboard("dev", stage.models, DeployedStacks()).publish_stage(now=NOW)
    assert kept(stage)["stage_usd"] == pytest.approx(0.41)


def test_templates_are_read_once_a_day_and_when_a_model_came(stage: RecordedStage) -> None:
    stacks = DeployedStacks()
    dashboard = Dashboard("dev", stage.models, stacks)
    for hours in range(24):
        dashboard.publish_stage(now=NOW + hours * HOUR)
    assert stacks.reads == 1
    dashboard.publish_stage(now=NOW + DAY)
    assert stacks.reads == 2
    stage.add("fraud")
    dashboard.publish_stage(now=NOW + DAY)
    dashboard.publish_model("churn", now=NOW + 3 * DAY)
    assert stacks.reads == 3


@pytest.mark.parametrize(
    "stacks",
    [
        DeployedStacks(wrong=CourtsideError("not authorized to perform: cloudformation:GetTemplate")),
        DeployedStacks(wrong=KeyError("Type")),
        DeployedStacks(region="mars-north-1"),
        DeployedStacks(holds=(replace(SECRET, kind="AWS::RDS::DBInstance"),)),
    ],
    ids=["refused", "unforeseen", "region", "template"],
)
def test_a_page_is_built_without_the_figure_and_a_log_says_why(
    stage: RecordedStage, stacks: DeployedStacks, caplog: pytest.LogCaptureFixture
) -> None:
    dashboard = Dashboard("dev", stage.models, stacks)
    with caplog.at_level(logging.WARNING):
        assert dashboard.publish_stage(now=NOW) == (dashboard_keys.OVERVIEW_PAGE,)
    assert "hat a month of the stage costs" in caplog.text
    assert "By list prices" not in overview(stage)
    assert dashboard.model_view("churn", now=NOW).month_usd is None


def test_what_was_known_stays_where_it_cannot_be_estimated_again(stage: RecordedStage) -> None:
    stacks = DeployedStacks()
    dashboard = Dashboard("dev", stage.models, stacks)
    dashboard.publish_stage(now=NOW)
    stacks.wrong = CourtsideError("CloudFormation is away")
    dashboard.publish_stage(now=NOW + 2 * DAY)
    assert "costs $0.41, its" in overview(stage)


def test_a_stage_that_holds_what_has_no_price_has_no_figure(
    stage: RecordedStage, caplog: pytest.LogCaptureFixture
) -> None:
    stacks = DeployedStacks(holds=(SECRET, UNKNOWN))
    dashboard = Dashboard("dev", stage.models, stacks)
    dashboard.publish_stage(now=NOW)
    dashboard.publish_stage(now=NOW + HOUR)
    assert (kept(stage)["stage_usd"], kept(stage)["model_usd"], stacks.reads) == (None, None, 1)
    assert "data/Strange" in caplog.text
    assert "By list prices" not in overview(stage)


@pytest.mark.parametrize("content", [b"", b"{}", b"cut o"])
def test_a_damaged_note_is_written_again(stage: RecordedStage, content: bytes) -> None:
    stage.lake.write(dashboard_keys.MONTH_COSTS, content)
    dashboard = Dashboard("dev", stage.models, DeployedStacks())
    assert dashboard.model_view("churn", now=NOW).month_usd is None
    dashboard.publish_stage(now=NOW)
    assert kept(stage)["stage_usd"] == pytest.approx(0.41)


def test_the_page_of_a_past_year_says_nothing_of_what_a_month_costs_today() -> None:
    stage = RecordedStage(features=1)
    stage.record("churn", 14, rows=14, until=NOW.date() - timedelta(days=700))
    stage.check("churn", NOW.date())
    dashboard = Dashboard("dev", stage.models, DeployedStacks())
    dashboard.publish_stage(now=NOW)
    pages: Sequence[str] = dashboard.publish_model("churn", now=NOW)
    assert dashboard_keys.year_page("churn", 2024) in pages
    assert "Costs a month" not in stage.lake.read(dashboard_keys.year_page("churn", 2024)).decode()
    assert "Costs a month" in said_of(stage)
