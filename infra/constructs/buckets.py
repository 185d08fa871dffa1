"""Nobody can open these buckets to the public, lose their contents, or read them on the way."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

# CDK's own grants allow `s3:GetObject*`, `s3:GetBucket*`, `s3:List*` and `s3:Abort*`: tags, access lists, retention
# and whatever S3 adds next.
LISTING = ("s3:ListBucket", "s3:ListBucketVersions")
READING = ("s3:GetObject", "s3:GetObjectVersion")
ADDING = ("s3:PutObject", "s3:AbortMultipartUpload")


class _ClosedBucket(s3.Bucket):
    """A bucket that is encrypted, closed to the public, TLS only and kept when its stack is deleted.

    Its logical id is the construct id: moving the code must never replace the data.
    """

    def __init__(self, scope: Construct, construct_id: str, **more: Any) -> None:
        super().__init__(
            scope,
            construct_id,
            # They use S3's own key, because log delivery can write with no other.
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            removal_policy=cdk.RemovalPolicy.RETAIN,
            **more,
        )
        resource = self.node.default_child
        assert isinstance(resource, s3.CfnBucket)
        resource.override_logical_id(construct_id)


class PrivateBucket(_ClosedBucket):
    """A closed bucket that keeps old versions; its grants name every action."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        old_versions: cdk.Duration,
        access_logs: s3.IBucket | None = None,
        passing: Mapping[str, cdk.Duration] = MappingProxyType({}),
    ) -> None:
        """Make the bucket; what lies under a prefix of `passing` expires after its time."""
        super().__init__(
            scope,
            construct_id,
            versioned=True,
            server_access_logs_bucket=access_logs,
            server_access_logs_prefix=None if access_logs is None else f"s3/{construct_id}/",
            lifecycle_rules=[
                s3.LifecycleRule(
                    noncurrent_version_expiration=old_versions,
                    abort_incomplete_multipart_upload_after=cdk.Duration.days(7),
                ),
                *(s3.LifecycleRule(prefix=prefix, expiration=kept) for prefix, kept in passing.items()),
            ],
        )

    def grant_read(self, identity: iam.IGrantable, objects_key_pattern: Any = None) -> iam.Grant:
        """Let a role list the bucket and read the objects (and their old versions) that the pattern names."""
        return self._grant(identity, READING, objects_key_pattern).combine(self.grant_list(identity))

    def grant_list(self, identity: iam.IGrantable) -> iam.Grant:
        """Let a role list the bucket, so that it can tell that an object is missing."""
        return iam.Grant.add_to_principal(grantee=identity, actions=list(LISTING), resource_arns=[self.bucket_arn])

    def grant_put(self, identity: iam.IGrantable, objects_key_pattern: Any = None) -> iam.Grant:
        """Let a role add objects that the pattern names; it can neither delete one nor touch an old version."""
        return self._grant(identity, ADDING, objects_key_pattern)

    def _grant(self, identity: iam.IGrantable, actions: tuple[str, ...], pattern: Any) -> iam.Grant:
        return iam.Grant.add_to_principal(
            grantee=identity, actions=list(actions), resource_arns=[self.arn_for_objects(pattern or "*")]
        )


class AccessLogsBucket(_ClosedBucket):
    """A bucket for S3's log of requests and the network's log of refused connections; nobody else can write here.

    Entries expire after `kept`; the bucket itself outlives its stack, as do the buckets that it is about.
    """

    def __init__(self, scope: Construct, construct_id: str, *, kept: cdk.Duration) -> None:
        super().__init__(
            scope,
            construct_id,
            lifecycle_rules=[s3.LifecycleRule(expiration=kept)],
        )
