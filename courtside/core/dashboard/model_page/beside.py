"""Versions that predict beside the champion, and what is known of each against it."""

from courtside.contracts.shortening import shortened
from courtside.core.dashboard.health_words import badge
from courtside.core.dashboard.metric_words import with_interval
from courtside.core.dashboard.model_page.figures import title_of
from courtside.core.dashboard.model_page.panel import dots
from courtside.core.dashboard.views import ModelView, Shadow
from courtside.core.pages import plot
from courtside.core.pages.markup import Markup, element
from courtside.core.pages.parts import section, wide
from courtside.core.pages.plot import Scale
from courtside.core.sequential.outcome import Outcome

WIDTH, HEIGHT = 100.0, 22
COLUMNS = ("Version", "role", "champion less it (interval)", "", "rows", "so far")
OUTCOMES = {
    Outcome.WORSE: ("drift", "▲", "the champion is worse"),
    Outcome.EQUIVALENT: ("quiet", "✓", "the champion is as good or better"),
    Outcome.NOT_KNOWN: ("unknown", "?", "not known yet"),
}


def beside_section(view: ModelView) -> Markup | None:
    """Return what is known of each version beside the champion; None without any."""
    if not view.shadows:
        return None
    ends = [
        abs(value) for each in view.shadows for value in (each.difference, each.low, each.high) if value is not None
    ]
    scale = Scale(-1.1 * max([*ends, 1e-9]), 1.1 * max([*ends, 1e-9]), 0.0, WIDTH)
    head = element("tr", *(element("th", text, scope="col") if text else element("td") for text in COLUMNS))
    metrics = dict.fromkeys(title_of(view, each.metric) for each in view.shadows)
    note = f"By {', '.join(metrics)} on the same rows; each interval holds however often one looks."
    rows = element("tbody", *(_row(each, scale) for each in view.shadows))
    return section(
        "beside",
        "Beside the champion",
        element("p", note, class_="note"),
        wide(
            element("table", element("thead", head), rows, class_="beside"), label="Versions compared with the champion"
        ),
    )


def _row(shadow: Shadow, scale: Scale) -> Markup:
    known = Outcome(shadow.outcome) if shadow.outcome in set(Outcome) else Outcome.NOT_KNOWN
    return element(
        "tr",
        element("th", shortened(shadow.version, 30), scope="row"),
        element("td", shadow.role),
        element("td", with_interval(shadow.difference, shadow.low, shadow.high)),
        element("td", _interval(shadow, scale)),
        element("td", f"{shadow.rows:,}"),
        element("td", badge(*OUTCOMES[known])),
    )


def _interval(shadow: Shadow, scale: Scale) -> Markup | None:
    """Return the difference with its interval around 0."""
    if shadow.difference is None:
        return None
    middle = HEIGHT / 2
    whisker = None
    if shadow.low is not None and shadow.high is not None:
        line = f"M{plot.place(scale(shadow.low))} {middle:g}H{plot.place(scale(shadow.high))}"
        whisker = element("path", d=line, class_="whisker")
    return element(
        "svg",
        element("path", d=f"M{plot.place(scale(0.0))} 0v{HEIGHT}", class_="zero"),
        whisker,
        dots([(scale(shadow.difference), middle)], class_="dots"),
        viewBox=f"0 0 {WIDTH:g} {HEIGHT}",
        preserveAspectRatio="none",
        aria_hidden="true",
        class_="interval-of",
    )
