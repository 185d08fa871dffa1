"""On a deployed stage a person accepts what moved, by the command; the check of the stage then knows it."""

import json
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from courtside.contracts.events import DriftCheckResponse, RetrainingRequest, Trigger, Window
from embedded_aws.demo.loop import Loop
from tests.fakes.own_points import courtside, done
from tests.integration.stage.conftest import Stage

MODEL = "shops"
CONTRACT = f"""
name: {MODEL}
time_column: at
target: busy
features: {{visits: numeric, weather: numeric}}
candidates: [logistic_regression]
retrain: {{on_drift: false}}
"""
MOVED, AGAIN, ENDS = date(2025, 10, 1), date(2025, 11, 1), date(2025, 12, 1)


def rows() -> pa.Table:
    """Return 40 rows a day; from one day on there are more visits, and from another on even more."""
    rng = np.random.default_rng(1)
    day = np.repeat(np.arange("2025-03-01", str(ENDS), dtype="datetime64[D]"), 40)
    visits, weather = rng.normal(size=(2, day.size))
    busy = pa.array(visits + rng.normal(size=day.size) > 0)
    visits += (day >= np.datetime64(MOVED)) + 1.0 * (day >= np.datetime64(AGAIN))
    return pa.table({"at": pa.array(day), "visits": pa.array(visits), "weather": pa.array(weather), "busy": busy})


@pytest.fixture(scope="module", autouse=True)
def loop(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loop]:
    """Put a model with a champion into the stage, and rows since then that moved twice."""
    folder, loop = tmp_path_factory.mktemp(MODEL), Loop(stage.aws, stage="dev", model=MODEL)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURTSIDE_TRACKING_URI", stage.aws.tracking_url)
        contract = folder / f"{MODEL}.yaml"
        contract.write_text(CONTRACT)
        done("models", "add", str(contract))
        pq.write_table(rows(), folder / "rows.parquet")
        done("tables", "load", "--table", str(folder / "rows.parquet"), "--model", MODEL)
        first = RetrainingRequest(
            model=MODEL, training_id="first-shops", as_of=MOVED, trigger=Trigger.INITIAL, reason="a test"
        )
        assert stage.end(loop.retrain(first)) == "SUCCEEDED"
        yield loop
        done("models", "remove", MODEL, "--yes")


def refused(*words: str) -> str:
    result = courtside(*words, "--model", MODEL)
    assert result.exit_code
    return f"{type(result.exception).__name__}: {result.exception}"


def state_of_the_incident() -> str:
    (incident,) = done("alerts", "list", "--model", MODEL)
    return str(incident["state"])


def heard(stage: Stage, *, since: int) -> list[str]:
    """Return what people were told of this model since then; the stage has other models, too."""
    return [message.text for message in stage.slack.messages[since:] if MODEL in message.text]


def checked(loop: Loop, start: date, days: int = 14) -> DriftCheckResponse:
    return loop.check_drift(Window(start=start, end=start + timedelta(days=days)))


def test_what_a_person_accepts_is_no_news_until_it_moves_again_or_is_taken_back(stage: Stage, loop: Loop) -> None:
    assert refused("alerts", "accept").startswith("NoCheck: no drift check of shops has compared rows")
    found = checked(loop, MOVED)
    assert (found.features_drifted, found.decision) == (("visits",), "alert")
    act = done("alerts", "accept", "--model", MODEL, "--note", "a second door")["act"]
    assert (act["features"], act["note"], act["window"]["start"]) == (["visits"], "a second door", str(MOVED))
    assert done("alerts", "accept", "--model", MODEL)["act"] == act
    assert state_of_the_incident() == "accepted"

    alerts = len(stage.slack.messages)
    quiet = checked(loop, MOVED + timedelta(days=14))
    assert (quiet.features_drifted, quiet.decision, quiet.rule) == ((), "nothing", "accepted")
    report = json.loads(stage.lake.read(quiet.report_key))
    assert report["summary"]["features_accepted"] == ["visits"]
    assert report["accepted"][0]["by"] == act["by"]
    assert heard(stage, since=alerts) == []

    again = checked(loop, AGAIN)
    assert again.features_drifted == ("visits",)
    assert state_of_the_incident() == "open"
    assert "but not as accepted on" in json.loads(stage.lake.read(again.report_key))["features"]["visits"]["reason"]
    undone = done("alerts", "accept", "--undo", "--model", MODEL)["act"]
    assert (undone["number"], bool(undone["undone_by"])) == (act["number"], True)
    assert checked(loop, MOVED, 28).features_drifted == ("visits",)
    assert refused("alerts", "accept", "--undo").startswith("NothingToUndo: nothing is accepted of champion version 1")
