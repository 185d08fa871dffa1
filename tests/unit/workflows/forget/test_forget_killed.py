"""An erasure that was killed is finished by a repetition, and a restore loses nobody else's rows."""

import io
from datetime import timedelta

import pyarrow.parquet as pq
import pytest

from courtside.contracts import lake_keys, training_keys
from courtside.contracts.loads import Loads
from courtside.workflows.lake_documents import read_document
from courtside.workflows.restore.objects import Objects
from tests.fakes.dying_lake import BrokeOff
from tests.fakes.versioned_lake import BEGAN
from tests.unit.workflows.forget.held import holding
from tests.unit.workflows.forget.life import NOW, Life


def moments(life: Life) -> list[int]:
    """Return after how many changes a run is killed: before the first one of each kind, and after a load's count."""
    whole = life.copy()
    whole.forget()
    changed, loads = whole.lake.changed, lake_keys.loads(lake_keys.tables("churn"))
    kinds = [key if key == loads else "/".join(key.split("/")[:2]) for key in changed]
    return sorted({len(changed) - 1, changed.index(loads) + 1, *map(kinds.index, kinds)})


def killed(lived: Life, place: int) -> Life:
    """Return a life in which a run was killed after so many changes."""
    life = lived.copy()
    forgetting = life.forgetting()
    found = forgetting.look(now=NOW)
    life.lake.changes_left = place
    with pytest.raises(BrokeOff):
        forgetting.erase(found, by="arn:ann", now=NOW)
    life.lake.changes_left = -1
    return life


def test_it_is_finished_by_a_repetition_wherever_it_was_killed(lived: Life) -> None:
    smoke, loads = training_keys.training_smoke("churn", "first"), lake_keys.loads(lake_keys.tables("churn"))
    for place in moments(lived):
        life = killed(lived, place)
        assert life.forget(now=NOW + timedelta(hours=1)).proven
        assert holding(life) == set(), place
        assert life.lake.read(smoke) == life.sealed.read(training_keys.SMOKE_NAME)
        counted = read_document(Loads, loads, lake=life.lake).objects
        assert {key: pq.read_table(io.BytesIO(life.lake.read(key))).num_rows for key in counted} == counted, place


@pytest.mark.parametrize("repeated", [False, True])
def test_a_restore_keeps_the_rows_beside_those_that_a_killed_run_erased(lived: Life, *, repeated: bool) -> None:
    tables, whole = lake_keys.tables("churn"), lived.copy()
    moment = BEGAN + timedelta(seconds=whole.lake.written)
    whole.forget()
    kept = {key for key in whole.lake.keys(tables) if key.endswith(".parquet")}
    for place in moments(lived):
        life = killed(lived, place)
        if repeated:
            life.forget(now=NOW + timedelta(hours=1))
        Objects("lake", life.lake, BEGAN + timedelta(seconds=life.lake.written)).look(moment).make()
        assert kept <= set(life.lake.keys(tables)), place
