"""How a model is: the first of these rules that says something about what is known of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from courtside.contracts.incidents import IncidentState, Severity
from courtside.contracts.records import IncidentRecord
from courtside.core.dashboard.views import Health
from courtside.core.decision.decision import Action
from courtside.core.sentences import enumerated

LATE = timedelta(days=1)
"""A check that is due for longer was not looked at by any round, though rounds come every few minutes or hours."""
_ANSWERED = {IncidentState.SNOOZED, IncidentState.ACCEPTED, IncidentState.RESOLVED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a model at a moment.

    `problem` says why the stage's documents about it cannot be read, and is empty if they can. `training` is the one
    that runs, `approval` one that waits for a person. `last_round_at` is as of when its newest round looked, `ran_at`
    when it did. `failing` are the steps of its rounds that fail `since` a moment.
    `incidents` are its open ones, the newest first. `last` says in a few words what its newest round decided.
    """

    model: str
    at: datetime
    problem: str = ""
    paused: bool = False
    has_champion: bool = True
    training: str = ""
    approval: str = ""
    failing: tuple[str, ...] = ()
    failing_since: datetime | None = None
    last: str = ""
    last_round_at: datetime | None = None
    ran_at: datetime | None = None
    next_due: datetime | None = None
    incidents: tuple[IncidentRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """How a model is, and why, in a sentence without a full stop."""

    health: Health
    why: str


def health_of(known: Known) -> Judged:
    """Judge a model by the first rule that says something; the last one always does."""
    return next(judged for rule in _RULES if (judged := rule(known)) is not None)


def _unreadable(known: Known) -> Judged | None:
    return Judged(Health.UNREADABLE, known.problem) if known.problem else None


def _paused(known: Known) -> Judged | None:
    if not known.paused:
        return None
    more = f"; {_count(len(known.incidents))} open" if known.incidents else ""
    return Judged(Health.PAUSED, f"rounds pass over it until `courtside models resume {known.model}`{more}")


def _critical(known: Known) -> Judged | None:
    return _incident(known, Severity.CRITICAL, Health.CRITICAL)


def _failing(known: Known) -> Judged | None:
    if not known.failing:
        return None
    since = f" since {known.failing_since:%Y-%m-%d %H:%M} UTC" if known.failing_since else ""
    return Judged(Health.CRITICAL, f"its rounds fail in {enumerated(known.failing)}{since}")


def _late(known: Known) -> Judged | None:
    due = known.next_due
    # A round that a person asked for as of a past day leaves a check that is due long ago.
    if due is None or known.at - max(due, known.ran_at or due) <= LATE:
        return None
    return Judged(Health.WARNING, f"no round has looked at it, though a check is due since {due:%Y-%m-%d %H:%M} UTC")


def _warning(known: Known) -> Judged | None:
    return _incident(known, Severity.WARNING, Health.WARNING)


def _waits(known: Known) -> Judged | None:
    return Judged(Health.WAITS, f"training {known.approval} waits for your approval") if known.approval else None


def _new(known: Known) -> Judged | None:
    if known.has_champion:
        return None
    if known.training:
        return Judged(Health.NEW, f"it has no champion yet; training {known.training} runs")
    first = f"`courtside retrain --model {known.model} --trigger initial --wait`"
    return Judged(Health.NEW, f"it has no champion yet; train one with {first}")


def _good(known: Known) -> Judged:
    if known.last_round_at is None:
        return Judged(Health.GOOD, "no round has looked at it yet")
    said = "" if known.last in {"", Action.NOTHING} else f" (its outcome: {known.last.replace('_', ' ')})"
    return Judged(Health.GOOD, f"the newest round found nothing that needs you{said}")


def _incident(known: Known, severity: Severity, health: Health) -> Judged | None:
    """Judge by the newest open incident of a severity that nobody has snoozed or accepted."""
    bad = [each for each in known.incidents if each.state not in _ANSWERED and each.severity is severity]
    if not bad:
        return None
    newest, others = bad[0], len(bad) - 1
    more = f", and {_count(others)} open besides" if others else ""
    person = f" ({newest.by} looks after it)" if newest.state is IncidentState.ACKNOWLEDGED and newest.by else ""
    return Judged(health, f"{newest.headline}{person}{more}")


def _count(incidents: int) -> str:
    return "1 incident is" if incidents == 1 else f"{incidents} incidents are"


_RULES: Sequence[Callable[[Known], Judged | None]] = (
    _unreadable, _paused, _critical, _failing, _late, _warning, _waits, _new, _good,
)  # fmt: skip
