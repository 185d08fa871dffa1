"""What `benchmarks/evidence.py` says of several streams."""

from typing import Any

import pytest

from benchmarks.replaying.summary import summary


def figures(log_loss: float, **others: Any) -> dict[str, Any]:
    usual = {
        "policy": "both",
        "accuracy": 0.7,
        "trainings": 3,
        "promotions": 2,
        "recalibrations": 0,
        "delays": [],
        "false_retrains": 0,
        "quiet_days": 365.25,
        "alerted": {"false_alerts": 0},
        "seconds": 1.0,
        "versus_first": None,
    }
    return {**usual, "log_loss": log_loss, **others}


def test_differences_are_paired_by_stream() -> None:
    never = [figures(0.60), figures(0.70), figures(0.50)]
    mine = [figures(0.59), figures(0.68), figures(0.50)]
    said = summary(mine, never)
    # By hand: the mean of -0.01, -0.02 and 0 with the 4.303 of Student's t for two degrees of freedom.
    half = 4.30265 * 0.01 / 3**0.5
    assert said["versus_first"] == pytest.approx(
        {"difference": -0.01, "low": -0.01 - half, "high": -0.01 + half}, abs=1e-5
    )
    assert summary(never, never)["versus_first"] is None


def test_a_stream_that_stands_alone_has_the_interval_of_its_replay() -> None:
    own = {"difference": -0.02, "low": -0.03, "high": -0.01}
    assert summary([figures(0.5, versus_first=own)], [figures(0.52)])["versus_first"] == own


def test_delays_are_of_answered_changes_and_false_retrains_of_a_quiet_year() -> None:
    mine = [
        figures(0.5, delays=[10, None], false_retrains=1),
        figures(0.5, delays=[30, 20], false_retrains=2, quiet_days=2 * 365.25),
    ]
    said = summary(mine, mine)
    assert (said["changes"], said["answered"], said["delay"]) == (4, 3, 20.0)
    assert (said["false_retrains"], said["false_retrains_a_year"]) == (3, 1.0)


def test_where_nothing_was_answered_there_is_no_delay() -> None:
    mine = [figures(0.5, delays=[None]), figures(0.5, delays=[None])]
    assert summary(mine, mine)["delay"] is None
