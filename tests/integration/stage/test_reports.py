"""The deployed check writes drift reports that can be found again, and the command works on the stage's own data.

These tests run after the other files of this folder on the same stage, when there is a champion with some checks
behind it.
"""

import io
import json
from datetime import date
from typing import Any

import mlflow
import pyarrow.parquet as pq
import pytest

from courtside.adapters.examination.monitoring import last_check
from courtside.contracts import drift_keys, lake_keys
from courtside.contracts.events import Window
from courtside.contracts.names import DRIFT_EXPERIMENT, DRIFT_PAGE, REGISTERED_MODEL
from courtside.contracts.records import DecisionRecord
from courtside.workflows.drift_archive import ROWS_SCHEMA
from embedded_aws.faults.client import FaultClient
from tests.fakes.console_script import Done, run
from tests.integration.embedded_aws.waiting import until
from tests.integration.stage.conftest import Stage

MARCH = Window(start=date(2011, 3, 1), end=date(2011, 4, 1))
CHAMPION = f"models:/{REGISTERED_MODEL}@champion"


def courtside(stage: Stage, *arguments: str) -> Done:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURTSIDE_TRACKING_URI", stage.aws.tracking_url)
        return run(*arguments)


def printed(done: Done) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def runs(stage: Stage, check_id: str) -> Any:
    mlflow.set_tracking_uri(stage.aws.tracking_url)
    return mlflow.search_runs(
        experiment_names=[DRIFT_EXPERIMENT], filter_string=f"tags.check_id = '{check_id}'", output_format="list"
    )


@pytest.mark.usefixtures("champion")
def test_a_check_archives_its_report_and_logs_a_run(stage: Stage) -> None:
    answer = stage.loop.check_drift(MARCH)
    if answer.execution_arn:
        stage.end(answer.execution_arn)
    assert answer.page_key is not None
    page = stage.lake.read(answer.page_key)
    rows = pq.read_table(io.BytesIO(stage.lake.read(drift_keys.drift_rows("nba_games", MARCH.end, answer.check_id))))
    assert rows.schema.equals(ROWS_SCHEMA)
    assert rows.num_rows == 16
    (run,) = runs(stage, answer.check_id)
    assert run.info.run_id == answer.tracking_run_id
    assert (run.info.status, run.data.metrics["rows"]) == ("FINISHED", answer.rows)
    assert run.data.tags["decision"] == answer.decision
    kept = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path=DRIFT_PAGE)
    with open(kept, "rb") as file:  # noqa: PTH123
        assert file.read() == page


def happened(stage: Stage) -> tuple[int, int]:
    """Return how many messages and executions there were, once no function works on an event any more."""
    assert until(lambda: not FaultClient(stage.aws).pending())
    return len(stage.slack.messages), len(stage.loop.executions())


@pytest.mark.usefixtures("champion")
def test_a_repeated_backfill_gives_the_same_results_and_sends_no_alerts(stage: Stage) -> None:
    before, checked = happened(stage), last_check(stage.lake.bucket)
    command = ("drift", "backfill", "--from", "2010-11-01", "--to", "2011-01-01", "--window-days", "31", "--json")
    first = printed(courtside(stage, *command))
    kept = {key: stage.lake.read(key) for key in stage.lake.keys("") if "backfill" in key and "decisions" not in key}
    assert len(kept) == 3 * len(first) == 6
    assert printed(courtside(stage, *command)) == first
    assert {
        key: stage.lake.read(key) for key in stage.lake.keys("") if "backfill" in key and "decisions" not in key
    } == kept
    assert happened(stage) == before
    logged = [key for key in stage.lake.keys(lake_keys.DECISIONS_PREFIX) if key.endswith("-backfill.json")]
    records = [DecisionRecord.model_validate_json(stage.lake.read(key)) for key in logged]
    assert [(record.backfilled, record.done) for record in records] == [(True, True)] * 2
    assert all(len(runs(stage, record.check_id)) == 1 for record in records)
    # To doctor, what was computed later is no check.
    assert last_check(stage.lake.bucket) == checked


@pytest.mark.usefixtures("champion")
def test_the_command_compares_a_prefix_with_the_champions_reference(stage: Stage) -> None:
    address = stage.lake.uri("ml-features/test.parquet")
    report = printed(courtside(stage, "drift", "check", "--reference", CHAMPION, "--current", address, "--json"))
    assert report["summary"]["features_checked"] == 16
    assert report["reference"]["rows"] > 3_000
    stored = stage.lake.uri(stage.loop.drift_reference().profile_key)
    same = printed(courtside(stage, "drift", "check", "--reference", stored, "--current", address, "--json"))
    assert same == report


@pytest.mark.usefixtures("champion")
def test_a_truncated_object_under_a_prefix_is_named_and_the_others_are_counted(stage: Stage) -> None:
    table = pq.read_table(io.BytesIO(stage.lake.read("ml-features/test.parquet")))
    half = table.num_rows // 2
    for number, part in enumerate((table.slice(0, half), table.slice(half))):
        content = io.BytesIO()
        pq.write_table(part, content)
        stage.lake.write(f"tried/season={2010 + number}/part.parquet", content.getvalue())
    stage.lake.write("tried/season=2012/part.parquet", content.getvalue()[:-40])
    prefix = stage.lake.uri("tried/")
    report = printed(courtside(stage, "drift", "check", "--reference", CHAMPION, "--current", prefix, "--json"))
    assert report["current"]["rows"] == table.num_rows
    (bad,) = report["files_quarantined"]
    assert bad["file"].endswith("tried/season=2012/part.parquet")


@pytest.mark.parametrize(
    ("reference", "error"),
    [
        ("models:/nobody@champion", "ModelUnknown"),
        (f"models:/{REGISTERED_MODEL}@nothing", "ModelUnknown"),
        (f"models:/{REGISTERED_MODEL}/999", "ModelUnknown"),
        ("s3://no-such-bucket-of-ours/features", "TableMissing"),
    ],
)
def test_a_missing_input_is_named(stage: Stage, reference: str, error: str) -> None:
    address = stage.lake.uri("ml-features/test.parquet")
    done = courtside(stage, "drift", "check", "--reference", reference, "--current", address)
    assert done.returncode == 2, done.stdout + done.stderr
    assert error in done.stderr
    assert "Traceback" not in done.stderr
