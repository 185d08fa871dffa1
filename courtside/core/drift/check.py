"""The check takes two profiles and a policy and gives a report. It is pure and fast, since it touches no rows."""

from collections.abc import Sequence
from dataclasses import replace

from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import statistics, table_statistics
from courtside.core.drift.columns.column import CategoryColumn, Column
from courtside.core.drift.errors import EmptyWindow, ProfileMismatch
from courtside.core.drift.policies.nulls import Nulls, total_variation
from courtside.core.drift.policies.policy import Evidence, Judgement, Null, Policy
from courtside.core.drift.policies.together import with_related
from courtside.core.drift.profiles.profile import Profile
from courtside.core.drift.reports import reasons
from courtside.core.drift.reports.differing import Differing
from courtside.core.drift.reports.report import DriftReport, FeatureDrift, SegmentDrift, Verdict
from courtside.core.drift.reports.sides import NewestPart, Side
from courtside.core.drift.reports.table import TableDrift
from courtside.core.drift.statistics.missing import missing_shift
from courtside.core.drift.table_statistics import TableEvidence, TableStatistic

Pair = tuple[Column, Column]


def check(
    reference: Profile,
    current: Profile,
    policy: Policy,
    *,
    contract: Sequence[Feature] = (),
    segments: Sequence[str] = (),
) -> DriftReport:
    """Compare a current profile with the reference whose grid it was counted on.

    `contract` and `segments` (columns) are the contract's: the report says how the reference's features differ from
    those, and which segments it lacks. If the reference was calibrated by phase, a policy that uses history gets its
    rows on the same days of the year. Raises `EmptyWindow` if either side has no rows, `ProfileMismatch` if the grids
    differ, `ThresholdInvalid` if the policy names an unknown feature.
    """
    for side, profile in (("reference", reference), ("current", current)):
        if not profile.rows:
            raise EmptyWindow(side)
    if list(reference.by_name) != list(current.by_name):
        raise ProfileMismatch("they have different columns")
    policy.require_known(reference.names)
    part = newest_part(reference) if policy.uses_history else None
    by_segment = _segments(reference, current, policy)
    reference = comparable_reference(reference, current, policy)
    nulls = Nulls.of(reference, current) if policy.uses_history else None
    judged = _features(reference, current, policy, nulls)
    return DriftReport(
        policy=policy.name,
        reference=Side(reference.rows, reference.period),
        null=_null(judged) if nulls else None,
        null_windows=nulls.windows if nulls else None,
        newest_part=part,
        current=Side(current.rows, current.period),
        features=tuple(judged),
        table=_table(reference, current, policy, judged) if policy.uses_history else (),
        outcomes=_outcomes(reference, current, policy),
        segments=by_segment,
        segments_not_in_reference=tuple(name for name in segments if name not in {each.column for each in by_segment}),
        differing=Differing.of(reference, contract),
    )


def newest_part(reference: Profile) -> NewestPart | None:
    """Return the newest part of a reference that disagrees with itself, or None if all of it agrees."""
    newest = reference.newest
    if newest is None or newest.profile.period is None:
        return None
    return NewestPart(newest.profile.period[0], Side(reference.rows, reference.period), newest.moved)


def _features(
    reference: Profile, current: Profile, policy: Policy, nulls: Nulls | None, *, segments: int = 0
) -> list[FeatureDrift]:
    pairs = list(zip(reference.columns, current.columns, strict=True))
    judged = _judged_all(pairs, policy, nulls, sides=(reference, current), segments=segments)
    return [_with_gaps(pair, feature) for pair, feature in zip(pairs, judged, strict=True)]


def _segments(reference: Profile, current: Profile, policy: Policy) -> tuple[SegmentDrift, ...]:
    """Judge each segment that has enough rows on both sides like a table of its own; the others are only counted."""
    if [each.name for each in reference.segments] != [each.name for each in current.segments]:
        raise ProfileMismatch("they have different segments")
    sides = [
        (mine, comparable_reference(mine.profile, theirs.profile, policy), theirs.profile)
        for mine, theirs in zip(reference.segments, current.segments, strict=True)
    ]
    enough = [min(before.rows, after.rows) >= max(1, policy.minimum_rows) for _, before, after in sides]
    found = []
    for (segment, before, after), judge in zip(sides, enough, strict=True):
        nulls = Nulls.of(before, after) if policy.uses_history else None
        judged = _features(before, after, policy, nulls, segments=sum(enough)) if judge else []
        drifted = tuple(each for each in judged if each.drifted)
        found.append(SegmentDrift(segment.column, segment.level, before.rows, after.rows, _of_segment(judged), drifted))
    return tuple(found)


def _of_segment(judged: Sequence[FeatureDrift]) -> Verdict:
    """Return the verdict on a segment, which follows from the verdicts on its features."""
    verdicts = {each.verdict for each in judged}
    if any(each.drifted for each in judged):
        return Verdict.DRIFT
    if verdicts <= {Verdict.INSUFFICIENT_DATA}:
        return Verdict.INSUFFICIENT_DATA
    return Verdict.USUAL if Verdict.USUAL in verdicts else Verdict.NO_DRIFT


def _judged_all(
    pairs: Sequence[Pair],
    policy: Policy,
    nulls: Nulls | None,
    *,
    sides: tuple[Profile, Profile] | None = None,
    segments: int = 0,
) -> list[FeatureDrift]:
    unjudged = {mine.name: _unjudged(mine, theirs, policy.minimum_rows) for mine, theirs in pairs}
    asked = [pair for pair in pairs if unjudged[pair[0].name] is None]
    evidence = [_evidence(*pair) for pair in asked]
    if nulls is not None:
        evidence = [nulls.judged(seen, *pair) for seen, pair in zip(evidence, asked, strict=True)]
        evidence = with_related(evidence, *sides, nulls) if sides else evidence
    found = zip(asked, evidence, policy.judge(evidence, segments=segments), strict=True)
    judged = {pair[0].name: _judged(pair, seen, judgement) for pair, seen, judgement in found}
    return [unjudged[mine.name] or judged[mine.name] for mine, _ in pairs]


def _table(
    reference: Profile, current: Profile, policy: Policy, features: Sequence[FeatureDrift]
) -> tuple[TableDrift, ...]:
    """Judge the table as a whole, leaving out the columns that moved, because these are reported by themselves."""
    if min(reference.rows, current.rows) < policy.minimum_rows:
        return ()
    moved = {each.name for each in features if each.drifted or each.verdict is Verdict.INSUFFICIENT_DATA}
    found = ((statistic, statistic.compute(reference, current, moved)) for statistic in table_statistics.ALL)
    return tuple(_table_drift(statistic, evidence, policy) for statistic, evidence in found if evidence is not None)


def _table_drift(statistic: TableStatistic, found: TableEvidence, policy: Policy) -> TableDrift:
    judgement = policy.judge_table(statistic, found)
    what = found.said if judgement.drifted else f"no drift; what stands out most: {found.said}"
    return TableDrift(statistic, found, judgement.drifted, ", ".join([what, *judgement.clauses]))


def _outcomes(reference: Profile, current: Profile, policy: Policy) -> tuple[FeatureDrift, ...]:
    """Judge target and prediction separately; one without values is not checked, and gaps do not break it."""
    known, seen = reference.outcomes, current.outcomes
    if known is None or seen is None:
        return ()
    if list(known.by_name) != list(seen.by_name):
        raise ProfileMismatch("they have different outcomes")
    nulls = Nulls.of(known, replace(seen, period=current.period)) if policy.uses_history else None
    there = [
        (role, (mine, theirs))
        for role, mine, theirs in zip(known.roles, known.columns, seen.columns, strict=True)
        if theirs.valid or theirs.tally.mistyped
    ]
    judged = _judged_all([pair for _, pair in there], policy, nulls)
    return tuple(replace(found, role=role) for (role, _), found in zip(there, judged, strict=True))


def comparable_reference(reference: Profile, current: Profile, policy: Policy) -> Profile:
    """Return what a policy compares `current` with: the reference, or its rows on the same days of the year."""
    if not policy.uses_history:
        return reference
    return reference.comparable(current.period, minimum_rows=policy.minimum_rows)


def _evidence(reference: Column, current: Column) -> Evidence:
    if reference.kind is not current.kind:
        raise ProfileMismatch(f"column {reference.name!r} is {reference.kind} in one and {current.kind} in the other")
    applicable = [statistic for statistic in statistics.ALL if reference.kind in statistic.kinds]
    return Evidence(
        name=reference.name,
        kind=reference.kind,
        reference_rows=reference.valid,
        current_rows=current.valid,
        statistics={
            key: value for statistic in applicable for key, value in statistic.compute(reference, current).items()
        },
    )


def _unjudged(reference: Column, current: Column, minimum_rows: int) -> FeatureDrift | None:
    """Return the verdict on a feature for which no statistic can be computed, or None for any other feature."""
    verdict = _breakage(reference, current, minimum_rows)
    if verdict is not None:
        return _bare(reference, current, verdict, reasons.broken_reason(verdict, reference, current))
    if min(reference.valid, current.valid) < max(1, minimum_rows):
        text = reasons.insufficient_reason(reference, current, minimum_rows)
        bare = _bare(reference, current, Verdict.INSUFFICIENT_DATA, text)
        return _with_figures(bare, reference, current) if reference.valid and current.valid else bare
    return None


def _breakage(reference: Column, current: Column, minimum_rows: int) -> Verdict | None:
    tally = current.tally
    if current.valid:
        return None
    if tally.mistyped:
        return Verdict.WRONG_TYPE
    if tally.absent == tally.rows:
        return Verdict.MISSING_COLUMN
    # A column may have no value at all in a segment of the reference.
    return Verdict.ALL_MISSING if tally.rows >= minimum_rows and reference.valid else None


def _bare(reference: Column, current: Column, verdict: Verdict, text: str) -> FeatureDrift:
    return FeatureDrift(
        name=reference.name,
        kind=reference.kind,
        statistics={},
        missing_rate=current.tally.missing_rate,
        unseen_rate=_unseen_rate(reference, current),
        effect=None,
        p_adjusted=None,
        values_lost=0.0 if verdict is Verdict.INSUFFICIENT_DATA else 1.0,
        moved=False,
        drifted=verdict is not Verdict.INSUFFICIENT_DATA,
        verdict=verdict,
        reason=text,
    )


def _with_figures(bare: FeatureDrift, reference: Column, current: Column) -> FeatureDrift:
    """Add the figures of so few rows, which nobody judges."""
    seen = _evidence(reference, current).statistics
    effect = seen["ks"] if reference.kind is FeatureKind.NUMERIC else total_variation(reference, current)
    return replace(bare, statistics=seen, effect=effect)


def _judged(pair: Pair, evidence: Evidence, judgement: Judgement) -> FeatureDrift:
    reference, current = pair
    return FeatureDrift(
        name=evidence.name,
        kind=evidence.kind,
        statistics=evidence.statistics,
        missing_rate=current.tally.missing_rate,
        unseen_rate=_unseen_rate(reference, current),
        effect=judgement.effect,
        p_adjusted=judgement.p_adjusted,
        values_lost=0.0,
        moved=judgement.drifted,
        drifted=judgement.drifted,
        verdict=_verdict(judgement),
        reason=reasons.reason(reference, current, judgement),
        null=judgement.null,
        history=judgement.history,
        windows=judgement.windows,
        alpha=judgement.alpha,
        together=judgement.together,
    )


def _verdict(judgement: Judgement) -> Verdict:
    if judgement.drifted:
        return Verdict.DRIFT
    return Verdict.USUAL if judgement.usual else Verdict.NO_DRIFT


def _null(judged: Sequence[FeatureDrift]) -> Null:
    """Return the strongest null by which any feature was judged."""
    used = {feature.null for feature in judged}
    return next((null for null in Null if null in used), Null.INDEPENDENT_ROWS)


def _with_gaps(pair: Pair, judged: FeatureDrift) -> FeatureDrift:
    """Call a judged column broken if more values are missing than in the reference, whatever the others show."""
    if judged.verdict not in {Verdict.DRIFT, Verdict.USUAL, Verdict.NO_DRIFT}:
        return judged
    shift = missing_shift(pair[0].tally, pair[1].tally)
    if not shift.rose:
        return judged
    reason = f"missing values rose {shift.reference:.1%} → {shift.current:.1%}, {judged.reason}"
    return replace(judged, values_lost=shift.lost, drifted=True, verdict=Verdict.MORE_MISSING, reason=reason)


def _unseen_rate(reference: Column, current: Column) -> float:
    """Return the share of values outside the reference's levels; for numbers it is 0, as they fall into tails.

    With counts by slot, it is the share in slots that were empty in the reference, which is a lower bound.
    """
    if not (isinstance(reference, CategoryColumn) and isinstance(current, CategoryColumn)):
        return 0.0
    if reference.slots is None or current.slots is None:
        return current.other_rate
    return float(current.slots[reference.slots == 0].sum()) / max(1, current.valid)
