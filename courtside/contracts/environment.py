"""One environment model per process: infra writes it with `as_env`, the process reads it back with `read`."""

import os
from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from courtside.contracts.errors import CourtsideError
from courtside.contracts.names import TRACKING_AUTH


class EnvironmentInvalid(CourtsideError):
    """A process was started without the environment it needs."""

    def __init__(self, model: str, problems: list[str]) -> None:
        self.model = model
        self.problems = problems
        super().__init__(f"{model} cannot be read from the environment: {'; '.join(problems)}")


class Environment(BaseModel):
    """Base: field ``lake_bucket`` is the variable ``COURTSIDE_LAKE_BUCKET`` unless an alias says otherwise."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        populate_by_name=True,
        alias_generator=lambda field: f"COURTSIDE_{field.upper()}",
    )

    def as_env(self) -> dict[str, str]:
        """Return the variables, ready for a Lambda or container definition."""
        return {key: str(value) for key, value in self.model_dump(by_alias=True).items()}

    @classmethod
    def read(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Read the model back from the environment; raises `EnvironmentInvalid` naming each variable."""
        try:
            return cls.model_validate(dict(os.environ if environ is None else environ))
        except ValidationError as error:
            problems = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
            raise EnvironmentInvalid(cls.__name__, problems) from error


class TelemetryEnv(Environment):
    """What every process labels its logs and metrics with; `service` is its verb."""

    stage: str = Field(min_length=1)
    service: str = Field(alias="POWERTOOLS_SERVICE_NAME", min_length=1)


class LakeEnv(Environment):
    """What every process that touches data needs."""

    lake_bucket: str = Field(min_length=3)


class LedgerTableEnv(Environment):
    """What every process that reads the ledger needs."""

    ledger_table: str = Field(min_length=3)


class ModelsEnv(LakeEnv, LedgerTableEnv):
    """What every function needs that reads the contract of a model: the ledger names it, and it lies in the lake."""


class TrackingEnv(LakeEnv):
    """The lake and the tracking server (`promote`, and the base of `TrainEnv`)."""

    tracking_uri: str = Field(alias="MLFLOW_TRACKING_URI", min_length=1)
    tracking_auth: str = Field(alias="MLFLOW_TRACKING_AUTH", default=TRACKING_AUTH)


class LedgerEnv(LedgerTableEnv):
    """The ledger of locks, approvals and the production history.

    A lease lasts longer than any step of a retraining may take, because only the functions between the steps renew it.
    `trainings_at_once` is how many trainings of the stage may run at the same time.
    """

    lease_minutes: int = Field(default=120, ge=1)
    trainings_at_once: int = Field(default=2, ge=1)


class TrainEnv(TrackingEnv):
    """The training task, which also smoke-tests.

    `git_commit` is the commit that the stage was deployed from, empty if that is not known; `training_packages` are
    those that its image holds for a team's own candidates, as `own_candidates.published` writes them.
    """

    git_commit: str = ""
    training_packages: str = "[]"


class ApprovalEnv(LakeEnv, LedgerEnv):
    """The function that asks a person; `stage` is named in the commands it suggests."""

    alert_topic_arn: str
    stage: str


class PromoteEnv(TrackingEnv, ModelsEnv, LedgerEnv):
    """The functions that seal a challenger and make it champion."""


class FreezeEnv(ModelsEnv, LedgerEnv):
    """The function that freezes a training's data."""


class GateEnv(ModelsEnv, LedgerEnv):
    """The gate function: it reads holdout predictions from the lake and writes its verdict there.

    With `approval` a challenger that passes waits for a person.
    """

    approval: bool = False


class IncidentsEnv(ModelsEnv):
    """What every function needs that reports incidents: the ledger and the lake keep them, and the topic tells.

    With `alert_links` an alert links the page that it is about.
    """

    alert_topic_arn: str
    alert_links: bool = True


class AnnounceEnv(IncidentsEnv):
    """The function that tells people how a retraining ended."""


class CheckDriftEnv(IncidentsEnv):
    """The drift check function; without a tracking server it logs no runs.

    An empty `policy` leaves it to the contract.
    """

    retraining_arn: str
    policy: str = ""
    tracking_uri: str = Field(alias="MLFLOW_TRACKING_URI", default="")


class ReceiveRowsEnv(IncidentsEnv):
    """The function that takes in the files of rows that arrived."""


class PredictEnv(IncidentsEnv):
    """The function that predicts what comes; it alerts people about rows that cannot be predicted.

    `training_packages` are those that its image holds, which is the training's.
    """

    training_packages: str = "[]"


class CheckPerformanceEnv(ModelsEnv):
    """The function that says how well a model's predictions did."""


class TendIncidentsEnv(IncidentsEnv):
    """The function that escalates what nobody acknowledges after so many hours, or never for 0."""

    escalation_hours: int = Field(default=0, ge=0)


class FindDueEnv(IncidentsEnv):
    """The function that finds the models that are due in a round."""


class SettleEnv(IncidentsEnv):
    """The function that settles a model's round."""


class PublishEnv(IncidentsEnv):
    """The function that builds the pages that people look at and tends the archive; `stage` is named on the pages.

    What ran in the retraining machine is among the archive's rows.
    """

    stage: str
    retraining_arn: str


class TrackingCopyEnv(Environment):
    """The task that copies the tracking database.

    Libpq's own variables say where that is, and the secret holds the password.
    """

    lake_bucket: str = Field(min_length=3)
    database_secret_arn: str


class NotifyEnv(LedgerTableEnv):
    """A channel's notifier: it gets the secret's name, never the webhook."""

    channel: str = Field(min_length=1)
    webhook_secret_arn: str


class SignInEnv(Environment):
    """The function behind which people sign in to the pages of a stage.

    `host` is the address's name, `pool` that of the user pool's sign-in pages (an https address), `issuer` and
    `client_id` are what its tokens name, and `user_pool_id` is where the client's secret is read. CloudFront knows the
    key `signing_key_arn` as `key_pair_id`; a sign-in lasts `hours`.
    """

    host: str = Field(min_length=1)
    pool: str = Field(min_length=1)
    issuer: str = Field(min_length=1)
    user_pool_id: str = Field(min_length=1)
    client_id: str = Field(min_length=1)
    key_pair_id: str = Field(min_length=1)
    signing_key_arn: str = Field(min_length=1)
    hours: int = Field(ge=1, le=12)
