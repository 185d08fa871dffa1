"""Logs, metrics and traces of every deployed process, wired once.

Log lines are JSON with the id of what they are about: the training's, which a drift check chooses when it starts one
(`training_of_check`), so one search finds check, state machine and task. Those of a function that is asked about a
model name it (`model`), because a prediction belongs to no training. Metrics are log lines too, in CloudWatch's
embedded metric format. An event is never logged: it may hold a task token.

Traces are Lambda's and Step Functions' own, with a subsegment of ours that names the id too; every line carries the
trace's id. No library is patched, because that would import every library that the X-Ray SDK knows and make a cold
start half as long again.
"""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, wraps
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import ClientError

from courtside.contracts.environment import TelemetryEnv
from courtside.contracts.events import Payload
from courtside.contracts.execution_names import training_of_check
from courtside.contracts.metrics import NAMESPACE, SERVICE, STAGE, UNITS, Metric, metrics_of
from courtside.contracts.secrecy import without_secrets

__all__ = [
    "LambdaContext",
    "answer",
    "clock_named",
    "correlate",
    "count",
    "flush",
    "instrumented",
    "log_libraries",
    "logger",
]

Handler = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]

CORRELATION_ID = "correlation_id"


def _line(record: Mapping[str, Any]) -> str:
    """Writes a record as JSON without secrets: the texts of an exception and its causes may echo an address."""
    return without_secrets(json.dumps(record, default=str, separators=(",", ":"), ensure_ascii=False))


logger = Logger(json_serializer=_line)
_metrics = Metrics(namespace=NAMESPACE)


def instrumented(work: Handler) -> Handler:
    """Give a function its log context, correlation id, metrics and trace, however it ends."""

    @wraps(work)
    def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        log_libraries("courtside")
        correlate(_subject(event) or context.aws_request_id)
        if (model := event.get("model")) is None:
            logger.remove_keys(["model"])
        else:
            logger.append_keys(model=model)
        allowed = context.get_remaining_time_in_millis()
        try:
            with clock_named():
                return work(event, context)
        finally:
            left = context.get_remaining_time_in_millis()
            _add(Metric.TIME_LIMIT_USED, 100 * (1 - left / allowed) if allowed else 100)
            _tracer().put_annotation(key=CORRELATION_ID, value=logger.get_correlation_id() or "")
            flush()

    # An answer may hold secrets that only its caller may know.
    traced = _tracer().capture_lambda_handler(handler, capture_response=False)
    instrumented_handler: Handler = logger.inject_lambda_context(traced)
    return instrumented_handler


@contextmanager
def clock_named() -> Iterator[None]:
    """Turn AWS's refusal of a signature that is too old or too new into `ClockSkewed`, as commands do."""
    try:
        yield
    except ClientError as error:
        from courtside.adapters.execute_api import skew_behind

        if (skewed := skew_behind(error)) is not None:
            raise skewed from error
        raise


def answer(message: str, response: Payload, *, secret: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Log what was done, count its figures, and return the answer as JSON, all without the `secret` fields."""
    answered = response.model_dump(mode="json", exclude=set(secret))
    correlate(_subject(answered) or logger.get_correlation_id() or "")
    count(response)
    # `message` is the alert's text, but a log record already has an attribute of that name.
    logger.info(message, extra={name: value for name, value in answered.items() if name != "message"}, stacklevel=3)
    return answered


def correlate(subject: str) -> None:
    """Add the id of what this process works on to every line that follows."""
    logger.set_correlation_id(subject)


def count(payload: Payload) -> None:
    """Add the figures of a payload to the metrics."""
    for metric, value in metrics_of(payload).items():
        _add(metric, value)


def flush() -> None:
    """Write the metrics out, by stage and by stage and service."""
    env = TelemetryEnv.read()
    _metrics.add_dimension(STAGE, env.stage)
    _metrics.add_dimension(SERVICE, env.service)
    _metrics.add_dimensions(**{STAGE: env.stage})
    _metrics.add_metadata(CORRELATION_ID, logger.get_correlation_id())
    _metrics.flush_metrics()


def log_libraries(name: str | None = None) -> None:
    """Format a library's log lines like ours; None means everybody's, of which only ours tell of progress."""
    library = logging.getLogger(name)
    library.handlers = [logger.registered_handler]
    library.setLevel(logging.WARNING if name is None else logging.INFO)
    logging.getLogger("courtside").setLevel(logging.INFO)
    library.propagate = False
    # Otherwise our own lines would be written twice.
    logging.getLogger(logger.name).propagate = False


@cache
def _tracer() -> Tracer:
    """Return the functions' tracer; a task has none, nor the SDK it needs."""
    return Tracer(auto_patch=False)


def _add(metric: Metric, value: float) -> None:
    _metrics.add_metric(metric.value, MetricUnit(UNITS.get(metric, "Count")), value)


def _subject(given: Mapping[str, Any]) -> str | None:
    """Return the id of what an event or answer is about: a training's, a round's, or the SNS message's."""
    match given:
        case {"check_id": str(check)}:
            return training_of_check(check)
        case {"training_id": str(training)} | {"request": {"training_id": str(training)}}:
            return training
        case {"request": str(text)}:
            return _subject({"request": json.loads(text)})
        case {"round": str(name)}:
            return name
        case {"Records": [{"Sns": {"MessageId": str(message)}}, *_]}:
            return message
    return None
