"""Every synthesis must pass these checks before it may be deployed."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import aws_cdk as cdk

if TYPE_CHECKING:
    from infra.validation.nag import ReviewedNag

RULES = Path(__file__).with_name("rules.guard")


@cache
def template_rules() -> cdk.CloudFormationValidatePlugin:
    """Return CDK's own rules with our Guard rules beside them.

    All apps share the result, because compiling the rules takes seconds.
    """
    source = cdk.ValidationRuleSource(name=RULES.stem, content=RULES.read_text())
    return cdk.CloudFormationValidatePlugin(guard_rules=[source])


def hold_to_the_rules(app: cdk.App, stage: str) -> "ReviewedNag":
    """Make synthesis of this app fail on CDK's own rules, on our Guard rules, and on unreviewed cdk-nag findings."""
    from infra.validation.nag import ReviewedNag

    nag = ReviewedNag(stage)
    # Registering an instance of that class replaces CDK's default one.
    cdk.Validations.of(app).add_plugins(template_rules(), nag)
    return nag
