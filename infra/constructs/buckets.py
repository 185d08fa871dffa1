"""Buckets nobody can open, lose or read in passing."""

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from constructs import Construct


class PrivateBucket(s3.Bucket):
    """A bucket that is encrypted, versioned, closed to the public, TLS only and kept when its stack is deleted.

    Its logical id is the construct id: moving the code must never replace the data.
    """

    def __init__(self, scope: Construct, construct_id: str, *, old_versions: cdk.Duration) -> None:
        super().__init__(
            scope,
            construct_id,
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            versioned=True,
            removal_policy=cdk.RemovalPolicy.RETAIN,
            lifecycle_rules=[
                s3.LifecycleRule(
                    noncurrent_version_expiration=old_versions,
                    abort_incomplete_multipart_upload_after=cdk.Duration.days(7),
                )
            ],
        )
        resource = self.node.default_child
        assert isinstance(resource, s3.CfnBucket)
        resource.override_logical_id(construct_id)
