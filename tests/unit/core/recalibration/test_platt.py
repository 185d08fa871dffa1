"""The map: what it mends, that it is learned in one pass and the same however the rows come, and that it forgets."""

import json
from dataclasses import asdict
from datetime import date, timedelta

import numpy as np
import pytest

from courtside.core.evaluation import log_loss, score
from courtside.core.recalibration import Course, MapEvidence, PlattMap, Recalibration, fitted_map
from tests.unit.core.recalibration.seasons import World, said_and_true

LABELS, PROBABILITY = said_and_true(np.random.default_rng(1), World(scale=2.0, shift=0.4), 20_000, broken=True)


def test_the_map_undoes_what_broke() -> None:
    found = fitted_map(LABELS, PROBABILITY)
    assert found.slope == pytest.approx(0.5, abs=0.05)
    assert found.intercept == pytest.approx(-0.2, abs=0.05)
    assert score(log_loss, LABELS, found.of(PROBABILITY)) < score(log_loss, LABELS, PROBABILITY) - 0.04


def test_without_rows_the_map_is_the_identity_and_few_rows_hardly_move_it() -> None:
    assert MapEvidence().map() == PlattMap()
    few = fitted_map(np.array([0, 0, 0], dtype=np.int8), np.array([0.9, 0.8, 0.99]))
    assert few.slope == pytest.approx(1, abs=0.2)


def test_days_one_after_the_other_say_nearly_what_all_rows_say_at_once() -> None:
    evidence = MapEvidence()
    for labels, probability in zip(np.split(LABELS, 200), np.split(PROBABILITY, 200), strict=True):
        evidence = evidence.with_rows(labels, probability)
    together = fitted_map(LABELS, PROBABILITY)
    assert evidence.map().slope == pytest.approx(together.slope, abs=0.02)
    assert evidence.map().intercept == pytest.approx(together.intercept, abs=0.02)


def test_what_faded_counts_no_more() -> None:
    assert MapEvidence().with_rows(LABELS, PROBABILITY).faded(0.0) == MapEvidence()


@pytest.mark.parametrize("label", [0, 1])
@pytest.mark.parametrize("said", [0.0, 1.0, 0.5])
def test_rows_of_one_class_and_probabilities_of_0_and_1_are_taken(label: int, said: float) -> None:
    found = fitted_map(np.full(500, label, dtype=np.int8), np.full(500, said))
    assert np.isfinite([found.slope, found.intercept]).all()
    assert ((found.of(np.array([0.0, 0.3, 1.0])) > 0) & (found.of(np.array([0.0, 0.3, 1.0])) < 1)).all()


def test_the_state_is_a_few_numbers_that_json_holds_and_gives_back() -> None:
    state, course = Recalibration(), Course()
    for number in range(20):
        rows = slice(100 * number, 100 * number + 100)
        day, state = state.after(date(2026, 1, 1) + timedelta(number), LABELS[rows], PROBABILITY[rows])
        course = course.extended([day])
    assert Course.of_plain(json.loads(json.dumps(course.to_plain()))) == course
    assert Recalibration.of_plain(json.loads(json.dumps(state.to_plain()))) == state
    assert len(json.dumps(asdict(state))) < 500
