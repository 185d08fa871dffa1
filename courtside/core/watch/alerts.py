"""What people are told of a model whose rounds fail, and of pages or rows of the archive that could not be built."""

from courtside.contracts.records import ModelRound
from courtside.core.alerting import LINE_LIMIT, MODEL_LIMIT, Alert
from courtside.core.display_text import display_text
from courtside.core.sentences import ended


def failing_alert(round_: ModelRound) -> Alert:
    """Write the alert for a model whose rounds have begun to fail."""
    model = display_text(round_.model, MODEL_LIMIT)
    return Alert.written(
        f"Courtside: {model} cannot be watched",
        [
            (
                f"*The round of {model} failed*, so its newest rows may be neither taken in nor predicted, checked or "
                "judged. The other models are not affected, and its champion stays what it is."
            ),
            f"*Why*: {ended(display_text(round_.last_reason, 2 * LINE_LIMIT))}",
            (
                f"*What to do*: correct the cause, then run `courtside watch --model {model}`. Until then the rounds "
                "try again. People are told once when they work again."
            ),
            "Runbook: docs/runbooks.md#a-model-that-fails",
        ],
    )


def unpublished_alert(model: str, why: str) -> Alert:
    """Write the alert for pages that could not be built: those of a model, or that of all models where it is empty."""
    model = display_text(model, MODEL_LIMIT)
    pages = f"The pages of {model}" if model else "The page of all models"
    again = f"courtside dashboard --build --model {model}" if model else "courtside dashboard --build"
    return Alert.written(
        f"Courtside: {f'pages of {model}' if model else 'the page of all models'} cannot be built",
        [
            f"*{pages} could not be built*, so people see what was so before. Nothing else is affected.",
            f"*Why*: {ended(display_text(why, 2 * LINE_LIMIT))}",
            (
                f"*What to do*: `{again}` builds them on your machine and says the error in full. Each round tries "
                "again, and people are told once when it works again."
            ),
            "Runbook: docs/runbooks.md#pages-not-built",
        ],
    )


def unarchived_alert(model: str, why: str) -> Alert:
    """Write the alert for rows that queries read and that could not be written: a model's, or the stage's own."""
    whose = display_text(model, MODEL_LIMIT) or "the stage itself"
    return Alert.written(
        f"Courtside: rows that queries read of {whose} cannot be written",
        [
            (
                f"*Queries of {whose} see decisions, incidents, champions and runs as they were before*, because the "
                "newest could not be written. The pages are built, and nothing else is affected."
            ),
            f"*Why*: {ended(display_text(why, 2 * LINE_LIMIT))}",
            "*What to do*: correct the cause. Each round tries again, and people are told once when it works again.",
            "Runbook: docs/runbooks.md#pages-not-built",
        ],
    )
