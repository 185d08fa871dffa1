"""What is wrong with a champion's performance, in words for people."""

from courtside.contracts.records.situations import Situation
from courtside.contracts.scoring import Opponent, PromiseTest
from courtside.core.decision import evidence


def matter(test: PromiseTest, situation: Situation) -> str:
    """Say what a promise test found out."""
    since = evidence.since(test, situation)
    if test.opponent is Opponent.RECALIBRATED:
        return f"the probabilities of version {test.version} have been off since {since}"
    return f"version {test.version} has been worse than {_bar(test)} since {since}"


def _bar(test: PromiseTest) -> str:
    match test.opponent:
        case Opponent.PROMISE:
            return "it promised"
        case Opponent.BASELINE:
            return "a constant prediction"
        case Opponent.PREVIOUS:
            return f"version {test.opponent_version}, the one before it,"
        case _:
            own = test.opponent_version in {None, test.version}
            return f"the best promise so far{'' if own else f', that of version {test.opponent_version}'}"
