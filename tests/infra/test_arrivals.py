"""Rows are taken in with only the rights that this needs in the lake and below the named prefixes."""

from fnmatch import fnmatch
from typing import Any

import pytest

from courtside.contracts import lake_keys, training_keys
from infra.constructs.arrivals import DELETABLE, WRITABLE
from infra.constructs.incidents import KEPT
from infra.settings import settings_for
from infra.stage import StageSettings
from tests.infra.conftest import synthesize
from tests.infra.granted import LAKE, LINKED_PAGES, allowed, as_list, statements
from tests.infra.synthesized import SynthesizedStage, text

ROLE = "ArrivalsFunction"


@pytest.fixture(scope="module")
def teams(tmp_path_factory: pytest.TempPathFactory) -> SynthesizedStage:
    """Synthesize a stage that reads folders of two teams' buckets."""
    more: dict[str, Any] = {"incoming_prefixes": ("s3://team-bucket/churn/daily/", "s3://other-team/exports/")}
    settings = StageSettings(**(settings_for("dev").model_dump() | more))
    return synthesize(settings, tmp_path_factory.mktemp("teams"))


def test_the_round_reads_rows_and_adds_rows_records_and_quarantined_files(dev: SynthesizedStage) -> None:
    readable = ("incoming/*", "tables/*", "games/*", "models/*/quarantine/*", "models/*/arrivals/*")
    contracts = "models/*/contract/*"
    read = allowed(dev.pipeline, ROLE, "s3:GetObject") - LINKED_PAGES
    assert read == {f"{LAKE}/{pattern}" for pattern in (*readable, contracts)}
    assert allowed(dev.pipeline, ROLE, "s3:PutObject") == {f"{LAKE}/{pattern}" for pattern in (*WRITABLE, KEPT)}
    theirs = (
        lake_keys.incoming("churn") + "march.csv",
        lake_keys.champion_reference("nba_games"),
        training_keys.training_record("nba_games", "t"),
    )
    assert not [key for key in theirs if any(fnmatch(key, pattern) for pattern in WRITABLE)]
    loaded = (lake_keys.loaded_table("churn", "a"), lake_keys.loads(lake_keys.tables("churn")), lake_keys.games(2010))
    assert not [key for key in loaded if fnmatch(key, DELETABLE)]
    assert fnmatch(lake_keys.arriving_table("churn", "a"), DELETABLE)


def test_without_a_setting_the_round_reaches_no_other_bucket(dev: SynthesizedStage) -> None:
    resources = {resource for _, each in statements(dev.pipeline, ROLE) for resource in each}
    assert not [resource for resource in resources if ":s3:::" in resource]


def test_a_teams_prefix_may_be_listed_and_read_and_nothing_else_of_its_bucket(teams: SynthesizedStage) -> None:
    (policy,) = [each for name, each in teams.pipeline.of_type("AWS::IAM::Policy").items() if name.startswith(ROLE)]
    found = {
        (action, text(resource).rpartition(":")[2]): statement.get("Condition")
        for statement in policy["PolicyDocument"]["Statement"]
        for action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
        if ":s3:::" in text(resource)
    }
    assert found == {
        ("s3:GetObject", "team-bucket/churn/daily/*"): None,
        ("s3:ListBucket", "team-bucket"): {"StringLike": {"s3:prefix": "churn/daily/*"}},
        ("s3:GetObject", "other-team/exports/*"): None,
        ("s3:ListBucket", "other-team"): {"StringLike": {"s3:prefix": "exports/*"}},
    }


def test_nobody_else_reaches_a_teams_bucket(teams: SynthesizedStage) -> None:
    for stack in teams.stacks:
        for name, policy in stack.of_type("AWS::IAM::Policy").items():
            assert name.startswith(ROLE) or "team-bucket" not in str(policy), name


@pytest.mark.parametrize(
    "address",
    ["s3://team-bucket", "s3://team-bucket/", "s3://team-bucket/a", "s3://b*/a/", "https://x/a/", "s3://t-b/*/"],
)
def test_an_address_that_is_not_a_folder_in_a_bucket_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="must be a folder in a bucket"):
        StageSettings(**(settings_for("dev").model_dump() | {"incoming_prefixes": (address,)}))
