"""A month of a model's archives, as its pages show it: what is over and done with need not be read again."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

import pyarrow as pa

from courtside.contracts import drift_keys
from courtside.contracts.scoring import Role
from courtside.core.dashboard.views import DecisionLine, PerformancePoint

DRIFT_COLUMNS = ("check_id", "checked_at", "backfilled", "window_end", "action", "feature", "verdict", "effect")
ESTIMATE_COLUMNS = ("window_start", "window_end", "version", "metric", "value", "constant", "rows", "recorded_at")
PERFORMANCE_COLUMNS = (
    "window_start", "window_end", "version", "role", "segment", "metric", "value", "low", "high", "rows", "labelled",
    "baseline", "promise", "promise_low", "promise_high", "difference", "difference_low", "difference_high",
    "statement",
)  # fmt: skip
_SAME = (
    "version", "role", "metric", "value", "low", "high", "rows", "labelled", "baseline", "promise", "promise_low",
    "promise_high", "difference", "difference_low", "difference_high",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One drift check; `verdicts` and `effects` are those of `features`, in that order."""

    day: date
    at: datetime
    action: str
    backfilled: bool
    report_key: str
    features: tuple[str, ...]
    verdicts: tuple[str | None, ...]
    effects: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What the archives say about the days of a month; windows belong to that of their first day.

    Of `points` nothing says yet whether they are final, because that depends on the day on which one looks.
    """

    checks: tuple[Check, ...] = ()
    decisions: tuple[DecisionLine, ...] = ()
    points: tuple[PerformancePoint, ...] = ()


def checks_of(model: str, rows: pa.Table, *, pages: Collection[str]) -> tuple[Check, ...]:
    """Return the drift checks that rows of their archive tell of, in order of time; `pages` are the reports there are.

    A check that was computed later counts only for a day on which no other was made.
    """
    by_check: dict[str, list[dict[str, Any]]] = {}
    for row in rows.select(list(DRIFT_COLUMNS)).to_pylist():
        by_check.setdefault(row["check_id"], []).append(row)
    found = [_check(model, of_check, pages) for of_check in by_check.values()]
    made = {each.day for each in found if not each.backfilled}
    kept = (each for each in found if not each.backfilled or each.day not in made)
    return tuple(sorted(kept, key=lambda each: (each.day, each.at)))


def _check(model: str, rows: list[dict[str, Any]], pages: Collection[str]) -> Check:
    first = rows[0]
    page = drift_keys.drift_page(model, first["window_end"], first["check_id"])
    return Check(
        day=first["window_end"],
        at=first["checked_at"],
        action=first["action"],
        backfilled=first["backfilled"],
        report_key=page if page in pages else "",
        features=tuple(row["feature"] for row in rows),
        verdicts=tuple(row["verdict"] for row in rows),
        effects=tuple(row["effect"] for row in rows),
    )


def points_of(statements: pa.Table, estimates: pa.Table) -> tuple[PerformancePoint, ...]:
    """Return what was said last about each window as a whole, beside what was estimated of it, in order of time.

    A window of which only an estimate is known has no figure yet.
    """
    estimated = _estimated(estimates)
    points = [_point(row, estimated) for row in _newest(statements)]
    stated = {(each.start, each.end) for each in points}
    waiting = [_waiting(row) for key, row in estimated.items() if key[:2] not in stated]
    return tuple(sorted([*points, *waiting], key=lambda each: (each.start, each.end)))


def _newest(statements: pa.Table) -> Iterator[dict[str, Any]]:
    whole = statements.select(list(PERFORMANCE_COLUMNS)).filter(statements.column("segment").is_null()).to_pylist()
    window = itemgetter("window_start", "window_end")
    for _, group in groupby(sorted(whole, key=window), key=window):
        rows = list(group)
        newest = max(row["statement"] for row in rows)
        yield from (row for row in rows if row["statement"] == newest)


def _estimated(estimates: pa.Table) -> dict[tuple[date, date, str, str], dict[str, Any]]:
    rows: Iterable[dict[str, Any]] = estimates.select(list(ESTIMATE_COLUMNS)).to_pylist()
    ordered = sorted(rows, key=itemgetter("recorded_at"))
    return {(row["window_start"], row["window_end"], row["version"], row["metric"]): row for row in ordered}


def _point(row: dict[str, Any], estimated: dict[tuple[date, date, str, str], dict[str, Any]]) -> PerformancePoint:
    is_champion = row["role"] == Role.CHAMPION
    estimate = estimated.get((row["window_start"], row["window_end"], row["version"], row["metric"]))
    return PerformancePoint(
        start=row["window_start"],
        end=row["window_end"],
        **{name: row[name] for name in _SAME},
        estimate=estimate["value"] if estimate is not None and is_champion else None,
        final=False,
        restated=row["statement"] - 1,
    )


def _waiting(row: dict[str, Any]) -> PerformancePoint:
    return PerformancePoint(
        start=row["window_start"],
        end=row["window_end"],
        version=row["version"],
        role=Role.CHAMPION.value,
        metric=row["metric"],
        value=None,
        low=None,
        high=None,
        rows=row["rows"],
        labelled=0,
        promise=row["constant"],
        promise_low=None,
        promise_high=None,
        baseline=None,
        estimate=row["value"],
        final=False,
        restated=0,
    )
