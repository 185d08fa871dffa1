"""DynamoDB is busy, loses answers and refuses conditions while a stage works."""

from datetime import date, timedelta

import pytest

from courtside.adapters.sns_alerts import SnsAlerts
from courtside.contracts import ledger_keys
from courtside.contracts.names import StackOutput
from courtside.contracts.records import ClaimState
from courtside.core.alerting import Alert
from courtside.workflows.ledger_documents import read
from embedded_aws.faults.rules import Rule
from tests.faults.dependencies.answers import error
from tests.faults.dependencies.test_lake import checked_twice
from tests.faults.fault import fault
from tests.faults.kills.killing import NOTIFY
from tests.faults.kills.machine import waited
from tests.faults.model import Model

THROTTLED = error("dynamodb", "ProvisionedThroughputExceededException")
BROKEN = error("dynamodb", "InternalServerError", status=500)
CANCELLED = error("dynamodb", "TransactionCanceledException")
CONFLICT = error("dynamodb", "TransactionConflictException")
READS, WRITES = "GetItem", "TransactWriteItems"
TROUBLES = {
    "throttles its reads": THROTTLED(request=READS, times=3),
    "throttles its writes": THROTTLED(request=WRITES, times=3),
    "carries out a write and does not say so": BROKEN(request=WRITES, after=True, times=1),
    "refuses a condition that was met": CANCELLED(request=WRITES, times=2),
    "is being written by somebody else": CONFLICT(request=WRITES, times=2),
}
"""What DynamoDB does to whoever writes the ledger, by how the list of faults tells of it."""


def of(trouble: str, *, caller: str) -> Rule:
    return Rule.from_json({**TROUBLES[trouble].to_json(), "caller": caller})


@fault(
    "DynamoDB {trouble} while a drift check runs.",
    promise="The check waits and is as whole as any; its decision is logged once.",
)
@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_check_and_a_busy_ledger(model: Model, trouble: str) -> None:
    rule = of(trouble, caller="Check")
    with model.faults.fault("ledger", rule):
        checked_twice(model, date(2025, 10, 20) + timedelta(list(TROUBLES).index(trouble)))
        assert model.faults.met("ledger") == rule.times


@fault(
    "DynamoDB refuses several times to note that an alert was posted.",
    promise="The note is written in the end, and the alert is posted once.",
)
def test_a_posted_alert_and_a_busy_ledger(model: Model) -> None:
    words = f"{model.name} is told in a busy ledger"
    key = ledger_keys.told("slack", words)
    note = CANCELLED(request=WRITES, caller=NOTIFY, body=key.rpartition("/")[2], skip=2, times=6)
    with model.faults.fault("note", note):
        topic = SnsAlerts(model.loop.output(StackOutput.ALERT_TOPIC), model.name)
        topic.publish(Alert("Courtside: a test", words, kind="test", id=words))
        waited(lambda: (found := read(model.ledger.ledger, key, ClaimState)[0]) is not None and found.told)
        assert model.faults.met("note") == note.times
    assert len(model.told(words)) == 1
