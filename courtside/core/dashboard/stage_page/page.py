"""The whole page of a stage."""

from collections import Counter
from collections.abc import Mapping

from courtside.contracts.dashboard_keys import OVERVIEW_PAGE
from courtside.contracts.incidents import IncidentState, Severity
from courtside.contracts.shortening import shortened
from courtside.core.dashboard.health_words import HEALTH, NEED_A_PERSON, signed
from courtside.core.dashboard.incident_words import LONGEST
from courtside.core.dashboard.pairs import pairs_section
from courtside.core.dashboard.replayed import replays_section
from courtside.core.dashboard.stage_page.incidents import is_open, linked_model, news
from courtside.core.dashboard.stage_page.models import by_urgency, every_model
from courtside.core.dashboard.views import Health, Pair, StageView, Summary
from courtside.core.pages.commands import command, prose
from courtside.core.pages.document import document, style_of
from courtside.core.pages.markup import Markup, element
from courtside.core.pages.parts import section
from courtside.core.pages.wording import counted, moment
from courtside.core.sentences import ended, plural

_ALONE: Mapping[Health | None, str] = {
    None: "No model yet.",
    Health.NEW: "The model has no champion yet.",
    Health.PAUSED: "The model is paused.",
    Health.GOOD: "The model is well.",
}


def render(view: StageView) -> str:
    """Return the page as one HTML document that needs no network and runs no script.

    The same view gives the same bytes, less than 2 KB for each model.
    """
    return document(
        f"{verdict(view)[1]} Courtside, stage {view.stage}",
        _banner(view),
        replays_section(view.replays),
        _glance(view) if view.models else _first_steps(view.stage),
        news(view),
        every_model(view) if view.models else None,
        pairs_section(_still_there(view), page=OVERVIEW_PAGE, left_out=view.left_out),
        own_style=style_of(__package__),
    )


def _still_there(view: StageView) -> list[Pair]:
    """Return the pairs whose models both have a page."""
    shown = {each.model for each in view.models if each.page_key}
    return [each for each in view.compared if {each.model, each.other} <= shown]


def verdict(view: StageView) -> tuple[Health | None, str]:
    """Return the health that the page's top shows, None without any model, and the sentence that sums the stage up."""
    if view.replays:
        return Health.GOOD, f"{counted(len(view.replays), 'replay')}, as if they were live."
    found = Counter(each.health for each in view.models)
    count, needy = len(view.models), sum(found[health] for health in NEED_A_PERSON)
    worst = next((health for health in Health if found[health]), None)
    own = {each.severity for each in view.incidents if not each.model and each.state == IncidentState.OPEN}
    if needy:
        return worst, "The model needs you." if count == 1 else f"{needy:,} of {count:,} models {_need(needy)} you."
    if own - {Severity.INFO}:
        return Health.CRITICAL if Severity.CRITICAL in own else Health.WARNING, "The stage itself needs you."
    if count < 2:
        return worst, _ALONE[worst]
    return (Health.GOOD if found[Health.GOOD] else worst), f"None of {count:,} models needs you."


def _need(count: int) -> str:
    return "needs" if count == 1 else "need"


def _banner(view: StageView) -> Markup:
    worst, said = verdict(view)
    kind, sign = (HEALTH[worst].kind, HEALTH[worst].sign) if worst else ("unknown", "○")
    at = element("time", moment(view.at, None), datetime=view.at.isoformat(timespec="minutes"))
    return element(
        "header",
        element("p", "Courtside, stage ", element("strong", view.stage), class_="eyebrow"),
        element("h1", signed(sign), " ", said, class_=f"verdict {kind}"),
        *(
            _most_urgent(each)
            for each in by_urgency(view.models)[:1]
            if each.health in NEED_A_PERSON and not view.replays
        ),
        element("p", "As of ", at, " UTC, like all times on this page.", _cost(view), class_="note"),
    )


def _cost(view: StageView) -> str:
    if view.month_usd is None:
        return ""
    return f" By list prices, a month of this stage costs ${view.month_usd:,.2f}, its models included."


def _most_urgent(model: Summary) -> Markup:
    name = linked_model(model.model, model.page_key)
    return element("p", "Most urgent is ", name, ": ", prose(ended(shortened(model.why, LONGEST))), class_="lead")


def _glance(view: StageView) -> Markup:
    """Return the counts, each a link to what it counts."""
    found = Counter(each.health for each in view.models)
    unresolved = sum(map(is_open, view.incidents))
    tiles = [
        _tile(found[health], look.title, look.kind, health.name.lower())
        for health, look in HEALTH.items()
        if found[health]
    ]
    incidents = _tile(
        unresolved, plural("Open incident", range(unresolved)), "usual" if unresolved else "quiet", "incidents"
    )
    return element("nav", element("ul", *tiles, incidents, class_="tiles"), aria_label="At a glance")


def _tile(count: int, words: str, kind: str, target: str) -> Markup:
    figure, word = element("span", f"{count:,}", class_="big"), element("span", words, class_="word")
    return element("li", element("a", figure, Markup(" "), word, href=f"#{target}"), class_=f"tile {kind}")


def _first_steps(stage: str) -> Markup:
    """Return what comes first in a stage without models."""
    steps = (
        ("Write the contract of your table:", "courtside init churn.csv"),
        ("Put it into this stage:", f"courtside models add churn.yaml --stage {stage}"),
        ("Load its rows:", f"courtside tables load --table churn.csv --model churn --stage {stage}"),
    )
    return section(
        "first",
        "What comes first",
        element("p", "The stage runs, and has no model to look after yet. With a table of your own:"),
        element("ol", *(element("li", said, " ", command(typed)) for said, typed in steps), class_="steps"),
        element("p", "The next round of the watch looks at the model; this page shows it from then on.", class_="note"),
    )
