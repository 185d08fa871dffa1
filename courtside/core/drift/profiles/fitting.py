"""A profile is fitted on a reference: its grid, its counts and, if asked for, the chance shown by its history."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import pyarrow as pa

from courtside.core.dataset import Feature, Outcome, Phase
from courtside.core.drift.calibration.days import rows_since
from courtside.core.drift.calibration.entities import EntityCounter
from courtside.core.drift.calibration.history import Calibration, calibrate
from courtside.core.drift.calibration.homogeneity import NewestPart
from courtside.core.drift.calibration.related import RelatedColumns, related_columns
from courtside.core.drift.columns import arrow
from courtside.core.drift.columns.cells import BatchCells
from courtside.core.drift.errors import MissingColumns
from courtside.core.drift.pairs.by_column import correlations_by_column
from courtside.core.drift.pairs.counting import PairCounter
from courtside.core.drift.pairs.null import PairNull
from courtside.core.drift.profiles.outcomes import OutcomeSurvey
from courtside.core.drift.profiles.profile import (
    Newest,
    Profile,
    Segment,
    counted_segments,
    merged_segments,
    period_of,
)
from courtside.core.drift.profiles.segments import LevelSurvey, SegmentRows
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
    segments: Sequence[str] = (),
) -> Profile:
    """Fit the grid on a reference and count its rows on it.

    Deciles, repeated values and counts are exact. Above 262,144 rows, the edges come from a sample of the rows that
    does not depend on the batches, and a second pass counts. An iterator is kept in memory; an iterable that can be
    read twice is not.

    `calibrated` adds what quiet windows look like. This needs a time column and one more pass, and yet another pass if
    the reference disagrees with itself. The pass reads `history` if it is given: rows that include the reference's and
    go further back. `phase` makes windows compare with the same part of the year. `outcomes` are profiled if the
    reference has them, by the kind of their values. `segments` are columns whose most frequent values are profiled
    separately; this takes one more pass, and calibrating each value takes as many more passes as the whole reference.
    Raises `MissingColumns`, `DuplicateColumns`, `WrongType`, `EmptyWindow`, `AllMissing` or `NotBinary`.
    """
    repeatable = arrow.repeatable(batches)
    survey, others, period = Survey(features), OutcomeSurvey(outcomes), None
    levels = LevelSurvey(segments)
    for batch in arrow.record_batches(repeatable):
        survey.add(batch)
        others.add(batch)
        levels.add(batch)
        if time_column is not None and arrow.column(batch, time_column) is None:
            raise MissingColumns([time_column], batch.schema.names)
        period = arrow.joined(period, period_of(batch, time_column))
    profile = Profile(survey.columns(), survey.rows, time_column, period, outcomes=_outcomes(others, survey.rows))
    if not (survey.whole and others.whole):
        profile = profile.summarize(repeatable)
    history = arrow.repeatable(history) if segments and history is not None else history
    if calibrated:
        profile = _with_history(profile, repeatable, features, history=history, phase=phase)
    if not segments:
        return profile
    parts = _counted_segments(profile, levels, repeatable)
    if calibrated:
        parts = tuple(_with_own_history(part, repeatable, features, history=history, phase=phase) for part in parts)
    return replace(profile, segments=parts)


def _with_history(
    profile: Profile,
    batches: arrow.Batches,
    features: Sequence[Feature],
    *,
    history: arrow.Batches | None,
    phase: Phase | None,
) -> Profile:
    time_column, phased = profile.time_column, phase is not None
    entities = EntityCounter(features, profile.by_name, time_column=time_column, phased=phased)
    counter = PairCounter(profile.columns, time_column=time_column)
    also = [counter.add_history] if time_column is None or history is None else []
    reference = _counting(batches, entities.add, counter.add_reference, *also)
    named = {feature.name: bool(feature.entity) for feature in features}

    def related() -> tuple[RelatedColumns, ...]:
        correlations = correlations_by_column(counter.pairs().sums, columns=len(profile.columns))
        return related_columns(profile.columns, [named[each.name] for each in profile.columns], correlations)

    if time_column is None:
        deque(reference, maxlen=0)
        pairs = replace(counter.pairs(), null=counter.null())
        return replace(profile, entities=entities.tables(), pairs=pairs, related=related())
    if history is not None:
        history = _counting(history, counter.add_history)
    tables = [part.columns for part in (profile, profile.outcomes) if part]
    found, newest = calibrate(tables, reference, history=history, time_column=time_column, phase=phase, related=related)
    profile = replace(profile, entities=entities.tables(), pairs=counter.pairs())
    return _of_one_piece(profile, batches, found, newest, null=lambda since: counter.null(since=since, phased=phased))


def _counted_segments(profile: Profile, levels: LevelSurvey, batches: arrow.Batches) -> tuple[Segment, ...]:
    """Count the segments of a reference in a pass of its own, because they are known only after the first pass."""
    blank = Profile(profile.blank().columns, time_column=profile.time_column)
    parts = tuple(Segment(column, level, blank) for column, level in levels.segments())
    for batch in arrow.record_batches(batches) if parts else ():
        parts = merged_segments(parts, counted_segments(parts, batch))
    return parts


def _with_own_history(
    segment: Segment,
    batches: arrow.Batches,
    features: Sequence[Feature],
    *,
    history: arrow.Batches | None,
    phase: Phase | None,
) -> Segment:
    """Calibrate a segment on its own rows, which may have moved even if the whole table had not."""
    profile, time_column = segment.profile, segment.profile.time_column
    which = segment.column, segment.level
    rows, past = SegmentRows(batches, *which), None if history is None else SegmentRows(history, *which)
    entities = EntityCounter(features, profile.by_name, time_column=time_column, phased=phase is not None)
    reference = _counting(rows, entities.add)
    if time_column is None:
        deque(reference, maxlen=0)
        return replace(segment, profile=replace(profile, entities=entities.tables()))
    found, newest = calibrate([profile.columns], reference, history=past, time_column=time_column, phase=phase)
    profile = replace(profile, entities=entities.tables())
    return replace(segment, profile=_of_one_piece(profile, rows, found, newest, null=lambda _: None))


def _of_one_piece(
    profile: Profile,
    batches: arrow.Batches,
    found: Sequence[Calibration],
    newest: NewestPart | None,
    *,
    null: Callable[[int | None], PairNull | None],
) -> Profile:
    """Return the calibrated profile, with a homogeneous newest part if its rows disagree with themselves."""
    if newest is None:
        return _calibrated(profile, found, null(None))
    part = profile.summarize(rows_since(batches, newest.day, time_column=profile.time_column or ""))
    moved = {name: round(by, 4) for name, by in zip(profile.names, newest.moved, strict=True) if by}
    part = _calibrated(part, found, null(newest.day))
    return replace(profile, newest=Newest(part, moved))


def _calibrated(profile: Profile, found: Sequence[Calibration], null: PairNull | None) -> Profile:
    outcomes = replace(profile.outcomes, calibration=found[1]) if profile.outcomes else None
    pairs = replace(profile.pairs, null=null) if profile.pairs else None
    return replace(profile, calibration=found[0], outcomes=outcomes, pairs=pairs, related=found[0].related)


def _counting(batches: arrow.Batches, *counts: Callable[[BatchCells], None]) -> Iterator[pa.RecordBatch]:
    """Pass batches on and count them on the way, so that they are not read again."""
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
