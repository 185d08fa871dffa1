"""`courtside labels` on a bucket: S3's conditional writes decide between loads at once."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa

from courtside.adapters.s3_lake import S3Lake
from courtside.core.parquet import parquet_content
from courtside.core.rows.ids import ids_of
from courtside.workflows.archive_log import labels_log
from courtside.workflows.label_loads import LabelsLoaded, load_labels
from tests.datasets.churn import CONTRACT, DATASET, churn_table
from tests.fakes.added_models import add_model
from tests.fakes.console_script import run
from tests.integration.lake.conftest import STAGE

COLUMNS = ["customer_id", "measured_at", "churned"]


def stored(lake: S3Lake) -> dict[str, tuple[str, int]]:
    """Return the labels in the lake with their revisions; none is there twice."""
    log, found = labels_log(DATASET.name, lake=lake), dict[str, tuple[str, int]]()
    for day, numbers in log.days().items():
        for number in numbers:
            for row in log.read(day, number).to_pylist():
                assert row["revision"] == found.get(row["id"], ("", 0))[1] + 1
                found[row["id"]] = row["label"], row["revision"]
    return found


def said(rows: pa.Table) -> dict[str, tuple[str, int]]:
    labels = ["1" if each else "0" for each in rows.column("churned").to_pylist()]
    return {row: (label, 1) for row, label in zip(ids_of(rows, DATASET).to_pylist(), labels, strict=True)}


def labels(command: str, *arguments: str) -> Any:
    done = run("labels", command, *arguments, "--stage", STAGE, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_labels_are_loaded_from_s3_once_and_listed(lake: S3Lake) -> None:
    add_model(str(CONTRACT), stage=STAGE)
    rows = churn_table(50).select(COLUMNS)
    lake.write("theirs/march.parquet", parquet_content(rows))
    first = labels("load", lake.uri("theirs/march.parquet"), "--as-of", "2026-03-03")
    again = labels("load", lake.uri("theirs/march.parquet"))
    assert (first["repeated"], again["repeated"], again["id"]) == (False, True, first["id"])
    assert (first["new"], first["known_on"], first["unknown"]) == (50, "2026-03-03", 50)
    assert [each["id"] for each in labels("list")] == [first["id"]]
    assert stored(lake) == said(rows)


def test_the_same_labels_loaded_at_once_are_there_once(lake: S3Lake) -> None:
    rows = churn_table(50).select(COLUMNS)

    def load(part: pa.Table) -> LabelsLoaded:
        now = datetime(2026, 3, 3, tzinfo=UTC)
        return load_labels(part, file="x", as_of=date(2026, 3, 3), lake=lake, dataset=DATASET, now=now)

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(load, [rows, rows, rows.slice(0, 30), rows.slice(20)]))
    assert stored(lake) == said(rows)
    assert {each.load.id for each in done} == {
        load(rows).load.id,
        load(rows.slice(0, 30)).load.id,
        load(rows.slice(20)).load.id,
    }
