"""What was found, in words for people."""

from courtside.contracts.records.situations import DriftFacts, Known, PerformanceFacts, Situation
from courtside.contracts.scoring import Opponent
from courtside.contracts.shortening import listed
from courtside.core.pages.wording import number
from courtside.core.performance.metrics import in_sentences
from courtside.core.sentences import plural

NO_RETRAINING = ": no retraining"
WATCHING = ": watching"
LEFT_TO_PEOPLE = ": the contract says `retrain: {on_drift: false}`, so it is for a person to start one"

_PERFORMANCE = "performance"
_PLAIN = (0.001, 1000.0)
"""The sizes of figures of which three decimals tell enough."""


def without_consequence(reason: str) -> str:
    """Return what a reason says was found, without what follows from it."""
    for consequence in (NO_RETRAINING, WATCHING, LEFT_TO_PEOPLE):
        reason = reason.removesuffix(consequence)
    return reason


def without_performance(reason: str) -> str:
    """Return what a reason says besides how the champion does."""
    return reason.partition(f"; {_PERFORMANCE} is ")[0]


def found(situation: Situation) -> str:
    """Say what the drift check found, and since when rows are overdue where it found nothing else."""
    said = _found(situation.drift)
    if situation.overdue_since is None or situation.drift.moved:
        return said
    return f"the newest row is of {situation.overdue_since}; {said}"


def _found(drift: DriftFacts) -> str:
    if drift.unchecked:
        return drift.unchecked_said
    if not drift.sufficient:
        return f"{drift.rows:,} rows are too few to tell"
    return moved(drift) if drift.features_drifted else _without_drifted_features(drift)


def _without_drifted_features(drift: DriftFacts) -> str:
    if drift.segments_drifted:
        return f"no feature drifted in all rows, but {drift.segments_said}"
    if drift.table_drifted:
        return f"no feature drifted by itself, but {drift.table_said}"
    if drift.accepted:
        return f"only what a person accepted as the new normal moved: {listed(drift.accepted)}"
    if drift.usual:
        return f"{_of_all(drift.usual, drift)} moved, but no more than the reference itself shows"
    return f"{_of_all('none', drift)} moved"


def moved(drift: DriftFacts) -> str:
    """Say how many features moved."""
    return f"{_of_all(len(drift.features_drifted), drift)} moved ({drift.share:.0%})"


def _of_all(count: int | str, drift: DriftFacts) -> str:
    return f"{count} of {drift.features_checked} {plural('feature', range(drift.features_checked))}"


def performance(facts: PerformanceFacts) -> str:
    """Say how the champion does, as far as that is known; nothing where nobody looked."""
    if facts.known is Known.UNKNOWN or facts.value is None:
        return f"{_PERFORMANCE} is unknown: {facts.why_unknown}" if facts.why_unknown else ""
    figure = f"{in_sentences(facts.metric)} {_figure(facts.value)}{_interval(facts)}{_window(facts)}"
    promised = "" if facts.promise is None else f", where {_figure(facts.promise)} was promised"
    if facts.known is Known.ESTIMATED:
        return (
            f"{_PERFORMANCE} is only estimated, at {figure}{promised}; an estimate cannot see that the target changed"
        )
    return f"{_PERFORMANCE} is realised: {figure}{promised}{_judged(facts)}"


def _figure(value: float) -> str:
    """Write a figure with three decimals, or with significant digits where the target's unit makes it large or small.

    >>> _figure(0.71), _figure(0.0), _figure(48213.7), _figure(0.00042)
    ('0.710', '0.000', '48,214', '0.00042')
    """
    return f"{value:.3f}" if value == 0 or _PLAIN[0] <= abs(value) < _PLAIN[1] else number(value)


def _judged(facts: PerformanceFacts) -> str:
    """Say what the promise test makes of it."""
    outcomes = {test.outcome for test in facts.tests if test.opponent is Opponent.PROMISE}
    if "worse" in outcomes:
        return ", and it is worse than promised"
    return ", and it is as good as promised" if "equivalent" in outcomes else ""


def _interval(facts: PerformanceFacts) -> str:
    return "" if facts.low is None or facts.high is None else f" ({_figure(facts.low)} to {_figure(facts.high)})"


def _window(facts: PerformanceFacts) -> str:
    return "" if facts.window is None else f" in {facts.window.start} to {facts.window.end}"
