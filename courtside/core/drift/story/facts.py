"""What a drift report says, as the facts that decisions are made from and records keep."""

from courtside.contracts.records.situations import DriftFacts
from courtside.core.drift.reports.report import DriftReport
from courtside.core.drift.story import headline


def drift_facts(report: DriftReport) -> DriftFacts:
    """Return the facts of a report."""
    return DriftFacts(
        rows=report.current.rows,
        sufficient=report.sufficient_data,
        features_checked=report.features_checked,
        features_drifted=report.features_drifted,
        features_broken=report.features_broken,
        usual=len(report.features_usual),
        accepted=tuple(dict.fromkeys(name for each in report.acceptances for name in each.subjects)),
        share=report.share_drifted,
        importance=report.share_importance,
        table_drifted=tuple(each.name for each in report.table_drifted),
        table_said="; ".join(each.reason for each in report.table_drifted),
        segments_drifted=tuple(each.name for each in report.segments_drifted),
        segments_said=headline.only_there(report.segments_drifted),
        files_quarantined=len(report.files_quarantined),
    )
