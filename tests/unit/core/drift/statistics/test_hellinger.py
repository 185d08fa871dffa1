"""The Hellinger distance follows its definition on the shares of levels and deciles."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.core.drift.errors import EmptyWindow
from courtside.core.drift.statistics.hellinger import hellinger
from tests.unit.core.drift.shapes import SHAPES, categorical, numeric

LEVELS = st.lists(st.sampled_from("abcd"), min_size=1, max_size=40)


def test_the_distance_follows_the_definition_in_textbooks() -> None:
    columns = categorical(["a"] * 30 + ["b"] * 70, ["a"] * 80 + ["b"] * 20)
    expected = math.sqrt(1 - (math.sqrt(0.3 * 0.8) + math.sqrt(0.7 * 0.2)))
    assert hellinger(*columns) == pytest.approx(expected, rel=1e-12)


@given(LEVELS, LEVELS)
def test_the_distance_is_symmetric_bounded_and_zero_for_equal_shares(first: list[str], second: list[str]) -> None:
    levels = list("abcd")
    one, other = categorical(levels + first, second)[1], categorical(levels + first, levels + first)[1]
    assert hellinger(one, other) == pytest.approx(hellinger(other, one), abs=1e-12)
    assert 0 <= hellinger(one, other) <= 1
    assert hellinger(one, one) == 0


def test_the_distance_is_one_for_shares_without_a_common_bin() -> None:
    assert hellinger(*categorical(["a"] * 50, ["new"] * 20)) == 1
    assert hellinger(*numeric(np.arange(400.0), np.arange(400.0) + 1e6)) > 0.8


@pytest.mark.parametrize("shape", sorted(SHAPES.keys() - {"binary"}))
def test_the_distance_follows_from_the_shares_in_the_deciles(shape: str) -> None:
    mine, theirs = numeric(*(side.astype(float) for side in SHAPES[shape](np.random.default_rng(2), 3000, 900)))
    p, q = mine.bin_counts / mine.valid, theirs.bin_counts / theirs.valid
    assert hellinger(mine, theirs) ** 2 == pytest.approx(1 - float(np.sqrt(p * q).sum()), abs=1e-9)


def test_a_column_without_values_is_refused() -> None:
    with pytest.raises(EmptyWindow):
        hellinger(*categorical(["a", "b"], [None]))
