"""Wrong rows of an arriving table are set aside with a reason, and a file of wrong rows is refused as a whole."""

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from courtside.core.rows.sorting_out import TooManyWrongRows, sort_out
from tests.datasets.churn import DATASET, churn_table

SOUND = churn_table(200)


def spoiled(column: str, changes: dict[int, Any], kind: pa.DataType | None = None) -> pa.Table:
    values = SOUND.column(column).to_pylist()
    for row, value in changes.items():
        values[row] = value
    place = SOUND.column_names.index(column)
    return SOUND.set_column(place, column, pa.array(values, kind or SOUND.schema.field(column).type))


def test_a_sound_table_is_used_whole_and_unchanged() -> None:
    found = sort_out(SOUND, DATASET)
    assert found.good.equals(SOUND)
    assert (found.wrong.num_rows, found.copies) == (0, 0)


@pytest.mark.parametrize(("column", "reason"), [("measured_at", "no measured_at"), ("customer_id", "no customer_id")])
def test_rows_without_a_time_or_an_id_are_set_aside_with_their_number(column: str, reason: str) -> None:
    found = sort_out(spoiled(column, {3: None, 9: None}), DATASET)
    assert found.wrong["row"].to_pylist() == [4, 10]
    assert found.wrong["reason"].to_pylist() == [reason, reason]
    assert found.good.num_rows == 198


def test_text_among_numbers_is_set_aside_and_the_other_values_become_numbers() -> None:
    text = [str(value) for value in SOUND["monthly_charge"].to_pylist()]
    table = spoiled("monthly_charge", dict(enumerate([*text[:5], "n/a", " 1e2 ", *text[7:]])), pa.string())
    found = sort_out(table, DATASET)
    assert found.wrong["row"].to_pylist() == [6]
    assert found.wrong["monthly_charge"].to_pylist() == [None]
    assert found.wrong["reason"].to_pylist() == ["no number in monthly_charge"]
    assert found.good["monthly_charge"].type == pa.float64()
    assert found.good["monthly_charge"][5].as_py() == 100.0


def test_a_column_of_words_stays_text_so_that_the_contract_refuses_it() -> None:
    words = spoiled("monthly_charge", dict.fromkeys(range(200), "dear"), pa.string())
    assert sort_out(words, DATASET).good["monthly_charge"].type == pa.string()


def test_a_copy_is_dropped_but_two_different_rows_with_one_id_are_both_wrong() -> None:
    other = spoiled("monthly_charge", {0: 1.0})
    found = sort_out(pa.concat_tables([SOUND, SOUND.slice(5, 3), other.slice(0, 1)]), DATASET)
    assert found.copies == 3
    assert found.wrong["row"].to_pylist() == [1, 204]
    assert set(found.wrong["reason"].to_pylist()) == {"the customer_id, measured_at of another row with other values"}
    assert found.good.num_rows == 199


def test_without_ids_a_copy_counts_as_another_row() -> None:
    found = sort_out(pa.concat_tables([SOUND, SOUND]), replace(DATASET, id_columns=()))
    assert (found.good.num_rows, found.copies) == (400, 0)


def test_a_file_with_too_many_wrong_rows_is_refused_with_their_kinds() -> None:
    with pytest.raises(TooManyWrongRows, match=r"21 of its 200 rows are wrong \(21 with no measured_at\)") as caught:
        sort_out(spoiled("measured_at", dict.fromkeys(range(21))), DATASET)
    assert (caught.value.wrong, caught.value.total) == (21, 200)
    assert sort_out(spoiled("measured_at", dict.fromkeys(range(20))), DATASET).wrong.num_rows == 20
    with pytest.raises(TooManyWrongRows):
        sort_out(spoiled("measured_at", {0: None}).slice(0, 1), DATASET)
