"""These tests run cfn-lint, asl-validator, checkov and parliament on the templates of dev, of prod and of dev with an
address to sign in at, and print the counts.
"""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from infra.validation.policies import Policies
from tests.infra import linters
from tests.infra.accepted_findings import ACCEPTED, Accepted
from tests.infra.linters import Found, open_findings
from tests.infra.synthesized import SynthesizedStage, text

STAGES = ("dev", "prod", "signing_in")


def _states(stage: SynthesizedStage, machine_id: str) -> dict[str, Any]:
    _, machine = stage.pipeline.only("AWS::StepFunctions::StateMachine", machine_id)
    definition: dict[str, Any] = json.loads(text(machine["DefinitionString"]))
    return definition


@pytest.mark.parametrize("linter", ["cfn-lint", "checkov", "parliament", "asl-validator"])
def test_every_finding_is_fixed_or_accepted_for_a_reason_that_still_holds(
    linter: str, request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stages = [request.getfixturevalue(name) for name in STAGES]
    assemblies = [stage.assembly for stage in stages]
    found: list[Found] = []
    match linter:
        case "cfn-lint":
            found = linters.cfn_lint(*assemblies)
        case "checkov":
            found = linters.checkov(*assemblies)
        case "parliament":
            found = [each for stage in stages for each in linters.parliament(Policies(stage.templates))]
        case "asl-validator":
            machines = [_states(stage, name) for stage in stages for name in ("RetrainingMachine", "WatchMachine")]
            found = [each for machine in machines for each in linters.asl_validator(machine, tmp_path)]
    left = open_findings(found, ACCEPTED)
    counted = ", ".join(f"{rule} {number}" for rule, number in sorted(Counter(each.rule for each in found).items()))
    with capsys.disabled():
        print(f"\n{linter}: {len(found)} findings in {len(stages)} stages, {len(left)} open ({counted or 'none'})")  # noqa: T201
    assert left == []
    ours = [entry for entry in ACCEPTED if entry.linter == linter]
    unused = [entry for entry in ours if not any(each.is_accepted_by(entry) for each in found)]
    assert unused == [], "nothing breaks these rules any more: remove them from the table"


def test_reasons_are_sentences_and_no_rule_is_accepted_twice() -> None:
    assert all(re.fullmatch(r"[A-Z].{20,}\.", entry.reason) for entry in ACCEPTED)
    rules = [*linters.rules_of(ACCEPTED)]
    assert len(set(rules)) == len(rules)


def test_a_finding_accepted_for_one_resource_stays_open_for_another() -> None:
    entry = Accepted(linter="checkov", rule="A", at=("Lake*",), reason="", saying="logs")
    assert open_findings([Found("checkov", "A", "LakeBucket", "no logs")], (entry,)) == []
    for other in (
        Found("checkov", "A", "Other", "no logs"),
        Found("checkov", "B", "LakeBucket", "no logs"),
        Found("cfn-lint", "A", "LakeBucket", "no logs"),
        Found("checkov", "A", "LakeBucket", "no key"),
    ):
        assert open_findings([other], (entry,)) == [other]


def test_cfn_lint_reports_a_real_mistake(tmp_path: Path) -> None:
    wrong = {"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"Colour": "red"}}}}
    (tmp_path / "a.template.json").write_text(json.dumps(wrong))
    assert [(each.rule, each.at) for each in linters.cfn_lint(tmp_path)] == [("E3002", "Q")]


def test_asl_validator_reports_a_real_mistake(dev: SynthesizedStage, tmp_path: Path) -> None:
    definition = _states(dev, "RetrainingMachine")
    definition["States"]["Gate"]["Next"] = "Nowhere"
    assert len(linters.asl_validator(definition, tmp_path)) == 1
