"""An error of the past is what was said less what came true, of the estimate and of the constant alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.core.performance.estimate_errors import CameTrue, past_errors

FIGURES = st.one_of(st.none(), st.floats(0, 1))
TRIPLES = st.lists(st.tuples(FIGURES, FIGURES, FIGURES), max_size=12)


def came_true(value: float | None, constant: float | None, realised: float | None) -> CameTrue:
    return CameTrue({"auc": {"value": value, "constant": constant}}, {"auc": realised})


def test_both_are_judged_on_the_same_windows() -> None:
    windows = [came_true(0.7, 0.8, 0.75), came_true(0.8, 0.8, 0.7), came_true(None, 0.8, 0.1), CameTrue({}, {})]
    (found,) = past_errors(windows)
    assert (found.metric, found.windows) == ("auc", 2)
    assert found.estimate.error == pytest.approx((0.05 + 0.1) / 2)
    assert found.estimate.bias == pytest.approx((-0.05 + 0.1) / 2)
    assert found.constant.error == pytest.approx((0.05 + 0.1) / 2)
    assert not found.worse_than_constant


@given(TRIPLES, st.randoms())
def test_no_bias_is_larger_than_the_error_and_no_order_matters(
    triples: list[tuple[float | None, float | None, float | None]], draw: "object"
) -> None:
    found = list(past_errors(came_true(*each) for each in triples))
    whole = [each for each in triples if None not in each]
    assert [each.windows for each in found] == ([len(whole)] if whole else [])
    draw.shuffle(triples)  # type: ignore[attr-defined]
    other = list(past_errors(came_true(*each) for each in triples))
    for one, two in zip(found, other, strict=True):
        for mine, theirs in ((one.estimate, two.estimate), (one.constant, two.constant)):
            assert abs(mine.bias) <= mine.error + 1e-12
            assert (mine.error, mine.bias) == pytest.approx((theirs.error, theirs.bias))


@given(TRIPLES)
def test_an_estimate_that_always_says_the_constant_is_never_worse(
    triples: list[tuple[float | None, float | None, float | None]],
) -> None:
    for found in past_errors(came_true(constant, constant, realised) for _, constant, realised in triples):
        assert found.estimate == found.constant
        assert not found.worse_than_constant
