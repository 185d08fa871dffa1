"""What happened to a model before: the trainings that were started, and what was decided about its champion."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta

from courtside.contracts.days import shifted
from courtside.contracts.events import Trigger
from courtside.contracts.records import ChampionReference, DecisionRecord
from courtside.contracts.records.situations import HistoryFacts, PastCheck, PastRollBack, PastTraining
from courtside.workflows.decisions.logged import logged_decisions
from courtside.workflows.ports import Lake

MOST_CHECKS = 60
REMEMBERED = timedelta(days=366)


def history_facts(
    model: str, champion: ChampionReference, as_of: date, *, lake: Lake, without: Callable[[DecisionRecord], bool]
) -> HistoryFacts:
    """Return what was decided up to a day, `without` the records of the check that asks, which may have begun before.

    Only the newest decisions are read: each of them says which trainings had been started by then.
    """
    newest = logged_decisions(model, until=as_of, newest=MOST_CHECKS, lake=lake)
    records = [each for each in newest if not without(each)]
    since = shifted(as_of, -REMEMBERED)
    return HistoryFacts(
        champion_version=champion.version,
        previous_version=champion.previous,
        champion_since=champion.since.date() if champion.since else None,
        trainings=tuple(_trainings(records, since=since)),
        roll_backs=tuple(_roll_backs(records, since=since)),
        checks=tuple(_checks(records, champion.version))[-MOST_CHECKS:],
    )


def _trainings(records: Sequence[DecisionRecord], *, since: date) -> Iterable[PastTraining]:
    known: dict[str, PastTraining] = {}
    for record in records:
        past = record.situation.history.trainings if record.situation else ()
        for training in (*past, *_started(record)):
            known.setdefault(training.training_id, training)
    return sorted((each for each in known.values() if each.as_of >= since), key=lambda each: each.as_of)


def _roll_backs(records: Sequence[DecisionRecord], *, since: date) -> Iterable[PastRollBack]:
    known: dict[tuple[str, str], PastRollBack] = {}
    for record in records:
        past = record.situation.history.roll_backs if record.situation else ()
        for each in (*past, *_rolled_back(record)):
            known.setdefault((each.version, each.to), each)
    return sorted((each for each in known.values() if each.day >= since), key=lambda each: each.day)


def _rolled_back(record: DecisionRecord) -> Iterable[PastRollBack]:
    asked = record.request
    if asked is not None and asked.roll_back_to is not None:
        yield PastRollBack(
            version=asked.roll_back_from or record.champion_version, to=asked.roll_back_to, day=asked.as_of
        )


def _started(record: DecisionRecord) -> Iterable[PastTraining]:
    """Yield the training that a decision started; older records do not hold what they asked for."""
    asked = record.request
    if asked is not None and asked.roll_back_to is None:
        yield PastTraining(
            training_id=asked.training_id,
            as_of=asked.as_of,
            trigger=asked.trigger,
            recalibrated=asked.recalibrate,
            moved=record.situation.drift.moved if record.situation else (),
            champion=record.champion_version,
        )
    elif asked is None and record.execution_arn is not None:
        trigger = Trigger.SCHEDULE if record.rule == Trigger.SCHEDULE else Trigger.DRIFT
        name = record.execution_arn.rpartition(":")[2]
        yield PastTraining(training_id=name, as_of=record.window.end, trigger=trigger)


def _checks(records: Iterable[DecisionRecord], version: str) -> Iterable[PastCheck]:
    """Yield what the rounds decided about a champion; a window that a person names says nothing of what lasts."""
    for record in records:
        seen = record.situation
        if seen is not None and not seen.named and seen.history.champion_version == version:
            yield PastCheck(
                day=seen.as_of,
                moved=seen.drift.moved,
                unchecked=bool(seen.drift.unchecked),
                action=record.action,
                rule=record.rule,
            )
