"""Print what a round of the watch costs a stage with many models, as one JSON object.

`quiet` are rounds in which nothing is due, with the ledger and the lake of the embedded AWS: seconds of the first step,
which is all that such a round runs, and its requests. `busiest` is the part of the ledger that a round asks most of, in
read units (4 KB) beside the 3,000 a second that DynamoDB gives one partition. `due` is a round in which every model has
a window of rows to check: seconds for all of them one after the other, and the share of it that is not counting rows
and comparing profiles.

Run `python -m benchmarks.watch_rounds [--strict]` from the project's root; it takes about two minutes.
"""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from benchmarks.watching import FEATURES, ROWS, Nobody, counting, filled
from courtside.adapters.dynamodb_ledger import PARTITION, SORT, DynamoDbLedger
from courtside.adapters.s3_incoming import S3Incoming
from courtside.adapters.s3_lake import S3Lake
from courtside.contracts import ledger_keys
from courtside.contracts.lake_keys import INCOMING_PREFIX
from courtside.contracts.records import ModelRound, StageModel
from courtside.contracts.rounds import FindDueRequest, SettleRequest
from courtside.workflows.find_due import FindDue
from courtside.workflows.incidents import Incidents
from courtside.workflows.ports import Ledger, LedgerEntry, LedgerWrite
from courtside.workflows.settle import Settle
from courtside.workflows.stage_models import StageModels
from embedded_aws.aws import LocalAws, LocalOptions
from tests.fakes.aws_environment import point_at
from tests.fakes.incoming import InMemoryIncoming
from tests.fakes.ports import InMemoryLedger

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
SIZES = (1_000, 10_000)
DUE_MODELS = 100
LIMIT_SECONDS, LIMIT_OF_MODELS = 2.0, 1_000
UNIT_BYTES, PARTITION_UNITS = 4_096, 3_000
BATCH = 25
LAKE, LEDGER = "benchmark-lake", "benchmark-ledger"


@dataclass
class Counted:
    """A ledger that counts the requests of each of its parts, and the bytes that they read."""

    ledger: Ledger
    requests: Counter[str] = field(default_factory=Counter)
    read: Counter[str] = field(default_factory=Counter)

    def get(self, key: str) -> LedgerEntry | None:
        """Count one read."""
        found = self.ledger.get(key)
        self._count("get", key, [] if found is None else [found])
        return found

    def entries(self, *prefixes: str) -> list[LedgerEntry]:
        """Count one query for each prefix."""
        found = self.ledger.entries(*prefixes)
        for prefix in prefixes:
            self._count("query", prefix, [each for each in found if each.key.startswith(prefix)])
        return found

    def put(self, *writes: LedgerWrite) -> bool:
        """Count one write for each document."""
        for write in writes:
            self._count("put", write.key, [])
        return self.ledger.put(*writes)

    def _count(self, kind: str, key: str, found: Sequence[LedgerEntry]) -> None:
        self.requests[kind] += 1
        self.read[ledger_keys.partition(key)] += sum(len(each.key) + len(each.document) + 20 for each in found)


def main() -> None:
    """Measure rounds on an embedded AWS and print them."""
    parser = argparse.ArgumentParser(description="Measure rounds of the watch over many models.")
    parser.add_argument("--json", action="store_true", help="has no effect: the output is always JSON")
    parser.add_argument("--strict", action="store_true", help="exit with 1 if a limit does not hold")
    options = parser.parse_args()
    with on_embedded_aws():
        quiet = [quiet_round(models) for models in SIZES]
    print(json.dumps({"quiet": quiet, "due": due_round(DUE_MODELS)}, indent=2))
    (judged,) = (each for each in quiet if each["models"] == LIMIT_OF_MODELS)
    if options.strict and judged["seconds"] > LIMIT_SECONDS:
        sys.exit(1)


@contextmanager
def on_embedded_aws() -> Iterator[None]:
    """Start an embedded AWS and let boto3 reach it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalAws.start(LocalOptions(state_directory=Path(folder))) as aws,
        pytest.MonkeyPatch.context() as patch,
    ):
        point_at(aws.environment(), patch)
        yield


def quiet_round(models: int) -> dict[str, Any]:
    """Measure a round in which none of so many models is due."""
    bucket, table = f"{LAKE}-{models}", f"{LEDGER}-{models}"
    boto3.client("s3").create_bucket(Bucket=bucket)
    create_ledger(table)
    names = [f"model-{number:05d}" for number in range(models)]
    _fill(table, names)
    ledger, lake = Counted(DynamoDbLedger(table)), S3Lake(bucket)
    step = FindDue(StageModels(ledger, lake), S3Incoming(bucket, INCOMING_PREFIX), Incidents(ledger, lake, Nobody()))
    step.run(FindDueRequest(round="warm", as_of=NOON))
    ledger.requests.clear()
    ledger.read.clear()
    began, processor = time.perf_counter(), time.process_time()
    found = step.run(FindDueRequest(round="quiet", as_of=NOON))
    seconds, processor_seconds = time.perf_counter() - began, time.process_time() - processor
    if found.due or found.models != models:
        raise SystemExit(f"{found.due} of {found.models} models were due")
    busiest, most = ledger.read.most_common(1)[0]
    return {
        "models": models,
        "seconds": round(seconds, 3),
        "processor_seconds": round(processor_seconds, 3),
        "limit_seconds": LIMIT_SECONDS if models == LIMIT_OF_MODELS else None,
        "ledger_requests": dict(ledger.requests),
        "ledger_read_units": sum(-(-size // UNIT_BYTES) for size in ledger.read.values()),
        "busiest": {
            "part": busiest,
            "read_units": -(-most // UNIT_BYTES),
            "units_a_second": PARTITION_UNITS,
            "share_of_all": round(most / sum(ledger.read.values()), 3),
        },
        "lake_requests": {"list": 1, "put": 1},
    }


def due_round(models: int) -> dict[str, Any]:
    """Measure a round in which all of so many models are due, one after the other and in a folder on disk."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = Counted(InMemoryLedger())
        watched = filled(Path(folder), ledger, models=models, now=NOON)
        incidents = Incidents(ledger, watched.lake, Nobody())
        find, settle = FindDue(watched.models, InMemoryIncoming(), incidents), Settle(watched.models, incidents)
        watched.check(
            watched.models.list().names[0], NOON - timedelta(days=1)
        )  # what is only loaded once is loaded now
        ledger.requests.clear()
        began = time.perf_counter()
        with counting() as counted:
            counts = find.run(FindDueRequest(round="due", as_of=NOON))
            for item in json.loads(watched.lake.read(counts.key)):
                found = watched.check(item["model"], NOON).model_dump(mode="json")
                answers = {"arrived": {}, "checked": found}
                settle.run(SettleRequest.model_validate({**item, **answers}), now=NOON)
        seconds = time.perf_counter() - began
        left = find.run(FindDueRequest(round="after", as_of=NOON)).due
    if counts.due != models or left:
        raise SystemExit(f"{counts.due} of {models} models were due, and {left} afterwards")
    return {
        "models": models,
        "rows": ROWS,
        "features": FEATURES,
        "seconds": round(seconds, 2),
        "seconds_a_model": round(seconds / models, 4),
        "counting_seconds": round(sum(counted), 2),
        "share_not_counting": round(1 - sum(counted) / seconds, 3),
        "ledger_requests_a_model": {kind: round(number / models, 2) for kind, number in ledger.requests.items()},
    }


def create_ledger(table: str) -> None:
    """Create a table with the keys of a stage's ledger."""
    boto3.client("dynamodb").create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": PARTITION, "KeyType": "HASH"}, {"AttributeName": SORT, "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each in (PARTITION, SORT)],
    )


def _fill(table: str, names: Sequence[str]) -> None:
    """Write the entry of each model, and the record of its newest round."""
    documents = {}
    for name in names:
        digest = f"{hash(name) % 16**8:08x}" * 8
        entry = StageModel(
            name=name,
            version=1,
            sha256=digest,
            contract_key=f"models/{name}/contract/v1-{digest[:12]}.yaml",
            added_at=NOON,
            added_by="arn:aws:iam::123456789012:user/ann",
            owner="ann@example.com",
        )
        record = ModelRound(
            model=name,
            contract_sha256=digest,
            next_due=NOON + timedelta(hours=1),
            last_round_at=NOON - timedelta(hours=23),
            last_outcome="nothing",
            last_rule="no_drift",
            last_reason="none of 16 features moved",
        )
        documents[ledger_keys.stage_model(name)] = entry.model_dump_json()
        documents[ledger_keys.model_round(name)] = record.model_dump_json()
    puts: list[Any] = [{"PutRequest": {"Item": _item(key, document)}} for key, document in documents.items()]
    for first in range(0, len(puts), BATCH):
        boto3.client("dynamodb").batch_write_item(RequestItems={table: puts[first : first + BATCH]})


def _item(key: str, document: str) -> dict[str, Any]:
    partition, _, sort = key.rpartition("/")
    return {PARTITION: {"S": partition}, SORT: {"S": sort}, "document": {"S": document}, "revision": {"N": "1"}}


if __name__ == "__main__":
    main()
