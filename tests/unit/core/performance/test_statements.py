from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa

from courtside.core.archive_schemas import PERFORMANCE
from courtside.core.performance.judge import judge
from courtside.core.performance.statements import says_the_same, statement_table
from tests.unit.core.performance.worlds import WEEK, World, served

LABELS, SAID, DAY = World().draw(1, 200, days=7)
TEAMS: list[str | None] = ["a" if row % 2 else "b" for row in range(200)]


def said_of(table: pa.Table, *, statement: int = 1, on: date = WEEK.end) -> pa.Table:
    found = judge(table, WEEK, promises={})
    recorded = datetime(2026, 4, statement, tzinfo=UTC)
    return statement_table(found, WEEK, stated_on=on, recorded_at=recorded, statement=statement, files=1)


def both_roles(labels: np.ndarray = LABELS, *, unlabelled: int = 0) -> pa.Table:
    mine = served(labels, SAID, DAY, segments={"team": TEAMS}, unlabelled=unlabelled)
    other = served(labels, SAID[::-1], DAY, segments={"team": TEAMS}, role="previous", version="2")
    return pa.concat_tables([mine, other.slice(0, 200 - unlabelled)])


def test_a_statement_has_the_columns_of_the_archive_and_a_row_for_each_figure() -> None:
    found = said_of(both_roles(), statement=2)
    assert found.schema == PERFORMANCE
    assert found.num_rows == 2 * 3 * 5
    first = found.slice(0, 1).to_pylist()[0]
    assert first["window_start"], first["window_end"] == (WEEK.start, WEEK.end)
    assert (first["metric"], first["role"], first["segment"], first["statement"]) == ("auc", "champion", None, 2)
    assert first["low"] < first["value"] < first["high"]
    assert {row["segment_column"] for row in found.to_pylist()} == {None, "team"}


def test_the_order_of_rows_and_the_day_of_saying_it_change_nothing() -> None:
    shuffled = both_roles().take(np.random.default_rng(0).permutation(400))
    assert says_the_same(said_of(both_roles()), said_of(shuffled, statement=3, on=date(2026, 5, 1)))


def test_a_statement_differs_when_a_count_or_a_figure_does() -> None:
    corrected = LABELS.copy()
    corrected[7] = 1 - corrected[7]
    newer = pa.concat_tables([both_roles(), served(LABELS, SAID, DAY, version="4")])
    for changed in (both_roles(corrected), both_roles(unlabelled=1), newer):
        assert not says_the_same(said_of(both_roles()), said_of(changed))


def test_labels_that_swap_without_changing_the_counts_are_noticed() -> None:
    swapped = LABELS.copy()
    one, zero = int(np.flatnonzero(LABELS == 1)[0]), int(np.flatnonzero(LABELS == 0)[0])
    swapped[[one, zero]] = swapped[[zero, one]]
    assert not says_the_same(said_of(both_roles()), said_of(both_roles(swapped)))
