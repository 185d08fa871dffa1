"""A subscription with a filter hears of what a state machine publishes with the attribute that it asks for."""

import json
import time

from tests.integration.embedded_aws.conftest import Deployed


def test_a_filter_lets_through_what_a_state_machine_publishes_for_it(deployed: Deployed) -> None:
    sns, sqs, states = (deployed.aws.client(service) for service in ("sns", "sqs", "stepfunctions"))
    topic = sns.create_topic(Name="published-by-states")["TopicArn"]
    queue = sqs.create_queue(QueueName="hears-of-churn")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"FilterPolicy": json.dumps({"model": ["churn"]})}
    )
    attributes = {"model": {"DataType": "String", "StringValue": "{% $states.context.Execution.Input.model %}"}}
    message = "{% $states.input.model & ' moved' %}"
    publish = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sns:publish",
        "Arguments": {"TopicArn": topic, "Message": message, "MessageAttributes": attributes},
        "End": True,
    }
    machine = states.create_state_machine(
        name="publishes",
        roleArn="arn:aws:iam::000000000000:role/publishes",
        definition=json.dumps({"QueryLanguage": "JSONata", "StartAt": "Publish", "States": {"Publish": publish}}),
    )["stateMachineArn"]
    for model in ("fraud", "churn"):
        execution = states.start_execution(stateMachineArn=machine, input=json.dumps({"model": model}))["executionArn"]
        deadline = time.monotonic() + 60
        while states.describe_execution(executionArn=execution)["status"] == "RUNNING":
            assert time.monotonic() < deadline
            time.sleep(0.1)
    found = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=5)["Messages"]
    assert [json.loads(each["Body"])["Message"] for each in found] == ["churn moved"]
