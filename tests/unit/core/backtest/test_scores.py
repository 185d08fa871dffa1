"""How predictions did, and how sure the difference of two replays is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from courtside.core.backtest.scores import blocks_of, differences, figures_of, scores

DAYS = np.arange("2010-01-01", "2022-01-01", dtype="datetime64[D]")


def test_figures_of_four_rows() -> None:
    found = scores(np.array([0, 1, 1, 0], np.int8), np.array([0.1, 0.9, 0.4, 0.2]))
    assert found.rows == 4
    assert found.accuracy == 0.75
    assert found.auc == 1.0
    assert found.brier == pytest.approx((0.01 + 0.01 + 0.36 + 0.04) / 4)
    assert found.log_loss == pytest.approx(-np.mean(np.log([0.9, 0.9, 0.4, 0.8])))


def test_rows_of_one_class_have_no_auc() -> None:
    assert scores(np.ones(3, np.int8), np.full(3, 0.5)).auc is None


def test_blocks_are_seasons_where_there_are_enough() -> None:
    seasons = [f"{day.item().year}-season" for day in DAYS]
    block, of = blocks_of(DAYS, seasons)
    assert (of, block.max() + 1) == ("seasons", 12)


def test_rows_without_a_season_are_a_block_of_their_own() -> None:
    seasons = [None if day.item().day == 1 else f"{day.item().year}-season" for day in DAYS]
    block, of = blocks_of(DAYS, seasons)
    assert (of, block.max() + 1) == ("seasons", 13)
    nowhere = {number for number, season in zip(block.tolist(), seasons, strict=True) if season is None}
    assert len(nowhere) == 1


@pytest.mark.parametrize(("count", "of"), [(12 * 365, "years"), (400, "months"), (30, "days"), (5, "rows")])
def test_blocks_are_the_largest_part_of_the_calendar(count: int, of: str) -> None:
    block, found = blocks_of(DAYS[:count], None)
    assert found == of
    assert (np.diff(block) >= 0).all()


@given(st.integers(0, 2**32 - 1))
def test_a_replay_does_not_differ_from_itself_and_differences_turn_around(seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, 60).astype(np.int8)
    mine, other = rng.uniform(0.01, 0.99, (2, 60))
    block = np.arange(60) // 5
    same = differences(labels, mine, mine, block)["log_loss"]
    assert (same.difference, same.low, same.high) == (0.0, 0.0, 0.0)
    there, back = (differences(labels, *pair, block)["brier"] for pair in ((mine, other), (other, mine)))
    assert there.difference == pytest.approx(-back.difference)
    assert there.low <= there.difference <= there.high


def _one_block_decides(rows: int) -> tuple[NDArray[np.int8], NDArray[np.float64], NDArray[np.float64]]:
    """Return labels and two replays that differ in the first of ten blocks only."""
    labels = np.ones(rows, np.int8)
    mine, other = np.full(rows, 0.5), np.full(rows, 0.5)
    mine[: rows // 10] = 0.9
    return labels, mine, other


def test_blocks_are_drawn_whole() -> None:
    labels, mine, other = _one_block_decides(1_000)
    by_block = differences(labels, mine, other, np.arange(1_000) // 100)["log_loss"]
    by_row = differences(labels, mine, other, np.arange(1_000))["log_loss"]
    assert by_block.high - by_block.low > 3 * (by_row.high - by_row.low)


def test_differences_of_other_tasks_are_those_of_their_losses() -> None:
    rng = np.random.default_rng(3)
    values, block = rng.normal(size=400), np.arange(400) // 20
    found = differences(values, values + 0.1, values + 0.3, block, task="regression")
    assert found["squared_error"].difference == pytest.approx(0.01 - 0.09)
    assert found["mae"].difference == pytest.approx(-0.2)
    codes = rng.integers(0, 3, 400)
    sure, even = np.eye(3)[codes] * 0.7 + 0.1, np.full((400, 3), 1 / 3)
    found = differences(codes, sure, even, block, task="multiclass")
    assert found.keys() == {"log_loss", "brier_score", "accuracy"}
    assert found["log_loss"].difference == pytest.approx(np.log(1 / 3) - np.log(0.8))
    assert found["accuracy"].difference == pytest.approx(1 - (codes == 0).mean())


def test_a_figure_that_rows_do_not_define_is_none() -> None:
    found = figures_of(np.zeros(5, np.int64), np.full((5, 3), 1 / 3), "multiclass")
    assert found["macro_auc"] is None
    assert found["log_loss"] == pytest.approx(np.log(3))
