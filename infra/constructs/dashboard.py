"""The dashboard answers: does the data drift, do we retrain, does everything run?"""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from courtside.contracts.metrics import Metric
from infra.constructs.figures import Figures

_DAY = cdk.Duration.days(1)
_WIDTH, _HEIGHT = 8, 6


class StageDashboard(cloudwatch.Dashboard):
    """The stage's dashboard: alarms first, then drift, predictions, retraining, functions and the tracking server."""

    def __init__(
        self, scope: Construct, construct_id: str, *, figures: Figures, alarms: list[cloudwatch.IAlarm]
    ) -> None:
        super().__init__(scope, construct_id, default_interval=cdk.Duration.days(14))
        self._figures = figures
        self.add_widgets(cloudwatch.AlarmStatusWidget(title="Alarms", alarms=alarms, width=3 * _WIDTH, height=4))
        self.add_widgets(*self._drift())
        self.add_widgets(*self._scoring())
        self.add_widgets(*self._retraining())
        self.add_widgets(*self._processes())
        self.add_widgets(*self._tracking())

    def _drift(self) -> list[cloudwatch.IWidget]:
        ours = self._figures.ours
        decisions = (
            Metric.DECIDED_NOTHING,
            Metric.DECIDED_ALERT,
            Metric.DECIDED_RETRAIN,
            Metric.DECIDED_WATCH,
            Metric.DECIDED_RECALIBRATE,
            Metric.DECIDED_ROLL_BACK,
            Metric.DECIDED_NOTHING_TO_CHECK,
            Metric.DECIDED_STALE_DATA,
        )
        share = ours(Metric.SHARE_DRIFTED, statistic="Maximum", period=_DAY)
        return [
            _graph("Drifted features", ours(Metric.FEATURES_DRIFTED, statistic="Maximum", period=_DAY), right=[share]),
            _graph("Rows that a check looked at", ours(Metric.ROWS_CHECKED, statistic="Maximum", period=_DAY)),
            _graph("Decisions a day", *(ours(decision, period=_DAY) for decision in decisions)),
        ]

    def _scoring(self) -> list[cloudwatch.IWidget]:
        ours = self._figures.ours
        rows = (ours(metric, period=_DAY) for metric in (Metric.ROWS_PREDICTED, Metric.ROWS_SET_ASIDE))
        return [
            _graph("Rows predicted and set aside a day", *rows),
            _graph("Windows judged a day", ours(Metric.WINDOWS_JUDGED, period=_DAY)),
        ]

    def _retraining(self) -> list[cloudwatch.IWidget]:
        ours, machine = self._figures.ours, self._figures.machine
        moves = (Metric.GATE_PASSED, Metric.APPROVALS_ASKED, Metric.PROMOTIONS, Metric.LOCK_WAITS)
        ends = (machine.metric_succeeded, machine.metric_failed, machine.metric_timed_out, machine.metric_aborted)
        auc = [ours(metric, statistic="Average") for metric in (Metric.GATE_AUC_DIFFERENCE, Metric.TEST_AUC)]
        return [
            _graph("Retrainings per day by outcome", *(end(period=_DAY) for end in ends)),
            _graph("Outcomes of challengers", *(ours(move, period=_DAY) for move in moves)),
            _graph(
                "Training: seconds, and AUC compared with the champion", self._figures.training_seconds(), right=auc
            ),
        ]

    def _processes(self) -> list[cloudwatch.IWidget]:
        functions = self._figures.unattended.items()
        return [
            _graph("Function errors", *(function.metric_errors(label=name) for name, function in functions)),
            _graph("Share of the time limit used, per cent", self._figures.time_limit_used()),
            _graph("Alerts not delivered", self._figures.undelivered()),
        ]

    def _tracking(self) -> list[cloudwatch.IWidget]:
        figures = self._figures
        database, server = figures.database, figures.server
        return [
            _graph(
                "Tracking server, per cent",
                server.metric_cpu_utilization(),
                server.metric_memory_utilization(),
                right=[figures.running_servers().with_(label="samples of running tasks")],
            ),
            _graph(
                "Tracking API",
                *(figures.api(name, "Sum") for name in ("Count", "4xx", "5xx")),
                right=[figures.api("Latency", "p95")],
            ),
            _graph(
                "Database",
                database.metric_cpu_utilization(),
                database.metric_database_connections(),
                right=[database.metric_free_storage_space()],
            ),
        ]


def _graph(title: str, *left: cloudwatch.IMetric, right: Sequence[cloudwatch.IMetric] = ()) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(left), right=list(right), width=_WIDTH, height=_HEIGHT)
