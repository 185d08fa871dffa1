"""Read who may do what from synthesized templates: every role's statements, and every resource's own policy.

A template names resources by intrinsic functions; here they are ARNs as a deployment would make them, in which a
generated name is the logical id without its hash.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from courtside.contracts.templates.references import Reference, text
from courtside.contracts.templates.resources import Resources, Template, short

ACCOUNT, REGION = "123456789012", "us-east-1"
_PLACE = f"{REGION}:{ACCOUNT}"
_PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::URLSuffix": "amazonaws.com",
}
_RESOURCE_POLICIES = {
    "AWS::KMS::Key": "KeyPolicy",
    "AWS::S3::BucketPolicy": "PolicyDocument",
    "AWS::SNS::TopicPolicy": "PolicyDocument",
    "AWS::SQS::QueuePolicy": "PolicyDocument",
    "AWS::SecretsManager::ResourcePolicy": "ResourcePolicy",
}
_ARNS = {
    "AWS::Cognito::UserPool": f"arn:aws:cognito-idp:{_PLACE}:userpool/{{name}}",
    "AWS::DynamoDB::GlobalTable": f"arn:aws:dynamodb:{_PLACE}:table/{{name}}",
    "AWS::ECS::Cluster": f"arn:aws:ecs:{_PLACE}:cluster/{{name}}",
    "AWS::ECS::TaskDefinition": f"arn:aws:ecs:{_PLACE}:task-definition/{{name}}:1",
    "AWS::Events::Rule": f"arn:aws:events:{_PLACE}:rule/{{name}}",
    "AWS::IAM::Role": f"arn:aws:iam::{ACCOUNT}:role/{{name}}",
    "AWS::KMS::Key": f"arn:aws:kms:{_PLACE}:key/{{name}}",
    "AWS::Lambda::Function": f"arn:aws:lambda:{_PLACE}:function:{{name}}",
    "AWS::Logs::LogGroup": f"arn:aws:logs:{_PLACE}:log-group:{{name}}:*",
    "AWS::S3::Bucket": "arn:aws:s3:::{name}",
    "AWS::SNS::Topic": f"arn:aws:sns:{_PLACE}:{{name}}",
    "AWS::SQS::Queue": f"arn:aws:sqs:{_PLACE}:{{name}}",
    "AWS::SecretsManager::Secret": f"arn:aws:secretsmanager:{_PLACE}:secret:{{name}}",
    "AWS::SecretsManager::SecretTargetAttachment": f"arn:aws:secretsmanager:{_PLACE}:secret:{{name}}",
    "AWS::StepFunctions::StateMachine": f"arn:aws:states:{_PLACE}:stateMachine:{{name}}",
}
# In a key's policy, `*` means the key itself.
_ITSELF = {"AWS::KMS::Key": _ARNS["AWS::KMS::Key"]}
_REF_IS_ARN = {
    "AWS::ECS::TaskDefinition",
    "AWS::SNS::Topic",
    "AWS::SecretsManager::Secret",
    "AWS::SecretsManager::SecretTargetAttachment",
    "AWS::StepFunctions::StateMachine",
}


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy document; `holder` is the role, or the policy resource, that it is written for."""

    holder: str
    document: Mapping[str, Any]

    @property
    def statements(self) -> list[Mapping[str, Any]]:
        """The document's statements, with actions, resources and principals always as lists."""
        return list(self.document["Statement"])


class Policies:
    """Every policy in the templates of one stage, which are given by stack name."""

    def __init__(self, templates: Mapping[str, Template]) -> None:
        self.resources = Resources.of(templates)

    def of_roles(self) -> list[Policy]:
        """Return every policy that a role holds."""
        attached = [
            self._policy(each.stack, role["Ref"], each.properties["PolicyDocument"])
            for each in self.resources.of_kind("AWS::IAM::Policy")
            for role in each.properties["Roles"]
        ]
        inline = [
            self._policy(role.stack, role.logical_id, policy["PolicyDocument"])
            for role in self.resources.of_kind("AWS::IAM::Role")
            for policy in role.properties.get("Policies", [])
        ]
        return [*attached, *inline]

    def of_resources(self) -> list[Policy]:
        """Return every policy that a resource holds."""
        return [
            self._policy(each.stack, each.logical_id, each.properties[field], itself=_ITSELF.get(kind))
            for kind, field in _RESOURCE_POLICIES.items()
            for each in self.resources.of_kind(kind)
        ]

    def text(self, stack: str, value: Any) -> str:
        """Return a value of a stack's template as a deployment would have it; raises `NotText`."""
        return text(value, lambda reference: self._spelled(stack, reference))

    def _policy(self, stack: str, holder: str, document: Mapping[str, Any], *, itself: str | None = None) -> Policy:
        statements = [self._plain(stack, statement) for statement in document["Statement"]]
        if itself:
            statements = [{**each, "Resource": [itself.format(name=short(holder))]} for each in statements]
        return Policy(short(holder), {**document, "Statement": statements})

    def _plain(self, stack: str, statement: Mapping[str, Any]) -> dict[str, Any]:
        plain = dict(statement)
        for field in ("Action", "NotAction", "Resource", "NotResource"):
            if field in statement:
                plain[field] = [self.text(stack, each) for each in _listed(statement[field])]
        if isinstance(principal := statement.get("Principal"), dict):
            plain["Principal"] = {kind: [self.text(stack, w) for w in _listed(who)] for kind, who in principal.items()}
        if "Condition" in statement:
            plain["Condition"] = {
                operator: {key: self._compared(stack, value) for key, value in keys.items()}
                for operator, keys in statement["Condition"].items()
            }
        return plain

    def _compared(self, stack: str, value: Any) -> Any:
        if isinstance(value, list):
            return [self._compared(stack, each) for each in value]
        return self.text(stack, value) if isinstance(value, dict) else value

    def _spelled(self, stack: str, reference: Reference) -> str:
        if reference.imported:
            return self.text(*self.resources.exports[reference.name])
        if reference.name in _PSEUDO:
            return _PSEUDO[reference.name]
        named = short(reference.name)
        resource = self.resources.find(stack, reference.name)
        kind = resource.kind if resource else ""
        if reference.attribute in {"Arn", "TopicArn"} or (not reference.attribute and kind in _REF_IS_ARN):
            return _ARNS[kind].format(name=named)
        return f"{named}.{reference.attribute}" if reference.attribute else named


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
