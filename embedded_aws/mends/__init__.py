"""What ministack 1.5.33 does differently from AWS where our stacks notice, mended one by one.

Each module says what is wrong and what it does about it, and has a test that fails without it. They
replace private functions of one exact version: a newer ministack needs every one of them looked at.
"""

from embedded_aws.mends import (
    async_invocations,
    callbacks,
    container_definitions,
    container_engine,
    database,
    functions,
    images_by_tag,
    leading_keys,
    missing_resources,
    run_task,
    schedules,
    secrets,
    subscription_letters,
    subscriptions,
    target_letters,
    zip_credentials,
)
from embedded_aws.mends.context import MendContext

__all__ = ["MendContext", "mend_all"]


def mend_all(context: MendContext) -> None:
    """Apply every mend to the ministack imported in this process."""
    async_invocations.mend(context)
    callbacks.mend(context)
    container_definitions.mend(context)
    container_engine.mend(context)
    database.mend(context)
    functions.mend(context)
    images_by_tag.mend(context)
    leading_keys.mend(context)
    missing_resources.mend(context)
    run_task.mend(context)
    # Before `schedules`, which fills in the input that a letter then holds.
    target_letters.mend(context)
    schedules.mend(context)
    secrets.mend(context)
    subscription_letters.mend(context)
    subscriptions.mend(context)
    zip_credentials.mend(context)
