"""Who was champion when, and what was open when: bars on the page's axis that lead to what tells more."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from courtside.contracts.dashboard_keys import from_page
from courtside.contracts.shortening import shortened
from courtside.core.dashboard.model_page.axis import TimeAxis
from courtside.core.dashboard.model_page.panel import Frame, by_days, panel
from courtside.core.dashboard.views import IncidentLine, ModelView, Tenure
from courtside.core.incidents.kinds import KINDS
from courtside.core.pages.markup import Markup, element, joined
from courtside.core.pages.plot import Description
from courtside.core.pages.wording import day, period

LANE = 26
MOST_LEVELS = 4
ROOM, ROOM_ON_PHONES = 4.5, 16.0
"""Percent of the axis that a bar needs for its label."""
LONGEST_REASON = 160
LONGEST_VERSION = 24
SIGNS = {"promotion": "", "rollback": "↩ ", "import": ""}


def champion_lane(view: ModelView, frame: Frame) -> Markup:
    """Return a bar for each version's time as champion; each leads to its model card."""
    bars = [_tenure(each, view, frame.axis) for each in view.champions if _within(frame.axis, each.since, each.until)]
    if not bars:
        return panel([_name("Champion")], element("p", _no_champion(view), class_="note"))
    said = "; ".join(_said_of(each) for each in view.champions[-6:])
    described = Description("champions", "Champions over time", f"The newest: {said}.")
    return panel([_name("Champion")], joined(frame.drawing(described, LANE + 4), _bars(bars, frame, "Champions")))


def incident_lane(view: ModelView, frame: Frame) -> Markup | None:
    """Return a bar for each incident's time, side by side where several were open; None if there was none."""
    shown = [each for each in view.incidents if _within(frame.axis, each.opened_at, each.resolved_at)]
    if not shown:
        return None
    levels = list(_levels(shown))
    height = LANE * (max(levels) + 1) + 4
    bars = [_incident(each, level, frame.axis) for each, level in zip(shown, levels, strict=True)]
    still = sum(each.resolved_at is None for each in shown)
    described = Description(
        "incidents-over-time", "Incidents over time", f"{len(shown)} incidents, {still} still open."
    )
    return panel([_name("Incidents")], joined(frame.drawing(described, height), _bars(bars, frame, "Incidents")))


def incident_key(incident: IncidentLine) -> str:
    """Return the id of an incident's row on the page."""
    return f"incident-{incident.id}".replace(" ", "_")


def incident_title(incident: IncidentLine) -> str:
    """Return what people call an incident of this kind."""
    return KINDS[incident.kind].title if incident.kind in KINDS else shortened(incident.kind)


def _within(axis: TimeAxis, since: datetime, until: datetime | None) -> bool:
    return since.date() < axis.end and (until is None or until.date() >= axis.start)


def _no_champion(view: ModelView) -> str:
    """Say why no version was champion in these days, which is usual where older rows are judged later."""
    newest = view.summary
    if newest.champion is None or newest.champion_since is None:
        return "No version was champion in this time."
    version = shortened(newest.champion, LONGEST_VERSION)
    return f"No version was champion in this time; version {version} has been since {day(newest.champion_since)}."


def _name(text: str) -> Markup:
    return element("span", text, style=f"top:{LANE / 2:g}px")


def _bars(bars: Sequence[Markup], frame: Frame, label: str) -> Markup:
    return by_days("ul", frame, *bars, class_="bars", label=label)


def _tenure(tenure: Tenure, view: ModelView, axis: TimeAxis) -> Markup:
    until = tenure.until or axis.end
    text = f"{SIGNS.get(tenure.how, '')}{shortened(tenure.version, LONGEST_VERSION)}"
    href = from_page(view.summary.page_key, tenure.card_key) if tenure.card_key else "#history"
    kinds = ("now" if tenure.until is None else "before", tenure.how, _room(axis, tenure.since, until))
    bar = element("a", element("bdi", text), href=href, aria_label=_said_of(tenure), class_=" ".join(kinds))
    return element("li", bar, style=f"{axis.columns(tenure.since, until)};grid-row:1")


def _room(axis: TimeAxis, since: datetime, until: date) -> str:
    """Say whether a bar is long enough for its label everywhere, on wide screens, or nowhere."""
    percent = axis.percent(until) - axis.percent(since)
    return "roomy" if percent >= ROOM_ON_PHONES else "wide-only" if percent >= ROOM else "bare"


def _said_of(tenure: Tenure) -> str:
    until = f"until {day(tenure.until)}" if tenure.until else "and still is"
    which = f"version {shortened(tenure.version, LONGEST_VERSION)}: champion by {tenure.how}"
    return f"{which} since {day(tenure.since)} {until} ({shortened(tenure.reason, LONGEST_REASON)})"


def _levels(incidents: Sequence[IncidentLine]) -> Iterator[int]:
    """Yield the level of each incident: the first one that is free on the day on which it opens."""
    busy: list[date] = []
    for incident in incidents:
        opened = incident.opened_at.date()
        ends = incident.resolved_at.date() if incident.resolved_at else date.max
        level = next((n for n, until in enumerate(busy) if until < opened), len(busy))
        if level >= MOST_LEVELS:
            level = MOST_LEVELS - 1
        busy[level : level + 1] = [ends]
        yield level


def _incident(incident: IncidentLine, level: int, axis: TimeAxis) -> Markup:
    end = incident.resolved_at or axis.end
    title = incident_title(incident)
    until = day(incident.resolved_at) if incident.resolved_at else f"now, {incident.state}"
    said = f"{title}: {shortened(incident.headline, LONGEST_REASON)}; {day(incident.opened_at)} to {until}"
    kinds = [incident.severity, _room(axis, incident.opened_at, end), *["open"] * (incident.resolved_at is None)]
    bar = element(
        "a", element("bdi", title), href=f"#{incident_key(incident)}", aria_label=said, class_=" ".join(kinds)
    )
    return element("li", bar, style=f"{axis.columns(incident.opened_at, end)};grid-row:{level + 1}")


def shown_period(view: ModelView) -> str:
    """Return the days that the page is about."""
    last = date.fromordinal(max(view.start.toordinal(), view.end.toordinal() - 1))
    return period((view.start, last))
