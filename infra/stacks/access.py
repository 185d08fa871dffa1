"""A pipeline that deploys a stage gets its access here; the stack exists only if the settings name a repository."""

import aws_cdk as cdk
from constructs import Construct

from infra.constructs.github_deploy_role import GitHubDeployRole
from infra.placement import placement
from infra.stage import StageSettings


class AccessStack(cdk.Stack):
    """The role of GitHub Actions; a person deploys this stack first, with their own rights."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: StageSettings, repository: str) -> None:
        super().__init__(
            scope,
            construct_id,
            description="Courtside: who may deploy this stage from GitHub Actions",
            env=placement(settings),
        )
        role = GitHubDeployRole(
            self,
            "GitHubDeploy",
            repository=repository,
            environment=settings.stage,
            provider=settings.github_provider,
        ).role
        cdk.CfnOutput(
            self,
            "DeployRoleArn",
            value=role.role_arn,
            description=f"Set it as the variable AWS_DEPLOY_ROLE_ARN of the GitHub environment {settings.stage}",
        )
