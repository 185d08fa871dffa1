"""What a comparison of two models says, in sentences."""

from collections.abc import Iterator

from courtside.core.performance.metrics import metrics_of
from courtside.core.performance.model_comparison import ModelComparison, Verdict
from courtside.core.performance.promise_wording import difference_in_words, loss_in_words


def sentences_of(found: ModelComparison, *, task: str = "binary") -> Iterator[str]:
    """Yield which model is better, by how much and how sure, and what was left out."""
    title = loss_in_words(next(metric for metric in metrics_of(task) if metric.name == found.loss))
    if found.difference is None:
        yield f"{_verdict(found)}: none of the rows that both predicted has its label"
    else:
        figures = {name: getattr(found, name) for name in ("difference", "low", "high", "margin")}
        sure = "which is too little to tell" if found.low is None else "an interval that holds however often one looks"
        yield (
            f"{_verdict(found)}: its {title} is {difference_in_words(figures)} on the {found.rows:,} rows that both "
            f"predicted, of {found.days} days from {found.first} to {found.last}, {sure}"
        )
    left_out = {
        "wait for their label": found.unlabelled,
        f"only {found.model} predicted": found.only_model,
        f"only {found.other} predicted": found.only_other,
        "have another label in each model": found.labels_differ,
    }
    said = [f"{count:,} {why}" for why, count in left_out.items() if count]
    if said:
        yield f"rows that were left out: {', '.join(said)}"


def _verdict(found: ModelComparison) -> str:
    match found.verdict:
        case Verdict.BETTER | Verdict.WORSE:
            return f"{found.model} is {found.verdict.value} than {found.other}, surely since {found.since}"
        case Verdict.EQUIVALENT:
            return f"{found.model} is as good as {found.other}, within a margin of {found.margin:.3f}"
        case Verdict.NOT_KNOWN:
            return f"it is not known yet whether {found.model} or {found.other} is better"
