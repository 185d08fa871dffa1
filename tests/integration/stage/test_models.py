"""People add, change, pause and remove the models of a deployed stage; none of it is a deployment."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from courtside.adapters.deployed_check import CheckFailed, check_now
from courtside.adapters.sns_alerts import SnsAlerts
from courtside.cli.main import app
from courtside.contracts.events import DriftCheckRequest
from courtside.contracts.names import MODEL_ATTRIBUTE, StackOutput
from courtside.core.alerting import Alert
from courtside.workflows.contract_fit import ContractUnfit
from courtside.workflows.stage_model_errors import ContractChanged, ModelRemoved, PlaceOfAnother
from tests.integration.stage.conftest import Stage

TEAM = "visits-team@example.com"


def contract(name: str, more: str = "") -> str:
    return f"name: {name}\nid_columns: [id]\ntarget: left\nfeatures: {{age: numeric}}\n{more}"


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["models", *words, "--stage", "dev", "--json"])


def done(*words: str) -> Any:
    result = run(*words)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: Stage) -> Iterator[None]:  # noqa: ARG001
    """Run commands where two contracts lie, and remove the models that a test leaves."""
    monkeypatch.chdir(tmp_path)
    Path("visits.yaml").write_text(contract("visits", f"alerts: [{TEAM}]\nowner: The visits team\n"))
    Path("refunds.yaml").write_text(contract("refunds"))
    yield
    for name in set(listed()) & {"visits", "refunds"}:
        done("remove", name, "--yes")


def listed() -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in done("list")}


def filters(stage: Stage) -> dict[str, Any]:
    """Return the filters of the topic's e-mail subscriptions by address."""
    sns, topic = stage.aws.client("sns"), stage.loop.output(StackOutput.ALERT_TOPIC)
    found = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    attributes = (sns.get_subscription_attributes(SubscriptionArn=each["SubscriptionArn"])["Attributes"]
                  for each in found if each["Protocol"] == "email")  # fmt: skip
    return {each["Endpoint"]: json.loads(each.get("FilterPolicy", "{}")) for each in attributes}


def refusal_of_check(stage: Stage, model: str) -> str:
    """Return the name of the error of the function that is asked to check a model which it cannot check."""
    with pytest.raises(CheckFailed) as refused:
        check_now(stage.loop.output(StackOutput.CHECK_DRIFT), DriftCheckRequest(model=model, as_of=datetime.now(UTC)))
    return refused.value.kind


@contextmanager
def heard_through(stage: Stage, policy: dict[str, Any]) -> Iterator[Callable[[], list[str]]]:
    """Subscribe a queue with a filter, because e-mail is not emulated; yield what reads the subjects that it got."""
    sqs, sns = stage.aws.client("sqs"), stage.aws.client("sns")
    queue = sqs.create_queue(QueueName="heard-through-a-filter")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    may_send = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage",
                "Resource": arn}  # fmt: skip
    policy_text = json.dumps({"Version": "2012-10-17", "Statement": [may_send]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy_text})
    subscription = sns.subscribe(
        TopicArn=stage.loop.output(StackOutput.ALERT_TOPIC), Protocol="sqs", Endpoint=arn,
        Attributes={"FilterPolicy": json.dumps(policy)}, ReturnSubscriptionArn=True,
    )["SubscriptionArn"]  # fmt: skip

    def subjects() -> list[str]:
        found = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=5).get("Messages", [])
        return [json.loads(each["Body"])["Subject"] for each in found]

    yield subjects
    sns.unsubscribe(SubscriptionArn=subscription)
    sqs.delete_queue(QueueUrl=queue)


def test_two_models_come_and_go_without_a_deployment(stage: Stage) -> None:
    before = listed()
    assert done("add", "visits.yaml")["outcome"] == "added"
    assert done("add", "visits.yaml")["outcome"] == "unchanged"
    assert done("add", "refunds.yaml")["asked"] == []
    assert set(listed()) == {*before, "visits", "refunds"}
    visits = listed()["visits"]
    assert (visits["owner"], visits["health"], visits["champion"]) == ("The visits team", "new", None)
    assert stage.lake.read(visits["contract_key"]) == Path("visits.yaml").read_bytes()
    done("pause", "visits")
    assert (listed()["visits"]["health"], listed()["refunds"]["health"]) == ("paused", "new")
    done("resume", "visits")
    done("remove", "visits", "--yes")
    assert set(listed()) == {*before, "refunds"}
    assert stage.lake.read(visits["contract_key"]) == Path("visits.yaml").read_bytes()
    assert isinstance(run("pause", "visits").exception, ModelRemoved)
    assert refusal_of_check(stage, "visits") == "ModelRemoved"
    assert refusal_of_check(stage, "never_there") == "ModelUnknown"
    assert done("add", "visits.yaml")["outcome"] == "added again"


def test_what_a_stage_cannot_keep_is_refused() -> None:
    done("add", "visits.yaml")
    Path("other.yaml").write_text(contract("other", "experiment: visits\n"))
    assert isinstance(run("add", "other.yaml").exception, PlaceOfAnother)
    pq.write_table(pa.table({"id": [1, 2], "left": [0, 1], "years": [30, 40]}), "other.parquet")
    Path("other.yaml").write_text(contract("other", "table: other.parquet\n"))
    assert isinstance(run("add", "other.yaml").exception, ContractUnfit)
    assert "other" not in listed()


def test_a_contract_changed_by_hand_is_told_by_name_and_mended_by_its_file(stage: Stage) -> None:
    done("add", "visits.yaml")
    stage.lake.write(listed()["visits"]["contract_key"], b"features: none")
    assert isinstance(run("show", "visits").exception, ContractChanged)
    assert "visits" in listed()
    assert refusal_of_check(stage, "visits") == "ContractChanged"
    done("add", "visits.yaml")
    assert done("show", "visits")["contract"] == Path("visits.yaml").read_text()


def test_addresses_of_a_contract_hear_of_their_model_and_of_no_other(stage: Stage) -> None:
    done("add", "visits.yaml")
    Path("refunds.yaml").write_text(contract("refunds", f"alerts: [{TEAM}]\n"))
    done("add", "refunds.yaml")
    assert filters(stage)[TEAM] == {MODEL_ATTRIBUTE: ["refunds", "visits"]}
    done("remove", "refunds", "--yes")
    assert filters(stage)[TEAM] == {MODEL_ATTRIBUTE: ["visits"]}
    with heard_through(stage, filters(stage)[TEAM]) as subjects:
        topic = stage.loop.output(StackOutput.ALERT_TOPIC)
        for model in ("refunds", "visits"):
            SnsAlerts(topic, model).publish(Alert(f"Drift in {model}", "text"))
        assert subjects() == ["Drift in visits"]
    done("remove", "visits", "--yes")
    assert TEAM not in filters(stage)
