"""The drawing of two columns contains every row once and stays close to the exact histogram for any shape."""

from typing import Any

import numpy as np
import pytest

from courtside.core.report_page.distribution import Histogram, Levels, beyond, distributions
from tests.unit.core.drift.shapes import SHAPES, categorical, numeric


@pytest.mark.parametrize("shape", SHAPES)
def test_every_row_is_drawn_once(shape: str) -> None:
    drawn = distributions(*numeric(*SHAPES[shape](np.random.default_rng(0), 3000, 1000)))
    assert drawn is not None
    for side in (drawn.reference, drawn.current):
        assert side.sum() == pytest.approx(1)
        assert side.min() >= 0
    if isinstance(drawn, Histogram):
        assert drawn.edges.size <= 102
        assert np.allclose(np.diff(drawn.edges), drawn.edges[1] - drawn.edges[0])


def test_bins_are_close_to_the_exact_histogram() -> None:
    rng = np.random.default_rng(1)
    before, after = rng.normal(104, 6, 20_000), rng.normal(111, 6, 5_000)
    drawn = distributions(*numeric(before, after))
    assert isinstance(drawn, Histogram)
    assert 20 <= drawn.edges.size <= 50
    for values, shares in ((before, drawn.reference), (after, drawn.current)):
        inside = np.clip(values, drawn.edges[0], drawn.edges[-1])
        exact = np.histogram(inside, drawn.edges)[0] / values.size
        assert np.abs(exact - shares).max() < 0.004


def test_rounded_numbers_are_drawn_without_gaps() -> None:
    """Means of ten games are multiples of a tenth, and bins of uneven width would draw them like a comb."""
    values = np.random.default_rng(2).integers(900, 1100, 50_000) / 10
    drawn = distributions(*numeric(values, values))
    assert isinstance(drawn, Histogram)
    inner = drawn.reference[1:-1]
    assert inner.max() / inner.min() < 1.15


def test_an_outlier_does_not_flatten_the_picture() -> None:
    values = np.r_[np.random.default_rng(3).normal(size=5000), 1e9]
    drawn = distributions(*numeric(values, values))
    assert isinstance(drawn, Histogram)
    assert drawn.edges[-1] < 20
    assert drawn.reference.sum() == pytest.approx(1)


def test_a_few_distinct_numbers_are_drawn_one_by_one() -> None:
    drawn = distributions(*numeric([0, 1, 1, 2] * 100, [2] * 98 + [7] * 2))
    assert isinstance(drawn, Levels)
    assert (drawn.ordered, drawn.labels) == (True, ("0", "1", "2", "other"))
    assert drawn.reference.tolist() == [0.25, 0.5, 0.25, 0]
    assert drawn.current == pytest.approx([0, 0, 0.98, 0.02])


def test_a_constant_that_moved_is_drawn_in_two_places() -> None:
    drawn = distributions(*numeric([5.0] * 400, [4.9] * 400))
    assert isinstance(drawn, Histogram)
    assert int(drawn.reference.argmax()) != int(drawn.current.argmax())


def test_of_many_levels_only_the_largest_are_drawn() -> None:
    names = [f"team {number}" for number in range(40)]
    before = np.repeat(names, np.arange(1, 41))
    after = np.repeat([*names[1:], "new"], 20)
    drawn = distributions(*categorical(before, after))
    assert isinstance(drawn, Levels)
    assert (len(drawn.labels), drawn.left_out) == (13, 28)
    assert drawn.labels[-1] == "any other value"
    assert drawn.current[-1] == pytest.approx(1 / 40)


@pytest.mark.parametrize(("current", "share"), [([1.0, 2.0], 0.0), ([0.5, 2.0], 0.5), ([4.0, 9.0], 1.0), ([], 0.0)])
def test_the_share_of_values_outside_the_reference_is_computed(current: list[Any], share: float) -> None:
    assert beyond(*numeric([1.0, 2.0, 3.0], np.array(current, float))) == share


def test_an_infinite_range_is_not_drawn() -> None:
    largest = np.linspace(-1, 1, 3000) * 1.7e308
    assert distributions(*numeric(largest, largest)) is None
