"""Each promise test is one plain sentence."""

from datetime import date
from typing import Any

import pytest

from courtside.contracts.scoring import Opponent
from courtside.core.performance.metrics import metrics_of
from courtside.core.performance.promise_wording import sentences_of_tests
from courtside.core.recalibration import Calibration, Ranking
from courtside.core.sequential import Outcome

OFF = "the probabilities of version 4 have been off since 2026-11-02"
LOG_LOSS = next(metric for metric in metrics_of("binary") if metric.name == "log_loss")


def said(**changed: Any) -> str:
    whole = {
        "version": "4", "opponent": "promise", "opponent_version": None, "outcome": "worse", "since": date(2026, 11, 2),
        "difference": 0.021, "low": 0.004, "high": 0.038, "margin": 0.006, "days": 35, "calibration": None,
        "ranking": None,
    }  # fmt: skip
    (sentence,) = sentences_of_tests([whole | changed], LOG_LOSS, model="loans")
    return sentence


def test_a_broken_promise_says_since_when_by_how_much_and_after_how_long() -> None:
    assert said() == (
        "version 4 has been worse than it promised since 2026-11-02: its log loss is 0.021 higher (0.004 to 0.038) "
        "over 35 days"
    )


@pytest.mark.parametrize(
    ("changed", "begin", "figures"),
    [
        (
            {"outcome": "equivalent", "difference": -0.12, "low": -0.14, "high": -0.1},
            "version 4 is not worse than it promised, within a margin of 0.006",
            "0.120 lower (0.100 to 0.140) over 35 days",
        ),
        (
            {"outcome": "not_known", "difference": 0.004, "low": -0.01, "high": 0.018},
            "it is not known yet whether version 4 is worse than it promised",
            "0.004 higher (0.010 lower to 0.018 higher) over 35 days",
        ),
        (
            {"outcome": "not_known", "low": None, "high": None, "days": 2},
            "it is not known yet whether version 4 is worse than it promised",
            "0.021 higher over 2 days, which is too little to tell",
        ),
    ],
)
def test_the_other_outcomes_are_said_as_plainly(changed: dict[str, Any], begin: str, figures: str) -> None:
    assert said(**changed) == f"{begin}: its log loss is {figures}"


@pytest.mark.parametrize(
    ("changed", "end"),
    [
        (
            {"difference": 0.00042, "low": 0.00011, "high": 0.00073, "margin": 0.0001},
            "its log loss is 0.0004 higher (0.0001 to 0.0007) over 35 days",
        ),
        (
            {"outcome": "equivalent", "difference": -0.000042, "low": -0.00009, "high": 0.000003, "margin": 0.00004},
            "within a margin of 0.00004: its log loss is 0.00004 lower (0.00009 lower to 0.00000 higher) over 35 days",
        ),
        ({"margin": 1e-8}, "its log loss is 0.021 higher (0.004 to 0.038) over 35 days"),
        ({"margin": 0.0}, "its log loss is 0.021 higher (0.004 to 0.038) over 35 days"),
        (
            {"outcome": "equivalent", "difference": 0.0, "low": 0.0, "high": 0.0},
            "within a margin of 0.006: its log loss is the same over 35 days",
        ),
    ],
)
def test_small_losses_of_a_rare_class_are_not_rounded_away_and_equal_ones_are_the_same(
    changed: dict[str, Any], end: str
) -> None:
    assert said(**changed).endswith(end)


def test_too_few_days_are_told_of_a_recalibration_too() -> None:
    sentence = said(opponent="recalibrated", calibration="not_known", ranking="not_known", low=None, high=None, days=1)
    assert sentence.endswith("would have been 0.021 lower over 1 day, which is too little to tell")
    sentence = said(opponent="recalibrated", calibration="broken", ranking="held", low=None, high=None, days=9)
    assert sentence.endswith("would have been 0.021 lower over 9 days")


@pytest.mark.parametrize(
    ("opponent", "named"),
    [
        ("best_promise", "the best promise so far (that of version 3)"),
        ("baseline", "a constant prediction"),
        ("previous", "version 3 (previous)"),
        ("challenger", "version 3 (challenger)"),
        ("shadow", "version 3 (shadow)"),
    ],
)
def test_each_opponent_is_named(opponent: str, named: str) -> None:
    assert said(opponent=opponent, opponent_version="3").startswith(f"version 4 has been worse than {named} since ")


@pytest.mark.parametrize(
    ("calibration", "ranking", "begin"),
    [
        ("held", "not_known", "the probabilities of version 4 have held"),
        ("not_known", "held", "it is not known yet whether the probabilities of version 4 have held"),
        (
            "broken",
            "held",
            f"{OFF}, but its ranking has held, so recalibrate it with `courtside retrain --recalibrate --model loans`",
        ),
        ("broken", "broke", f"{OFF}, and its ranking broke too, so train again with `courtside retrain --model loans`"),
        ("broken", "not_known", f"{OFF}, and it is not known yet whether its ranking has held"),
    ],
)
def test_what_became_of_the_probabilities_says_which_cure_is_enough(calibration: str, ranking: str, begin: str) -> None:
    sentence = said(opponent="recalibrated", calibration=calibration, ranking=ranking)
    would = "recalibrated day by day, its log loss would have been 0.021 lower (0.004 to 0.038) over 35 days"
    assert sentence == f"{begin}: {would}"


def test_every_outcome_and_opponent_has_words() -> None:
    for opponent in set(Opponent) - {Opponent.RECALIBRATED}:
        for outcome in Outcome:
            assert "version 4" in said(opponent=opponent.value, opponent_version="3", outcome=outcome.value)
    for calibration in Calibration:
        for ranking in Ranking:
            assert "version 4" in said(opponent="recalibrated", calibration=calibration.value, ranking=ranking.value)
