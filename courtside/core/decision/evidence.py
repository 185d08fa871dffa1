"""What the promise tests proved, and what was done about it already."""

from datetime import date

from courtside.contracts.events import Trigger
from courtside.contracts.records.situations import PastTraining, Situation
from courtside.contracts.scoring import Opponent, PromiseTest
from courtside.core.decision.policy import MONTH

WORSE, BROKEN, HELD = "worse", "broken", "held"
"""Words of a `PromiseTest`; the enums that they come from would load NumPy with every contract."""
BARS = (Opponent.PROMISE, Opponent.BEST_PROMISE, Opponent.BASELINE)
"""What a champion must not be worse than: what was promised of it or of one before it, and a constant."""


def tests(situation: Situation) -> list[PromiseTest]:
    """Return the tests of this champion that a decision may rest on.

    A window that a person named may lie long ago, while the tests are of today.
    """
    version = situation.history.champion_version
    return [] if situation.named else [test for test in situation.performance.tests if test.version == version]


def below(situation: Situation) -> PromiseTest | None:
    """Return the test by which the champion is worse than it should be, the one that has known so for longest."""
    worse = [test for test in tests(situation) if test.opponent in BARS and test.outcome == WORSE]
    return min(worse, key=lambda test: since(test, situation), default=None)


def beaten_by_previous(situation: Situation) -> PromiseTest | None:
    """Return the test by which the champion is worse than the previous version on the same rows."""
    previous = situation.history.previous_version
    for test in tests(situation):
        is_previous = test.opponent == Opponent.PREVIOUS and test.opponent_version == previous
        if previous is not None and is_previous and test.outcome == WORSE:
            return test
    return None


def miscalibrated(situation: Situation) -> PromiseTest | None:
    """Return the test by which the champion's probabilities broke while its ranking held."""
    for test in tests(situation):
        if test.calibration == BROKEN and test.ranking == HELD:
            return test
    return None


def since(test: PromiseTest, situation: Situation) -> date:
    """Return the day since which a test has known what it says."""
    return test.since or situation.as_of


def tried(situation: Situation, *, recalibrated: bool) -> list[PastTraining]:
    """Return the trainings of this kind that performance has started for this champion, oldest first."""
    history = situation.history
    return [
        each
        for each in history.trainings
        if each.trigger == Trigger.PERFORMANCE
        and each.recalibrated == recalibrated
        and (history.champion_since is None or each.as_of > history.champion_since)
    ]


def waits(situation: Situation, *, recalibrated: bool) -> bool:
    """Tell whether such a training was started lately and the champion stayed, so that a repetition is no use yet."""
    before = tried(situation, recalibrated=recalibrated)
    return bool(before) and situation.as_of - before[-1].as_of < MONTH


def due(test: PromiseTest, situation: Situation, *, recalibrated: bool) -> date:
    """Return the day since which a training is due: that of the test, or a month after the one that was tried."""
    before = tried(situation, recalibrated=recalibrated)
    return before[-1].as_of + MONTH if before else since(test, situation)


def compared(test: PromiseTest) -> dict[str, float]:
    """Return the numbers of a test by name."""
    ends = {"low": test.low, "high": test.high}
    known = {name: value for name, value in ends.items() if value is not None}
    return {"difference": test.difference, **known, "margin": test.margin, "days": test.days, "rows": test.rows}
