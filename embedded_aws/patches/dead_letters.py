"""Put what a service could not deliver into its dead letter queue, for the patches that do so."""

import hashlib
import time
from collections.abc import Mapping
from uuid import uuid4


def send_dead_letter(queue_arn: str, body: str, attributes: Mapping[str, str]) -> None:
    """Add a message with text attributes to a queue; if the queue does not exist, the message is lost, as on AWS."""
    from ministack.core.concurrency import esm_wake
    from ministack.services import sqs

    queue = sqs._queue_by_arn(queue_arn)  # noqa: SLF001
    if queue is None:
        return
    typed = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}
    now = time.time()
    message = {
        "id": str(uuid4()),
        "body": body,
        "md5": hashlib.md5(body.encode(), usedforsecurity=False).hexdigest(),
        "message_attributes": typed,
        "md5_attrs": sqs._md5_msg_attrs(typed),  # noqa: SLF001
        "receipt_handle": None,
        "sent_at": now,
        "visible_at": now + sqs.queue_delay(queue),
        "receive_count": 0,
    }
    sqs._ensure_msg_fields(message)  # noqa: SLF001
    queue["messages"].append(message)
    esm_wake.set()
