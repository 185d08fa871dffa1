"""Models of the same target beside each other: who is better, how sure that is, and by which figures."""

from collections.abc import Sequence

from courtside.contracts.dashboard_keys import from_page, model_page
from courtside.contracts.shortening import shortened
from courtside.core.dashboard.health_words import badge
from courtside.core.dashboard.metric_words import figure, with_interval
from courtside.core.dashboard.views import Pair
from courtside.core.pages.commands import command
from courtside.core.pages.markup import Markup, element
from courtside.core.pages.parts import section, table, wide
from courtside.core.pages.wording import counted
from courtside.core.performance.model_comparison import Verdict

LONGEST = 600
VERDICTS = {
    Verdict.BETTER: ("quiet", "✓", "better"),
    Verdict.WORSE: ("usual", "▲", "worse"),
    Verdict.EQUIVALENT: ("unknown", "≈", "as good"),
    Verdict.NOT_KNOWN: ("unknown", "?", "not known yet"),
}


def pairs_section(pairs: Sequence[Pair], *, page: str, left_out: int = 0) -> Markup | None:
    """Return what is known of each pair; None without any. `page` is the key of the page that it stands on."""
    if not pairs:
        return None
    more = f" {counted(left_out, 'further pair')} {'is' if left_out == 1 else 'are'} left out." if left_out else ""
    note = f"By what the champions predicted of the same rows, as of the newest round that judged one of them.{more}"
    return section(
        "alike", "Models of the same target", element("p", note, class_="note"), *(_pair(each, page) for each in pairs)
    )


def _pair(pair: Pair, page: str) -> Markup:
    known = Verdict(pair.verdict) if pair.verdict in set(Verdict) else Verdict.NOT_KNOWN
    names = (_link(pair.model, page), " beside ", _link(pair.other, page), badge(*VERDICTS[known]))
    typed = command(f"courtside models beside {pair.model} {pair.other}")
    return element(
        "article",
        element("h3", *names),
        element("p", shortened(pair.sentence, LONGEST)),
        _figures(pair),
        element("p", typed, " compares them anew, for any days.", class_="note"),
    )


def _link(model: str, page: str) -> Markup:
    key = model_page(model)
    name = element("bdi", shortened(model, 60))
    return name if key == page else element("a", name, href=from_page(page, key))


def _figures(pair: Pair) -> Markup | None:
    """Return the metrics of both models, folded away."""
    known = [each for each in pair.figures if each.model is not None or each.other is not None]
    if not known:
        return None
    mine, theirs = shortened(pair.model, 30), shortened(pair.other, 30)
    columns = ("", mine, theirs, "difference (95 % interval of one look)")
    rows = [
        (each.title, figure(each.model), figure(each.other), with_interval(each.difference, each.low, each.high))
        for each in known
    ]
    label = f"{mine} and {theirs} in figures"
    summary = element("summary", f"Both in figures, on {counted(pair.rows, 'row')}")
    return element("details", summary, wide(table(None, columns, rows), label=label))
