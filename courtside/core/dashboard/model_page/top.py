"""The top of the page: how the model is, the facts that people ask for first, and the years to look at."""

from datetime import date

from courtside.contracts.dashboard_keys import from_page, model_page, year_page
from courtside.contracts.shortening import shortened
from courtside.core.dashboard.health_words import HEALTH, signed
from courtside.core.dashboard.metric_words import figure
from courtside.core.dashboard.model_page.figures import newest, title_of
from courtside.core.dashboard.model_page.lanes import shown_period
from courtside.core.dashboard.replayed import replay_note
from courtside.core.dashboard.views import Health, ModelView
from courtside.core.pages.commands import prose
from courtside.core.pages.markup import Markup, element
from courtside.core.pages.wording import DASH, counted, day, moment
from courtside.core.sentences import ended

LONGEST = 300


def banner(view: ModelView) -> Markup:
    """Return the model's name, its health with the reason, and what changed lately."""
    summary = view.summary
    look = HEALTH[summary.health]
    at = element("time", moment(view.at, None), datetime=view.at.isoformat(timespec="minutes"))
    stage = element("strong", view.stage)
    changed = [element("li", prose(shortened(said, LONGEST))) for said in summary.changed]
    return element(
        "header",
        element("p", "Courtside, stage ", stage, ", as of ", at, " UTC, like all times here", class_="eyebrow"),
        replay_note(view.replay) if view.replay is not None else None,
        element("h1", element("bdi", shortened(summary.model)), class_=f"verdict {look.kind}"),
        element(
            "p",
            element("strong", signed(look.sign), " ", look.title, class_=f"verdict {look.kind}"),
            ": ",
            prose(ended(shortened(summary.why, LONGEST))),
            class_="lead",
        ),
        element("ul", *changed, class_="changed", aria_label="What changed in the last 24 hours") if changed else None,
        _glance(view),
    )


def year_of(view: ModelView) -> int | None:
    """Return the calendar year that the page is about, None where it is about the newest one."""
    year = view.start.year
    return year if view.start == date(year, 1, 1) and view.end <= date(year + 1, 1, 1) and year in view.years else None


def years(view: ModelView) -> Markup:
    """Return the links to the newest year and to each calendar year; the one that is shown is marked."""
    name, shown = view.summary.model, year_of(view)
    pages: list[tuple[str, str, int | None]] = [("Newest", model_page(name), None)]
    pages += [(str(year), year_page(name, year), year) for year in sorted(view.years, reverse=True)]
    links = [
        element("a", text, href=key.rpartition("/")[2], aria_current="page" if year == shown else None)
        for text, key, year in pages
    ]
    said = element("span", shown_period(view), class_="shown")
    return element("nav", said, *(links if view.years else ()), class_="years", aria_label="Years")


def _glance(view: ModelView) -> Markup:
    summary, newest_row = view.summary, view.freshness.newest_row
    facts = [
        _fact(
            "Champion", f"version {shortened(summary.champion, 30)}" if summary.champion else "none yet", _since(view)
        ),
        _fact(f"{title_of(view, summary.metric)}, newest", figure(newest(summary.recent)), _promised(view)),
        _fact("Newest check", *_check(view)),
        _fact("Rows up to", day(newest_row) if newest_row else DASH, _arrival(view)),
        _cost(view),
        _fact("Looked after by", shortened(view.owner, 60), None) if view.owner else None,
    ]
    return element("dl", *facts, class_="glance")


def _cost(view: ModelView) -> Markup | None:
    if view.month_usd is None:
        return None
    said = "by list prices: what each model adds at most to its stage's bill"
    return _fact("Costs a month", f"${view.month_usd:,.2f}", said)


def _fact(name: str, value: str | Markup, more: str | None) -> Markup:
    second = element("span", more, class_="second") if more else None
    return element("div", element("dt", name), element("dd", element("bdi", value), second))


def _since(view: ModelView) -> str | None:
    since = view.summary.champion_since
    return f"since {day(since)}, {counted((view.at - since).days, 'day')}" if since else None


def _promised(view: ModelView) -> str | None:
    return f"promised {figure(view.summary.promise)}" if view.summary.promise is not None else None


def _check(view: ModelView) -> tuple[str | Markup, str | None]:
    summary = view.summary
    due = f"next {moment(summary.next_due, view.at)}" if summary.next_due else None
    if summary.health is Health.PAUSED:
        due = "paused"
    if summary.last_check_at is None:
        return "none yet", due
    said = shortened(summary.last_check, 80)
    found = element("a", said, href=from_page(summary.page_key, summary.report_key)) if summary.report_key else said
    return found, " · ".join(filter(None, (moment(summary.last_check_at, view.at), due)))


def _arrival(view: ModelView) -> str | None:
    fresh = view.freshness
    if fresh.overdue_since is not None:
        return f"▲ newer ones are overdue since {day(fresh.overdue_since)}"
    return f"arrived {moment(fresh.last_arrival, view.at)}" if fresh.last_arrival else None
