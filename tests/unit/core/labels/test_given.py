"""Labels that are handed in: some repeat others, some cannot be."""

from dataclasses import replace
from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.core.labels.given import GIVEN, given_labels
from courtside.core.rows.ids import NoIds
from courtside.core.rows.sorting_out import TooManyWrongRows
from courtside.datasets.catalog import load_dataset

GAMES = load_dataset("nba_games")
CHURN = load_dataset("courtside/datasets/examples/churn.yaml")


def games(*rows: tuple[Any, Any]) -> pa.Table:
    return pa.table({"game_id": [str(row) if row else row for row, _ in rows], "home_win": [said for _, said in rows]})


def good(found: Any) -> dict[str, str]:
    return dict(zip(*found.labels.to_pydict().values(), strict=True))


def many(*rows: tuple[Any, Any]) -> pa.Table:
    return games(*((str(1000 + each), each % 2) for each in range(100)), *rows)


def test_rows_that_agree_count_once_and_rows_that_do_not_are_set_aside() -> None:
    found = given_labels(many((1, 1), (2, 0), (1, 1), (3, 1), (3, 0), (3, 1)), GAMES, classes=("0", "1"))
    assert {row: good(found).get(row) for row in "123"} == {"1": "1", "2": "0", "3": None}
    assert found.labels.schema.equals(GIVEN)
    assert found.copies == 1
    assert [(row["row"], row["id"], row["label"]) for row in found.wrong.to_pylist()] == [
        (104, "3", "1"), (105, "3", "0"), (106, "3", "1")
    ]  # fmt: skip
    assert found.wrong.column("reason").to_pylist() == ["another label than a row of the same id"] * 3


def test_labels_that_cannot_be_are_set_aside_and_do_not_speak_against_others() -> None:
    found = given_labels(many((1, 1), (1, 7), (None, 1)), GAMES, classes=("0", "1"))
    assert good(found)["1"] == "1"
    assert [(row["id"], row["reason"]) for row in found.wrong.to_pylist()] == [
        ("1", "a home_win that is neither 0 nor 1"), (None, "no game_id")
    ]  # fmt: skip
    assert good(given_labels(many((1, 7)), GAMES, classes=None))["1"] == "7"


def test_rows_whose_label_is_not_known_yet_say_nothing() -> None:
    found = given_labels(games((1, None), (1, 1), (None, None), (2, None)), GAMES, classes=("0", "1"))
    assert (good(found), found.unlabelled, found.copies, found.wrong.num_rows) == ({"1": "1"}, 3, 0, 0)
    assert given_labels(games((1, None)), GAMES, classes=("0", "1")).labels.num_rows == 0


def test_a_file_of_which_most_is_wrong_is_wrong_as_a_whole() -> None:
    with pytest.raises(
        TooManyWrongRows, match=r"2 of its 2 rows are wrong \(2 with a home_win that is neither 0 nor 1\)"
    ):
        given_labels(games((1, 5), (2, 6), (3, None)), GAMES, classes=("0", "1"))


@pytest.mark.parametrize("said", [[True, False], [1, 0], [1.0, 0.0], ["1", "0"]])
def test_labels_are_the_same_in_whatever_type_they_are_written(said: list[Any]) -> None:
    table = pa.concat_tables([games(("a", said[0])), games(("b", said[1]))])
    assert good(given_labels(table, GAMES, classes=("0", "1"))) == {"a": "1", "b": "0"}
    encoded = table.set_column(1, "home_win", table.column(1).combine_chunks().dictionary_encode())
    assert good(given_labels(encoded, GAMES, classes=("0", "1"))) == {"a": "1", "b": "0"}


def test_a_customer_has_a_label_each_month() -> None:
    days = [date(2026, 1, 1), date(2026, 2, 1)]
    table = pa.table({"customer_id": ["7", "7"], "billed_on": days, "churned": ["no", "yes"]})
    assert good(given_labels(table, CHURN, classes=("no", "yes"))) == {"7|2026-01-01": "no", "7|2026-02-01": "yes"}


def test_without_ids_a_label_cannot_be_kept() -> None:
    with pytest.raises(NoIds):
        given_labels(pa.table({"churned": ["no"]}), replace(CHURN, id_columns=()), classes=None)


ROWS = st.lists(st.tuples(st.sampled_from([1, 2, 3, None]), st.sampled_from([0, 1, 7, None])), max_size=9)


@given(ROWS)
def test_it_says_what_a_plain_loop_says(rows: list[tuple[int | None, int | None]]) -> None:
    found = given_labels(many(*rows), GAMES, classes=("0", "1"))
    said: dict[str, set[str]] = {}
    for row, label in rows:
        if row is not None and label in {0, 1}:
            said.setdefault(str(row), set()).add(str(label))
    expected = {row: next(iter(labels)) for row, labels in said.items() if len(labels) == 1}
    assert {row: label for row, label in good(found).items() if len(row) == 1} == expected
    labelled = sum(label is not None for _, label in rows)
    assert found.labels.num_rows + found.wrong.num_rows + found.copies == 100 + labelled
    assert found.unlabelled == len(rows) - labelled
