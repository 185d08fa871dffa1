"""What outside linters find in our templates and why it stays: the one table of it. What is not here fails a test."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A rule of a linter, where it may be broken (`*` is anything; logical ids without their hashes), and why.

    `saying` narrows it to findings whose words hold these.
    """

    linter: str
    rule: str
    at: tuple[str, ...]
    reason: str
    saying: str = ""


def _checkov(rule: str, *at: str, reason: str) -> Accepted:
    return Accepted(linter="checkov", rule=rule, at=at, reason=reason)


def _parliament(rule: str, *at: str, saying: str = "", reason: str) -> Accepted:
    return Accepted(linter="parliament", rule=rule, at=at, saying=saying, reason=reason)


ACCEPTED = (
    Accepted(
        linter="cfn-lint",
        rule="W3691",
        at=("TrackingDatabase",),
        reason="A major version alone takes its newest minor one; the linter's list knows whole versions only.",
    ),
    Accepted(
        linter="cfn-lint",
        rule="W3005",
        at=("*",),
        reason="CDK writes a dependency out although a reference says the same; it changes nothing.",
    ),
    _checkov(
        "CKV_AWS_18",
        "LakeBucket",
        "ArtifactsBucket",
        "AccessLogsBucket",
        reason="Access logs are kept in prod, and the bucket they are in does not log itself.",
    ),
    _checkov("CKV_AWS_21", "AccessLogsBucket", reason="Log delivery writes each object once, and nobody else writes."),
    _checkov("CKV_AWS_27", "*", reason="The queues are encrypted with the key of SQS, which the rule does not count."),
    _checkov("CKV_AWS_65", "*Cluster", reason="Container Insights costs more than the one small task it describes."),
    _checkov(
        "CKV_AWS_111",
        "RetrainingMachineRoleDefaultPolicy",
        reason="Log deliveries and traces have no resources; infra/validation/unscoped.py says it of each action.",
    ),
    _checkov(
        "CKV_AWS_115",
        "*",
        reason="Reserved concurrency is taken from an account that may have ten; nothing calls them in a loop.",
    ),
    _checkov(
        "CKV_AWS_116",
        "Steps*",
        reason="The state machine calls them and waits: an error goes back to it, and it announces it.",
    ),
    _checkov(
        "CKV_AWS_117", "*", reason="They call AWS's own APIs alone; in the network they would need a NAT gateway."
    ),
    _checkov(
        "CKV_AWS_118",
        "TrackingDatabase",
        reason="Performance Insights is on; figures of the host by the second would be paid for by the gigabyte.",
    ),
    _checkov(
        "CKV_AWS_149",
        "*Secret",
        reason="AWS's own key serves readers in the account; one of ours is a dollar a month for each.",
    ),
    _checkov("CKV_AWS_157", "TrackingDatabase", reason="A standby doubles its price; prod has one."),
    _checkov(
        "CKV_AWS_158", "*", reason="Log groups are encrypted by CloudWatch; they hold no secrets that need our key."
    ),
    _checkov(
        "CKV_AWS_161",
        "TrackingDatabase",
        reason="Tokens need memory that the smallest class does not have; the password rotates (decision 5).",
    ),
    _checkov(
        "CKV_AWS_173", "*", reason="Their variables are names and addresses, encrypted by Lambda; none is secret."
    ),
    _parliament(
        "RESOURCE_STAR",
        "*",
        reason="Every action on all resources is in infra/validation/unscoped.py with its reason, held by a test.",
    ),
    _parliament(
        "UNKNOWN_CONDITION_FOR_ACTION",
        "*BucketPolicy",
        saying="s3:TlsVersion",
        reason="Buckets deny all of S3 by an old TLS; a few of its actions know no TLS version and lose nothing.",
    ),
    _parliament(
        "RESOURCE_MISMATCH",
        "AlertsKey",
        reason="A key lets its account do all that is done to keys; a few such actions are done to no key.",
    ),
)
