"""Fits a profile on a reference: its grid, its counts and, if asked, what its history says about chance."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import pyarrow as pa

from courtside.core.dataset import Feature, Outcome, Phase
from courtside.core.drift.calibration.days import rows_since
from courtside.core.drift.calibration.entities import EntityCounter
from courtside.core.drift.calibration.history import Calibration, calibrate
from courtside.core.drift.columns import arrow
from courtside.core.drift.columns.cells import BatchCells
from courtside.core.drift.errors import MissingColumns
from courtside.core.drift.pairs.counting import PairCounter
from courtside.core.drift.pairs.null import PairNull
from courtside.core.drift.profiles.outcomes import OutcomeSurvey
from courtside.core.drift.profiles.profile import Newest, Profile, period_of
from courtside.core.drift.profiles.survey import Survey


def fit(
    batches: arrow.Batches,
    features: Sequence[Feature],
    *,
    time_column: str | None = None,
    calibrated: bool = False,
    history: arrow.Batches | None = None,
    phase: Phase | None = None,
    outcomes: Sequence[Outcome] = (),
) -> Profile:
    """Fit the grid on a reference and count its rows on it.

    Deciles, repeated values and counts are exact. Above 262,144 rows the edges come from a sample of the rows that does
    not depend on the batching, and a second pass counts. An iterator is kept in memory; an iterable that can be read
    twice is not.

    `calibrated` adds what quiet windows look like, which needs a time column and one more pass, and another one if the
    reference disagrees with itself. The pass reads `history` if it is given: rows that include the reference's and go
    further back. `phase` makes windows compare with the same part of the year. `outcomes` are profiled if the reference
    has them, by the kind of their values. Raises `MissingColumns`, `DuplicateColumns`, `WrongType`, `EmptyWindow`,
    `AllMissing` or `NotBinary`.
    """
    repeatable = arrow.repeatable(batches)
    survey, others, period = Survey(features), OutcomeSurvey(outcomes), None
    for batch in arrow.record_batches(repeatable):
        survey.add(batch)
        others.add(batch)
        if time_column is not None and arrow.column(batch, time_column) is None:
            raise MissingColumns([time_column], batch.schema.names)
        period = arrow.joined(period, period_of(batch, time_column))
    profile = Profile(survey.columns(), survey.rows, time_column, period, outcomes=_outcomes(others, survey.rows))
    if not (survey.whole and others.whole):
        profile = profile.summarize(repeatable)
    if not calibrated:
        return profile
    entities = EntityCounter(features, profile.by_name, time_column=time_column, phased=phase is not None)
    counter = PairCounter(profile.columns, time_column=time_column)
    also = [counter.add_history] if time_column is None or history is None else []
    reference = _counting(repeatable, entities.add, counter.add_reference, *also)
    if time_column is None:
        deque(reference, maxlen=0)
        pairs = replace(counter.pairs(), null=counter.null())
        return replace(profile, entities=entities.tables(), pairs=pairs)
    if history is not None:
        history = _counting(history, counter.add_history)
    tables = [part.columns for part in (profile, profile.outcomes) if part]
    found, newest = calibrate(tables, reference, history=history, time_column=time_column, phase=phase)
    profile, phased = replace(profile, entities=entities.tables(), pairs=counter.pairs()), phase is not None
    if newest is None:
        return _calibrated(profile, found, counter.null(phased=phased))
    part = profile.summarize(rows_since(repeatable, newest.day, time_column=time_column))
    moved = {name: round(by, 4) for name, by in zip(profile.names, newest.moved, strict=True) if by}
    part = _calibrated(part, found, counter.null(since=newest.day, phased=phased))
    return replace(profile, newest=Newest(part, moved))


def _calibrated(profile: Profile, found: Sequence[Calibration], null: PairNull) -> Profile:
    outcomes = replace(profile.outcomes, calibration=found[1]) if profile.outcomes else None
    pairs = replace(profile.pairs, null=null) if profile.pairs else None
    return replace(profile, calibration=found[0], outcomes=outcomes, pairs=pairs)


def _counting(batches: arrow.Batches, *counts: Callable[[BatchCells], None]) -> Iterator[pa.RecordBatch]:
    """Pass batches on and count them, so that they are not read once more."""
    for batch in arrow.record_batches(batches):
        cells = BatchCells(batch)
        for count in counts:
            count(cells)
        yield batch


def _outcomes(survey: OutcomeSurvey, rows: int) -> Profile | None:
    """Return the profile of the outcomes, or None; dates come from the profile of the features."""
    found = survey.columns()
    roles, columns = tuple(role for role, _ in found), tuple(column for _, column in found)
    return Profile(columns, rows, roles=roles) if found else None
