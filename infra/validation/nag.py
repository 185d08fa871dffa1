"""Run cdk-nag's AwsSolutions and Serverless packs, and tell which of their findings have been reviewed."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import aws_cdk as cdk
import cdk_nag
import jsii
from constructs import IConstruct

from courtside.contracts.names import stack_name
from infra.validation.acknowledged import ACKNOWLEDGED
from infra.validation.acknowledgement import Acknowledged

# Another stack's resource appears under the name under which its value is exported.
_EXPORT = re.compile(r"[a-z0-9-]+:ExportsOutput(?:FnGetAtt|Ref)(\w+)")
_HASHES = re.compile(r"(?:Arn)?(?:[0-9A-F]{8})+$")


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule broken by one resource; `path` is below the stage: `data/LakeBucket/Resource`."""

    rule: str
    path: str
    meaning: str

    def is_acknowledged_by(self, entry: Acknowledged, stage: str) -> bool:
        """Return whether an entry is about this finding in that stage."""
        return (
            (self.rule.startswith(entry.rule) if entry.goes_on else entry.rule == self.rule)
            and stage not in entry.never_in
            and any(_matches(pattern, self.path) for pattern in entry.at)
        )


def readable(rule: str) -> str:
    """Return a rule's id with resources called by name: `<LakeBucket>`, `<StepsGate.Arn>`, without their hashes."""
    named = _EXPORT.sub(lambda found: f"<{_HASHES.sub('', found[1])}>", rule)
    return re.sub(r"<(\w+?)[0-9A-F]{8}(\.\w+)?>", r"<\1\2>", named)


def findings(app: IConstruct, stage: str) -> list[Finding]:
    """Return what both packs find in a synthesized app, acknowledged or not."""
    reports = (pack.validate_scope(app) for pack in (cdk_nag.AwsSolutionsChecks(), cdk_nag.ServerlessChecks()))
    prefix = stack_name(stage, "")
    return [
        Finding(readable(violation.rule_name), str(resource.construct_path).removeprefix(prefix), violation.description)
        for report in reports
        for violation in report.violations
        for resource in violation.violating_resources
    ]


def unreviewed(
    found: Iterable[Finding], stage: str, table: tuple[Acknowledged, ...] = ACKNOWLEDGED
) -> Iterator[Finding]:
    """Yield the findings that no entry acknowledges."""
    for finding in found:
        if not any(finding.is_acknowledged_by(entry, stage) for entry in table):
            yield finding


def _matches(pattern: str, path: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), path) is not None


@jsii.implements(cdk.IPolicyValidationPlugin)
class ReviewedNag:
    """Fails synthesis on every finding that is not in the table.

    CDK's own acknowledgments name a finding by its exact id, which holds the stage, the region and generated names.
    The table is written for people, so this plugin compares instead. `reviewed` holds the findings that it
    accepted.
    """

    def __init__(self, stage: str) -> None:
        self._stage = stage
        self.reviewed: list[Finding] = []

    @property
    def name(self) -> str:
        """The plugin's name in the validation report."""
        return "cdk-nag"

    @property
    def version(self) -> str | None:
        """The plugin has no version."""
        return None

    @property
    def rule_ids(self) -> list[str] | None:
        """The plugin does not list its rules."""
        return None

    def validate(self, context: cdk.IPolicyValidationContext) -> cdk.PolicyValidationPluginReport:
        """Run the packs on the finished tree."""
        everything = findings(context.app_construct, self._stage)
        found = list(unreviewed(everything, self._stage))
        self.reviewed = [finding for finding in everything if finding not in found]
        return cdk.PolicyValidationPluginReport(
            success=not found, violations=[self._violation(finding) for finding in found]
        )

    def _violation(self, finding: Finding) -> cdk.PolicyViolation:
        return cdk.PolicyViolation(
            rule_name=finding.rule,
            description=finding.meaning,
            severity="error",
            fix="Fix it, or explain in infra/validation/acknowledged.py or acknowledged_grants.py why it stays",
            violating_resources=[
                cdk.PolicyViolatingResource(
                    construct_path=stack_name(self._stage, "") + finding.path, locations=["Properties"]
                )
            ],
        )
