"""Secrets, read at run time so that they are in no template, environment or log."""

from courtside.adapters import aws_clients


def read_secret(arn: str) -> str:
    """Return a secret's text."""
    return aws_clients.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
