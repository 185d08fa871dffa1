"""Each promise test is one plain sentence."""

from datetime import date
from typing import Any

import pytest

from courtside.contracts.scoring import Opponent
from courtside.core.performance.metrics import metrics_of
from courtside.core.performance.promise_wording import sentences_of_tests
from courtside.core.sequential import Outcome

LOG_LOSS = next(metric for metric in metrics_of("binary") if metric.name == "log_loss")


def said(**changed: Any) -> str:
    whole = {
        "version": "4", "opponent": "promise", "opponent_version": None, "outcome": "worse", "since": date(2026, 11, 2),
        "difference": 0.021, "low": 0.004, "high": 0.038, "margin": 0.006, "days": 35,
    }  # fmt: skip
    (sentence,) = sentences_of_tests([whole | changed], LOG_LOSS)
    return sentence


def test_a_broken_promise_says_since_when_by_how_much_and_after_how_long() -> None:
    assert said() == (
        "version 4 has been worse than it promised since 2026-11-02: its log loss is 0.021 higher (0.004 to 0.038), "
        "after 35 days"
    )


@pytest.mark.parametrize(
    ("changed", "begin", "figures"),
    [
        (
            {"outcome": "equivalent", "difference": -0.12, "low": -0.14, "high": -0.1},
            "version 4 is not worse than it promised, but for a margin of 0.006",
            "0.120 lower (0.100 to 0.140), after 35 days",
        ),
        (
            {"outcome": "not_known", "difference": 0.004, "low": -0.01, "high": 0.018},
            "it is not known yet whether version 4 is worse than it promised",
            "0.004 higher (0.010 lower to 0.018 higher), after 35 days",
        ),
        (
            {"outcome": "not_known", "low": None, "high": None, "days": 1},
            "it is not known yet whether version 4 is worse than it promised",
            "0.021 higher, after 1 day",
        ),
    ],
)
def test_the_other_outcomes_are_said_as_plainly(changed: dict[str, Any], begin: str, figures: str) -> None:
    assert said(**changed) == f"{begin}: its log loss is {figures}"


@pytest.mark.parametrize(
    ("opponent", "named"),
    [
        ("best_promise", "the best promise so far, which version 3 made"),
        ("baseline", "a constant prediction"),
        ("previous", "version 3 (previous)"),
        ("challenger", "version 3 (challenger)"),
        ("shadow", "version 3 (shadow)"),
    ],
)
def test_each_opponent_is_named(opponent: str, named: str) -> None:
    assert said(opponent=opponent, opponent_version="3").startswith(f"version 4 has been worse than {named} since ")


def test_every_outcome_and_opponent_has_words() -> None:
    for opponent in Opponent:
        for outcome in Outcome:
            assert "version 4" in said(opponent=opponent.value, opponent_version="3", outcome=outcome.value)
