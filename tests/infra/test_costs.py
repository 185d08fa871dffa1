"""These tests fail when a change makes a month of a stage dearer than its budget."""

import json

import pytest

from courtside.contracts.templates.resources import Resource, Resources, resources_of
from courtside.core.costs import Estimate, Usage, alternatives, estimate, further_model
from courtside.core.costs.kinds import ESTIMATORS, FREE
from courtside.prices.price_list import price_table
from infra.settings import settings_for
from tests.fakes.console_script import run
from tests.infra.synthesized import SynthesizedStage

DEV_CEILING_USD = 31.0
FURTHER_MODEL_CEILING_USD = 0.30


def resources(stage: SynthesizedStage) -> list[Resource]:
    return [each for stack in stage.stacks for each in resources_of(stack.name, stack.template)]


def month(stage: SynthesizedStage, *changes: str) -> Estimate:
    return estimate(resources(stage), usage=Usage().changed(changes), table=price_table("us-east-1"))


def test_dev_stays_under_its_ceiling_with_everything_counted(dev: SynthesizedStage) -> None:
    found = month(dev)
    dearest = [(line.resource, round(line.usd_month, 2)) for line in found.lines[:8]]
    assert found.total_usd_month <= DEV_CEILING_USD, f"dev costs ${found.total_usd_month:.2f} a month: {dearest}"
    assert settings_for("dev").budget_usd_month == DEV_CEILING_USD


def test_prod_stays_under_its_budget(prod: SynthesizedStage) -> None:
    assert month(prod).total_usd_month <= settings_for("prod").budget_usd_month


def test_an_address_with_a_sign_in_adds_less_than_a_cent_to_a_month_besides_its_key(
    dev: SynthesizedStage, signing_in: SynthesizedStage
) -> None:
    found = month(signing_in)
    assert found.unpriced == ()
    assert found.total_usd_month - month(dev).total_usd_month < 0.01


def test_everything_in_a_stage_is_priced_or_known_to_be_free(stage: SynthesizedStage) -> None:
    for region in ("us-east-1", "eu-west-1"):
        found = estimate(resources(stage), usage=Usage(), table=price_table(region))
        assert [(each.resource, each.reason) for each in found.unpriced] == []


def test_every_pricing_rule_is_needed_by_some_stage_or_variant(
    complete: SynthesizedStage, signing_in: SynthesizedStage
) -> None:
    ways = alternatives(Resources.of(complete.templates))
    needed = {resource.kind for way in ways for resource in (*way.resources, *resources(signing_in))}
    # The CDK command adds this resource; synthesis in process does not.
    assert needed | {"AWS::CDK::Metadata"} == ESTIMATORS.keys() | FREE


def test_the_ceiling_would_notice_a_nat_gateway(dev: SynthesizedStage) -> None:
    nat = Resource(stack="data", logical_id="Nat", kind="AWS::EC2::NatGateway", properties={})
    dearer = estimate([*resources(dev), nat], usage=Usage(), table=price_table("us-east-1"))
    assert dearer.total_usd_month > DEV_CEILING_USD


def test_what_costs_by_the_hour_costs_what_was_computed_by_hand(dev: SynthesizedStage) -> None:
    lines = {(line.resource, line.service): line.usd_month for line in month(dev).lines}
    # db.t4g.micro at $0.016 and 20 GB at $0.115; ¼ vCPU at $0.03238 and 1 GB at $0.00356; an address at $0.005
    assert lines["data/TrackingDatabase", "RDS"] == pytest.approx(730 * 0.016 + 20 * 0.115)
    assert lines["tracking/MlflowService", "Fargate"] == pytest.approx(730 * (0.25 * 0.03238 + 0.00356))
    assert lines["tracking/MlflowService", "VPC"] == pytest.approx(730 * 0.005)


def test_the_estimate_counts_the_trainings_of_the_template(dev: SynthesizedStage) -> None:
    few, many = month(dev, "trainings_per_month=0"), month(dev, "trainings_per_month=100")
    # A training is 100 * 0.2 h * (1 vCPU + 4 GB + an address); its state transitions stay within the free allowance.
    assert many.total_usd_month - few.total_usd_month == pytest.approx(20 * (0.03238 + 4 * 0.00356 + 0.005), abs=0.1)


def test_each_further_model_costs_less_than_thirty_cents(stage: SynthesizedStage) -> None:
    lines = further_model(resources(stage), usage=Usage(), table=price_table("us-east-1"))
    each = sum(line.usd_month for line in lines)
    assert each < FURTHER_MODEL_CEILING_USD, [(line.resource, round(line.usd_month, 4)) for line in lines[:8]]
    hundred = month(stage, "models=100", "free_allowances=false").total_usd_month
    assert hundred - month(stage, "free_allowances=false").total_usd_month == pytest.approx(99 * each)


def test_the_budget_counts_the_stage_and_tells_the_topic(stage: SynthesizedStage) -> None:
    _, budget = stage.pipeline.only("AWS::Budgets::Budget")
    topic, _ = stage.pipeline.only("AWS::SNS::Topic")
    tags = {each["Key"]: each["Value"] for each in budget["ResourceTags"]}
    assert budget["Budget"]["CostFilters"] == {"TagKeyValue": [f"user:stage${tags['stage']}"]}
    assert budget["Budget"]["BudgetLimit"] == {"Amount": settings_for(tags["stage"]).budget_usd_month, "Unit": "USD"}
    told = {
        (each["Notification"]["NotificationType"], each["Notification"]["Threshold"]): each["Subscribers"]
        for each in budget["NotificationsWithSubscribers"]
    }
    assert told.keys() == {("ACTUAL", 100), ("FORECASTED", 120)}, "at 80 % every ordinary month would raise an alert"
    assert all(who == [{"SubscriptionType": "SNS", "Address": {"Ref": topic}}] for who in told.values())


def test_aws_budgets_may_publish_to_the_topic(dev: SynthesizedStage) -> None:
    _, policy = dev.pipeline.only("AWS::SNS::TopicPolicy")
    allowed = [s for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == "Allow"]
    (ours,) = [s for s in allowed if "budgets.amazonaws.com" in s["Principal"]["Service"]]
    assert ours["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_the_command_and_the_estimator_agree_on_an_assembly(dev: SynthesizedStage) -> None:
    done = run("costs", "--stage", "dev", "--assembly", dev.assembly, "--json")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert json.loads(done.stdout)["total_usd_month"] == round(month(dev).total_usd_month, 2)


def test_the_command_synthesizes_the_stage_itself(dev: SynthesizedStage) -> None:
    done = run("costs", "--stage", "dev", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["total_usd_month"] == round(month(dev).total_usd_month, 2)


def test_the_command_says_what_the_free_allowances_are_worth(dev: SynthesizedStage) -> None:
    told = run("costs", "--stage", "dev", "--assembly", dev.assembly)
    document = json.loads(run("costs", "--stage", "dev", "--assembly", dev.assembly, "--json").stdout)
    few = month(dev, "free_allowances=false")
    assert document["with_allowances_usd_month"] == document["total_usd_month"] <= DEV_CEILING_USD
    assert document["without_allowances_usd_month"] == round(few.total_usd_month, 2)
    assert few.total_usd_month - month(dev).total_usd_month > 4, "a dashboard and ten alarms"
    for total in (document["with_allowances_usd_month"], document["without_allowances_usd_month"]):
        assert f"{total:.2f}" in told.stdout
