"""Rows of a file or frame with what one version says of them, piece by piece; nothing is kept in a stage."""

from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa

from courtside.contracts.errors import InputMismatch
from courtside.core.dataset import Dataset, FeatureKind
from courtside.core.drift.errors import MissingColumns
from courtside.core.drift.reading import FeatureTable
from courtside.core.features import build_features
from courtside.core.games import ReadGames
from courtside.core.training.served_input import NUMBER
from courtside.workflows.archive_log import MOST_ROWS
from courtside.workflows.predict.scoring import contributions_of, said_of
from courtside.workflows.predict.versions import Predicting

VERSION, CONTRIBUTIONS, REASON = "version", "contributions", "reason"
ADDED = (VERSION, CONTRIBUTIONS, REASON)


def scored_table(table: FeatureTable, version: Predicting, dataset: Dataset, *, explain: int = 0) -> Iterator[pa.Table]:
    """Yield the ids and times of the rows of a table, in their order, with the columns that are added to them.

    These are the `prediction` (null where there is none, and then the `reason`) and what belongs to it in the task, as
    in the prediction store; the version; and with `explain` so many of the largest contributions. Raises
    `MissingColumns`, what reading the table raises, and `ScoringFailed`.
    """
    meant = table.meant(_as_taken(dataset, version))
    wanted = list(version.interface.taken_as)
    if missing := [name for name in wanted if name not in meant.column_names]:
        raise MissingColumns(missing, meant.column_names)
    shown = [name for name in _shown(dataset) if name in meant.column_names]
    for batches in _gathered(meant.of([*shown, *wanted])):
        yield _scored(pa.Table.from_batches(batches), shown, version, explain)


def scored_games(games: ReadGames, version: Predicting, dataset: Dataset, *, explain: int = 0) -> Iterator[pa.Table]:
    """Yield the games of a file that have features, those without a score too; raises as `scored_table`."""
    rows = build_features(pa.concat_tables([games.table, games.unplayed]), dataset=dataset)
    for start in range(0, max(rows.num_rows, 1), MOST_ROWS):
        yield _scored(rows.slice(start, MOST_ROWS), [*dataset.id_columns, "game_date"], version, explain)


def _as_taken(dataset: Dataset, version: Predicting) -> Dataset:
    """Return the contract with the version's features where it leaves them to the rows."""
    kinds = {NUMBER: FeatureKind.NUMERIC}
    taken = version.interface.taken_as
    return dataset.with_features({name: kinds.get(of, FeatureKind.CATEGORICAL) for name, of in taken.items()})


def _shown(dataset: Dataset) -> list[str]:
    return [name for name in (*dataset.id_columns, dataset.time_column) if name is not None]


def _gathered(batches: Iterable[pa.RecordBatch]) -> Iterator[list[pa.RecordBatch]]:
    """Yield batches in groups of about `MOST_ROWS` rows, which models predict much faster than small ones."""
    group: list[pa.RecordBatch] = []
    for batch in batches:
        group.append(batch)
        if sum(each.num_rows for each in group) >= MOST_ROWS:
            yield group
            group = []
    if group:
        yield group


def _scored(rows: pa.Table, shown: list[str], version: Predicting, explain: int) -> pa.Table:
    said = said_of(rows, version)
    if taken := [name for name in shown if name in (*ADDED, *said.columns.column_names)]:
        raise InputMismatch(f"the table has a column {taken[0]}, which is what is added to it; give it another name")
    columns: dict[str, Any] = {name: rows.column(name) for name in dict.fromkeys(shown)}
    columns |= {name: said.columns.column(name) for name in said.columns.column_names}
    columns[VERSION] = pa.repeat(pa.scalar(version.version), rows.num_rows)
    if explain:
        kind = pa.map_(pa.string(), pa.float64())
        found = contributions_of(rows, version, explain)
        columns[CONTRIBUTIONS] = pa.nulls(rows.num_rows, kind) if found is None else found
    reasons: list[str | None] = [None] * rows.num_rows
    for row, why in said.reasons.items():
        reasons[row] = why
    columns[REASON] = pa.array(reasons, pa.string())
    return pa.table(columns)
