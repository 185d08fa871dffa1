import pytest

from courtside.core.sequential import Interval, Outcome, outcome


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.004, 0.038, Outcome.WORSE),
        (-0.004, 0.038, Outcome.NOT_KNOWN),
        (0.0, 0.038, Outcome.NOT_KNOWN),
        (-0.002, 0.009, Outcome.EQUIVALENT),
        (0.001, 0.009, Outcome.EQUIVALENT),
        (-0.03, -0.01, Outcome.EQUIVALENT),
        (-0.002, 0.01, Outcome.NOT_KNOWN),
        (0.01, 0.01, Outcome.WORSE),
    ],
)
def test_three_outcomes(low: float, high: float, expected: Outcome) -> None:
    assert outcome(Interval((low + high) / 2, low, high), margin=0.01) == expected


def test_without_ends_nothing_is_known() -> None:
    assert outcome(Interval(0.5), margin=0.01) == Outcome.NOT_KNOWN
    assert outcome(Interval(None), margin=0.01) == Outcome.NOT_KNOWN


def test_without_a_margin_the_same_figure_is_not_equivalent() -> None:
    assert outcome(Interval(0.0, -0.01, 0.01), margin=0.0) == Outcome.NOT_KNOWN
