"""An accepted cdk-nag finding."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """One rule's finding at the given constructs, and why it stays.

    `rule` is spelled as `infra.validation.nag.readable` spells it. `at` are construct paths below the stage
    (`data/LakeBucket/Resource`) in which `*` stands for anything. `never_in` are stages where it must not occur.
    With `goes_on`, the rule goes on with what a setting of the stage names, or with a name that CDK reads from an ARN.
    """

    rule: str
    at: tuple[str, ...]
    reason: str
    never_in: tuple[str, ...] = ()
    goes_on: bool = False


def starred(resource: str, *at: str, reason: str) -> Acknowledged:
    """Accept that a grant at these places names a resource with a star."""
    return Acknowledged(rule=f"AwsSolutions-IAM5[Resource::{resource}]", at=at, reason=reason)
