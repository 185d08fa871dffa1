"""The drift engine: profiles of tables, statistics between two of them, policies and reports.

>>> import pyarrow as pa
>>> from courtside.core.dataset import Feature, FeatureKind
>>> features = [Feature("points", FeatureKind.NUMERIC), Feature("venue", FeatureKind.CATEGORICAL)]
>>> games = pa.table({"points": [float(90 + i % 30) for i in range(600)], "venue": ["home", "away"] * 300})
>>> reference = fit(games, features)
>>> later = pa.table({"points": [float(97 + i % 30) for i in range(200)], "venue": ["home", "away"] * 100})
>>> report = check(reference, reference.summarize(later), ClassicPolicy())
>>> report.features_drifted
('points',)
>>> report.features[0].reason
'mean rose 104.5 → 111.0, KS 0.23 over 0.1, PSI 1.6 over 0.2'
"""

from courtside.core.drift.check import check, comparable_reference, newest_part
from courtside.core.drift.facade import DataDriftDetection
from courtside.core.drift.policies.calibrated import CalibratedPolicy
from courtside.core.drift.policies.classic import ClassicPolicy
from courtside.core.drift.policies.policy import Evidence, Judgement, Policy
from courtside.core.drift.policies.thresholds import Threshold
from courtside.core.drift.profiles.fitting import fit
from courtside.core.drift.profiles.profile import Profile
from courtside.core.drift.reports.report import DriftReport, FeatureDrift, Verdict
from courtside.core.drift.reports.severity import Severity
from courtside.core.drift.reports.sides import Side

__all__ = [
    "CalibratedPolicy",
    "ClassicPolicy",
    "DataDriftDetection",
    "DriftReport",
    "Evidence",
    "FeatureDrift",
    "Judgement",
    "Policy",
    "Profile",
    "Severity",
    "Side",
    "Threshold",
    "Verdict",
    "check",
    "comparable_reference",
    "fit",
    "newest_part",
]
