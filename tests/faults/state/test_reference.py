"""The document that says what drift is measured against is gone, damaged, or names another champion."""

from datetime import date

import pytest

from courtside.contracts import lake_keys
from courtside.contracts.names import StackOutput
from courtside.contracts.records import ChampionReference
from tests.faults.fault import fault
from tests.faults.model import TO_COME, Model
from tests.faults.state.damage import Damage, do_damage
from tests.faults.state.mending import mended_as_doctor_says
from tests.integration.stage.scoring import Scored

DAYS = {Damage.DELETED: date(2025, 11, 20), Damage.CUT: date(2025, 11, 21), Damage.OTHER: date(2025, 11, 22)}


@fault(
    "The document that names the champion's reference was {damage}.",
    promise="Drift checks say so and decide nothing, predictions go on, and the command that `doctor` names mends it.",
)
@pytest.mark.parametrize("damage", Damage)
def test_the_reference_document_is_damaged(model: Model, damage: Damage) -> None:
    key = lake_keys.champion_reference(model.name)
    there = ChampionReference.model_validate_json(model.stage.lake.read(key))
    do_damage(model, key, damage)
    event = {"model": model.name, "window": model.day(DAYS[damage]).model_dump(mode="json")}
    answer, error = model.invoked(StackOutput.CHECK_DRIFT, event)
    if damage is Damage.DELETED:  # a stage without a champion is no error
        assert (answer["decision"], answer["rule"]) == ("nothing_to_check", "no_champion")
    else:
        assert (error, key in answer["errorMessage"]) == ("ReferenceUnreadable", True)
    assert not Scored(model.stage, model.name).predicted(TO_COME)["problems"]
    mended_as_doctor_says(model)
    assert ChampionReference.model_validate_json(model.stage.lake.read(key)) == there
    assert model.loop.check_drift(model.day(DAYS[damage])).report_key


@fault(
    "The document that names the champion's reference names a version that never was champion.",
    promise="`doctor` says who names whom, and the command that it names makes everything follow the ledger.",
)
def test_the_reference_names_another_version(model: Model) -> None:
    key = lake_keys.champion_reference(model.name)
    there = ChampionReference.model_validate_json(model.stage.lake.read(key))
    model.stage.lake.write(key, there.model_copy(update={"version": "77"}).model_dump_json().encode())
    assert "the drift reference names version 77" in mended_as_doctor_says(model)
    assert ChampionReference.model_validate_json(model.stage.lake.read(key)) == there
