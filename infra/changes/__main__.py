"""`python -m infra.changes OLD NEW`: print the difference of two synthesized stages as a pull request's comment.

OLD and NEW are cloud assemblies (`cdk synth -o …`) or folders of templates. It exits with 0, or with 3 under
--fail-on-data-loss when something that holds data would be replaced or removed; with 2 on input that cannot be
read.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from courtside.contracts.errors import BadInput, CourtsideError
from infra.changes.comment import comment
from infra.changes.compare import Change, compare
from infra.changes.specification import specification

EXIT_BAD_INPUT = 2
EXIT_DATA_LOSS = 3
_SUFFIX = ".template.json"


class NoTemplates(BadInput):
    """A folder holds no synthesized template."""

    def __init__(self, folder: Path, reason: str) -> None:
        self.folder = folder
        super().__init__(f"{folder}: {reason}; write one with `cdk synth --output {folder} -c stage=…`")


def templates(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the templates of a folder by stack name; raises `NoTemplates`."""
    found = sorted(folder.glob(f"*{_SUFFIX}"))
    if not found:
        raise NoTemplates(folder, "it holds no template")
    try:
        return {path.name.removesuffix(_SUFFIX): json.loads(path.read_text()) for path in found}
    except ValueError as error:
        raise NoTemplates(folder, f"a template cannot be read ({error})") from error


def changes_between(old: dict[str, dict[str, Any]], new: dict[str, dict[str, Any]]) -> list[Change]:
    """Return the changes of every stack that either side has."""
    known = specification()
    return [
        change
        for stack in sorted(old.keys() | new.keys())
        for change in compare(stack, old.get(stack, {}), new.get(stack, {}), known)
    ]


def main(argv: list[str] | None = None) -> int:
    """Print the comment and return the exit code."""
    parser = argparse.ArgumentParser(prog="scripts/diff-comment", description=__doc__)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--title", default="Infrastructure changes")
    parser.add_argument(
        "--fail-on-data-loss", action="store_true", help="exit with 3 when stored data would be deleted or left unused"
    )
    arguments = parser.parse_args(argv)
    try:
        changes = changes_between(templates(arguments.old), templates(arguments.new))
    except CourtsideError as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return EXIT_BAD_INPUT
    sys.stdout.write(comment(changes, title=arguments.title))
    lost = arguments.fail_on_data_loss and any(change.endangers for change in changes)
    return EXIT_DATA_LOSS if lost else 0


if __name__ == "__main__":
    sys.exit(main())
