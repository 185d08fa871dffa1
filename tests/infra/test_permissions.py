"""The synthesized policies grant each part of a stage only the permissions that it needs."""

from datetime import date
from fnmatch import fnmatch

import pytest

from courtside.contracts import drift_keys, lake_keys, training_keys
from courtside.contracts.names import DRIFT_PAGE
from infra.constructs.arrivals import DELETABLE as ARRIVING
from infra.constructs.drift_check import ARTIFACT, WRITABLE
from infra.constructs.incidents import KEPT
from infra.constructs.publishing import MERGED
from infra.constructs.retraining_functions import FREEZE_WRITABLE, GATE_WRITABLE, PROMOTE_DELETABLE
from infra.constructs.tracking_upkeep import DELETABLE as COLLECTABLE
from infra.constructs.training_task import DELETABLE
from infra.constructs.training_task import WRITABLE as RESULTS
from tests.infra.granted import ARTIFACTS, LAKE, LINKED_PAGES, STEPS, allowed, as_list, statements
from tests.infra.synthesized import SynthesizedStage, text


def test_each_function_writes_only_to_its_own_log(stage: SynthesizedStage) -> None:
    for name, function in stage.pipeline.of_type("AWS::Lambda::Function").items():
        role = text(function["Role"])[1:].split("ServiceRole")[0]
        own = f"<{function['LoggingConfig']['LogGroup']['Ref']}.Arn>"
        assert allowed(stage.pipeline, f"{role}ServiceRole", "logs:PutLogEvents") == {own}, name


DELETING = (
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:PutBucketPolicy",
    "rds:DeleteDBInstance",
    "dynamodb:DeleteItem",
    "dynamodb:DeleteTable",
)


@pytest.mark.parametrize("action", DELETING)
def test_nobody_may_delete_data(dev: SynthesizedStage, action: str) -> None:
    roles = [role for stack in dev.stacks for role in stack.of_type("AWS::IAM::Policy")]
    assert len(roles) > 10
    deletable = {f"{LAKE}/{pattern}" for pattern in (*DELETABLE, PROMOTE_DELETABLE, ARRIVING, *MERGED)} | {
        f"{ARTIFACTS}/{COLLECTABLE}"
    }
    for stack in dev.stacks:
        assert allowed(stack, "", action) <= (deletable if action == "s3:DeleteObject" else set())


def test_training_deletes_only_what_it_staged_and_the_collection_only_what_mlflow_wrote(dev: SynthesizedStage) -> None:
    deleted = {
        logical_id.split("DefaultPolicy")[0]: resources
        for logical_id in dev.pipeline.of_type("AWS::IAM::Policy")
        if (resources := allowed(dev.pipeline, logical_id, "s3:DeleteObject"))
    }
    assert deleted == {
        "TrainingTaskTaskRole": {f"{LAKE}/{pattern}" for pattern in DELETABLE},
        "StepsPromoteServiceRole": {f"{LAKE}/{PROMOTE_DELETABLE}"},
        "StepsRollBackServiceRole": {f"{LAKE}/{PROMOTE_DELETABLE}"},
        "ArrivalsFunctionServiceRole": {f"{LAKE}/{ARRIVING}"},
        "PublishingFunctionServiceRole": {f"{LAKE}/{pattern}" for pattern in MERGED},
        "TrackingUpkeepCollectionTaskRole": {f"{ARTIFACTS}/{COLLECTABLE}"},
    }
    kept = (
        training_keys.training_record("nba_games", "t1"),
        training_keys.training_manifest("nba_games", "t1"),
        "ml-models/random_forest.pkl",
    )
    gone = (
        f"{training_keys.legacy_staged('t1')}random_forest.pkl",
        f"{training_keys.training_spool('nba_games', 't1')}run.json",
    )
    assert not [key for key in kept if any(fnmatch(key, pattern) for pattern in (*DELETABLE, PROMOTE_DELETABLE))]
    assert all(any(fnmatch(key, pattern) for pattern in (*DELETABLE, PROMOTE_DELETABLE)) for key in gone)


def test_the_check_reads_the_lake_and_adds_reports_and_decisions_only(dev: SynthesizedStage) -> None:
    role = "DriftCheckFunction"
    assert allowed(dev.pipeline, role, "s3:GetObject") == {f"{LAKE}/*", CONTRACTS, *LINKED_PAGES}
    assert allowed(dev.pipeline, role, "s3:ListBucket") == {LAKE}
    page = f"{ARTIFACTS}/{ARTIFACT}"
    assert allowed(dev.pipeline, role, "s3:PutObject") == {page, *(f"{LAKE}/{prefix}" for prefix in (*WRITABLE, KEPT))}


def test_the_check_logs_runs_but_cannot_overwrite_a_model(dev: SynthesizedStage) -> None:
    _, function = next(
        (name, each) for name, each in dev.pipeline.of_type("AWS::Lambda::Function").items() if "DriftCheck" in name
    )
    assert "ApiEndpoint" in text(function["Environment"]["Variables"]["MLFLOW_TRACKING_URI"])
    assert allowed(dev.pipeline, "DriftCheckFunction", "execute-api:Invoke")
    assert fnmatch(f"mlflow/7/3f2a/artifacts/{DRIFT_PAGE}", ARTIFACT)
    for model in ("mlflow/7/models/m-1/artifacts/model.skops", "mlflow/7/3f2a/artifacts/reference/reference.profile"):
        assert not fnmatch(model, ARTIFACT)


def test_the_check_may_alert_and_start_this_retraining(dev: SynthesizedStage) -> None:
    machine, _ = dev.pipeline.only("AWS::StepFunctions::StateMachine", "RetrainingMachine")
    topic, _ = dev.pipeline.only("AWS::SNS::Topic")
    assert allowed(dev.pipeline, "DriftCheckFunction", "states:StartExecution") == {f"<{machine}>"}
    assert allowed(dev.pipeline, "DriftCheckFunction", "sns:Publish") == {f"<{topic}>"}


@pytest.mark.parametrize(
    "key",
    [
        key("nba_games", date(2018, 11, 1), "c1")
        for key in (drift_keys.drift_report, drift_keys.drift_page, drift_keys.drift_rows, lake_keys.decision)
    ],
)
def test_what_the_check_writes_lies_under_its_prefixes(key: str) -> None:
    assert any(fnmatch(key, prefix) for prefix in WRITABLE)


WRITTEN = {
    "Lock": set(),
    "Unlock": set(),
    "RequestApproval": set(),
    "Freeze": set(FREEZE_WRITABLE),
    "Gate": set(GATE_WRITABLE),
    "Seal": {"models/*/sealed/*"},
    "Promote": {lake_keys.champion_reference("*"), "ml-models/*", "ml-features/*"},
    "RollBack": {lake_keys.champion_reference("*"), "ml-models/*", "ml-features/*"},
    "Announce": {KEPT},
}


@pytest.mark.parametrize("step", STEPS)
def test_each_step_writes_its_own_object_and_nothing_else(dev: SynthesizedStage, step: str) -> None:
    assert allowed(dev.pipeline, f"Steps{step}", "s3:PutObject") == {f"{LAKE}/{key}" for key in WRITTEN[step]}


TRAINING = f"{LAKE}/models/*/training/*"
CONTRACTS = f"{LAKE}/models/*/contract/*"


OF_CHAMPION = {f"{LAKE}/{key}" for key in ("models/*/sealed/*", "ml-models/*", lake_keys.champion_reference("*"))}
READ = {
    "Lock": set(),
    "Unlock": set(),
    "RequestApproval": {f"{TRAINING}/gate.json"},
    "Freeze": {CONTRACTS, f"{LAKE}/games/*", f"{LAKE}/tables/*", f"{TRAINING}/manifest.json"},
    "Gate": {CONTRACTS, TRAINING, f"{LAKE}/{lake_keys.champion_reference('*')}"},
    "Seal": {CONTRACTS, TRAINING, f"{LAKE}/models/*/sealed/*", f"{ARTIFACTS}/mlflow/*/models/*"},
    "Promote": {CONTRACTS, f"{TRAINING}/gate.json", *OF_CHAMPION},
    "RollBack": {CONTRACTS, *OF_CHAMPION},
    "Announce": LINKED_PAGES,
}


@pytest.mark.parametrize("step", STEPS)
def test_each_step_reads_its_input_and_only_seal_reads_models(dev: SynthesizedStage, step: str) -> None:
    """Each step may read only its input, and list the lake so that S3 reports a missing object as missing, not as
    forbidden.
    """
    assert allowed(dev.pipeline, f"Steps{step}", "s3:GetObject") == READ[step]
    listed = {LAKE, ARTIFACTS} if step == "Seal" else {LAKE} if READ[step] - LINKED_PAGES else set()
    assert allowed(dev.pipeline, f"Steps{step}", "s3:ListBucket") == listed


def test_the_collection_deletes_artifacts_that_it_cannot_read(dev: SynthesizedStage) -> None:
    assert allowed(dev.pipeline, "TrackingUpkeepCollectionTaskRole", "s3:GetObject") == set()
    assert allowed(dev.pipeline, "TrackingUpkeepCollectionTaskRole", "s3:ListBucket") == {ARTIFACTS}


def test_only_freeze_and_gate_may_write_their_own_objects() -> None:
    others = {
        training_keys.training_holdout("nba_games", "t1"),
        training_keys.training_profile("nba_games", "t1"),
        lake_keys.champion_reference("nba_games"),
    }
    theirs = ((FREEZE_WRITABLE, training_keys.training_manifest), (GATE_WRITABLE, training_keys.training_verdict))
    for (pattern,), key in theirs:
        assert fnmatch(key("nba_games", "t1"), pattern)
        assert not [other for other in others if fnmatch(other, pattern)]


def test_the_gate_reaches_the_lake_and_the_ledger_only(dev: SynthesizedStage) -> None:
    actions = set().union(*(granted for granted, _ in statements(dev.pipeline, "StepsGate")))
    its_own_telling = ("logs:", "xray:")
    assert not [action for action in actions if not action.startswith(("s3:", "dynamodb:", *its_own_telling))]


def test_only_the_check_and_unlock_start_the_machine(dev: SynthesizedStage) -> None:
    machine, _ = dev.pipeline.only("AWS::StepFunctions::StateMachine", "RetrainingMachine")
    starters = {
        logical_id: resources
        for logical_id in dev.pipeline.of_type("AWS::IAM::Policy")
        if f"<{machine}>" in (resources := allowed(dev.pipeline, logical_id, "states:StartExecution"))
    }
    own = next(name for name in starters if name.startswith("RetrainingStartWaitingPolicy"))
    assert {name.split("ServiceRole")[0] for name in starters} == {"DriftCheckFunction", own}
    assert all(resources == {f"<{machine}>"} for resources in starters.values())
    _, policy = dev.pipeline.only("AWS::IAM::Policy", own)
    (role,) = policy["Roles"]
    _, unlock = dev.pipeline.only("AWS::Lambda::Function", "StepsUnlock")
    assert text(unlock["Role"]) == f"<{role['Ref']}.Arn>"


def test_training_adds_its_results_and_changes_neither_its_data_nor_decisions(
    dev: SynthesizedStage,
) -> None:
    added = {f"{LAKE}/{pattern}" for pattern in RESULTS} | {f"{ARTIFACTS}/mlflow/*"}
    assert allowed(dev.pipeline, "TrainingTaskTaskRole", "s3:PutObject") == added
    legacy = f"{training_keys.training_legacy('nba_games', 't1')}ml-models/random_forest.pkl"
    own = (
        training_keys.training_record("nba_games", "t1"),
        f"{training_keys.training_spool('nba_games', 't1')}run.json",
        legacy,
    )
    assert all(any(fnmatch(key, pattern) for pattern in RESULTS) for key in own)
    others = (
        lake_keys.games(2010),
        f"{lake_keys.tables('t')}part.parquet",
        training_keys.training_manifest("nba_games", "t1"),
        training_keys.training_verdict("nba_games", "t1"),
        lake_keys.champion_reference("nba_games"),
        f"{lake_keys.sealed('nba_games', '0' * 64)}model/model.skops",
        "ml-models/random_forest.pkl",
        "ml-features/train.parquet",
        lake_keys.decision("nba_games", date(2018, 11, 1), "c1"),
    )
    assert not [key for key in others if any(fnmatch(key, pattern) for pattern in RESULTS)]


def test_the_machine_may_pass_only_the_training_tasks_roles(dev: SynthesizedStage) -> None:
    passed = allowed(dev.pipeline, "RetrainingMachineRole", "iam:PassRole")
    assert {arn.split("Role")[0] for arn in passed} == {"<TrainingTaskTask", "<TrainingTaskExecution"}


def test_cloudwatch_events_and_budgets_may_publish_alerts_and_strangers_may_not(stage: SynthesizedStage) -> None:
    _, policy = stage.pipeline.only("AWS::SNS::TopicPolicy")
    granted = [s for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == "Allow"]
    services = {service for s in granted for service in as_list(s["Principal"]["Service"])}
    assert services == {"budgets.amazonaws.com", "cloudwatch.amazonaws.com", "events.amazonaws.com"}
    assert {s["Action"] for s in granted} == {"sns:Publish"}
