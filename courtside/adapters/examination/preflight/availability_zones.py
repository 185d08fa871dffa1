"""Whether the zones of the network have what a stage puts into them."""

from collections.abc import Iterator, Mapping

import boto3

from courtside.adapters.examination.preflight import Examination, Plan
from courtside.core.findings import Finding, broken, doubtful, fine

_CHECK = "availability zones"
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-vpc-links.html (copies of December 2025)
_VPC_LINKS: Mapping[str, tuple[int, ...]] = {
    "ap-east-1": (2, 3),
    "ap-northeast-1": (1, 2, 4),
    "ap-northeast-2": (1, 2, 3),
    "ap-south-1": (1, 2, 3),
    "ap-southeast-1": (1, 2, 3),
    "ap-southeast-2": (1, 2, 3),
    "ca-central-1": (1, 2),
    "eu-central-1": (1, 2, 3),
    "eu-north-1": (1, 2, 3),
    "eu-west-1": (1, 2, 3),
    "eu-west-2": (1, 2, 3),
    "eu-west-3": (1, 3),
    "me-south-1": (1, 2, 3),
    "sa-east-1": (1, 2, 3),
    "us-east-1": (1, 2, 4, 5, 6),
    "us-east-2": (1, 2, 3),
    "us-gov-west-1": (1, 2, 3),
    "us-west-1": (1, 3),
    "us-west-2": (1, 2, 3, 4),
}
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AWS_Fargate-Regions.html; elsewhere it is in every zone.
_FARGATE: Mapping[str, tuple[int, ...]] = {"ap-northeast-1": (1, 2, 4), "us-west-1": (1, 3)}
_NEEDED = 2


def _look(plan: Plan) -> Iterator[Finding]:
    there = _zones()
    wanted = tuple(plan.settings.get("zone_ids", ()))
    taken = wanted or tuple(there[:_NEEDED])
    if unknown := [zone for zone in wanted if zone not in there]:
        fix = f"set zone_ids in infra/settings.py to two of {', '.join(there)}"
        yield broken(_CHECK, f"{', '.join(unknown)} is not in {plan.region} for this account", fix)
        return
    if plan.region not in _VPC_LINKS:
        fix = "compare them with AWS's page on VPC links of HTTP APIs, and set zone_ids if one is missing there"
        yield doubtful(
            _CHECK, f"{', '.join(taken)}; which zones of {plan.region} have VPC links is not known here", fix
        )
        return
    usable = [zone for zone in there if _has(_VPC_LINKS, zone, plan.region) and _has(_FARGATE, zone, plan.region)]
    if missing := [zone for zone in taken if zone not in usable]:
        without = ", ".join(missing)
        chosen = "are set" if wanted else "come first in this account"
        fix = f"set zone_ids = {tuple(usable[:_NEEDED])} in infra/settings.py before the first deployment"
        yield broken(_CHECK, f"{', '.join(taken)} {chosen}, but {without} has no VPC links or no Fargate", fix)
    else:
        yield fine(_CHECK, f"{', '.join(taken)} have VPC links and Fargate")


def _zones() -> list[str]:
    """Return the ids of the region's zones in the order of their names, which is the order the templates take."""
    described = boto3.client("ec2").describe_availability_zones(
        Filters=[{"Name": "zone-type", "Values": ["availability-zone"]}, {"Name": "state", "Values": ["available"]}]
    )["AvailabilityZones"]
    return [each["ZoneId"] for each in sorted(described, key=lambda each: each["ZoneName"])]


def _has(table: Mapping[str, tuple[int, ...]], zone: str, region: str) -> bool:
    return region not in table or int(zone.rpartition("-az")[2]) in table[region]


EXAMINATION = Examination(check=_CHECK, look=_look)
