"""The decisions that were logged about a model, read from their archive."""

import logging
from datetime import date, timedelta
from typing import NamedTuple

from courtside.contracts import lake_keys
from courtside.contracts.days import shifted
from courtside.contracts.records import DecisionRecord
from courtside.contracts.scoring_keys import day_of_log
from courtside.contracts.versioned import TooNew
from courtside.workflows.lake_documents import DocumentDamaged, parsed_document
from courtside.workflows.ports import Lake, ObjectMissing
from courtside.workflows.reading_ahead import ahead
from courtside.workflows.remembered_objects import RememberedObjects

logger = logging.getLogger(__name__)

_READERS = 10
"""As many as a client of AWS keeps connections; more would each be greeted for one question."""
_READ = RememberedObjects(most_bytes=16 * 2**20)
"""A decision is written twice at most, and each check asks for the newest sixty, so a warm function has read most."""

_REACH: dict[str, timedelta] = {}
"""How far back the newest decisions of a model lay when they were last asked for, and half as far again."""


class _Made(NamedTuple):
    """A decision as the lake lists it: its day, its key and the stamp of its content."""

    day: date
    key: str
    stamp: str


def logged_decisions(
    model: str, *, lake: Lake, since: date = date.min, until: date = date.max, newest: int | None = None
) -> list[DecisionRecord]:
    """Return the decisions of days from `since` to `until`, or the `newest` of them, in the order of their making.

    Those that were computed later, and those that cannot be read, are left out. Keys do not say which decision of a
    day is the newest.
    """
    made = _made(model, since, until, lake=lake) if newest is None else _newest(model, newest, since, until, lake=lake)
    unread = [each for each in made if not _READ.knows(each.key, each.stamp, lake=lake)]
    # Only what a store is asked for gains from threads.
    read = dict(ahead(lambda each: _record(each, lake=lake), unread, at_once=_READERS))
    records = [read[each] if each in read else _record(each, lake=lake) for each in made]
    known = sorted((each for each in records if each is not None), key=lambda each: each.decided_at)
    return known if newest is None else known[-newest:]


def _newest(model: str, newest: int, since: date, until: date, *, lake: Lake) -> list[_Made]:
    """Return the `newest` decisions up to a day, and all others of the first of their days.

    What lies further back than they did the last time is listed only where that is not enough.
    """
    near = max(since, shifted(until, -_REACH.get(model, until - since)))
    made = _made(model, near, until, lake=lake)
    if len(made) < newest and near > since:
        made = _made(model, since, until, lake=lake)
    first = made[-newest:][0].day if 0 < newest <= len(made) else since
    _REACH[model] = (until - first) * 1.5 + timedelta(days=1)
    return [each for each in made if each.day >= first]


def _made(model: str, since: date, until: date, *, lake: Lake) -> list[_Made]:
    """Return what the lake lists of the decisions of some days, sorted."""
    first, last = (day_of_log(lake_keys.decisions(model), day) for day in (since, until))
    stamps = lake.stamps(lake_keys.decisions(model), first=first, last=last)
    named = [_Made(found[0], key, stamp) for key, stamp in stamps.items() if (found := lake_keys.decision_of(key))]
    return sorted(each for each in named if not lake_keys.is_backfilled(each.key))


def is_late(model: str, as_of: date, *, today: date, lake: Lake) -> bool:
    """Tell whether a round has decided about a later day already; those about days to come, after `today`, are none."""
    later = logged_decisions(model, since=as_of + timedelta(days=1), until=today, lake=lake)
    return any(each.situation is not None and not each.situation.named for each in later)


def _record(made: _Made, *, lake: Lake) -> DecisionRecord | None:
    try:
        content = _READ.read(made.key, made.stamp, lake=lake)
        return parsed_document(DecisionRecord, content, uri=lake.uri(made.key))
    except (DocumentDamaged, ObjectMissing, TooNew) as error:
        logger.warning("a decision is left out: %s", error)
        return None
