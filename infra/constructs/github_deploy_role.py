"""GitHub Actions deploys one stage with this role, without any stored key."""

from typing import Literal

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

_HOST = "token.actions.githubusercontent.com"
_AUDIENCE = "sts.amazonaws.com"
# The roles of `cdk bootstrap` that the CDK command assumes; the bootstrap decides what CloudFormation may do.
_BOOTSTRAP_ROLES = ("deploy", "file-publishing", "image-publishing", "lookup")


class GitHubDeployRole(Construct):
    """Only jobs of one GitHub environment of one repository get the role, and it may only assume the bootstrap roles.

    The environment's reviewers approve a deployment. An account has one provider for GitHub: the first stage
    in it creates it, others name it as existing.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        repository: str,
        environment: str,
        provider: Literal["create", "existing"],
    ) -> None:
        super().__init__(scope, construct_id)
        self.role = iam.Role(
            self,
            "Role",
            description=f"GitHub Actions of {repository}, environment {environment}: deploys with the bootstrap roles",
            assumed_by=iam.WebIdentityPrincipal(
                self._provider(provider),
                {
                    "StringEquals": {
                        f"{_HOST}:aud": _AUDIENCE,
                        f"{_HOST}:sub": f"repo:{repository}:environment:{environment}",
                    }
                },
            ),
            max_session_duration=cdk.Duration.hours(1),
        )
        self.role.add_to_policy(
            iam.PolicyStatement(
                actions=["sts:AssumeRole"], resources=[self._bootstrap(name) for name in _BOOTSTRAP_ROLES]
            )
        )

    def _provider(self, provider: Literal["create", "existing"]) -> str:
        if provider == "create":
            created = iam.CfnOIDCProvider(self, "Provider", url=f"https://{_HOST}", client_id_list=[_AUDIENCE])
            # Other stages of the account use it too.
            created.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
            return created.attr_arn
        return cdk.Stack.of(self).format_arn(service="iam", region="", resource="oidc-provider", resource_name=_HOST)

    def _bootstrap(self, name: str) -> str:
        stack = cdk.Stack.of(self)
        qualifier = stack.synthesizer.bootstrap_qualifier
        role = f"cdk-{qualifier}-{name}-role-{stack.account}-{stack.region}"
        return stack.format_arn(service="iam", region="", resource="role", resource_name=role)
