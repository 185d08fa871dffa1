"""Paths of roles in the synthesized app, by which findings about their grants name them."""

from infra.constructs import tracking_routes

CHECK_ROLE = "pipeline/DriftCheck/Function/ServiceRole/DefaultPolicy/Resource"
ARRIVALS_ROLE = "pipeline/Arrivals/Function/ServiceRole/DefaultPolicy/Resource"
TRAINING_ROLE = "pipeline/Training/Task/TaskRole/DefaultPolicy/Resource"
MACHINE_ROLE = "pipeline/Retraining/Machine/Role/DefaultPolicy/Resource"
WATCH_ROLE = "pipeline/Watch/Machine/Role/DefaultPolicy/Resource"
MAP_POLICY = "pipeline/Watch/Machine/DistributedMapPolicy/Resource"
FIND_DUE_ROLE = "pipeline/Watch/FindDueFunction/ServiceRole/DefaultPolicy/Resource"
SETTLE_ROLE = "pipeline/Watch/SettleFunction/ServiceRole/DefaultPolicy/Resource"
TEND_ROLE = "pipeline/Watch/TendIncidentsFunction/ServiceRole/DefaultPolicy/Resource"
PREDICT_ROLE = "pipeline/Scoring/Predict/ServiceRole/DefaultPolicy/Resource"
JUDGE_ROLE = "pipeline/Scoring/CheckPerformance/ServiceRole/DefaultPolicy/Resource"
ANNOUNCE_ROLE = "pipeline/Steps/Announce/ServiceRole/DefaultPolicy/Resource"
PUBLISH_ROLE = "pipeline/Publishing/Function/ServiceRole/DefaultPolicy/Resource"
REPORTING = (CHECK_ROLE, ARRIVALS_ROLE, PREDICT_ROLE, SETTLE_ROLE, TEND_ROLE, ANNOUNCE_ROLE, PUBLISH_ROLE)
"""Who reports incidents."""
REPORTING_OF_STAGE = (TEND_ROLE, FIND_DUE_ROLE, PUBLISH_ROLE)
COLLECTION_ROLE = "pipeline/TrackingUpkeep/Collection/TaskRole/DefaultPolicy/Resource"
WATCH = (
    "Watch/TendIncidentsFunction",
    "Watch/FindDueFunction",
    "Arrivals/Function",
    "DriftCheck/Function",
    "Scoring/Predict",
    "Scoring/CheckPerformance",
    "Watch/SettleFunction",
    "Publishing/Function",
)
"""The functions that the watch's state machine calls."""
STEPS = ("Lock", "Freeze", "Gate", "RequestApproval", "Seal", "Promote", "RollBack", "Announce", "Unlock")


def step_role(step: str) -> str:
    """Return the path of the role of one step of the state machine of retrainings."""
    return f"pipeline/Steps/{step}/ServiceRole/DefaultPolicy/Resource"


def tracking_callers() -> dict[str, tuple[str, ...]]:
    """Return the roles that are granted each call of the tracking API, by `METHOD/path`."""
    calls = {
        TRAINING_ROLE: tracking_routes.TRAINING,
        CHECK_ROLE: tracking_routes.DRIFT_CHECK,
        step_role("Seal"): tracking_routes.SEAL,
        step_role("Promote"): tracking_routes.PROMOTION,
        step_role("RollBack"): tracking_routes.PROMOTION,
    }
    granted = sorted({call for routes in calls.values() for call in routes})
    return {
        call.replace(" ", "", 1).replace("{model_id}", "*"): tuple(
            role for role, routes in calls.items() if call in routes
        )
        for call in granted
    }
