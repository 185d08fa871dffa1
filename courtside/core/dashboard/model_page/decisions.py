"""Why it did what it did: the decisions, those that were the same day after day in one line."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from courtside.contracts.dashboard_keys import from_page
from courtside.contracts.shortening import shortened
from courtside.core.dashboard.health_words import badge
from courtside.core.dashboard.model_page.story import line, story
from courtside.core.dashboard.views import DecisionLine, ModelView
from courtside.core.decision.decision import Action
from courtside.core.pages.commands import prose
from courtside.core.pages.markup import Markup, element
from courtside.core.pages.parts import section
from courtside.core.pages.wording import counted, day, number, period

MOST_SHOWN, MOST_LINES = 40, 240
"""Lines shown at once, and with those folded away."""
MOST_REPORTS = 31
LONGEST = 400
KINDS: Mapping[str, tuple[str, str]] = {
    Action.ALERT: ("usual", "▲"),
    Action.STALE_DATA: ("usual", "▲"),
    Action.RETRAIN: ("waits", "↻"),
    Action.RECALIBRATE: ("waits", "↻"),
    Action.ROLL_BACK: ("drift", "↩"),
    Action.WATCH: ("unknown", "○"),
}
CALM = ("unknown", "·")


def decisions_section(view: ModelView) -> Markup | None:
    """Return the decisions, the newest first; None before the first one."""
    if not view.decisions:
        return None
    runs = list(reversed([list(same) for _, same in groupby(view.decisions, _sort)]))
    lines = [_line(same, view) for same in runs[:MOST_LINES]]
    older = len(runs) - len(lines)
    note = f"{counted(older, 'line')} before these are on the pages of their years."
    return section(
        "decisions",
        "Why it did what it did",
        story(lines, "line", most=MOST_SHOWN),
        element("p", note, class_="note") if older else None,
    )


def _sort(decision: DecisionLine) -> tuple[str, str, str]:
    return decision.action, decision.rule, decision.by


def _line(same: Sequence[DecisionLine], view: ModelView) -> Markup:
    newest = same[-1]
    many = f"{len(same)} checks in a row" if len(same) > 1 else None
    by = f"by {shortened(newest.by, 40)}" if newest.by else None
    return line(
        period((same[0].day, newest.day)),
        badge(*KINDS.get(newest.action, CALM), newest.action.replace("_", " ")),
        element("p", prose(shortened(newest.reason, LONGEST)), class_="said"),
        element("p", " · ".join(filter(None, (f"rule {newest.rule}", many, by))), class_="note"),
        _detail(same, view),
        calm=newest.action not in KINDS,
    )


def _detail(same: Sequence[DecisionLine], view: ModelView) -> Markup:
    newest = same[-1]
    numbers = [
        element("div", element("dt", shortened(name)), element("dd", number(value))) for name, value in newest.numbers
    ]
    changes = [element("li", prose(shortened(text, LONGEST))) for text in newest.would_change]
    links = list(_reports(same, view))
    return element(
        "details",
        element("summary", "Numbers and reports" if numbers else "Reports"),
        element("dl", *numbers) if numbers else None,
        element("p", "What would have changed it:") if changes else None,
        element("ul", *changes) if changes else None,
        element("p", "Reports: ", *links) if links else None,
    )


def _reports(same: Sequence[DecisionLine], view: ModelView) -> Iterator[Markup]:
    linked = [each for each in reversed(same) if each.report_key]
    for n, each in enumerate(linked[:MOST_REPORTS]):
        if n:
            yield Markup(", ")
        yield element("a", day(each.day), href=from_page(view.summary.page_key, each.report_key))
    if len(linked) > MOST_REPORTS:
        yield Markup(f" and {len(linked) - MOST_REPORTS} more, each by its day in the heat map")
