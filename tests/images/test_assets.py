"""The CDK's own command builds the images as we do; the steps of `cdk deploy` that need AWS are only recorded."""

import os
import subprocess
from pathlib import Path

from embedded_aws.assembly import read_assembly
from embedded_aws.aws import LocalAws, LocalOptions
from embedded_aws.containers.build import arguments
from embedded_aws.containers.engine import Engine

ROOT = Path(__file__).parents[2]
# There is no registry to log in to or push to, so both are only recorded; the engine runs everything else.
RECORDER = """#!/bin/bash
printf '%s\\n' "$*" >>"$0.said"
case $1 in
    login) cat >/dev/null ;;
    push) ;;
    # This is as on a machine that has not built them, although the layers are there.
    inspect) exit 1 ;;
    *) exec {engine} "$@" ;;
esac
"""


def test_the_cdks_own_command_builds_every_image_as_we_do(
    assembly: Path, images: dict[str, str], tmp_path: Path
) -> None:
    docker = tmp_path / "docker"
    docker.write_text(RECORDER.format(engine=ROOT / "scripts" / "container-engine"))
    docker.chmod(0o755)
    with LocalAws.start(LocalOptions(state_directory=tmp_path / "state")) as aws:
        _bootstrap(aws)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        done = subprocess.run(
            ["npx", "cdk", "publish-assets", "--unstable=publish-assets", "--all", "--app", str(assembly)],
            cwd=ROOT, env=environment | aws.environment() | {"CDK_DOCKER": str(docker), "CI": "true"},
            capture_output=True, text=True, timeout=900, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    said = (tmp_path / "docker.said").read_text().splitlines()
    built = {line for line in said if line.startswith("build ")}
    assert built == {f"build {' '.join(arguments(image))} ." for image in read_assembly(assembly).images}
    assert len([line for line in said if line.startswith("push ")]) == len(images)
    assert all(Engine().has(image) for image in images.values())


def _bootstrap(aws: LocalAws) -> None:
    """Create what `cdk bootstrap` creates and this command needs."""
    account = aws.client("sts").get_caller_identity()["Account"]
    place = f"{account}-{aws.instance.region}"
    aws.client("ecr").create_repository(repositoryName=f"cdk-hnb659fds-container-assets-{place}")
    aws.client("s3").create_bucket(Bucket=f"cdk-hnb659fds-assets-{place}")
    aws.client("ssm").put_parameter(Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String")
