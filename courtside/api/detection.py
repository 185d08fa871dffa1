"""The drift API of the system Courtside replaces, on files as well as on frames."""

from typing import Any

from courtside.api.inputs import opened
from courtside.core.drift import facade
from courtside.core.drift.profiles.profile import Profile
from courtside.core.drift.reading import FeatureTable


class DataDriftDetection(facade.DataDriftDetection):
    """Detects drift of a current table against a reference table; both are what `check_drift` takes.

    `check_drift` is the newer way: its report has a page, and its verdicts know the reference's own history.

    >>> import pyarrow as pa
    >>> reference = pa.table({"points": [float(90 + i % 30) for i in range(600)]})
    >>> detection = DataDriftDetection({"psi_threshold": 0.25}).setup(reference_data=reference)
    >>> result = detection.detect_drift(pa.table({"points": [float(97 + i % 30) for i in range(200)]}))
    >>> result["summary"]["features_drifted"], result["features"]["points"]["drifted"]
    (['points'], True)
    """

    def _opened(self, data: Any, *, name: str) -> FeatureTable | Profile:
        return opened(data, name=name)
