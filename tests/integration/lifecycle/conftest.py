"""This fixture deploys the previous release on an embedded AWS of its own, with something in its stores."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from embedded_aws.aws import LocalAws, LocalOptions
from infra.settings import settings_for
from tests.fakes.aws_environment import point_at
from tests.infra.conftest import synthesize
from tests.infra.releases import release, versions

OBJECT, BODY = "games/season=2011/games.parquet", b"what a release before this one stored"
WEBHOOK = "https://hooks.slack.com/services/put-by-hand"


@dataclass(frozen=True)
class Upgrade:
    """A deployed old release and this release's assembly, which is to be deployed over it."""

    aws: LocalAws
    assembly: Path
    lake: str
    slack_secret: str
    database_password: str


@pytest.fixture(scope="module")
def upgrade(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upgrade]:
    folder = tmp_path_factory.mktemp("lifecycle")
    new = synthesize(settings_for("dev"), folder / "new").assembly
    old = old_assembly(folder / "old", new)
    with pytest.MonkeyPatch.context() as patch, LocalAws.start(LocalOptions(state_directory=folder / "state")) as aws:
        point_at(aws.environment(), patch)
        outputs = aws.deploy(old)["courtside-dev-data"]
        lake, slack = outputs["LakeBucketName"], outputs["SlackWebhookSecretArn"]
        aws.client("s3").put_object(Bucket=lake, Key=OBJECT, Body=BODY)
        aws.client("secretsmanager").put_secret_value(SecretId=slack, SecretString=WEBHOOK)
        yield Upgrade(aws, new, lake, slack, database_password(aws))


def database_password(aws: LocalAws) -> str:
    resources = aws.client("cloudformation").describe_stack_resources(StackName="courtside-dev-data")["StackResources"]
    (arn,) = [each["PhysicalResourceId"] for each in resources if each["LogicalResourceId"] == "TrackingDatabaseSecret"]
    secret = aws.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
    return str(json.loads(secret)["password"])


def old_assembly(folder: Path, new: Path) -> Path:
    """Write an assembly with the last release's templates; it uses this release's images under the old tags."""
    shutil.copytree(new, folder)
    before = release(versions()[-1], "dev")
    for stack, template in before.templates.items():
        (folder / f"{stack}.template.json").write_text(json.dumps(template))
    manifest = folder / "courtside-dev-pipeline.assets.json"
    assets = json.loads(manifest.read_text())
    by_dockerfile = {
        image["source"]["dockerFile"]: image
        for path in new.glob("*.assets.json")
        for image in json.loads(path.read_text()).get("dockerImages", {}).values()
    }
    for tag, dockerfile in before.images.items():
        image = json.loads(json.dumps(by_dockerfile[dockerfile]))
        for destination in image["destinations"].values():
            destination["imageTag"] = tag
        assets["dockerImages"][tag] = image
    manifest.write_text(json.dumps(assets))
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.embedded)
