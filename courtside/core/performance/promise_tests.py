"""What promise tests say as of a day, as rows of their archive."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from courtside.contracts.scoring import Opponent
from courtside.core.archive_schemas import PROMISE_TESTS
from courtside.core.performance.courses import Course, place_of
from courtside.core.performance.losses import enough_rows
from courtside.core.performance.statements import Kind
from courtside.core.recalibration import Calibration, Finding
from courtside.core.recalibration import Course as RecalibratedCourse
from courtside.core.sequential import Outcome

OF_TESTS = Kind(
    which=("version", "opponent", "opponent_version", "loss"),
    counts=("first_day", "last_day", "days", "rows", "outcome", "since", "calibration", "ranking"),
    figures=("difference", "low", "high", "margin"),
)


def table_of_tests(
    courses: Iterable[Course],
    recalibrated: Mapping[str, tuple[RecalibratedCourse, float]],
    *,
    margin: float,
    as_of: date,
    recorded_at: datetime,
    files: int,
) -> pa.Table:
    """Return what the tests say, in the archive's columns.

    `recalibrated` says of each champion how its recalibration went and what was promised of its ranking;
    `margin` is a share of the loss.
    """
    common = {"as_of": as_of, "recorded_at": recorded_at, "files": files}
    rows = []
    for course in courses:
        row = _row(course, margin) | common
        if course.newest.opponent is Opponent.RECALIBRATED:
            mended, promised = recalibrated[course.newest.version]
            fewest = enough_rows(course.newest.loss, course.scale)
            row |= _found(mended.finding(promised=promised, margin=row["margin"], fewest_rows=fewest))
        rows.append(row)
    return pa.Table.from_pylist(rows, schema=PROMISE_TESTS)


def _row(course: Course, margin: float) -> dict[str, Any]:
    newest, interval = course.newest, course.running.interval()
    said = course.outcome(margin)
    return {
        "version": newest.version,
        "opponent": newest.opponent.value,
        "opponent_version": newest.opponent_version,
        "loss": newest.loss,
        "first_day": interval.first,
        "last_day": newest.day,
        "days": interval.days,
        "rows": interval.rows,
        "difference": interval.difference,
        "low": interval.low,
        "high": interval.high,
        "margin": margin * course.scale,
        "outcome": said.value,
        "since": course.running.since if said is Outcome.WORSE else None,
    }


def _found(finding: Finding) -> dict[str, Any]:
    since = finding.since if finding.calibration is Calibration.BROKEN else None
    return {"calibration": finding.calibration.value, "ranking": finding.ranking.value, "since": since}


def newest_of(tests: pa.Table, *, loss: str, version: str | None = None) -> list[dict[str, Any]]:
    """Return the tests of a champion by a loss, in the order of the opponents: of the newest champion for None.

    Of several opponents of one kind those remain that were compared with it last.
    """
    rows = [row for row in tests.to_pylist() if row["loss"] == loss]
    if version is None and rows:
        version = max(rows, key=lambda row: (row["last_day"], place_of(row["version"])))["version"]
    mine = [row for row in rows if row["version"] == version]
    last: dict[str, date] = {}
    for row in mine:
        last[row["opponent"]] = max(row["last_day"], last.get(row["opponent"], date.min))
    order = [opponent.value for opponent in Opponent]
    kept = [row for row in mine if row["last_day"] == last[row["opponent"]]]
    return sorted(kept, key=lambda row: (order.index(row["opponent"]), place_of(row["opponent_version"] or "")))
