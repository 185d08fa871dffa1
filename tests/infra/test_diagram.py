"""The diagram in the docs is drawn from these templates, every resource has a box, and all arrows flow one way."""

import copy
from collections.abc import Callable
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest

from courtside.contracts.templates.resources import Resources
from infra.diagram import BOXES, PAGES, Access, Undrawn, arrows, box_of, diagram
from infra.pages import MarkMissing, replaced
from tests.infra.synthesized import SynthesizedStage

Templates = dict[str, dict[str, Any]]


def between(templates: Templates) -> dict[tuple[str, str], Access]:
    return {(a.title, b.title): access for (a, b), access in arrows(Resources.of(templates)).items() if a.drawn}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_diagram_on_a_page_matches_these_templates(dev: SynthesizedStage, page: Path) -> None:
    said = page.read_text()
    assert said == replaced(said, "infra.diagram", diagram(dev.templates)), (
        "the diagram is stale: run `python -m infra.diagram`"
    )


def test_every_stage_with_every_setting_is_drawn_alike(dev: SynthesizedStage, complete: SynthesizedStage) -> None:
    assert diagram(complete.templates) == diagram(dev.templates)


def test_the_diagram_is_small_and_flows_one_way(dev: SynthesizedStage) -> None:
    drawn = [box.title for box in BOXES if box.drawn]
    assert len(drawn) <= 20
    targets: dict[str, set[str]] = {title: set() for title in drawn}
    for source, target in between(dev.templates):
        targets[source].add(target)
    # This raises an error where the arrows form a cycle.
    order = tuple(TopologicalSorter(targets).static_order())
    assert set(order) == set(drawn)


def test_arrows_follow_the_policies(dev: SynthesizedStage) -> None:
    found = between(dev.templates)
    both = Access.READ | Access.WRITE
    assert found["watch", "retraining"] == Access.CALL
    assert found["watch", "lake"] == both
    assert found["watch", "artifacts"] == Access.WRITE
    assert found["retraining", "training"] == Access.CALL
    assert found["retraining", "artifacts"] == Access.READ
    assert found["tracking API", "MLflow server"] == Access.CALL
    assert found["tracking upkeep", "alerts"] == Access.CALL
    # The server's clients go through its API, and only the server has the password.
    assert {source for source, target in found if target == "database"} == {"MLflow server", "tracking upkeep"}
    assert found["MLflow server", "database"] == both


def test_a_schedule_shares_a_box_with_what_it_starts(complete: SynthesizedStage) -> None:
    resources = Resources.of(complete.templates)
    started = [
        (schedule, target)
        for schedule in resources.of_kind("AWS::Scheduler::Schedule")
        for value in (schedule.properties["Target"]["Arn"], schedule.properties["Target"].get("EcsParameters"))
        for target in resources.referred(schedule.stack, value)
        if target.kind in {"AWS::Lambda::Function", "AWS::ECS::TaskDefinition", "AWS::StepFunctions::StateMachine"}
    ]
    assert len(started) >= 3
    assert [target.name for schedule, target in started if box_of(target) is not box_of(schedule)] == []


def _without_the_right_to_retrain(templates: Templates) -> None:
    resources = templates["courtside-dev-pipeline"]["Resources"]
    (policy,) = (key for key in resources if key.startswith("DriftCheckFunctionServiceRoleDefaultPolicy"))
    statements = resources[policy]["Properties"]["PolicyDocument"]["Statement"]
    statements[:] = [each for each in statements if each["Action"] != "states:StartExecution"]


def _without_the_way_to_the_server(templates: Templates) -> None:
    resources = templates["courtside-dev-tracking"]["Resources"]
    (integration,) = (key for key in resources if resources[key]["Type"] == "AWS::ApiGatewayV2::Integration")
    del resources[integration]


def _without_the_database(templates: Templates) -> None:
    del templates["courtside-dev-data"]["Resources"]["TrackingDatabase"]


@pytest.mark.parametrize(
    "change", [_without_the_right_to_retrain, _without_the_way_to_the_server, _without_the_database]
)
def test_a_changed_template_changes_the_diagram(dev: SynthesizedStage, change: Callable[[Templates], None]) -> None:
    changed = copy.deepcopy(dev.templates)
    change(changed)
    assert diagram(changed) != diagram(dev.templates)


@pytest.mark.parametrize(
    ("logical_id", "kind", "problem"),
    [
        ("Warehouse", "AWS::S3::Bucket", "belongs to no box"),
        ("DriftCheckStream", "AWS::Kinesis::Stream", "neither named nor a detail"),
    ],
)
def test_a_resource_without_a_box_or_of_an_unknown_type_is_named(
    dev: SynthesizedStage, logical_id: str, kind: str, problem: str
) -> None:
    more = {**dev.templates, "courtside-dev-more": {"Resources": {logical_id: {"Type": kind}}}}
    with pytest.raises(Undrawn, match=f"more/{logical_id} .{kind}. .*{problem}"):
        diagram(more)


def test_a_page_without_a_place_for_the_diagram_is_left_alone() -> None:
    with pytest.raises(MarkMissing, match=r"infra\.diagram"):
        replaced("# A page\n", "infra.diagram", "text")
