"""These tests check who may make which call to MLflow, and who may read or change its secrets."""

import re
from fnmatch import fnmatchcase

import pytest

from infra.constructs import tracking_routes
from tests.infra.granted import allowed
from tests.infra.synthesized import SynthesizedStage

CALLS = {
    "TrainingTaskTaskRole": tracking_routes.TRAINING,
    "StepsSealServiceRole": tracking_routes.SEAL,
    "StepsPromoteServiceRole": tracking_routes.PROMOTION,
    "StepsRollBackServiceRole": tracking_routes.PROMOTION,
    "DriftCheckFunctionServiceRole": tracking_routes.DRIFT_CHECK,
}


def test_each_caller_of_mlflow_may_make_its_own_calls_and_no_other(dev: SynthesizedStage) -> None:
    callers = {
        logical_id.split("DefaultPolicy")[0]: resources
        for logical_id in dev.pipeline.of_type("AWS::IAM::Policy")
        if (resources := allowed(dev.pipeline, logical_id, "execute-api:Invoke"))
    }
    assert set(callers) == set(CALLS)
    for caller, routes in CALLS.items():
        granted = {re.sub(r"^.*:<ExportsOutputRefTrackingApi\w+>/\*/", "", resource) for resource in callers[caller]}
        assert granted == {route.replace(" ", "").replace("{model_id}", "*") for route in routes}


ALIAS = "registered-models/alias"


WAYS_TO_AN_ALIAS = [
    *(
        f"{method}/{api}/{version}/mlflow/{ALIAS}"
        for method in ("POST", "DELETE", "PUT", "PATCH")
        for api in ("api", "ajax-api")
        for version in ("2.0", "3.0", "2.0/preview")
    ),
    "POST/graphql",
    "POST/api/2.0/mlflow/registered-models/al%69as",
    "POST/api/2.0/mlflow/logged-models/../registered-models/alias",
    "DELETE/api/2.0/mlflow/logged-models/../registered-models/alias",
    "POST//api/2.0/mlflow/registered-models/alias",
    "POST/api/2.0/mlflow/registered-models/update",
    "DELETE/api/2.0/mlflow/registered-models/delete",
    "POST/api/2.0/mlflow/model-versions/set-tag",
    "DELETE/api/2.0/mlflow/model-versions/delete",
    "POST/api/2.0/mlflow/model-versions/transition-stage",
]


@pytest.mark.parametrize("role", ["TrainingTaskTaskRole", "DriftCheckFunctionServiceRole"])
@pytest.mark.parametrize("call", WAYS_TO_AN_ALIAS)
def test_neither_training_nor_the_check_can_move_an_alias(dev: SynthesizedStage, role: str, call: str) -> None:
    granted = allowed(dev.pipeline, role, "execute-api:Invoke")
    assert granted
    (api,) = {resource.split("/")[0] for resource in granted}
    for stage_of_api in ("$default", "*"):
        assert not [resource for resource in granted if fnmatchcase(f"{api}/{stage_of_api}/{call}", _pattern(resource))]


def _pattern(resource: str) -> str:
    return resource.replace("[", "[[]")


def test_every_granted_call_is_a_route_of_its_own(dev: SynthesizedStage) -> None:
    routes = {route["RouteKey"] for route in dev.tracking.of_type("AWS::ApiGatewayV2::Route").values()}
    assert set(tracking_routes.ALL) < routes
    assert {route for route in tracking_routes.ALL if ALIAS in route and not route.startswith("GET")} == {
        *(f"{method} /api/2.0/mlflow/{ALIAS}" for method in ("POST", "DELETE")),
        *(f"ANY /{api}/{version}/mlflow/{ALIAS}" for api in ("api", "ajax-api") for version in ("2.0", "3.0")),
    }


def test_only_the_notifier_reads_the_webhook_and_only_mlflows_tasks_the_password(dev: SynthesizedStage) -> None:
    readers = {
        logical_id.split("DefaultPolicy")[0]: resources
        for stack in dev.stacks
        for logical_id in stack.of_type("AWS::IAM::Policy")
        if (resources := allowed(stack, logical_id, "secretsmanager:GetSecretValue"))
    }
    upkeep = [f"TrackingUpkeep{task}" for task in ("Collection", "Rotation", "Backup")]
    tasks = ("MlflowTask", "TrackingCopyTask", *upkeep)
    roles = {f"{task}{role}" for task in tasks for role in ("TaskRole", "ExecutionRole")}
    assert set(readers) == {"NotifySlackServiceRole", *roles}
    assert readers.pop("NotifySlackServiceRole") == {"<ExportsOutputRefSlackWebhookSecret94380F09>"}
    master, server = "DatabaseInstanceSecretAttachment", "DatabaseServerLoginAttachment"
    both = {
        role: {each for each in (master, server) if any(each in arn for arn in arns)} for role, arns in readers.items()
    }
    assert both == {
        "MlflowTaskTaskRole": {server},
        "MlflowTaskExecutionRole": {master, server},
        "TrackingCopyTaskTaskRole": {master},
        "TrackingCopyTaskExecutionRole": {master},
        "TrackingUpkeepCollectionTaskRole": {server},
        "TrackingUpkeepCollectionExecutionRole": {server},
        "TrackingUpkeepRotationTaskRole": {master, server},
        "TrackingUpkeepRotationExecutionRole": {master},
        "TrackingUpkeepBackupTaskRole": {server},
        "TrackingUpkeepBackupExecutionRole": {server},
    }


def test_only_the_rotation_changes_the_password(dev: SynthesizedStage) -> None:
    for action in ("secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"):
        writers = {
            logical_id
            for stack in dev.stacks
            for logical_id in stack.of_type("AWS::IAM::Policy")
            if allowed(stack, logical_id, action)
        }
        assert {name.split("DefaultPolicy")[0] for name in writers} == {"TrackingUpkeepRotationTaskRole"}
