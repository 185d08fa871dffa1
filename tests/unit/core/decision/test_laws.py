"""What holds for every decision, whatever is known of a model and whatever people allow."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from courtside.contracts.records import PerformanceFacts, Situation
from courtside.core.decision import Action, DecisionPolicy, decide
from courtside.core.decision.changes import WOULD_HAVE, changes
from courtside.core.decision.rules import RULES
from courtside.datasets.catalog import policy_of
from courtside.datasets.rhythm_keys import Retrain
from tests.unit.core.decision.situations import POLICIES, SITUATIONS

STARTS_A_TRAINING = {Action.RETRAIN, Action.RECALIBRATE}


@given(SITUATIONS, POLICIES)
def test_every_situation_has_one_decision_with_a_rule_and_a_reason(
    situation: Situation, policy: DecisionPolicy
) -> None:
    decision = decide(situation, policy)
    assert decision == decide(situation, policy)
    assert decision.rule in {rule.name for rule in RULES} | {situation.drift.unchecked}
    assert decision.reason
    assert (decision.action is Action.RETRAIN) == (decision.history is not None)
    assert (decision.action in STARTS_A_TRAINING) == (decision.trigger is not None)
    if decision.action is Action.ROLL_BACK:
        assert decision.version == situation.history.previous_version


@given(SITUATIONS, POLICIES)
def test_a_situation_that_was_logged_is_decided_again_in_the_same_way(
    situation: Situation, policy: DecisionPolicy
) -> None:
    again = Situation.model_validate_json(situation.model_dump_json())
    assert decide(again, policy_of(Retrain.model_validate(policy.as_dict()))) == decide(situation, policy)


STRICTER = st.fixed_dictionaries(
    {
        "share": st.floats(0, 0.5),
        "importance": st.floats(0, 0.5),
        "persistence": st.integers(0, 3),
        "fewest_rows": st.integers(0, 1_000),
        "cooldown": st.integers(0, 60).map(lambda days: timedelta(days=days)),
    }
)


@given(
    SITUATIONS,
    POLICIES,
    STRICTER,
    st.integers(0, 5),
    st.sets(st.sampled_from(["on_drift", "on_performance", "off_season"])),
)
def test_a_stricter_policy_never_starts_a_training_that_the_other_does_not(
    situation: Situation, policy: DecisionPolicy, more: dict[str, Any], fewer: int, off: set[str]
) -> None:
    limits: dict[str, Any] = {name: getattr(policy, name) + by for name, by in more.items()}
    limits |= {"most_a_month": max(0, policy.most_a_month - fewer)} | dict.fromkeys(off, False)
    stricter = replace(policy, **limits)
    if decide(situation, stricter).action in STARTS_A_TRAINING:
        assert decide(situation, policy).action in STARTS_A_TRAINING


@given(SITUATIONS, POLICIES)
def test_what_would_have_changed_a_decision_is_true_when_it_is_decided_again(
    situation: Situation, policy: DecisionPolicy
) -> None:
    """A sentence names a limit as a contract writes it: whoever writes it there gets what the sentence promises."""
    decision = decide(situation, policy)
    for change in changes(situation, policy, decision.action):
        assert change.said in decision.would_change
        limit = re.match(r"with `retrain\.(\w+: [^`]+)` it would have (.+)", change.said)
        if limit is None:
            again = decide(change.situation, policy)
        else:
            keys = policy.as_dict() | yaml.safe_load(limit[1])
            again = decide(situation, policy_of(Retrain.model_validate(keys)))
        assert change.said.endswith(f"it would have {WOULD_HAVE[again.action]}")
        assert again.action is not decision.action


@given(SITUATIONS, POLICIES)
def test_an_estimate_decides_nothing(situation: Situation, policy: DecisionPolicy) -> None:
    without = situation.model_copy(update={"performance": PerformanceFacts(tests=situation.performance.tests)})
    assert decide(situation, policy).action is decide(without, policy).action


@given(SITUATIONS, POLICIES)
def test_nothing_is_trained_on_what_has_to_be_mended(situation: Situation, policy: DecisionPolicy) -> None:
    if situation.drift.files_quarantined or situation.drift.features_broken:
        assert decide(situation, policy).action is Action.ALERT


@given(SITUATIONS, POLICIES)
def test_a_window_that_a_person_named_starts_nothing_by_performance_or_schedule(
    situation: Situation, policy: DecisionPolicy
) -> None:
    decision = decide(situation.model_copy(update={"named": True}), policy)
    assert decision.trigger in {None, "drift"}
    assert decision.action is not Action.ROLL_BACK


def test_the_order_of_the_rules_is_unambiguous() -> None:
    assert len({rule.order for rule in RULES}) == len({rule.name for rule in RULES}) == len(RULES)
