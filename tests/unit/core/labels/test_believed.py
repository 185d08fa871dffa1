"""Which prediction and which label of a row count, whatever came when."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from courtside.core.archive_schemas import LABELS, PREDICTIONS
from courtside.core.labels.believed import BELIEVED, READ_OF_LABELS, READ_OF_PREDICTIONS, believed

FIRST = date(2026, 3, 1)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def predictions(*rows: dict[str, Any]) -> pa.Table:
    usual = {"id": "a", "time": day(3), "as_of": day(3), "version": "1", "role": "champion", "prediction": 0.5,
             "revision": 1, "segments": []}  # fmt: skip
    said = [{**usual, **row} for row in rows]
    for row in said:
        row["time"] = row["time"] and datetime.combine(row["time"], datetime.min.time(), UTC)
    return pa.Table.from_pylist(said, pa.schema([PREDICTIONS.field(name) for name in READ_OF_PREDICTIONS]))


def labels(*rows: tuple[str, str | None, int]) -> pa.Table:
    said = [{"id": row, "label": label, "known_on": day(known)} for row, label, known in rows]
    return pa.Table.from_pylist(said, pa.schema([LABELS.field(name) for name in READ_OF_LABELS]))


def said(found: pa.Table, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in found.to_pylist()]


def test_the_newest_label_counts_and_the_first_day_is_told() -> None:
    made = predictions({"id": "a"}, {"id": "b"}, {"id": "c"}, {"id": "d"})
    known = labels(("a", "0", 4), ("c", "1", 4), ("x", "1", 4), ("a", "1", 6), ("c", None, 7))
    found = believed(made, known)
    assert found.schema.equals(BELIEVED)
    assert said(found, "id", "label", "labelled_on") == [
        ("a", "1", day(4)), ("b", None, None), ("c", None, None), ("d", None, None)
    ]  # fmt: skip


def test_a_label_that_is_given_again_after_it_was_taken_back_counts() -> None:
    found = believed(predictions({}), labels(("a", "1", 4), ("a", None, 5), ("a", "0", 6)))
    assert said(found, "label", "labelled_on") == [("0", day(4))]


def test_the_newest_prediction_up_to_the_rows_day_counts() -> None:
    made = predictions(
        {"as_of": day(1), "prediction": 0.1},
        {"as_of": day(3), "prediction": 0.2},
        {"as_of": day(3), "revision": 2, "prediction": 0.3},
        {"as_of": day(4), "prediction": 0.4},
    )
    assert said(believed(made, labels()), "prediction", "as_of") == [(0.3, day(3))]


def test_of_predictions_made_late_the_first_day_counts() -> None:
    made = predictions(
        {"as_of": day(5), "prediction": 0.1},
        {"as_of": day(5), "revision": 2, "prediction": 0.2},
        {"as_of": day(6), "prediction": 0.3},
    )
    assert said(believed(made, labels(("a", "1", 0))), "prediction", "label") == [(0.2, "1")]


def test_a_row_without_a_time_is_predicted_until_its_label_is_known() -> None:
    made = predictions(*({"time": None, "as_of": day(each), "prediction": each / 10} for each in (1, 2, 5)))
    assert said(believed(made, labels(("a", "1", 2), ("a", "0", 9))), "prediction", "day") == [(0.2, day(1))]
    assert said(believed(made, labels()), "prediction", "day") == [(0.5, day(1))]


def test_each_version_and_role_has_its_own_prediction_and_one_was_shown() -> None:
    made = predictions(
        {"as_of": day(1), "version": "1"},
        {"as_of": day(1), "version": "2", "role": "challenger"},
        {"as_of": day(2), "version": "2"},
        {"as_of": day(2), "version": "1", "role": "previous"},
    )
    assert said(believed(made, labels()), "version", "role", "shown") == [
        ("1", "champion", False), ("2", "challenger", False), ("2", "champion", True), ("1", "previous", False)
    ]  # fmt: skip


def test_a_row_whose_time_moved_belongs_to_its_newest_day() -> None:
    made = predictions({"as_of": day(1)}, {"as_of": day(8), "time": day(9), "prediction": 0.7})
    assert said(believed(made, labels()), "day", "prediction") == [(day(9), 0.7)]


def test_other_columns_are_kept_and_nothing_is_needed() -> None:
    made = predictions({"id": "a"}, {"id": "b"}).append_column("place", pa.array([7, 8]))
    assert believed(made, labels()).column("place").to_pylist() == [7, 8]
    assert believed(predictions(), labels(("a", "1", 1))).num_rows == 0


ROW = st.fixed_dictionaries(
    {
        "id": st.sampled_from("ab"),
        "time": st.sampled_from([None, day(3), day(4)]),
        "as_of": st.integers(0, 7).map(day),
        "version": st.sampled_from("12"),
        "role": st.sampled_from(["champion", "previous"]),
        "revision": st.integers(1, 3),
    }
)
LABEL = st.tuples(st.sampled_from("abx"), st.sampled_from(["0", "1", None]), st.integers(0, 9))


@given(st.lists(ROW, max_size=12), st.lists(LABEL, max_size=8))
def test_it_says_what_a_plain_loop_says(rows: list[dict[str, Any]], known: list[tuple[str, str | None, int]]) -> None:
    rows = [{**row, "prediction": float(at)} for at, row in enumerate(sorted(rows, key=lambda each: each["as_of"]))]
    known = sorted(known, key=lambda each: each[2])
    found = said(believed(predictions(*rows), labels(*known)), "prediction", "label", "labelled_on", "day", "shown")
    assert sorted(found) == sorted(by_loop(rows, known))


def by_loop(rows: list[dict[str, Any]], known: list[tuple[str, str | None, int]]) -> list[tuple[Any, ...]]:
    found = []
    for row in rows:
        of_row = [each for each in rows if each["id"] == row["id"]]
        time = of_row[-1]["time"]
        of_label = [each for each in known if each[0] == row["id"]]
        label = of_label[-1][1] if of_label else None
        first = None if label is None else day(next(each[2] for each in of_label if each[1] is not None))
        due = time or first or date.max

        def rank(each: dict[str, Any], due: date = due) -> tuple[Any, ...]:
            timely = each["as_of"] <= due
            days = each["as_of"].toordinal()
            return timely, days if timely else -days, each["prediction"]

        rivals = [each for each in of_row if (each["version"], each["role"]) == (row["version"], row["role"])]
        champions = [each for each in of_row if each["role"] == "champion"]
        if max(rivals, key=rank) is row:
            shown = bool(champions) and max(champions, key=rank) is row
            found.append((row["prediction"], label, first, time or of_row[0]["as_of"], shown))
    return found
