"""People look at a stage while one of its services is in trouble."""

import json
import re

import pytest

from embedded_aws.faults.rules import Effect, Rule
from tests.fakes.console_script import Done, run
from tests.faults.fault import fault
from tests.faults.model import Model

SERVICES = {
    "S3": "s3",
    "DynamoDB": "dynamodb",
    "Step Functions": "states",
    "MLflow": "tracking",
}
"""The services whose requests fail, by their names."""
_CAUSE = "refused on purpose"
_NOT_ASKED = re.compile("could not be asked, because AWS|the tracking server at .* does not answer")
"""What doctor says of a service that does not carry out its requests, and of the tracking server."""


def broken(service: str) -> Rule:
    """Return the rule by which every request of a person to a service fails, in whichever format it speaks."""
    speaks_xml = service == "s3"
    said = {
        True: f"<Error><Code>InternalError</Code><Message>{_CAUSE}</Message></Error>",
        False: json.dumps({"__type": "InternalFailure", "message": _CAUSE}),
    }[speaks_xml]
    kind = {"content-type": "text/xml" if speaks_xml else "application/json"}
    return Rule(Effect.ANSWER, service=f"^{service}$", caller="^$", status=500, headers=kind, content=said)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let clients try once, because what stays wrong stays wrong."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")


@fault(
    "A person asks doctor and the status while every request to {service} fails.",
    promise="Doctor makes all its checks, names what it could not find out, and does not call the stage well; the "
    "status says what it knows, or names the service's answer.",
)
@pytest.mark.parametrize("service", SERVICES)
def test_looking_names_what_fails(model: Model, service: str) -> None:
    with model.faults.fault("service", broken(SERVICES[service])):
        examined = run("doctor", "--stage", "dev", "--json")
        met = model.faults.met("service")
        asked = run("status", "--model", model.name, "--stage", "dev", "--json")
        met_by_status = model.faults.met("service") - met
    assert met > 0
    assert (examined.returncode, "Traceback" in examined.stderr) == (1, False), examined
    unknown = [each for each in json.loads(examined.stdout) if _NOT_ASKED.search(each["detail"])]
    assert unknown, examined.stdout
    assert {each["level"] for each in unknown} == {"fail"}, unknown
    assert all(each["fix"] for each in unknown)
    _require_told(asked, met=met_by_status > 0)


def _require_told(asked: Done, *, met: bool) -> None:
    assert "Traceback" not in asked.stderr
    assert "Unforeseen" not in asked.stderr
    if not met:
        assert asked.returncode == 0, asked.stderr
    else:
        assert (asked.returncode == 0 and json.loads(asked.stdout)) or "AwsBusy" in asked.stderr, asked
