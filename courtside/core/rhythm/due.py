"""When a round or a training is due.

All moments are in UTC, which has no summer time: a model that is watched once a day is watched at the same hour of UTC
all year, an hour later or earlier by a clock that is put back or forward.
"""

from datetime import date, datetime, timedelta


def next_due(due: datetime | None, *, every: timedelta, now: datetime) -> datetime:
    """Return when the round after one at `now` is due: the first of ``due + k * every`` that lies after `now`.

    Rounds that were missed are made up for by one, and a late round does not move those after it. `due` is when this
    round was due, None where it was the first. A round before its time, which somebody asked for, leaves `due` as it
    is, unless that is more than `every` away.

    >>> from datetime import UTC
    >>> due = datetime(2026, 11, 1, 12, tzinfo=UTC)
    >>> next_due(due, every=timedelta(days=1), now=datetime(2026, 11, 4, 13, tzinfo=UTC)).isoformat()
    '2026-11-05T12:00:00+00:00'
    """
    if due is None:
        return now + every
    return due + ((now - due) // every + 1) * every


def training_due(data_until: date, *, every: timedelta | None, today: date) -> date | None:
    """Return the day on which a training by schedule was due last, None where none was yet.

    The champion's data ends before `data_until`; trainings are due `every` days after that, again and again, until a
    newer champion takes its place. Those that were missed are made up for by the last one.

    >>> training_due(date(2026, 1, 1), every=timedelta(days=90), today=date(2026, 7, 10))
    datetime.date(2026, 6, 30)
    """
    if every is None or today - data_until < every:
        return None
    return data_until + (today - data_until) // every * every
