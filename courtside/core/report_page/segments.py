"""The segments of a page: a line for each, with what drifted in it."""

from courtside.contracts.shortening import quoted, shortened
from courtside.core.drift.reports.report import DriftReport, FeatureDrift, SegmentDrift
from courtside.core.pages.markup import Markup, element
from courtside.core.pages.parts import Row, section, table
from courtside.core.report_page.wording import VERDICTS, corrected, statistic

COLUMNS = ("Segment", "rows of the reference", "rows now", "verdict", "what drifted")


def segments(report: DriftReport) -> Markup | None:
    """Return the table of a report's segments, None if the contract names none."""
    if not report.segments:
        return None
    lines = [_line(each) for each in report.segments]
    note = element("p", "Judged apart, with p-values corrected for their number.", class_="note")
    return section("segments", "By segments", note, table("Segments", COLUMNS, lines))


def _line(segment: SegmentDrift) -> Row:
    name = f"{shortened(segment.column)} = {quoted(segment.level)}"
    rows = f"{segment.reference_rows:,}", f"{segment.current_rows:,}"
    return name, *rows, VERDICTS[segment.verdict], "; ".join(map(_drifted, segment.drifted))


def _drifted(feature: FeatureDrift) -> str:
    return f"{shortened(feature.name)} (effect {statistic(feature.effect)}, p {corrected(feature)})"
