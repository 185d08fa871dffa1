"""Nothing is erased while something would bring it back or would break, and the error says what to do."""

from dataclasses import replace
from datetime import timedelta

import pyarrow as pa
import pytest

from courtside.contracts import lake_keys, ledger_keys, training_keys
from courtside.contracts.records import RetrainingLockState
from courtside.core.forget import IdsUnclear, wanted_ids
from courtside.core.parquet import parquet_content
from courtside.core.rows.ids import NoIds
from courtside.datasets.catalog import load_dataset
from courtside.workflows.forget.errors import FilesWait, IdsOfGames, RunsWait, TrainingReads
from courtside.workflows.forget.forget import Forgetting
from courtside.workflows.ledger_documents import written
from courtside.workflows.model_ledger import ModelLedger
from tests.unit.workflows.forget.life import CHURN, NOW, PERSON, Life, customers


@pytest.fixture
def life() -> Life:
    life = Life()
    life.arrives("first.parquet", parquet_content(customers(0, 60, seed=7)))
    life.round()
    return life


def test_a_training_that_runs_reads_the_rows(life: Life) -> None:
    state = RetrainingLockState(holder="t1", lease_until=NOW + timedelta(minutes=9))
    assert ModelLedger(life.ledger, "churn").put(written(ledger_keys.RETRAINING_LOCK, state, expected_revision=0))
    with pytest.raises(TrainingReads, match="training t1 of churn runs"):
        life.forgetting().look(now=NOW)
    assert life.forgetting().look(now=NOW + timedelta(minutes=10)).findings.held


def test_a_file_that_waits_to_be_taken_in_would_bring_the_rows_back(life: Life) -> None:
    life.arrives("second.parquet", parquet_content(customers(100, 40, seed=8)))
    with pytest.raises(FilesWait, match=r"s3://lake/incoming/churn/second\.parquet"):
        life.forget()
    life.round()
    assert life.forget().proven


def test_a_file_that_waits_without_the_id_stands_in_nobodys_way(life: Life) -> None:
    rows = customers(100, 40, seed=8)
    life.arrives("second.parquet", parquet_content(rows.set_column(0, "customer_id", pa.array(["C-x"] * 40))))
    assert life.forget().proven
    assert life.lake.keys(f"{lake_keys.incoming('churn')}second.parquet")


def test_runs_that_wait_for_the_tracking_server_hold_rows_in_an_order_that_matters(life: Life) -> None:
    key = training_keys.spooled_rows("churn", "t1")
    life.lake.write(key, parquet_content(customers(0, 60, seed=7)))
    with pytest.raises(RunsWait, match=r"--resume-logging --model churn"):
        life.forget()
    life.lake.remove([key])
    assert life.forget().proven
    assert not [each for each in life.lake.versions(key) if not each.removed]


def test_what_cannot_be_read_is_named_and_the_proof_fails(life: Life) -> None:
    life.lake.write(f"{lake_keys.tables('churn')}broken.parquet", b"PAR1 and nothing else")
    found = life.forgetting().look(now=NOW)
    assert [each.version.key for each in found.findings.unread] == ["tables/churn/broken.parquet"]
    done = life.forget()
    assert not done.proven
    assert done.record.left == ("tables/churn/broken.parquet",)


def test_the_id_under_a_seal_is_named_and_left(life: Life) -> None:
    key = f"{lake_keys.sealed('churn', 'a' * 64)}model/weights"
    life.lake.write(key, b"\x00weights of " + PERSON.encode())
    done = life.forget()
    assert not done.proven
    assert done.record.left == (key,)
    assert life.lake.read(key).endswith(PERSON.encode())


def test_games_are_about_no_person() -> None:
    nba = load_dataset("nba_games")
    life = Life()
    with pytest.raises(IdsOfGames, match="games unload"):
        Forgetting.of(
            wanted_ids(["1"], nba),
            dataset=nba,
            lake=life.lake,
            ledger=life.ledger,
            incoming=life.place,
            progress=life.said.append,
        )


def test_ids_are_refused_that_no_row_can_have() -> None:
    with pytest.raises(NoIds):
        wanted_ids(["1"], replace(CHURN, id_columns=()))
    with pytest.raises(IdsUnclear, match="no id was given"):
        wanted_ids([""], CHURN)
    with pytest.raises(IdsUnclear, match="no id column of churn; they are customer_id"):
        wanted_ids(["1"], CHURN, column="tenure_months")
    with pytest.raises(IdsUnclear, match="an id has 2 parts"):
        wanted_ids(["1"], replace(CHURN, id_columns=("shop", "customer_id")))
