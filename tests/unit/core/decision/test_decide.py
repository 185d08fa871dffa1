"""A decision follows from the first rule that fits the report, and the alert explains it."""

from dataclasses import replace
from datetime import date

import pyarrow as pa
import pytest

from courtside.contracts.records import DriftFacts, DueFacts, Situation
from courtside.core.alerting import Alert, promotion_alert
from courtside.core.dataset import Feature, FeatureKind
from courtside.core.decision import Action, DecisionPolicy, decide
from courtside.core.decision_alert import AlertContext
from courtside.core.drift import CalibratedPolicy, ClassicPolicy, DriftReport, check, fit
from courtside.core.drift_alert import drift_alert
from tests.fakes.decided import AS_OF, decided
from tests.unit.core.drift import plans
from tests.unit.core.drift.turned import DAYS, reference, turned

FEATURES = [Feature(name, FeatureKind.NUMERIC) for name in "abcdefghij"]
START, END = date(2018, 7, 1), date(2019, 7, 1)
POLICY = DecisionPolicy(share=0.2)
DUE = DueFacts(since=date(2019, 6, 1), data_until=date(2019, 3, 3), newer=True)
CONTEXT = AlertContext(
    model="nba_games", start=START, end=END, champion="3", report_uri="s3://lake/r", execution_arn=None
)  # fmt: skip


def report(*, moved: int = 0, rows: int = 500, missing: bool = False) -> DriftReport:
    values = [float(i % 97) for i in range(2000)]
    reference = pa.table({feature.name: values for feature in FEATURES})
    shift = {feature.name: 50.0 if place < moved else 0.0 for place, feature in enumerate(FEATURES)}
    current = pa.table({name: [value + by for value in values[:rows]] for name, by in shift.items()})
    if missing:
        current = current.drop_columns(["j"])
    profile = fit(reference, FEATURES)
    return check(profile, profile.summarize(current), ClassicPolicy())


@pytest.mark.parametrize(
    ("made", "action", "rule"),
    [
        (report(), Action.NOTHING, "no_drift"),
        (report(moved=1), Action.ALERT, "some_drift"),
        (report(moved=2), Action.RETRAIN, "share_drifted"),
        (report(moved=9, rows=20), Action.NOTHING, "insufficient_data"),
        (report(moved=5, missing=True), Action.ALERT, "broken_columns"),
    ],
)
def test_each_rule_leads_to_its_action(made: DriftReport, action: Action, rule: str) -> None:
    decision = decided(made, POLICY)
    assert (decision.action, decision.rule) == (action, rule)


def test_with_retraining_off_a_person_is_alerted_instead() -> None:
    decision = decided(report(moved=2), DecisionPolicy(share=0.2, on_drift=False))
    assert (decision.action, decision.rule) == (Action.ALERT, "retraining_off")
    alert = drift_alert(report(moved=2), decision, CONTEXT)
    assert "it is for a person to start one. Nothing was changed" in alert.text
    assert f"• start a training: `courtside retrain --model {CONTEXT.model}`" in alert.text


@pytest.mark.parametrize(
    ("made", "policy", "rule", "tells"),
    [
        (report(), POLICY, "schedule", False),
        (report(moved=9, rows=20), POLICY, "schedule", False),
        (report(moved=1), POLICY, "schedule", True),
        (report(moved=2), DecisionPolicy(on_drift=False), "schedule", True),
        (report(moved=2), POLICY, "share_drifted", True),
        (report(moved=5, missing=True), POLICY, "broken_columns", True),
    ],
)
def test_a_training_that_is_due_follows_unless_drift_or_broken_data_go_first(
    made: DriftReport, policy: DecisionPolicy, rule: str, *, tells: bool
) -> None:
    decision = decided(made, policy, due=DUE)
    assert (decision.rule, decision.tells) == (rule, tells)
    assert decision.action is (Action.ALERT if rule == "broken_columns" else Action.RETRAIN)
    assert decision.due == (DUE.since if rule == "schedule" else None)
    if rule == "schedule":
        assert "no retraining" not in decision.reason
        assert "for a person" not in decision.reason
        assert decision.reason.endswith(
            "; a training is due by schedule since 2019-06-01, because the champion's data ends before 2019-03-03: "
            "retraining"
        )


def test_a_model_is_not_trained_on_the_same_rows_again() -> None:
    same = DUE.model_copy(update={"newer": False})
    decision = decided(report(), due=same)
    assert (decision.action, decision.rule, decision.due) == (Action.NOTHING, "schedule_but_no_new_data", None)
    assert "but no row is newer than the champion's data, which ends before 2019-03-03" in decision.reason
    assert decided(report(moved=1), due=same) == decided(report(moved=1))


def test_overdue_data_are_the_outcome_where_nothing_else_is() -> None:
    since = date(2019, 5, 1)
    nothing = Situation(
        model="nba_games", as_of=AS_OF, drift=DriftFacts(unchecked="no_rows", unchecked_said="no rows"),
        overdue_since=since,
    )  # fmt: skip
    for stale, quiet in (
        (decided(report(), overdue_since=since), decided(report()).reason),
        (decide(nothing, POLICY), "no rows"),
    ):
        assert (stale.action, stale.rule, stale.tells) == (Action.STALE_DATA, "overdue", False)
        assert stale.reason == f"the newest row is of 2019-05-01; {quiet}"
    unseen = decided(report(), overdue_since=since, due=DUE.model_copy(update={"newer": False}))
    assert (unseen.action, unseen.rule) == (Action.STALE_DATA, "schedule_but_no_new_data")
    unchecked = decide(nothing.model_copy(update={"overdue_since": None}), POLICY)
    assert (unchecked.action, unchecked.rule, unchecked.reason) == (Action.NOTHING_TO_CHECK, "no_rows", "no rows")
    for moved in (1, 2):
        assert decided(report(moved=moved), overdue_since=since) == decided(report(moved=moved))


def test_the_alert_tells_what_moved_what_was_done_and_how_to_stop_it() -> None:
    made = report(moved=8)
    decision = decided(made, POLICY)
    started = AlertContext(
        model="nba_games", start=START, end=END, champion="3", report_uri="s3://lake/r",
        execution_arn="arn:execution",
    )  # fmt: skip
    alert = drift_alert(made, decision, started)
    assert "8 of 10 features moved" in alert.text
    assert "• a: mean rose" in alert.text
    assert "and 2 more, see the report" in alert.text
    assert "aws stepfunctions stop-execution --execution-arn arn:execution" in alert.text
    assert "s3://lake/r" in alert.text
    quiet = drift_alert(report(moved=1), decided(report(moved=1), POLICY), CONTEXT)
    assert "Nothing was changed" in quiet.text


def test_drift_in_one_segment_alerts_a_person_and_names_the_segment() -> None:
    known = plans.reference()
    made = check(known, known.summarize(plans.rows(1_500, seed=2, start=plans.LATER, shift=0.7)), CalibratedPolicy())
    decision = decided(made, POLICY)
    assert (decision.action, decision.rule) == (Action.ALERT, "segment_drift")
    assert decision.reason == "no feature drifted in all rows, but use where plan = 'pro': no retraining"
    alert = drift_alert(made, decision, CONTEXT)
    assert alert.subject.startswith("Courtside: drift in nba_games")
    assert "*Only in a segment*\n• Segment plan = 'pro' (" in alert.text
    assert "Nothing was changed" in alert.text
    assert decided(replace(made, segments=()), POLICY).rule == "no_drift"
    several = replace(made, segments=made.segments_drifted * 6)
    assert decided(several, POLICY).reason.endswith("; use where plan = 'pro'; and in 2 more segments: no retraining")


def test_drift_of_the_whole_table_alerts_a_person() -> None:
    known = reference()
    made = check(known, known.summarize(turned(3, days=10, correlation=-0.6, first_day=DAYS)), CalibratedPolicy())
    decision = decided(made, POLICY)
    assert (decision.action, decision.rule) == (Action.ALERT, "table_drift")
    said = "no feature drifted by itself, but the rank correlation of 'pace' and 'points' went 0.59 → -0."
    assert decision.reason.startswith(said)
    alert = drift_alert(made, decision, CONTEXT)
    assert alert.subject.startswith("Courtside: drift in nba_games")
    assert "• The table as a whole: the rank correlation of 'pace' and 'points'" in alert.text
    assert "Nothing was changed" in alert.text


def test_the_alert_of_a_promotion_says_how_to_undo_it_if_that_is_possible() -> None:
    assert "courtside versions rollback" in promotion_alert(model="m", before="1", after="2", reason="better").text
    assert "rollback" not in promotion_alert(model="m", before=None, after="1", reason="first").text


def test_a_subject_that_sns_would_refuse_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 100"):
        Alert("x" * 101, "text")
    with pytest.raises(ValueError, match="one line"):
        Alert("two\nlines", "text")
