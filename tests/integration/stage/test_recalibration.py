"""A person recalibrates a champion whose probabilities broke; the stage judges, promotes and takes it back."""

from collections.abc import Iterator
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from courtside.contracts.events import RetrainingRequest, Trigger
from embedded_aws.demo.loop import Loop
from tests.fakes.moved_points import CONTRACT, points
from tests.fakes.own_points import courtside, done
from tests.integration.stage.conftest import Stage

MODEL = "tickets"
BROKE, TODAY = "2025-01-01", date(2025, 7, 20)


@pytest.fixture(scope="module", autouse=True)
def champion(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loop]:
    """Put a model with a champion into the stage, and rows since then whose log odds are higher."""
    folder, loop = tmp_path_factory.mktemp(MODEL), Loop(stage.aws, stage="dev", model=MODEL)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURTSIDE_TRACKING_URI", stage.aws.tracking_url)
        contract = folder / f"{MODEL}.yaml"
        contract.write_text(CONTRACT % (MODEL, "xgboost"))
        done("models", "add", str(contract))
        refused = courtside("retrain", "--recalibrate", "--model", MODEL)
        assert "there is no champion yet" in str(refused.exception)
        rows = pa.concat_tables(
            [
                points("2024-01-01", 366, moved=0.0, seed=1),
                points(BROKE, 200, moved=1.2, seed=2),
                points(str(TODAY), 5, moved=1.2, seed=3),
            ]
        )
        pq.write_table(rows, folder / "rows.parquet")
        done("tables", "load", "--table", str(folder / "rows.parquet"), "--model", MODEL)
        first = RetrainingRequest(
            model=MODEL,
            training_id="first-tickets",
            as_of=date.fromisoformat(BROKE),
            trigger=Trigger.INITIAL,
            reason="a test",
        )
        assert stage.end(loop.retrain(first)) == "SUCCEEDED"
        yield loop
        done("models", "remove", MODEL, "--yes")


def test_a_champion_whose_probabilities_broke_is_recalibrated_promoted_and_rolled_back(champion: Loop) -> None:
    done("retrain", "--recalibrate", "--model", MODEL, "--as-of", str(TODAY), "--wait")
    verdict = champion.verdict(champion.executions()[-1].name)
    assert (verdict.promote, verdict.rule) == (True, "better_probabilities"), verdict.reason
    newest, first = done("versions", "list", "--model", MODEL)
    assert (newest["version"], newest["recalibrates"], first["version"]) == ("2", "1", "1")
    assert "it is version 1 recalibrated" in newest["why"]
    before, after = done("versions", "history", "--model", MODEL)
    assert (before["version"], after["version"], after["recalibrates"]) == ("1", "2", "1")

    assert done("predict", "--model", MODEL, "--as-of", str(TODAY))["version"] == "2"
    assert done("versions", "rollback", "--model", MODEL)["after"] == "1"
