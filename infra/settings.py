"""The settings of each stage: the one file an operations team edits.

Change a function below, then run `cdk diff -c stage=…` and `cdk deploy --all -c stage=…`.
Fields that a stage does not name keep the defaults of `infra.stage.StageSettings`, which are safe.
"""

from collections.abc import Callable

from pydantic import ValidationError

from infra.stage import SettingsInvalid, StageSettings, UnknownStage, explain
from infra.task_size import TaskSize


def dev() -> StageSettings:
    """The cheapest shape that runs the whole loop; it may be torn down at any time."""
    return StageSettings(
        stage="dev",
        alert_emails=(),
        deletion_protection=False,
    )


def staging() -> StageSettings:
    """Like prod, but in dev's size: a person decides about promotions, and nothing is torn down by accident."""
    return StageSettings(
        stage="staging",
        alert_emails=(),
        approval=True,
    )


def prod() -> StageSettings:
    """The same loop with a standby database, a larger server and longer retention."""
    return StageSettings(
        stage="prod",
        alert_emails=(),
        budget_usd_month=90,
        tracking_size=TaskSize(cpu=512, memory_mib=2048),
        training_size=TaskSize(cpu=2048, memory_mib=8192),
        database_instance="t4g.small",
        database_multi_az=True,
        database_backup_days=14,
        log_retention_days=90,
    )


STAGES: dict[str, Callable[[], StageSettings]] = {"dev": dev, "staging": staging, "prod": prod}


def settings_for(stage: str, **instead: str) -> StageSettings:
    """Return a stage's validated settings, with other values for the fields given by name.

    Raises `UnknownStage`, which names the existing stages, and `SettingsInvalid`, which names each wrong field with its
    fix.
    """
    if stage not in STAGES:
        raise UnknownStage(stage, known=tuple(STAGES))
    try:
        return StageSettings.model_validate(STAGES[stage]().model_dump() | instead)
    except ValidationError as error:
        raise SettingsInvalid(stage, explain(error)) from error
