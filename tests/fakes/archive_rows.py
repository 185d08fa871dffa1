"""Rows of the archive's tables, of which a test says only what it is about."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa

from courtside.contracts.archive import TABLES, Type
from courtside.core.archive.schema import schema_of
from courtside.core.parquet import parquet_content
from courtside.workflows.ports import Lake

_USUAL: dict[Type, Any] = {
    Type.TEXT: "",
    Type.NUMBER: 0.0,
    Type.COUNT: 0,
    Type.SMALL: 1,
    Type.YES_NO: False,
    Type.DAY: date(2026, 3, 1),
    Type.MOMENT: datetime(2026, 3, 1, tzinfo=UTC),
}
"""What a required column has where a test says nothing."""


def rows_of(table: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Return rows of a table, complete with what every row must have."""
    usual = {each.name: _USUAL[each.type] for each in TABLES[table].columns if each.required}
    return pa.Table.from_pylist([usual | dict(row) for row in rows], schema=schema_of(TABLES[table]))


def put(lake: Lake, table: str, model: str, day: str, *rows: Mapping[str, Any]) -> None:
    """Write rows of a model's day as its first file."""
    key = f"{TABLES[table].day_of(model, date.fromisoformat(day))}000001.parquet"
    lake.write(key, parquet_content(rows_of(table, rows)))


def eventful_march(lake: Lake) -> None:
    """Fill every table that a query which ships reads, for the models churn and fraud."""
    for model, moved in (("churn", 0.4), ("fraud", 0.1)):
        for day, effect in ((2, 0.05), (9, moved)):
            named = {"check_id": f"check-{day}", "window_end": date(2026, 3, day), "champion_version": "1"}
            put(
                lake, "drift", model, f"2026-03-{day:02}",
                named | {"feature": "age", "effect": effect, "psi": effect / 2, "verdict": "drift", "drifted": True},
                named | {"feature": "plan", "effect": 0.01, "verdict": "no_drift"},
                named | {"feature": "age", "effect": 9.0, "backfilled": True},
            )  # fmt: skip
    _predicted(lake)
    _judged(lake)
    _acted(lake)


def _predicted(lake: Lake) -> None:
    late = {"time": datetime(2026, 3, 2, 23, 30, tzinfo=UTC), "as_of": date(2026, 3, 3)}
    seen = [late | {"id": f"r{each}", "version": "1", "role": "champion", "prediction": each / 4} for each in range(4)]
    put(lake, "predictions", "churn", "2026-03-03", *seen)
    put(lake, "predictions", "churn", "2026-03-04", seen[0] | {"as_of": date(2026, 3, 4), "version": "2"})
    for day, ids in ((5, "r0"), (9, "r1")):
        put(lake, "labels", "churn", f"2026-03-{day:02}", {"id": ids, "label": "1", "known_on": date(2026, 3, day)})
    put(lake, "labels", "churn", "2026-03-10", {"id": "r0", "label": "0", "known_on": date(2026, 3, 10)},
        {"id": "r2", "label": None, "known_on": date(2026, 3, 10)})  # fmt: skip


def _judged(lake: Lake) -> None:
    window = {"window_start": date(2026, 3, 2), "window_end": date(2026, 3, 9), "version": "1", "metric": "auc"}
    said = window | {"role": "champion", "promise": 0.75, "low": 0.6, "high": 0.8, "labelled": 90, "predicted": 100}
    put(
        lake, "performance", "churn", "2026-03-02",
        said | {"value": 0.5, "statement": 1},
        said | {"value": 0.7, "statement": 2},
        said | {"value": 0.1, "statement": 3, "role": "shadow"},
        said | {"value": 0.2, "statement": 3, "segment_column": "plan", "segment": "free"},
    )  # fmt: skip
    put(
        lake, "estimates", "churn", "2026-03-02",
        window | {"method": "cbpe", "value": 0.6, "made_as_of": date(2026, 3, 9)},
        window | {"method": "cbpe", "value": 0.72, "made_as_of": date(2026, 3, 10)},
        window | {"method": "pape", "refused": "too_few", "made_as_of": date(2026, 3, 9)},
    )  # fmt: skip


def _acted(lake: Lake) -> None:
    put(
        lake, "decisions", "churn", "2026-03-09",
        {"check_id": "check-9", "action": "retrain", "rule": "drift_and_loss", "reason": "It does worse.",
         "training_id": "t-2"},
        {"check_id": "check-9-backfill", "rule": "later", "training_id": "t-2", "backfilled": True},
    )  # fmt: skip
    ran = {
        "kind": "training",
        "started_by": "drift check check-9",
        "started_at": datetime(2026, 3, 10, 0, 5, tzinfo=UTC),
    }
    put(lake, "runs", "churn", "2026-03-10", ran | {"id": "t-2", "state": "done", "outcome": "Version 2 is champion."})
    put(lake, "runs", "churn", "2026-03-12",
        ran | {"id": "t-3", "state": "failed", "failed": True, "outcome": "There was no memory left."},
        {"id": "c-3", "kind": "check", "state": "done"})  # fmt: skip
    put(lake, "production", "churn", "2026-01-05",
        {"version": "1", "champion_from": datetime(2026, 1, 5, tzinfo=UTC), "rule": "first", "decided_by": "ana",
         "champion_until": datetime(2026, 3, 10, 1, tzinfo=UTC)})  # fmt: skip
    put(lake, "production", "churn", "2026-03-10",
        {"version": "2", "champion_from": datetime(2026, 3, 10, 1, tzinfo=UTC), "rule": "better",
         "training_id": "t-2"})  # fmt: skip
    opened = datetime(2026, 3, 9, 6, tzinfo=UTC)
    kinds = ({"id": "i-1", "resolved_at": datetime(2026, 3, 10, 6, tzinfo=UTC), "told": 3}, {"id": "i-2", "told": 1})
    put(
        lake,
        "incidents",
        "churn",
        "2026-03-09",
        *({"kind": "drift", "severity": "warning", "state": "open", "opened_at": opened} | each for each in kinds),
    )
    put(lake, "incidents", "stage.itself", "2026-03-09",
        {"id": "i-3", "kind": "rounds_stopped", "severity": "critical", "opened_at": opened, "told": 2})  # fmt: skip
