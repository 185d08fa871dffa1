"""From a drift report to what the system does about it."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from courtside.contracts.shortening import listed
from courtside.core.drift.reports.report import DriftReport
from courtside.core.drift.story import headline

RETRAINING_OFF = "retraining_off"
"""The rule of a report that asks for a training which the contract leaves to people."""
_NO_RETRAINING = ": no retraining"
_OFF = ": the contract says `retrain: {on_drift: false}`, so it is for a person to start one"
_MENDED_FIRST = {"broken_columns", "files_quarantined"}


class Action(StrEnum):
    """What follows from a report, or from having nothing to report on."""

    NOTHING = "nothing"
    ALERT = "alert"
    RETRAIN = "retrain"
    NOTHING_TO_CHECK = "nothing_to_check"
    STALE_DATA = "stale_data"


@dataclass(frozen=True, slots=True)
class DecisionPolicy:
    """When a retraining starts by itself.

    `retrain_share` is the share of drifted features, in [0, 1], from which it starts; `retrains` False leaves that to
    people, who are told.
    """

    retrain_share: float = 0.2
    retrains: bool = True


@dataclass(frozen=True, slots=True)
class Decision:
    """The action, the rule that chose it, and one plain sentence.

    `due` is the day since which the training that follows was due by schedule, None for any other; it is `quiet` where
    the report holds no news for people.
    """

    action: Action
    rule: str
    reason: str
    due: date | None = None
    quiet: bool = False

    @property
    def tells(self) -> bool:
        """Whether people are told what a report found."""
        return self.action in {Action.ALERT, Action.RETRAIN} and not self.quiet


@dataclass(frozen=True, slots=True)
class DueTraining:
    """A training that the contract's `retrain.every` asks for: since when, and whether it would see `newer` rows.

    The champion's data ends before `data_until`.
    """

    since: date
    data_until: date
    newer: bool


def decide(report: DriftReport, policy: DecisionPolicy) -> Decision:
    """Choose the action for one report.

    Too little data, no drift and what is usual ask for nothing; a broken column and files that could not be read ask
    for a person, because a model trained on broken data would be worse than the current one. So does a table that moved
    as a whole, or in one segment, while no feature did in all rows: whether that hurts the model is for a person to
    say.
    """
    moved, checked, share = len(report.features_drifted), report.features_checked, report.share_drifted
    said = f"{moved} of {checked} features moved ({share:.0%})"
    if report.files_quarantined:
        unread = f"{len(report.files_quarantined)} files could not be read"
        return Decision(Action.ALERT, "files_quarantined", f"{unread}: mend them first; by the others, {said}")
    if not report.sufficient_data:
        return Decision(Action.NOTHING, "insufficient_data", f"{report.current.rows:,} rows are too few to tell")
    if report.features_broken:
        broken = listed(report.features_broken)
        return Decision(Action.ALERT, "broken_columns", f"repair the data first, no retraining: {broken}")
    if moved == 0:
        return _without_drifted_features(report)
    if share >= policy.retrain_share:
        return _with_enough_drift(f"{said}, at least {policy.retrain_share:.0%}", policy)
    return Decision(Action.ALERT, "some_drift", f"{said}, under {policy.retrain_share:.0%}{_NO_RETRAINING}")


def _with_enough_drift(said: str, policy: DecisionPolicy) -> Decision:
    if policy.retrains:
        return Decision(Action.RETRAIN, "share_drifted", f"{said}: retraining")
    return Decision(Action.ALERT, RETRAINING_OFF, f"{said}{_OFF}")


def _without_drifted_features(report: DriftReport) -> Decision:
    usual, checked = len(report.features_usual), report.features_checked
    if report.segments_drifted:
        parts = headline.only_there(report.segments_drifted)
        return Decision(Action.ALERT, "segment_drift", f"no feature drifted in all rows, but {parts}{_NO_RETRAINING}")
    if report.table_drifted:
        whole = "; ".join(each.reason for each in report.table_drifted)
        return Decision(Action.ALERT, "table_drift", f"no feature drifted by itself, but {whole}{_NO_RETRAINING}")
    if usual:
        said = f"{usual} of {checked} features moved, but no more than the reference itself shows"
        return Decision(Action.NOTHING, "usual", said)
    return Decision(Action.NOTHING, "no_drift", f"none of {checked} features moved")


def with_overdue(decision: Decision, since: date | None) -> Decision:
    """Return the decision where rows are overdue, the newest being of the day `since` (None: they are not).

    Data that nobody delivers is the matter then, unless a report found another one. People are told of it elsewhere.
    """
    if since is None or decision.action not in {Action.NOTHING, Action.NOTHING_TO_CHECK}:
        return decision
    return Decision(Action.STALE_DATA, "overdue", f"the newest row is of {since}; {decision.reason}")


def with_schedule(decision: Decision, due: DueTraining | None) -> Decision:
    """Return the decision where a training is due by schedule (None: it is not).

    Drift goes first, and so does what has to be mended before anything is trained on it. A model is never trained on
    the same rows again.
    """
    if due is None or decision.action is Action.RETRAIN or decision.rule in _MENDED_FIRST:
        return decision
    found = decision.reason.removesuffix(_NO_RETRAINING).removesuffix(_OFF)
    said = f"{found}; a training is due by schedule since {due.since}"
    if due.newer:
        reason = f"{said}, because the champion's data ends before {due.data_until}: retraining"
        return Decision(Action.RETRAIN, "schedule", reason, due=due.since, quiet=decision.action is not Action.ALERT)
    if decision.action is Action.ALERT:
        return decision
    none = f"but no row is newer than the champion's data, which ends before {due.data_until}"
    return replace(decision, rule="schedule_but_no_new_data", reason=f"{said}, {none}{_NO_RETRAINING}")
