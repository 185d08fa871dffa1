"""A shorter history is chosen where the past misleads beyond noise, and nothing but the training part is shortened."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from courtside.core.dataset import Dataset, Feature, FeatureKind
from courtside.core.rows import TimeColumnNeeded
from courtside.core.training.candidates import ALL, REGISTRY, Candidate, Classifier
from courtside.core.training.fit import CandidateFailed
from courtside.core.training.history import WINDOWS, HistoryTooShort, shortened
from courtside.core.training.split import Split, split_rows

DATASET = Dataset(
    name="small",
    time_column="day",
    season_column=None,
    id_columns=("id",),
    target="won",
    features=(Feature("a", FeatureKind.NUMERIC), Feature("b", FeatureKind.NUMERIC)),
    builder=None,
    reference_seasons=1,
)
YEARS, A_YEAR = 15, 400
LAST = np.datetime64("2020-01-01")


def rows(*, turned_before: int | None = None, seed: int = 0) -> pa.Table:
    """Fifteen years of rows, in which `a` means the opposite in those more than `turned_before` years old."""
    rng = np.random.default_rng(seed)
    n = YEARS * A_YEAR
    age = np.linspace(YEARS, 0, n)
    sign = np.ones(n) if turned_before is None else np.where(age > turned_before, -1.0, 1.0)
    a, b = rng.normal(size=n), rng.normal(size=n)
    won = (sign * a + 0.3 * b + rng.logistic(size=n) > 0).astype(np.int8)
    day = LAST - (age * 365.25).astype("timedelta64[D]")
    return pa.table({"id": np.arange(n), "day": day, "a": a, "b": b, "won": won})


def split_of(table: pa.Table, dataset: Dataset = DATASET) -> Split:
    return split_rows(table, dataset=dataset)


def taken(table: pa.Table, asked: str, candidates: Sequence[Candidate] = ALL) -> tuple[Split, Split, str]:
    before = split_of(table)
    after, history = shortened(before, asked, dataset=DATASET, candidates=candidates)
    return before, after, history.window


def test_a_past_that_misleads_is_left_out() -> None:
    before, after, window = taken(
        rows(turned_before=11), "auto"
    )  # five and a half years tell the same where the folds begin
    assert window == "5y"
    years = (after.train.column("day").to_numpy()[-1] - after.train.column("day").to_numpy()[0]) / np.timedelta64(
        1, "D"
    )
    assert years == pytest.approx(5 * 365.25, abs=2)
    assert after.train.equals(before.train.slice(before.train.num_rows - after.train.num_rows))


def test_nothing_but_the_training_part_is_shortened() -> None:
    before, after, _ = taken(rows(turned_before=11), "auto")
    assert after.test.equals(before.test)
    assert after.holdout_rows == before.holdout_rows


def test_the_choice_sees_no_row_after_the_training_part() -> None:
    table = rows(turned_before=11)
    newest = split_of(table).test.num_rows
    won = table.column("won").to_numpy()
    other = table.set_column(4, "won", pa.array(np.concatenate([won[:-newest], 1 - won[-newest:]]).astype(np.int8)))
    one, two = (shortened(split_of(each), "auto", dataset=DATASET, candidates=ALL)[1] for each in (table, other))
    assert one == two


def test_a_past_that_tells_the_same_is_kept() -> None:
    chosen = [taken(rows(seed=seed), "auto")[2] for seed in range(20)]
    assert chosen.count("all") >= 16, chosen
    assert not {"3y", "2y"} & set(chosen)


def test_what_was_judged_is_on_record() -> None:
    told: list[str] = []
    split = split_of(rows(turned_before=11))
    _, history = shortened(split, "auto", dataset=DATASET, candidates=ALL, progress=told.append)
    assert tuple(score.window for score in history.windows) == WINDOWS
    assert [score.rows for score in history.windows] == sorted((s.rows for s in history.windows), reverse=True)
    assert min(score.difference for score in history.windows) == 0
    whole = history.windows[0]
    assert whole.difference > whole.error > 0
    assert f"{whole.difference:.4f}" in history.reason
    assert (history.candidate, history.folds) == ("logistic_regression", 5)
    assert told == ["history: all, 10y, 5y, 3y, 2y on 5 time folds of logistic_regression"]


def test_another_candidate_stands_for_all_where_the_contract_has_no_logistic_regression() -> None:
    split = split_of(rows(turned_before=11))
    _, history = shortened(split, "auto", dataset=DATASET, candidates=[REGISTRY["lightgbm"]])
    assert (history.candidate, len(history.windows)) == ("lightgbm", len(WINDOWS))


def test_so_many_years_are_taken_as_asked() -> None:
    before, after, window = taken(rows(), "4y")
    assert (window, after.train.num_rows) == ("4y", pytest.approx(4 * A_YEAR, abs=2))
    _, history = shortened(before, "4y", dataset=DATASET, candidates=ALL)
    assert history.since == after.train.column("day").to_pylist()[0]
    assert history.rows_left_out == before.train.num_rows - after.train.num_rows
    assert taken(rows(), "99y")[1].train.equals(before.train)


def test_all_of_the_history_is_all_of_it() -> None:
    before, after, window = taken(rows(), "all")
    assert after is before
    assert window == "all"


@pytest.mark.parametrize("kind", [pa.date32(), pa.timestamp("us"), pa.timestamp("ns", tz="UTC")])
def test_times_of_every_type_count_the_same(kind: pa.DataType) -> None:
    table = rows().set_column(1, "day", rows().column("day").cast(kind))
    _, history = shortened(split_of(table), "5y", dataset=DATASET, candidates=ALL)
    assert history.since == date(2012, 1, 3)


def test_too_few_rows_or_one_class_in_what_is_left_are_refused() -> None:
    table = rows()
    thin = pa.concat_tables([table.slice(0, 4_000), table.slice(5_980)])
    with pytest.raises(HistoryTooShort, match="a history of one year keeps") as error:
        shortened(_all_but(split_of(thin), 10), "1y", dataset=DATASET, candidates=ALL)
    assert error.value.rows < 100
    split = split_of(table)
    won = pa.array(np.where(np.arange(split.train.num_rows) < 4_300, split.train.column("won").to_numpy(), 1))
    one_class = replace(split, train=split.train.set_column(4, "won", won.cast(pa.int8())))
    with pytest.raises(HistoryTooShort, match="both classes"):
        shortened(one_class, "1y", dataset=DATASET, candidates=ALL)
    assert shortened(one_class, "auto", dataset=DATASET, candidates=ALL)[1].window in {"all", "10y", "5y", "3y", "2y"}


def test_a_short_past_is_taken_whole() -> None:
    young = rows().slice(YEARS * A_YEAR - A_YEAR)
    _, history = shortened(split_of(young), "auto", dataset=DATASET, candidates=ALL)
    assert (history.window, history.windows) == ("all", ())
    assert "too short for time folds" in history.reason


def test_the_smallest_table_that_may_be_trained_on_is_taken_whole() -> None:
    smallest = rows().slice(YEARS * A_YEAR - 100)
    for asked in ("auto", "5y"):
        before, after, _ = taken(smallest, asked)
        assert after.train.equals(before.train)


def test_a_past_of_one_class_is_not_judged() -> None:
    """A class that first comes where the folds begin cannot be learned before it."""
    split = split_of(rows())
    won = np.where(
        np.arange(split.train.num_rows) < split.train.num_rows * 0.85, 0, split.train.column("won").to_numpy()
    )
    late = replace(split, train=split.train.set_column(4, "won", pa.array(won.astype(np.int8))))
    after, history = shortened(late, "auto", dataset=DATASET, candidates=ALL)
    assert (after.train.equals(late.train), history.windows) == (True, ())


def test_a_candidate_of_a_team_that_fails_is_named() -> None:
    def broken(_params: object) -> Classifier:
        raise RuntimeError("no licence")

    own = replace(REGISTRY["lightgbm"], name="own", package="churn_models", build=broken)
    with pytest.raises(CandidateFailed, match=r"churn_models failed \(RuntimeError: no licence\)"):
        shortened(split_of(rows()), "auto", dataset=DATASET, candidates=[own])


def test_a_window_without_any_value_of_a_feature_is_no_choice() -> None:
    table = rows(turned_before=11)
    b = table.column("b").to_numpy().copy()
    b[2_000:] = np.nan
    _, history = shortened(split_of(table.set_column(3, "b", pa.array(b))), "auto", dataset=DATASET, candidates=ALL)
    assert [score.window for score in history.windows] == ["all", "10y"]


def test_rows_without_times_are_none_of_them_older() -> None:
    untimed = replace(DATASET, time_column=None)
    split = split_rows(rows().drop_columns(["day"]), dataset=untimed)
    after, history = shortened(split, "auto", dataset=untimed, candidates=ALL)
    assert (after, history.window) == (split, "all")
    with pytest.raises(TimeColumnNeeded, match="a history of 5y"):
        shortened(split, "5y", dataset=untimed, candidates=ALL)


def _all_but(split: Split, kept: int) -> Split:
    """Return the split with a gap of three years before the newest `kept` rows of its training part."""
    days = split.train.column("day").cast(pa.date32()).to_numpy().astype("datetime64[D]")
    days = np.where(np.arange(days.size) < days.size - kept, days - np.timedelta64(1_200, "D"), days)
    return replace(split, train=split.train.set_column(1, "day", pa.array(days)))
