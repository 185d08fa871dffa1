"""A stage's settings have types, safe defaults, and errors that name the field and the fix."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from courtside.contracts.channels import CHANNELS, Channel
from courtside.contracts.errors import BadInput
from infra.dashboard_sign_in import DashboardSignIn, OptionalDashboardSignIn
from infra.setting_types import Email, ImageReference, Incoming, Schedule, Zones
from infra.task_size import TaskSize
from infra.training_packages import TrainingPackages

# This file alone names the images that ours are built on; `make bases` pins and renews them.
_BASES: dict[str, str] = json.loads((Path(__file__).parents[1] / "images" / "bases.json").read_text())
_IN_CONTRACTS = "delete it, and write `{}` into the contracts of the models it was meant for"
_GONE = {
    "window_days": _IN_CONTRACTS.format("watch.window"),
    "data_overdue_days": _IN_CONTRACTS.format("watch.overdue"),
    "cooldown_days": _IN_CONTRACTS.format("retrain.cooldown"),
    "check_schedule": f"{_IN_CONTRACTS.format('watch.every')}; when rounds look for what is due is watch_schedule",
    "check_timezone": "delete it: all moments of rounds are in UTC",
    "check_enabled": "call it watch_enabled",
    "check_overdue_hours": "call it watch_overdue_hours, which counts from round to round",
    "arrivals_schedule": "call it watch_schedule",
}
"""What was a setting of the stage, with what took its place."""


class UnknownStage(BadInput):
    """The settings do not define the stage that was asked for."""

    def __init__(self, stage: str, *, known: tuple[str, ...]) -> None:
        self.stage = stage
        self.known = known
        super().__init__(
            f"stage {stage!r} does not exist; choose one of {', '.join(known)} (-c stage={known[0]})"
            " or add it to STAGES in infra/settings.py"
        )


class SettingsInvalid(BadInput):
    """A stage's settings cannot be deployed; `problems` names each field with its fix."""

    def __init__(self, stage: str, problems: list[str]) -> None:
        self.stage = stage
        self.problems = problems
        listed = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(f"the settings of stage {stage!r} (infra/settings.py) are wrong:\n{listed}")


def explain(error: ValidationError) -> list[str]:
    """Return one line per problem: the field, what is wrong with the value given, and the field's own help."""
    section = ("dashboard_sign_in",) if error.title == DashboardSignIn.__name__ else ()
    return [
        f"{'.'.join(map(str, where)) or 'settings'}: {problem['msg'].removeprefix('Value error, ')}"
        f" (got {_given(problem['input'])}).{_help_for(where)}"
        for problem in error.errors()
        for where in [(*section, *problem["loc"])]
    ]


def _given(value: Any) -> str:
    """Return a value as it was written, except for a key that somebody put in the place of its public half."""
    return "a private key, which is not shown here" if "PRIVATE KEY" in repr(value) else repr(value)


def _help_for(location: tuple[int | str, ...]) -> str:
    name = str(location[0]) if location else ""
    if name in _GONE:
        return f" Fix: {_GONE[name]}."
    field = StageSettings.model_fields.get(name)
    if field is None:
        return f" Fields: {', '.join(sorted(StageSettings.model_fields))}." if location else ""
    return f" Fix: {field.description}." if field.description else ""


LogRetentionDays = Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731]


class StageSettings(BaseModel):
    """One stage: who receives alerts, when rounds look at its models, and how large things are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stage: str = Field(pattern=r"^[a-z][a-z0-9]{1,15}$", description="2 to 16 lower-case letters and digits")
    account: Annotated[str, Field(pattern=r"^\d{12}$")] | None = Field(
        default=None, description="the stage's own account as 12 digits in quotes; None is the account of the caller"
    )
    region: Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")] | None = Field(
        default=None, description="a region like 'eu-central-1'; None is the region of the caller"
    )
    bootstrap_qualifier: Annotated[str, Field(pattern=r"^[a-z0-9]{1,10}$")] | None = Field(
        default=None, description="the qualifier given to `cdk bootstrap --qualifier`; None is CDK's own, 'hnb659fds'"
    )
    zone_ids: Zones = Field(
        default=(),
        description="two availability zone ids like ('use1-az1', 'use1-az2') in which VPC links and Fargate exist"
        " (courtside doctor --preflight names them); () takes the account's first two. Choose before the first"
        " deployment: a change replaces the network and the database",
    )
    private_subnets: bool = Field(
        default=False,
        description="True runs tasks without public addresses, behind a NAT gateway (about 33 dollars a month more)",
    )
    alert_emails: tuple[Email, ...] = Field(
        default=(),
        description="a tuple of addresses like ('ops@example.com',); each confirms through a link that AWS sends",
    )
    github_repository: Annotated[str, Field(pattern=r"^[\w.-]+/[\w.-]+$")] | None = Field(
        default=None, description="'owner/name' whose GitHub Actions may deploy the stage; None adds no such role"
    )
    github_provider: Literal["create", "existing"] = Field(
        default="create",
        description="'create' makes GitHub's identity provider in the account; 'existing' uses that of another stage",
    )
    slack: bool = Field(
        default=True, description="True sends alerts to Slack; put the webhook into the secret after the deployment"
    )
    teams: bool = Field(
        default=False, description="True sends alerts to Microsoft Teams; put a workflow's webhook into the secret"
    )

    watch_schedule: Schedule = Field(
        default="rate(1 hour)",
        description="how often a round looks at which models are due, like 'rate(15 minutes)' or 'cron(0 * * * ? *)' "
        "(UTC); how often a model is checked is in its contract (watch.every)",
    )
    watch_enabled: bool = Field(default=True, description="False pauses the rounds of all models")
    watch_overdue_hours: int = Field(
        default=4,
        ge=2,
        le=168,
        description="hours without a finished round after which people are alerted, 2 to 168 and more than the longest "
        "pause of watch_schedule",
    )
    watch_concurrency: int = Field(
        default=10, ge=1, le=1000, description="how many models a round works on at the same time, 1 to 1000"
    )
    watch_tolerated_percent: int = Field(
        default=50,
        ge=0,
        le=100,
        description="per cent of a round's models whose result may be lost before the round is stopped, 0 to 100; a "
        "model that fails is no such loss, because that is a result",
    )
    drift_policy: Literal["calibrated", "classic"] | None = Field(
        default=None,
        description="'calibrated' (against the reference's own history) or 'classic' (fixed PSI, KS and chi-squared);"
        " None: what the contract says",
    )

    incoming_prefixes: tuple[Incoming, ...] = Field(
        default=(),
        description="folders in other buckets that contracts name with `incoming`, like ('s3://team-bucket/churn/',): "
        "the stage may list and read them, and nothing else there",
    )

    alert_escalation_hours: Annotated[int, Field(ge=1, le=168)] | None = Field(
        default=None,
        description="hours after which people are told once more of a warning or a critical incident that nobody has "
        "acknowledged, 1 to 168; None: never",
    )

    alert_links: bool = Field(
        default=True,
        description="True lets an alert link the page that it is about by a signed address, which opens for whoever "
        "has it for some hours; False leaves it to `courtside dashboard`",
    )

    dashboard_sign_in: OptionalDashboardSignIn = None

    budget_usd_month: float = Field(
        default=31,
        gt=0,
        le=1_000_000,
        description="US dollars a month, above 0; alerts come when they are spent and when the forecast is 20 % above",
    )

    architecture: Literal["arm64", "x86_64"] = Field(
        default="arm64", description="'arm64' (cheaper) or 'x86_64' (when images are built on x86 without emulation)"
    )
    python_base: ImageReference = Field(
        default=_BASES["python_base"],
        description="the image that training and MLflow are built on, like 'host/python:3.13-slim'",
    )
    lambda_base: ImageReference = Field(
        default=_BASES["lambda_base"],
        description="the image that the functions are built on, like 'host/lambda/python:3.13'",
    )
    tracking_size: TaskSize = Field(
        default=TaskSize(cpu=256, memory_mib=1024),
        description="TaskSize(cpu=…, memory_mib=…), one of the sizes that Fargate offers",
    )
    training_size: TaskSize = Field(
        default=TaskSize(cpu=1024, memory_mib=4096),
        description="TaskSize(cpu=…, memory_mib=…), one of the sizes that Fargate offers",
    )
    training_timeout_minutes: int = Field(default=60, ge=5, le=720, description="minutes a training may take, 5 to 720")
    training_packages: TrainingPackages = ()
    trainings_at_once: int = Field(
        default=2,
        ge=1,
        le=20,
        description="how many models train at the same time, 1 to 20; each is a task of training_size, others wait",
    )

    approval: bool = Field(
        default=False, description="True asks a person before a challenger that passed the gate becomes champion"
    )
    approval_hours: int = Field(
        default=48, ge=1, le=720, description="hours a person has to answer, after which the champion stays, 1 to 720"
    )

    database_instance: str = Field(
        default="t4g.micro",
        pattern=r"^[a-z0-9]+\.[a-z0-9]+$",
        description="an RDS class without 'db.', like 't4g.micro'",
    )
    database_storage_gib: int = Field(default=20, ge=20, le=1000, description="GiB of gp3 storage, 20 to 1000")
    database_multi_az: bool = Field(
        default=False, description="True keeps a standby in a second zone (doubles its price)"
    )
    database_backup_days: int = Field(default=7, ge=1, le=35, description="days of automatic backups, 1 to 35")
    tracking_retention_days: int = Field(
        default=30,
        ge=1,
        le=3650,
        description="days in which a deleted run can be restored before it is removed for good, 1 to 3650",
    )
    password_schedule: Schedule = Field(
        default="cron(0 10 1 * ? *)",
        description="when the database gets a new password, like 'cron(0 10 1 * ? *)' (UTC: the first of each month)",
    )
    backup_schedule: Schedule = Field(
        default="cron(0 8 * * ? *)",
        description="when the tracking database is copied into the lake, like 'cron(0 8 * * ? *)' (UTC: every night)",
    )
    deletion_protection: bool = Field(
        default=True, description="True protects the database and the data stack from deletion"
    )
    log_retention_days: LogRetentionDays = Field(
        default=30, description="days for which CloudWatch keeps logs, one of the values listed"
    )
    old_versions_days: int = Field(
        default=30,
        ge=1,
        le=3650,
        description="days in which an overwritten or deleted S3 object can be restored, 1 to 3650",
    )
    archive_days: Annotated[int, Field(ge=400, le=36500)] | None = Field(
        default=None,
        description="days after which rows of drift, estimates and outcomes of promise tests expire, 400 or more; None:"
        " never, as all other tables",
    )

    query_scan_limit_gb: float = Field(
        default=10,
        ge=0.01,
        le=100_000,
        description="GB that one query on Athena may read before it is stopped, 0.01 to 100000; 10 GB cost 5 cents",
    )
    query_results_days: int = Field(
        default=7, ge=1, le=365, description="days after which what a query on Athena found expires, 1 to 365"
    )

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The channels that are switched on, each by the setting of its name."""
        return tuple(channel for name, channel in CHANNELS.items() if getattr(self, name))
