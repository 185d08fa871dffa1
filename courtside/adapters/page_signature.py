"""Signatures for CloudFront by a key that never leaves KMS."""

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from courtside.workflows.sign_in import SignInUnavailable


def signature(key_arn: str, content: bytes) -> bytes:
    """Return the signature of up to 4,096 bytes, as CloudFront verifies it with `CloudFront-Hash-Algorithm` SHA256.

    Raises `SignInUnavailable`.
    """
    kms = boto3.client("kms", region_name=key_arn.split(":")[3])
    try:
        answer = kms.sign(
            KeyId=key_arn, Message=content, MessageType="RAW", SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256"
        )
    except (BotoCoreError, ClientError) as error:
        raise SignInUnavailable("the key that signs cookies", str(error)) from None
    signed: bytes = answer["Signature"]
    return signed
