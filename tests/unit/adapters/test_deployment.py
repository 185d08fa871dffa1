"""A stage's outputs, without AWS."""

import pytest

from courtside.adapters.deployment import OutputMissing, StageOutputs
from courtside.contracts.names import StackOutput


def test_an_output_of_a_later_release_is_asked_for_by_name() -> None:
    outputs = StageOutputs("dev")
    outputs[StackOutput.LAKE_BUCKET] = "lake"
    assert outputs[StackOutput.LAKE_BUCKET] == "lake"
    assert outputs.get(StackOutput.SLACK_WEBHOOK_SECRET) is None
    with pytest.raises(OutputMissing, match=r"TrackingCopyTaskArn: .* npx cdk deploy --all -c stage=dev"):
        outputs[StackOutput.TRACKING_COPY]
