"""The patched emulator writes dead letters; it runs in a process of its own.

The patches replace functions of the emulator's modules, which must not affect other tests.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

PROGRAM = """
import json, sys, time
from ministack.core.responses import get_account_id, get_region
from ministack.services import eventbridge, lambda_svc, sns, sqs
from ministack.services.cloudformation import provisioners
from embedded_aws.patches import async_invocations, schedules, subscription_dead_letters, target_dead_letters

for each in (async_invocations, target_dead_letters, schedules, subscription_dead_letters):
    each.patch(None)
place = f"{get_region()}:{get_account_id()}"
queue, topic = f"arn:aws:sqs:{place}:letters", f"arn:aws:sns:{place}:alerts"
sqs._act_create_queue({"QueueName": "letters"}, "")
sns._create_topic({"Name": ["alerts"]})
made = {"PackageType": "Image", "Code": {"ImageUri": "x:y"}, "Role": f"arn:aws:iam::{get_account_id()}:role/r",
        "DeadLetterConfig": {"TargetArn": queue}}
name, _ = provisioners._RESOURCE_HANDLERS["AWS::Lambda::Function"]["create"]("Fails", made, "stack")
fails, gone = f"arn:aws:lambda:{place}:function:{name}", f"arn:aws:lambda:{place}:function:gone"
tries = []
lambda_svc._execute_function = lambda _, event: tries.append(event) or {"error": True, "body": {"errorMessage": "no"}}

def subscribe(number, endpoint, policy):
    arn = f"{topic}:{number}"
    sns._sub_arn_to_topic[arn] = topic
    sns._topics[topic]["subscriptions"] = [{
        "arn": arn, "topic_arn": topic, "protocol": "lambda", "endpoint": endpoint, "confirmed": True, "owner": "o",
        "attributes": {"RedrivePolicy": policy},
    }]

def called_by(source, target, **more):
    event = {"EventId": "1", "Source": source, "DetailType": "t", "Detail": "{}", "Time": 1.0, "Resources": ["s"],
             "Account": get_account_id(), "Region": get_region()}
    eventbridge._invoke_target({"Arn": target, "DeadLetterConfig": {"Arn": queue}, **more}, event, {"Arn": "rule"})

cases = {
    "topic, failing function": lambda: (subscribe(1, fails, ""), sns._fanout(topic, "m-1", "said", "subject")),
    "topic, no function": lambda: (subscribe(2, gone, json.dumps({"deadLetterTargetArn": queue})),
                                   sns._fanout(topic, "m-2", "said", "subject")),
    "topic of a template, no function": lambda: (subscribe(3, gone, {"deadLetterTargetArn": queue}),
                                                 sns._fanout(topic, "m-3", "said", "subject")),
    "rule, failing function": lambda: called_by("x", fails),
    "rule, no function": lambda: called_by("x", gone),
    "rule, no topic": lambda: called_by("x", f"arn:aws:sns:{place}:gone"),
    "rule, no queue": lambda: called_by("x", f"arn:aws:sqs:{place}:gone"),
    "schedule, no function": lambda: called_by("aws.scheduler", gone, Input='{"at": "<aws.scheduler.scheduled-time>"}'),
}
case, deadline = cases[sys.argv[1]], time.monotonic() + 60
case()
letters = sqs._queue_by_arn(queue)["messages"]
while not letters and time.monotonic() < deadline:
    time.sleep(0.02)
(letter,) = letters
attributes = {key: value["StringValue"] for key, value in letter["message_attributes"].items()}
print(json.dumps({"body": json.loads(letter["body"]), "attributes": attributes, "tries": len(tries)}))
"""


def letter(case: str) -> Mapping[str, Any]:
    environment = {**os.environ, "LAMBDA_ASYNC_RETRY_BASE_SECONDS": "0.01", "LOG_LEVEL": "CRITICAL"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, case], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: Mapping[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_a_failing_function_of_a_topic_is_tried_three_times_and_leaves_a_dead_letter() -> None:
    found = letter("topic, failing function")
    assert found["tries"] == 3
    assert found["body"]["Records"][0]["Sns"]["Subject"] == "subject"
    assert found["attributes"]["ErrorMessage"] == "no"


def test_a_failing_function_of_a_rule_is_tried_three_times_and_leaves_a_dead_letter() -> None:
    found = letter("rule, failing function")
    assert found["tries"] == 3
    assert found["body"]["source"] == "x"
    assert found["attributes"]["ErrorMessage"] == "no"


@pytest.mark.parametrize("case", ["topic, no function", "topic of a template, no function"])
def test_a_notification_for_a_missing_function_becomes_a_dead_letter(case: str) -> None:
    found = letter(case)
    assert found["body"]["Message"] == "said"
    assert found["body"]["UnsubscribeURL"].endswith(f":alerts:{2 if case == 'topic, no function' else 3}")
    assert "does not exist" in found["attributes"]["ErrorMessage"]


@pytest.mark.parametrize("target", ["function", "topic", "queue"])
def test_an_event_for_a_missing_target_of_a_rule_becomes_a_dead_letter(target: str) -> None:
    found = letter(f"rule, no {target}")
    assert found["attributes"]["ERROR_CODE"] == "RESOURCE_NOT_FOUND"
    assert found["attributes"]["RULE_ARN"] == "rule"
    assert "does not exist" in found["attributes"]["ERROR_MESSAGE"]


def test_the_input_for_a_missing_target_of_a_schedule_becomes_a_dead_letter() -> None:
    assert letter("schedule, no function")["body"] == {"at": "1970-01-01T00:00:01Z"}
