"""People are told of a champion that is worse than it should be where nothing else can be done by itself."""

from courtside.contracts.scoring import PromiseTest
from courtside.core.decision import evidence
from courtside.core.decision.brakes import braked
from courtside.core.decision.decision import ACTS, Action, Decision
from courtside.core.decision.performance_matter import matter
from courtside.core.decision.rule import Case, Rule
from courtside.core.decision.wording import NO_RETRAINING


def _applies(case: Case) -> Decision | None:
    situation = case.situation
    test = evidence.below(situation) or evidence.miscalibrated(situation)
    if test is None:
        return None
    if case.otherwise(performance=situation.performance.model_copy(update={"tests": ()})).action in ACTS:
        return None
    why, numbers = _why(test, case)
    reason = f"{matter(test, situation)}, but {why}{NO_RETRAINING}"
    return Decision(Action.ALERT, RULE.name, reason, numbers=evidence.compared(test) | numbers)


def _why(test: PromiseTest, case: Case) -> tuple[str, dict[str, float]]:
    situation, policy, recalibrated = case.situation, case.policy, test.calibration is not None
    if not recalibrated and not policy.on_performance:
        return "the contract says `retrain: {on_performance: false}`, so it is for a person to start one", {}
    if recalibrated and not policy.recalibrate:
        return "the contract says `retrain: {recalibrate: false}`, so it is for a person to recalibrate it", {}
    if recalibrated and not situation.dated:
        return "rows have no times, so that nothing can be recalibrated on the newest ones", {}
    if evidence.waits(test, situation, recalibrated=recalibrated):
        last = evidence.last_try(test, situation, recalibrated=recalibrated)
        return f"what was tried on {last} did not mend it; a person must look", {}
    brake = braked(situation, policy)
    return (brake.why, brake.numbers) if brake else ("nothing can be done by itself", {})


RULE = Rule("performance_left_to_people", order=410, applies=_applies)
