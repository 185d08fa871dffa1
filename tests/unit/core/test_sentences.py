"""Texts put together from reasons have no two punctuation marks in a row, and lists can be read aloud."""

import re
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from courtside.contracts.events import Window
from courtside.core.drift.errors import DuplicateColumns, MissingColumns
from courtside.core.drift.reading.formats.errors import NumbersAmbiguous, RowsMalformed
from courtside.core.drift.reports.quarantine import QuarantinedFile, TableSide
from courtside.core.games.errors import GamesColumnsRepeated
from courtside.core.sentences import ended, enumerated, in_a_row
from courtside.workflows.drift_window import EmptyWindow
from tests.datasets.churn import DATASET

TWO_MARKS = re.compile(r"[.;?!]\s*;|[.?!]\.")
reasons = st.builds(
    str.__add__,
    st.sampled_from(["is it gone", "it is gone (why?)", "a.csv"]),
    st.sampled_from(["", ".", "?", "!", "…"]),
)


@given(st.lists(reasons, min_size=1, max_size=4))
def test_reasons_in_a_row_keep_their_words_and_no_two_marks_meet(texts: list[str]) -> None:
    row = ended(in_a_row(texts))
    assert not TWO_MARKS.search(row)
    assert all(text.rstrip(".") in row for text in texts)


def test_an_empty_window_with_files_set_aside_is_one_readable_text() -> None:
    window = Window(start=date(2026, 3, 1), end=date(2026, 4, 1))
    file = QuarantinedFile("march.parquet", TableSide.CURRENT, "unreadable: is it a table?")
    said = str(EmptyWindow(window, (file, file)))
    assert said.startswith("there are no rows between 2026-03-01 and 2026-04-01; load")
    assert not TWO_MARKS.search(said)


def test_lists_have_commas_and_one_and() -> None:
    assert enumerated(["a", "b"]) == "a and b"
    keys = DATASET.parts_naming(["age", "customer_id", "measured_at", "churned", "payment"])
    assert keys == "features, id_columns, time_column and target"
    error = MissingColumns(["id", "at"], ["x"], part="id_columns and time_column")
    assert str(error) == (
        "the table has no columns 'id', 'at' (it has x); rename the columns or correct the id_columns and time_column "
        "of the contract"
    )


def test_one_thing_is_told_as_one_and_several_as_several() -> None:
    told = {
        MissingColumns(["a"], []): "no column 'a'",
        DuplicateColumns(["a"]): "more than one column 'a'",
        DuplicateColumns(["a", "b"]): "more than one of each of the columns 'a', 'b'",
        GamesColumnsRepeated("g.csv", repeated=["a"]): "column 'a' appears more than once; keep one",
        GamesColumnsRepeated("g.csv", repeated=["a", "b"]): "columns 'a', 'b' appear more than once; keep one of each",
        NumbersAmbiguous("t.csv", ["a"]): "its column 'a' holds only numbers",
        NumbersAmbiguous("t.csv", ["a", "b"]): "its columns 'a', 'b' hold only numbers",
        RowsMalformed("t.csv", [3], cells=2): "row 3 does not have 2 cells",
        RowsMalformed("t.csv", [3, 4], cells=2): "rows 3, 4 do not have 2 cells",
    }
    for error, words in told.items():
        assert words in str(error)
