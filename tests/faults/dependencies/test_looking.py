"""People look at a stage while one of its services is in trouble."""

import json

import pytest

from embedded_aws.faults.rules import Effect, Rule
from tests.fakes.console_script import run
from tests.faults.fault import fault
from tests.faults.model import Model

SERVICES = {
    "S3": "s3",
    "DynamoDB": "dynamodb",
    "SNS": "sns",
    "SQS": "sqs",
    "Step Functions": "states",
    "Secrets Manager": "secretsmanager",
    "MLflow": "tracking",
}
"""The services whose requests fail, by their names."""
_CAUSE = "refused on purpose"


def broken(service: str) -> Rule:
    """Return the rule by which every request of a person to a service fails, in whichever format it speaks."""
    speaks_xml = service in {"s3", "sns"}
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
    "A person asks doctor while every request to {service} fails.",
    promise="Doctor makes all its checks, and one that failed names what it could not find out.",
)
@pytest.mark.parametrize("service", ["SNS", "MLflow"])
def test_doctor_names_what_fails(model: Model, service: str) -> None:
    well = {each["check"]: each["level"] for each in json.loads(run("doctor", "--stage", "dev", "--json").stdout)}
    with model.faults.fault("service", broken(SERVICES[service])):
        done = run("doctor", "--stage", "dev", "--json")
        assert model.faults.met("service") > 0
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    found = {each["check"]: each for each in json.loads(done.stdout)}
    worse = [each for name, each in found.items() if each["level"] != well.get(name)]
    assert worse, found
    assert all(each["detail"] for each in worse)


@fault(
    "A person asks for the status while every request to {service} fails.",
    promise="The status says what it knows, or names the service's answer and ends without a traceback.",
)
@pytest.mark.parametrize("service", ["S3", "DynamoDB", "Step Functions", "MLflow"])
def test_status_names_what_fails(model: Model, service: str) -> None:
    with model.faults.fault("service", broken(SERVICES[service])):
        done = run("status", "--model", model.name, "--stage", "dev", "--json")
        met = model.faults.met("service")
    assert "Traceback" not in done.stderr
    assert "Unforeseen" not in done.stderr
    if met:
        assert (done.returncode == 0 and json.loads(done.stdout)) or "AwsBusy" in done.stderr, done
    else:
        assert done.returncode == 0, done.stderr
