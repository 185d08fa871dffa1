"""Situations that a property-based test may draw: consistent with themselves, and near the limits of any policy."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from courtside.contracts.events import Trigger
from courtside.contracts.records import (
    DriftFacts,
    DueFacts,
    HistoryFacts,
    Known,
    PastCheck,
    PastTraining,
    PerformanceFacts,
    Situation,
)
from courtside.contracts.scoring import Opponent, PromiseTest
from courtside.core.decision import DecisionPolicy, RollBack

AS_OF = date(2026, 6, 1)
FEATURES = tuple("abcdefghij")
LENGTHS = st.integers(0, 120).map(lambda days: timedelta(days=days))
SHARES = st.integers(1, 100).map(lambda percent: percent / 100)
POLICIES = st.builds(
    DecisionPolicy,
    on_drift=st.booleans(),
    every=st.none(),
    cooldown=LENGTHS,
    on_performance=st.booleans(),
    recalibrate=st.booleans(),
    roll_back=st.sampled_from(RollBack),
    share=SHARES,
    importance=SHARES,
    persistence=st.integers(1, 4),
    fewest_rows=st.integers(1, 2_000),
    most_a_month=st.integers(0, 5),
    off_season=st.booleans(),
    history=st.sampled_from(["all", "auto", "5y"]),
)


@st.composite
def _drift(draw: st.DrawFn) -> DriftFacts:
    if draw(st.integers(0, 9)) == 0:
        return DriftFacts(unchecked="no_rows", unchecked_said="there are no rows")
    rows, quarantined = draw(st.integers(1, 3_000)), draw(st.sampled_from([0, 0, 0, 2]))
    if draw(st.integers(0, 9)) == 0:
        return DriftFacts(rows=rows, sufficient=False, files_quarantined=quarantined)
    drifted = draw(st.lists(st.sampled_from(FEATURES), unique=True, max_size=10).map(tuple))
    broken = draw(st.sampled_from([0, 0, 0, 1]))
    segments = draw(st.sampled_from([(), (), ("plan=pro",)]))
    table = draw(st.sampled_from([(), (), ("correlation",)]))
    return DriftFacts(
        rows=rows,
        features_checked=len(FEATURES),
        features_drifted=drifted,
        features_broken=drifted[:broken],
        share=len(drifted) / len(FEATURES),
        importance=draw(st.none() | st.floats(0, 1)),
        usual=draw(st.integers(0, 2)),
        accepted=draw(st.sampled_from([(), ("k",)])),
        segments_drifted=segments,
        segments_said="use where plan = 'pro'" if segments else "",
        table_drifted=table,
        table_said="a correlation changed" if table else "",
        files_quarantined=quarantined,
    )


def promise_test(opponent: Opponent, outcome: str, **more: Any) -> PromiseTest:
    """Return a test of champion version 3 with plausible numbers."""
    version = {Opponent.PREVIOUS: "2"}.get(opponent)
    numbers = {"difference": 0.02, "low": 0.01, "high": 0.03, "margin": 0.006, "days": 40, "rows": 900}
    since = date(2026, 5, 20) if outcome == "worse" or more.get("calibration") == "broken" else None
    return PromiseTest(
        version="3", opponent=opponent, opponent_version=version, loss="log_loss", outcome=outcome, since=since,
        **numbers | more,
    )  # fmt: skip


OUTCOMES = st.sampled_from(["worse", "equivalent", "not_known"])
TESTS = st.lists(
    st.one_of(
        st.builds(promise_test, st.sampled_from([Opponent.PROMISE, Opponent.BASELINE, Opponent.PREVIOUS]), OUTCOMES),
        st.builds(
            promise_test,
            st.just(Opponent.RECALIBRATED),
            st.just("not_known"),
            calibration=st.sampled_from(["broken", "held", "not_known"]),
            ranking=st.sampled_from(["held", "broke", "not_known"]),
        ),
    ),
    max_size=3,
).map(tuple)
AGES = st.integers(0, 60).map(lambda days: AS_OF - timedelta(days=days))
TRAININGS = st.lists(
    st.builds(
        PastTraining,
        training_id=st.just("t"),
        as_of=AGES,
        trigger=st.sampled_from([each.value for each in Trigger]),
        recalibrated=st.booleans(),
        moved=st.sampled_from([(), ("a", "b"), FEATURES]),
    ),
    max_size=4,
).map(lambda each: tuple(sorted(each, key=lambda training: training.as_of)))
CHECKS = st.lists(
    st.builds(
        PastCheck,
        day=AGES,
        moved=st.lists(st.sampled_from(FEATURES), max_size=3).map(tuple),
        action=st.sampled_from(["watch", "nothing", "nothing_to_check"]),
    ),
    max_size=5,
).map(lambda each: tuple(sorted(each, key=lambda check: check.day)))
SITUATIONS = st.builds(
    Situation,
    model=st.just("churn"),
    as_of=st.just(AS_OF),
    drift=_drift(),
    performance=st.builds(
        PerformanceFacts,
        known=st.sampled_from(Known),
        metric=st.just("log_loss"),
        value=st.just(0.61),
        why_unknown=st.sampled_from(["", "no label is in"]),
        tests=TESTS,
    ),
    history=st.builds(
        HistoryFacts,
        champion_version=st.just("3"),
        previous_version=st.sampled_from([None, "2"]),
        champion_since=st.sampled_from([None, date(2026, 5, 1)]),
        trainings=TRAININGS,
        checks=CHECKS,
    ),
    due=st.none()
    | st.builds(DueFacts, since=st.just(date(2026, 5, 30)), data_until=st.just(date(2026, 3, 1)), newer=st.booleans()),
    overdue_since=st.sampled_from([None, date(2026, 5, 1)]),
    in_season=st.booleans(),
    named=st.booleans(),
)
