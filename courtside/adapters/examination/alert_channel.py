"""Whether alerts arrive: the webhooks of the channels, and the alerts that reached nobody."""

from collections.abc import Iterator, Mapping, Sequence

from courtside.adapters import aws_clients
from courtside.adapters.channel_secret import BotInvalid, BotSecret, WebhookInvalid, destination_in
from courtside.adapters.secrets import read_secret
from courtside.adapters.stack_resources import StackResource
from courtside.contracts.channels import Channel
from courtside.core.findings import Finding, broken, doubtful, fine
from courtside.core.letters import subject_of

_QUEUE = "AlertsUndelivered"
_MOST_READ = 10  # per request


def webhook(channel: Channel, outputs: Mapping[str, str]) -> Iterator[Finding]:
    """Examine that a webhook's address, or a bot, was put into the channel's secret; its value is not shown."""
    secret = outputs.get(channel.secret_output)
    if secret is None:
        yield fine(channel.title, "switched off by the settings")
        return
    fix = f"aws secretsmanager put-secret-value --secret-id {secret} --secret-string URL"
    try:
        destination = destination_in(read_secret(secret), channel)
    except (WebhookInvalid, BotInvalid) as error:
        yield broken(channel.title, str(error), fix)
        return
    if destination is None:
        yield doubtful(channel.title, "no webhook is set, so nothing is posted", fix)
        return
    what = "a bot" if isinstance(destination, BotSecret) else "a webhook"
    yield fine(channel.title, f"{what} is set; courtside alerts test proves that it works")


def undelivered(resources: Sequence[StackResource]) -> Iterator[Finding]:
    """Examine the alerts that did not arrive: how many, and what the oldest of those that can be read now say.

    They stay where they are: a message that was only read is visible again at once.
    """
    for resource in resources:
        if resource.kind != "AWS::SQS::Queue" or not resource.logical_id.startswith(_QUEUE):
            continue
        sqs = aws_clients.client("sqs")
        count = "ApproximateNumberOfMessages"
        waiting = int(
            sqs.get_queue_attributes(QueueUrl=resource.physical_id, AttributeNames=[count])["Attributes"][count]
        )
        if not waiting:
            yield fine("alerts", "none is undelivered")
            continue
        found = sqs.receive_message(
            QueueUrl=resource.physical_id, MaxNumberOfMessages=_MOST_READ, VisibilityTimeout=0
        ).get("Messages", [])
        said = "; ".join(dict.fromkeys(subject_of(each.get("Body", "")) for each in found))
        fix = (
            "correct what the channel's line or its notifier's log says, then `courtside alerts redrive` "
            "(docs/runbooks.md#alert-undelivered)"
        )
        yield broken("alerts", f"{waiting} reached nobody: {said or 'read them in the queue'}", fix)
