"""The decisions that were logged about a model, read from their archive."""

import logging
from datetime import date, timedelta

from courtside.contracts import lake_keys
from courtside.contracts.records import DecisionRecord
from courtside.contracts.versioned import TooNew
from courtside.workflows.lake_documents import DocumentDamaged, parsed_document
from courtside.workflows.ports import Lake, ObjectMissing
from courtside.workflows.reading_ahead import ahead
from courtside.workflows.remembered_objects import RememberedObjects

logger = logging.getLogger(__name__)

_READERS = 16
_READ = RememberedObjects(most_bytes=16 * 2**20)
"""A decision is written twice at most, and each check asks for the newest sixty, so a warm function has read most."""


def logged_decisions(
    model: str, *, lake: Lake, since: date = date.min, until: date = date.max, newest: int | None = None
) -> list[DecisionRecord]:
    """Return the decisions of days from `since` to `until`, or the `newest` of them, in the order of their making.

    Those that were computed later, and those that cannot be read, are left out. Keys do not say which decision of a
    day is the newest.
    """
    stamps = lake.stamps(lake_keys.decisions(model))
    named = [(found[0], key) for key in stamps if (found := lake_keys.decision_of(key))]
    made = sorted((day, key) for day, key in named if since <= day <= until and not lake_keys.is_backfilled(key))
    first = made[-newest:][0][0] if newest and made else date.min
    keys = [key for day, key in made if day >= first]
    records = [record for _, record in ahead(lambda key: _record(key, stamps[key], lake=lake), keys, at_once=_READERS)]
    known = sorted((each for each in records if each is not None), key=lambda each: each.decided_at)
    return known if newest is None else known[-newest:]


def is_late(model: str, as_of: date, *, today: date, lake: Lake) -> bool:
    """Tell whether a round has decided about a later day already; those about days to come, after `today`, are none."""
    later = logged_decisions(model, since=as_of + timedelta(days=1), until=today, lake=lake)
    return any(each.situation is not None and not each.situation.named for each in later)


def _record(key: str, stamp: str, *, lake: Lake) -> DecisionRecord | None:
    try:
        return parsed_document(DecisionRecord, _READ.read(key, stamp, lake=lake), uri=lake.uri(key))
    except (DocumentDamaged, ObjectMissing, TooNew) as error:
        logger.warning("a decision is left out: %s", error)
        return None
