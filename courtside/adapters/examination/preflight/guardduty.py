"""Whether GuardDuty adds a container of its own to every task."""

from collections.abc import Iterator
from typing import Any

import boto3

from courtside.adapters.examination.preflight import Examination, Plan
from courtside.core.findings import Finding, doubtful, fine

_CHECK = "GuardDuty runtime monitoring"
_FEATURE, _FARGATE = "RUNTIME_MONITORING", "ECS_FARGATE_AGENT_MANAGEMENT"


def _look(_: Plan) -> Iterator[Finding]:
    guardduty = boto3.client("guardduty")
    detectors = guardduty.list_detectors()["DetectorIds"]
    if any(_adds_containers(guardduty.get_detector(DetectorId=each)) for each in detectors):
        said = (
            "it adds a container to every Fargate task, which takes memory and vCPU hours of its own and may end with "
            "any exit code; a retraining is judged by its own container alone"
        )
        fix = "leave memory for it (tracking_size, training_size), or tag the clusters GuardDutyManaged=false"
        yield doubtful(_CHECK, said, fix)
    else:
        yield fine(_CHECK, "it adds nothing to Fargate tasks")


def _adds_containers(detector: Any) -> bool:
    on = [each for each in detector.get("Features", []) if each["Name"] == _FEATURE and each["Status"] == "ENABLED"]
    more = [part for feature in on for part in feature.get("AdditionalConfiguration", [])]
    return any(part["Name"] == _FARGATE and part["Status"] == "ENABLED" for part in more)


EXAMINATION = Examination(check=_CHECK, look=_look)
