"""The top of the page: the verdict in a sentence, what moved since when, what was compared, a line per feature."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from courtside.contracts.shortening import listed, shortened
from courtside.core.drift.reports.report import BROKEN, DriftReport, FeatureDrift, Verdict
from courtside.core.drift.reports.together import told_together
from courtside.core.drift.story import headline
from courtside.core.pages.markup import Markup, element, joined
from courtside.core.pages.parts import pairs, section
from courtside.core.pages.wording import known, percent, period
from courtside.core.report_page.wording import (
    BROKEN_SIGN,
    SEVERITIES,
    SIGNS,
    VERDICTS,
    chance,
    disagreement,
    since,
    statistic,
)
from courtside.core.sentences import in_a_row

MOST_STORIES = 12
LONGEST_PATH = 200


def banner(report: DriftReport, *, title: str, decision: str | None) -> Markup:
    """Return the title, the verdict and what was decided."""
    kind, said = verdict(report)
    return element(
        "header",
        element("p", title, class_="eyebrow"),
        element("h1", _sign(kind), " ", said, class_=f"verdict {kind}"),
        element("p", _explained(report), class_="lead"),
        *(element("p", headline.outcome(outcome), class_="lead") for outcome in report.outcomes_drifted),
        element("p", element("strong", "What Courtside decided: "), decision, class_="decision") if decision else None,
    )


def verdict(report: DriftReport) -> tuple[str, str]:
    """Return the kind of the verdict (broken, drift, unknown, usual, quiet) and the sentence that says it."""
    drifted, broken = len(report.features_drifted), len(report.features_broken)
    checked = report.features_checked
    if broken:
        moved = f" {_counted(drifted - broken, 'other')} moved." if drifted > broken else ""
        return (
            "broken",
            f"Repair the data: {_counted(broken, 'column')} of {len(report.features)} {_broken(report)}.{moved}",
        )
    if not report.sufficient_data:
        return "unknown", "Not enough data to tell whether anything drifted."
    if report.drift_detected:
        return "drift", _drifted(report)
    if report.acceptances:
        moved = f"{len(report.features_accepted)} of {_counted(checked, 'feature')}"
        return "usual", f"Nothing new: {moved} moved as a person accepted{_and_usual(report)}."
    if report.features_usual:
        usual = f"{len(report.features_usual)} of {_counted(checked, 'feature')}"
        return "usual", f"Nothing unusual: {usual} moved, but no more than the reference itself shows."
    return "quiet", f"No drift: none of {_counted(checked, 'feature')} moved."


def _and_usual(report: DriftReport) -> str:
    usual = len(report.features_usual)
    return f", and {usual} no more than the reference itself shows" if usual else ""


def _drifted(report: DriftReport) -> str:
    if report.features_drifted:
        return f"Drift: {len(report.features_drifted)} of {_counted(report.features_checked, 'feature')} moved."
    if report.segments_drifted:
        parts = _counted(len(report.segments_drifted), "segment")
        return f"Drift: no feature drifted in all rows, but some did in {parts}."
    return "Drift: no feature drifted by itself, but the table did as a whole."


def stories(report: DriftReport) -> Markup | None:
    """Return what moved under a heading; None if nothing did."""
    said = sentences(report)
    return section("moved", "What moved", said) if said else None


def sentences(report: DriftReport) -> Markup | None:
    """Return what moved, one sentence per group; None if nothing did."""
    tables, segments = map(headline.table, report.table_drifted), map(headline.segment, report.segments_apart)
    return bullets([*features_moved(report), *tables, *segments])


def features_moved(report: DriftReport) -> list[str]:
    """Return what moved among the features, one sentence per group."""
    told = [group.headline for group in report.groups]
    return told or [f"{shortened(feature.name)}: {feature.reason}" for feature in report.features if feature.drifted]


def bullets(said: Sequence[str]) -> Markup | None:
    """Return the first sentences as a list; None without any."""
    if not said:
        return None
    more = len(said) - MOST_STORIES
    items = [element("li", text) for text in said[:MOST_STORIES]]
    return element("ul", *items, element("li", f"and {more} more, each below") if more > 0 else None)


def set_aside(report: DriftReport) -> Markup | None:
    """Return the files whose rows are not in the report, None if there are none."""
    files = report.files_quarantined
    if not files:
        return None
    items = [
        element("li", f"{shortened(file.file, LONGEST_PATH)} ({file.side.value}): {file.reason}")
        for file in files[:MOST_STORIES]
    ]
    more = element("li", f"and {len(files) - MOST_STORIES} more") if len(files) > MOST_STORIES else None
    return section("aside", f"{_counted(len(files), 'file')} set aside, not counted", element("ul", *items, more))


def facts(report: DriftReport) -> Markup:
    """Return what was compared with what, and how much of it drifted."""
    unjudged = len(report.features) - report.features_checked
    weight, by = report.share_importance, report.contract
    told = [
        ("Drifted", f"{len(report.features_drifted)} of {report.features_checked} ({percent(report.share_drifted)})"),
        ("Usual", _usual(report)),
        ("Accepted", in_a_row(map(headline.accepted, report.acceptances)) or None),
        ("Of the model's importance", percent(weight) if weight is not None else None),
        ("Began", since(report.began, first_day(report)) if report.drift_detected else None),
        ("Severity", SEVERITIES[report.severity]),
        ("Reference", f"{report.reference.rows:,} rows, {period(report.reference.period)}"),
        ("Why not all of it", disagreement(report.newest_part) if report.newest_part else None),
        ("Current window", f"{report.current.rows:,} rows, {period(report.current.period)}"),
        ("Not judged", f"{_counted(unjudged, 'feature')} with too little data" if unjudged else None),
        ("Contract and reference differ", "; ".join(report.differing.sentences[:MOST_STORIES]) or None),
        ("Segments", headline.not_by_segments(apart) if (apart := report.segments_not_in_reference) else None),
        ("The table as a whole", "; ".join(each.reason for each in report.table) or None),
        ("Related columns", "; ".join(map(headline.together, told_together(report.features))) or None),
        ("Contract", None if by is None else f"{by.name}, version {by.version}, SHA-256 {by.sha256[:12]}…"),
        ("Policy", f"{report.policy}; {chance(report)}"),
    ]
    return section("facts", "What was compared", pairs((name, value) for name, value in told if value is not None))


def _usual(report: DriftReport) -> str | None:
    usual = report.features_usual
    return f"{listed(usual)}: moved, but no more than the reference itself shows" if usual else None


def every_feature(
    ordered: list[FeatureDrift], links: Mapping[str, str], thumbnails: Mapping[str, Markup | None]
) -> Markup:
    """Return one line per feature; `links` are the ids of those shown in detail, `thumbnails` small charts of them."""
    lines = [_line(feature, links.get(feature.name), thumbnails.get(feature.name)) for feature in ordered]
    return section("features", "Every feature", element("ol", *lines, class_="lines"))


def by_urgency(features: Iterable[FeatureDrift]) -> list[FeatureDrift]:
    """Sort broken features first, then those that drifted, then those that moved as usual or accepted, by effect."""
    return sorted(features, key=_urgency)


def _urgency(feature: FeatureDrift) -> tuple[bool, bool, bool, float]:
    known = feature.verdict in {Verdict.USUAL, Verdict.ACCEPTED}
    return feature.verdict not in BROKEN, not feature.drifted, not known, -(feature.effect or 0.0)


def badge(feature: FeatureDrift) -> Markup:
    """Return a feature's verdict: a sign, a word and a colour."""
    sign = BROKEN_SIGN if feature.verdict in BROKEN else SIGNS[feature.verdict]
    words = element("span", sign, aria_hidden="true"), Markup(" "), VERDICTS[feature.verdict]
    return element("span", *words, class_=f"badge {kind_of(feature)}")


def kind_of(feature: FeatureDrift) -> str:
    """Return broken, drift, unknown, usual or quiet."""
    if feature.verdict in BROKEN:
        return "broken"
    kinds = {
        Verdict.DRIFT: "drift",
        Verdict.USUAL: "usual",
        Verdict.ACCEPTED: "usual",
        Verdict.INSUFFICIENT_DATA: "unknown",
    }
    return kinds.get(feature.verdict, "quiet")


def first_day(report: DriftReport) -> date | None:
    """Return the first day of the first sub-window, None without sub-windows."""
    for feature in report.features:
        if feature.trend is not None and feature.trend.points:
            return feature.trend.points[0].start
    return None


def _line(feature: FeatureDrift, link: str | None, thumbnail: Markup | None) -> Markup:
    shown = shortened(feature.name)
    name = element("a", shown, href=f"#{link}") if link else element("span", shown)
    return element(
        "li",
        element("span", name, class_="name"),
        badge(feature),
        element("span", thumbnail, class_="drawn"),
        _meter(feature.effect),
        element("span", feature.reason, class_="reason"),
        class_=kind_of(feature),
    )


def _meter(effect: float | None) -> Markup:
    """Return the effect as a number on a bar from 0 to 1; a larger one fills it."""
    shown = statistic(effect)
    width = min(1.0, max(0.0, effect or 0.0)) if known(effect) else 0.0
    fill = element("span", class_="fill", style=f"width:{100 * width:.0f}%")
    words = element("span", "effect ", shown, class_="figure")
    return element("span", element("span", fill, class_="track", aria_hidden="true"), words, class_="meter")


def _explained(report: DriftReport) -> Markup:
    """Return severity, onset and weight in sentences; only the first of them if no story has been told."""
    severity = joined("Severity: ", element("strong", report.severity.value), ".")
    start = since(report.began, first_day(report))
    began = joined(" It began: ", element("strong", start), ".") if report.began and report.drift_detected else None
    weight = report.share_importance
    share = f" What moved carries {percent(weight)} of the model's importance." if weight else None
    return joined(severity, began, share)


def _sign(kind: str) -> Markup:
    sign = {"broken": BROKEN_SIGN, "drift": "▲", "unknown": "?", "usual": "≈", "quiet": "✓"}[kind]
    return element("span", sign, class_="sign", aria_hidden="true")


def _broken(report: DriftReport) -> str:
    """Say what is wrong with the broken columns: one with more gaps can still be compared."""
    of_broken = {feature.verdict for feature in report.features if feature.verdict in BROKEN}
    if of_broken == {Verdict.MORE_MISSING}:
        return "with many more gaps"
    return "broken" if Verdict.MORE_MISSING in of_broken else "cannot be compared"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
