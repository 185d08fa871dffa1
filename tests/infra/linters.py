"""This module runs each outside linter on our templates and returns all findings in one shape."""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from courtside.contracts.templates.resources import short
from infra.validation.policies import Policies
from tests.infra.accepted_findings import Accepted
from tests.infra.iam_linter import found_in
from tests.infra.synthesized import ROOT

# Checkov's hundred dependencies conflict with ours, so it cannot be in our lock and runs in its own environment.
CHECKOV = "checkov==3.3.30"
_ASL = ROOT / "node_modules/.bin/asl-validator"


@dataclass(frozen=True, slots=True)
class Found:
    """A linter's finding; `at` is the logical id without its hash."""

    linter: str
    rule: str
    at: str
    words: str

    def is_accepted_by(self, entry: Accepted) -> bool:
        """Return whether this entry of the table accepts the finding."""
        return (
            (self.linter, self.rule) == (entry.linter, entry.rule)
            and any(fnmatchcase(self.at, pattern) for pattern in entry.at)
            and entry.saying in self.words
        )


def open_findings(found: Iterable[Found], table: tuple[Accepted, ...]) -> list[Found]:
    """Return the findings that no entry of the table accepts."""
    return [each for each in found if not any(each.is_accepted_by(entry) for entry in table)]


def cfn_lint(*assemblies: Path) -> list[Found]:
    """Return the findings of cfn-lint, which knows the schema of every resource type."""
    files = [str(file) for assembly in assemblies for file in _templates(assembly)]
    command: list[str | Path] = [
        Path(sys.executable).with_name("cfn-lint"),
        "--format",
        "json",
        "--regions",
        "us-east-1",
        "--",
        *files,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return [
        Found("cfn-lint", each["Rule"]["Id"], _resource(each["Location"]["Path"]), each["Message"])
        for each in json.loads(done.stdout)
    ]


def _resource(path: list[Any] | None) -> str:
    match path:
        case ["Resources", logical_id, *_]:
            return short(str(logical_id))
    return ""


def _templates(assembly: Path) -> list[Path]:
    return sorted(assembly.glob("*.template.json"))


def checkov(*assemblies: Path) -> list[Found]:
    """Return the findings of checkov, or skip the test where its environment cannot be made."""
    results = _run_checkov(*assemblies)["results"]
    for assembly in assemblies:
        names = {file.name for file in _templates(assembly)}
        passed = [each for each in results["passed_checks"] if Path(each["file_path"]).name in names]
        assert len(passed) > 300, f"checkov did not check {assembly}"
    return [
        Found("checkov", each["check_id"], short(each["resource"].rpartition(".")[2]), each["check_name"])
        for each in results["failed_checks"]
    ]


@cache
def _uv() -> str:
    return subprocess.run([ROOT / "scripts/find-uv"], capture_output=True, text=True, check=True).stdout.strip()


def _run_checkov(*assemblies: Path) -> dict[str, Any]:
    """Run checkov once for all of them, because it takes longer to start than to check."""
    tool = [_uv(), "tool", "run", "--quiet", "--no-config", "--from", CHECKOV, "checkov"]
    options = ["--framework", "cloudformation", "--compact", "--output", "json", "--skip-download"]
    files = [part for each in assemblies for file in _templates(each) for part in ("--file", str(file))]
    done = subprocess.run([*tool, *options, *files], capture_output=True, text=True, check=False)
    if not done.stdout:
        ready = subprocess.run([*tool, "--version"], capture_output=True, text=True, check=False)
        if ready.returncode:
            pytest.skip(f"{CHECKOV} could not be installed: {ready.stderr.strip()[-300:]}")
    # Checkov exits with code 1 when it finds anything, so its exit code is not checked.
    report = json.loads(done.stdout)
    assert report["summary"]["parsing_errors"] == 0
    return dict(report)


def parliament(read: Policies) -> list[Found]:
    """Return the findings of parliament, which knows which resources and conditions every IAM action takes."""
    policies = [*read.of_roles(), *read.of_resources()]
    found = [(policy.holder, words) for policy in policies for words in found_in(policy.document)]
    return [Found("parliament", words.partition(":")[0], holder, words) for holder, words in found]


def asl_validator(definition: dict[str, Any], folder: Path) -> list[Found]:
    """Return the findings of asl-validator, which knows the Amazon States Language."""
    path = folder / "machine.asl.json"
    path.write_text(json.dumps(definition))
    done = subprocess.run([_ASL, "--json-path", path], capture_output=True, text=True, check=False)
    said = re.sub(r"\s+", " ", done.stdout + done.stderr).strip()
    return [Found("asl-validator", "invalid", "Machine", said)] if done.returncode else []


def rules_of(table: Iterable[Accepted]) -> Iterator[tuple[str, str]]:
    """Yield the linter and the rule of every entry."""
    return ((entry.linter, entry.rule) for entry in table)
