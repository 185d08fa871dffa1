"""The ledger, the registry and the reference of drift name one champion, and it can be loaded and predicts."""

import io

import numpy as np
import pyarrow.parquet as pq

from courtside.adapters.mlflow_models import MlflowModels
from courtside.contracts import lake_keys, training_keys
from courtside.contracts.records import ChampionReference
from courtside.workflows.sealed_models import sealed_model
from courtside.workflows.smoke import EXPECTED
from tests.faults.model import Model
from tests.faults.truths.truth import Before, Forgiven, truth


@truth
def all_name_one_champion(model: Model, _: Before, __: Forgiven) -> None:
    champion = model.champion()
    assert champion is not None, "there is no champion any more"
    assert model.production.registry.champion_version() == champion.version
    reference = ChampionReference.model_validate_json(model.stage.lake.read(lake_keys.champion_reference(model.name)))
    assert (reference.version, reference.sha256) == (champion.version, champion.sha256)


@truth
def the_champion_predicts_its_known_rows_as_it_did_when_it_was_sealed(model: Model, _: Before, __: Forgiven) -> None:
    champion = model.champion()
    assert champion is not None
    assert champion.sha256 is not None
    sealed = sealed_model(model.name, champion.sha256, lake=model.stage.lake)
    known = pq.read_table(io.BytesIO(sealed.read(training_keys.SMOKE_NAME)))
    said = sealed.opened(MlflowModels()).probability(known)
    assert np.allclose(said, known.column(EXPECTED).to_numpy(), atol=1e-9)
