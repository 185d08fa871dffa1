"""What a person does who reads what `doctor` says of a model's champion."""

import shlex

from tests.fakes.own_points import done
from tests.faults.model import Model
from tests.faults.truths.commands import printed


def of_model(model: Model, check: str) -> dict[str, str]:
    """Return what a check of `doctor` says of a model, which has to fail."""
    found = [each for each in printed("doctor", codes=(0, 1)) if each["check"] in {check, f"{check} of {model.name}"}]
    (finding,) = found
    assert finding["level"] == "fail", finding
    return dict(finding)


def mended_as_doctor_says(model: Model) -> str:
    """Run the command that `doctor` names for a champion that it finds wrong, and return what was wrong."""
    finding = of_model(model, "champion")
    command, *words = shlex.split(finding["fix"])
    assert command == "courtside"
    done(*words)
    assert finding["check"] not in [
        each["check"] for each in printed("doctor", codes=(0, 1)) if each["level"] == "fail"
    ]
    return finding["detail"]
