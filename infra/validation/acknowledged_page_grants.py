"""Accepted findings about what the function that builds pages may do: every grant with a star in it."""

from courtside.contracts import lake_keys
from infra.constructs import publishing
from infra.validation.acknowledgement import Acknowledged, starred
from infra.validation.roles import PUBLISH_ROLE

PAGE_GRANTS = (
    *(
        starred(f"<LakeBucket>/{pattern}", PUBLISH_ROLE, reason="What its pages show lies below each model and day.")
        for pattern in publishing.SHOWN
        if "*" in pattern
    ),
    *(
        starred(f"<LakeBucket>/{pattern}", PUBLISH_ROLE, reason="It writes the rows of each model, day by day.")
        for pattern in publishing.WRITABLE
        if pattern != publishing.PAGES
    ),
    Acknowledged(
        rule="AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:cloudformation:<AWS::Region>:<AWS::AccountId>:stack/courtside-",
        at=(PUBLISH_ROLE,),
        reason="It reads the templates of its own stage's stacks; the star stands for the id that each got.",
        goes_on=True,
    ),
    Acknowledged(
        rule="AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:",
        at=(PUBLISH_ROLE,),
        reason="It reads what became of the executions of this one state machine.",
        goes_on=True,
    ),
    starred(
        f"<LakeBucket>/{lake_keys.contracts('*')}*",
        PUBLISH_ROLE,
        reason="It reads the contract of each model; only people may write one.",
    ),
)
