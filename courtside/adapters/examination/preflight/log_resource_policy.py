"""Whether the account's log policies let in what API Gateway and Step Functions deliver, or have room for it."""

from collections.abc import Iterator

import boto3

from courtside.adapters.examination.preflight import Examination, Plan
from courtside.core.findings import Finding, broken, fine

_CHECK = "log resource policy"
# The prefix of our groups that services deliver into: one statement of it serves all of them.
_PREFIX = "/aws/vendedlogs/"
# https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html and API_PutResourcePolicy
_POLICIES, _CHARACTERS = 10, 5120
_DELIVERY = "AWSLogDeliveryWrite20150319"
_STATEMENT = 600


def _look(_: Plan) -> Iterator[Finding]:
    pages = boto3.client("logs").get_paginator("describe_resource_policies").paginate()
    policies = {each["policyName"]: each["policyDocument"] for page in pages for each in page["resourcePolicies"]}
    if any(_PREFIX in document for document in policies.values()):
        yield fine(_CHECK, f"{_PREFIX}* is let in already")
        return
    used = len(policies.get(_DELIVERY, ""))
    if _DELIVERY in policies and used + _STATEMENT > _CHARACTERS:
        fix = f"replace its statements by one on log-group:{_PREFIX}* (aws logs put-resource-policy)"
        yield broken(_CHECK, f"{_DELIVERY} has {used} of {_CHARACTERS} characters", fix)
    elif _DELIVERY not in policies and len(policies) >= _POLICIES:
        fix = "delete one that nothing uses (aws logs delete-resource-policy); AWS does not raise the number"
        yield broken(_CHECK, f"all {_POLICIES} policies of this region are used: {', '.join(sorted(policies))}", fix)
    else:
        yield fine(
            _CHECK, f"there is room: {len(policies)} of {_POLICIES} policies, {used} of {_CHARACTERS} characters"
        )


EXAMINATION = Examination(check=_CHECK, look=_look)
