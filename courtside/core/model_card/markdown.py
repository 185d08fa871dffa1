"""The card as Markdown, for registries, pull requests and terminals."""

import re
from collections.abc import Mapping

from courtside.contracts.model_card import CandidateCard, ModelCard
from courtside.core.model_card.facts import caveats, data_facts, lineage, usage, why
from courtside.core.model_card.measured import METRICS, best_of, figure
from courtside.core.model_card.plots import notes, tables, titles
from courtside.core.pages.parts import Table
from courtside.core.pages.wording import DASH, percent

MOST_IMPORTANT = 8
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|!])")


def render_markdown(card: ModelCard) -> str:
    """Return the whole card except for its plots."""
    best = next(candidate for candidate in card.candidates if candidate.name == card.record.best)
    largest = sorted(best.importances.items(), key=lambda item: -item[1])[:MOST_IMPORTANT]
    parts = [
        f"# {_plain(card.record.best)}: model card",
        _plain(card.purpose or "Its dataset contract states no purpose."),
        _plain(why(card)),
        "## Keep in mind",
        "\n".join(f"- {_plain(text)}" for text in caveats(card)),
        "## The candidates on the test part",
        _table(card),
        *_met(best),
        f"## What {_plain(card.record.best)} leans on",
        "\n".join(f"- {_plain(name)}: {percent(share)}" for name, share in largest)
        or "It does not say which features it leans on.",
        "## Data",
        _pairs(data_facts(card)),
        "## Lineage",
        _pairs(lineage(card)),
    ]
    if (code := usage(card)) is not None:
        parts += ["## Predict with it", f"```python\n{code}\n```"]
    return "\n\n".join(parts) + "\n"


def render_summary(card: ModelCard) -> str:
    """Return the card in a few lines: a registered version's description."""
    model, record = best_of(card), card.record
    figures = [f"{label} {text}" for metric, label in METRICS.items() if (text := figure(model, metric))][:3]
    warned = [f"**Keep in mind**: {_plain('; '.join(record.warnings))}"] if record.warnings else []
    rows = f"{record.rows_train:,} rows of {_plain(record.dataset)}"
    learned = "Trained on" if record.recalibrates is None else "Recalibrated on"
    data = f"{learned} {rows}, tested on the {record.rows_test:,} after them."
    if record.refit is not None and record.refit.until is not None:
        data += f" Then fitted once more on {record.refit.rows:,} rows up to {record.refit.until}."
    cause = f"Trigger: {record.trigger.value} ({_plain(record.reason)}). Training `{record.training_id}`."
    chosen = f"**{_plain(record.best)}**, {', '.join(figures)}. {_plain(why(card))}"
    return "\n\n".join([chosen, *warned, f"{data} {cause}"])


def _met(best: CandidateCard) -> list[str]:
    """Return how the chosen candidate's predictions meet the labels, where a task has more to say than figures."""
    said, told = notes(best.curves), tables(best.curves)
    if not said and not told:
        return []
    named = titles(best.curves)
    lines = [f"- {_plain(named[name])}: {_plain(text)}" for name, text in said.items()]
    parts = [f"## How {_plain(best.name)} does on the test part", "\n".join(lines)]
    for table in told:
        parts += [f"### {_plain(table.caption)}", _rows_of(table)]
    return parts


def _rows_of(table: Table) -> str:
    head = [table.columns, ["---", *("---:" for _ in table.columns[1:])]]
    lines = [*head, *([_plain(cell) for cell in row] for row in table.rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _table(card: ModelCard) -> str:
    models = card.record.models
    shown = {metric: label for metric, label in METRICS.items() if any(figure(model, metric) for model in models)}
    lines = [
        ["model", *shown.values()],
        ["---", *("---:" for _ in shown)],
        *([_plain(model.name), *(figure(model, metric) or DASH for metric in shown)] for model in models),
    ]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _pairs(pairs: Mapping[str, str]) -> str:
    return "\n".join(f"- {_plain(name)}: {_plain(value)}" for name, value in pairs.items())


def _plain(text: str) -> str:
    """Escape what Markdown would read as more than text; a line break would end its paragraph."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
