"""The stage goes back to an earlier champion, for a person or for a decision, after all that `test_paths` trained."""

import re

import pytest

from courtside.adapters.mlflow_tracking import MlflowTracking
from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.workflows.sealed_models import champion_model
from tests.integration.stage.conftest import Stage
from tests.integration.stage.steps import champion_version
from tests.integration.stage.test_loop import told_once
from tests.integration.stage.test_paths import SUMMER
from tests.integration.stage.test_reports import courtside, printed


@pytest.mark.usefixtures("champion")
def test_the_next_prediction_after_a_rollback_uses_the_target_version(stage: Stage) -> None:
    history = printed(courtside(stage, "versions", "history", "--json"))
    before = champion_version(stage)
    target = next(r["version"] for r in reversed(history) if r["version"] != before)
    done = printed(courtside(stage, "versions", "rollback", "--to", target, "--json"))
    assert done == {"model": "nba_games", "before": before, "after": target}
    assert champion_version(stage) == stage.loop.drift_reference().version == target
    # The target of the rollback makes the next prediction, which for known rows equals the one from its training.
    loaded = champion_model("nba_games", lake=stage.lake, tracking=MlflowTracking(stage.aws.tracking_url))
    assert loaded is not None
    assert loaded.version == target
    # One line says which version is champion and since when.
    last = courtside(stage, "versions", "history").stdout.rpartition(f"\n{target}\t")[2]
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d to now\t", last), last
    rows = printed(courtside(stage, "versions", "compare", target, str(before), "--json"))
    assert {"test_auc", "model"} <= {row["figure"] for row in rows}


def rollback(training_id: str, *, champion: str, to: str) -> RetrainingRequest:
    """Return what a decision asks for that finds the champion worse than the version before it."""
    return RetrainingRequest(
        model="nba_games",
        training_id=training_id,
        as_of=SUMMER,
        trigger=Trigger.PERFORMANCE,
        reason=f"version {champion} is worse than version {to} on the same rows",
        roll_back_to=to,
        roll_back_from=champion,
    )


@pytest.mark.usefixtures("champion")
def test_a_decision_rolls_the_champion_back_once_and_only_the_one_it_was_about(stage: Stage) -> None:
    before = champion_version(stage)
    assert before is not None
    reigns = printed(courtside(stage, "versions", "history", "--json"))
    earlier = next(each["version"] for each in reversed(reigns) if each["version"] != before)
    arn = stage.loop.retrain(rollback("roll-back", champion=before, to=earlier))
    assert stage.end(arn) == "SUCCEEDED"
    assert champion_version(stage) == stage.loop.drift_reference().version == earlier
    said = told_once(stage, containing=f"version {earlier} is champion again, in place of version {before}")
    assert f"version {before} is worse than version {earlier} on the same rows" in said
    ran = printed(courtside(stage, "runs", "show", "roll-back", "--json"))
    assert (ran["kind"], ran["state"]) == ("rollback", "done")
    newest = printed(courtside(stage, "versions", "history", "--json"))[-1]
    assert (newest["version"], newest["rule"], newest["by"]) == (earlier, "rollback", "decision")
    # Another request about the version that is champion no more, as one that had waited, changes nothing.
    late = stage.loop.retrain(rollback("roll-back-late", champion=before, to=earlier))
    assert stage.end(late) == "SUCCEEDED"
    assert champion_version(stage) == earlier
    assert told_once(stage, containing=f"version {earlier} is champion now, so nothing was changed")
    assert printed(courtside(stage, "runs", "show", "roll-back-late", "--json"))["state"] == "not started"
    printed(courtside(stage, "versions", "promote", before, "--reason", "as it was", "--json"))
