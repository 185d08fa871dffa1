"""A zip function signs with a secret that nobody else can compute.

Wrong in 1.5.33: key, secret and session token of its session are hashes of its own and its role's name, which
everybody may know; without IAM they are the account's number and another secret. Here, as for image functions: a
random session of its role where IAM is enforced, or else the keys of the instance.
"""

from typing import Any

from embedded_aws.patches.context import PatchContext
from embedded_aws.roles import session_of


def patch(context: PatchContext) -> None:
    """Give ministack's own workers such credentials, wherever it has imported the function by name."""
    from ministack.core import lambda_runtime
    from ministack.services import lambda_svc

    settings = context.settings

    def credentials(config: dict[str, Any]) -> dict[str, str]:
        keys = {"AWS_ACCESS_KEY_ID": settings.keys.key_id, "AWS_SECRET_ACCESS_KEY": settings.keys.secret}
        return keys | session_of(config["Role"], config["FunctionName"], settings)

    lambda_runtime.execution_credentials = lambda_svc.execution_credentials = credentials
