"""What is open, with the command that answers it, and what changed within a day."""

from courtside.contracts.dashboard_keys import OVERVIEW_PAGE, from_page
from courtside.contracts.incidents import IncidentState, Severity
from courtside.contracts.shortening import shortened
from courtside.core.dashboard.health_words import severity_badge
from courtside.core.dashboard.incident_words import LONGEST, answer, answered
from courtside.core.dashboard.views import IncidentLine, StageView
from courtside.core.pages.commands import prose
from courtside.core.pages.markup import Markup, element, joined
from courtside.core.pages.parts import section
from courtside.core.pages.wording import moment

MOST_IN_FULL = 20
"""Incidents and changes shown at once; the others are folded away."""
_URGENCY = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)


def is_open(incident: IncidentLine) -> bool:
    """Say whether an incident is not over, whoever looks after it."""
    return incident.resolved_at is None


def news(view: StageView) -> Markup | None:
    """Return what is open and what changed, in one sentence where there is neither; None for a stage without both."""
    found = sorted(filter(is_open, view.incidents), key=_urgency)
    changes = [_change(each.model, each.page_key, said) for each in view.models for said in each.changed]
    if found or changes:
        return joined(_open_incidents(found, view), _changes(changes))
    if not view.models:
        return None
    nothing = element("p", "Nothing is open, and nothing changed in the last 24 hours.")
    return section("incidents", "What is new", nothing)


def _open_incidents(found: list[IncidentLine], view: StageView) -> Markup:
    """Show what nobody has answered first, then the worst, then the oldest."""
    pages = {each.model: each.page_key for each in view.models}
    lines = [_incident(each, view, page_key=pages.get(each.model, "")) for each in found]
    nothing = element("p", "Nothing is open.", class_="note")
    shown = folded(lines, "open incidents", class_="incidents") if lines else nothing
    return section("incidents", "Open incidents", shown)


def _changes(lines: list[Markup]) -> Markup:
    nothing = element("p", "Nothing changed.", class_="note")
    shown = folded(lines, "changes", class_="changes") if lines else nothing
    return section("changed", "What changed in the last 24 hours", shown)


def folded(lines: list[Markup], what: str, *, class_: str) -> Markup:
    """Return the first lines as a list, and the others below it, folded away (print opens them)."""
    shown, others = lines[:MOST_IN_FULL], lines[MOST_IN_FULL:]
    more = element("summary", f"{len(others):,} more {what}")
    rest = element("details", more, element("ul", *others, class_=class_)) if others else None
    return joined(element("ul", *shown, class_=class_), rest)


def linked_model(model: str, page_key: str) -> Markup:
    """Return a model's name, as a link to its page if one was built yet."""
    href = from_page(OVERVIEW_PAGE, page_key) if page_key else None
    return element("a" if href else "span", element("bdi", shortened(model)), href=href, class_="name")


def _urgency(incident: IncidentLine) -> tuple[bool, int, float]:
    worst_first = _URGENCY.index(Severity(incident.severity))
    return incident.state != IncidentState.OPEN, worst_first, incident.opened_at.timestamp()


def _incident(incident: IncidentLine, view: StageView, *, page_key: str) -> Markup:
    about = linked_model(incident.model, page_key) if incident.model else "The stage itself"
    report = from_page(OVERVIEW_PAGE, incident.report_key) if incident.report_key.endswith(".html") else None
    return element(
        "li",
        severity_badge(incident.severity),
        element(
            "div",
            element("p", about, ": ", prose(shortened(incident.headline, LONGEST)), class_="said"),
            element("p", _story(incident, view), class_="reason"),
            None if view.replays else element("p", answer(incident, view.stage), class_="command"),
            element("p", element("a", "The report it rests on", href=report)) if report else None,
        ),
    )


def _story(incident: IncidentLine, view: StageView) -> Markup:
    opened = element("time", moment(incident.opened_at, view.at), datetime=incident.opened_at.isoformat())
    if incident.state == IncidentState.OPEN:
        return joined("Open since ", opened, "; nobody has answered.")
    return joined(element("bdi", answered(incident)), " Open since ", opened, ".")


def _change(model: str, page_key: str, said: str) -> Markup:
    return element("li", linked_model(model, page_key), ": ", prose(shortened(said, LONGEST)))
