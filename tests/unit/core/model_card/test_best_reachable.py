"""What a model could reach at best is the mean of its larger probabilities, and chance spreads years as it says."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.core.model_card import curves, render_markdown, render_page
from courtside.core.model_card.best_reachable import BestReachable, best_reachable, best_reachable_of, rows_a_year
from tests.fakes.model_cards import card, predictions


@given(st.integers(0, 10_000), st.integers(30, 400))
def test_the_tenths_of_a_card_give_the_exact_mean_of_the_larger_probability(seed: int, rows: int) -> None:
    labels, probability = predictions(seed=seed, rows=rows)
    labels[:2] = 0, 1
    bins = [(each.probability, each.rows) for each in curves(labels, probability).reliability]
    found = best_reachable(bins, rows_a_year=rows)
    assert found is not None
    assert found.accuracy == pytest.approx(np.maximum(probability, 1 - probability).mean(), abs=1e-5)


def test_a_year_of_a_model_whose_probabilities_are_right_lies_between_the_ends() -> None:
    rng = np.random.default_rng(1)
    probability = rng.beta(3, 2, (2_000, 1_230))
    right = (rng.random(probability.shape) < probability) == (probability > 0.5)
    found = best_reachable([(float(np.maximum(probability, 1 - probability).mean()), 1)], rows_a_year=1_230)
    assert found is not None
    low, high = found.ends
    accuracy = right.mean(axis=1)
    assert 0.94 < ((accuracy > low) & (accuracy < high)).mean() < 0.97
    assert accuracy.mean() == pytest.approx(found.accuracy, abs=0.001)


def test_probabilities_that_are_sure_are_right_on_all_rows_or_on_half() -> None:
    assert best_reachable([(0.0, 5), (1.0, 5)], rows_a_year=10) == BestReachable(1.0, 10)
    assert best_reachable([(0.5, 5)], rows_a_year=10) == BestReachable(0.5, 10)
    assert BestReachable(1.0, 10).ends == (1.0, 1.0)
    assert best_reachable([], rows_a_year=10) is None
    assert best_reachable([(0.5, 0)], rows_a_year=10) is None


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (None, 2_600),
        ((date(2021, 7, 1), date(2021, 12, 31)), 2_600),  # shorter than a year: as many rows as there are
        ((date(2020, 7, 1), date(2024, 6, 30)), 650),
    ],
)
def test_rows_of_a_year_come_from_the_rows_of_a_period(days: tuple[date, date] | None, expected: int) -> None:
    assert rows_a_year(2_600, days) == expected


def test_both_forms_of_a_card_say_what_is_reachable_and_that_odds_are_not_at_hand() -> None:
    made = card()
    best = best_reachable_of(made)
    assert best is not None
    assert best.rows == round(3_000 / ((made.test_period[1] - made.test_period[0]).days + 1) * 365.25)  # type: ignore[index]
    for said in (render_page(made), render_markdown(made).replace("\\", "")):
        assert "If its own probabilities were exactly right" in said
        assert f"a year of {best.rows:,} rows" in said
        assert "market odds, the usual yardstick, are not at hand" in said
