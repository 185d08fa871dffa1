"""Deploy a cloud assembly's unmodified templates through boto3 as the CDK command would."""

import io
import json
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from embedded_aws.assembly import Assembly, FileAsset, ImageUpload, StackTemplate
from embedded_aws.errors import StackFailed
from embedded_aws.images import ImageRegistry

Outputs = dict[str, dict[str, str]]

_BOOTSTRAP_PARAMETER = "/cdk-bootstrap/hnb659fds/version"
_BOOTSTRAP_VERSION = "30"
_CAPABILITIES = ("CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")
_POLL_SECONDS = 0.1
_UNCHANGED = "No updates are to be performed"


class Deployment:
    """Deploys assemblies onto one emulator.

    `client` makes a boto3 client of a service; `alive` raises an error when the emulator is gone; `progress` gets
    one line for each stack.
    """

    def __init__(
        self,
        *,
        client: Callable[[str], Any],
        images: ImageRegistry,
        region: str,
        alive: Callable[[], None],
        progress: Callable[[str], None],
    ) -> None:
        self._client = client
        self._images = images
        self._region = region
        self._alive = alive
        self._progress = progress
        self._account = ""

    def deploy(self, assembly: Assembly) -> Outputs:
        """Upload the assets, create or update the stacks in order, and return their outputs by stack name.

        Raises `StackFailed` for the first stack that CloudFormation refuses.
        """
        self.publish(assembly)
        return {stack.name: self._deploy(stack) for stack in assembly.stacks}

    def publish(self, assembly: Assembly) -> None:
        """Make the assembly's files and images known, as the CDK command does before it touches a stack."""
        self._account = self._client("sts").get_caller_identity()["Account"]
        self._client("ssm").put_parameter(
            Name=_BOOTSTRAP_PARAMETER, Value=_BOOTSTRAP_VERSION, Type="String", Overwrite=True
        )
        self._progress(f"Publishing {len(assembly.files)} file and {len(assembly.images)} image assets")
        for file in assembly.files:
            self._upload(file)
        for image in assembly.images:
            self._publish(image)

    def _place(self, text: str) -> str:
        for name, value in (("AccountId", self._account), ("Region", self._region), ("Partition", "aws")):
            text = text.replace(f"${{AWS::{name}}}", value)
        return text

    def _upload(self, asset: FileAsset) -> None:
        s3, bucket = self._client("s3"), self._place(asset.bucket)
        self._make_bucket(s3, bucket)
        body = zipped(asset.source) if asset.zipped else asset.source.read_bytes()
        s3.put_object(Bucket=bucket, Key=self._place(asset.key), Body=body)

    def _make_bucket(self, s3: Any, bucket: str) -> None:
        if any(each["Name"] == bucket for each in s3.list_buckets()["Buckets"]):
            return
        # S3 accepts every region as a location constraint except its first.
        there = {} if self._region == "us-east-1" else {"LocationConstraint": self._region}
        s3.create_bucket(Bucket=bucket, **({"CreateBucketConfiguration": there} if there else {}))

    def _publish(self, image: ImageUpload) -> None:
        """Make the tag known to ECR and to the launcher; no image is built."""
        self._images.register(image.tag, image.asset)
        ecr, repository = self._client("ecr"), self._place(image.repository)
        known = [each["repositoryName"] for each in ecr.describe_repositories()["repositories"]]
        if repository not in known:
            ecr.create_repository(repositoryName=repository)
        if image.tag in {each.get("imageTag") for each in ecr.list_images(repositoryName=repository)["imageIds"]}:
            return
        manifest = {"schemaVersion": 2, "config": {"digest": f"sha256:{image.tag}"}, "layers": []}
        ecr.put_image(repositoryName=repository, imageManifest=json.dumps(manifest), imageTag=image.tag)

    def _deploy(self, stack: StackTemplate) -> dict[str, str]:
        started = time.monotonic()
        cloudformation = self._client("cloudformation")
        arguments = {"StackName": stack.name, "Capabilities": _CAPABILITIES, **self._template(stack)}
        known = self._describe(stack.name) is not None
        if not _begin(cloudformation, arguments, update=known):
            return _outputs(self._describe(stack.name) or {})
        described = self._wait(stack.name)
        self._progress(f"Stack {stack.name}: {described['StackStatus']} in {time.monotonic() - started:.1f} s")
        return _outputs(described)

    def _template(self, stack: StackTemplate) -> dict[str, str]:
        if stack.asset_url is None:
            return {"TemplateBody": stack.template.read_text()}
        endpoint = self._client("s3").meta.endpoint_url
        return {"TemplateURL": f"{endpoint}/{self._place(stack.asset_url).removeprefix('s3://')}"}

    def _describe(self, name: str) -> dict[str, Any] | None:
        stacks = self._client("cloudformation").describe_stacks()["Stacks"]
        found = (each for each in stacks if each["StackName"] == name and each["StackStatus"] != "DELETE_COMPLETE")
        return next(found, None)

    def _wait(self, name: str) -> dict[str, Any]:
        while True:
            self._alive()
            described = self._describe(name) or {"StackStatus": "DELETE_COMPLETE"}
            status = described["StackStatus"]
            if status in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
                return described
            if not status.endswith("_IN_PROGRESS"):
                raise StackFailed(name, status, self._failures(name))
            time.sleep(_POLL_SECONDS)

    def _failures(self, name: str) -> list[tuple[str, str, str]]:
        """Return what failed, in the order it happened, without resources that were only cancelled because of it."""
        events = self._client("cloudformation").describe_stack_events(StackName=name)["StackEvents"]
        failed = [each for each in reversed(events) if each["ResourceStatus"].endswith("_FAILED")]
        return [
            (each["LogicalResourceId"], each["ResourceType"], each.get("ResourceStatusReason", "no reason given"))
            for each in failed
            if each["LogicalResourceId"] != name and "cancelled" not in each.get("ResourceStatusReason", "")
        ]


def _begin(cloudformation: Any, arguments: dict[str, Any], *, update: bool) -> bool:
    """Start creating or updating a stack; returns False when nothing would change.

    Raises `StackFailed` when the stack is refused.
    """
    from botocore.exceptions import ClientError

    try:
        if update:
            cloudformation.update_stack(**arguments)
        else:
            cloudformation.create_stack(**arguments, OnFailure="DO_NOTHING")
    except ClientError as error:
        message = error.response["Error"]["Message"]
        if _UNCHANGED in message:
            return False
        raise StackFailed(arguments["StackName"], "REFUSED", [("its template", "template", message)]) from error
    return True


def _outputs(described: dict[str, Any]) -> dict[str, str]:
    return {each["OutputKey"]: each["OutputValue"] for each in described.get("Outputs", [])}


def zipped(source: Path) -> bytes:
    """Return a zip of a folder's files (or of one file)."""
    buffer = io.BytesIO()
    paths = sorted(path for path in source.rglob("*") if path.is_file()) if source.is_dir() else [source]
    base = source if source.is_dir() else source.parent
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in paths:
            archive.write(path, path.relative_to(base))
    return buffer.getvalue()
