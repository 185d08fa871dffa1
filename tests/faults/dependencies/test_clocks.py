"""Clocks are wrong by minutes and hours, ahead and behind."""

import json

import pytest

from tests.faults.dependencies.elsewhere import courtside_at
from tests.faults.fault import fault
from tests.faults.model import COMING, TO_COME, Model


@fault(
    "The clock of a person who has a day predicted is {minutes:+d} minutes off.",
    promise="Each row is predicted once, whoever's clock is right.",
)
@pytest.mark.parametrize("minutes", [-4, 4])
def test_predictions_by_a_wrong_clock(model: Model, minutes: int) -> None:
    model.loop.predict(TO_COME)
    words = ["predict", "--as-of", f"{TO_COME}", "--model", model.name, "--stage", "dev", "--json"]
    done = courtside_at(minutes / 60, *words)
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["predictions"]) == COMING
