"""A stage that is deployed on an embedded AWS while a benchmark runs, with IAM enforced and a Slack webhook."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from courtside.contracts.names import StackOutput
from embedded_aws.aws import LocalAws, LocalOptions
from embedded_aws.demo.loop import Loop
from embedded_aws.demo.synthesis import Synthesis
from embedded_aws.webhooks import Webhook
from tests.fakes.aws_environment import point_at

STAGE = "dev"


@dataclass(frozen=True)
class Deployed:
    """The emulator, the stage's loop, what its Slack channel was sent, and what its environment is patched with."""

    aws: LocalAws
    loop: Loop
    slack: Webhook
    patch: pytest.MonkeyPatch

    def output(self, key: StackOutput) -> str:
        """Return an output of the stage."""
        return self.loop.output(key)

    def act_as(self, function: StackOutput) -> None:
        """Take the environment of a deployed function, so that this process is wired as the function is."""
        found = self.aws.client("lambda").get_function_configuration(FunctionName=self.output(function))
        for name, value in found["Environment"]["Variables"].items():
            self.patch.setenv(name, value)
        self.patch.setenv("MLFLOW_TRACKING_URI", self.aws.tracking_url)  # its API admits functions only


@contextmanager
def deployed_stage() -> Iterator[Deployed]:
    """Synthesize and deploy the real app, and let boto3 reach it; about a minute."""
    with (
        tempfile.TemporaryDirectory() as temporary,
        pytest.MonkeyPatch.context() as patch,
        Webhook() as slack,
        LocalAws.start(LocalOptions(state_directory=Path(temporary) / "state", enforce_iam=True)) as aws,
    ):
        point_at(aws.environment(), patch)
        aws.deploy(Synthesis(Path(temporary) / "cdk.out", stage=STAGE).finish())
        loop = Loop(aws, stage=STAGE)
        loop.set_webhooks({"slack": slack.url})
        yield Deployed(aws, loop, slack, patch)
