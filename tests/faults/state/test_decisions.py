"""A logged decision is deleted, cut or replaced."""

from datetime import date

import pytest

from courtside.contracts import lake_keys
from tests.faults.fault import fault
from tests.faults.model import Model
from tests.faults.state.damage import Damage, damaged
from tests.faults.truths.commands import printed

DAYS = {Damage.DELETED: date(2025, 11, 20), Damage.CUT: date(2025, 11, 21), Damage.OTHER: date(2025, 11, 22)}


@fault(
    "A logged decision was {damage}.",
    promise="It hides no other: later checks decide, `runs` shows it with the reason, and `status` the others.",
)
@pytest.mark.parametrize("damage", Damage)
def test_a_decision_is_damaged(model: Model, damage: Damage) -> None:
    first = model.loop.check_drift(model.day(DAYS[damage]))
    key = lake_keys.decision(model.name, DAYS[damage], first.check_id)
    with damaged(model, key, damage):
        later = model.loop.check_drift(model.day(DAYS[damage], 29))
        assert not later.duplicate
        # Copies of the stage's tracking database are runs of every model, and are newer.
        runs = {each["id"]: each for each in printed("runs", "list", "--model", model.name, "--limit", "200")}
        assert later.check_id in runs
        if damage is Damage.DELETED:
            assert first.check_id not in runs
        else:
            assert key in runs[first.check_id]["outcome"]
            assert runs[first.check_id]["state"] == "failed"
        assert printed("status", "--model", model.name)["champion"]["version"] == "1"
        assert printed("decide", "--model", model.name)


@fault(
    "A logged decision was deleted, and the check's event comes again.",
    promise="It is decided again from the same rows with the same result, and nobody is told twice.",
)
def test_a_check_whose_decision_is_gone_comes_again(model: Model) -> None:
    window = model.day(date(2025, 11, 25))
    first, told = model.loop.check_drift(window), model.told()
    key = lake_keys.decision(model.name, window.end, first.check_id)
    model.stage.lake.remove([key])
    again = model.loop.check_drift(window)
    assert (again.check_id, again.decision, again.rule) == (first.check_id, first.decision, first.rule)
    assert model.stage.lake.keys(key) == [key]
    assert model.told() == told
