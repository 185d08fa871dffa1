"""A model of parcels with two versions under seal, whose rows to come are few on one day and many on another."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.workflows.archive_log import MOST_ROWS
from embedded_aws.demo.loop import Loop
from tests.fakes.own_points import done
from tests.integration.stage.conftest import Stage
from tests.integration.stage.scoring import Scored

MODEL = "parcels"
CONTRACT = f"""
name: {MODEL}
id_columns: [parcel]
time_column: at
target: late
features: {{weight: numeric, distance: numeric}}
candidates: [logistic_regression]
label_delay: 2d
predict: {{ahead: 1d}}
"""
BEGINS, ENDS = date(2025, 9, 1), (date(2025, 10, 15), date(2025, 11, 15))
"""The first day of the rows, and the days before which those end that each of the two versions is trained on."""
LARGE_DAY, LARGE = date(2026, 2, 1), 2 * MOST_ROWS
"""So many rows are kept in two files, so something can happen between them."""
SMALL_DAY, SMALL = date(2026, 3, 1), 40


@contextmanager
def in_stage(stage: Stage) -> Iterator[Scored]:
    """Put the model into the stage for as long as the block runs, because other tests do not name the only one."""
    with tempfile.TemporaryDirectory() as folder:
        contract = Path(folder) / f"{MODEL}.yaml"
        contract.write_text(CONTRACT)
        done("models", "add", str(contract))
    yield Scored(stage, MODEL)
    done("models", "remove", MODEL, "--yes")


def train_twice(stage: Stage) -> None:
    """Load all rows and train both versions; the gate compares the second with the first."""
    with tempfile.TemporaryDirectory() as folder:
        for name, rows in {
            "known": _rows(0, BEGINS, 2_000, a_day=30, labelled=True),
            "few": _rows(2_000, SMALL_DAY, SMALL, a_day=SMALL, labelled=False),
            "many": _rows(3_000, LARGE_DAY, LARGE, a_day=LARGE, labelled=False),
        }.items():
            file = Path(folder) / f"{name}.parquet"
            pq.write_table(rows, file)
            done("tables", "load", "--table", str(file), "--model", MODEL)
    for number, ends in enumerate(ENDS, start=1):
        request = RetrainingRequest(
            model=MODEL, training_id=f"parcels-{number}", as_of=ends, trigger=Trigger.MANUAL, reason="a test"
        )
        loop = Loop(stage.aws, stage="dev", model=MODEL)
        assert stage.end(loop.retrain(request)) == "SUCCEEDED"
        verdict = loop.verdict(request.training_id)
        assert verdict.comparisons, verdict.reason


def _rows(first: int, start: date, count: int, *, a_day: int, labelled: bool) -> pa.Table:
    """Return parcels, of which the heavy ones that go far tend to be late."""
    rng = np.random.default_rng(first)
    weight, distance = rng.normal(size=(2, count))
    late = pa.array(weight + distance + rng.normal(scale=0.3, size=count) > 1, mask=np.full(count, not labelled))
    at = np.datetime64(start) + np.arange(count) // a_day
    return pa.table(
        {"parcel": first + np.arange(count), "at": at, "weight": weight, "distance": distance, "late": late}
    )
