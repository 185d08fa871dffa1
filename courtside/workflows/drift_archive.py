"""Drift reports in the lake: JSON for programs, a page for people, one row per feature for queries."""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from courtside.contracts import drift_keys
from courtside.contracts.records import DecisionRecord
from courtside.core.drift import statistics, table_statistics
from courtside.core.drift.reports.report import DriftReport, Verdict
from courtside.core.pages.place import Place
from courtside.core.parquet import parquet_content
from courtside.workflows.drift_window import WindowReport
from courtside.workflows.ports import Lake

logger = logging.getLogger(__name__)

# The first columns; statistics that came later stand at the end, in the order in which they came.
FIRST_NUMBERS = (
    "psi", "psi_adjusted", "ks", "ks_pvalue", "wasserstein", "wasserstein_sd", "jensen_shannon", "chi2", "chi2_pvalue",
    "missing_rate", "unseen_rate", "effect", "p_adjusted",
)  # fmt: skip


# The columns of verdicts that came later, which no statistic has.
LATER: tuple[tuple[date, str, list[tuple[str, pa.DataType]]], ...] = (
    (date(2026, 11, 29), "contract", [("contract_version", pa.int64()), ("contract_hash", pa.string())]),
    (date(2026, 11, 29), "together", [("p_together", pa.float64()), ("windows_together", pa.int64())]),
    (
        date(2026, 11, 29),
        "segments",
        # Of the segments in which the feature drifted; the last of them counts those that were judged.
        [
            ("segments_drifted", pa.list_(pa.string())),
            ("segments_effect", pa.list_(pa.float64())),
            ("segments_p_adjusted", pa.list_(pa.float64())),
            ("segments_checked", pa.int64()),
        ],
    ),
)


def _later_fields() -> list["pa.Field[Any]"]:
    """Return the columns that came later, those of whole tables (the same in every row) among them."""
    dated: list[tuple[date, str, list[tuple[str, pa.DataType]]]] = [*LATER]
    dated += [
        (each.added, each.name, [(key, pa.float64()) for key in each.keys if key not in FIRST_NUMBERS])
        for each in statistics.ALL
    ]
    for table in table_statistics.ALL:
        types: tuple[pa.DataType, ...] = (pa.float64(), pa.float64(), pa.bool_())
        dated.append((table.added, table.name, list(zip(table.keys, types, strict=True))))
    return [pa.field(*field) for _, _, fields in sorted(dated, key=lambda each: each[:2]) for field in fields]


# Queries and tables are written against these names and types: add at the end, never change one.
_FIELDS: list["pa.Field[Any]"] = [
    pa.field("check_id", pa.string(), nullable=False),
    pa.field("checked_at", pa.timestamp("us", tz="UTC"), nullable=False),
    pa.field("backfilled", pa.bool_(), nullable=False),
    pa.field("dataset", pa.string(), nullable=False),
    pa.field("champion_version", pa.string(), nullable=False),
    pa.field("policy", pa.string(), nullable=False),
    pa.field("window_start", pa.date32(), nullable=False),
    pa.field("window_end", pa.date32(), nullable=False),
    pa.field("reference_rows", pa.int64(), nullable=False),
    pa.field("current_rows", pa.int64(), nullable=False),
    pa.field("action", pa.string(), nullable=False),
    pa.field("feature", pa.string(), nullable=False),
    pa.field("kind", pa.string(), nullable=False),
    *(pa.field(name, pa.float64()) for name in FIRST_NUMBERS),
    pa.field("drifted", pa.bool_(), nullable=False),
    pa.field("verdict", pa.string(), nullable=False),
    pa.field("reason", pa.string(), nullable=False),
    pa.field("files_quarantined", pa.int64(), nullable=False),
    *_later_fields(),
]
ROWS_SCHEMA = pa.schema(_FIELDS)


@dataclass(frozen=True, slots=True)
class Archived:
    """Where a report's page lies, and its bytes; None if it could not be drawn."""

    page_key: str | None
    page: bytes | None


def archive(
    found: WindowReport, record: DecisionRecord, *, lake: Lake, performance: Sequence[str] = (), replay: bool = False
) -> Archived:
    """Write the three forms of a report under its day; writing it again replaces them.

    `performance` is what is known of the champion's, in sentences for the page; `replay` if no stage made the check.
    """
    day, dataset = record.window.end, record.model
    lake.write(record.report_key, json.dumps(found.report.to_dict(), indent=2).encode())
    archive_rows(found.report, record, lake=lake)
    key = drift_keys.drift_page(dataset, day, record.check_id)
    place = Place(page=key, model=dataset, here=f"Drift report of {day}", replay=replay)
    page = _page(found, record, performance, place=place)
    if page is None:
        return Archived(None, None)
    lake.write(key, page)
    return Archived(key, page)


def archive_rows(report: DriftReport, record: DecisionRecord, *, lake: Lake) -> None:
    """Write only the form of a report that queries and pages over time read; writing it again replaces it."""
    content = parquet_content(report_rows(report, record))
    lake.write(drift_keys.drift_rows(record.model, record.window.end, record.check_id), content)


def report_rows(report: DriftReport, record: DecisionRecord) -> pa.Table:
    """Return a report as one row per feature, in `ROWS_SCHEMA`."""
    common: dict[str, Any] = {
        "check_id": record.check_id,
        "checked_at": record.decided_at,
        "backfilled": record.backfilled,
        "dataset": record.model,
        "champion_version": record.champion_version,
        "policy": report.policy,
        "window_start": record.window.start,
        "window_end": record.window.end,
        "reference_rows": report.reference.rows,
        "current_rows": report.current.rows,
        "action": record.action,
        "contract_version": record.contract_version,
        "contract_hash": record.contract_hash,
        "files_quarantined": len(report.files_quarantined),
        "segments_checked": sum(each.verdict is not Verdict.INSUFFICIENT_DATA for each in report.segments),
        **{key: value for each in report.table for key, value in each.figures.items()},
    }
    rows = [
        common
        | {"feature": feature.name, "windows_together": feature.successive.count if feature.successive else None}
        | {k: v for k, v in feature.to_dict().items() if k in ROWS_SCHEMA.names}
        | _in_segments(report, feature.name)
        for feature in report.features
    ]
    return pa.Table.from_pylist(rows, schema=ROWS_SCHEMA)


def _in_segments(report: DriftReport, feature: str) -> dict[str, list[Any]]:
    """Return in which segments a feature drifted, with its figures there; none for reports without segments."""
    found = [(part.name, each) for part in report.segments for each in part.drifted if each.name == feature]
    return {
        "segments_drifted": [name for name, _ in found],
        "segments_effect": [each.effect for _, each in found],
        "segments_p_adjusted": [each.p_adjusted for _, each in found],
    }


def _page(found: WindowReport, record: DecisionRecord, performance: Sequence[str], *, place: Place) -> bytes | None:
    """Draw the page; a page that cannot be drawn is logged, because it must not keep the alert from going out."""
    from courtside.core.report_page import PageDecision, render_page

    try:
        text = render_page(
            found.report,
            found.reference,
            found.current,
            decision_text=record.reason,
            decided=PageDecision(
                record.rule,
                record.champion_version,
                numbers=record.numbers,
                would_change=record.would_change,
                performance=tuple(performance),
            ),
            title=f"{record.model}, {record.window.start} to {record.window.end}",
            place=place,
        )
    except Exception:
        logger.exception("the page of drift check %s could not be drawn", record.check_id)
        return None
    return text.encode()
