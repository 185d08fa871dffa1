"""Who was champion and what was open, in words."""

from collections.abc import Sequence

from courtside.contracts.dashboard_keys import from_page
from courtside.contracts.shortening import shortened
from courtside.core.dashboard.health_words import badge, severity_badge
from courtside.core.dashboard.incident_words import LONGEST, answer, answered
from courtside.core.dashboard.model_page.lanes import incident_key, incident_title
from courtside.core.dashboard.views import IncidentLine, ModelView, Tenure
from courtside.core.pages.commands import prose
from courtside.core.pages.markup import Markup, element, joined
from courtside.core.pages.parts import section
from courtside.core.pages.wording import counted, day, period

MOST_ROWS = 12
HOW = {"promotion": ("quiet", "↑"), "rollback": ("drift", "↩"), "import": ("unknown", "→")}


def open_section(view: ModelView) -> Markup | None:
    """Return the incidents that are not over, with the command that answers each; None without any."""
    still = [each for each in view.incidents if each.resolved_at is None]
    if not still:
        return None
    return section("open", counted(len(still), "open incident"), _incidents(still, view))


def over_section(view: ModelView) -> Markup | None:
    """Return the incidents that are over, the newest first; None without any."""
    over = [each for each in reversed(view.incidents) if each.resolved_at is not None]
    if not over:
        return None
    more = over[MOST_ROWS:]
    folded = (
        element("details", element("summary", f"{counted(len(more), 'earlier incident')}"), _incidents(more, view))
        if more
        else None
    )
    return section("incidents", "Incidents that are over", _incidents(over[:MOST_ROWS], view), folded)


def champions_section(view: ModelView) -> Markup | None:
    """Return who was champion when and why, the newest first; None before the first one."""
    if not view.champions:
        return None
    lines = [_tenure(each, view) for each in reversed(view.champions)]
    more = lines[MOST_ROWS:]
    folded = (
        element(
            "details",
            element("summary", f"{counted(len(more), 'earlier champion')}"),
            element("ol", *more, class_="decisions"),
        )
        if more
        else None
    )
    return section("history", "Champions", element("ol", *lines[:MOST_ROWS], class_="decisions"), folded)


def _incidents(incidents: Sequence[IncidentLine], view: ModelView) -> Markup:
    return element("ul", *(_incident(each, view) for each in incidents), class_="decisions")


def _incident(incident: IncidentLine, view: ModelView) -> Markup:
    opened = incident.opened_at.date()
    over = period((opened, incident.resolved_at.date())) if incident.resolved_at else f"since {day(opened)}"
    report = from_page(view.summary.page_key, incident.report_key) if incident.report_key.endswith(".html") else None
    return element(
        "li",
        element("span", over, class_="when"),
        severity_badge(incident.severity),
        element(
            "div",
            element(
                "p",
                f"{incident_title(incident)}: ",
                prose(shortened(incident.headline, LONGEST)),
                class_="said",
            ),
            element("p", answered(incident), class_="note") if incident.by else None,
            element("p", element("a", "The report that it rests on", href=report)) if report else None,
            element("p", answer(incident, view.stage)) if incident.resolved_at is None else None,
        ),
        id=incident_key(incident),
    )


def _tenure(tenure: Tenure, view: ModelView) -> Markup:
    kind, sign = HOW.get(tenure.how, HOW["import"])
    since = tenure.since.date()
    when = period((since, tenure.until.date())) if tenure.until else f"since {day(since)}"
    name = f"Version {shortened(tenure.version, 40)}"
    card = element("a", name, href=from_page(view.summary.page_key, tenure.card_key)) if tenure.card_key else name
    note = " · ".join(filter(None, (f"rule {tenure.rule}", f"by {shortened(tenure.by, 40)}" if tenure.by else None)))
    return element(
        "li",
        element("span", when, class_="when"),
        badge(kind, sign, tenure.how),
        element(
            "div",
            element("p", joined(card, ": "), prose(shortened(tenure.reason, LONGEST)), class_="said"),
            element("p", note, class_="note"),
        ),
    )
