"""The evidence of promise tests as rows of its archive, and which of the rows about a day count."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from courtside.contracts.events import Window
from courtside.contracts.scoring import Opponent
from courtside.core.archive_schemas import EVIDENCE
from courtside.core.performance.evidence import Compared
from courtside.core.performance.statements import Kind

OF_EVIDENCE = Kind(
    which=("day", "version", "opponent", "opponent_version", "loss"),
    counts=("rows",),
    figures=("total", "scale", "error", "weighed", "pairs", "ordered"),
)


def evidence_table(
    compared: Iterable[Compared], window: Window, *, stated_on: date, recorded_at: datetime, files: int
) -> pa.Table:
    """Return what was compared in a window, in the archive's columns, as statement 0."""
    common = {
        "window_start": window.start,
        "window_end": window.end,
        "stated_on": stated_on,
        "recorded_at": recorded_at,
        "statement": 0,
        "files": files,
    }
    return pa.concat_tables([EVIDENCE.empty_table(), *(_table(each, common) for each in compared)])


def _table(compared: Compared, common: dict[str, Any]) -> pa.Table:
    count = compared.days.size
    constant = common | {
        "version": compared.version,
        "opponent": compared.opponent.value,
        "opponent_version": compared.opponent_version,
        "loss": compared.loss,
        "scale": compared.scale,
        "error": compared.error,
    }
    columns = {name: pa.array([value] * count, EVIDENCE.field(name).type) for name, value in constant.items()}
    columns |= {name: pa.array(getattr(compared, name)) for name in ("rows", "total")}
    for name in ("weighed", "pairs", "ordered"):
        figures = getattr(compared, name)
        columns[name] = pa.nulls(count, pa.float64()) if figures is None else pa.array(figures)
    states = [None] * count if compared.learnt is None else [json.dumps(each.to_plain()) for each in compared.learnt]
    columns["state"] = pa.array(states, pa.string())
    columns["day"] = pa.array(compared.days).cast(pa.date32())
    return pa.table([columns[name] for name in EVIDENCE.names], schema=EVIDENCE)


def standing(tables: Sequence[pa.Table]) -> pa.Table:
    """Return the rows that count, given the tables of statements: of each day those of the newest one about it.

    A statement is about all days of its window, also about those of which it has no row.
    """
    stated = sorted(((_made(table), number) for number, table in enumerate(tables) if table.num_rows), key=_order)
    owner: dict[date, int] = {}
    for said, number in stated:
        for day in _days(said["window_start"], said["window_end"]):
            owner[day] = number
    days_of: dict[int, list[date]] = {}
    for day, number in owner.items():
        days_of.setdefault(number, []).append(day)
    kept = [EVIDENCE.empty_table()]
    for number, days in days_of.items():
        is_own: Any = pc.is_in(tables[number].column("day"), value_set=pa.array(days, pa.date32()))
        kept.append(tables[number].filter(is_own))
    return pa.concat_tables(kept)


def _made(table: pa.Table) -> dict[str, Any]:
    """Return what all rows of a statement share."""
    first: dict[str, Any] = table.slice(0, 1).to_pylist()[0]
    return first


def _order(stated: tuple[dict[str, Any], int]) -> tuple[Any, ...]:
    said, number = stated
    return said["stated_on"], said["files"], said["statement"], number


def _days(start: date, end: date) -> Iterable[date]:
    return (start + timedelta(days=number) for number in range((end - start).days))


def learnt_by(evidence: pa.Table) -> dict[str, dict[date, str]]:
    """Return what the recalibration of each champion had learnt at the end of each day, as its archive has it."""
    found: dict[str, dict[date, str]] = {}
    for row in recalibrated(evidence).select(["version", "day", "state"]).to_pylist():
        found.setdefault(row["version"], {})[row["day"]] = row["state"]
    return found


def recalibrated(evidence: pa.Table) -> pa.Table:
    """Return the rows that compare champions with themselves, recalibrated, by day."""
    is_recalibrated: Any = pc.equal(evidence.column("opponent"), pa.scalar(Opponent.RECALIBRATED.value))
    return evidence.filter(is_recalibrated).sort_by("day")
