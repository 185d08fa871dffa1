"""What the promise tests proved, and what was done about it already."""

from datetime import date

from courtside.contracts.days import shifted
from courtside.contracts.events import Trigger
from courtside.contracts.records.situations import HistoryFacts, PastTraining, Situation
from courtside.contracts.scoring import Opponent, PromiseTest
from courtside.core.decision_policy import MONTH

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
    """Return the test by which the champion is worse than it should be, the one that has known so for longest.

    What this champion did itself goes before what was known of one before it.
    """
    worse = [test for test in tests(situation) if test.opponent in BARS and test.outcome == WORSE]
    return min(worse, key=lambda test: (predates(test, situation), since(test, situation)), default=None)


def beaten_by_previous(situation: Situation) -> PromiseTest | None:
    """Return the test by which the champion is worse than the previous version on the same rows."""
    previous = situation.history.previous_version
    for test in tests(situation):
        is_previous = test.opponent == Opponent.PREVIOUS and test.opponent_version == previous
        if previous is not None and is_previous and test.outcome == WORSE:
            return test
    return None


def rolled_back_on(test: PromiseTest, situation: Situation) -> date | None:
    """Return the day, before this one, on which the champion was to go back to the opponent by itself; None if none.

    That happens once for each two versions: if the champion is still this one or this one again, it did not work, or
    a person wanted this one back.
    """
    for each in situation.history.roll_backs:
        if (each.version, each.to) == (test.version, test.opponent_version) and each.day < situation.as_of:
            return each.day
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
    """Return the trainings of this kind that performance has started for this version, oldest first."""
    return [
        each
        for each in situation.history.trainings
        if each.trigger == Trigger.PERFORMANCE
        and each.recalibrated == recalibrated
        and _for_champion(each, situation.history)
    ]


def _for_champion(training: PastTraining, history: HistoryFacts) -> bool:
    if training.champion:
        return training.champion == history.champion_version
    return history.champion_since is None or training.as_of > history.champion_since


def predates(test: PromiseTest, situation: Situation) -> bool:
    """Tell whether what a test says was known before this champion came, as the test of the best promise goes on."""
    came = situation.history.champion_since
    return came is not None and since(test, situation) < came


def last_try(test: PromiseTest, situation: Situation, *, recalibrated: bool) -> date | None:
    """Return the day of the last attempt to mend what a test says: such a training, or a champion that came since."""
    days = [each.as_of for each in tried(situation, recalibrated=recalibrated)]
    came = situation.history.champion_since
    return max([*days, *([came] if came and predates(test, situation) else [])], default=None)


def waits(test: PromiseTest, situation: Situation, *, recalibrated: bool) -> bool:
    """Tell whether the last attempt was within a month, so that a repetition is no use yet."""
    last = last_try(test, situation, recalibrated=recalibrated)
    return last is not None and situation.as_of - last < MONTH


def due(test: PromiseTest, situation: Situation, *, recalibrated: bool) -> date:
    """Return the day since which a training is due: that of the test, or a month after the last attempt."""
    last = last_try(test, situation, recalibrated=recalibrated)
    return shifted(last, MONTH) if last else since(test, situation)


def compared(test: PromiseTest) -> dict[str, float]:
    """Return the numbers of a test by name."""
    ends = {"low": test.low, "high": test.high}
    known = {name: value for name, value in ends.items() if value is not None}
    return {"difference": test.difference, **known, "margin": test.margin, "days": test.days, "rows": test.rows}
