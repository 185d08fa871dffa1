"""Processes get the credentials of a session of their role where IAM is enforced."""

import secrets

from embedded_aws.settings import EmulatorSettings


def session_of(role_arn: str, name: str, settings: EmulatorSettings) -> dict[str, str]:
    """Return the variables of a session of the role called `name`, or none where IAM is not enforced.

    They replace the root user's, under which everything else here runs.
    """
    if not settings.enforce_iam:
        return {}
    from ministack.services import sts

    account, role = role_arn.split(":")[4], role_arn.rsplit("/", 1)[-1]
    key, secret, token = f"ASIA{secrets.token_hex(8).upper()}", secrets.token_urlsafe(30), secrets.token_urlsafe(60)
    sts.register_session(
        key,
        {
            "Arn": f"arn:aws:sts::{account}:assumed-role/{role}/{name}",
            "UserId": f"{role}:{name}",
            "SecretAccessKey": secret,
            "SessionToken": token,
        },
    )
    return {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_SESSION_TOKEN": token}
