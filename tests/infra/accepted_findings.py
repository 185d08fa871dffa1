"""This table lists what outside linters find in our templates and why it stays; any other finding fails a test."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A linter's rule, the resources that may break it (logical ids without their hashes; `*` matches any) and the
    reason.

    `saying` limits the entry to findings whose message contains that text.
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
        reason="A major version alone takes its newest minor one, but the linter only knows full versions.",
    ),
    Accepted(
        linter="cfn-lint",
        rule="W3005",
        at=("*",),
        reason="CDK writes a dependency that a reference already implies; this changes nothing.",
    ),
    _checkov(
        "CKV_AWS_18",
        "LakeBucket",
        "ArtifactsBucket",
        "AccessLogsBucket",
        reason="Only prod keeps access logs, and the bucket that holds them does not log itself.",
    ),
    _checkov("CKV_AWS_21", "AccessLogsBucket", reason="Log delivery writes each object once, and nobody else writes."),
    _checkov(
        "CKV_AWS_27", "*", reason="The queues are encrypted with the key that SQS owns, which the rule does not accept."
    ),
    _checkov(
        "CKV_AWS_65", "*Cluster", reason="Container Insights would cost more than the one small task that it describes."
    ),
    _checkov(
        "CKV_AWS_68",
        "PagesDistribution",
        reason="A web ACL costs six dollars a month or more; CloudFront refuses whoever has no signed cookie anyway.",
    ),
    _checkov(
        "CKV_AWS_86",
        "PagesDistribution",
        reason="Its log would hold the codes of sign-ins; the function's log says who signed in.",
    ),
    _checkov(
        "CKV_AWS_111",
        "RetrainingMachineRoleDefaultPolicy",
        "WatchMachineRoleDefaultPolicy",
        reason="Log deliveries and traces have no resources; infra/validation/unscoped.py explains each action.",
    ),
    _checkov(
        "CKV_AWS_115",
        "*",
        reason="An account may have a concurrency of only ten, and nothing calls these functions in a loop.",
    ),
    _checkov(
        "CKV_AWS_116",
        "Steps*",
        "DriftCheckFunction",
        "ArrivalsFunction",
        "Scoring*",
        "WatchTendIncidentsFunction",
        "WatchFindDueFunction",
        "WatchSettleFunction",
        "PublishingFunction",
        "PagesSignInFunction",
        reason="A state machine calls them and waits, so it receives any error, and announces or settles it; a browser "
        "waits for the function of signing in, and a person begins it again.",
    ),
    _checkov(
        "CKV_AWS_117", "*", reason="They call only AWS's own APIs; inside the network they would need a NAT gateway."
    ),
    _checkov(
        "CKV_AWS_118",
        "TrackingDatabase",
        reason="Performance Insights is on; the host's figures for every second would be charged by the gigabyte.",
    ),
    _checkov(
        "CKV_AWS_149",
        "*Secret",
        reason="AWS's own key suffices within the account; a key of ours costs a dollar a month per secret.",
    ),
    _checkov("CKV_AWS_157", "TrackingDatabase", reason="A standby doubles the price, so only prod has one."),
    _checkov(
        "CKV_AWS_158",
        "*",
        reason="CloudWatch encrypts log groups, and they hold no secrets that would need a key of ours.",
    ),
    _checkov(
        "CKV_AWS_161",
        "TrackingDatabase",
        reason="Tokens need more memory than the smallest class has, so the password rotates (decision 5).",
    ),
    _checkov(
        "CKV_AWS_173",
        "*",
        reason="Lambda encrypts their variables, which are names and addresses; none of them is secret.",
    ),
    _parliament(
        "RESOURCE_STAR",
        "*",
        reason="The table in infra/validation/unscoped.py gives a reason for each action, and a test checks it.",
    ),
    _parliament(
        "UNKNOWN_CONDITION_FOR_ACTION",
        "*BucketPolicy",
        saying="s3:TlsVersion",
        reason="Buckets deny every S3 action over an old TLS; the few actions without a TLS version are unaffected.",
    ),
    _parliament(
        "RESOURCE_MISMATCH",
        "AlertsKey",
        "WatchMachineRole",
        "PublishingFunctionServiceRole",
        reason="The key's policy allows its account every KMS action, a few of which do not apply to one key. The map "
        "and the function that writes rows of runs may look at executions of a machine; the linter only knows "
        "those of map runs and express workflows.",
    ),
)
