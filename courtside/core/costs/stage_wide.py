"""What a stage costs without being a resource of a template."""

import json
import re
from collections.abc import Iterator

from courtside.contracts.templates.resources import Resources
from courtside.core.costs.charges import Charge
from courtside.core.costs.usage import Usage

_IMAGE = re.compile(r"dkr\.ecr\.[^\"]*?:[0-9a-f]{64}")


def stage_wide(stage: Resources, usage: Usage) -> Iterator[Charge]:
    """Yield the charges for container images, traces, custom metrics and traffic that leaves AWS."""
    images = len({image for each in stage for image in _IMAGE.findall(json.dumps(each.properties))})
    if images:
        yield Charge(
            resource="container images",
            service="ECR",
            price="ecr_gb_month",
            quantity=images * usage.image_gb * usage.image_versions,
            basis=f"{images} images, {usage.image_versions:g} versions of {usage.image_gb:g} GB",
        )
    if any(_traced(each.properties) for each in stage):
        yield Charge(resource="traces", service="X-Ray", price="trace", quantity=usage.traces)
    yield Charge(
        resource="custom metrics",
        service="CloudWatch",
        price="metric_month",
        quantity=usage.custom_metric_hours / usage.hours,
        basis=f"{usage.custom_metric_hours:g} h with data",
    )
    yield Charge(resource="internet traffic", service="Data transfer", price="internet_gb", quantity=usage.internet_gb)


def _traced(properties: object) -> bool:
    match properties:
        case {"TracingConfig": {"Mode": "Active"}} | {"TracingConfiguration": {"Enabled": True}}:
            return True
    return False
