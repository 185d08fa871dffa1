"""Whether the account has the roles that services make for themselves at their first use."""

from collections.abc import Iterator

import boto3

from courtside.adapters.examination.preflight import Examination, Plan
from courtside.core.findings import Finding, doubtful, fine

_CHECK = "service-linked roles"
_ROLES = {
    "AWSServiceRoleForECS": "ecs.amazonaws.com",
    "AWSServiceRoleForRDS": "rds.amazonaws.com",
    "AWSServiceRoleForAPIGateway": "ops.apigateway.amazonaws.com",
}


def _look(_: Plan) -> Iterator[Finding]:
    iam = boto3.client("iam")
    missing = []
    for role in _ROLES:
        try:
            iam.get_role(RoleName=role)
        except iam.exceptions.NoSuchEntityException:
            missing.append(role)
    for role in missing:
        said = f"{role} is made at its service's first use, and a deployment that comes too early fails once"
        yield doubtful(_CHECK, said, f"aws iam create-service-linked-role --aws-service-name {_ROLES[role]}")
    if not missing:
        yield fine(_CHECK, f"{', '.join(_ROLES)} are there")


EXAMINATION = Examination(check=_CHECK, look=_look)
