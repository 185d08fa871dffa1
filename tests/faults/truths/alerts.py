"""People are told once, and what could not be told lies among the dead letters."""

from collections import Counter

from tests.faults.model import Model
from tests.faults.truths.truth import Before, Forgiven, truth


def letters(model: Model) -> int:
    """Return how many dead letters the stage's queues hold."""
    sqs = model.stage.aws.client("sqs")
    count = 0
    for url in sqs.list_queues().get("QueueUrls", []):
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        count += sum(int(found[name]) for name in names)
    return count


@truth
def nobody_was_told_the_same_twice(model: Model, before: Before, forgiven: Forgiven) -> None:
    said = Counter(message.text for message in model.stage.slack.messages[before.messages :])
    again = [text for text, count in said.items() if count > 1 and not forgiven.again(text)]
    assert not again, f"people were told again: {again}"


@truth
def nothing_lies_among_the_dead_letters_that_could_have_been_told(
    model: Model, before: Before, forgiven: Forgiven
) -> None:
    if not forgiven.letters:
        assert letters(model) == before.letters
