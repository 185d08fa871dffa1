"""Which of two of MLflow's schemas is the older one, as far as the installed MLflow knows."""

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_STEP = re.compile(r'^(down_revision|revision)\s*=\s*(?:"(\w+)"|None)', re.MULTILINE)


@cache
def known() -> tuple[str, ...]:
    """Return every revision of the schema, oldest first, read from MLflow's migrations (neither imported nor run)."""
    package = find_spec("mlflow")
    folders = [Path(each) for each in package.submodule_search_locations or ()] if package else []
    after: dict[str, str] = {}
    for folder in folders:
        for file in (folder / "store" / "db_migrations" / "versions").glob("*.py"):
            step = dict(_STEP.findall(file.read_text(encoding="utf-8")))
            if "revision" in step:
                after[step.get("down_revision", "")] = step["revision"]
    return tuple(_chain(after))


def _chain(after: dict[str, str]) -> list[str]:
    chain, last = [], ""
    while last in after:
        last = after.pop(last)
        chain.append(last)
    return chain


def is_older(first: str, second: str) -> bool | None:
    """Say whether `first` comes before `second`: an unknown revision is newer; None if both are unknown."""
    revisions = known()
    if first not in revisions and second not in revisions:
        return None
    return _place(first, revisions) < _place(second, revisions)


def _place(revision: str, revisions: tuple[str, ...]) -> int:
    return revisions.index(revision) if revision in revisions else len(revisions)
