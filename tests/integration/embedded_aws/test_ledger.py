"""The DynamoDB table and the fake of the unit tests both behave as the ledger's port promises."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from courtside.adapters.dynamodb_ledger import PARTITION, SORT, DynamoDbLedger
from courtside.workflows.incidents import Incidents
from courtside.workflows.ports import Ledger, LedgerWrite
from tests.fakes.aws_environment import point_at
from tests.fakes.incidents import DAY, KIND, MODEL, NOON, Stage, finding
from tests.fakes.ports import InMemoryLedger
from tests.integration.embedded_aws.conftest import Deployed


@pytest.fixture(params=["table", "fake"])
def ledger(request: pytest.FixtureRequest) -> Ledger:
    if request.param == "fake":
        return InMemoryLedger()
    deployed: Deployed = request.getfixturevalue("deployed")
    patch: pytest.MonkeyPatch = request.getfixturevalue("monkeypatch")
    point_at(deployed.aws.environment(), patch)
    client, name = deployed.aws.client("dynamodb"), f"ledger-{abs(hash(request.node.name))}"
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": PARTITION, "KeyType": "HASH"}, {"AttributeName": SORT, "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each in (PARTITION, SORT)],
        BillingMode="PAY_PER_REQUEST",
    )
    return DynamoDbLedger(name)


def test_documents_come_back_with_their_revision(ledger: Ledger) -> None:
    assert ledger.get("lock/retraining") is None
    assert ledger.put(LedgerWrite("lock/retraining", "one", 0))
    assert ledger.put(LedgerWrite("lock/retraining", "two", 1))
    entry = ledger.get("lock/retraining")
    assert entry is not None
    assert (entry.key, entry.document, entry.revision) == ("lock/retraining", "two", 2)


def test_a_write_with_an_outdated_revision_changes_nothing(ledger: Ledger) -> None:
    assert ledger.put(LedgerWrite("champion/current", "one", 0))
    for believed in (0, 2):
        assert not ledger.put(LedgerWrite("champion/current", "other", believed))
    entry = ledger.get("champion/current")
    assert entry is not None
    assert entry.document == "one"


def test_several_writes_succeed_or_fail_together(ledger: Ledger) -> None:
    assert ledger.put(LedgerWrite("champion/current", "one", 0), LedgerWrite("history/a", "first", 0))
    assert not ledger.put(LedgerWrite("history/b", "second", 0), LedgerWrite("champion/current", "two", 7))
    assert ledger.get("history/b") is None


def test_a_partition_is_listed_in_order_of_keys_without_other_partitions(ledger: Ledger) -> None:
    for key in ("history/2026-02", "history/2026-01", "historyother/1", "approval/1"):
        assert ledger.put(LedgerWrite(key, key, 0))
    assert [entry.key for entry in ledger.entries("history/")] == ["history/2026-01", "history/2026-02"]
    assert ledger.entries("nothing/") == []


def test_one_of_many_concurrent_writers_wins_each_revision(ledger: Ledger) -> None:
    def write(number: int) -> bool:
        return ledger.put(LedgerWrite("lock/retraining", str(number), 0))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(write, range(8))) == 1


def test_many_deliveries_at_once_of_a_finding_and_of_its_end_are_told_once(ledger: Ledger) -> None:
    stage = Stage()
    incidents = Incidents(ledger, stage.lake, stage.alerts)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: incidents.report(finding("a", "age")), range(40)))
        assert stage.telling == ["opened"]
        list(pool.map(lambda number: incidents.report(finding(f"b-{number % 4}", "age", "plan")), range(40)))
        assert stage.telling == ["opened", "updated"]
        over = partial(incidents.resolve, MODEL, KIND, at=NOON + DAY, evidence="c", said="It is over")
        list(pool.map(lambda _: over(), range(40)))
    assert stage.telling == ["opened", "updated", "resolved"]
    (record,) = incidents.list(resolved=True)
    assert {each.id for each in found} == {record.id}
    assert (record.findings, record.told, stage.kept(record)) == (5, 3, record)
