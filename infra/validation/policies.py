"""Who may do what, read from synthesized templates: every role's statements, and every resource's own policy.

A template names resources by intrinsic functions; here they are ARNs as a deployment would make them, in which a
generated name is the logical id without its hash.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from courtside.contracts.templates import exports

Template = Mapping[str, Any]

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
# In the policy of a key, every resource is the key.
_ITSELF = {"AWS::KMS::Key": _ARNS["AWS::KMS::Key"]}
_REF_IS_ARN = {
    "AWS::ECS::TaskDefinition",
    "AWS::SNS::Topic",
    "AWS::SecretsManager::Secret",
    "AWS::SecretsManager::SecretTargetAttachment",
    "AWS::StepFunctions::StateMachine",
}
_HASHES = re.compile(r"(?:[0-9A-F]{8})+$")


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy document; `holder` is the role, or the policy resource, that it is written for."""

    holder: str
    document: Mapping[str, Any]

    @property
    def statements(self) -> list[Mapping[str, Any]]:
        """The document's statements, with actions, resources and principals always as lists."""
        return list(self.document["Statement"])


class Templates:
    """All templates of one stage by stack name; resolves what one says of another."""

    def __init__(self, templates: Mapping[str, Template]) -> None:
        self._templates = templates
        self._exports = exports(templates)

    def role_policies(self) -> list[Policy]:
        """Return every policy that a role holds."""
        attached = [
            self._policy(stack, role["Ref"], policy["PolicyDocument"])
            for stack, _, policy in self.of_type("AWS::IAM::Policy")
            for role in policy["Roles"]
        ]
        inline = [
            self._policy(stack, role_id, policy["PolicyDocument"])
            for stack, role_id, role in self.of_type("AWS::IAM::Role")
            for policy in role.get("Policies", [])
        ]
        return [*attached, *inline]

    def resource_policies(self) -> list[Policy]:
        """Return every policy that a resource holds."""
        return [
            self._policy(stack, logical_id, resource[field], itself=_ITSELF.get(kind))
            for kind, field in _RESOURCE_POLICIES.items()
            for stack, logical_id, resource in self.of_type(kind)
        ]

    def trust_policies(self) -> list[Policy]:
        """Return for each role who may take it."""
        roles = self.of_type("AWS::IAM::Role")
        return [self._policy(stack, role_id, role["AssumeRolePolicyDocument"]) for stack, role_id, role in roles]

    def managed_policies(self) -> list[str]:
        """Return the managed policies that roles hold beside their own."""
        roles = self.of_type("AWS::IAM::Role")
        return [self.text(stack, arn) for stack, _, role in roles for arn in role.get("ManagedPolicyArns", [])]

    def of_type(self, kind: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Yield (stack, logical id, properties) of every resource of a type."""
        for stack, template in self._templates.items():
            for logical_id, resource in template["Resources"].items():
                if resource["Type"] == kind:
                    yield stack, logical_id, resource.get("Properties", {})

    def text(self, stack: str, value: Any) -> str:
        """Return a value of a stack's template as a string; raises `ValueError` at an intrinsic it does not know."""
        match value:
            case str():
                return value
            case {"Fn::Join": [separator, parts]}:
                return str(separator).join(self.text(stack, part) for part in parts)
            case {"Fn::Sub": str(pattern)}:
                return re.sub(r"\$\{([^}]+)\}", lambda found: self._reference(stack, found[1]), pattern)
            case {"Fn::ImportValue": name}:
                return self.text(*self._exports[name])
            case {"Fn::GetAtt": [logical_id, attribute]}:
                return self._attribute(stack, logical_id, attribute)
            case {"Ref": name}:
                return self._reference(stack, name)
        raise ValueError(f"not a string or a known intrinsic: {value!r}")

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

    def _reference(self, stack: str, name: str) -> str:
        if name in _PSEUDO:
            return _PSEUDO[name]
        kind = self._templates[stack]["Resources"][name]["Type"]
        return _ARNS[kind].format(name=short(name)) if kind in _REF_IS_ARN else short(name)

    def _attribute(self, stack: str, logical_id: str, attribute: str) -> str:
        kind = self._templates[stack]["Resources"][logical_id]["Type"]
        named = short(logical_id)
        return _ARNS[kind].format(name=named) if attribute in {"Arn", "TopicArn"} else f"{named}.{attribute}"


def short(logical_id: str) -> str:
    """Return a logical id without the hashes that CDK puts at its end."""
    return _HASHES.sub("", logical_id)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
