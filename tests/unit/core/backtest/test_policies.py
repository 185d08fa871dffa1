"""The policies of a backtest are what their names say, and keep a contract's other keys."""

from datetime import timedelta

import pytest

from courtside.core.backtest.policies import PolicyNotKnown, policy_of
from courtside.core.decision_policy import DecisionPolicy, RollBack

USUAL = DecisionPolicy(share=0.3, every=timedelta(days=90), history="10y")


def test_never_starts_nothing() -> None:
    never = policy_of("never", USUAL).retrain
    assert (never.on_drift, never.on_performance, never.recalibrate, never.every) == (False, False, False, None)
    assert never.roll_back is RollBack.NEVER
    assert (never.share, never.history) == (0.3, "10y")


def test_a_period_is_the_only_reason() -> None:
    every = policy_of("every:30d", USUAL).retrain
    assert every == DecisionPolicy(
        on_drift=False,
        on_performance=False,
        recalibrate=False,
        roll_back=RollBack.NEVER,
        every=timedelta(days=30),
        cooldown=timedelta(0),
        share=0.3,
        history="10y",
    )


@pytest.mark.parametrize(
    ("name", "reasons"), [("drift", (True, False)), ("performance", (False, True)), ("both", (True, True))]
)
def test_reasons_are_switched_on_by_name(name: str, reasons: tuple[bool, bool]) -> None:
    policy = policy_of(name, USUAL)
    assert (policy.retrain.on_drift, policy.retrain.on_performance) == reasons
    assert (policy.watches_drift, policy.watches_performance) == reasons


def test_both_is_the_contracts_own_policy() -> None:
    assert policy_of("both", USUAL).retrain == USUAL


@pytest.mark.parametrize("name", ["", "weekly", "every:", "every:30", "every:1h", "every:0d"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(PolicyNotKnown, match="never, drift, performance, both, every:30d"):
        policy_of(name, USUAL)
