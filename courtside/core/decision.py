"""From a drift report to what the system does about it."""

from dataclasses import dataclass
from enum import StrEnum

from courtside.contracts.shortening import listed
from courtside.core.drift.reports.report import DriftReport
from courtside.core.drift.story import headline


class Action(StrEnum):
    """What follows from a report, or from having nothing to report on."""

    NOTHING = "nothing"
    ALERT = "alert"
    RETRAIN = "retrain"
    NOTHING_TO_CHECK = "nothing_to_check"


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
    """The action, the rule that chose it, and one plain sentence."""

    action: Action
    rule: str
    reason: str


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
    return Decision(Action.ALERT, "some_drift", f"{said}, under {policy.retrain_share:.0%}: no retraining")


def _with_enough_drift(said: str, policy: DecisionPolicy) -> Decision:
    if policy.retrains:
        return Decision(Action.RETRAIN, "share_drifted", f"{said}: retraining")
    off = "the contract says `retrain: {on_drift: false}`, so it is for a person to start one with `courtside retrain`"
    return Decision(Action.ALERT, "retraining_off", f"{said}: {off}")


def _without_drifted_features(report: DriftReport) -> Decision:
    usual, checked = len(report.features_usual), report.features_checked
    if report.segments_drifted:
        parts = headline.only_there(report.segments_drifted)
        return Decision(Action.ALERT, "segment_drift", f"no feature drifted in all rows, but {parts}: no retraining")
    if report.table_drifted:
        whole = "; ".join(each.reason for each in report.table_drifted)
        return Decision(Action.ALERT, "table_drift", f"no feature drifted by itself, but {whole}: no retraining")
    if usual:
        said = f"{usual} of {checked} features moved, but no more than the reference itself shows"
        return Decision(Action.NOTHING, "usual", said)
    return Decision(Action.NOTHING, "no_drift", f"none of {checked} features moved")
