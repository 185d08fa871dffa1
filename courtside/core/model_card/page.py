"""The card as a page for people."""

from collections.abc import Mapping

from courtside.contracts.model_card import CandidateCard, ModelCard
from courtside.contracts.records import ModelRecord
from courtside.core.model_card.facts import caveats, data_facts, lineage, why
from courtside.core.model_card.measured import COMPARED, METRICS, figure, headline
from courtside.core.model_card.plots import charts, notes, tables, titles
from courtside.core.pages.document import document
from courtside.core.pages.markup import Markup, element
from courtside.core.pages.parts import pairs, section, wide
from courtside.core.pages.place import Place
from courtside.core.pages.wording import DASH

TITLE = "Courtside model card"


def render_page(card: ModelCard, *, place: Place | None = None) -> str:
    """Return the card as one HTML document that needs no network and runs no script.

    `place` is where the page lies among those of a stage; the copy that is logged with the runs has none.
    """
    names = {model.name: f"c{position}" for position, model in enumerate(card.record.models, 1)}
    articles = {
        candidate.name: _candidate(card, candidate, names[candidate.name], chosen=candidate.name == card.record.best)
        for candidate in card.candidates
    }
    chosen = articles.pop(card.record.best)
    return document(
        f"{card.record.best} of training {card.record.training_id}: {TITLE}",
        _banner(card),
        section("caveats", "Keep in mind", element("ul", *(element("li", text) for text in caveats(card)))),
        section("candidates", "The candidates on the test part", _comparison(card, names), _note(card)),
        section("data", "Data", pairs(data_facts(card).items())),
        section("chosen", "The chosen one, in full", chosen),
        _others(list(articles.values())),
        section("lineage", "Lineage", pairs(lineage(card).items())),
        place=place,
    )


def _banner(card: ModelCard) -> Markup:
    warnings = len(card.record.warnings)
    kind, sign = ("unknown", "?") if warnings else ("quiet", "✓")
    noted = f"{warnings} {'warning' if warnings == 1 else 'warnings'} of the data, below." if warnings else None
    return element(
        "header",
        element("p", TITLE, class_="eyebrow"),
        element(
            "h1",
            element("span", sign, class_="sign", aria_hidden="true"),
            f" {card.record.best}: {headline(card)} on the test part",
            class_=f"verdict {kind}",
        ),
        element("p", card.purpose or "Its dataset contract states no purpose.", class_="lead"),
        element("p", noted, class_="note") if noted else None,
        element("p", element("strong", "Why this one: "), why(card), class_="decision"),
    )


def _comparison(card: ModelCard, links: Mapping[str, str]) -> Markup:
    shown = [metric for metric in COMPARED if any(figure(model, metric) for model in card.record.models)]
    head = element("tr", element("td"), *(element("th", METRICS[metric], scope="col") for metric in shown))
    rows = element("tbody", *(_row(model, shown, links) for model in card.record.models))
    return wide(element("table", element("thead", head), rows), label="The candidates on the test part")


def _row(model: ModelRecord, shown: list[str], links: Mapping[str, str]) -> Markup:
    name = element("th", element("a", model.name, href=f"#{links[model.name]}"), scope="row")
    return element("tr", name, *(element("td", figure(model, metric) or DASH) for metric in shown))


def _note(card: ModelCard) -> Markup | None:
    if not any(model.intervals for model in card.record.models):
        return None
    return element("p", "In brackets: 95 % bootstrap intervals.", class_="note")


def _others(articles: list[Markup]) -> Markup | None:
    """Return the other candidates folded away (print opens them)."""
    if not articles:
        return None
    said = f"{len(articles)} other {'candidate' if len(articles) == 1 else 'candidates'}, in full"
    return element("details", element("summary", said), *articles)


def _candidate(card: ModelCard, candidate: CandidateCard, key: str, *, chosen: bool) -> Markup:
    model = next(model for model in card.record.models if model.name == candidate.name)
    figures = {METRICS[metric]: text for metric in METRICS if (text := figure(model, metric))}
    badge = element("span", "chosen", class_="badge quiet") if chosen else None
    named, below = titles(candidate.curves), notes(candidate.curves)
    drawn = [
        element(
            "figure",
            element("figcaption", named[name]),
            chart,
            element("p", below[name], class_="note") if name in below else None,
        )
        for name, chart in charts(candidate, key=key).items()
    ]
    told = [each.markup() for each in tables(candidate.curves)]
    return element(
        "article",
        element("h3", candidate.name, badge),
        pairs(figures.items()),
        element("div", *drawn, class_="figures"),
        element("div", *told, class_="tables") if told else None,
        element("p", "Parameters: ", ", ".join(f"{k} = {v}" for k, v in candidate.params.items()), class_="note"),
        id=key,
    )
