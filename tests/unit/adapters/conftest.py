from collections.abc import Iterator

import boto3
import pytest
from botocore.stub import Stubber


@pytest.fixture
def states(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    """Return what answers in place of Step Functions, each answer once."""
    client = boto3.client("stepfunctions", region_name="eu-central-1")
    monkeypatch.setattr(boto3, "client", lambda _: client)
    with Stubber(client) as stubbed:
        yield stubbed
        stubbed.assert_no_pending_responses()
