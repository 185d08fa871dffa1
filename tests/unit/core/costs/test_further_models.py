"""Each model after the first costs the same, and the cost is made of what the stage does for it."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.core.costs import Usage, estimate, further_model
from courtside.prices.price_list import price_table
from tests.unit.core.costs.stages import QUIET, month, prices, stage, usd

FUNCTION = {"Type": "AWS::Lambda::Function", "Properties": {"MemorySize": 1024, "Architectures": ["arm64"]}}
HOURLY = {
    "Type": "AWS::Scheduler::Schedule",
    "Properties": {"ScheduleExpression": "rate(1 hour)", "Target": {"Arn": {"Ref": "Rounds"}}},
}


def machine(**states: Any) -> dict[str, Any]:
    """Return a machine whose definition refers to functions as CDK writes it: `<Name>` is a reference."""
    parts: list[Any] = []
    for part in json.dumps({"StartAt": next(iter(states)), "States": states}).replace("<", "\0<").split("\0"):
        name, end, rest = part.removeprefix("<").partition(">")
        parts += [{"Fn::GetAtt": [name, "Arn"]}, rest] if end else [part]
    return {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {"DefinitionString": {"Fn::Join": ["", parts]}},
    }


def call(function: str) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": f"<{function}>"},
    }


TURN = {"StartAt": "Check", "States": {"Check": call("Check"), "Settle": call("Settle"), "Done": {"Type": "Succeed"}}}
STAGE: dict[str, Any] = {
    "Rounds": machine(Find=call("Find"), Each={"Type": "Map", "ItemProcessor": TURN}),
    "Retraining": machine(Lock=call("Lock")),
    "Hourly": HOURLY,
    "Find": FUNCTION,
    "Check": FUNCTION,
    "Settle": FUNCTION,
    "Lock": FUNCTION,
    "Alone": FUNCTION,
    "Lake": {"Type": "AWS::S3::Bucket"},
}


def test_rounds_run_by_their_schedule_and_turns_by_the_models() -> None:
    usage = replace(QUIET, days=30, models=5, turns_per_day=2, trainings_per_month=3, other_runs_per_month=1)
    usage = replace(usage, transitions_per_training=7)
    found = month(usage, table=prices(lambda_request=1, state_transition=0.1), **STAGE)
    assert {name: dollars for name, dollars in usd(found).items() if name in STAGE} == {
        "Find": 720.0,
        "Check": 300.0,
        "Settle": 300.0,
        "Lock": 15.0,
        "Alone": 1.0,
        # 720 rounds of two states, and 5 * 60 turns of three; 15 retrainings of seven
        "Rounds": pytest.approx(0.1 * (2 * 720 + 3 * 300)),
        "Retraining": pytest.approx(0.1 * 15 * 7),
    }


@pytest.mark.parametrize("written", ["not JSON", {"Fn::FindInMap": ["a", "b", "c"]}])
def test_a_definition_that_only_a_deployment_knows_has_no_turns(written: Any) -> None:
    unknown = {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"DefinitionString": written}}
    found = month(table=prices(state_transition=1), Rounds=unknown, Hourly=HOURLY)
    assert usd(found) == {}


usages = st.builds(
    Usage,
    trainings_per_month=st.floats(0, 60),
    turns_per_day=st.floats(0, 48),
    model_gb=st.floats(0, 100),
    function_seconds=st.floats(0, 300),
    free_allowances=st.booleans(),
)


@given(usage=usages, models=st.integers(1, 10_000))
def test_every_further_model_costs_the_same_and_none_makes_a_month_cheaper(usage: Usage, models: int) -> None:
    table, resources = price_table("us-east-1"), stage(**STAGE)
    first, many, more = (
        estimate(resources, usage=replace(usage, models=count), table=table) for count in (1, models, models + 1)
    )
    lines = further_model(resources, usage=usage, table=table)
    each = sum(line.usd_month for line in lines)
    assert more.without_allowances_usd_month - many.without_allowances_usd_month == pytest.approx(each, abs=1e-6)
    expected = first.without_allowances_usd_month + (models - 1) * each
    assert many.without_allowances_usd_month == pytest.approx(expected)
    assert first.total_usd_month <= many.total_usd_month <= more.total_usd_month
    assert more.total_usd_month - many.total_usd_month <= each + 1e-6, "allowances make models cheaper, never dearer"
    assert all(line.usd_month >= 0 for line in lines)


def test_the_first_model_is_in_the_stages_own_figures() -> None:
    found = estimate(stage(**STAGE), usage=Usage(), table=price_table("us-east-1"))
    assert not [line for line in found.lines if line.resource == "further models"]


def test_a_further_model_is_made_of_what_it_runs_and_what_it_keeps() -> None:
    lines = further_model(stage(**STAGE), usage=Usage(), table=price_table("us-east-1"))
    resources = {line.resource.removeprefix("data/") for line in lines}
    assert resources == {"Rounds", "Retraining", "Check", "Settle", "Lock", "further models"}
    assert lines == tuple(sorted(lines, key=lambda line: -line.usd_month))
    assert {line.resource: line.usage for line in lines}["data/Rounds"] == "182.4 state transitions"
