"""What goes wrong in a stage's life: services that fail for seconds, processes that are killed, executions stopped."""

import json
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from random import Random
from typing import Any

import psutil

from courtside.contracts.names import StackOutput
from embedded_aws.faults.client import HOLD
from embedded_aws.faults.rules import Effect, Rule
from embedded_aws.processes import command_of, marked
from tests.faults.load.life import Lane, Life, deed

MISHAP_MINUTES = 10.0
KILLED = "a function is killed at a request"
_SLOW_DOWN = "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
_HELD_SECONDS, _POLL_SECONDS = 4.0, 0.1
_TASK = "training_image"


def _json(kind: str) -> dict[str, Any]:
    headers = {"content-type": "application/x-amz-json-1.0", "x-amzn-errortype": kind}
    return {"headers": headers, "content": json.dumps({"__type": kind, "message": "chance wanted it"})}


RULES: dict[str, Rule] = {
    "S3 asks to slow down": Rule(Effect.ANSWER, service="s3", status=503, content=_SLOW_DOWN),
    "S3 cuts its answers": Rule(Effect.CUT, service="s3", request=r"GET /.*\.(parquet|json)"),
    "S3 carries out and says that it failed": Rule(Effect.ANSWER, service="s3", request="^PUT", after=True),
    "the ledger throttles": Rule(
        Effect.ANSWER, service="dynamodb", status=400, **_json("ProvisionedThroughputExceededException")
    ),
    "the ledger carries out and says that it failed": Rule(
        Effect.ANSWER,
        service="dynamodb",
        request="PutItem|TransactWriteItems",
        after=True,
        **_json("InternalServerError"),
    ),
    "SNS fails": Rule(Effect.ANSWER, service="sns"),
    "Step Functions throttle": Rule(Effect.ANSWER, service="states", status=400, **_json("ThrottlingException")),
    "MLflow fails": Rule(Effect.ANSWER, service="tracking", content="Internal Server Error"),
    "MLflow answers with a page": Rule(
        Effect.ANSWER, service="tracking", status=200, headers={"content-type": "text/html"}, content="<html></html>"
    ),
    "MLflow is slow": Rule(Effect.HOLD, service="tracking"),
    "everything is slow": Rule(Effect.HOLD, service="s3|dynamodb|sns"),
}
"""Services that fail for a while, for whoever asks them."""
CALLERS = (
    "CheckDrift|DriftCheck|Predict|Performance|Settle|Arrivals|Publish|FindDue|Tend|Lock|Unlock|Freeze|Gate|Seal|Smoke|"
    "Approval|Promote|RollBack|Notify|Announce"
)


@contextmanager
def faulty(life: Life, what: str, rule: Rule) -> Iterator[None]:
    """Keep a rule, and count whether it met anybody."""
    faults = life.model.faults
    with faults.fault(what, rule):
        yield
        life.kept.mishaps[what] += faults.met(what) > 0


@deed(Lane.MISHAPS, every=MISHAP_MINUTES)
def a_mishap(life: Life, number: int) -> None:
    """Let one of all mishaps happen."""
    chance = life.chance("mishap", number)
    happen = chance.choice((a_service_fails, a_service_fails, a_process_is_killed, a_process_is_killed, _others))
    happen(life, chance)


def a_service_fails(life: Life, chance: Random) -> None:
    """Let one service fail for up to three seconds."""
    what = chance.choice(sorted(RULES))
    with faulty(life, what, replace(RULES[what], skip=chance.randrange(4))):
        life.over.wait(chance.uniform(0.5, 3))


def a_process_is_killed(life: Life, chance: Random) -> None:
    """Kill a function's process at one of its next requests, before or after it was carried out."""
    number, after = chance.choice((signal.SIGKILL, signal.SIGTERM)), chance.random() < 0.5
    rule = HOLD(service="s3|dynamodb|sns", caller=CALLERS, after=after, skip=chance.randrange(40), times=1)
    what, faults = KILLED, life.model.faults
    with faulty(life, what, rule):
        deadline = time.monotonic() + _HELD_SECONDS
        while not (held := faults.held(what)) and time.monotonic() < deadline:
            life.over.wait(_POLL_SECONDS)
        if held:
            with suppress(AssertionError, psutil.NoSuchProcess):
                faults.caller(held[0]).send_signal(number)


def a_task_is_killed(life: Life, chance: Random) -> None:
    """Kill a process of a training, if there is one."""
    number = chance.choice((signal.SIGKILL, signal.SIGTERM))
    for process in marked(life.model.stage.aws.instance.id):
        with suppress(psutil.Error):
            if _TASK in command_of(process):
                process.send_signal(number)
                life.kept.mishaps["a training's process is killed"] += 1


def an_execution_is_stopped(life: Life, chance: Random) -> None:
    """Stop one execution that runs, of a round or of a training."""
    client = life.model.stage.aws.client("stepfunctions")
    for machine in chance.sample((StackOutput.WATCH, StackOutput.RETRAINING), 2):
        arn = life.model.loop.output(machine)
        running = client.list_executions(stateMachineArn=arn, statusFilter="RUNNING")["executions"]
        for each in running[:1]:
            client.stop_execution(executionArn=each["executionArn"], cause="chance wanted it")
            life.kept.mishaps["an execution is stopped"] += 1
            return


def slack_fails(life: Life, chance: Random) -> None:
    """Let Slack refuse the next messages, at times more often than anybody tries."""
    life.model.stage.slack.fail_next(chance.choice((1, 2, 4)))
    life.kept.mishaps["Slack fails"] += 1


def _others(life: Life, chance: Random) -> None:
    chance.choice((a_task_is_killed, an_execution_is_stopped, slack_fails))(life, chance)
