"""Who was champion and what was open, in words."""

from courtside.contracts.dashboard_keys import from_page
from courtside.contracts.shortening import shortened
from courtside.core.dashboard.health_words import badge, severity_badge
from courtside.core.dashboard.incident_words import LONGEST, answer, answered
from courtside.core.dashboard.model_page.lanes import incident_key, incident_title
from courtside.core.dashboard.model_page.story import line, story
from courtside.core.dashboard.views import IncidentLine, ModelView, Tenure
from courtside.core.pages.commands import prose
from courtside.core.pages.markup import Markup, element
from courtside.core.pages.parts import section
from courtside.core.pages.wording import counted, day, period

MOST_ROWS = 12
HOW = {"promotion": ("quiet", "↑"), "rollback": ("drift", "↩"), "import": ("unknown", "→")}


def open_section(view: ModelView) -> Markup | None:
    """Return the incidents that are not over, with the command that answers each; None without any."""
    still = [_incident(each, view) for each in view.incidents if each.resolved_at is None]
    if not still:
        return None
    return section("open", counted(len(still), "open incident"), story(still, "incident", most=len(still)))


def over_section(view: ModelView) -> Markup | None:
    """Return the incidents that are over, the newest first; None without any."""
    over = [_incident(each, view) for each in reversed(view.incidents) if each.resolved_at is not None]
    return section("incidents", "Incidents that are over", story(over, "incident", most=MOST_ROWS)) if over else None


def champions_section(view: ModelView) -> Markup | None:
    """Return who was champion when and why, the newest first; None before the first one."""
    lines = [_tenure(each, view) for each in reversed(view.champions)]
    return section("history", "Champions", story(lines, "champion", most=MOST_ROWS)) if lines else None


def _incident(incident: IncidentLine, view: ModelView) -> Markup:
    opened = incident.opened_at.date()
    report = from_page(view.summary.page_key, incident.report_key) if incident.report_key.endswith(".html") else None
    headline = prose(shortened(incident.headline, LONGEST))
    return line(
        period((opened, incident.resolved_at.date())) if incident.resolved_at else f"since {day(opened)}",
        severity_badge(incident.severity),
        element("p", f"{incident_title(incident)}: ", headline, class_="said"),
        element("p", answered(incident), class_="note") if incident.by else None,
        element("p", element("a", "The report that it rests on", href=report)) if report else None,
        element("p", answer(incident, view.stage)) if incident.resolved_at is None and view.replay is None else None,
        key=incident_key(incident),
    )


def _tenure(tenure: Tenure, view: ModelView) -> Markup:
    since = tenure.since.date()
    name = f"Version {shortened(tenure.version, 40)}"
    card = element("a", name, href=from_page(view.summary.page_key, tenure.card_key)) if tenure.card_key else name
    note = " · ".join(filter(None, (f"rule {tenure.rule}", f"by {shortened(tenure.by, 40)}" if tenure.by else None)))
    return line(
        period((since, tenure.until.date())) if tenure.until else f"since {day(since)}",
        badge(*HOW.get(tenure.how, HOW["import"]), tenure.how),
        element("p", card, ": ", prose(shortened(tenure.reason, LONGEST)), class_="said"),
        element("p", note, class_="note"),
    )
