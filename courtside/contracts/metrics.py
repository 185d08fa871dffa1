"""The metrics that every stage emits: their names and units, and the figures of a payload that they come from."""

from enum import StrEnum

from courtside.contracts.events import (
    DriftCheckResponse,
    FreezeResponse,
    GateResponse,
    LockOutcome,
    LockResponse,
    Payload,
    PromoteResponse,
)
from courtside.contracts.records import ApprovalRecord, TrainingRecord
from courtside.contracts.scoring import PerformanceResponse, PredictResponse

NAMESPACE = "Courtside"
STAGE, SERVICE = "stage", "service"
"""The dimensions: each metric is recorded by stage, and by stage and service."""


class Metric(StrEnum):
    """Names in the namespace `Courtside`."""

    CHECKS = "ChecksFinished"
    ROWS_CHECKED = "RowsChecked"
    FEATURES_DRIFTED = "FeaturesDrifted"
    SHARE_DRIFTED = "ShareDrifted"
    DECIDED_NOTHING = "DecidedNothing"
    DECIDED_ALERT = "DecidedAlert"
    DECIDED_RETRAIN = "DecidedRetrain"
    DECIDED_WATCH = "DecidedWatch"
    DECIDED_RECALIBRATE = "DecidedRecalibrate"
    DECIDED_ROLL_BACK = "DecidedRollBack"
    DECIDED_NOTHING_TO_CHECK = "DecidedNothingToCheck"
    DECIDED_STALE_DATA = "DecidedStaleData"
    LOCK_WAITS = "LockWaits"
    ROWS_FROZEN = "RowsFrozen"
    GATE_PASSED = "GatePassed"
    GATE_AUC_DIFFERENCE = "GateAucDifference"
    APPROVALS_ASKED = "ApprovalsAsked"
    PROMOTIONS = "Promotions"
    TRAINING_SECONDS = "TrainingSeconds"
    TEST_AUC = "TestAuc"
    ROWS_PREDICTED = "RowsPredicted"
    ROWS_SET_ASIDE = "RowsSetAside"
    WINDOWS_JUDGED = "WindowsJudged"
    TIME_LIMIT_USED = "TimeLimitUsed"
    """Per cent of its timeout that an invocation took."""


UNITS = {
    Metric.TRAINING_SECONDS: "Seconds",
    Metric.TIME_LIMIT_USED: "Percent",
    Metric.SHARE_DRIFTED: "None",
    Metric.GATE_AUC_DIFFERENCE: "None",
    Metric.TEST_AUC: "None",
}
"""CloudWatch's unit of a metric; one that is not named here is a `Count`."""


def metrics_of(payload: Payload) -> dict[Metric, float]:  # noqa: PLR0911 — one case, one answer a payload
    """Return a payload's figures as metrics; a figure that is not known is left out."""
    match payload:
        case DriftCheckResponse():
            return {
                Metric.CHECKS: 1,
                Metric.ROWS_CHECKED: payload.rows,
                Metric.FEATURES_DRIFTED: len(payload.features_drifted),
                Metric.SHARE_DRIFTED: payload.share_drifted,
                Metric(f"Decided{payload.decision.title().replace('_', '')}"): 1,
            }
        case PredictResponse():
            return {Metric.ROWS_PREDICTED: payload.predicted, Metric.ROWS_SET_ASIDE: payload.set_aside}
        case PerformanceResponse():
            return {Metric.WINDOWS_JUDGED: payload.stated + payload.restated}
        case LockResponse():
            return {Metric.LOCK_WAITS: float(payload.outcome is LockOutcome.REMEMBERED)}
        case FreezeResponse():
            return {Metric.ROWS_FROZEN: payload.rows}
        case TrainingRecord():
            (auc,) = (model.measured("test_auc") for model in payload.models if model.name == payload.best)
            known = {} if auc is None else {Metric.TEST_AUC: auc}
            return {Metric.TRAINING_SECONDS: sum(payload.seconds.values()), **known}
        case GateResponse():
            compared = payload.auc_difference
            difference = {} if compared is None else {Metric.GATE_AUC_DIFFERENCE: compared}
            return {Metric.GATE_PASSED: float(payload.promote), **difference}
        case ApprovalRecord():
            return {Metric.APPROVALS_ASKED: 1}
        case PromoteResponse():
            return {Metric.PROMOTIONS: 1}
    return {}
