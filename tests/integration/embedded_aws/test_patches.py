"""Each test shows one difference of ministack 1.5.33 from AWS that our stacks would notice, and that a patch
removes.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg2
import pytest
from botocore.exceptions import ClientError

from tests.integration.embedded_aws.conftest import Deployed
from tests.integration.embedded_aws.waiting import until


def test_run_task_succeeds_with_the_task_in_pascal_case(deployed: Deployed) -> None:
    ended = deployed.execute("Training", {"code": "0"})
    task = json.loads(ended["output"])
    assert ended["status"] == "SUCCEEDED"
    assert [each["ExitCode"] for each in task["Containers"]] == [0]
    assert task["StopCode"] == "EssentialContainerExited"


def test_run_task_with_an_exit_code_is_caught_as_a_failed_task(deployed: Deployed) -> None:
    ended = deployed.execute("Training", {"code": "3"})
    caught = json.loads(ended["output"])
    assert caught["Error"] == "States.TaskFailed"
    assert [each["ExitCode"] for each in json.loads(caught["Cause"])["Containers"]] == [3]


def test_a_container_gets_its_secrets_its_image_environment_and_the_local_tracking_server(deployed: Deployed) -> None:
    deployed.execute("Training", {"code": "0"})
    seen = deployed.lake_json("task/seen.json")
    secret = _secret(deployed)
    assert (seen["PGHOST"], seen["PGPORT"]) == ("127.0.0.1", str(secret["port"]))
    assert (seen["PGUSER"], seen["PGPASSWORD"], seen["PGDATABASE"]) == ("mlflow", secret["password"], "tracking")
    assert seen["KIND"] == "task"
    assert seen["MLFLOW_TRACKING_URI"] == deployed.aws.tracking_url
    assert seen["AWS_PROFILE"] is None


def test_a_containers_output_is_in_cloudwatch_logs_and_in_its_log_file(deployed: Deployed) -> None:
    deployed.execute("Training", {"code": "7"})
    line = "ending with ['7']"
    assert line in deployed.aws.log_tail("training")
    assert line in _messages(deployed, deployed.output("Logs"), said=line)


def test_an_image_function_runs_in_its_asset_folder_with_the_configured_handler(deployed: Deployed) -> None:
    answer, failed = deployed.invoke("Echo", {"a": [1, None]})
    environment = answer["environment"]
    assert not failed
    assert answer["event"] == {"a": [1, None]}
    assert answer["cwd"] == str(deployed.assembly / "asset.context")
    assert environment["GREETING"] == "hello there"
    assert environment["MLFLOW_TRACKING_URI"] == deployed.aws.tracking_url
    assert environment["AWS_ENDPOINT_URL"] == deployed.aws.endpoint
    assert "/var/task" not in environment["PYTHONPATH"]
    assert "AWS_ENDPOINT_URL_S3" not in environment
    assert 0 < answer["left"] <= 10_000
    assert answer["request_id"]


def test_a_function_may_run_from_a_tasks_image_if_its_definition_starts_the_runtimes_client(
    deployed: Deployed,
) -> None:
    answer, failed = deployed.invoke("Borrowed", {"a": 1})
    assert not failed
    assert answer["event"] == {"a": 1}
    assert answer["environment"]["KIND"] == "task"
    answer, failed = deployed.invoke("Unstarted", {})
    assert failed
    assert (answer["errorType"], "task.py is not a client" in answer["errorMessage"]) == ("Runtime.ExitError", True)


def test_an_image_functions_prints_are_in_cloudwatch_logs(deployed: Deployed) -> None:
    deployed.invoke("Echo", "a-word-to-find")
    messages = _messages(deployed, f"/aws/lambda/{deployed.output('Echo')}", said="heard a-word-to-find")
    assert "heard a-word-to-find" in messages


def test_an_exception_is_caught_by_its_class_name(deployed: Deployed) -> None:
    ended = deployed.execute("Gate", {})
    caught = json.loads(ended["output"])
    assert caught["Error"] == "NotBetter"
    assert json.loads(caught["Cause"])["errorMessage"] == "the challenger is no better"


def test_a_state_waiting_for_an_answer_fails_when_its_function_fails(deployed: Deployed) -> None:
    ended = deployed.execute("Asking", {}, timeout=300)
    caught = json.loads(ended["output"])
    assert caught["Error"] == "NotBetter"


@pytest.mark.parametrize(
    ("function", "kind"),
    [("Refuse", "NotBetter"), ("Broken", "Runtime.ImportModuleError"), ("Slow", "Sandbox.Timedout")],
)
def test_a_failing_function_returns_its_error(deployed: Deployed, function: str, kind: str) -> None:
    for _ in range(2):  # the second call runs in an environment that has failed before
        answer, failed = deployed.invoke(function, {})
        assert failed
        assert answer["errorType"] == kind


def test_an_invocation_that_is_under_way_when_its_function_is_updated_runs_to_its_end(deployed: Deployed) -> None:
    functions, s3, lake = deployed.aws.client("lambda"), deployed.aws.client("s3"), deployed.output("LakeName")
    with ThreadPoolExecutor(1) as pool:
        under_way = pool.submit(deployed.invoke, "Linger", {})
        assert until(lambda: bool(s3.list_objects_v2(Bucket=lake, Prefix="lingering/begun").get("Contents")))
        name = deployed.output("Linger")
        variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        environment = {"Variables": {**variables, "VERSION": "second"}}
        functions.update_function_configuration(FunctionName=name, Environment=environment)
        functions.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
        s3.put_object(Bucket=lake, Key="lingering/may-end", Body=b"")
        assert under_way.result() == ("first", False)
    assert deployed.invoke("Linger", {}) == ("second", False)


def test_a_subscription_of_the_template_is_confirmed_and_delivered_to(deployed: Deployed) -> None:
    deployed.aws.client("sns").publish(TopicArn=deployed.output("Topic"), Message="drift was found")
    assert _heard(deployed, "drift was found")


def test_a_failed_execution_reaches_the_rule_and_its_topic(deployed: Deployed) -> None:
    ended = deployed.execute("Failing", {})
    assert ended["status"] == "FAILED"
    assert _heard(deployed, ended["executionArn"])


def test_a_topic_calls_its_function(deployed: Deployed) -> None:
    deployed.aws.client("sns").publish(TopicArn=deployed.output("Topic"), Message="for the function")
    s3, bucket = deployed.aws.client("s3"), deployed.output("LakeName")

    def heard() -> list[str]:
        keys = [each["Key"] for each in s3.list_objects_v2(Bucket=bucket, Prefix="heard/").get("Contents", [])]
        return [deployed.lake_json(key)["Records"][0]["Sns"]["Message"] for key in keys]

    assert until(lambda: "for the function" in heard())


def test_the_database_is_a_postgres_that_only_the_secrets_password_opens(deployed: Deployed) -> None:
    secret = _secret(deployed)
    assert (secret["host"], str(secret["port"])) == (deployed.output("DatabaseHost"), deployed.output("DatabasePort"))
    known = {"host": secret["host"], "port": secret["port"], "user": secret["username"], "dbname": secret["dbname"]}
    with psycopg2.connect(password=secret["password"], **known) as connection, connection.cursor() as cursor:
        cursor.execute("select current_database(), version()")
        name, version = cursor.fetchone() or ("", "")
    assert name == "tracking"
    assert version.startswith("PostgreSQL")
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(password="another", **known)


def test_the_reference_of_a_secret_is_its_arn_and_containers_read_it(deployed: Deployed) -> None:
    arn = deployed.output("PlainArn")
    assert arn.startswith("arn:aws:secretsmanager:us-east-1:000000000000:secret:")
    deployed.aws.client("secretsmanager").put_secret_value(SecretId=arn, SecretString="set now")
    deployed.execute("Training", {"code": "0"})
    assert deployed.lake_json("task/seen.json")["PLAIN"] == "set now"


def test_a_separate_security_group_rule_is_part_of_its_group(deployed: Deployed) -> None:
    groups = deployed.aws.client("ec2").describe_security_groups(GroupIds=[deployed.output("GroupId")])
    rules = groups["SecurityGroups"][0]["IpPermissions"]
    assert [(rule["FromPort"], rule["IpRanges"][0]["CidrIp"]) for rule in rules] == [(5432, "10.0.0.0/16")]


def test_types_without_a_local_effect_deploy(deployed: Deployed) -> None:
    resources = deployed.aws.client("cloudformation").describe_stack_resources(StackName="test-data")["StackResources"]
    status = {each["LogicalResourceId"]: each["ResourceStatus"] for each in resources}
    assert status["Link"] == status["Budget"] == "CREATE_COMPLETE"
    assert deployed.output("LinkId")


def test_a_conditional_put_does_not_replace_an_object(deployed: Deployed) -> None:
    s3, bucket = deployed.aws.client("s3"), deployed.output("LakeName")
    s3.put_object(Bucket=bucket, Key="lock", Body=b"first", IfNoneMatch="*")
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.put_object(Bucket=bucket, Key="lock", Body=b"second", IfNoneMatch="*")
    assert s3.get_object(Bucket=bucket, Key="lock")["Body"].read() == b"first"


def test_a_schedule_passes_on_its_scheduled_time(deployed: Deployed) -> None:
    sqs, at = deployed.aws.client("sqs"), datetime.now(UTC) + timedelta(seconds=1)
    url = sqs.create_queue(QueueName="scheduled")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    target = {
        "Arn": arn,
        "RoleArn": "arn:aws:iam::000000000000:role/any",
        "Input": '{"at":"<aws.scheduler.scheduled-time>"}',
    }
    deployed.aws.client("scheduler").create_schedule(
        Name="once", ScheduleExpression=f"at({at:%Y-%m-%dT%H:%M:%S})", FlexibleTimeWindow={"Mode": "OFF"}, Target=target
    )
    messages: list[Any] = []
    assert until(
        lambda: messages.extend(sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", [])) or messages
    )
    handed_over = datetime.fromisoformat(json.loads(messages[0]["Body"])["at"])
    assert at.replace(microsecond=0) <= handed_over <= datetime.now(UTC)


def _secret(deployed: Deployed) -> dict[str, Any]:
    found = deployed.aws.client("secretsmanager").get_secret_value(SecretId=deployed.output("SecretArn"))
    secret: dict[str, Any] = json.loads(found["SecretString"])
    return secret


def _messages(deployed: Deployed, group: str, *, said: str) -> list[str]:
    """Return a group's messages once one of them is `said`, because forwarding lags a little behind."""
    logs = deployed.aws.client("logs")

    def read() -> list[str]:
        return [str(event["message"]).strip() for event in logs.filter_log_events(logGroupName=group)["events"]]

    until(lambda: said in read())
    return read()


def _heard(deployed: Deployed, text: str) -> bool:
    return until(lambda: any(text in str(each.payload["Message"]) for each in deployed.webhook.messages))
