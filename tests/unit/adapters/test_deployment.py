"""The outputs and the names of deployed stages are read without a real AWS."""

from datetime import UTC, datetime

import boto3
import pytest
from botocore.stub import Stubber

from courtside.adapters.deployment import OutputMissing, StageNotDeployed, StageOutputs, deployed_stages
from courtside.contracts.names import StackOutput
from embedded_aws.webhooks import SLACK


def test_an_output_that_the_deployed_release_lacks_is_named_with_the_command_that_adds_it() -> None:
    outputs = StageOutputs("dev")
    outputs[StackOutput.LAKE_BUCKET] = "lake"
    assert outputs[StackOutput.LAKE_BUCKET] == "lake"
    assert outputs.get(SLACK.secret_output) is None
    with pytest.raises(OutputMissing, match=r"TrackingCopyTaskArn: .* npx cdk deploy --all -c stage=dev"):
        outputs[StackOutput.TRACKING_COPY]


@pytest.mark.parametrize(
    ("deployed", "said"),
    [
        (["dev", "prod"], "Deployed here: dev, prod."),
        ([], "Deployed here: no stage."),
        (None, "porduction-data). Name"),
    ],
)
def test_the_error_for_a_mistyped_stage_lists_the_deployed_stages(deployed: list[str] | None, said: str) -> None:
    error = StageNotDeployed("porduction", "courtside-porduction-data", deployed=deployed)
    assert said in str(error)


def test_a_stage_counts_as_deployed_if_its_data_stack_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [
        "courtside-prod-data",
        "courtside-prod-tracking",
        "CDKToolkit",
        "courtside-dev-data",
        "my-courtside-x-data",
    ]
    client = boto3.client("cloudformation", region_name="eu-central-1")
    stacks = [
        {"StackName": name, "CreationTime": datetime(2026, 1, 1, tzinfo=UTC), "StackStatus": "CREATE_COMPLETE"}
        for name in names
    ]
    with Stubber(client) as stubbed:
        stubbed.add_response("describe_stacks", {"Stacks": stacks})
        stubbed.add_client_error("describe_stacks", "AccessDenied")
        monkeypatch.setattr(boto3, "client", lambda _, **_more: client)
        assert deployed_stages() == ["dev", "prod"]
        assert deployed_stages() is None
