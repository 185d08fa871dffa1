"""All tests that do not stop their embedded AWS share this one."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from embedded_aws.aws import LocalAws, LocalOptions
from embedded_aws.deployment import Outputs
from embedded_aws.webhooks import SLACK, Webhook
from tests.integration.embedded_aws import cloud

SUBSCRIBER = replace(SLACK, shown=lambda payload: str(payload.get("Message", "")))
"""Records what SNS posts to an HTTP subscription, where the text is in another field than in a channel's message."""


@dataclass(frozen=True)
class Deployed:
    """The test cloud, deployed on its embedded AWS."""

    aws: LocalAws
    outputs: Outputs
    webhook: Webhook
    assembly: Path

    def output(self, name: str) -> str:
        """Return an output of whichever stack has it."""
        return next(values[name] for values in self.outputs.values() if name in values)

    def execute(self, machine: str, given: dict[str, Any], *, timeout: float = 600) -> dict[str, Any]:
        """Run a state machine to its end and return its description."""
        states = self.aws.client("stepfunctions")
        started = states.start_execution(stateMachineArn=self.output(machine), input=json.dumps(given))
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            described: dict[str, Any] = states.describe_execution(executionArn=started["executionArn"])
            if described["status"] != "RUNNING":
                return described
            time.sleep(0.1)
        raise AssertionError(f"{machine} did not end within {timeout} s")

    def invoke(self, function: str, event: Any) -> tuple[dict[str, Any], bool]:
        """Invoke a function; return its answer and whether it is an error."""
        answer = self.aws.client("lambda").invoke(
            FunctionName=self.output(function), Payload=json.dumps(event).encode()
        )
        return json.loads(answer["Payload"].read()), "FunctionError" in answer

    def lake_json(self, key: str) -> dict[str, Any]:
        """Read a JSON object from the lake."""
        found = self.aws.client("s3").get_object(Bucket=self.output("LakeName"), Key=key)
        read: dict[str, Any] = json.loads(found["Body"].read())
        return read


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    state = tmp_path_factory.mktemp("state")
    # These are a developer's own settings, which no deployed process may see.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_PROFILE", "a-developers-own")
        patch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
        with Webhook(channel=SUBSCRIBER) as webhook, LocalAws.start(LocalOptions(state_directory=state)) as aws:
            assembly = cloud.write(tmp_path_factory.mktemp("cloud"), http_endpoint=webhook.url)
            patch.undo()
            yield Deployed(aws, aws.deploy(assembly), webhook, assembly)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.embedded)
