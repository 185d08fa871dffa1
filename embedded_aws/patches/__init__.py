"""These patches correct what ministack 1.5.33 does differently from AWS in ways that our stacks notice.

Each module says what is wrong and what it does about it, and has a test that fails without it. They replace private
functions of one exact version, so each of them must be looked at for a newer ministack.
"""

from embedded_aws.patches import (
    alarm_events,
    async_invocations,
    athena_results,
    athena_sql,
    athena_tables,
    callbacks,
    container_definitions,
    container_engine,
    database,
    functions,
    images_by_tag,
    leading_keys,
    missing_resources,
    parts_of_objects,
    point_in_time,
    policy_documents,
    publish_attributes,
    replaced_functions,
    run_task,
    schedules,
    secrets,
    stopped_children,
    subscription_dead_letters,
    subscriptions,
    target_dead_letters,
    wildcards,
    zip_credentials,
)
from embedded_aws.patches.context import PatchContext

__all__ = ["PatchContext", "patch_all"]


def patch_all(context: PatchContext) -> None:
    """Apply every patch to the ministack imported in this process."""
    alarm_events.patch(context)
    async_invocations.patch(context)
    athena_results.patch(context)
    athena_sql.patch(context)
    athena_tables.patch(context)
    callbacks.patch(context)
    container_definitions.patch(context)
    container_engine.patch(context)
    database.patch(context)
    functions.patch(context)
    images_by_tag.patch(context)
    leading_keys.patch(context)
    missing_resources.patch(context)
    parts_of_objects.patch(context)
    point_in_time.patch(context)
    policy_documents.patch(context)
    publish_attributes.patch(context)
    replaced_functions.patch(context)
    run_task.patch(context)
    # This comes before `schedules`, which fills in the input that a letter then holds.
    target_dead_letters.patch(context)
    schedules.patch(context)
    secrets.patch(context)
    stopped_children.patch(context)
    subscription_dead_letters.patch(context)
    subscriptions.patch(context)
    wildcards.patch(context)
    zip_credentials.patch(context)
