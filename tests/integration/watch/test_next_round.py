"""The next round goes on where the one before ended: one model of many hung, or the stage was upgraded meanwhile."""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from courtside.contracts import ledger_keys
from courtside.contracts.rounds import WatchRequest
from courtside.workflows.ports import LedgerWrite
from tests.integration.watch.conftest import CHECK, Watched, zipped

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OTHERS = 99
ONE = "hanging-until-2026-03-02"


def test_of_many_models_the_one_that_hangs_is_told_once_and_tried_again_until_it_works(watched: Watched) -> None:
    others = [f"well-{number:03d}" for number in range(OTHERS)]
    watched.add(*others, ONE, now=NOON)
    assert ran(watched, "hung", as_of=NOON) == dict.fromkeys(others, "nothing") | {ONE: "failed"}
    assert watched.told() == [f"{ONE} cannot be watched"]
    assert ran(watched, "hung-again", as_of=NOON + HOUR) == {ONE: "failed"}
    assert watched.told() == []
    record = watched.record(ONE)
    assert record is not None
    assert (record.failing_since, record.next_due) == (NOON, None)
    assert ran(watched, "worked", as_of=NOON + DAY) == dict.fromkeys([*others, ONE], "nothing")
    assert watched.told() == [f"resolved: {ONE} cannot be watched"]
    assert {name for name in [*others, ONE] if not on_time(watched, name, NOON + 2 * DAY)} == set()
    watched.remove(*others, now=NOON + DAY)  # so that the rounds of the next test are short


def test_rounds_go_on_while_the_stage_is_upgraded(watched: Watched) -> None:
    before, during, after = (NOON + 10 * DAY, NOON + 11 * DAY, NOON + 12 * DAY)
    slow = [f"slow-{number}" for number in range(4)]
    names = ["upgraded", "failing-upgraded", *slow]
    watched.add(*names, now=before)
    first = ran(watched, "before", as_of=before)
    expected = dict.fromkeys(["upgraded", *slow], "nothing") | {"failing-upgraded": "failed"}
    assert first.items() >= expected.items()
    assert watched.told() == ["failing-upgraded cannot be watched"]
    for name in names:
        rewrite(watched, ledger_keys.stage_model(name), as_before_formats)
        rewrite(watched, ledger_keys.model_round(name), with_a_newer_field)
    # Functions are replaced while models of a round are in their steps; the round's own machine stays what it was.
    under_way = watched.start("during", WatchRequest(as_of=during))
    wait_for_one(watched, "during")
    upgrade(watched)
    assert watched.end(under_way) == "SUCCEEDED"
    assert {name: each.outcome for name, each in watched.outcomes("during").items()}.items() >= expected.items()
    assert ran(watched, "after", as_of=after).items() >= expected.items()
    assert watched.told() == []
    for name in names:
        assert on_time(watched, name, after + DAY) or name == "failing-upgraded"
        assert document(watched, ledger_keys.model_round(name))["of_a_newer_program"] == {"kept": [1]}


def ran(watched: Watched, name: str, *, as_of: datetime) -> dict[str, str]:
    """Run a round and return what came of each model that was due."""
    assert watched.end(watched.start(name, WatchRequest(as_of=as_of))) == "SUCCEEDED"
    return {model: each.outcome for model, each in watched.outcomes(name).items()}


def on_time(watched: Watched, model: str, due: datetime) -> bool:
    record = watched.record(model)
    return record is not None and (record.failing, record.next_due) == ((), due)


def document(watched: Watched, key: str) -> dict[str, Any]:
    entry = watched.models.ledger.get(key)
    assert entry is not None
    found: dict[str, Any] = json.loads(entry.document)
    return found


def rewrite(watched: Watched, key: str, other: Any) -> None:
    """Put what another version of the program would have written in place of a document."""
    entry = watched.models.ledger.get(key)
    assert entry is not None
    changed = json.dumps(other(json.loads(entry.document)))
    assert watched.models.ledger.put(LedgerWrite(key, changed, entry.revision))


def as_before_formats(written: dict[str, Any]) -> dict[str, Any]:
    """Return a document as a program wrote it that knew no formats and none of the fields that have a default."""
    return {key: value for key, value in written.items() if key != "format" and value not in (None, "", [], False)}


def with_a_newer_field(written: dict[str, Any]) -> dict[str, Any]:
    """Return a document as a newer program wrote it, before the stage was rolled back to this one."""
    return {**written, "of_a_newer_program": {"kept": [1]}}


def wait_for_one(watched: Watched, name: str) -> None:
    deadline = time.monotonic() + 300
    while not watched.outcomes(name):
        assert time.monotonic() < deadline, "no model was settled"
        time.sleep(0.2)


def upgrade(watched: Watched) -> None:
    """Replace code and environment of every function, and the machine, as a deployment does."""
    functions, states = watched.aws.client("lambda"), watched.aws.client("stepfunctions")
    for each in functions.list_functions()["Functions"]:
        variables = {**each["Environment"]["Variables"], "COURTSIDE_OF_A_NEWER_PROGRAM": "1"}
        functions.update_function_configuration(FunctionName=each["FunctionName"], Environment={"Variables": variables})
    newer = CHECK.replace('"rule": "usual"', '"rule": "usual", "of_a_newer_program": [1]')
    assert newer != CHECK
    functions.update_function_code(FunctionName="DriftCheckFunction", ZipFile=zipped(newer))
    definition = json.loads(states.describe_state_machine(stateMachineArn=watched.machine)["definition"])
    definition["Comment"] = "an upgraded machine"
    states.update_state_machine(stateMachineArn=watched.machine, definition=json.dumps(definition))
