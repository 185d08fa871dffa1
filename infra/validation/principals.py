"""Who may do what, as the tables of docs/security.md; `python -m infra.validation.principals` writes them there anew.

A test holds the page to the templates.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import aws_cdk as cdk

from infra.app import build
from infra.settings import settings_for
from infra.validation.policies import ACCOUNT, REGION, Templates, short
from infra.validation.unscoped import UNSCOPED

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/security.md"
BEGIN, END = "<!-- written by python -m infra.validation.principals -->\n", "<!-- end -->\n"
_ACCOUNT_ITSELF = f"arn:aws:iam::{ACCOUNT}:root"
# Who uses a role, by the property that names it.
_USERS = {
    "AWS::Lambda::Function": {"Role": "function {name}"},
    "AWS::ECS::TaskDefinition": {"TaskRoleArn": "task {name}", "ExecutionRoleArn": "ECS for task {name}"},
    "AWS::StepFunctions::StateMachine": {"RoleArn": "state machine {name}"},
    "AWS::Scheduler::Schedule": {"Target": "schedule {name}"},
    "AWS::Events::Rule": {"Targets": "rule {name}"},
}


def tables(templates: Templates) -> str:
    """Return both tables in Markdown: what is granted on named resources, and what on all."""
    named = "".join(f"| {who} | {'<br>'.join(rights)} |\n" for who, rights in sorted(_rows(templates).items()))
    anywhere = "".join(
        f"| {', '.join(f'`{action}`' for action in actions)} | {', '.join(_holders(templates, actions))} | {reason} |\n"
        for reason, actions in _by_reason().items()
    )
    both = f"| who | may |\n|---|---|\n{named}\n| on every resource | who | why |\n|---|---|---|\n{anywhere}"
    return both.replace(ACCOUNT, "ACCOUNT").replace(REGION, "REGION")


def written(page: str, templates: Templates) -> str:
    """Return the page with the tables between its two marks as the templates have them."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{tables(templates)}\n{END}{after}"


def _rows(templates: Templates) -> dict[str, list[str]]:
    rows: dict[str, list[str]] = {}
    users = dict(_users(templates))
    for policy in templates.role_policies():
        rows.setdefault(users[policy.holder], []).extend(filter(None, map(_right, policy.statements)))
    for policy in templates.resource_policies():
        for statement in policy.statements:
            if statement["Effect"] == "Allow":
                for who in (each for kind in statement["Principal"].values() for each in kind):
                    rows.setdefault("this account, by its own policies" if who == _ACCOUNT_ITSELF else who, []).append(
                        _right(statement)
                    )
    for stack, _, permission in templates.of_type("AWS::Lambda::Permission"):
        function = templates.text(stack, permission["FunctionName"])
        called = {"Effect": "Allow", "Action": [permission["Action"]], "Resource": [function]}
        source = {"ArnEquals": {"aws:SourceArn": templates.text(stack, permission["SourceArn"])}}
        rows.setdefault(permission["Principal"], []).append(_right(called | {"Condition": source}))
    return rows


def _users(templates: Templates) -> Iterator[tuple[str, str]]:
    """Yield (role, who uses it): several users of one role are one principal."""
    found: dict[str, list[str]] = {}
    for kind, properties in _USERS.items():
        for _, logical_id, resource in templates.of_type(kind):
            for name, phrase in properties.items():
                for role in _roles_in(resource.get(name)):
                    found.setdefault(short(role), []).append(phrase.format(name=short(logical_id)))
    for role, users in found.items():
        yield role, ", ".join(users)


def _roles_in(value: Any) -> Iterator[str]:
    match value:
        case {"Fn::GetAtt": [role, "Arn"]}:
            yield role
        case {"RoleArn": role}:
            yield from _roles_in(role)
        case list():
            for each in value:
                yield from _roles_in(each)


def _right(statement: Mapping[str, Any]) -> str:
    """Return one statement in words; nothing of one on every resource, for which there is a table of its own."""
    if "*" in statement.get("Resource", ()):
        return ""
    denied = statement["Effect"] == "Deny"
    named = {_name(arn) for arn in statement.get("Resource", statement.get("NotResource", ()))}
    # The versions of a function that is named itself.
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


def _holders(templates: Templates, actions: list[str]) -> list[str]:
    users = dict(_users(templates))
    return sorted(
        {
            users[policy.holder]
            for policy in templates.role_policies()
            for statement in policy.statements
            if "*" in statement.get("Resource", ()) and not set(actions).isdisjoint(statement["Action"])
        }
    )


def main() -> None:
    """Write the tables of dev into the page."""
    with tempfile.TemporaryDirectory() as outdir:
        app = cdk.App(context=json.loads((ROOT / "cdk.json").read_text())["context"], outdir=outdir)
        build(app, settings_for("dev"))
        stacks = {stack.stack_name: stack.template for stack in app.synth().stacks}
    PAGE.write_text(written(PAGE.read_text(), Templates(stacks)))


if __name__ == "__main__":
    main()
