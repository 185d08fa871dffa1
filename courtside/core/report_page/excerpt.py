"""The report as part of another page, such as a notebook: no script, no network, in the light and in the dark."""

from collections.abc import Mapping

from courtside.contracts.shortening import shortened
from courtside.core.drift.reports.report import DriftReport, FeatureDrift
from courtside.core.drift.reports.sides import Side
from courtside.core.drift.story import headline
from courtside.core.pages.markup import Markup, element
from courtside.core.pages.wording import percent, period
from courtside.core.report_page.overview import badge, bullets, by_urgency, features_moved, verdict
from courtside.core.report_page.wording import pvalue, statistic

MOST_SHOWN = 60
MOST_LEFT_OUT = 20
_HEADS = ("feature", "verdict", "effect", "p", "PSI", "KS", "missing", "why")
# A notebook's theme is not the system's, so text takes the notebook's own colour and a badge brings its background.
_STYLE = Markup("""
.courtside-report { font: 14px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; max-width: 1080px; }
.courtside-report p, .courtside-report ul { margin: 4px 0; }
.courtside-report .verdict { font-size: 17px; font-weight: 600; }
.courtside-report table { border-collapse: collapse; margin: 8px 0; font: inherit; color: inherit;
  background: transparent; }
.courtside-report thead th { white-space: nowrap; }
.courtside-report tbody th { min-width: 10em; }
.courtside-report th, .courtside-report td { text-align: left; padding: 3px 10px 3px 0; vertical-align: top;
  border-bottom: 1px solid rgba(128, 128, 128, 0.35); background: transparent; color: inherit; }
.courtside-report td.figure { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.courtside-report .badge { display: inline-block; padding: 0 8px; border-radius: 999px; font-weight: 600;
  white-space: nowrap; color: #ffffff; background: #474e57; }
.courtside-report .badge.drift { background: #a3261b; }
.courtside-report .badge.broken { background: #7d1fa0; }
.courtside-report .badge.usual { background: #7a4d00; }
.courtside-report .badge.quiet { background: #17663a; }
""")


def render_excerpt(report: DriftReport, *, left_out: Mapping[str, str], note: str | None) -> str:
    """Return the verdict, what moved, what is known besides and a line per feature; names from the data are escaped.

    `left_out` and `note` say which columns were not compared, and why, where no contract was given.
    """
    ordered = by_urgency(report.features)
    more = len(ordered) - MOST_SHOWN
    return element(
        "div",
        element("style", _STYLE),
        element("p", verdict(report)[1], class_="verdict"),
        element("p", f"Reference: {_of(report.reference)}. Current: {_of(report.current)}. Policy: {report.policy}."),
        bullets(features_moved(report)),
        bullets(headline.besides(report)),
        element(
            "table",
            element("thead", element("tr", *(element("th", head) for head in _HEADS))),
            element("tbody", *map(_row, ordered[:MOST_SHOWN])),
        ),
        element("p", f"and {more} more features; `to_frame()` holds them all") if more > 0 else None,
        element("p", f"{note}.") if note else None,
        _not_compared(left_out) if left_out else None,
        class_="courtside-report",
    )


def _of(side: Side) -> str:
    return f"{side.rows:,} rows, {period(side.period)}" if side.period else f"{side.rows:,} rows"


def _row(feature: FeatureDrift) -> Markup:
    figures = (
        statistic(feature.effect),
        pvalue(feature.p_adjusted, windows=feature.windows),
        statistic(feature.statistic("psi")),
        statistic(feature.statistic("ks")),
        percent(feature.missing_rate),
    )
    return element(
        "tr",
        element("th", shortened(feature.name), scope="row"),
        element("td", badge(feature)),
        *(element("td", figure, class_="figure") for figure in figures),
        element("td", feature.reason),
    )


def _not_compared(left_out: Mapping[str, str]) -> Markup:
    items = [element("li", f"{shortened(name)}: {why}") for name, why in list(left_out.items())[:MOST_LEFT_OUT]]
    more = len(left_out) - len(items)
    said = "1 column was not compared" if len(left_out) == 1 else f"{len(left_out)} columns were not compared"
    rest = element("li", f"and {more} more") if more > 0 else None
    return element("details", element("summary", said), element("ul", *items, rest))
