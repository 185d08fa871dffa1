"""What runs, tells and watches: schedules, the state machine, topics, queues, logs, alarms."""

from collections.abc import Iterator

from courtside.contracts.templates.resources import Resource, Resources
from courtside.core.costs.charges import Charge, NoRule
from courtside.core.costs.rounds import round_of
from courtside.core.costs.runs import rounds_per_month, scheduled_runs
from courtside.core.costs.usage import Usage

HIGH_RESOLUTION_BELOW = 60
NEVER_EXPIRES = 365


def schedule(resource: Resource, _: Resources, usage: Usage) -> Iterator[Charge]:
    """EventBridge Scheduler by the invocation."""
    times = scheduled_runs(resource, usage)
    yield Charge(resource=resource.name, service="EventBridge", price="scheduler_invocation", quantity=times)


def rule(resource: Resource, _stage: Resources, _usage: Usage) -> Iterator[Charge]:
    """A rule on events of AWS services, or on time, is free; events of one's own are not."""
    sources = resource.properties.get("EventPattern", {}).get("source", ["aws."])
    if "EventBusName" in resource.properties or not all(str(each).startswith("aws.") for each in sources):
        raise NoRule("only events of AWS services have a rule")
    yield from ()


def state_machine(resource: Resource, stage: Resources, usage: Usage) -> Iterator[Charge]:
    """A standard workflow by the state transition: the retraining's, or that of scheduled rounds over the models."""
    if resource.properties.get("StateMachineType", "STANDARD") != "STANDARD":
        raise NoRule("only standard workflows have a rule")
    rounds = rounds_per_month(resource, stage, usage)
    if rounds is None:
        trainings = usage.retrainings_per_month
        quantity, basis = trainings * usage.transitions_per_training, f"{trainings:g} retrainings"
    else:
        each, turns = round_of(resource), usage.turns_per_month
        quantity = rounds * each.states + turns * each.states_of_a_model
        basis = f"{rounds:g} rounds, {turns:g} turns of models"
    yield Charge(
        resource=resource.name, service="Step Functions", price="state_transition", quantity=quantity, basis=basis
    )


def topic(resource: Resource, _: Resources, usage: Usage) -> Iterator[Charge]:
    """Published messages; deliveries to functions and queues are free."""
    yield Charge(resource=resource.name, service="SNS", price="sns_request", quantity=usage.alerts_per_month)


def subscription(resource: Resource, _: Resources, usage: Usage) -> Iterator[Charge]:
    """Deliveries of one subscription."""
    protocol = resource.properties.get("Protocol")
    if protocol in {"lambda", "sqs"}:
        return
    if protocol not in {"email", "email-json"}:
        raise NoRule(f"deliveries by {protocol} have no rule")
    yield Charge(resource=resource.name, service="SNS", price="sns_email", quantity=usage.alerts_per_month)


def queue(resource: Resource, _: Resources, usage: Usage) -> Iterator[Charge]:
    """A standard queue by the request."""
    if resource.properties.get("FifoQueue"):
        raise NoRule("only standard queues have a rule")
    yield Charge(resource=resource.name, service="SQS", price="sqs_request", quantity=usage.queue_requests)


def workgroup(resource: Resource, _: Resources, usage: Usage) -> Iterator[Charge]:
    """What its queries read."""
    yield Charge(resource=resource.name, service="Athena", price="athena_scanned_gb", quantity=usage.queried_gb)


def log_group(resource: Resource, _: Resources, usage: Usage) -> Iterator[Charge]:
    """What is written, and what the retention keeps of it (compression is left out)."""
    if resource.properties.get("LogGroupClass", "STANDARD") != "STANDARD":
        raise NoRule("only the standard log class has a rule")
    written = usage.log_gb_per_group
    kept_months = float(resource.properties.get("RetentionInDays", NEVER_EXPIRES)) / usage.days
    yield Charge(resource=resource.name, service="CloudWatch", price="log_gb", quantity=written)
    yield Charge(resource=resource.name, service="CloudWatch", price="log_gb_month", quantity=written * kept_months)


def flow_log(resource: Resource, _: Resources, usage: Usage) -> Iterator[Charge]:
    """What is written, at the price of CloudWatch's own logs, which is never under that of delivery elsewhere."""
    yield Charge(resource=resource.name, service="VPC", price="log_gb", quantity=usage.log_gb_per_group)


def alarm(resource: Resource, _stage: Resources, _usage: Usage) -> Iterator[Charge]:
    """Each metric that an alarm looks at; mathematics on them is free."""
    metrics = [each["MetricStat"] for each in resource.properties.get("Metrics", ()) if "MetricStat" in each]
    period = min(float(each.get("Period", 300)) for each in metrics or [resource.properties])
    if period < HIGH_RESOLUTION_BELOW:
        raise NoRule("only alarms of standard resolution have a rule")
    yield Charge(resource=resource.name, service="CloudWatch", price="alarm_month", quantity=len(metrics) or 1)


def dashboard(resource: Resource, _stage: Resources, _usage: Usage) -> Iterator[Charge]:
    """A dashboard by the month."""
    yield Charge(resource=resource.name, service="CloudWatch", price="dashboard_month", quantity=1)
