"""Text that would do something wherever it is taken for more than text, and a look whether it did."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from courtside.contracts import lake_keys
from courtside.contracts.names import StackOutput
from tests.faults.model import PATIENCE_SECONDS, Model

HARMFUL = ("<script", "<img", "<!channel", "<https://evil", "@channel", "@everyone", "\u202e")
"""What no message and no page may hold as it is: scripts, calls of everybody, links, and text turned around."""


def messages(model: Model, since: int) -> list[str]:
    """Return what the channel was sent about the model since so many messages, which must be harmless."""
    sent = [each for each in model.stage.slack.messages[since:] if model.name in each.text]
    for each in sent:
        payload = json.dumps(each.payload, ensure_ascii=False)
        assert not [text for text in HARMFUL if text in payload], payload
    return [each.text for each in sent]


@contextmanager
def mailbox(model: Model) -> Iterator[Callable[[], tuple[str, str]]]:
    """Subscribe something that gets what e-mail addresses get while the block runs.

    What is yielded waits for a mail and returns its subject and its text.
    """
    sqs, sns = model.stage.aws.client("sqs"), model.stage.aws.client("sns")
    queue = sqs.create_queue(QueueName="a-mailbox")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = model.loop.output(StackOutput.ALERT_TOPIC)
    allowed = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn}
    allowed |= {"Principal": {"Service": "sns.amazonaws.com"}, "Condition": {"ArnEquals": {"aws:SourceArn": topic}}}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    subscribed = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True)
    deadline = time.monotonic() + PATIENCE_SECONDS

    def mail() -> tuple[str, str]:
        while not (found := sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages")):
            assert time.monotonic() < deadline, "no mail came"
        sent = json.loads(found[0]["Body"])
        return sent["Subject"], sent["Message"]

    try:
        yield mail
    finally:
        sns.unsubscribe(SubscriptionArn=subscribed["SubscriptionArn"])
        sqs.delete_queue(QueueUrl=queue)


def pages(model: Model) -> dict[str, str]:
    """Return the pages that the lake holds of a model, by their keys; none may hold an element of somebody else's."""
    lake = model.stage.lake
    keys = [key for prefix in lake_keys.all_of(model.name) for key in lake.keys(prefix) if key.endswith(".html")]
    found = {key: lake.read(key).decode() for key in keys}
    for key, page in found.items():
        require_harmless(page, key)
    return found


def require_harmless(page: str, name: str) -> None:
    """Require that a page holds nothing of `HARMFUL` that a browser would act on; it may call nobody anyway."""
    lower = page.lower()
    for text in ("<script", "<img", '<a href="https://evil', "javascript:"):
        assert text not in lower, f"{name} holds {text}"


def pages_in(folder: Path) -> int:
    """Return how many pages lie in a folder, all of which must be harmless."""
    found = list(folder.rglob("*.html"))
    for each in found:
        require_harmless(each.read_text(), each.name)
    return len(found)
