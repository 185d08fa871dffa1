"""The functions that score may reach only what they need: one of them opens models, perhaps of a team's own code."""

from datetime import date
from fnmatch import fnmatch

import pytest

from courtside.contracts import lake_keys, scoring_keys, training_keys
from infra.constructs.ledger import INCIDENTS, INCIDENTS_TOLD, MODELS
from infra.constructs.scoring import JUDGE_WRITES, PREDICT_WRITES
from tests.infra.granted import LAKE, LINKED_PAGES, allowed, partitions, statements
from tests.infra.synthesized import SynthesizedStage

PREDICT, JUDGE = "ScoringPredict", "ScoringCheckPerformance"
JUDGED = {f"archive/{name}/*" for name in ("labels", "performance", "evidence", "promise_tests")}
ROWS = {"games/*", "tables/*", "models/*/sealed/*", "models/*/contract/*", "archive/predictions/*"}
TRAINING = "models/*/training/*"
DAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("role", "reads", "writes"),
    [
        (
            PREDICT,
            ROWS
            | {"models/*/quarantine/*", f"{TRAINING}/manifest.json", f"{TRAINING}/holdout.parquet"}
            | {"archive/estimates/*", "archive/performance/*"},
            {"archive/predictions/*", "archive/estimates/*", "models/*/quarantine/*", "models/*/incidents/*"},
        ),
        (
            JUDGE,
            ROWS | JUDGED | {f"{TRAINING}/card.json", f"{TRAINING}/holdout.parquet"},
            JUDGED,
        ),
    ],
)
def test_each_reads_rows_and_sealed_models_and_adds_only_what_it_finds(
    dev: SynthesizedStage, role: str, reads: set[str], writes: set[str]
) -> None:
    linked = LINKED_PAGES if role == PREDICT else set()
    assert allowed(dev.pipeline, role, "s3:GetObject") == {f"{LAKE}/{pattern}" for pattern in reads} | linked
    assert allowed(dev.pipeline, role, "s3:ListBucket") == {LAKE}
    assert allowed(dev.pipeline, role, "s3:PutObject") == {f"{LAKE}/{pattern}" for pattern in writes}
    assert allowed(dev.pipeline, role, "s3:DeleteObject") == set()


def test_neither_may_touch_a_champion_and_only_predict_tells_people(dev: SynthesizedStage) -> None:
    topic, _ = dev.pipeline.only("AWS::SNS::Topic")
    assert partitions(dev.pipeline, PREDICT) == {
        "dynamodb:GetItem": {MODELS, "*/champion", INCIDENTS, INCIDENTS_TOLD},
        "dynamodb:Query": {"*/history", "*/approval"},
        "dynamodb:PutItem": {INCIDENTS, INCIDENTS_TOLD},
    }
    assert partitions(dev.pipeline, JUDGE) == {"dynamodb:GetItem": {MODELS}}
    assert allowed(dev.pipeline, PREDICT, "sns:Publish") == {f"<{topic}>"}
    for role in (PREDICT, JUDGE):
        actions = set().union(*(granted for granted, _ in statements(dev.pipeline, role)))
        services = {action.split(":")[0] for action in actions}
        assert services <= {"s3", "dynamodb", "logs", "xray"} | ({"sns", "kms"} if role == PREDICT else set())


def test_what_the_functions_write_lies_under_their_prefixes_and_nothing_else_does() -> None:
    log = scoring_keys.file_of_log
    for prefix in (lake_keys.predictions("churn"), lake_keys.estimates("churn")):
        assert any(fnmatch(log(prefix, DAY, 1), pattern) for pattern in PREDICT_WRITES)
    judged = (lake_keys.labels, lake_keys.performance, lake_keys.evidence, lake_keys.promise_tests)
    keys = [log(prefix("churn"), DAY, 1) for prefix in judged]
    for key in (*keys, scoring_keys.performance_progress("churn"), scoring_keys.sequences("churn")):
        assert any(fnmatch(key, pattern) for pattern in JUDGE_WRITES)
    others = (
        lake_keys.games(2010),
        lake_keys.loaded_table("churn", "a"),
        lake_keys.champion_reference("churn"),
        lake_keys.decision("churn", DAY, "c"),
        f"{lake_keys.sealed('churn', '0' * 64)}model/model.skops",
        training_keys.training_verdict("churn", "t"),
    )
    assert not [key for key in others if any(fnmatch(key, each) for each in (*PREDICT_WRITES, *JUDGE_WRITES))]
