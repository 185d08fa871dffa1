"""The gate records its decision once, with everything that it was based on."""

import io
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from courtside.contracts import lake_keys, training_keys
from courtside.contracts.events import GateRequest, GateResponse, Trigger
from courtside.contracts.records import ChampionReference, GateDecision, ModelRecord, TrainingRecord
from courtside.core.gate.holdout import Holdout, HoldoutInvalid
from courtside.core.gate.policy import GatePolicy
from courtside.core.gate.wording import next_step
from courtside.workflows.gate import gate
from courtside.workflows.ports import ObjectMissing
from tests.fakes.ports import InMemoryLake
from tests.unit.core.gate.holdouts import holdout

NOW = datetime(2019, 3, 1, 8, tzinfo=UTC)


def stored(
    judged: Holdout, *, as_of: date = date(2019, 3, 1), champion: str | None = "4", model: str = "nba_games"
) -> InMemoryLake:
    """Return a lake with the record of the training `new` and with `judged` as its holdout."""
    lake = InMemoryLake()
    columns = {
        "label": judged.labels,
        "challenger": judged.challenger,
        "champion": judged.champion,
        "baseline": judged.baseline,
        "segment": judged.segments,
    }
    content = io.BytesIO()
    pq.write_table(pa.table({name: values for name, values in columns.items() if values is not None}), content)
    lake.write(training_keys.training_holdout(model, "new"), content.getvalue())
    write_training(lake, "new", as_of=as_of, champion=champion, model=model)
    return lake


def write_training(
    lake: InMemoryLake, training_id: str, *, as_of: date, champion: str | None, model: str = "nba_games"
) -> None:
    figures = dict.fromkeys(("train_accuracy", "test_accuracy", "test_auc", "precision", "recall", "f1_score"), 0.6)
    record = TrainingRecord(
        training_id=training_id,
        trigger=Trigger.MANUAL,
        reason="test",
        as_of=as_of,
        dataset=model,
        rows_train=100,
        rows_test=100,
        models=(ModelRecord(name="logistic_regression", **figures),),
        best="logistic_regression",
        importances={},
        challenger_version="5",
        champion_version=champion,
        seconds={},
    )
    lake.write(training_keys.training_record(model, training_id), record.model_dump_json().encode())


def write_reference(lake: InMemoryLake, *, version: str, training_id: str) -> None:
    reference = ChampionReference(version=version, training_id=training_id, profile_key="p", dataset="nba_games")
    lake.write(lake_keys.champion_reference("nba_games"), reference.model_dump_json().encode())


def judged(lake: InMemoryLake, *, now: datetime = NOW, policy: GatePolicy | None = None) -> GateResponse:
    return gate(GateRequest(model="nba_games", training_id="new"), lake=lake, policy=policy or GatePolicy(), now=now)


def decision(lake: InMemoryLake) -> GateDecision:
    return GateDecision.model_validate_json(lake.read(training_keys.training_verdict("nba_games", "new")))


def test_a_decision_records_its_inputs_and_who_decided() -> None:
    segments = np.where(np.arange(4_000) < 50, "finals", "season")
    lake = stored(holdout(champion=1, segments=segments))
    response = judged(lake)
    record = decision(lake)
    assert (response.promote, response.rule, response.reason) == (record.promote, record.rule, record.reason)
    assert (record.promote, record.rule) == (True, "better")
    assert (record.challenger_version, record.champion_version) == ("5", "4")
    assert (record.holdout_key, record.holdout_rows) == (training_keys.training_holdout("nba_games", "new"), 4_000)
    assert record.policy == GatePolicy().as_dict()
    assert (record.decided_by, record.decided_at) == ("gate", NOW)
    assert [comparison.name for comparison in record.comparisons] == [
        "auc_over_baseline", "log_loss_over_baseline", "auc", "log_loss", "calibration_error",
        "log_loss_of_segment:season",
    ]  # fmt: skip
    for comparison in record.comparisons:
        assert comparison.low is not None
        assert comparison.high is not None
        assert comparison.low <= (comparison.difference or 0) <= comparison.high
        assert None not in {comparison.champion, comparison.baseline}
    assert record.notes == ("segment finals was left out: 50 rows, fewer than 100",)


def test_judging_again_returns_the_earlier_decision() -> None:
    lake = stored(holdout(champion=1))
    first = judged(lake)
    before = lake.read(training_keys.training_verdict("nba_games", "new"))
    again = judged(lake, now=NOW + timedelta(days=1), policy=GatePolicy(floor_auc=0.99))
    assert again == first
    assert lake.read(training_keys.training_verdict("nba_games", "new")) == before


def test_the_first_of_two_simultaneous_judgements_decides() -> None:
    class Overtaken(InMemoryLake):
        def claim(self, key: str, content: bytes) -> bool:
            theirs = GateDecision.model_validate_json(content).model_copy(update={"decided_by": "the other"})
            self.objects[key] = theirs.model_dump_json().encode()
            return super().claim(key, content)

    lake = Overtaken(stored(holdout(champion=1)).objects)
    assert judged(lake).promote
    assert decision(lake).decided_by == "the other"


def test_a_champion_trained_on_equally_new_data_is_not_replaced_by_an_equal_model() -> None:
    lake = stored(holdout(), as_of=date(2019, 3, 1))
    write_training(lake, "old", as_of=date(2019, 3, 1), champion=None)
    write_reference(lake, version="4", training_id="old")
    assert judged(lake).rule == "not_fresher"


@pytest.mark.parametrize(("version", "training_id"), [("4", "old"), ("3", "new"), ("4", "never")])
def test_a_champion_with_older_or_unknown_data_is_replaced_by_an_equal_model(version: str, training_id: str) -> None:
    lake = stored(holdout(), as_of=date(2019, 3, 1))
    write_training(lake, "old", as_of=date(2019, 2, 1), champion=None)
    write_reference(lake, version=version, training_id=training_id)
    assert judged(lake).rule == "not_worse_and_fresher"


def test_the_alert_of_a_rejection_gives_the_rule_the_figures_and_what_to_do() -> None:
    response = judged(stored(holdout(confidence=1.8)))
    assert response.subject == "Courtside: champion of nba_games kept"
    assert "rule `log_loss`: worse than the champion beyond noise" in response.message
    assert "log loss of the champion" not in response.message
    assert "• calibration error 0." in response.message
    assert "of the champion; limit +0.005: *not kept*" in response.message
    assert "difference +0.0" in response.message
    assert next_step("log_loss", model="nba_games") in response.message


def test_every_rejection_has_a_next_step() -> None:
    rejected = [
        stored(holdout(n=90)),
        stored(Holdout((np.arange(500) > 2).astype(np.int8), np.linspace(0, 1, 500))),
        stored(holdout(challenger=8)),
        stored(holdout(confidence=6, champion=None), champion=None),
        stored(holdout(challenger=0.35, n=400, seed=2)),
    ]
    responses = [judged(lake) for lake in rejected]
    assert [response.rule for response in responses] == [
        "too_few_rows", "too_few_of_a_class", "floor", "baseline", "not_shown",
    ]  # fmt: skip
    assert all(next_step(response.rule, model="nba_games") in response.message for response in responses)


def test_the_alert_of_a_pass_gives_its_figures() -> None:
    response = judged(stored(holdout(champion=1)))
    assert "passed the gate" in response.subject
    assert "95 % interval" in response.message


def test_an_unusable_holdout_leaves_no_decision() -> None:
    bad = holdout()
    bad.challenger[7] = np.nan
    lake = stored(bad)
    with pytest.raises(HoldoutInvalid, match="1 of 4000 values of challenger"):
        judged(lake)
    assert training_keys.training_verdict("nba_games", "new") not in lake.objects


def test_a_training_without_a_record_is_refused() -> None:
    lake = stored(holdout())
    del lake.objects[training_keys.training_record("nba_games", "new")]
    with pytest.raises(ObjectMissing, match="record"):
        judged(lake)
