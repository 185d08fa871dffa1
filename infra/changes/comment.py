"""Write the difference as Markdown, beginning with what a reviewer must not miss."""

from collections.abc import Sequence

from infra.changes.compare import Action, Change
from infra.changes.permissions import permission_lines

# GitHub refuses a comment of more than 65,536 characters, and three stages share one.
LONGEST = 20_000
_SIGNS = {Action.ADDED: "+", Action.CHANGED: "~", Action.REPLACED: "±", Action.REMOVED: "−"}  # noqa: RUF001 — a minus as wide as the plus


def comment(changes: Sequence[Change], *, title: str) -> str:
    """Return the comment: lost data, replacements, permissions, then every stack's changes."""
    if not changes:
        return f"## {title}\n\nNo resource changes.\n"
    parts = [f"## {title}", _counts(changes), *_dangers(changes), *_replacements(changes), *_permissions(changes)]
    stacks = sorted({change.stack for change in changes})
    parts += [_stack(stack, [change for change in changes if change.stack == stack]) for stack in stacks]
    text = "\n\n".join(parts) + "\n"
    if len(text) <= LONGEST:
        return text
    cut = text[:LONGEST].rsplit("\n", 1)[0]
    return f"{cut}\n\n… The comment is cut off here; the rest is in `cdk diff`.\n"


def _counts(changes: Sequence[Change]) -> str:
    counted = {action: sum(change.action is action for change in changes) for action in Action}
    said = ", ".join(f"{count} {action}" for action, count in counted.items() if count)
    permissions = sum(bool(permission_lines(change)) for change in changes)
    return f"**{said}; permissions of {permissions} resources change.**"


def _dangers(changes: Sequence[Change]) -> list[str]:
    found = [change for change in changes if change.endangers]
    if not found:
        return []
    lines = [
        f"- {_name(change)} would be {_what(change)}; "
        + ("what it holds stays in the account, used by nothing" if change.kept else "**what it holds is deleted**")
        for change in found
    ]
    return ["### ⚠ Data at risk\n\n" + "\n".join(lines)]


def _replacements(changes: Sequence[Change]) -> list[str]:
    found = [change for change in changes if change.action is Action.REPLACED and not change.endangers]
    if not found:
        return []
    return ["### Replaced\n\n" + "\n".join(f"- {_name(change)} is {_what(change)}" for change in found)]


def _permissions(changes: Sequence[Change]) -> list[str]:
    found = [(change, lines) for change in changes if (lines := permission_lines(change))]
    if not found:
        return []
    lines = [line for change, said in found for line in (f"# {change.stack}/{change.logical_id}", *said)]
    return ["### Permissions and network rules\n\n```diff\n" + "\n".join(lines) + "\n```"]


def _stack(name: str, changes: Sequence[Change]) -> str:
    rows = [
        f"| {_SIGNS[change.action]} {change.action} | `{change.logical_id}` | {change.kind.removeprefix('AWS::')} | "
        f"{', '.join(change.properties)} |"
        for change in changes
    ]
    head = f"<details><summary><b>{name}</b>: {len(changes)} changes</summary>\n\n"
    return head + "| | resource | type | what |\n|---|---|---|---|\n" + "\n".join(rows) + "\n\n</details>"


def _name(change: Change) -> str:
    return f"`{change.stack}/{change.logical_id}` ({change.kind})"


def _what(change: Change) -> str:
    if change.action is Action.REMOVED:
        return "removed"
    return f"{'replaced' if change.certain else 'possibly replaced'}: {', '.join(change.causes)}"
