"""People are told about these metrics; each alarm says what it means and where its runbook is.

There are fifteen alarms of one metric each and four on dead letter queues. Ten are free in an account, and each
further one costs $0.10 a month. The functions that the state machine waits for have no alarm of their own, because
the machine announces their failures.
"""

from constructs import Construct

from infra.constructs.alerts import Alerts
from infra.constructs.figures import FIVE_MINUTES, Figures
from infra.stage import StageSettings

TIME_LIMIT_PERCENT = 80
TRAINING_LIMIT = 0.8
DATABASE_CPU_PERCENT = 80
DATABASE_FREE_SHARE = 0.1
# max_connections of PostgreSQL on RDS is memory in bytes / 9531392: 112 on 1 GiB. MLflow keeps up to 15 per worker.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html#RDS_Limits.MaxConnections
DATABASE_CONNECTIONS = 60
GIB = 1024**3


class StageAlarms(Construct):
    """Every alarm of a stage except those of scheduled work and of dead letter queues, which are made elsewhere."""

    def __init__(
        self, scope: Construct, construct_id: str, *, alerts: Alerts, figures: Figures, settings: StageSettings
    ) -> None:
        super().__init__(scope, construct_id)
        self._alerts, self._figures, self._settings = alerts, figures, settings
        self._on_functions()
        self._on_retraining()
        self._on_tracking()
        self._on_database()
        alerts.when(
            figures.undelivered(),
            construct_id="NotificationsFailed",
            meaning="The alert topic could not deliver to one of its subscribers: a channel or an e-mail address",
            runbook="notifications-failed",
        )

    def _on_functions(self) -> None:
        for name, function in self._figures.unattended.items():
            self._alerts.when(
                function.metric_errors(period=FIVE_MINUTES),
                construct_id=f"{name}Errors",
                meaning=f"The function {name}, whose callers do not wait for its result, ended with an error",
                runbook="function-errors",
            )
        self._alerts.when(
            self._figures.time_limit_used(),
            construct_id="NearTimeLimit",
            meaning=f"A function took over {TIME_LIMIT_PERCENT} % of its time limit; with more data it will time out",
            runbook="function-near-its-time-limit",
            limit=TIME_LIMIT_PERCENT,
        )

    def _on_retraining(self) -> None:
        machine = self._figures.machine
        self._alerts.when(
            machine.metric_failed(period=FIVE_MINUTES),
            construct_id="RetrainingFailed",
            meaning="A retraining failed; the alert before this one says in which step and why",
            runbook="retraining-failed",
        )
        self._alerts.when(
            machine.metric_timed_out(period=FIVE_MINUTES),
            construct_id="RetrainingTimedOut",
            meaning="The state machine's own time limit stopped a retraining; its lock is free again",
            runbook="retraining-timed-out",
        )
        minutes = self._settings.training_timeout_minutes
        self._alerts.when(
            self._figures.training_seconds(),
            construct_id="TrainingSlow",
            meaning=f"A training took over {TRAINING_LIMIT:.0%} of its {minutes} minutes; with more data it will fail",
            runbook="training-too-long",
            limit=TRAINING_LIMIT * minutes * 60,
        )

    def _on_tracking(self) -> None:
        self._alerts.when(
            self._figures.running_servers(),
            construct_id="TrackingDown",
            meaning="No MLflow server has run for 15 minutes: trainings spool their runs, and promotions fail",
            runbook="tracking-server-down",
            below=True,
            periods=3,
            missing_is_bad=True,
        )
        self._alerts.when(
            self._figures.api("5xx", "Sum"),
            construct_id="TrackingErrors",
            meaning="The tracking API answered at least 5 requests within 5 minutes with a server error",
            runbook="tracking-api-errors",
            limit=5,
        )

    def _on_database(self) -> None:
        database = self._figures.database
        self._alerts.when(
            database.metric_cpu_utilization(period=FIVE_MINUTES),
            construct_id="DatabaseBusy",
            meaning=f"The tracking database was over {DATABASE_CPU_PERCENT} % busy for 15 minutes",
            runbook="database-busy",
            limit=DATABASE_CPU_PERCENT,
            periods=3,
        )
        self._alerts.when(
            database.metric_free_storage_space(period=FIVE_MINUTES, statistic="Minimum"),
            construct_id="DatabaseFull",
            meaning=f"Less than {DATABASE_FREE_SHARE:.0%} of the tracking database's storage is free; a full one stops",
            runbook="database-storage-low",
            limit=DATABASE_FREE_SHARE * self._settings.database_storage_gib * GIB,
            below=True,
        )
        self._alerts.when(
            database.metric_database_connections(period=FIVE_MINUTES, statistic="Maximum"),
            construct_id="DatabaseConnections",
            meaning=f"The tracking database has over {DATABASE_CONNECTIONS} connections; a client leaks them",
            runbook="database-connections",
            limit=DATABASE_CONNECTIONS,
        )
