"""Look up the secrets of the keys that one embedded AWS has given out."""

from embedded_aws.authentication.middleware import SecretOf
from embedded_aws.authentication.refusals import Refused
from embedded_aws.keys import Keys


def secrets_known_to(keys: Keys) -> SecretOf:
    """Return a look-up for the secrets of the owner's keys and of the sessions and users that the emulator made.

    The emulator itself also accepts other keys for its root user (`test`, any account's number); nobody here owns
    them.
    """
    from ministack.core.iam_evaluator import find_iam_access_key_account, is_root_access_key, resolve_credential
    from ministack.core.responses import _account_from_sts_session

    def secret_of(key_id: str, token: str) -> str | None:
        if key_id == keys.key_id:
            return keys.secret
        if is_root_access_key(key_id):
            return None
        account = _account_from_sts_session(key_id) or find_iam_access_key_account(key_id)
        found = resolve_credential(key_id, account, token)
        if getattr(found, "code", "") == "ExpiredTokenException":
            raise Refused("ExpiredToken", "The session of this key has ended.")
        return getattr(found, "secret_access_key", None)

    return secret_of


def caller_of(key_id: str) -> str:
    """Return the name of the function or task that a key was given to; empty for any other key."""
    from ministack.services import sts

    return str((sts._sessions.get(key_id) or {}).get("Arn", "")).rpartition("/")[2]  # noqa: SLF001
