"""`python -m infra.validation.principals`: write who may do what, as tables, into docs/security.md.

A test compares the page with the templates.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from courtside.contracts.names import stack_name
from courtside.contracts.templates.resources import short
from infra.pages import ROOT, replaced, templates_of
from infra.validation.policies import ACCOUNT, REGION, Policies
from infra.validation.unscoped import UNSCOPED

PAGE = ROOT / "docs/security.md"
_STACK = re.compile(rf"(?<=stack/){stack_name('[a-z0-9]+', '')}")
_ACCOUNT_ITSELF = f"arn:aws:iam::{ACCOUNT}:root"
# The users of a role, found by the property that names the role.
_USERS = {
    "AWS::Lambda::Function": {"Role": "function {name}"},
    "AWS::ECS::TaskDefinition": {"TaskRoleArn": "task {name}", "ExecutionRoleArn": "ECS for task {name}"},
    "AWS::StepFunctions::StateMachine": {"RoleArn": "state machine {name}"},
    "AWS::Scheduler::Schedule": {"Target": "schedule {name}"},
    "AWS::Events::Rule": {"Targets": "rule {name}"},
}


def tables(policies: Policies) -> str:
    """Return both tables in Markdown: what is granted on named resources, and what is granted on all."""
    named = "".join(f"| {who} | {'<br>'.join(rights)} |\n" for who, rights in sorted(_rows(policies).items()))
    anywhere = "".join(
        f"| {', '.join(f'`{action}`' for action in actions)} | {', '.join(_holders(policies, actions))} | {reason} |\n"
        for reason, actions in _by_reason().items()
    )
    both = f"| who | may |\n|---|---|\n{named}\n| on every resource | who | why |\n|---|---|---|\n{anywhere}"
    return _STACK.sub(stack_name("STAGE", ""), both.replace(ACCOUNT, "ACCOUNT").replace(REGION, "REGION"))


def written(page: str, policies: Policies) -> str:
    """Return the page with the tables of these templates between its two marks."""
    return replaced(page, "infra.validation.principals", tables(policies))


def _rows(policies: Policies) -> dict[str, list[str]]:
    rows: dict[str, list[str]] = {}
    users = dict(_users(policies))
    for policy in policies.of_roles():
        rows.setdefault(users[policy.holder], []).extend(filter(None, map(_right, policy.statements)))
    for policy in policies.of_resources():
        for statement in policy.statements:
            if statement["Effect"] == "Allow":
                for who in (each for kind in statement["Principal"].values() for each in kind):
                    rows.setdefault("this account, by its own policies" if who == _ACCOUNT_ITSELF else who, []).append(
                        _right(statement)
                    )
    for each in policies.resources.of_kind("AWS::Lambda::Permission"):
        permission = each.properties
        function = policies.text(each.stack, permission["FunctionName"])
        called = {"Effect": "Allow", "Action": [permission["Action"]], "Resource": [function]}
        source = {"ArnEquals": {"aws:SourceArn": policies.text(each.stack, permission["SourceArn"])}}
        rows.setdefault(permission["Principal"], []).append(_right(called | {"Condition": source}))
    return rows


def _users(policies: Policies) -> Iterator[tuple[str, str]]:
    """Yield (role, who uses it): several users of one role are one principal."""
    found: dict[str, list[str]] = {}
    for kind, properties in _USERS.items():
        for user in policies.resources.of_kind(kind):
            for name, phrase in properties.items():
                for used in policies.resources.referred(user.stack, user.properties.get(name)):
                    if used.kind == "AWS::IAM::Role":
                        found.setdefault(short(used.logical_id), []).append(phrase.format(name=short(user.logical_id)))
    for role, users in found.items():
        yield role, ", ".join(users)


def _right(statement: Mapping[str, Any]) -> str:
    """Return one statement in words, or an empty text for one on every resource, which another table shows."""
    if "*" in statement.get("Resource", ()):
        return ""
    denied = statement["Effect"] == "Deny"
    named = {_name(arn) for arn in statement.get("Resource", statement.get("NotResource", ()))}
    # Leave out the versions of a function that is named itself.
    resources = sorted(name for name in named if name.removesuffix(":*") not in named - {name})
    verb, where = ("never ", "except on") if denied else ("", "on")
    said = f"{verb}{', '.join(f'`{action}`' for action in statement['Action'])} {where} {', '.join(resources)}"
    conditions = [
        f"{key} is {' or '.join(_name(value) for value in (values if isinstance(values, list) else [values]))}"
        for keys in statement.get("Condition", {}).values()
        for key, values in keys.items()
    ]
    return f"{said} where {' and '.join(conditions)}" if conditions else said


def _name(arn: str) -> str:
    return arn.split(":", 5)[5] if arn.startswith("arn:") else arn


def _by_reason() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for action, reason in UNSCOPED.items():
        found.setdefault(reason, []).append(action)
    return found


def _holders(policies: Policies, actions: list[str]) -> list[str]:
    users = dict(_users(policies))
    return sorted(
        {
            users[policy.holder]
            for policy in policies.of_roles()
            for statement in policy.statements
            if "*" in statement.get("Resource", ()) and not set(actions).isdisjoint(statement["Action"])
        }
    )


def main() -> None:
    """Write the tables of dev into the page."""
    PAGE.write_text(written(PAGE.read_text(), Policies(templates_of("dev"))))


if __name__ == "__main__":
    main()
