"""The shipped model of ratings lives in a stage beside another model of the same games, and both are compared."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.datasets.catalog import contract_content
from embedded_aws.demo.loop import Loop
from tests.fakes.own_points import done
from tests.integration.stage.conftest import Stage

RATINGS, MEANS = "nba_ratings", "nba_means"
MONDAYS = [date(2010, 11, 29) + timedelta(weeks=number) for number in range(3)]
TRAINING = "first-of-two"
"""No other training of the stage has this id, by which its logged lines are told from theirs."""
AS_OF = date(2010, 7, 1)


@pytest.fixture(scope="module", autouse=True)
def models(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Put both models into the stage for as long as these tests run."""
    shipped = contract_content("nba_games").decode()
    own = [f"name: {MEANS}", "candidates: [logistic_regression]"]
    kept = [
        line
        for line in shipped.splitlines()
        if line.split(":")[0] not in {"name", "legacy_set", "registered_model", "experiment"}
    ]
    contract: Path = tmp_path_factory.mktemp("ratings") / f"{MEANS}.yaml"
    contract.write_text("\n".join([*own, *kept]) + "\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURTSIDE_TRACKING_URI", stage.aws.tracking_url)
        assert done("models", "add", RATINGS)["outcome"] == "added"
        done("models", "add", str(contract))
        yield
        for model in (RATINGS, MEANS):
            done("models", "remove", model, "--yes")


def test_both_train_predict_and_are_compared_on_the_same_games(stage: Stage) -> None:
    loops = {model: Loop(stage.aws, stage="dev", model=model) for model in (RATINGS, MEANS)}
    for loop in loops.values():
        assert stage.end(trained(loop)) == "SUCCEEDED"
    record = loops[RATINGS].training(TRAINING)
    assert {model.name for model in record.models} == {"logistic_regression", "random_forest", "xgboost", "lightgbm"}
    # Both leave out the same games, so they learn from the same ones.
    assert record.rows_train == loops[MEANS].training(TRAINING).rows_train
    predicted = {model: [loop.predict(monday).predicted for monday in MONDAYS] for model, loop in loops.items()}
    assert predicted[RATINGS] == predicted[MEANS]
    until = MONDAYS[-1] + timedelta(weeks=1)
    for loop in loops.values():
        assert loop.judge(until).stated
    found = done("models", "beside", RATINGS, MEANS, "--as-of", until.isoformat())
    assert (found["only_model"], found["only_other"], found["labels_differ"]) == (0, 0, 0)
    # A game on the Monday after a week is predicted twice.
    assert 100 < found["rows"] <= sum(predicted[MEANS])
    assert found["verdict"] in {"better", "not_known"}
    aucs = next(figure for figure in found["figures"] if figure["metric"] == "auc")
    assert 0.5 < aucs["model"] < 0.9
    card = stage.lake.read(f"models/{RATINGS}/training/{TRAINING}/card.html").decode()
    assert "If its own probabilities were exactly right" in card


def trained(loop: Loop) -> str:
    request = RetrainingRequest(
        model=loop.model, training_id=TRAINING, as_of=AS_OF, trigger=Trigger.INITIAL, reason="a test"
    )
    return loop.retrain(request)
